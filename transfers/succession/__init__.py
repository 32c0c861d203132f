"""What becomes of transfers when a school is closed or a post changes hands (R3.1b, R0.5)."""
