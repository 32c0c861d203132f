"""The end of the school year: promotion, graduation, and what of it is taken back (R3.5c, R4.1, R4.4)."""
