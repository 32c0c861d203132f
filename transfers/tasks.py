"""What the worker does for transfers. Each may be missed, repeated or overlapped: the database knows what is due."""

from celery import shared_task

from transfers.graduating import running as graduating
from transfers.offline import notices as offline_notices
from web import clock


@shared_task
def remind_offline() -> int:
    """Remind schools of pupils who attend while their record has not come (R0.4)."""
    return offline_notices.remind(clock.now())


@shared_task
def clear_graduating() -> int:
    """Clear transfers of graduating grades on the day a province has set for it (R3.5b)."""
    return graduating.clear(clock.now())
