"""Rows of the rulebook by which the yearly work on numbers and records is told of (R1.1, R6.2, R0.7)."""

ISSUING = "number_issuing"
VERIFICATION = {1: "verification_autumn", 2: "verification_spring"}

# key, name, first day, day after the last, days before the last on which it is told, clause
REMINDERS = [
    (ISSUING, "春季学期开学后下发正式学籍号", "03-01", "06-01", [91, 31], "附件1 一.1"),
    (VERIFICATION[1], "第一学期学籍核查", "09-01", "02-01", [60, 30, 7], "附件1 六"),
    (VERIFICATION[2], "第二学期学籍核查", "03-01", "07-11", [60, 30, 7], "附件1 六"),
]
