"""What becomes of pupils, classes and papers when a school is closed or a post changes hands (R3.1b, R0.5)."""
