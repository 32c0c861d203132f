"""How a child comes in: 新生建籍, 补建学籍, 招生 (R2.1, R2.2, R4.5)."""
