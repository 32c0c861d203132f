"""Working days, and a reason for every date given (R3.7, R3.7b).

A working day is what the State Council's yearly notice makes of it: Monday to Friday without the holidays, make-up
working days (调休) included. Years without a notice are reckoned by weekends and the holidays already entered, and
said to be provisional; no date from year 1 to 9999 is an error. The first day that counts is the next working day.

The calculator is pure: time is handed in. `current()` alone reads the tables, once per revision of the calendar.
The windows of R3.5 stand in `reviews.rulebook.windows` and are offered here too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol

from reviews.rulebook.windows import (
    SHANGHAI,
    WindowChange,
    WindowState,
    closed_by,
    local_day,
    midnight,
    next_change,
    span_text,
    window_state,
)
from web.clock import spoken
from web.words import joined, zh

__all__ = [
    "SHANGHAI",
    "Calendar",
    "ExplainedDay",
    "Explanation",
    "VacationPeriod",
    "WindowChange",
    "WindowState",
    "closed_by",
    "confirmed_until",
    "current",
    "current_windows",
    "forget",
    "local_day",
    "midnight",
    "next_change",
    "span_text",
    "window_state",
]

HOLIDAY, WORKDAY, VACATION = "holiday", "workday", "vacation"
WEEKDAYS = (zh("周一"), zh("周二"), zh("周三"), zh("周四"), zh("周五"), zh("周六"), zh("周日"))
_LAST = date.max.toordinal()
_YEARS_AHEAD = 3
# An explanation longer than this many days tells its sum only; no page lists four years day by day.
_LISTED_DAYS = 1500


class VacationPeriod(NamedTuple):
    """A winter or summer vacation, both ends included; `province_id` None: for every province."""

    province_id: int | None
    name: str
    starts_on: date
    ends_on: date
    source: str = ""


class VacationRow(Protocol):
    """What a vacation has to offer; the model `reviews.rulebook.models.Vacation` does."""

    @property
    def province_id(self) -> int | None:
        """Whose it is; ``None`` for the whole country."""

    @property
    def name(self) -> str:
        """As people call it."""

    @property
    def starts_on(self) -> date:
        """The first day."""

    @property
    def ends_on(self) -> date:
        """The last day."""

    @property
    def source(self) -> str:
        """Where it stands."""


@dataclass(frozen=True)
class ExplainedDay:
    """One day of an explanation."""

    date: date
    weekday: str
    """“周一” … “周日”."""
    counted: int | None
    """The day's number in the count (negative when counting back), None if it was not counted."""
    reason: str
    """Why it was not counted (“周六”, “国庆节”, “起算日，不计”), or “补班，计入”; empty for a plain working day."""
    provisional: bool


@dataclass(frozen=True)
class Explanation:
    """How a date came about, for a page to print."""

    start: date
    n: int
    result: date
    provisional: bool
    provisional_reason: str
    days: tuple[ExplainedDay, ...]
    """Start to result in the order counted; empty if longer than about four years."""
    sentence: str
    sources: tuple[str, ...]


class Calendar:
    """Working days over a set of holidays and make-up working days.

    `days` maps a date to "holiday" or "workday" ("vacation" is made by `for_province`); `names` and `sources` give
    the festival and the notice of a date; after `confirmed_until` every answer is provisional, and without it all are.

    Days are handed in as dates; an aware datetime counts as its day in Asia/Shanghai. Results past the
    last (first) day a date can hold are that day.
    """

    def __init__(
        self,
        days: Mapping[date, str],
        names: Mapping[date, str] | None = None,
        confirmed_until: date = date.min,
        vacations: Iterable[VacationRow] = (),
        sources: Mapping[date, str] | None = None,
    ) -> None:
        unknown = set(days.values()) - {HOLIDAY, WORKDAY, VACATION}
        if unknown:
            raise ValueError(f"unknown kind of calendar day: {', '.join(sorted(map(str, unknown)))}")
        self._days = dict(days)
        self._names = dict(names or {})
        self._sources = dict(sources or {})
        self.confirmed_until = confirmed_until
        self.vacations = tuple(vacations)
        self._of_province: dict[int | None, Calendar] = {}
        self._build()

    def _build(self) -> None:
        """Lay out the known years day by day; outside them weekdays are counted by arithmetic."""
        years = [day.year for day in self._days] or [2000]
        self._first = date(min(years), 1, 1).toordinal()
        # Some years ahead are laid out too: dates not yet arranged are asked for every December.
        self._end = date(min(max(years) + _YEARS_AHEAD, date.max.year), 12, 31).toordinal()
        kinds = {day.toordinal(): kind for day, kind in self._days.items()}
        self._before = _weekdays(self._first - 1)
        rank, dates = [], []
        for ordinal in range(self._first, self._end + 1):
            kind = kinds.get(ordinal)
            if kind == WORKDAY or (kind is None and ordinal % 7 not in (6, 0)):
                dates.append(date.fromordinal(ordinal))
            rank.append(len(dates))
        # rank[i]: working days from the first known day to the i-th, both included; dates: those days.
        self._rank, self._dates, self._width = rank, dates, len(rank)
        self._total = self._count(_LAST)

    def _count(self, ordinal: int) -> int:
        """Working days from 1 January of year 1 to this day, both included."""
        i = ordinal - self._first
        if i < 0:
            return _weekdays(ordinal)
        if i < self._width:
            return self._before + self._rank[i]
        return self._before + len(self._dates) + _weekdays(ordinal) - _weekdays(self._end)

    def _nth(self, k: int) -> date:
        """The k-th working day since year 1, held to what a date can carry."""
        if k < 1:
            return date.min
        if k > self._total:
            return date.max
        k -= self._before
        if k <= 0:
            return _weekday(k + self._before)
        if k <= len(self._dates):
            return self._dates[k - 1]
        return _weekday(k - len(self._dates) + _weekdays(self._end))

    def is_working(self, day: date) -> bool:
        """Whether it is a working day, make-up working days included."""
        ordinal = _day(day).toordinal()
        return self._count(ordinal) > self._count(ordinal - 1)

    def add(self, day: date, n: int) -> date:
        """The n-th working day after `day`, counted from the next working day (R3.7).

        n = 0: the day itself if it is a working day, else the next one; n < 0: the |n|-th working day before it.
        """
        if type(day) is not date:
            day = _day(day)
        ordinal = day.toordinal()
        if n > 0:
            i = ordinal - self._first
            if 0 <= i < self._width:
                k = self._rank[i] + n
                if k <= len(self._dates):
                    return self._dates[k - 1]
            return self._nth(self._count(ordinal) + n)
        return self._nth(self._count(ordinal - 1) + 1 + n)

    def between(self, a: date, b: date) -> int:
        """Working days after `a` up to and with `b`; negative if `b` is earlier: `between(d, add(d, n)) == n`."""
        return self._count(_day(b).toordinal()) - self._count(_day(a).toordinal())

    def working_left(self, today: date, due: date) -> int:
        """Working days left after today until the due date, itself included; 0 on it, negative when overdue."""
        return self.between(today, due)

    def provisional(self, day: date) -> bool:
        """Whether the day lies after the last year whose notice is entered, so that it may still move."""
        return _day(day) > self.confirmed_until

    def ranks(self, base: date, until: date) -> list[int]:
        """For each day from ``base`` to ``until``: how many working days lie after ``base`` up to it. The difference of
        two is how many working days lie between; handed to the database, it counts them for a million rows."""
        start, first = base.toordinal(), self._count(base.toordinal())
        return [self._count(ordinal) - first for ordinal in range(start, until.toordinal() + 1)]

    def for_province(self, province: int | None) -> Calendar:
        """The same calendar with the vacation days of a province (its id) not counting: the bulletin's (R3.7b).

        A vacation for all provinces gives way to the province's own that it overlaps.
        """
        calendar = self._of_province.get(province)
        if calendar is None:
            calendar = self._of_province[province] = self._without_vacations(province)
        return calendar

    def bulletin_due(self, start: date, n: int, province: int | None) -> date:
        """The n-th working day after `start`, vacation days of the province left out (R3.7b)."""
        return self.for_province(province).add(start, n)

    def explain_bulletin(self, start: date, n: int, province: int | None) -> Explanation:
        """`explain`, for the date `bulletin_due` gives."""
        return self.for_province(province).explain(start, n)

    def _without_vacations(self, province: int | None) -> Calendar:
        days, names, sources = dict(self._days), dict(self._names), dict(self._sources)
        for vacation in _vacations_of(self.vacations, province):
            for ordinal in range(vacation.starts_on.toordinal(), vacation.ends_on.toordinal() + 1):
                day = date.fromordinal(ordinal)
                if self.is_working(day):
                    days[day], names[day], sources[day] = VACATION, vacation.name, vacation.source
        return Calendar(days, names, self.confirmed_until, (), sources)

    def explain(self, start: date, n: int) -> Explanation:
        """`add(start, n)` with every day on the way, a sentence, the notices it rests on and whether it may move."""
        start = _day(start)
        result = self.add(start, n)
        days = tuple(self._explained(start, result, n))
        low, high = min(start, result), max(start, result)
        reason = self._provisional_reason(high)
        return Explanation(
            start=start,
            n=n,
            result=result,
            provisional=bool(reason),
            provisional_reason=reason,
            days=days,
            sentence=self._sentence(start, result, n, days),
            sources=self._sources_of(low, high),
        )

    def _explained(self, start: date, result: date, n: int) -> Iterable[ExplainedDay]:
        step = -1 if n < 0 else 1
        span = (result.toordinal() - start.toordinal()) * step
        if span > _LISTED_DAYS:
            return
        counted = 0
        for offset in range(span + 1):
            day = date.fromordinal(start.toordinal() + offset * step)
            number, reason = None, self._why_off(day)
            if offset == 0 and n != 0:
                reason = zh("起算日，不计")
            elif not reason:
                counted += step
                number = counted if n else 0
                reason = zh("补班，计入") if self._days.get(day) == WORKDAY and day.weekday() >= 5 else ""
            yield ExplainedDay(day, WEEKDAYS[day.weekday()], number, reason, day > self.confirmed_until)

    def _why_off(self, day: date) -> str:
        """Why a day does not count, or an empty string if it does."""
        if self.is_working(day):
            return ""
        if day in self._days:
            return self._names.get(day) or zh("放假")
        return WEEKDAYS[day.weekday()]

    def _sentence(self, start: date, result: date, n: int, days: tuple[ExplainedDay, ...]) -> str:
        if self._out_of_reach(start, n):
            return zh(
                "自 {day} 起数 {abs} 个工作日已超出可计算的日期，按 {day2} 计",
                day=spoken(start),
                abs=abs(n),
                day2=spoken(result),
            )
        if n > 0:
            told = zh(
                "自 {day} 起，次个工作日开始计，第 {n} 个工作日为 {day2}",
                day=spoken(start),
                n=n,
                day2=spoken(result),
            )
        elif n < 0:
            told = zh(
                "自 {day} 起往前数，第 {part} 个工作日为 {day2}",
                day=spoken(start),
                part=-n,
                day2=spoken(result),
            )
        elif self.is_working(start):
            return zh("{day} 是工作日，就在当天", day=spoken(start))
        else:
            told = zh("{day} 不是工作日，下一个工作日为 {day2}", day=spoken(start), day2=spoken(result))
        skipped: Counter[str] = Counter()
        for explained in days:
            if explained.counted is None and explained.reason != "起算日，不计":
                # “春节（补假）” is told together with “春节”, both weekend days as one.
                name = re.sub(r"（.*?）", "", explained.reason)
                skipped[zh("周末") if name in WEEKDAYS else name or explained.reason] += 1
        # Festivals first, the weekends last, as people tell it.
        ordered = sorted(skipped.items(), key=lambda item: item[0] == "周末")
        if ordered:
            told += zh("；其间跳过") + joined(
                "、", (zh("{name} {count} 天", name=name, count=count) for name, count in ordered)
            )
        made_up = sum(explained.reason == "补班，计入" for explained in days)
        if made_up:
            told += (
                zh("，补班 {made_up} 天计入", made_up=made_up)
                if ordered
                else zh("；其间补班 {made_up} 天计入", made_up=made_up)
            )
        return told

    def _out_of_reach(self, start: date, n: int) -> bool:
        ordinal = start.toordinal()
        k = self._count(ordinal) + n if n > 0 else self._count(ordinal - 1) + 1 + n
        return not 1 <= k <= self._total

    def _sources_of(self, low: date, high: date) -> tuple[str, ...]:
        """The notices of the years touched, and of the vacations met, each once, in the order of their days."""
        named: dict[str, None] = {}
        for day in sorted(self._sources):
            if self._days.get(day) == VACATION:
                touched = low <= day <= high
            else:
                touched = low.year <= day.year <= high.year
            if touched and self._sources[day]:
                named[self._sources[day]] = None
        return tuple(named)

    def _provisional_reason(self, latest: date) -> str:
        if latest <= self.confirmed_until:
            return ""
        if self.confirmed_until == date.min:
            since = zh("国务院办公厅的放假安排尚未录入")
        else:
            since = zh("{day}以后的放假安排尚未经国务院办公厅公布并录入", day=spoken(self.confirmed_until))
        return zh("暂定：{since}，暂按周末和已知的法定节假日推算，录入后会重新计算", since=since)


def _day(value: date) -> date:
    return local_day(value) if isinstance(value, datetime) else value


def _weekdays(ordinal: int) -> int:
    """Mondays to Fridays from ordinal 1 (1 January of year 1, a Monday) to this one; 0 for an earlier one."""
    weeks, rest = divmod(ordinal, 7)
    return max(0, 5 * weeks + min(rest, 5))


def _weekday(k: int) -> date:
    """The k-th Monday-to-Friday since year 1, the inverse of `_weekdays`."""
    weeks, rest = divmod(k - 1, 5)
    return date.fromordinal(7 * weeks + rest + 1)


def _vacations_of(vacations: Iterable[VacationRow], province: int | None) -> list[VacationRow]:
    """The province's own vacations and those general ones that no own one overlaps."""
    rows = [row for row in vacations if row.starts_on <= row.ends_on]
    own = [row for row in rows if row.province_id is not None and row.province_id == province]
    general = [
        row
        for row in rows
        if row.province_id is None
        and not any(row.starts_on <= other.ends_on and other.starts_on <= row.ends_on for other in own)
    ]
    return own + general


def confirmed_until(rows: Iterable[tuple[date, bool]]) -> date:
    """31 December of the last year in a row of wholly confirmed years, from (date, confirmed) of each calendar day.

    One unconfirmed day leaves its year unconfirmed. Without a confirmed year: date.min, nothing is sure.
    """
    years: dict[int, bool] = {}
    for day, confirmed in rows:
        years[day.year] = years.get(day.year, True) and confirmed
    sure = [year for year in sorted(years) if years[year]]
    if not sure:
        return date.min
    last = sure[0]
    while years.get(last + 1):
        last += 1
    return date(last, 12, 31)


class _Loaded(NamedTuple):
    number: int
    calendar: Calendar
    windows: tuple


_loaded: _Loaded | None = None


def current(revision: int | None = None) -> Calendar:
    """The calendar of the tables, kept in memory per `CalendarRevision.number`.

    With the revision already known to the caller and equal to the one in memory: no query. Without it: one query;
    after a change: the tables are read anew.
    """
    return _load(revision).calendar


def current_windows(revision: int | None = None) -> tuple:
    """All `Window` rows of the same revision as `current()`, to hand to `window_state` and its like."""
    return _load(revision).windows


def forget() -> None:
    """Drop what is in memory; for tests that empty the tables and begin the numbers anew."""
    global _loaded
    _loaded = None


def _load(revision: int | None) -> _Loaded:
    global _loaded
    held = _loaded
    if held is not None and held.number == revision:
        return held
    # The number is read before the rows: rows changed in between are read again at the next call, never kept stale.
    number, settled = stored_revision()
    if held is not None and held.number == number:
        return held
    fresh = _Loaded(number, *_read())
    if settled:
        _loaded = fresh
    return fresh


def stored_revision() -> tuple[int, bool]:
    """The revision's number in the database, and whether it is settled.

    A number this very transaction has raised may be rolled back and given again to other rows: it is not settled,
    what is read under it is used but not kept. Another's newer transaction may look the same, at the cost of a re-read.
    """
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, coalesce(xmin::text::bigint < pg_current_xact_id_if_assigned()::text::bigint % 4294967296,"
            " true) FROM reviews_calendarrevision ORDER BY id LIMIT 1"
        )
        return cursor.fetchone() or (0, False)


def _read() -> tuple[Calendar, tuple]:
    from reviews.rulebook.models import CalendarDay, Vacation, Window

    rows = list(CalendarDay.objects.values_list("date", "kind", "name", "source", "confirmed"))
    vacations = Vacation.objects.values_list("province_id", "name", "starts_on", "ends_on", "source")
    calendar = Calendar(
        {row[0]: row[1] for row in rows},
        {row[0]: row[2] for row in rows},
        confirmed_until((row[0], row[4]) for row in rows),
        [VacationPeriod(*row) for row in vacations],
        {row[0]: row[3] for row in rows},
    )
    return calendar, tuple(Window.objects.order_by("pk"))
