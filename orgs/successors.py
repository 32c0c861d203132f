"""Closed and merged units (R3.1): which unit stands in the place of one that no longer stands."""

from datetime import date

from django.db import connection

from orgs.models import Unit


def stands(unit: Unit, day: date) -> bool:
    """True until the day on which the unit is closed; ``closed_on`` is the first day it no longer stands."""
    return unit.closed_on is None or unit.closed_on > day


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
