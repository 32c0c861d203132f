"""What the worker does for tickets. It may be missed, repeated or overlapped: the database knows what is due."""

from celery import shared_task

from tickets.forms import escalation
from web import clock


@shared_task
def sweep_tickets() -> int:
    """Send up what nobody accepted, record what nobody answered (R8.5, R8.6)."""
    return escalation.sweep(clock.now())
