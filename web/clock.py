"""The one place that reads the clock.

Only views, tasks, commands and the door call :func:`now`; everything else is handed the instant. The database has
its twin, the SQL function ``ledger_now()``: decision times are stamped there, so that no client can back-date one.
"""

from calendar import monthrange
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from web.words import Words, dated, joined

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The current instant, aware, in UTC."""
    return datetime.now(UTC)


def local_date(instant: datetime) -> date:
    """The calendar date of ``instant`` in Asia/Shanghai, the only zone the notice knows."""
    return instant.astimezone(SHANGHAI).date()


def months_after(day: date, months: int) -> date:
    """The same day ``months`` later, or that month's last day; as the database adds months."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


@lru_cache(maxsize=4096)
def spoken(day: date) -> str:
    """A date as people read it: 2026年11月23日. An instant's own date, in whatever zone it is told."""
    return dated(f"{day.year}年{day.month}月{day.day}日", day)


def spoken_month(day: date) -> str:
    """A month as people read it: 2026年11月."""
    return Words(f"{day.year}年{day.month}月", lambda: f"{day:%B} {day.year}")


def brief(instant: datetime) -> str:
    """An instant of these days, in Asia/Shanghai: 11月23日 10:12."""
    local = instant.astimezone(SHANGHAI)
    return Words(f"{local:%-m月%-d日 %H:%M}", lambda: f"{local.day} {local:%B %H:%M}")


def moment(instant: datetime) -> str:
    """An instant as people read it, in Asia/Shanghai: 2026年11月23日 10:12."""
    local = instant.astimezone(SHANGHAI)
    return joined("", (spoken(local), f" {local:%H:%M}"))
