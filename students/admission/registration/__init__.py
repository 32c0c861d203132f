"""新生建籍: first-graders by form or table (R2.1)."""
