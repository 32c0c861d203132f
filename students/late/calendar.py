"""When a month's list is closed: the last day of the month at 20:00 in Shanghai (R2.2 每月底)."""

from datetime import date, datetime, time, timedelta

from ledger.clock import SHANGHAI, local_date

HOUR = time(20)


def closing(month: date) -> datetime:
    """The instant at which the list of the month that ``month`` lies in is closed and checked."""
    after = (month.replace(day=1) + timedelta(days=32)).replace(day=1)
    return datetime.combine(after - timedelta(days=1), HOUR, SHANGHAI)


def month_of(instant: datetime) -> date:
    """The first day of the month on whose list stands what came in at ``instant``."""
    month = local_date(instant).replace(day=1)
    return month if instant < closing(month) else (month + timedelta(days=32)).replace(day=1)


def check_of(instant: datetime) -> datetime:
    """When that list is checked."""
    return closing(month_of(instant))


def last_closed(now: datetime) -> date:
    """The first day of the latest month whose list is closed."""
    return (month_of(now) - timedelta(days=1)).replace(day=1)
