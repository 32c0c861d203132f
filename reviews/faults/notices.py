"""Who keeps records under a unit is told when a fault began or ended (R0.4)."""

from datetime import datetime

from ledger import outbox
from ledger.models import OutboxMessage
from reviews.faults import announcing
from reviews.faults.models import Fault


@outbox.handler("fault")
def tell_faults(messages: list[OutboxMessage], now: datetime) -> None:
    """R0.4: a fault began or ended: to everyone who keeps records under its unit."""
    rows = Fault.objects.select_related("unit").in_bulk({message.payload["fault"] for message in messages})
    for message in messages:
        fault, event = rows[message.payload["fault"]], message.payload["event"]
        announcing.fan_out(fault, event, message.dedup, now)
