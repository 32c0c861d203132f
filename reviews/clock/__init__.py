"""What happens by time alone (R3.5, R3.6, R3.7): sweeps, expiry, taking over, dates reckoned again."""
