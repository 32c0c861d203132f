"""Proofs (R0.6): pictures received, made our own, sealed, shown."""
