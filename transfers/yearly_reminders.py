"""What is to be done by a date of the year is told to those who have open cases: 毕业年级 before 30 July (R3.5b), 招生处理
before 30 November (R3.5). Dates and days before are rows of the rulebook."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta

from django.db import connection

from ledger import clock, outbox
from ledger.models import OutboxMessage
from orgs.models import Unit
from orgs.seats import clerks_of
from reviews import rulebook
from reviews.models import Case, Window
from reviews.notice_values import POST_GRADUATION
from reviews.notices import Letter, tell
from reviews.states import State
from reviews.windows import Reminder, reminders_due
from transfers import graduating

GRADUATION, RECRUITMENT = "graduation_due", "recruitment_done"
_LINKS = {GRADUATION: "/graduating/", RECRUITMENT: "/worklist/"}


_POST = """
INSERT INTO ledger_outboxmessage (topic, payload, dedup)
SELECT 'yearly', jsonb_build_object('unit', t.unit, 'cases', t.cases, 'window', %(window)s::bigint,
    'last_day', %(last_day)s::text), %(dedup)s || ':' || t.unit
FROM unnest(%(units)s::bigint[], %(cases)s::int[]) t (unit, cases) ON CONFLICT (dedup) DO NOTHING
"""


def remind(now: datetime) -> int:
    """Write the reminders that have come and are not written yet; returns how many.

    One message a unit, date, year and level: whatever day the round comes, it leaves what daily rounds would have left.
    """
    day, book, written = clock.local_date(now), rulebook.current(), 0
    provinces = sorted({row.province_id for row in book.windows if row.remind_days and row.province_id})
    for province in (None, *provinces):
        for reminder in reminders_due(book.windows, province, day):
            written += _post(reminder, _concerned(reminder, province, provinces))
    return written


def _post(reminder: Reminder, units: dict[int, int]) -> int:
    row = reminder.window
    values = {
        "window": row.pk,
        "last_day": reminder.last_day.isoformat(),
        "dedup": f"yearly:{row.key}:{reminder.last_day.year}:{reminder.days}",
        "units": list(units),
        "cases": list(units.values()),
    }
    with connection.cursor() as cursor:
        cursor.execute(_POST, values)
        return cursor.rowcount


def _concerned(reminder: Reminder, province: int | None, own: list[int]) -> dict[int, int]:
    """Units with how many open cases each is to finish: begun by the evening of the reminder's day."""
    told_on = reminder.last_day - timedelta(days=reminder.days)
    evening = datetime.combine(told_on + timedelta(days=1), time(), clock.SHANGHAI)
    units: dict[int, int] = defaultdict(int)
    for unit in _units_of(reminder, evening):
        units[unit] += 1
    homes = dict(Unit.objects.filter(pk__in=units).values_list("pk", "province_id"))
    if province is None:
        return {unit: found for unit, found in units.items() if homes[unit] not in own}
    return {unit: found for unit, found in units.items() if homes[unit] == province}


def _units_of(reminder: Reminder, evening: datetime):
    """Once a case and unit: both schools and their authorities of a graduating pupil's transfer; of an enrolment after
    graduation the two authorities, and who holds it."""
    if reminder.window.key == GRADUATION:
        rows = (
            graduating.running(reminder.last_day)
            .filter(case__submitted_at__lt=evening)
            .values_list(
                "case__receiving_unit",
                "case__sending_unit",
                "case__receiving_unit__authority",
                "case__sending_unit__authority",
                "case__holder",
            )
        )
    else:
        rows = Case.objects.filter(
            kind=POST_GRADUATION, closed_at__isnull=True, submitted_at__lt=evening
        ).values_list("receiving_unit__authority", "sending_unit__authority", "holder")
        rows = rows.exclude(state=State.DRAFT)
    return (unit for row in rows for unit in {*row} - {None})


@outbox.handler("yearly")
def tell_units(messages: list[OutboxMessage]) -> None:
    """Registrars and heads of the unit: how many cases, until when, and where they are listed."""
    day = clock.local_date(clock.now())
    rows = Window.objects.in_bulk({message.payload["window"] for message in messages})
    units = {message.payload["unit"] for message in messages}
    clerks = clerks_of(units, day)
    tell(
        Letter(account, None, _text(message.payload, window), message.dedup, _LINKS[window.key])
        for message in messages
        for window in [rows[message.payload["window"]]]
        for account in clerks[message.payload["unit"]]
    )


def _text(said: dict, window: Window) -> str:
    last = clock.spoken(date.fromisoformat(said["last_day"]))
    if window.key == GRADUATION:
        return (
            f"本单位有 {said['cases']} 件毕业年级的转学在办，须在毕业操作（{last}前）之前办结，"
            f"否则随毕业操作清理，须重新发起（{window.clause}）。"
        )
    return (
        f"有 {said['cases']} 件毕业后跨省就学在办，招生处理须在{last}前完成，请尽快核办（{window.clause}）。"
    )
