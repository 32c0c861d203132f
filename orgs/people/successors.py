"""Closed and merged units (R3.1): which unit stands in the place of one that no longer stands."""

from datetime import date

from django.db import connection, transaction
from django.db.models import Q

from ledger import audit
from orgs.people.models import Unit


def stands(unit: Unit, day: date) -> bool:
    """True until the day on which the unit is closed; ``closed_on`` is the first day it no longer stands."""
    return unit.closed_on is None or unit.closed_on > day


def not_closed(day: date, of: str = "") -> Q:
    """:func:`stands` as a condition; ``of`` leads from the row to its unit (``"unit__"``)."""
    return Q(**{f"{of}closed_on": None}) | Q(**{f"{of}closed_on__gt": day})


def standing(unit: Unit, day: date) -> Unit | None:
    """The unit that stands for ``unit`` on ``day``: itself, or the end of the chain of its successors.

    ``None`` where a closed unit has no successor yet. Costs a query for a closed unit only. The chain is followed by
    the database's own ``orgs_standing``, which the clock asks as well.
    """
    if stands(unit, day):
        return unit
    with connection.cursor() as cursor:
        cursor.execute("SELECT orgs_standing(%s, %s)", [unit.pk, day])
        (heir,) = cursor.fetchone()
    return Unit.objects.select_related("authority", "province").filter(pk=heir).first()


def heir_or_self(unit: Unit, day: date) -> Unit:
    """The unit that stands for ``unit`` on ``day``; the closed unit itself where nobody has succeeded it yet."""
    return standing(unit, day) or unit


def stood_for(unit: Unit, day: date) -> list[int]:
    """The ids of the units whose papers are the unit's on ``day``: its own, and of the closed ones it has succeeded."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM orgs_predecessors(%s, %s)", [unit.pk, day])
        return [unit.pk, *(pk for (pk,) in cursor.fetchall())]


def move_subordinates(day: date) -> int:
    """Put what stood under a closed unit under the one that stands for it on ``day``; returns how many units moved.

    An administrator may have done it before, or may move them elsewhere later; each is recorded in the trail.
    """
    left = Unit.objects.filter(
        not_closed(day), authority__closed_on__lte=day, authority__successor__isnull=False
    )
    left = left.select_related("authority")
    moved = 0
    for unit in left:
        old = unit.authority
        heir = standing(old, day) if old else None
        if old is None or heir is None:
            continue
        with transaction.atomic():
            unit.authority = heir
            unit.save()
            body = {"unit": unit.pk, "authority_was": old.pk, "authority": heir.pk}
            audit.record("orgs", "clock", "unit.succeeded", body, subject=f"unit:{unit.code}")
        moved += 1
    return moved
