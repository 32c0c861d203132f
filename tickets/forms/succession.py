"""What becomes of the three forms and of complaints when a unit is closed into another (R3.1, R8.6, ADR 37)."""

from django.db.models import Q

from reviews.clock.succession import Succession, kind, stays
from tickets.forms.models import Enclosure, Entry, Ticket
from tickets.forms.states import State
from web.words import zh

_LIVE = ~Q(state=State.CLOSED)
_DRAFT = Q(state=State.DRAFTED)


def _left(units) -> set[int]:
    rows = Ticket.objects.filter(_LIVE).order_by()
    found = set()
    for name, of in (("holder", _LIVE), ("handling_unit", _LIVE), ("issuing_unit", _DRAFT)):
        found |= set(rows.filter(of, **{f"{name}__in": units}).values_list(name, flat=True).distinct())
    return found


@kind(zh("单据和投诉"), Ticket, "issuing_unit", "handling_unit", "holder", of=_LIVE, waiting=_left)
def take_tickets(found: Succession) -> int:
    """It lies with the successor and is handled there. What was sent out bears the stamp of who issued it; who stands
    for that unit confirms and closes it. A draft becomes the successor's own."""
    rows = Ticket.objects.filter(_LIVE)
    mine = Q(holder=found.old) | Q(handling_unit=found.old) | Q(_DRAFT, issuing_unit=found.old)
    ids = list(rows.filter(mine).order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    rows = rows.filter(pk__in=ids)
    # A draft first: its issuer and holder change at once.
    rows.filter(_DRAFT, issuing_unit=found.old).update(issuing_unit=found.heir, holder=found.heir)
    for name in ("holder", "handling_unit"):
        rows.filter(**{name: found.old}).update(**{name: found.heir})
    return len(ids)


stays("who did it, and where: history", Entry, "unit")
stays("added by whom: history", Enclosure, "unit")
