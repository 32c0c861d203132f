"""Scenes of a school that is closed into another, for the tests of this folder (R3.1, R3.1b, ADR 37)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.test import Client

from ledger import outbox
from reviews.clock import sweeps
from students.admission.recruitment import actions as recruitment
from students.changes import drafting as change_drafting
from students.changes.kinds import BY_KIND
from students.pupil.models import Student
from tests.clock import frozen, shanghai
from web import clock

NOW = shanghai(2026, 11, 3, 10)
CLOSING = date(2026, 11, 4)
ROUND = shanghai(2026, 11, 4, 0, 10)
AFTER = shanghai(2026, 11, 4, 10)
WORDS = "核对无误，情况属实。"


def round_of(at=ROUND):
    """The clock comes round; what is looked at only at the end of a transaction is looked at now."""
    with frozen(at), connection.cursor() as cursor:
        counts = sweeps.run(at)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        outbox.relay(shanghai(2100, 1, 1))
    return counts[sweeps.UNITS]


def merged(world, old=None, heir=None, at=ROUND):
    """The unit is closed from tomorrow on, and the clock has come round."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    world.closed(old or world.first, heir or world.second, on=CLOSING)
    return round_of(at)


def looks(account, url):
    client = Client()
    client.force_login(type(account).objects.get(pk=account.pk))
    return client.get(url)


def now_of(row):
    return type(row).objects.get(pk=row.pk)


def begin_leave(world, pupil, clerk):
    pupil = Student.objects.select_related("school").get(pk=pupil.pk)
    return change_drafting.begin(pupil, BY_KIND["suspension"], clerk, clock.now())


def heir_of(world, name):
    if not hasattr(world, "heirs"):
        world.heirs = {}
    if name not in world.heirs:
        above = getattr(world, name).authority
        world.heirs[name] = (
            world.school("承接初级中学", above, lowest=7, highest=9)
            if name == "junior"
            else world.unit("新设教育局", getattr(world, name).level, above)
        )
    return world.heirs[name]


def admitted(world):
    pupil = world.graduate(world.first)
    now, clerk = clock.now(), world.registrar(world.junior)
    (row,) = recruitment.add([pupil], world.junior, clerk, now)
    (case,) = recruitment.send(world.junior, clerk, now, "录取核对无误。")
    while case.is_live:
        case = world.decide(case, opinion="录取属实，同意。")
    world.head(world.junior)
    return now_of(row)


# ---------------------------------------------------------------- the papers


@dataclass(frozen=True)
class Paper:
    """``make`` it at the closed unit; ``url`` where it is found (none: it ended); ``go_on`` with two people of the
    successor; ``try_on``: what the closed unit's people try, with what is refused."""

    columns: tuple[str, ...]
    make: Any
    url: Any
    go_on: Any
    try_on: Any
    code: str = "school_closed"
    closes: str = "first"
    above: bool = True


PAPERS = {}


def paper(name, *columns, url, try_on, make, **more):
    def keep(function):
        PAPERS[name] = Paper(columns, make, url, function, try_on, **more)
        return function

    return keep
