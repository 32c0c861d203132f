"""群众投诉: what citizens complain of, who answers, and what becomes of it (R8.5)."""
