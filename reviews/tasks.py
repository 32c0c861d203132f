"""What the worker does for reviews. Each may be missed, repeated or overlapped: the database knows what is due."""

from celery import shared_task

from ledger import clock
from reviews import recompute, sweeps


@shared_task
def sweep() -> dict:
    """Mark, record, warn and clear what is due by now (R3.5, R3.7, R3.7b)."""
    return sweeps.run(clock.now())


@shared_task
def recompute_due_dates() -> int:
    """Reckon open due dates again: catches a decision that crossed a change of the calendar (R3.7)."""
    return len(recompute.recompute(clock.now()))
