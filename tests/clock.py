"""Time in tests: the program's clock and the database's, set together.

Inside a test's transaction the SQL function ``ledger_now()`` of the tests reads a setting of that transaction; in a clone
of the database that other connections see too it is replaced. The program itself has no way to set it. Outside
``frozen`` both run on the tests' ordinary day (see there).
"""

from contextlib import contextmanager
from datetime import datetime

from django.db import connection

from tests.ordinary_day import DATABASE_CLOCK
from web import clock

# Also what is frozen inside a transaction of such a test stands.
_FIXED = """CREATE OR REPLACE FUNCTION ledger_now() RETURNS timestamptz LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(nullif(current_setting('xueji.stands', true), '')::timestamptz, timestamptz '{}') $$"""


_before: list[datetime | None] = [None]


@contextmanager
def frozen(at: datetime):
    """Both clocks stand at ``at`` (aware); afterwards as they stood before."""
    assert at.tzinfo is not None, "an instant needs a zone"
    running = clock.now
    in_transaction = connection.in_atomic_block
    _stand(in_transaction, at)
    _before.append(at)
    clock.now = lambda: at
    try:
        yield at
    finally:
        clock.now = running
        _before.pop()
        _stand(in_transaction, _before[-1])


def shanghai(*parts: int) -> datetime:
    """An instant of local time, e.g. ``shanghai(2026, 7, 15)``."""
    return datetime(*parts, tzinfo=clock.SHANGHAI)


def _stand(in_transaction: bool, at: datetime | None) -> None:
    """The database's clock stands at ``at``; ``None``: it runs again."""
    if connection.needs_rollback:
        return  # a broken transaction is rolled back as a whole, and what was set in it
    with connection.cursor() as cursor:
        if in_transaction:
            cursor.execute("SELECT set_config('xueji.stands', %s, false)", [at.isoformat() if at else ""])
        else:
            cursor.execute(_FIXED.format(at.isoformat()) if at else DATABASE_CLOCK)
