"""每学期核查 (R6.2), and what is told of yearly work on numbers and records."""
