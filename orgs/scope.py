"""Which units an account stands above: the one answer that every ``visible_to()`` uses."""

from datetime import date

from django.db.models import Q

from orgs.models import Account, PostRole
from orgs.seats import seats_of

# A class teacher sees the own class only (students), a technician no pupil at all.
_SEES_RECORDS = {PostRole.REGISTRAR, PostRole.HEAD}


def own_units(account: Account, day: date) -> set[int]:
    """Ids of the units where the account handles or signs."""
    return {seat.unit.pk for seat in seats_of(account, day) if seat.role in _SEES_RECORDS}


def paths(account: Account, day: date) -> list[str]:
    """Paths of the units whose pupils and cases the account may see, itself and all below."""
    return sorted({seat.unit.path for seat in seats_of(account, day) if seat.role in _SEES_RECORDS})


def under(field: str, account: Account, day: date) -> Q:
    """A condition: the unit in ``field`` is one of the account's units or stands under one.

    An account without a seat sees nothing.
    """
    condition = Q(pk__in=[])
    for path in paths(account, day):
        condition |= Q(**{f"{field}__path__startswith": path})
    return condition
