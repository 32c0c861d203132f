"""The one place that reads the clock.

Only views, tasks, commands and the door call :func:`now`; everything else is handed the instant. The database has
its twin, the SQL function ``ledger_now()``: decision times are stamped there, so that no client can back-date one.
"""

from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The current instant, aware, in UTC."""
    return datetime.now(UTC)


def local_date(instant: datetime) -> date:
    """The calendar date of ``instant`` in Asia/Shanghai, the only zone the notice knows."""
    return instant.astimezone(SHANGHAI).date()


@lru_cache(maxsize=4096)
def spoken(day: date) -> str:
    """A date as people read it: 2026年11月23日. An instant's own date, in whatever zone it is told."""
    return f"{day.year}年{day.month}月{day.day}日"


def moment(instant: datetime) -> str:
    """An instant as people read it, in Asia/Shanghai: 2026年11月23日 10:12."""
    local = instant.astimezone(SHANGHAI)
    return f"{spoken(local)} {local:%H:%M}"
