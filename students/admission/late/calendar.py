"""When a month's list is due: by the last day of the month at 20:00 in Shanghai (R2.2 每月底). What comes in after that
stands on the next month's list. The clock sends nothing: it reminds, and tells what is overdue."""

from datetime import date, datetime, time, timedelta

from orgs.people.models import Unit
from reviews.engine import book as rulebook
from students.admission.late.limit_values import KEY
from web.clock import SHANGHAI, local_date

HOUR = time(20)


def closing(month: date) -> datetime:
    """Until when the list of the month that ``month`` lies in takes children, and is due."""
    return datetime.combine(after(month) - timedelta(days=1), HOUR, SHANGHAI)


def after(month: date) -> date:
    """The first day of the next month."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def month_of(instant: datetime) -> date:
    """The first day of the month on whose list stands what came in at ``instant``."""
    month = local_date(instant).replace(day=1)
    return month if instant < closing(month) else after(month)


def due_of(instant: datetime) -> datetime:
    """When that list is due."""
    return closing(month_of(instant))


def last_closed(now: datetime) -> date:
    """The first day of the latest month whose list takes nobody any more."""
    return (month_of(now) - timedelta(days=1)).replace(day=1)


def month_to_close(now: datetime, province: Unit) -> date:
    """The month whose list the province may close now: from a day near its end on the present one, else the last."""
    day, month = local_date(now), month_of(now)
    first = rulebook.current().limit(KEY, day, province.pk)
    return month if month == day.replace(day=1) and day.day >= first else last_closed(now)
