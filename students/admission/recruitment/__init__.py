"""招生: graduates listed by the school that takes them, agreed to on both sides, moved when they report (R4.5)."""
