"""What the bulletin's figures are reckoned from: counts of one month by responsible unit, in one statement (R3.7b).

For each unit the steps that were decided are kept by the working days they took. From these counts medians and
percentiles of any larger unit follow without reading a step again, today or in ten years.
"""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, Q

from orgs.people.models import Unit
from orgs.people.successors import heir_or_self
from orgs.staff import presence
from reviews.engine.models import Case, Step
from reviews.rulebook.calendar import Calendar
from reviews.staff import weekly_login
from reviews.vocabulary.states import Outcome
from students.pupil.grades import school_year
from students.pupil.models import ProblemKind, ProblemRecord
from students.pupil.statuses import StudentStatus
from students.pupil.year_rows import graduation_due
from students.verification import rounds
from students.verification.yearly_reminders import unverified
from students.year_end.reminders import waiting
from web.clock import SHANGHAI

VERSION = 1
# How far back a step may have begun and still be counted to the day; older ones count as this old.
_YEARS_BACK = 2
# A unit decided, or filed: it had the step in hand and ended it.
DECIDED = (Outcome.AGREE, Outcome.REFUSE, Outcome.SEND_BACK, Outcome.FILED)
# Ended by others: nobody's delay is judged by it.
_NOBODYS = (Outcome.RECALLED, Outcome.TAKEN_OVER)
COUNTS = ("received", "in_time", "late", "open", "open_late", "filed", "lapsed", "expired")


class Month(NamedTuple):
    """A month of the calendar: its first day, and the first of the next."""

    first: date
    next: date

    @property
    def last(self) -> date:
        """Its last day."""
        return self.next - timedelta(days=1)

    @classmethod
    def of(cls, day: date) -> "Month":
        """The month that ``day`` lies in."""
        first = day.replace(day=1)
        return cls(first, (first + timedelta(days=32)).replace(day=1))

    @classmethod
    def before(cls, day: date) -> "Month":
        """The month before that of ``day``."""
        return cls.of(day.replace(day=1) - timedelta(days=1))


def inputs(province: Unit, month: Month, calendar: Calendar, now: datetime) -> dict:
    """All that the bulletin of ``province`` for ``month`` is reckoned from, as JSON. ``calendar`` is the nation's."""
    counted = calendar.for_province(province.pk)
    steps = count_steps(province, month, counted)
    weeks = weekly_login.weeks(month.first, month.last, counted)
    logins = presence.by_unit(presence.missed(weeks, province))
    graduation = _late_graduations(province, month)
    problems = _problems(province, month)
    verification = _unverified(province, month)
    units = _units(province, {*steps, *logins, *graduation, *problems, *verification}, month)
    found: dict[int, dict] = {}
    for parts, name in (
        (steps, "steps"),
        (logins, "logins"),
        (graduation, "graduation"),
        (problems, "problems"),
        (verification, "verification"),
    ):
        for pk, value in parts.items():
            heir, told = units[pk]
            row = found.setdefault(heir, dict(told))
            row[name] = merged(name, row.get(name), value)
    for heir, told in units.values():
        found.setdefault(heir, dict(told))
    return {
        "version": VERSION,
        "province": province.pk,
        "month": month.first.isoformat(),
        "counted_at": now.isoformat(),
        "weeks": len(weeks),
        "units": [found[pk] for pk in sorted(found)],
    }


# ---------------------------------------------------------------- steps


def count_steps(province: Unit, month: Month, counted: Calendar) -> dict[int, dict]:
    """By unit: counts, decided steps by the working days they took, the longest held; one statement."""
    base = month.first - timedelta(days=366 * _YEARS_BACK)
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT,
            {
                "province": province.pk,
                "first": datetime(month.first.year, month.first.month, 1, tzinfo=SHANGHAI),
                "next": datetime(month.next.year, month.next.month, 1, tzinfo=SHANGHAI),
                "next_day": month.next,
                "last_day": month.last,
                "base": base,
                "rank": counted.ranks(base, month.next),
                "decided": [str(outcome) for outcome in DECIDED],
                "nobodys": [str(outcome) for outcome in _NOBODYS],
            },
        )
        rows = cursor.fetchall()
    return _gathered(rows)


_COUNT = f"""
    SELECT unit_id, took, sum(received), sum(in_time), sum(late), sum(open), sum(open_late), sum(filed), sum(lapsed),
        sum(expired), count(*) FILTER (WHERE took IS NOT NULL), max(held)
    FROM (
        SELECT s.unit_id, CASE WHEN decided THEN used END AS took,
            (s.opened_at >= %(first)s)::int AS received,
            (decided AND closed_day <= s.bulletin_due_on)::int AS in_time,
            (closed_day IS NOT NULL AND closed_day > s.bulletin_due_on AND s.outcome <> ALL(%(nobodys)s)
                AND NOT was_late)::int AS late,
            (closed_day IS NULL)::int AS open,
            (closed_day IS NULL AND s.bulletin_due_on < %(next_day)s)::int AS open_late,
            (closed_day IS NOT NULL AND s.outcome = 'filed')::int AS filed,
            (closed_day IS NOT NULL AND s.outcome = 'lapsed')::int AS lapsed,
            (closed_day IS NOT NULL AND s.outcome = 'expired')::int AS expired,
            CASE WHEN s.outcome <> ALL(%(nobodys)s) THEN (used::bigint << 40) | s.case_id END AS held
        FROM {Step._meta.db_table} s
        JOIN {Unit._meta.db_table} u ON u.id = s.unit_id AND u.province_id = %(province)s
        CROSS JOIN LATERAL (
            SELECT CASE WHEN s.closed_at < %(next)s THEN (s.closed_at AT TIME ZONE 'Asia/Shanghai')::date END
        ) AS c (closed_day)
        -- R3.7: a unit that takes a case up again after a correction is judged by the sum it has held it, once.
        CROSS JOIN LATERAL (
            SELECT COALESCE(sum(
                (%(rank)s::int[])[greatest((b.closed_at AT TIME ZONE 'Asia/Shanghai')::date, %(base)s::date) - %(base)s::date + 1]
                - (%(rank)s::int[])[greatest((b.opened_at AT TIME ZONE 'Asia/Shanghai')::date, %(base)s::date)
                    - %(base)s::date + 1]), 0)::int,
                COALESCE(bool_or((b.closed_at AT TIME ZONE 'Asia/Shanghai')::date > b.bulletin_due_on), false)
            FROM reviews_turn_before(CASE WHEN s.resumes_id IS NOT NULL THEN s.id END) AS b
        ) AS t (carried, was_late)
        CROSS JOIN LATERAL (
            SELECT c.closed_day IS NOT NULL AND s.outcome = ANY(%(decided)s),
                (%(rank)s::int[])[COALESCE(c.closed_day, %(last_day)s) - %(base)s::date + 1]
                - (%(rank)s::int[])[greatest((s.opened_at AT TIME ZONE 'Asia/Shanghai')::date, %(base)s::date)
                    - %(base)s::date + 1] + carried
        ) AS d (decided, used)
        WHERE s.opened_at < %(next)s AND (s.closed_at IS NULL OR s.closed_at >= %(first)s)
    ) AS one GROUP BY unit_id, took
"""  # noqa: S608 - put together from the names of tables


def _gathered(rows: list[tuple]) -> dict[int, dict]:
    found: dict[int, dict] = {}
    longest: dict[int, int] = defaultdict(int)
    for unit, took, *counts, decided, held in rows:
        row = found.setdefault(unit, dict.fromkeys(COUNTS, 0) | {"took": {}})
        for name, count in zip(COUNTS, counts, strict=True):
            row[name] += int(count)
        if took is not None:
            row["took"][str(took)] = row["took"].get(str(took), 0) + int(decided)
        longest[unit] = max(longest[unit], held or 0)
    numbers = dict(
        Case.objects.filter(pk__in={held & (1 << 40) - 1 for held in longest.values() if held}).values_list(
            "pk", "number"
        )
    )
    for unit, held in longest.items():
        found[unit] |= {"longest": held >> 40, "longest_case": numbers.get(held & (1 << 40) - 1, "")}
    return found


# ---------------------------------------------------------------- what else the bulletin tells


def _late_graduations(province: Unit, month: Month) -> dict[int, int]:
    """Pupils at school who should have graduated and have not, by school, every month (R4.1): 应毕业未毕业, and in summer
    those of the last grades once the day is over by which schools graduate."""
    due = graduation_due(month.last, province.pk)
    over = due <= month.last and school_year(due) == school_year(month.last)
    return {school.pk: count for school, count in waiting(province, month.last, last_too=over).items()}


def _unverified(province: Unit, month: Month) -> dict[int, int]:
    """Authorities that opened no verification in the term that ends with this month (R6.2); other months tell of none."""
    ended = rounds.term_of(month.last)
    if rounds.term_of(month.next + timedelta(days=15)) == ended:
        return {}
    return {unit.pk: 1 for unit in unverified([province.pk], *ended, month.last)}


def _problems(province: Unit, month: Month) -> dict[int, dict]:
    """Open problem records by school and kind, now and a month before."""
    first = datetime(month.first.year, month.first.month, 1, tzinfo=SHANGHAI)
    after = datetime(month.next.year, month.next.month, 1, tzinfo=SHANGHAI)

    def open_at(instant):
        return Count(
            "pk",
            filter=Q(opened_at__lt=instant) & (Q(closed_at=None) | Q(closed_at__gte=instant)),
        )

    # R4.2: of a graduate whom nobody has recruited it is no longer counted.
    rows = ProblemRecord.objects.filter(student__school__province=province).order_by()
    rows = rows.exclude(student__status=StudentStatus.GRADUATED)
    counted = rows.values_list("student__school", "kind").annotate(now=open_at(after), before=open_at(first))
    found: dict[int, dict] = {}
    for school, kind, now, before in counted:
        if now or before:
            found.setdefault(school, {})[kind] = [now, before]
    return found


def _units(province: Unit, pks: set[int], month: Month) -> dict[int, tuple[int, dict]]:
    """Every unit that is told of, and every office: the unit that stands for it, and what is kept of that one."""
    rows = Unit.objects.filter(province=province).select_related("authority")
    units = {unit.pk: unit for unit in rows.filter(Q(pk__in=pks) | ~Q(level="school"))}
    found = {}
    for pk, unit in units.items():
        heir = heir_or_self(unit, month.last)
        found[pk] = (
            heir.pk,
            {
                "unit": heir.pk,
                "code": heir.code,
                "name": heir.name,
                "level": heir.level,
                "above": [int(part) for part in heir.path.split("/") if part],
            },
        )
    return found


def merged(name: str, kept, value):
    """What two units that became one have together."""
    if kept is None:
        return value
    if name in ("logins", "graduation", "verification"):
        return kept + value
    if name == "problems":
        return {
            kind: [a + b for a, b in zip(kept.get(kind, [0, 0]), value.get(kind, [0, 0]), strict=True)]
            for kind in {*kept, *value}
        }
    longer = max(kept, value, key=lambda row: row["longest"])
    took = {
        day: kept["took"].get(day, 0) + value["took"].get(day, 0) for day in {*kept["took"], *value["took"]}
    }
    sums = {count: kept[count] + value[count] for count in COUNTS}
    return sums | {"took": took, "longest": longer["longest"], "longest_case": longer["longest_case"]}


KINDS = [(str(kind), kind.label) for kind in ProblemKind]
