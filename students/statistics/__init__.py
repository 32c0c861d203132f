"""Figures about pupils, and what parents are told of a case (R7.1, R8.5)."""
