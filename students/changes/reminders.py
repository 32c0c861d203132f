"""Reminders of the end of a 休学: 30 days, 7 days before it and on its day, to the school that has the record (R5.3)."""

from datetime import date, datetime
from typing import Any, cast

from django.db import connection

from ledger import outbox
from ledger.models import OutboxMessage
from orgs.people.models import PostRole
from orgs.people.seats import holders_of
from reviews.notices.sending import Letter, tell
from students.changes.models import StatusChange
from students.pupil.identity import mask_name
from web import clock

DAYS_BEFORE = (30, 7, 0)
# Of each pupil who is still suspended the latest 休学; how many of its days have come is counted from the stored date,
# so a round may be missed, repeated or run twice at once: a reminder passed over is not caught up, the latest is sent.
_DUE = """
WITH latest AS (
    SELECT DISTINCT ON (s.student_id) s.id, s.until, s.reminded, p.school_id
    FROM students_statuschange s
    JOIN reviews_case c ON c.id = s.case_id AND c.kind = 'suspension' AND c.state = 'completed'
    JOIN students_student p ON p.id = s.student_id AND p.status = 'suspended' AND p.school_id IS NOT NULL
    WHERE s.until IS NOT NULL ORDER BY s.student_id, s.id DESC
), due AS (
    SELECT l.*, (SELECT count(*) FROM unnest(%(before)s::int[]) d WHERE l.until - d <= %(today)s) AS level
    FROM latest l WHERE l.until - %(first)s <= %(today)s
), marked AS (
    UPDATE students_statuschange s SET reminded = due.level FROM due
    WHERE s.id = due.id AND s.reminded < due.level RETURNING s.id, due.level, due.school_id
)
INSERT INTO ledger_outboxmessage (topic, payload, dedup)
SELECT 'suspension', jsonb_build_object('change', id, 'school', school_id), 'suspension:' || id || ':' || level
FROM marked ON CONFLICT (dedup) DO NOTHING
"""


def remind(now: datetime) -> int:
    """Write the reminders that are due and not written yet; returns how many."""
    with connection.cursor() as cursor:
        values: dict[str, Any] = {
            "before": list(DAYS_BEFORE),
            "first": max(DAYS_BEFORE),
            "today": clock.local_date(now),
        }
        cursor.execute(_DUE, values)
        return cursor.rowcount


@outbox.handler("suspension")
def tell_schools(messages: list[OutboxMessage], now: datetime) -> None:
    """The registrars and heads of the school, each once; nothing once the pupil is back."""
    day = clock.local_date(now)
    ids = {message.payload["change"] for message in messages}
    rows = StatusChange.objects.select_related("student").in_bulk(ids)
    schools = {message.payload["school"] for message in messages}
    clerks = [(unit, a) for unit, role, a in holders_of(schools, day) if role in _CLERKS]
    tell(
        (
            Letter(account, None, _text(row, day), message.dedup, f"/students/{row.student.key}/")
            for message in messages
            for row in [rows[message.payload["change"]]]
            if row.student.status == "suspended"
            for school, account in clerks
            if school == message.payload["school"]
        ),
        now,
    )


_CLERKS = {PostRole.REGISTRAR, PostRole.HEAD}


def _text(row: StatusChange, day: date) -> str:
    ends = cast("date", row.until)  # only what has an end is reminded of
    who, until = mask_name(row.student.name), clock.spoken(ends)
    when = f"将于{until}期满" if ends > day else f"已于{until}期满"
    return f"{who}休学{when}：请联系学生到校办理复学，或按实际情况办理其他学籍异动（附件1 五）。"
