"""The figures of a unit and all under it: each kind in one statement, whatever the size of the country (R3.7b)."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import F, QuerySet

from orgs.people.models import Unit
from reviews.engine.models import Case, Step
from reviews.rulebook.calendar import Calendar
from reviews.vocabulary.shares import percentile, share
from reviews.vocabulary.states import DECISIONS, STAGES, Outcome, State
from web.clock import SHANGHAI
from web.words import zh

# Ages of what is open, in working days at the present unit: at most so many. The last is open.
AGES = ((5, zh("0–5 日")), (10, zh("6–10 日")), (10**6, zh("10 日以上")))
# What was decided in the last so many days tells how long stages take, and what moved in the last so many tells the flow.
DECIDED_DAYS, FLOW_DAYS = 90, 365
# Days before a case is cleared in which somebody should look at it.
EXPIRING_DAYS = 10
_LOOK_BACK = timedelta(days=400)
_DECIDED = [str(one) for one in (*DECISIONS, Outcome.FILED)]
# The unit directly under the one looked at that a row belongs to; 0 for the unit's own.
_CHILD = "COALESCE(NULLIF(split_part(substr({path}, %(depth)s), '/', 1), ''), '0')::bigint"


@dataclass(frozen=True)
class OpenCell:
    """So many open cases at a stage, of an age, under a unit."""

    stage: str
    age: int
    child: int
    count: int
    late: int


@dataclass
class Decided:
    """What was decided at a stage or by a unit of late."""

    in_time: int = 0
    total: int = 0
    took: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def rate(self, late: int) -> int | None:
        """In time, per thousand, of what was decided and what is open and ``late``, as the bulletin reckons it."""
        return share(self.in_time, self.total + late)

    @property
    def median(self) -> int | None:
        """Working days."""
        return percentile(self.took, 50)


def _values(unit: Unit, today: date, counted: Calendar) -> dict:
    base = today - _LOOK_BACK
    return {
        "under": f"{unit.path}%",
        "depth": len(unit.path) + 1,
        "today": today,
        "base": base,
        "rank": counted.ranks(base, today),
    }


def _since(today: date, days: int) -> datetime:
    """The beginning of the day so many days ago."""
    return datetime.combine(today - timedelta(days=days), datetime.min.time(), SHANGHAI)


def _read(statement: str, values: dict) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def open_cells(unit: Unit, today: date, counted: Calendar) -> list[OpenCell]:
    """Open cases by stage, age and the unit directly under ``unit`` that holds them."""
    ages = {f"age{at}": most for at, (most, _) in enumerate(AGES)}
    rows = _read(_OPEN, _values(unit, today, counted) | ages)
    return [OpenCell(*row) for row in rows]


# Working days from the arrival of a step to today, by the ranks of the calendar.
_HELD = """(%(rank)s::int[])[%(today)s::date - %(base)s::date + 1] - (%(rank)s::int[])[greatest(
        (s.opened_at AT TIME ZONE 'Asia/Shanghai')::date, %(base)s::date) - %(base)s::date + 1]"""
AGE = f"CASE WHEN {_HELD} <= %(age0)s THEN 0 WHEN {_HELD} <= %(age1)s THEN 1 ELSE 2 END"
_OPEN = f"""
    SELECT c.state, {AGE}, {_CHILD.format(path="u.path")}, count(*), count(*) FILTER (WHERE s.due_on < %(today)s)
    FROM {Case._meta.db_table} c
    JOIN {Unit._meta.db_table} u ON u.id = c.holder_id AND u.path LIKE %(under)s
    JOIN {Step._meta.db_table} s ON s.case_id = c.id AND s.closed_at IS NULL
    WHERE c.closed_at IS NULL AND c.submitted_at IS NOT NULL GROUP BY 1, 2, 3
"""  # noqa: S608 - put together from the names of tables


def decided(
    unit: Unit, today: date, counted: Calendar
) -> tuple[dict[str, Decided], dict[int, Decided], Decided]:
    """What was decided in the last :data:`DECIDED_DAYS` days: by stage, by unit directly under, and all."""
    since = _since(today, DECIDED_DAYS)
    rows = _read(_DONE, _values(unit, today, counted) | {"since": since, "decided": _DECIDED})
    by_stage: dict[str, Decided] = defaultdict(Decided)
    by_child: dict[int, Decided] = defaultdict(Decided)
    whole = Decided()
    for stage, child, days, in_time, total in rows:
        for part in (by_stage[stage], by_child[child], whole):
            part.in_time += in_time
            part.total += total
            part.took[max(0, days)] += total
    return by_stage, by_child, whole


_DONE = f"""
    SELECT s.stage, {_CHILD.format(path="u.path")},
        (%(rank)s::int[])[(s.closed_at AT TIME ZONE 'Asia/Shanghai')::date - %(base)s::date + 1]
        - (%(rank)s::int[])[greatest((s.opened_at AT TIME ZONE 'Asia/Shanghai')::date, %(base)s::date)
            - %(base)s::date + 1],
        count(*) FILTER (WHERE (s.closed_at AT TIME ZONE 'Asia/Shanghai')::date <= s.bulletin_due_on), count(*)
    FROM {Step._meta.db_table} s
    JOIN {Unit._meta.db_table} u ON u.id = s.unit_id AND u.path LIKE %(under)s
    WHERE s.closed_at >= %(since)s AND s.outcome = ANY(%(decided)s) GROUP BY 1, 2, 3
"""  # noqa: S608 - put together from the names of tables


def decided_steps(unit: Unit, today: date, late: bool) -> QuerySet[Step]:
    """The steps that :func:`decided` counts; ``late``: those of them that were not in time."""
    since = _since(today, DECIDED_DAYS)
    steps = Step.objects.filter(unit__path__startswith=unit.path, closed_at__gte=since, outcome__in=_DECIDED)
    return steps.filter(closed_at__date__gt=F("bulletin_due_on")) if late else steps


@dataclass(frozen=True)
class Flow:
    """So many pupils' records moved from the one to the other; 0 stands for elsewhere."""

    sending: int
    receiving: int
    count: int


def flows(unit: Unit, today: date) -> list[Flow]:
    """Completed moves of the last year between the units directly under ``unit``, the most first."""
    since = _since(today, FLOW_DAYS)
    values = {"under": f"{unit.path}%", "depth": len(unit.path) + 1, "since": since, "done": State.COMPLETED}
    return [Flow(*row) for row in _read(_FLOW, values)]


def _side(alias: str) -> str:
    return f"CASE WHEN {alias}.path LIKE %(under)s THEN {_CHILD.format(path=f'{alias}.path')} ELSE 0 END"


_FLOW = f"""
    SELECT {_side("a")}, {_side("b")}, count(*)
    FROM {Case._meta.db_table} c
    JOIN {Unit._meta.db_table} a ON a.id = c.sending_unit_id
    JOIN {Unit._meta.db_table} b ON b.id = c.receiving_unit_id
    WHERE c.state = %(done)s AND c.closed_at >= %(since)s AND a.id <> b.id
      AND (a.path LIKE %(under)s OR b.path LIKE %(under)s)
    GROUP BY 1, 2 ORDER BY 3 DESC
"""  # noqa: S608 - put together from the names of tables


def expiring(unit: Unit, now: datetime) -> int:
    """Cases that are cleared within the next days unless they end before."""
    rows = Case.objects.filter(closed_at=None, expires_at__lt=now + timedelta(days=EXPIRING_DAYS))
    return rows.filter(holder__path__startswith=unit.path).count()


def stages_in_order(found: Collection[str]) -> list[str]:
    """Stages that are there, in the order in which a case passes them."""
    order = (*STAGES, State.CORRECTION, State.AWAITING_FILE)
    return [str(stage) for stage in order if stage in found]


def of_age(unit: Unit, age: int, today: date, counted: Calendar) -> list[int]:
    """Ids of the open cases held under ``unit`` whose step is of that age (place in :data:`AGES`)."""
    ages = {f"age{at}": most for at, (most, _) in enumerate(AGES)}
    return [pk for (pk,) in _read(_OF_AGE, _values(unit, today, counted) | ages | {"age": age})]


_OF_AGE = f"""
    SELECT c.id FROM {Case._meta.db_table} c
    JOIN {Unit._meta.db_table} u ON u.id = c.holder_id AND u.path LIKE %(under)s
    JOIN {Step._meta.db_table} s ON s.case_id = c.id AND s.closed_at IS NULL
    WHERE c.closed_at IS NULL AND c.submitted_at IS NOT NULL AND {AGE} = %(age)s
"""  # noqa: S608 - put together from the names of tables
