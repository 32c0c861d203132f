"""What a graduation means for open transfers (R3.5b, R3.5c)."""
