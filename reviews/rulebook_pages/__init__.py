"""The rules as people read and change them: clauses, routes, calendar, 办事指南, rows (R0.7, R3.1, R3.7, R8.5)."""
