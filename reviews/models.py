"""Django finds this app's tables here; everyone else imports them from where they stand."""

# ruff: noqa: F401
from reviews.engine.models import Act, Attachment, Case, OverdueRecord, Step
from reviews.faults.models import Fault
from reviews.notices.models import Notice
from reviews.refusal_rules.models import ForbiddenPhrase, WallAppeal, WallMark, WallWords
from reviews.rulebook.models import (
    CalendarDay,
    CalendarRevision,
    Limit,
    QuickPhrase,
    RefusalReason,
    Route,
    Vacation,
    Window,
    YearRow,
)
