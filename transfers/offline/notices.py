"""Who is told of offline transfers: the head, at once, of what he has to confirm (R0.5); each week the registrar of the
school where the pupils attend, of those that are open (R0.4)."""

from datetime import datetime, time, timedelta

from django.db import connection
from django.db.models import Count, Min

from ledger import outbox
from ledger.models import OutboxMessage
from orgs.people.models import PostRole
from orgs.people.seats import clerks_of, holders_of
from reviews.notices.sending import Letter, tell
from transfers.attendance.models import OfflineTransfer
from web import clock

# One message a school and ISO week, whatever day of it the task comes round; what was recorded this week waits.
_DUE = """
INSERT INTO ledger_outboxmessage (topic, payload, dedup)
SELECT 'offline', jsonb_build_object('school', o.school_id), 'offline:' || o.school_id || ':' || %(week)s
FROM (SELECT DISTINCT school_id FROM transfers_offlinetransfer
      WHERE closed_at IS NULL AND recorded_at < %(monday)s) o
ON CONFLICT (dedup) DO NOTHING
"""


def remind(now: datetime) -> int:
    """Write this week's reminders that are not written yet; returns how many."""
    day = clock.local_date(now)
    year, week, weekday = day.isocalendar()
    monday = datetime.combine(day - timedelta(days=weekday - 1), time(), clock.SHANGHAI)
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"week": f"{year}-W{week:02d}", "monday": monday})
        return cursor.rowcount


@outbox.handler("offline")
def tell_schools(messages: list[OutboxMessage], now: datetime) -> None:
    """How many pupils still wait and since when, in one notice a school."""
    day = clock.local_date(now)
    schools = {message.payload["school"] for message in messages}
    rows = OfflineTransfer.objects.open().filter(school__in=schools).order_by().values("school")
    waiting = {row["school"]: row for row in rows.annotate(number=Count("pk"), oldest=Min("paper_date"))}
    clerks = [
        (unit, account) for unit, role, account in holders_of(schools, day) if role == PostRole.REGISTRAR
    ]
    tell(
        (
            Letter(account, None, _text(waiting[school]), message.dedup, "/offline/?side=in")
            for message in messages
            for school, account in clerks
            if school == message.payload["school"] and school in waiting
        ),
        now,
    )


@outbox.handler("offline_confirm")
def tell_heads(messages: list[OutboxMessage], now: datetime) -> None:
    """That a pupil was taken in and the record waits for the head; not any more where it was settled meanwhile."""
    day = clock.local_date(now)
    wanted = {message.payload["offline"] for message in messages}
    rows = OfflineTransfer.objects.open().filter(confirmed_at__isnull=True).in_bulk(wanted)
    heads = clerks_of({made.school_id for made in rows.values()}, day, (PostRole.HEAD,))
    tell(
        (
            Letter(
                account,
                None,
                f"线下转学登记 {made.number} 待你确认；学生已在校就读，确认后可以补办电子转学（函 一；附件1 三.1）。",
                message.dedup,
                f"/offline/{made.number}/",
            )
            for message in messages
            if (made := rows.get(message.payload["offline"])) is not None
            for account in heads[made.school_id]
        ),
        now,
    )


def _text(row: dict) -> str:
    return (
        f"本校有 {row['number']} 名学生线下就读、学籍未到，最早的纸质日期是{clock.spoken(row['oldest'])}。"
        "请尽快补办电子转学，做到人籍一致（函 一）。"
    )
