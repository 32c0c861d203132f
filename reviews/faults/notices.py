"""Who keeps records under a unit is told when a fault began or ended (R0.4)."""

from ledger import outbox
from ledger.models import OutboxMessage
from reviews.faults import announcing
from reviews.faults.models import Fault
from web import clock


@outbox.handler("fault")
def tell_faults(messages: list[OutboxMessage]) -> None:
    """R0.4: a fault began or ended: to everyone who keeps records under its unit."""
    day = clock.local_date(clock.now())
    rows = Fault.objects.select_related("unit").in_bulk({message.payload["fault"] for message in messages})
    for message in messages:
        fault, event = rows[message.payload["fault"]], message.payload["event"]
        announcing.fan_out(fault, event, message.dedup, day)
