"""Tables that people fill in: read, judged line by line, written, given back (R2.1, R2.2, R4.5)."""
