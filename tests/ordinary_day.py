"""The day on which the tests live, whatever day it is outside.

In the yearly freeze, on a Saturday or in the Spring Festival much would rightly be refused, and in a year without
rows of the calendar every due date is provisional. So both clocks, the program's and the database's, run from ten
o'clock of an ordinary Wednesday, on which transfers and post-graduation enrolments alike may begin. Django's own clock
goes with them. A test that needs another day uses ``frozen`` or ``World(now=…)``.

A process of its own (worker, web, command) runs under ``tests.program``, which moves its clocks by the same span.
"""

import os
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.utils import timezone
from psycopg import sql

from web import clock

TEN_O_CLOCK = datetime(2026, 11, 25, 10, tzinfo=clock.SHANGHAI)
SHARED = "XUEJI_TESTS_SHIFT"

SHIFT = timedelta(seconds=float(os.environ.get(SHARED) or (TEN_O_CLOCK - datetime.now(UTC)).total_seconds()))

# Reads the span from a setting of the database, so that one template serves every day it is cloned on.
_RUNNING = """LANGUAGE sql VOLATILE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT clock_timestamp() + coalesce(nullif(current_setting('xueji.shift', true), ''), '0')::interval $$"""
# Inside a transaction a test lets it stand still by a setting of that transaction: a function made anew would throw away
# every plan that rests on it, a dozen times a test.
DATABASE_CLOCK = """CREATE OR REPLACE FUNCTION ledger_now() RETURNS timestamptz LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(nullif(current_setting('xueji.stands', true), '')::timestamptz,
        clock_timestamp() + coalesce(nullif(current_setting('xueji.shift', true), ''), '0')::interval) $$"""

# Rows stamped by a column's default run on as well, also while ``frozen`` lets the decisions' clock stand still.
DATABASE_DEFAULTS = f"""CREATE OR REPLACE FUNCTION ordinary_now() RETURNS timestamptz {_RUNNING};
DO $$ DECLARE its record; BEGIN
    FOR its IN SELECT table_name, column_name FROM information_schema.columns
               WHERE table_schema = 'public' AND column_default ~* 'statement_timestamp'
    LOOP EXECUTE format('ALTER TABLE %I ALTER COLUMN %I SET DEFAULT ordinary_now()', its.table_name, its.column_name);
    END LOOP; END $$"""


def begin() -> None:
    """Move the clocks of this process. Called by the settings, before anybody has taken ``now`` out of its module."""
    clock.now = timezone.now = lambda: datetime.now(UTC) + SHIFT


def prepare_database() -> None:
    """Let the clock of a freshly migrated database be moved."""
    with connection.cursor() as cursor:
        cursor.execute(DATABASE_CLOCK)
        cursor.execute(DATABASE_DEFAULTS)


def of_database(name: str) -> sql.Composable:
    """The statement that moves the clock of the database ``name``; connections opened from then on see it."""
    span = f"{SHIFT.total_seconds():.6f} seconds"
    return sql.SQL("ALTER DATABASE {} SET xueji.shift = {}").format(sql.Identifier(name), sql.Literal(span))
