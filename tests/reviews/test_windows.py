"""When an application may be sent (R3.5): to the microsecond, whatever zone the process and the value are in.

Every expected instant is written in UTC (Shanghai midnight is 16:00 UTC of the day before), so that the tests
share no zone arithmetic with the code.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reviews.rulebook.calendar import closed_by, local_day, midnight, next_change, span_text, window_state
from reviews.rulebook.windows import season_ends

INNER_MONGOLIA, HEBEI = 15, 13
TRANSFER, CROSS, GRADUATE = "in_province_transfer", "cross_province_transfer", "post_graduation"
TICK = timedelta(microseconds=1)
ZONES = [
    UTC,
    *(
        ZoneInfo(name)
        for name in ("Asia/Shanghai", "America/New_York", "Pacific/Kiritimati", "Asia/Kathmandu")
    ),
]
YEARS = range(2024, 2041)


@dataclass(frozen=True)
class Row:
    key: str
    kinds: tuple[str, ...]
    closes: bool
    starts: str
    ends: str
    province_id: int | None = None
    valid_from: date = date(2016, 1, 1)
    valid_until: date | None = None
    clause: str = "附件1 三.5"


PAUSE = Row("transfer_pause", (TRANSFER, CROSS), True, "07-15", "08-15")
AUTUMN = Row("graduate_autumn", (GRADUATE,), False, "08-15", "12-15")
SPRING = Row("graduate_spring", (GRADUATE,), False, "03-01", "06-01")
NOTICE = (PAUSE, AUTUMN, SPRING)


def shanghai_midnight(year, month, day):
    """00:00 in Shanghai, reckoned from UTC."""
    return datetime(year, month, day, tzinfo=UTC) - timedelta(hours=8)


@pytest.fixture(params=["UTC", "Asia/Shanghai", "America/New_York", "Pacific/Kiritimati"])
def process_zone(request):
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


# (kind, month, day, open just before, open from then on)
EDGES = [
    (TRANSFER, 7, 15, True, False),
    (TRANSFER, 8, 15, False, True),
    (CROSS, 7, 15, True, False),
    (CROSS, 8, 15, False, True),
    (GRADUATE, 8, 15, False, True),
    (GRADUATE, 12, 15, True, False),
    (GRADUATE, 3, 1, False, True),
    (GRADUATE, 6, 1, True, False),
]


@pytest.mark.rule("R3.5")
@pytest.mark.parametrize(("kind", "month", "day", "before", "after"), EDGES)
def test_every_edge_from_2024_to_2040_is_exact_to_the_microsecond(
    process_zone, kind, month, day, before, after
):
    for year in YEARS:
        edge = shanghai_midnight(year, month, day)
        for zone in ZONES:
            for instant, expected in ((edge - TICK, before), (edge, after), (edge + TICK, after)):
                value = instant.astimezone(zone)
                assert (closed_by(NOTICE, kind, None, value) is None) is expected, (value, process_zone)
                assert window_state(NOTICE, kind, HEBEI, value).open is expected, (value, process_zone)


@pytest.mark.rule("R3.5")
@pytest.mark.parametrize(("kind", "month", "day", "before", "after"), EDGES)
def test_the_next_change_is_announced_for_the_very_edge(process_zone, kind, month, day, before, after):
    for year in YEARS:
        edge = shanghai_midnight(year, month, day)
        for zone in ZONES:
            change = next_change(NOTICE, kind, None, (edge - TICK).astimezone(zone))
            assert (change.at, change.opens) == (edge, after)
            assert next_change(NOTICE, kind, None, edge.astimezone(zone)).at > edge


@pytest.mark.rule("R3.5")
def test_transfers_pause_for_thirty_one_days_and_run_for_the_rest_of_the_year():
    days = [shanghai_midnight(2027, 1, 1) + timedelta(days=i) for i in range(365)]
    closed = [day for day in days if closed_by(NOTICE, TRANSFER, None, day)]
    assert (len(closed), closed[0], closed[-1]) == (
        31,
        shanghai_midnight(2027, 7, 15),
        shanghai_midnight(2027, 8, 14),
    )


@pytest.mark.rule("R3.5")
def test_the_row_that_forbids_is_named():
    assert closed_by(NOTICE, TRANSFER, None, shanghai_midnight(2027, 7, 20)) is PAUSE
    # Outside its two windows a post-graduation enrolment is held up by the one that opens next.
    assert closed_by(NOTICE, GRADUATE, None, shanghai_midnight(2027, 7, 20)) is AUTUMN
    assert closed_by(NOTICE, GRADUATE, None, shanghai_midnight(2026, 12, 20)) is SPRING
    assert closed_by(NOTICE, GRADUATE, None, shanghai_midnight(2027, 1, 20)) is SPRING


def test_a_kind_no_window_speaks_of_may_always_be_submitted():
    state = window_state(NOTICE, "key_information", None, shanghai_midnight(2027, 7, 20))
    assert (state.open, state.window, state.changes_at, state.sentence) == (True, None, None, "")
    assert next_change(NOTICE, "key_information", None, shanghai_midnight(2027, 7, 20)) is None


@pytest.mark.rule("R3.5")
def test_the_state_speaks_in_the_words_of_the_notice():
    closed = window_state(NOTICE, TRANSFER, None, shanghai_midnight(2027, 7, 20))
    assert closed.sentence == (
        "每年7月15日零时至8月14日24时暂停发起，现在不能提交；2027年8月15日零时起可以提交（依据：附件1 三.5）。"
    )
    assert closed.changes_at == shanghai_midnight(2027, 8, 15)
    waiting = window_state(NOTICE, GRADUATE, None, shanghai_midnight(2026, 12, 15))
    assert waiting.sentence == (
        "只能在每年8月15日零时至12月14日24时、3月1日零时至5月31日24时发起，现在不能提交；"
        "2027年3月1日零时起可以提交（依据：附件1 三.5）。"
    )
    running = window_state(NOTICE, GRADUATE, None, shanghai_midnight(2026, 11, 23))
    assert running.window is AUTUMN
    assert running.sentence == "现在可以提交，至2026年12月14日24时止（依据：附件1 三.5）。"


@pytest.mark.rule("R3.5")
def test_a_province_row_takes_the_place_of_the_general_one_with_the_same_key():
    own = Row("transfer_pause", (TRANSFER, CROSS), True, "07-01", "08-10", INNER_MONGOLIA)
    rows = (*NOTICE, own)
    july_2, august_12 = shanghai_midnight(2027, 7, 2), shanghai_midnight(2027, 8, 12)
    assert closed_by(rows, TRANSFER, INNER_MONGOLIA, july_2) is own
    assert closed_by(rows, TRANSFER, INNER_MONGOLIA, august_12) is None
    for province in (HEBEI, None):
        assert closed_by(rows, TRANSFER, province, july_2) is None
        assert closed_by(rows, TRANSFER, province, august_12) is PAUSE


@pytest.mark.rule("R3.5")
def test_a_row_speaks_only_while_it_is_in_force():
    old = Row("transfer_pause", (TRANSFER,), True, "07-15", "08-15", valid_until=date(2027, 7, 20))
    new = Row("transfer_pause", (TRANSFER,), True, "08-01", "08-15", valid_from=date(2027, 7, 20))
    rows = (old, new)
    edge = shanghai_midnight(2027, 7, 20)
    assert closed_by(rows, TRANSFER, None, edge - TICK) is old
    assert closed_by(rows, TRANSFER, None, edge) is None
    assert closed_by(rows, TRANSFER, None, shanghai_midnight(2027, 8, 1)) is new
    change = next_change(rows, TRANSFER, None, shanghai_midnight(2027, 7, 16))
    assert (change.at, change.opens, change.window) == (edge, True, old)


@pytest.mark.rule("R3.5")
def test_of_two_rows_with_one_key_the_later_speaks():
    newer = Row("transfer_pause", (TRANSFER,), True, "07-20", "08-15", valid_from=date(2027, 1, 1))
    for rows in ((PAUSE, newer), (newer, PAUSE)):
        assert closed_by(rows, TRANSFER, None, shanghai_midnight(2027, 7, 16)) is None
        assert closed_by(rows, TRANSFER, None, shanghai_midnight(2026, 7, 16)) is PAUSE
        # The province's own row speaks before a later general one.
        own = Row("transfer_pause", (TRANSFER,), True, "07-10", "08-15", HEBEI)
        assert closed_by((*rows, own), TRANSFER, HEBEI, shanghai_midnight(2027, 7, 11)) is own


def test_a_window_that_comes_into_force_years_ahead_is_announced():
    later = Row("pause", (TRANSFER,), True, "07-15", "08-15", valid_from=date(2050, 8, 1))
    change = next_change([later], TRANSFER, None, shanghai_midnight(2026, 11, 23))
    assert (change.at, change.opens, change.window) == (shanghai_midnight(2050, 8, 1), False, later)


def test_a_window_may_run_over_the_turn_of_the_year():
    winter = Row("winter", (TRANSFER,), True, "12-20", "01-10")
    assert span_text(winter) == "12月20日零时至次年1月9日24时"
    for edge, before, after in (
        (shanghai_midnight(2026, 12, 20), None, winter),
        (shanghai_midnight(2027, 1, 10), winter, None),
    ):
        assert closed_by([winter], TRANSFER, None, edge - TICK) is before
        assert closed_by([winter], TRANSFER, None, edge) is after
    assert closed_by([winter], TRANSFER, None, shanghai_midnight(2027, 1, 1)) is winter


@pytest.mark.parametrize(
    ("starts", "ends", "text"),
    [
        ("07-15", "08-15", "7月15日零时至8月14日24时"),
        ("03-01", "06-01", "3月1日零时至5月31日24时"),
        ("12-15", "03-01", "12月15日零时至次年2月底24时"),
        ("11-01", "01-01", "11月1日零时至12月31日24时"),
        ("01-01", "01-01", ""),
        ("02-01", "02-29", "2月1日零时至2月28日24时"),
        ("04-01", "04-31", "4月1日零时至4月30日24时"),
    ],
)
def test_a_span_is_told_with_24_oclock_for_its_last_day(starts, ends, text):
    assert span_text(Row("x", (TRANSFER,), True, starts, ends)) == text


def test_a_window_from_and_to_the_same_day_has_no_day():
    # A province lifts the pause by a row of its own without a day.
    lifted = Row("transfer_pause", (TRANSFER,), True, "01-01", "01-01", INNER_MONGOLIA)
    assert closed_by([*NOTICE, lifted], TRANSFER, INNER_MONGOLIA, shanghai_midnight(2027, 7, 20)) is None
    never = Row("never", (TRANSFER,), False, "01-01", "01-01")
    state = window_state([never], TRANSFER, None, shanghai_midnight(2027, 1, 1))
    assert (state.open, state.changes_at) == (False, None)
    assert (
        state.sentence
        == "这类业务没有开放发起的时段，现在不能提交；目前没有下一次开放的时间（依据：附件1 三.5）。"
    )


def test_an_edge_on_29_february_falls_on_1_march_in_common_years():
    leap = Row("leap", (TRANSFER,), True, "02-29", "03-10")
    for year, first in ((2027, (3, 1)), (2028, (2, 29))):
        edge = shanghai_midnight(year, *first)
        assert closed_by([leap], TRANSFER, None, edge - TICK) is None
        assert closed_by([leap], TRANSFER, None, edge) is leap
        assert next_change([leap], TRANSFER, None, edge - TICK).at == edge
    # A window of nothing but 29 February is found across the eight years of 2096–2104.
    only = Row("only", (TRANSFER,), True, "02-29", "03-01")
    assert next_change([only], TRANSFER, None, shanghai_midnight(2096, 3, 2)).at == shanghai_midnight(
        2104, 2, 29
    )


def test_an_instant_without_a_zone_is_refused():
    for ask in (closed_by, window_state, next_change):
        with pytest.raises(ValueError, match="time zone"):
            ask(NOTICE, TRANSFER, None, datetime(2027, 7, 15))


def test_the_ends_of_time_are_no_error():
    for instant in (
        datetime.max.replace(tzinfo=UTC),
        datetime.min.replace(tzinfo=ZoneInfo("Pacific/Kiritimati")),
    ):
        assert window_state(NOTICE, TRANSFER, None, instant).open
        next_change(NOTICE, TRANSFER, None, instant)
    assert local_day(datetime.max.replace(tzinfo=UTC)) == date.max
    assert next_change(NOTICE, TRANSFER, None, datetime.max.replace(tzinfo=UTC)) is None


month_days = st.dates(date(2024, 1, 1), date(2024, 12, 31)).map(lambda day: day.strftime("%m-%d"))
some_days = st.dates(date(2025, 1, 1), date(2029, 12, 31))
window_rows = st.builds(
    Row,
    key=st.sampled_from(["a", "b"]),
    kinds=st.just((TRANSFER,)),
    closes=st.booleans(),
    starts=month_days,
    ends=month_days,
    province_id=st.sampled_from([None, HEBEI]),
    valid_from=some_days,
    valid_until=st.none() | st.dates(date(2026, 1, 1), date(2030, 12, 31)),
)


def holds_by_walking(row, day):
    """The oracle: step back from the day to the latest edge and see which one it is."""
    if row.starts == row.ends:
        return False
    starts, ends = (tuple(int(part) for part in text.split("-")) for text in (row.starts, row.ends))
    # 29 February of a common year has no day of its own: both edges then count on 1 March, the end first.
    while True:
        here = (day.month, day.day)
        leapless = here == (3, 1) and (day - timedelta(days=1)).day == 28
        if here == starts or (leapless and starts == (2, 29) and ends != (3, 1)):
            return True
        if here == ends or (leapless and (2, 29) in (starts, ends)):
            return False
        day -= timedelta(days=1)


@given(st.lists(window_rows, max_size=4), some_days, st.sampled_from([None, HEBEI]))
def test_any_rows_agree_with_the_words_of_the_rule(rows, day, province):
    valid = [
        row
        for row in rows
        if row.province_id in (None, province)
        and row.valid_from <= day
        and (row.valid_until is None or row.valid_until > day)
    ]
    # Written in the order they are overruled: general before own, early before late.
    order = sorted(valid, key=lambda row: (row.province_id is not None, row.valid_from))
    last = {row.key: (row.province_id, row.valid_from) for row in order}
    valid = [row for row in valid if (row.province_id, row.valid_from) == last[row.key]]
    assume(len(valid) == len(last))
    shut = any(row.closes and holds_by_walking(row, day) for row in valid)
    openings = [row for row in valid if not row.closes]
    missed = bool(openings) and not any(holds_by_walking(row, day) for row in openings)
    found = closed_by(rows, TRANSFER, province, midnight(day))
    assert (found is not None) == (shut or missed)
    assert found is None or found in valid


@given(st.lists(window_rows, max_size=4), some_days)
def test_the_next_change_is_the_first_day_walked_to_that_differs(rows, day):
    change = next_change(rows, TRANSFER, HEBEI, midnight(day))
    here = closed_by(rows, TRANSFER, HEBEI, midnight(day)) is None
    last = change.at if change else midnight(day + timedelta(days=9 * 366))
    walked = day + timedelta(days=1)
    while midnight(walked) < last:
        assert (closed_by(rows, TRANSFER, HEBEI, midnight(walked)) is None) == here
        walked += timedelta(days=1)
    if change:
        assert (closed_by(rows, TRANSFER, HEBEI, change.at) is None) is change.opens is not here
        state = window_state(rows, TRANSFER, HEBEI, midnight(day))
        assert (state.open, state.changes_at) == (here, change.at)


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("07-15", date(2027, 7, 14)),
        ("03-01", date(2027, 2, 28)),
        ("02-29", date(2027, 2, 28)),
        ("01-01", date(2027, 12, 31)),
    ],
)
def test_a_season_ends_on_the_day_before_and_with_the_year_where_that_is_new_years_day(text, last):
    assert season_ends(2027, text) == last
