"""学籍异动 and 关键信息变更 (R5.1–R5.3, R1.6): their kinds, rules, forms and pages."""
