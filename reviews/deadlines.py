"""Due dates: how long a unit has, when it is reminded, what counts for the bulletin.

Every date is computed once, when a step opens, and stored; sweeps compare stored dates and compute nothing.
"""

from dataclasses import dataclass
from datetime import date, datetime

from ledger.clock import local_date
from orgs.models import Unit
from reviews.models import Case
from reviews.rulebook import Rulebook
from reviews.states import State

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


def due_of(book: Rulebook, arrived_on: date, unit: Unit, ruled_on: date, stage: str = "") -> Due:
    """The dates of a step that reached ``unit`` on ``arrived_on``: 10 working days from the next one (R3.6, R3.7,
    R3.7b).

    ``ruled_on`` is the day of the case's submission, whose limit holds for all its steps (R0.7). Beyond the known
    calendar the dates are provisional and are computed again when the State Council's notice comes.
    """
    days = step_days(book, unit, ruled_on, stage)
    due_on = book.calendar.add(arrived_on, days)
    return Due(
        due_on,
        book.calendar.bulletin_due(arrived_on, days, unit.province_id),
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
