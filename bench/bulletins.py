"""Row “monthly bulletin”: a province's month of a million steps, drafted, against the one aggregate statement alone.

The steps are those of the smaller database, copied with other ids and spread over the month; cases and units stay.
"""

from collections.abc import Iterator
from datetime import date

from django.db import connection
from psycopg import sql

from bench import ground, wide
from bench.measure import Row, in_turn
from orgs.people.models import Unit, UnitLevel
from reviews.rulebook import calendar
from students.bulletins import counting, figures
from students.bulletins.counting import Month
from web import clock

SEEDED, STEPS = 100_000, 1_000_000
NAME = f"bench_bulletin_{STEPS}"
_IDS = 1_000_000_000


def rows(sizes: tuple[int, ...]) -> Iterator[Row]:
    """One row, at a million steps; smaller runs take the seeded database as it is."""
    if max(sizes) >= SEEDED:
        _use()
        month = _spread_month()
    else:
        ground.use(max(sizes))
        month = Month.of(clock.local_date(clock.now()))
    province = _largest()
    counted = calendar.current().for_province(province.pk)

    def drafted() -> int:
        inputs = counting.inputs(province, month, calendar.current(), clock.now())
        figures.lines(inputs)
        return 1

    def aggregated() -> int:
        counting.count_steps(province, month, counted)
        return 1

    steps = _steps(province)
    yield in_turn("monthly bulletin", f"{steps:,} steps", steps, drafted, aggregated, 0.8, unit="ms")


def _largest() -> Unit:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT u.province_id FROM reviews_step s JOIN orgs_unit u ON u.id = s.unit_id"
            " WHERE u.province_id IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
        )
        (pk,) = cursor.fetchone()
    return Unit.objects.get(pk=pk, level=UnitLevel.PROVINCE)


def _steps(province: Unit) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM reviews_step s JOIN orgs_unit u ON u.id = s.unit_id WHERE u.province_id = %s",
            [province.pk],
        )
        return cursor.fetchone()[0]


def _spread_month() -> Month:
    return Month(date(2026, 10, 1), date(2026, 11, 1))


def _use() -> None:
    """Point this process at the database of a million steps of one month, made once."""
    ground.use(SEEDED)
    with ground.maintenance() as server:
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
            _make(server)
    ground.point_at(NAME)


def _make(server) -> None:
    """It appears whole or not at all: it is filled under another name."""
    print(f"making the database of {STEPS:,} steps, once …", flush=True)
    ground.let_go()
    building = sql.Identifier(f"{NAME}_building")
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(building))
    copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
    server.execute(copy.format(building, sql.Identifier(f"bench_{SEEDED}")))
    ground.point_at(f"{NAME}_building")
    with ground.as_replica() as cursor:
        cursor.execute(
            "ALTER TABLE reviews_step DROP CONSTRAINT step_decided_whole"
        )  # nobody is named in a copy
        cursor.execute("SELECT count(*) FROM reviews_step")
        copies = STEPS // cursor.fetchone()[0] + 1
        # Begun on a day of the month or of the two weeks before it; one in eight is still open, the rest took 0–17 days.
        opened = "timestamptz '2026-09-15 09:00+08' + interval '1 hour' * ((id * 31 + k * 7) % 1080)"
        other = {
            "id": f"id + k::bigint * {_IDS}",
            "opened_at": opened,
            "bulletin_due_on": f"(({opened}) AT TIME ZONE 'Asia/Shanghai')::date + 14",
            "closed_at": f"CASE WHEN (id + k) % 8 > 0 THEN {opened} + interval '1 day' * ((id + k) % 18) END",
            "outcome": "CASE WHEN (id + k) % 8 > 0 THEN 'agree' ELSE '' END",
        }
        wide.multiply(cursor, "reviews_step", ("reviews_step_pkey",), other, copies)
    wide.tidy("reviews_step")
    ground.let_go()
    server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(building, sql.Identifier(NAME)))
