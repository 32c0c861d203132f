"""Rows of the rulebook for tickets (R0.7): within how many days an accepted ticket is answered that names no date."""

LIMITS = [
    ("ticket_report_days", "问题报告单受理后答复期限", 30, "天", "本系统约定：正文 三.2 未定期限"),
    ("ticket_check_days", "问题核查单受理后答复期限", 15, "天", "本系统约定：正文 三.2 未定期限"),
    ("ticket_supervision_days", "问题督办单受理后答复期限", 15, "天", "本系统约定：正文 三.2 未定期限"),
    ("ticket_complaint_days", "群众投诉受理后答复期限", 30, "天", "本系统约定：正文 三.2 未定期限"),
]
