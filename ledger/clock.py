"""The one place that reads the clock.

Only views, tasks, commands and the door call :func:`now`; everything else is handed the instant. The database has
its twin, the SQL function ``ledger_now()``: decision times are stamped there, so that no client can back-date one.
"""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The current instant, aware, in UTC."""
    return datetime.now(UTC)


def local_date(instant: datetime) -> date:
    """The calendar date of ``instant`` in Asia/Shanghai, the only zone the notice knows."""
    return instant.astimezone(SHANGHAI).date()
