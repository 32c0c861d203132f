"""查重: who is perhaps the same child as whom (R1.9, R2.1)."""
