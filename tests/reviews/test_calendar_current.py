"""The calendar of the tables: read once per revision, and judged like the database's own wall."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction

from reviews.rulebook import calendar
from reviews.rulebook.models import CalendarDay, CalendarRevision, Vacation, Window

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_in_memory():
    calendar.forget()
    yield
    calendar.forget()


def number():
    return CalendarRevision.objects.get().number


@pytest.mark.rule("R3.7")
def test_the_shipped_rows_give_the_notice_s_working_days():
    now = calendar.current()
    assert now.confirmed_until == date(2026, 12, 31)
    assert now.add(date(2026, 9, 25), 10) == date(2026, 10, 15)
    assert now.explain(date(2026, 12, 18), 10).provisional


@pytest.mark.rule("R3.7b")
def test_the_shipped_vacations_do_not_count_for_the_bulletin():
    now = calendar.current()
    assert now.bulletin_due(date(2026, 12, 28), 10, None) == date(2027, 3, 2)


def test_a_calendar_in_memory_costs_no_query(django_assert_num_queries):
    held = calendar.current()
    known = number()
    with django_assert_num_queries(0):
        assert calendar.current(known) is held
        assert calendar.current_windows(known)
    with django_assert_num_queries(1):
        assert calendar.current() is held


@pytest.mark.rule("R3.7")
def test_a_new_notice_moves_the_date_at_once():
    assert calendar.current().add(date(2026, 12, 18), 10) == date(2027, 1, 4)
    CalendarDay.objects.create(date=date(2027, 1, 4), kind="holiday", name="元旦", source="通知")
    assert calendar.current(number()).add(date(2026, 12, 18), 10) == date(2027, 1, 5)


def test_a_change_that_is_rolled_back_leaves_nothing_in_memory():
    before = calendar.current()
    with transaction.atomic():
        CalendarDay.objects.create(date=date(2026, 11, 24), kind="holiday", name="某节", source="误录")
        raised = number()
        assert not calendar.current(raised).is_working(date(2026, 11, 24))
        transaction.set_rollback(True)
    # The number comes again, for other rows.
    CalendarDay.objects.create(date=date(2026, 11, 25), kind="holiday", name="某节", source="通知")
    assert number() == raised
    now = calendar.current(raised)
    assert now is not before
    assert now.is_working(date(2026, 11, 24))
    assert not now.is_working(date(2026, 11, 25))


def test_an_empty_table_is_a_week_and_all_provisional():
    CalendarDay.objects.all().delete()
    Vacation.objects.all().delete()
    now = calendar.current()
    assert now.add(date(2026, 10, 1), 1) == date(2026, 10, 2)
    assert now.provisional(date(2026, 10, 2))


def walls_answer(kind, instant):
    with connection.cursor() as cursor:
        cursor.execute("SELECT reviews_closed_window(%s, NULL, %s)", [kind, instant])
        return cursor.fetchone()[0]


@pytest.mark.rule("R3.5")
@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Shanghai"])
def test_the_database_s_wall_and_the_calculator_agree_at_every_edge_from_2024_to_2040(zone):
    Window.objects.all().delete()
    common = {"clause": "附件1 三.5", "source": "x"}
    rows = [
        ("freeze", ["a"], True, "07-15", "08-15", date(2016, 1, 1), date(2034, 7, 20)),
        ("freeze", ["a"], True, "07-20", "08-10", date(2030, 1, 1), None),
        ("autumn", ["b"], False, "08-15", "12-15", date(2016, 1, 1), None),
        ("spring", ["b"], False, "03-01", "06-01", date(2016, 1, 1), None),
        ("winter", ["c"], True, "12-20", "02-29", date(2016, 1, 1), None),
        ("none", ["d"], False, "05-05", "05-05", date(2016, 1, 1), None),
        ("odd", ["e"], True, "04-31", "06-31", date(2016, 1, 1), None),
    ]
    for key, kinds, closes, starts, ends, valid_from, valid_until in rows:
        Window.objects.create(
            key=key, name=key, kinds=kinds, closes=closes, starts=starts, ends=ends,
            valid_from=valid_from, valid_until=valid_until, **common,
        )  # fmt: skip
    windows = calendar.current_windows(number())
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE %s", [zone])
    tick = timedelta(microseconds=1)
    asked = 0
    for year in range(2024, 2041):
        for month, day in (
            (7, 15),
            (7, 20),
            (8, 10),
            (8, 15),
            (12, 15),
            (12, 20),
            (3, 1),
            (6, 1),
            (5, 1),
            (7, 1),
            (5, 5),
        ):
            edge = datetime(year, month, day, tzinfo=UTC) - timedelta(hours=8)
            for instant in (edge - tick, edge, edge + tick):
                for kind in "abcde":
                    wall = walls_answer(kind, instant)
                    ours = calendar.closed_by(windows, kind, None, instant)
                    assert (wall is None) == (ours is None), (kind, instant, wall, ours)
                    asked += 1
    assert asked == 17 * 11 * 3 * 5
