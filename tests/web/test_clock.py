"""Days as the notice knows them: of Shanghai, months as the database adds them, told in Chinese."""

from datetime import UTC, date, datetime, timedelta

import pytest

from web import clock

# Two minutes before midnight in Shanghai, and two after.
BEFORE, AFTER = datetime(2026, 11, 22, 15, 58, tzinfo=UTC), datetime(2026, 11, 22, 16, 2, tzinfo=UTC)


def test_a_day_is_that_of_shanghai():
    assert clock.local_date(BEFORE) == date(2026, 11, 22)
    assert clock.local_date(AFTER) == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 12, 15), 12, date(2027, 12, 15)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 3, 5), 0, date(2026, 3, 5)),
    ],
)
def test_months_are_added_as_the_database_adds_them(day, months, then):
    assert clock.months_after(day, months) == then


def test_days_months_and_instants_are_told_in_chinese():
    assert clock.spoken(date(2026, 1, 5)) == "2026年1月5日"
    assert clock.spoken_month(date(2026, 1, 5)) == "2026年1月"
    assert clock.brief(AFTER) == "11月23日 00:02"
    assert clock.moment(AFTER) == "2026年11月23日 00:02"


def test_now_is_an_instant_with_a_zone():
    assert clock.now().utcoffset() == timedelta(0)
