"""From which day of the month a province may close its list of late registrations (R2.2 每月底); a row, so that a province
can differ (R0.7)."""

KEY = "late_list_from"
LIMITS = [(KEY, "补建学籍月末名单最早收表日", 25, "日", "附件1 二")]
