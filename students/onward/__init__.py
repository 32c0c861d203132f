"""How a graduate goes on: on which list of recruited pupils it stands, and that it goes one way only (R4.5)."""
