"""The databases that are measured: one for each size, made once by ``migrate`` and ``seed_demo`` and kept between runs."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection, connections
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent

# Of all seeded cases one in ten has ended; a database of a size has as many open ones, and a few more.
_CASES = 1.114
# Databases whose migrations this process has seen to.
_up_to_date: set[str] = set()


def use(size: int) -> None:
    """Point this process, and those it starts, at the database with ``size`` open cases."""
    name = f"bench_{size}"
    with maintenance() as server:
        found = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if not found:
            _make(server, name, size)
    point_at(name)
    if name not in _up_to_date:
        _manage("migrate", "--verbosity", "0", name=name)
        _up_to_date.add(name)
    put_back()


def _make(server: psycopg.Connection, name: str, size: int) -> None:
    """It appears whole or not at all: it is filled under another name."""
    building = sql.Identifier(f"building_{size}")
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(building))
    server.execute(sql.SQL("CREATE DATABASE {}").format(building))
    print(f"making the database of {size:,} open cases, once …", flush=True)
    _manage("migrate", "--verbosity", "0", name=f"building_{size}")
    cases = str(round(size * _CASES))
    _manage("seed_demo", "--pupils", cases, "--cases", cases, name=f"building_{size}")
    with psycopg.connect(**_parameters(f"building_{size}"), autocommit=True) as fresh:
        fresh.execute("VACUUM ANALYZE")
    server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(building, sql.Identifier(name)))


def _manage(*command: str, name: str) -> None:
    subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        check=True,
        env=os.environ | {"BENCH_DATABASE": name, "DJANGO_SETTINGS_MODULE": "bench.settings"},
    )


def let_go() -> None:
    """Close what this process has open, so that a database can be copied or renamed."""
    connections.close_all()


def point_at(name: str) -> None:
    """Point this process, and those it starts, at a database that stands."""
    from reviews.engine import book as rulebook

    let_go()
    connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = name
    os.environ["BENCH_DATABASE"] = name
    rulebook._kept = None  # another database may have another rulebook under the same revision


def _parameters(name: str) -> dict:
    found = connection.get_connection_params() | {"dbname": name}
    return {key: value for key, value in found.items() if key not in {"cursor_factory", "context"}}


def maintenance() -> psycopg.Connection:
    """A connection to the server itself."""
    return psycopg.connect(**_parameters("postgres"), autocommit=True)


def bare() -> psycopg.Connection:
    """A psycopg connection of its own to the database in use, set up as the program's."""
    return psycopg.connect(**_parameters(connection.settings_dict["NAME"]))


@contextmanager
def as_replica() -> Iterator[psycopg.Cursor]:
    """A transaction past triggers and foreign keys: to lay out a measurement, and to put back what it changed."""
    with bare() as link, link.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor


def versions() -> dict[str, str]:
    """What is measured, by version."""
    from importlib.metadata import version

    with maintenance() as server:
        (text,) = server.execute("SHOW server_version").fetchone()
        settings_shown = {
            name: server.execute(f"SHOW {name}").fetchone()[0] for name in ("fsync", "shared_buffers")
        }
    told = ", ".join(f"{name} {value}" for name, value in settings_shown.items())
    return {"PostgreSQL": f"{text} ({told})", "Django": version("django"), "psycopg": version("psycopg")}


# ---------------------------------------------------------------- what is due

# Of 25 live cases three have run out and three others are late; no reminder is waiting, so a round of the sweep does
# nothing else. Dates stand relative to the instant of the laying out, which the sweep is then told is now.
RUN_OUT = "c.closed_at IS NULL AND c.id % 25 IN (0, 1, 2)"
LATE = "c.closed_at IS NULL AND c.id % 25 IN (3, 4, 5)"
# These wait for their file while a lapse is measured, and only then.
AWAITED = "c.closed_at IS NULL AND c.id % 25 IN (6, 7, 8)"
_DAY = "(SELECT (at AT TIME ZONE 'Asia/Shanghai')::date FROM bench_laid)"


def lay_out() -> None:
    """Make the database in use stand so, once."""
    with as_replica() as cursor:
        cursor.execute("SELECT to_regclass('bench_laid')")
        if cursor.fetchone()[0] is not None:
            return
        cursor.execute("CREATE TABLE bench_laid AS SELECT now() - interval '1 day' AS at")
        due = f"CASE WHEN {LATE} THEN {_DAY} - 1 - (c.id % 7)::int ELSE {_DAY} + 1 + (c.id % 11)::int END"
        cursor.execute(
            f"""UPDATE reviews_case c SET due_on = {due}, expiry_warned = 3, expires_at = (SELECT at FROM bench_laid)
                + CASE WHEN {RUN_OUT} THEN -interval '1 minute' * (1 + c.id % 5000) ELSE interval '60 days' END
                WHERE c.closed_at IS NULL"""
        )
        cursor.execute(
            """UPDATE reviews_step s SET due_on = c.due_on, bulletin_due_on = c.due_on, next_warn_on = NULL,
                overdue_at = NULL, warned = 3 FROM reviews_case c WHERE c.id = s.case_id AND s.closed_at IS NULL"""
        )
    _clear_away("reviews_case", "reviews_step")


def await_file() -> None:
    """Let the kept cases stand at 调档, the limit of their file passed; :func:`put_back` takes it back."""
    with as_replica() as cursor:
        due = f"{_DAY} - 1 - (c.id % 7)::int"
        cursor.execute(
            f"""UPDATE reviews_case c SET state = 'awaiting_file', awaiting = 'handle', holder_id = receiving_unit_id,
                stages = stages || 'awaiting_file'::varchar, expires_at = NULL, due_on = {due} WHERE {AWAITED}"""
        )
        cursor.execute(
            """UPDATE reviews_step s SET stage = 'awaiting_file', unit_id = c.holder_id, due_on = c.due_on,
                bulletin_due_on = c.due_on, handler_id = NULL, handler_person_id = NULL, handled_at = NULL,
                handle_opinion = '', proposal = ''
                FROM reviews_case c WHERE c.id = s.case_id AND s.closed_at IS NULL AND c.state = 'awaiting_file'"""
        )
    _clear_away("reviews_case", "reviews_step")


def open_cases() -> int:
    """How many cases of the database in use are open."""
    with bare() as link:
        return link.execute("SELECT count(*) FROM reviews_case WHERE closed_at IS NULL").fetchone()[0]


def laid_out_at() -> datetime:
    """The instant that the dates of the cases refer to."""
    with bare() as link:
        return link.execute("SELECT at FROM bench_laid").fetchone()[0]


# ---------------------------------------------------------------- what a measurement changes is put back

_GROWING = (
    "reviews_act",
    "reviews_overduerecord",
    "ledger_auditentry",
    "ledger_outboxmessage",
    "reviews_step",
)


def keep(condition: str, parameters: list | None = None) -> int:
    """Remember the cases (``c``) that fulfil ``condition``, with their steps, as they stand; returns how many.

    They stay remembered when the bench is killed, and are then put back before the next measurement.
    """
    with bare() as link:
        link.execute(
            f"CREATE TABLE bench_kept_case AS SELECT c.* FROM reviews_case c WHERE {condition}",
            parameters,
        )
        link.execute("CREATE UNIQUE INDEX ON bench_kept_case (id)")
        link.execute(
            "CREATE TABLE bench_kept_step AS SELECT s.* FROM reviews_step s JOIN bench_kept_case c ON c.id = s.case_id"
        )
        marks = ", ".join(f"(SELECT coalesce(max(id), 0) FROM {table}) AS {table}" for table in _GROWING)
        link.execute(f"CREATE TABLE bench_kept_mark AS SELECT {marks}")
        link.execute("ANALYZE bench_kept_case")
        link.execute("ANALYZE bench_kept_step")
        return link.execute("SELECT count(*) FROM bench_kept_case").fetchone()[0]


def put_back(forget: bool = True) -> None:
    """Make everything stand as it was remembered, and clear away what that leaves behind."""
    with as_replica() as cursor:
        cursor.execute("SELECT to_regclass('bench_kept_mark')")
        if cursor.fetchone()[0] is None:
            return
        for table in _GROWING:
            cursor.execute(f"DELETE FROM {table} WHERE id > (SELECT {table} FROM bench_kept_mark)")
        for table in ("reviews_case", "reviews_step"):
            kept = table.replace("reviews", "bench_kept")
            cursor.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0", [table]
            )
            columns = [name for (name,) in cursor.fetchall() if name != "id"]
            sets = ", ".join(f'"{name}" = k."{name}"' for name in columns)
            changed = " OR ".join(f't."{name}" IS DISTINCT FROM k."{name}"' for name in columns)
            cursor.execute(f"UPDATE {table} t SET {sets} FROM {kept} k WHERE t.id = k.id AND ({changed})")
        if forget:
            cursor.execute("DROP TABLE bench_kept_case, bench_kept_step, bench_kept_mark")
    _clear_away("reviews_case", *_GROWING)


def _clear_away(*tables: str) -> None:
    with bare() as link:
        link.autocommit = True
        link.execute(f"VACUUM (ANALYZE) {', '.join(tables)}")
