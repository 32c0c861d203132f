"""What of the three forms and of complaints waits for a post when it changes hands (R0.5, R8.6)."""

from datetime import date

from django.db.models import Q

from orgs.people.models import PostRole, Unit
from orgs.people.successors import stood_for
from reviews.engine.open_papers import kind
from tickets.forms.models import Kind, Ticket
from tickets.forms.states import State
from web.words import zh

_TO_HANDLE = (State.ISSUED, State.ACCEPTED, State.RETURNED)


@kind(zh("单据和投诉"), "/tickets/")
def tickets(unit: Unit, role: str, day: date) -> int:
    """To be handled where they lie; to be confirmed or closed by those who issued them; drafts, and by the head what
    is proposed for signature."""
    begun = Q(issuing_unit__in=stood_for(unit, day))
    if role == PostRole.HEAD:
        drafts = begun & Q(state=State.DRAFTED, proposed_by__isnull=False)
    else:
        drafts = begun & Q(state=State.DRAFTED, proposed_by__isnull=True)
    answered = begun & Q(state__in=(State.ANSWERED, State.CONFIRMED))
    # A complaint is issued by nobody: it lies where it is answered, and the head there confirms.
    done = State.ANSWERED if role == PostRole.HEAD else State.CONFIRMED
    complaints = Q(kind=Kind.COMPLAINT, holder=unit, state=done)
    to_handle = Q(holder=unit, state__in=_TO_HANDLE)
    return Ticket.objects.filter(drafts | answered | complaints | to_handle).count()
