"""The project: settings, addresses, clockwork and embedded servers. It knows every app; no app knows it."""
