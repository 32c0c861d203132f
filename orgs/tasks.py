"""What the worker does for units. May be missed, repeated or overlapped: rules ask the dated rows themselves."""

from celery import shared_task

from orgs.people import school_system
from orgs.staff import staffing
from web import clock


@shared_task
def bring_systems_up_to_date() -> int:
    """A system that begins today stands in its school's own columns (R4.3)."""
    return school_system.bring_up_to_date()


@shared_task
def seal_unused_accounts() -> int:
    """Seal accounts that nobody has used for 90 days (R8.3)."""
    return staffing.seal_unused(clock.now())
