"""The record of a pupil: 72 items, what they may hold, how they change, how they move (R6.1, R7.1)."""
