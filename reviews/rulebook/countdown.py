"""A due date in words: how many working days are left, and how urgent that is. The one place that says so."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from reviews.rulebook.calendar import Calendar
from web.clock import spoken
from web.words import zh

__all__ = ["SOON", "Countdown", "countdown", "soon_until", "spoken"]

# Up to this many working days left, a due date is shown as pressing.
SOON = 2


@dataclass(frozen=True)
class Countdown:
    """``text`` for people, ``tier`` for colour: late, soon, ok."""

    text: str
    tier: str


@lru_cache(maxsize=1024)
def countdown(calendar: Calendar, today: date, due_on: date) -> Countdown:
    """How ``due_on`` stands on ``today`` (R3.7). A limit passes with the end of its day."""
    if due_on < today:
        days = calendar.between(due_on, today)
        # Passed on Friday and looked at on Saturday: late, though no working day has gone by.
        return Countdown(zh("逾期 {days} 个工作日", days=days) if days else zh("已逾期"), "late")
    if due_on == today:
        return Countdown(zh("今天到期"), "soon")
    left = calendar.working_left(today, due_on)
    return Countdown(zh("还剩 {left} 个工作日", left=left), "soon" if left <= SOON else "ok")


def soon_until(calendar: Calendar, today: date) -> date:
    """The last due date that is shown as pressing on ``today``."""
    return calendar.add(today, SOON)
