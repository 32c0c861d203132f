"""What the worker does for reviews. Each may be missed, repeated or overlapped: the database knows what is due."""

from celery import shared_task

from reviews.clock import recompute, sweeps, yearly_dates
from reviews.staff import training, weekly_login
from web import clock


@shared_task
def sweep() -> dict:
    """Mark, record, warn and clear what is due by now (R3.5, R3.7, R3.7b)."""
    return sweeps.run(clock.now())


@shared_task
def recompute_due_dates() -> int:
    """Reckon open due dates again: catches a decision that crossed a change of the calendar (R3.7)."""
    return len(recompute.recompute(clock.now()))


@shared_task
def warn_of_weekly_login() -> int:
    """Tell accounts that have not signed in this week (R8.3)."""
    return weekly_login.warn(clock.now())


@shared_task
def remind_of_certificates() -> int:
    """Tell registrars whose certificate is about to run out (R8.1)."""
    return training.remind(clock.now())


@shared_task
def remind_of_yearly_dates() -> int:
    """Remind units of what is to be done before a date of the year (R1.1, R3.5, R3.5b, R6.2)."""
    return yearly_dates.remind(clock.now())
