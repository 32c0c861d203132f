"""What the worker does for transfers. Each may be missed, repeated or overlapped: the database knows what is due."""

from celery import shared_task

from ledger import clock
from transfers import offline_notices, yearly_reminders


@shared_task
def remind_offline() -> int:
    """Remind schools of pupils who attend while their record has not come (R0.4)."""
    return offline_notices.remind(clock.now())


@shared_task
def remind_of_yearly_dates() -> int:
    """Remind units of what is to be done before a date of the year (R3.5, R3.5b)."""
    return yearly_reminders.remind(clock.now())
