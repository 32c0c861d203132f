"""Working days: the calculator against a day-by-day count that shares no code with it."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.rulebook.calendar import Calendar, VacationPeriod, confirmed_until

DATA = Path(__file__).resolve().parents[2] / "reviews" / "data"
INNER_MONGOLIA, HEBEI = 15, 13
ONE = timedelta(days=1)


def rows():
    for name in ("calendar_cn_2025_2026.csv", "calendar_cn_2027_provisional.csv"):
        with (DATA / name).open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                yield date.fromisoformat(row["date"]), row["kind"], row["name"], row["source"]


DAYS = {row[0]: row[1] for row in rows()}
NAMES = {row[0]: row[2] for row in rows()}
SOURCES = {row[0]: row[3] for row in rows()}
WINTER = VacationPeriod(None, "寒假", date(2027, 1, 10), date(2027, 2, 28), "示例")
SUMMER = VacationPeriod(None, "暑假", date(2026, 7, 15), date(2026, 8, 31), "示例")
OWN_SUMMER = VacationPeriod(INNER_MONGOLIA, "暑假", date(2026, 7, 18), date(2026, 8, 25), "内蒙古校历")
CALENDAR = Calendar(DAYS, NAMES, date(2026, 12, 31), (WINTER, SUMMER, OWN_SUMMER), SOURCES)


def works(day, days=DAYS):
    """The oracle: one day, by the words of the rule."""
    if day in days:
        return days[day] == "workday"
    return day.isoweekday() <= 5


def walk(day, n, days=DAYS):
    """The oracle: step a day at a time."""
    if n == 0:
        while not works(day, days):
            day += ONE
        return day
    step = ONE if n > 0 else -ONE
    left = abs(n)
    while left:
        day += step
        left -= works(day, days)
    return day


near = st.dates(date(2024, 1, 1), date(2029, 12, 31))
anywhere = st.dates(date(1900, 1, 1), date(9900, 12, 31))
edge_to_edge = st.dates()
counts = st.integers(-60, 60)
calendars = st.dictionaries(
    st.dates(date(2024, 6, 1), date(2028, 6, 1)), st.sampled_from(["holiday", "workday"]), max_size=80
)


@pytest.mark.rule("R3.7")
@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        # An ordinary fortnight: Monday counts as the first day only from Tuesday on.
        (date(2026, 11, 23), 10, date(2026, 12, 7)),
        # Sent on a Friday, a Saturday or a Sunday: the count begins on Monday.
        (date(2026, 11, 20), 1, date(2026, 11, 23)),
        (date(2026, 11, 21), 1, date(2026, 11, 23)),
        (date(2026, 11, 22), 1, date(2026, 11, 23)),
        # Over National Day 2026, with the make-up Saturday 10 October counted.
        (date(2026, 9, 25), 10, date(2026, 10, 15)),
        # Over Spring Festival 2026, make-up Saturdays 14 and 28 February counted.
        (date(2026, 2, 12), 3, date(2026, 2, 24)),
        (date(2026, 2, 24), 4, date(2026, 2, 28)),
        # Sent on a make-up Sunday.
        (date(2026, 1, 4), 1, date(2026, 1, 5)),
        # Over Spring Festival 2025: 8 days off, Sunday 26 January and Saturday 8 February worked.
        (date(2025, 1, 24), 3, date(2025, 2, 5)),
        (date(2025, 2, 7), 1, date(2025, 2, 8)),
        # Into the year whose notice is not out.
        (date(2026, 12, 18), 10, date(2027, 1, 4)),
    ],
)
def test_ten_working_days_count_from_the_next_working_day_and_include_make_up_days(start, n, due):
    assert CALENDAR.add(start, n) == due


@pytest.mark.rule("R3.7")
def test_the_year_2026_has_248_working_days():
    days = [date(2026, 1, 1) + timedelta(days=i) for i in range(365)]
    assert sum(CALENDAR.is_working(day) for day in days) == 248
    assert CALENDAR.between(date(2025, 12, 31), date(2026, 12, 31)) == 248


@pytest.mark.rule("R3.7")
def test_every_day_of_four_years_is_what_the_walking_count_says():
    day = date(2024, 6, 1)
    while day < date(2028, 6, 1):
        assert CALENDAR.is_working(day) == works(day), day
        for n in (-10, -1, 0, 1, 3, 10):
            assert CALENDAR.add(day, n) == walk(day, n), (day, n)
        day += ONE


@pytest.mark.rule("R3.7")
@given(calendars, near, counts)
def test_any_calendar_agrees_with_walking_day_by_day(days, start, n):
    calendar = Calendar(days)
    assert calendar.add(start, n) == walk(start, n, days)
    assert calendar.is_working(start) == works(start, days)


@given(anywhere, counts)
def test_years_nobody_has_entered_are_reckoned_by_the_week(start, n):
    assert CALENDAR.add(start, n) == walk(start, n)


@given(calendars, edge_to_edge, st.integers(1, 400))
def test_between_undoes_add(days, start, n):
    calendar = Calendar(days)
    due = calendar.add(start, n)
    if due < date.max - timedelta(days=800):
        assert calendar.between(start, due) == n
        assert calendar.is_working(due)
        assert calendar.add(due, -n) == (start if calendar.is_working(start) else calendar.add(start, -1))


@given(calendars, near, near)
def test_between_counts_the_days_after_the_first_up_to_the_second(days, a, b):
    calendar = Calendar(days)
    low, high = sorted((a, b))
    walked = sum(works(low + timedelta(days=i), days) for i in range(1, (high - low).days + 1))
    assert calendar.between(low, high) == walked
    assert calendar.between(a, b) == -calendar.between(b, a)


@given(calendars, edge_to_edge, edge_to_edge, st.integers(-500, 500), st.integers(0, 50))
def test_a_later_start_or_a_longer_limit_is_never_due_earlier(days, a, b, n, more):
    calendar = Calendar(days)
    low, high = sorted((a, b))
    assert calendar.add(low, n) <= calendar.add(high, n)
    if n != 0 and n + more != 0:
        assert calendar.add(a, n) <= calendar.add(a, n + more)


@given(edge_to_edge, st.integers(-10_000_000, 10_000_000))
def test_no_date_and_no_count_is_an_error(start, n):
    due = CALENDAR.add(start, n)
    assert date.min <= due <= date.max
    CALENDAR.between(start, due)
    CALENDAR.provisional(due)
    explained = CALENDAR.explain(start, n)
    assert explained.result == due
    assert explained.sentence


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        (date.max, 1, date.max),
        (date.max, 0, date.max),
        (date(9999, 12, 30), 1, date.max),
        (date(9999, 12, 20), 10, date.max),
        (date.min, -1, date.min),
        (date.min, 0, date.min),
        (date.min, 1, date(1, 1, 2)),
        (date(1, 1, 8), -5, date.min),
    ],
)
def test_the_first_and_last_year_hold_their_ends(start, n, due):
    assert CALENDAR.add(start, n) == due


def test_a_count_beyond_the_last_day_says_so():
    assert "超出可计算的日期" in CALENDAR.explain(date(9999, 12, 30), 5).sentence
    assert "超出可计算的日期" in CALENDAR.explain(date(1, 1, 2), -5).sentence
    assert "超出可计算的日期" not in CALENDAR.explain(date(9999, 12, 30), 1).sentence


def test_a_calendar_with_nothing_entered_knows_the_week_and_is_all_provisional():
    calendar = Calendar({})
    assert calendar.add(date(2026, 10, 1), 1) == date(2026, 10, 2)
    assert calendar.provisional(date(2026, 10, 2))
    assert "尚未录入" in calendar.explain(date(2026, 10, 1), 1).provisional_reason


def test_an_unknown_kind_of_day_is_refused():
    with pytest.raises(ValueError, match="unknown kind"):
        Calendar({date(2026, 10, 1): "maybe"})


@pytest.mark.rule("R3.7")
def test_an_instant_counts_as_its_day_in_shanghai():
    # 20:00 UTC on Friday is already Saturday in Shanghai, and the same moment in New York is Friday afternoon.
    evening = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
    new_york = evening.astimezone(timezone(timedelta(hours=-5)))
    assert CALENDAR.explain(evening, 1).start == date(2026, 11, 21)
    for instant in (evening, new_york):
        assert CALENDAR.add(instant, 1) == CALENDAR.add(date(2026, 11, 21), 1)
        assert not CALENDAR.is_working(instant)
        assert CALENDAR.between(instant, date(2026, 11, 24)) == 2


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        CALENDAR.add(datetime(2026, 11, 20, 20, 0), 1)


@pytest.mark.rule("R3.7")
def test_working_days_left_fall_to_nothing_on_the_due_date_and_below_it_when_overdue():
    start = date(2026, 9, 25)
    due = CALENDAR.add(start, 10)
    assert CALENDAR.working_left(start, due) == 10
    assert CALENDAR.working_left(date(2026, 10, 3), due) == 7
    assert CALENDAR.working_left(due, due) == 0
    assert CALENDAR.working_left(date(2026, 10, 19), due) == -2


@pytest.mark.rule("R3.7")
def test_a_date_is_provisional_from_the_first_day_without_a_notice():
    assert not CALENDAR.provisional(date(2026, 12, 31))
    assert CALENDAR.provisional(date(2027, 1, 1))
    settled = CALENDAR.explain(date(2026, 12, 17), 10)
    assert (settled.result, settled.provisional, settled.provisional_reason) == (
        date(2026, 12, 31),
        False,
        "",
    )
    open_still = CALENDAR.explain(date(2026, 12, 18), 10)
    assert open_still.provisional
    assert open_still.provisional_reason.startswith("暂定：2026年12月31日以后的放假安排尚未")
    assert next(day.date for day in open_still.days if day.provisional) == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("rows", "until"),
    [
        ([], date.min),
        ([(date(2027, 1, 1), False)], date.min),
        ([(date(2025, 1, 1), True), (date(2026, 1, 1), True)], date(2026, 12, 31)),
        # One day of the year left unconfirmed leaves the year open.
        (
            [(date(2026, 1, 1), True), (date(2026, 10, 1), False), (date(2025, 1, 1), True)],
            date(2025, 12, 31),
        ),
        # A gap ends what is sure.
        ([(date(2025, 1, 1), True), (date(2027, 1, 1), True)], date(2025, 12, 31)),
    ],
)
def test_confirmed_reaches_to_the_end_of_the_last_year_wholly_confirmed(rows, until):
    assert confirmed_until(rows) == until


@pytest.mark.rule("R3.7")
def test_the_explanation_tells_each_day_over_national_day_2026():
    told = CALENDAR.explain(date(2026, 9, 25), 10)
    assert told.sentence == (
        "自 2026年9月25日 起，次个工作日开始计，第 10 个工作日为 2026年10月15日；"
        "其间跳过中秋节 2 天、国庆节 7 天、周末 1 天，补班 1 天计入"
    )
    assert told.sources == ("国办发明电〔2025〕7号",)
    by_date = {day.date: (day.weekday, day.counted, day.reason) for day in told.days}
    assert by_date[date(2026, 9, 25)] == ("周五", None, "起算日，不计")
    assert by_date[date(2026, 9, 26)] == ("周六", None, "中秋节")
    assert by_date[date(2026, 9, 28)] == ("周一", 1, "")
    assert by_date[date(2026, 10, 1)] == ("周四", None, "国庆节")
    assert by_date[date(2026, 10, 10)] == ("周六", 6, "补班，计入")
    assert by_date[date(2026, 10, 11)] == ("周日", None, "周日")
    assert by_date[date(2026, 10, 15)] == ("周四", 10, "")
    assert len(told.days) == 21


def test_a_substitute_day_off_is_told_with_its_festival():
    told = CALENDAR.explain(date(2027, 2, 4), 1)
    assert told.sentence == (
        "自 2027年2月4日 起，次个工作日开始计，第 1 个工作日为 2027年2月15日；"
        "其间跳过农历除夕 1 天、春节 7 天、周末 2 天"
    )


def test_an_explanation_without_days_off_between_has_nothing_to_add():
    assert CALENDAR.explain(date(2026, 11, 23), 2).sentence == (
        "自 2026年11月23日 起，次个工作日开始计，第 2 个工作日为 2026年11月25日"
    )


def test_the_next_working_day_and_counting_back_are_told_in_their_own_words():
    assert CALENDAR.explain(date(2026, 11, 23), 0).sentence == "2026年11月23日 是工作日，就在当天"
    assert CALENDAR.explain(date(2026, 10, 1), 0).sentence == (
        "2026年10月1日 不是工作日，下一个工作日为 2026年10月8日；其间跳过国庆节 7 天"
    )
    back = CALENDAR.explain(date(2026, 10, 9), -3)
    assert back.sentence == ("自 2026年10月9日 起往前数，第 3 个工作日为 2026年9月29日；其间跳过国庆节 7 天")
    assert [day.counted for day in back.days if day.counted] == [-1, -2, -3]


@pytest.mark.rule("R3.7")
@given(calendars, near, counts)
def test_the_explanation_agrees_with_add_and_leaves_no_day_untold(days, start, n):
    calendar = Calendar(days, {day: "某节" for day, kind in days.items() if kind == "holiday"})
    told = calendar.explain(start, n)
    assert told.result == calendar.add(start, n) == told.days[-1].date
    assert told.days[0].date == start
    step = -ONE if n < 0 else ONE
    assert all(b.date - a.date == step for a, b in zip(told.days, told.days[1:], strict=False))
    for day in told.days:
        assert (day.counted is not None) or day.reason, "a day that is not counted says why"
        if day.date != start:
            assert (day.counted is not None) == works(day.date, days)
    if n:
        numbers = [day.counted for day in told.days if day.counted is not None]
        assert numbers == (list(range(1, n + 1)) if n > 0 else list(range(-1, n - 1, -1)))


@pytest.mark.rule("R3.7b")
def test_vacation_days_do_not_count_for_the_bulletin_but_do_for_the_due_date():
    start = date(2026, 12, 28)
    assert CALENDAR.add(start, 10) == date(2027, 1, 12)
    assert CALENDAR.bulletin_due(start, 10, HEBEI) == date(2027, 3, 2)
    told = CALENDAR.explain_bulletin(start, 10, HEBEI)
    assert told.result == date(2027, 3, 2)
    assert "寒假" in told.sentence
    assert {day.date: day.reason for day in told.days}[date(2027, 1, 11)] == "寒假"
    assert "示例" in told.sources
    # A Saturday in the vacation is a Saturday, a festival stays the festival.
    assert {day.date: day.reason for day in told.days}[date(2027, 1, 16)] == "周六"
    assert {day.date: day.reason for day in told.days}[date(2027, 2, 6)] == "春节"


@pytest.mark.rule("R3.7b")
def test_a_step_due_before_the_vacation_is_due_the_same_for_the_bulletin():
    assert CALENDAR.bulletin_due(date(2026, 11, 23), 10, HEBEI) == CALENDAR.add(date(2026, 11, 23), 10)


@pytest.mark.rule("R3.7b")
def test_a_province_with_its_own_vacation_is_not_held_to_the_general_one():
    start = date(2026, 7, 16)
    # 17 July still counts in Inner Mongolia, then 18 July to 25 August do not.
    assert CALENDAR.bulletin_due(start, 1, INNER_MONGOLIA) == date(2026, 7, 17)
    assert CALENDAR.bulletin_due(start, 2, INNER_MONGOLIA) == date(2026, 8, 26)
    assert CALENDAR.bulletin_due(start, 1, HEBEI) == date(2026, 9, 1)
    assert CALENDAR.bulletin_due(start, 1, None) == date(2026, 9, 1)
    # Its own summer does not take the general winter away.
    assert CALENDAR.bulletin_due(date(2027, 1, 8), 1, INNER_MONGOLIA) == date(2027, 3, 1)


@pytest.mark.rule("R3.7b")
@given(near, st.integers(1, 40), st.dates(date(2025, 1, 1), date(2028, 1, 1)), st.integers(-5, 90))
def test_any_vacation_agrees_with_walking_day_by_day(start, n, begins, length):
    ends = begins + timedelta(days=length)
    calendar = Calendar(DAYS, NAMES, date(2026, 12, 31), (VacationPeriod(HEBEI, "暑假", begins, ends),))
    off = {begins + timedelta(days=i): "holiday" for i in range(length + 1)}
    assert calendar.bulletin_due(start, n, HEBEI) == walk(start, n, {**DAYS, **off})
    assert calendar.bulletin_due(start, n, INNER_MONGOLIA) == calendar.add(start, n)
    assert calendar.bulletin_due(start, n, HEBEI) >= calendar.add(start, n)
    assert calendar.explain_bulletin(start, n, HEBEI).result == calendar.bulletin_due(start, n, HEBEI)
