"""What becomes of tickets that nobody touches, and of those whose limit passes: the clock's part (R8.5, R8.6)."""

from datetime import datetime

from django.db import transaction

from ledger import outbox
from ledger.clock import local_date
from tickets import door
from tickets.kinds import whole
from tickets.models import Ticket

# A batch commits on its own, so that nobody waits for a row longer than a batch takes.
_BATCH = 200


def sweep(now: datetime) -> int:
    """Send up what was not accepted in time, record what was not answered in time; how many tickets were written."""
    return _batches(_escalated, now) + _batches(_recorded, now)


def _batches(part, now: datetime) -> int:
    done = 0
    while True:
        with transaction.atomic():
            count = part(now)
        done += count
        if count < _BATCH:
            return done


def _escalated(now: datetime) -> int:
    rows = Ticket.objects.untouched(local_date(now)).select_for_update(skip_locked=True, of=("self",))
    tickets = list(
        rows.select_related("holder__authority", "issuing_unit", "handling_unit").order_by("pk")[:_BATCH]
    )
    for ticket in tickets:
        door.escalate(whole(ticket), ticket.holder.authority, now)
    return len(tickets)


def _recorded(now: datetime) -> int:
    rows = Ticket.objects.overdue(local_date(now)).filter(overdue_at=None)
    tickets = list(rows.select_for_update(skip_locked=True, of=("self",)).order_by("pk")[:_BATCH])
    Ticket.objects.filter(pk__in=[ticket.pk for ticket in tickets]).update(overdue_at=now)
    outbox.post_all(
        "ticket",
        {
            f"ticket:{ticket.number}:overdue": {
                "ticket": ticket.pk,
                "verb": "overdue",
                "unit": ticket.holder_id,
            }
            for ticket in tickets
        },
    )
    return len(tickets)
