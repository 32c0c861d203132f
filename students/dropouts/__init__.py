"""辍学标识: a mark and a written report, never an end of the record (R5.2)."""
