"""Due dates: how long a unit has, when it is reminded, what counts for the bulletin.

Every date is computed once, when a step opens, and stored; sweeps compare stored dates and compute nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from orgs.people.models import Unit
from reviews.engine.book import Rulebook
from reviews.engine.models import Case, Step
from reviews.rulebook.calendar import Calendar
from reviews.vocabulary.states import Outcome, State
from web.clock import local_date

# Reminders this many working days before the limit: to the holder, then its head, then all colleagues (R3.7).
WARN_BEFORE = (3, 1, 0)
# Reminders this many days (of 24 hours) before a case is cleared, to the holder and the receiving school (R3.7).
EXPIRY_WARN_DAYS = (10, 3, 1)
# Owners of drafts are told this many days before a window closes (R3.5).
WINDOW_WARN_DAYS = (7, 1)


@dataclass(frozen=True)
class Due:
    """The dates of a step: limit, limit for the bulletin (without vacation days), first reminder."""

    due_on: date
    bulletin_due_on: date
    next_warn_on: date
    provisional: bool


def step_days(book: Rulebook, unit: Unit, ruled_on: date, stage: str = "") -> int:
    """How many working days ``unit`` has for its step (R3.7), at 调档 for requesting the file (R3.6); by the row in
    force at the case's submission (R0.7)."""
    key = "file_days" if stage == State.AWAITING_FILE else "step_days"
    return book.limit(key, ruled_on, unit.province_id)


@dataclass(frozen=True)
class Left:
    """What is left of a unit's days when a case comes back to it: working days, and those without vacation days."""

    days: int
    bulletin: int


def turn_of(step: Step, steps: Iterable[Step]) -> list[Step]:
    """The steps in which the unit had the case before ``step`` went on with it, the first one first (R3.7)."""
    by_id = {each.pk: each for each in steps}
    before: list[Step] = []
    by_seq = {each.seq: each for each in by_id.values()}
    at = step
    while True:
        given = by_seq.get(at.seq - 1)
        handed = given if given is not None and given.outcome == Outcome.TAKEN_OVER else None
        earlier = by_id.get(at.recall_of_id or 0) or handed or by_id.get(at.resumes_id or 0)
        if earlier is None:
            return before[::-1]
        at = earlier
        before.append(at)


def left_of(book: Rulebook, before: Sequence[Step], province_id: int | None, ruled_on: date) -> Left:
    """What a unit has left that took up a case again after each of ``before`` (R3.7): its limit less what it used, but
    once a turn at least ``resume_days``. The same steps and calendar give the same answer, whenever it is asked."""
    limit = book.limit("step_days", ruled_on, province_id)
    least = book.limit("resume_days", ruled_on, province_id)
    calendars = (book.calendar, book.calendar.for_province(province_id))
    return Left(*(_left(calendar, limit, least, before) for calendar in calendars))


def used(calendar: Calendar, before: Iterable[Step]) -> int:
    """Working days that a unit had the case in those ended steps."""
    spans = ((local_date(step.opened_at), local_date(cast(datetime, step.closed_at))) for step in before)
    return sum(max(calendar.between(*span), 0) for span in spans)


def _left(calendar: Calendar, limit: int, least: int, before: Sequence[Step]) -> int:
    budget, spent, granted = limit, 0, False
    recalled = {step.recall_of_id for step in before}
    for step in before:
        spent += used(calendar, [step])
        sent_back = step.outcome == Outcome.SEND_BACK and step.pk not in recalled
        if sent_back and budget - spent < least and not granted:
            budget, granted = spent + least, True
    return max(budget - spent, 0)


def due_of(
    book: Rulebook, arrived_on: date, unit: Unit, ruled_on: date, stage: str = "", left: Left | None = None
) -> Due:
    """The dates of a step that reached ``unit`` on ``arrived_on``: 10 working days from the next one (R3.6, R3.7,
    R3.7b).

    ``ruled_on`` is the day of the case's submission, whose limit holds for all its steps (R0.7). Beyond the known
    calendar the dates are provisional and are computed again when the State Council's notice comes. ``left``: of a
    unit whose clock goes on after a correction.
    """
    days = step_days(book, unit, ruled_on, stage)
    due_on = book.calendar.add(arrived_on, left.days if left else days)
    return Due(
        due_on,
        book.calendar.bulletin_due(arrived_on, left.bulletin if left else days, unit.province_id),
        warn_dates(book, due_on)[0],
        book.calendar.provisional(due_on),
    )


def warn_dates(book: Rulebook, due_on: date) -> list[date]:
    """The days of the three reminders of a limit, first to last."""
    return [book.calendar.add(due_on, -n) if n else due_on for n in WARN_BEFORE]


# ---------------------------------------------------------------- who held it how long


@dataclass(frozen=True)
class Held:
    """How long a unit had a case: working days from the one after it arrived, over all its turns."""

    unit: Unit
    working_days: int


def held_by(case: Case, now: datetime, book: Rulebook) -> list[Held]:
    """Who held ``case`` for how many working days, in the order in which they first had it (R3.7).

    Reckoned from the steps, so it holds for an expired case as well: its 90 days end when they ended, however late
    the clock came round.
    """
    days: dict[Unit, int] = {}
    for step in case.steps.select_related("unit").order_by("seq"):
        until = min(filter(None, (step.closed_at, case.expires_at, now)))
        spent = book.calendar.between(local_date(step.opened_at), local_date(until))
        days[step.unit] = days.get(step.unit, 0) + max(spent, 0)
    return [Held(unit, spent) for unit, spent in days.items()]
