"""Who attends a school where the record is not yet (R0.4)."""
