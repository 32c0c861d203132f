"""Which units an account stands above: the one answer that every ``visible_to()`` uses."""

from datetime import date

from django.db.models import Q

from orgs.people.models import Account, PostRole
from orgs.people.seats import seats_of

# A class teacher sees the own class only (students), a technician no pupil at all.
_SEES_RECORDS = {PostRole.REGISTRAR, PostRole.HEAD}


def own_units(account: Account, day: date) -> set[int]:
    """Ids of the units where the account handles or signs, and of the closed ones these have succeeded (R3.1)."""
    seats = seats_of(account, day)
    return {pk for seat in seats if seat.role in _SEES_RECORDS for pk in seat.units}


def paths(account: Account, day: date) -> list[str]:
    """Paths of the units whose pupils and cases the account may see, itself and all below; also of closed units that
    these have succeeded: their papers stay where they were signed."""
    seats = seats_of(account, day)
    return sorted({path for seat in seats if seat.role in _SEES_RECORDS for path in seat.paths})


def under(field: str, account: Account, day: date) -> Q:
    """A condition: the unit in ``field`` is one of the account's units or stands under one.

    An account without a seat sees nothing.
    """
    condition = Q(pk__in=[])
    for path in paths(account, day):
        condition |= Q(**{f"{field}__path__startswith": path})
    return condition
