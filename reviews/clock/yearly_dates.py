"""What is to be done by a date of the year is told to those who have not done it, on the days before that a row of the
rulebook names (R0.7). Each floor says of its own matters whom they concern and what is told; this is the one round.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from ledger import outbox
from ledger.models import OutboxMessage
from orgs.people.models import Unit, UnitLevel
from orgs.people.seats import clerks_of
from reviews.engine import book as rulebook
from reviews.notices.sending import Letter, tell
from reviews.rulebook.models import Window
from reviews.rulebook.windows import Reminder, WindowRow, reminders_due
from web import clock

# A reminder and provinces → the units concerned, each with how much is left to it.
Concerned = Callable[[Reminder, list[int]], dict[int, int]]


@dataclass(frozen=True)
class Matter:
    """What a row of the rulebook reminds of.

    ``concerned`` names of some provinces the units that have not done it, each with how much is left to it; ``text``
    says it, ``link`` leads there. ``as_of``: who is concerned can be told of a past day too, so a round that comes late
    writes every reminder that was missed; else only the last that has come."""

    link: str
    text: Callable[[date, int, str], str]
    concerned: Concerned
    as_of: bool


@dataclass
class _Come:
    """A reminder that has come, and the provinces in which its row speaks."""

    reminder: Reminder
    provinces: list[int] = field(default_factory=list)


matters: dict[str, Matter] = {}


def matter(
    key: str, *, link: str, text: Callable[[date, int, str], str], as_of: bool = False
) -> Callable[[Concerned], Concerned]:
    """Register of a row's ``key`` whom it concerns."""

    def register(concerned: Concerned) -> Concerned:
        matters[key] = Matter(link, text, concerned, as_of)
        return concerned

    return register


def remind(now: datetime) -> int:
    """Write the reminders that have come; returns how many units they concern, those told before among them.

    One message a unit, date, year and level. Asked every day: whatever day the round comes, it leaves what daily rounds
    would have left.
    """
    day, said = clock.local_date(now), {}
    for come in _come(rulebook.current().windows, day):
        row, last = come.reminder.window, come.reminder.last_day
        for unit, count in matters[row.key].concerned(come.reminder, come.provinces).items():
            said[f"yearly:{row.key}:{last.year}:{come.reminder.days}:{unit}"] = {
                "unit": unit,
                "count": count,
                "window": row.pk,
                "last_day": last.isoformat(),
            }
    outbox.post_all("yearly", said)
    return len(said)


def _come(windows: Iterable[WindowRow], day: date) -> list[_Come]:
    """Each reminder once, however many provinces its row speaks in."""
    found: dict[tuple, _Come] = {}
    provinces = Unit.objects.filter(level=UnitLevel.PROVINCE).order_by("code").values_list("pk", flat=True)
    for province in provinces:
        come = [one for one in reminders_due(windows, province, day) if one.window.key in matters]
        latest = {one.window.key: one for one in come}
        for one in come:
            if matters[one.window.key].as_of or one is latest[one.window.key]:
                key = one.window.pk, one.last_day, one.days
                found.setdefault(key, _Come(one)).provinces.append(province)
    return list(found.values())


@outbox.handler("yearly")
def tell_units(messages: list[OutboxMessage], now: datetime) -> None:
    """Registrars and heads of the unit: what is left, until when, and where it is done."""
    rows = Window.objects.in_bulk({message.payload["window"] for message in messages})
    clerks = clerks_of({message.payload["unit"] for message in messages}, clock.local_date(now))
    tell(
        (
            Letter(account, None, _text(message.payload, row), message.dedup, matters[row.key].link)
            for message in messages
            for row in [rows[message.payload["window"]]]
            for account in clerks[message.payload["unit"]]
        ),
        now,
    )


def _text(said: dict, row: Window) -> str:
    return matters[row.key].text(date.fromisoformat(said["last_day"]), said["count"], row.clause)
