"""When an application may be sent (R3.5): yearly windows as rows, judged in Asia/Shanghai.

A window row carries `kinds` (the kinds of case it speaks of), `closes` (True: nothing may be submitted inside;
False: may be submitted only inside), `starts` and `ends` as "MM-DD" (half-open: from 00:00 of the first to 00:00
of the second; an `ends` that is not later than `starts` lies in the next year), `province_id` (None: everywhere),
`valid_from` and `valid_until` (half-open as well, None: no end), and `clause`.

A province's row takes the place of the general row with the same `key` while it is in force (R0.7).
Everything here is pure: rows and the instant are handed in, no clock and no database is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Protocol

from web.clock import SHANGHAI, local_date
from web.words import joined, zh

# Between two validity edges the windows repeat with the leap years; eight years is the widest gap (1896–1904).
_REPEATS_WITHIN_YEARS = 9


class WindowRow(Protocol):
    """What a window has to offer; the model `reviews.rulebook.models.Window` does."""

    pk: int
    key: str
    kinds: Iterable[str]
    closes: bool
    starts: str
    ends: str
    province_id: int | None
    valid_from: date
    valid_until: date | None
    clause: str
    remind_days: list[int]


@dataclass(frozen=True)
class WindowState:
    """Whether a kind may be submitted at one instant, and what a page says about it."""

    open: bool
    window: WindowRow | None
    """Closed: the row that forbids. Open: the row that allows, or None where no row speaks of the kind."""
    changes_at: datetime | None
    """The next instant (Asia/Shanghai) at which open turns to closed or back; None if it never does."""
    sentence: str
    """One Chinese sentence; empty where no window is in force for the kind."""


@dataclass(frozen=True)
class WindowChange:
    """The next opening or closing."""

    at: datetime
    opens: bool
    window: WindowRow | None
    """Opening: the row whose hold ends. Closing: the row that forbids from then on."""


def local_day(instant: datetime) -> date:
    """The calendar day in Asia/Shanghai at an aware instant.

    A naive value raises ValueError: it would be read in the zone the process happens to run in.
    Beyond the first and last day a date can hold, that day.
    """
    if instant.tzinfo is None or instant.utcoffset() is None:
        raise ValueError("an instant needs a time zone")
    try:
        return local_date(instant)
    except OverflowError:
        return date.max if instant.year > 5000 else date.min


def midnight(day: date) -> datetime:
    """00:00 in Asia/Shanghai at the start of a day."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def window_state(
    windows: Iterable[WindowRow], kind: str, province: int | None, instant: datetime
) -> WindowState:
    """Whether a case of this kind may be submitted in this province (its id) at this instant (R3.5)."""
    rows = _speaking_of(windows, kind, province)
    day = local_day(instant)
    in_force = _in_force(rows, day)
    if not in_force:
        change = _change_after(rows, day)
        return WindowState(True, None, change.at if change else None, "")
    forbidding = _forbidding(in_force, day)
    change = _change_after(rows, day)
    at = change.at if change else None
    if forbidding is not None:
        return WindowState(False, forbidding, at, _closed_sentence(forbidding, in_force, at))
    allowing = next((row for row in in_force if not row.closes and _holds(row, day)), None)
    return WindowState(True, allowing, at, _open_sentence(in_force, at))


def closed_by(
    windows: Iterable[WindowRow], kind: str, province: int | None, instant: datetime
) -> WindowRow | None:
    """The row that forbids submission at this instant, or None (R3.5).

    Outside all windows of a kind that may only be submitted inside one, it is the row that opens next.
    """
    day = local_day(instant)
    return _forbidding(_in_force(_speaking_of(windows, kind, province), day), day)


def next_change(
    windows: Iterable[WindowRow], kind: str, province: int | None, instant: datetime
) -> WindowChange | None:
    """The first opening or closing after this instant, or None if there is none to come."""
    return _change_after(_speaking_of(windows, kind, province), local_day(instant))


def span_text(window: WindowRow) -> str:
    """The window in the notice's own way of speaking: “7月15日零时至8月14日24时”; empty for one without a day."""
    starts, ends = _month_day(window.starts), _month_day(window.ends)
    if starts == ends:
        return ""
    first, end = _edge(2024, *starts), _edge(2024, *ends)
    last = end - timedelta(days=1)
    told = (
        zh("2月底")
        if (end.month, end.day) == (3, 1)
        else zh("{last_month}月{last_day}日", last_month=last.month, last_day=last.day)
    )
    # An end on 1 January is 24:00 of 31 December, still the same year.
    into_next_year = ends < starts and ends != (1, 1)
    return zh(
        "{first_month}月{first_day}日零时至{part}{told}24时",
        first_month=first.month,
        first_day=first.day,
        part=zh("次年") if into_next_year else "",
        told=told,
    )


@lru_cache(maxsize=512)
def _month_day(text: str) -> tuple[int, int]:
    """ "07-15" as (7, 15)."""
    month, day = text.split("-")
    return int(month), int(day)


def _speaking_of(windows: Iterable[WindowRow], kind: str, province: int | None) -> list[WindowRow]:
    return [
        row
        for row in windows
        if kind in row.kinds
        and not getattr(row, "remind_days", None)
        and (row.province_id is None or row.province_id == province)
    ]


@dataclass(frozen=True)
class Reminder:
    """One day on which those concerned are told of a yearly date: the row, its last day that year, days before it."""

    window: WindowRow
    last_day: date
    days: int


def reminders_due(windows: Iterable[WindowRow], province: int | None, day: date) -> list[Reminder]:
    """The reminders of the present season that have come by ``day``, the earliest first (R3.5, R3.5b).

    A season is over with its last day: nobody is told afterwards what was to be done by then.
    """
    rows = [
        row
        for row in windows
        if getattr(row, "remind_days", None) and (row.province_id is None or row.province_id == province)
    ]
    found = []
    for row in _in_force(rows, day):
        last = season_ends(day.year, row.ends)
        if last < day:
            last = season_ends(day.year + 1, row.ends)
        come = [days for days in row.remind_days if last - timedelta(days=days) <= day]
        found += [Reminder(row, last, days) for days in sorted(come, reverse=True)]
    return found


def _in_force(rows: list[WindowRow], day: date) -> list[WindowRow]:
    """The one row of each key that speaks on the day: the province's before the general one, then the latest (R0.7)."""
    chosen: dict[str, WindowRow] = {}
    for row in rows:
        if row.valid_from > day or (row.valid_until is not None and day >= row.valid_until):
            continue
        other = chosen.get(row.key)
        if other is None or _precedence(row) > _precedence(other):
            chosen[row.key] = row
    return list(chosen.values())


def _precedence(row: WindowRow) -> tuple[bool, date]:
    return row.province_id is not None, row.valid_from


def _holds(row: WindowRow, day: date) -> bool:
    """Whether the day lies inside; both edges are midnights, so the day decides to the microsecond."""
    starts, ends, here = _month_day(row.starts), _month_day(row.ends), (day.month, day.day)
    if starts <= ends:
        return starts <= here < ends
    return here >= starts or here < ends


def _forbidding(in_force: list[WindowRow], day: date) -> WindowRow | None:
    """The row that forbids; a closing row is named before a missing opening."""
    only_inside = []
    for row in in_force:
        if not row.closes:
            only_inside.append(row)
        elif _holds(row, day):
            return row
    if not only_inside or any(_holds(row, day) for row in only_inside):
        return None
    return min(only_inside, key=lambda row: _days_until_start(row, day))


def _days_until_start(row: WindowRow, day: date) -> int:
    """Days of a leap year from the day to the row's next start; only for putting rows in order."""
    year_day = date(2024, day.month, day.day)
    return (_edge(2024, *_month_day(row.starts)) - year_day).days % 366


def _change_after(rows: list[WindowRow], day: date) -> WindowChange | None:
    held = _forbidding(_in_force(rows, day), day)
    for edge in _edges_after(rows, day):
        holding = _forbidding(_in_force(rows, edge), edge)
        if (held is None) != (holding is None):
            return WindowChange(midnight(edge), holding is None, held if holding is None else holding)
    return None


def _edges_after(rows: list[WindowRow], day: date) -> Iterator[date]:
    """Every later day at whose 00:00 something may open or close, in order."""
    validity = {edge for row in rows for edge in (row.valid_from, row.valid_until) if edge and edge > day}
    years = {
        year
        for anchor in (day, *validity)
        for year in range(anchor.year, anchor.year + _REPEATS_WITHIN_YEARS)
    }
    yearly = {_month_day(text) for row in rows for text in (row.starts, row.ends)}
    for year in sorted(years):
        if year > date.max.year:
            return
        days = {_edge(year, *month_day) for month_day in yearly}
        days.update(edge for edge in validity if edge.year == year)
        yield from sorted(edge for edge in days if edge > day)


def day_of(year: int, text: str) -> date:
    """The day on which “MM-DD” falls in a year."""
    return _edge(year, *_month_day(text))


def season_ends(year: int, text: str) -> date:
    """The last day in a year of a season that ends before “MM-DD” of every year; before 01-01 it ends with the year."""
    last = day_of(year, text) - timedelta(days=1)
    return last if last.year == year else day_of(year + 1, text) - timedelta(days=1)


def _edge(year: int, month: int, day: int) -> date:
    """The day an edge falls on; where the month has no such day (29 February) the first of the next month."""
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, month + 1, 1)


def _until_text(at: datetime) -> str:
    """The end of a half-open span as people say it: 00:00 of the next day is 24 o'clock of the last."""
    last = local_date(at) - timedelta(days=1)
    return zh(
        "{last_year}年{last_month}月{last_day}日24时",
        last_year=last.year,
        last_month=last.month,
        last_day=last.day,
    )


def _clauses(rows: Iterable[WindowRow]) -> str:
    named = list(dict.fromkeys(row.clause for row in rows if row.clause))
    return zh("（依据：{names}）", names=joined("、", named)) if named else ""


def _closed_sentence(forbidding: WindowRow, in_force: list[WindowRow], at: datetime | None) -> str:
    if forbidding.closes:
        named = [forbidding]
        why = zh("每年{span_text}暂停发起，现在不能提交", span_text=span_text(forbidding))
    else:
        named = [row for row in in_force if not row.closes]
        spans = joined("、", (span_text(row) for row in named if span_text(row)))
        why = (
            zh("只能在每年{spans}发起，现在不能提交", spans=spans)
            if spans
            else zh("这类业务没有开放发起的时段，现在不能提交")
        )
    then = (
        zh(
            "{at_year}年{at_month}月{at_day}日零时起可以提交",
            at_year=at.year,
            at_month=at.month,
            at_day=at.day,
        )
        if at
        else zh("目前没有下一次开放的时间")
    )
    return zh("{why}；{then}{clauses}。", why=why, then=then, clauses=_clauses(named))


def _open_sentence(in_force: list[WindowRow], at: datetime | None) -> str:
    until = zh("，至{until_text}止", until_text=_until_text(at)) if at else ""
    return zh("现在可以提交{until}{clauses}。", until=until, clauses=_clauses(in_force))
