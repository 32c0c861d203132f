"""What the calendar's pages show, as strings ready to print."""

from __future__ import annotations

import re
from datetime import date, timedelta

from reviews.clock.calendar_change import Arrangement, Change, as_csv
from reviews.desk.context import Desk
from reviews.rulebook.calendar import WEEKDAYS, Calendar, Explanation
from reviews.rulebook.models import CalendarDay, DayKind
from reviews.rulebook.notice_values import IN_PROVINCE
from reviews.rulebook.windows import span_text, window_state
from reviews.rulebook_pages.calendar_forms import DayForm, NoticeForm
from web.clock import spoken
from web.words import joined, zh

# A preview lists this many due dates; the rest is told as a number and stands in the audit trail.
_LISTED = 200


def counter(known: Desk, asked: dict | None) -> dict:
    """The public counter: the answer to ``asked`` (start, days), and the year it falls into."""
    calendar = known.book.calendar
    told = calendar.explain(asked["start"], asked["days"]) if asked else None
    years = (told.start.year, told.result.year) if told else (known.today.year, known.today.year)
    return {
        "result": _result(told) if told else None,
        "rows": _days(told) if told else (),
        "confirmed_until": spoken(calendar.confirmed_until) if calendar.confirmed_until > date.min else "",
        "years": _years(*years),
        "vacations": _vacations(calendar, *years),
        "windows": _windows(known),
    }


def _result(told: Explanation) -> dict:
    return {
        "text": zh("{day} {part}", day=spoken(told.result), part=WEEKDAYS[told.result.weekday()]),
        "sentence": zh("{told_sentence}。", told_sentence=told.sentence),
        "provisional": told.provisional,
        "reason": zh("{told_provisional_reason}。", told_provisional_reason=told.provisional_reason)
        if told.provisional
        else "",
        "sources": told.sources,
    }


def _days(told: Explanation) -> list[dict]:
    return [
        {
            "date": spoken(day.date),
            "weekday": day.weekday,
            "counted": zh("第 {day_counted} 天", day_counted=day.counted) if day.counted else "",
            "why": joined(
                "，", (part for part in (day.reason, zh("暂定") if day.provisional else "") if part)
            ),
            "last": day.date == told.result,
        }
        for day in told.days
    ]


def _years(first: int, last: int) -> list[dict]:
    """What is entered for each year from ``first`` to ``last``."""
    rows = CalendarDay.objects.filter(date__range=(date(first, 1, 1), date(last, 12, 31))).order_by("date")
    by_year: dict[int, list[CalendarDay]] = {year: [] for year in range(first, last + 1)}
    for row in rows:
        by_year[row.date.year].append(row)
    return [{"year": year, "festivals": _festivals(days)} for year, days in by_year.items()]


def _festivals(rows: list[CalendarDay]) -> list[dict]:
    """Each festival of a year: days off as spans, make-up days, the notice it rests on."""
    found: dict[tuple, dict] = {}
    for row in rows:
        name = re.sub(r"（.*?）", "", row.name)
        at = found.setdefault((name, row.source), {"off": [], "work": [], "sure": True})
        at["off" if row.kind == DayKind.HOLIDAY else "work"].append(row.date)
        at["sure"] = at["sure"] and row.confirmed
    # By the festival itself: its make-up day may lie weeks before it.
    ordered = sorted(found.items(), key=lambda item: item[1]["off"] or item[1]["work"])
    return [
        {
            "name": name,
            "off": _spans(at["off"]),
            "count": len(at["off"]),
            "work": joined(
                "、",
                (
                    zh(
                        "{day_month}月{day_day}日（{part}）",
                        day_month=day.month,
                        day_day=day.day,
                        part=WEEKDAYS[day.weekday()],
                    )
                    for day in at["work"]
                ),
            ),
            "source": source,
            "provisional": not at["sure"],
        }
        for (name, source), at in ordered
    ]


def _spans(days: list[date]) -> str:
    """Days as people say them: “10月1日至7日”, “1月1日”."""
    spans: list[list[date]] = []
    for day in days:
        if spans and day - spans[-1][-1] == timedelta(days=1):
            spans[-1].append(day)
        else:
            spans.append([day])
    return joined("、", (_span(span[0], span[-1]) for span in spans))


def _span(first: date, last: date) -> str:
    told = zh("{first_month}月{first_day}日", first_month=first.month, first_day=first.day)
    if first == last:
        return told
    return (
        zh("{told}至{last_day}日", told=told, last_day=last.day)
        if first.month == last.month
        else zh("{told}至{last_month}月{last_day}日", told=told, last_month=last.month, last_day=last.day)
    )


def _vacations(calendar: Calendar, first: int, last: int) -> list[dict]:
    """Vacations of the whole country that touch the years; provinces' own stand on their own pages."""
    return [
        {"name": row.name, "from": spoken(row.starts_on), "until": spoken(row.ends_on), "source": row.source}
        for row in sorted(calendar.vacations, key=lambda row: row.starts_on)
        if row.province_id is None and row.starts_on.year <= last and row.ends_on.year >= first
    ]


def _windows(known: Desk) -> list[dict]:
    """Whether a transfer may be submitted now, and the yearly windows that say so (R3.5)."""
    state = window_state(known.book.windows, IN_PROVINCE, None, known.now)
    rows = [
        row
        for row in known.book.windows
        if IN_PROVINCE in row.kinds
        and not row.remind_days
        and row.province_id is None
        and row.valid_from <= known.today
        and (row.valid_until is None or row.valid_until > known.today)
    ]
    return [
        {
            "name": row.name,
            "text": zh("每年{span_text}", span_text=span_text(row)),
            "source": f"{row.source} {row.clause}",
            "now": state.sentence,
            "open": state.open,
        }
        for row in rows
    ]


# ---------------------------------------------------------------- the administrator's page


def importing(
    notice: NoticeForm, single: DayForm, arrangement: Arrangement | None, change: Change | None
) -> dict:
    """The import page: both forms, what was wrong row by row, or what a confirmation would change."""
    context = {"form": notice, "single": single, "found": notice.found, "change": None}
    if change is None or arrangement is None:
        return context
    dues = change.dues[:_LISTED]
    return context | {
        "change": change,
        "what": _what(arrangement),
        "days": [
            {"date": spoken(day.date), "weekday": day.weekday, "before": day.before, "after": day.after}
            for day in change.days
        ],
        "dues": [
            {
                "case": due.case_number,
                "unit": due.unit,
                "before": spoken(due.before),
                "after": spoken(due.after),
            }
            for due in dues
        ],
        "more_dues": len(change.dues) - len(dues),
        "hidden": _hidden(arrangement, single),
    }


def _what(arrangement: Arrangement) -> str:
    if arrangement.day is not None:
        return spoken(arrangement.day)
    return joined("、", (zh("{year}年", year=year) for year in arrangement.years)) + zh("全年")


def _hidden(arrangement: Arrangement, single: DayForm) -> list[tuple[str, str]]:
    """The previewed arrangement, to be posted again with the confirmation."""
    if arrangement.day is None:
        return [("text", as_csv(arrangement.rows))]
    given = single.cleaned_data
    fields = [(single.add_prefix(name), given[name]) for name in ("kind", "name", "source")]
    fields.append((single.add_prefix("date"), given["date"].isoformat()))
    if given["confirmed"]:
        fields.append((single.add_prefix("confirmed"), "on"))
    return [("single", "1"), *fields]
