"""招生 through the API (R4.5)."""
