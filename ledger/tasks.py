"""What the worker does for the ledger: deliver messages, sign the trail. Each may be missed, repeated, overlapped."""

from celery import shared_task

from ledger import heads, outbox, tally
from web import clock


@shared_task
def relay() -> int:
    """Deliver what waits in the outbox."""
    return outbox.relay(clock.now())


@shared_task
def clear_counts() -> int:
    """Take away the counts of tries that have ended."""
    return tally.clear(clock.now())


@shared_task
def sign_heads() -> None:
    """Sign today's head of every audit chain and write it out."""
    heads.sign(clock.local_date(clock.now()))
