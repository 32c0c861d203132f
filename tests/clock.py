"""Time in tests: the program's clock and the database's, set together.

The SQL function ``ledger_now()`` is replaced inside the test's transaction (or its own clone of the database); the
program itself has no way to set it. Outside ``frozen`` both run on the tests' ordinary day (see there).
"""

from contextlib import contextmanager
from datetime import datetime

from django.db import connection

from ledger import clock
from tests.ordinary_day import DATABASE_CLOCK

_FIXED = "CREATE OR REPLACE FUNCTION ledger_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$ SELECT timestamptz '{}' $$"


@contextmanager
def frozen(at: datetime):
    """Both clocks stand at ``at`` (aware)."""
    assert at.tzinfo is not None, "an instant needs a zone"
    running = clock.now
    _sql(_FIXED.format(at.isoformat()))
    clock.now = lambda: at
    try:
        yield at
    finally:
        clock.now = running
        _sql(DATABASE_CLOCK)


def shanghai(*parts: int) -> datetime:
    """An instant of local time, e.g. ``shanghai(2026, 7, 15)``."""
    return datetime(*parts, tzinfo=clock.SHANGHAI)


def _sql(text: str) -> None:
    if connection.needs_rollback:
        return  # a broken transaction is rolled back as a whole, and the function with it
    with connection.cursor() as cursor:
        cursor.execute(text)
