"""补建学籍: children above grade 1 without a record, listed, agreed to, and held against all at the month's end (R2.2)."""
