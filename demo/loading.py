"""How rows of the past get in: with ids set aside beforehand, and, for decided cases only, past the triggers.

The database stamps decisions itself and accepts no date of the past; that is its purpose. A demonstration needs a
past, so its cases are loaded as a replica would load them: triggers and foreign keys are off for one transaction,
checks and unique indexes stay on, and :mod:`demo.inspection` proves afterwards that all rows fit.
Only the trial's own superuser can do this; a program on real servers has no such right.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault

# What needs no preparation by its field.
_AS_IT_IS = {type(None), str, int, bool, bytes, date, datetime}


def begin(name: str) -> None:
    """At the beginning of a load's transaction: one load at a time, no time-out while pictures are made, and people
    who are in post already (orgs/sql/triggers.sql)."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL lock_timeout = 0")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SET LOCAL xueji.installing = 'on'")
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])


def reserve(model: type[models.Model], count: int) -> int:
    """Set aside ``count`` ids of ``model``; returns the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [model._meta.db_table, model._meta.pk.column])
        (sequence,) = cursor.fetchone()
        cursor.execute("SELECT nextval(%s)", [sequence])
        (first,) = cursor.fetchone()
        cursor.execute("SELECT setval(%s, %s)", [sequence, first + max(count, 1) - 1])
    return first


@contextmanager
def as_replica() -> Iterator[None]:
    """Inside the caller's transaction: rows come in as they are. Deferred triggers have fired before."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        try:
            yield
        finally:
            if not connection.needs_rollback:
                cursor.execute("SET LOCAL session_replication_role = origin")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def store(rows: Sequence[models.Model]) -> None:
    """Write unsaved instances of one model, whose keys are set, by COPY; triggers fire as at any insert."""
    model = type(rows[0])
    fields = [
        field
        for field in model._meta.concrete_fields
        if not isinstance(getattr(rows[0], field.attname), DatabaseDefault)
    ]
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    with connection.cursor() as cursor:
        with cursor.copy(
            f"COPY {connection.ops.quote_name(model._meta.db_table)} ({names}) FROM STDIN"
        ) as copy:
            for row in rows:
                values = ((field, getattr(row, field.attname)) for field in fields)
                copy.write_row(
                    [
                        value if type(value) in _AS_IT_IS else field.get_db_prep_save(value, connection)
                        for field, value in values
                    ]
                )
        # A table filled in this transaction is otherwise thought to be empty by every later plan.
        cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")
