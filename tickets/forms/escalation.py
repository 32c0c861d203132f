"""What becomes of tickets that nobody touches, and of those whose limit passes: the clock's part (R8.5, R8.6)."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from ledger import outbox
from ledger.pieces import Pieces
from tickets.forms import actions as door
from tickets.forms.kinds import whole
from tickets.forms.models import Ticket
from tickets.forms.states import RUNNING
from web.clock import local_date

# A batch commits on its own, so that nobody waits for a row longer than a batch takes.
_BATCH = 200
# Who has to answer is reminded so long before.
SOON = timedelta(days=3)


def sweep(now: datetime) -> int:
    """Send up what was not accepted in time, record what was not answered in time; how many tickets were written.

    Those who have to answer soon are reminded. Raises ExceptionGroup once all others are through."""
    pieces, written = Pieces("tickets"), 0
    stuck: set[int] = set()
    with pieces.alone("near"):
        _reminded(now)
    with pieces.alone("untouched"):
        written += _batches(lambda: _escalated(now, pieces, stuck))
    with pieces.alone("overdue"):
        written += _batches(lambda: _recorded(now))
    pieces.end()
    return written


def _reminded(now: datetime) -> None:
    """Once for each ticket that has to be answered within :data:`SOON`."""
    day = local_date(now)
    near = Ticket.objects.filter(state__in=RUNNING, complete_by__gte=day, complete_by__lte=day + SOON)
    outbox.post_all(
        "ticket",
        {
            f"ticket:{number}:near:{by}": {"ticket": pk, "verb": "near", "unit": holder}
            for pk, number, holder, by in near.values_list("pk", "number", "holder", "complete_by")
        },
    )


def _batches(part: Callable[[], int]) -> int:
    done = 0
    while True:
        with transaction.atomic():
            count = part()
        done += count
        if count < _BATCH:
            return done


def _escalated(now: datetime, pieces: Pieces, stuck: set[int]) -> int:
    """A batch of them; who cannot be sent up stands among ``stuck`` and is not taken again."""
    rows = Ticket.objects.untouched(local_date(now)).exclude(pk__in=stuck)
    rows = rows.select_for_update(skip_locked=True, of=("self",))
    tickets = list(
        rows.select_related("holder__authority", "issuing_unit", "handling_unit").order_by("pk")[:_BATCH]
    )
    for ticket in tickets:
        stuck.add(ticket.pk)
        with pieces.alone(ticket.number), transaction.atomic():
            door.escalate(whole(ticket), ticket.holder.authority, now)
            stuck.discard(ticket.pk)
    return len(tickets)


def _recorded(now: datetime) -> int:
    rows = Ticket.objects.overdue(local_date(now)).filter(overdue_at=None)
    tickets = list(rows.select_for_update(skip_locked=True, of=("self",)).order_by("pk")[:_BATCH])
    Ticket.objects.filter(pk__in=[ticket.pk for ticket in tickets]).update(overdue_at=now)
    outbox.post_all(
        "ticket",
        {
            f"ticket:{ticket.number}:{verb}": {"ticket": ticket.pk, "verb": verb, "unit": ticket.holder_id}
            for ticket in tickets
            # The unit above is asked to see to it; the ticket stays with the one that can settle it.
            for verb in ("overdue", "overdue_below")
        },
    )
    return len(tickets)
