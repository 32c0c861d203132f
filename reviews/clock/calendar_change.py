"""Changing the working-day calendar: what a change would do, and doing it (R3.7).

A year's arrangement replaces the whole year; a single day replaces that day. Open due dates are reckoned again in the
same transaction. A preview is the change itself, rolled back: so what it tells cannot differ from what will happen.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from ledger import audit
from orgs.people.models import Account
from reviews.clock.recompute import DueChange, recompute
from reviews.rulebook.calendar import WEEKDAYS
from reviews.rulebook.calendar_import import CalendarRow
from reviews.rulebook.models import CalendarDay, CalendarRevision, DayKind
from reviews.rulebook.notice_values import FORECAST, calendar_days
from web.words import zh


@dataclass(frozen=True)
class Arrangement:
    """Rows that take the place of whole ``years``, or of the one ``day``; no row for the day makes it a plain one."""

    rows: tuple[CalendarRow, ...]
    years: tuple[int, ...] = ()
    day: date | None = None
    confirmed: bool = True

    def present(self) -> QuerySet[CalendarDay]:
        """What the table holds in the place of this arrangement."""
        if self.day is not None:
            return CalendarDay.objects.filter(date=self.day)
        return CalendarDay.objects.filter(date__year__in=self.years)


@dataclass(frozen=True)
class DayChange:
    """One day before and after, in words."""

    date: date
    before: str
    after: str

    @property
    def weekday(self) -> str:
        """“周一” … “周日”."""
        return WEEKDAYS[self.date.weekday()]


@dataclass(frozen=True)
class Change:
    """What an arrangement changes: days of the calendar, due dates of open steps; ``revision`` it was reckoned on."""

    revision: int
    days: tuple[DayChange, ...]
    dues: tuple[DueChange, ...]

    @property
    def anything(self) -> bool:
        """False when the table already says all this."""
        return bool(self.days)


class Stale(Exception):
    """The rulebook was changed by somebody else since the preview."""


def preview(arrangement: Arrangement, account: Account, now: datetime) -> Change:
    """What :func:`carry_out` would change; nothing is changed."""
    with transaction.atomic():
        change = _replace(arrangement, account, now, _locked_revision())
        transaction.set_rollback(True)
    return change


def carry_out(arrangement: Arrangement, account: Account | None, now: datetime, revision: int) -> Change:
    """Put the arrangement in place, reckon open due dates again, record it; :class:`Stale` if the preview is old."""
    with transaction.atomic():
        found = _locked_revision()
        if found != revision:
            raise Stale
        change = _replace(arrangement, account, now, found)
        body = {
            "years": list(arrangement.years),
            "days": [[day.date.isoformat(), day.before, day.after] for day in change.days],
            "sources": sorted({row.source for row in arrangement.rows}),
            "due_dates_moved": len(change.dues),
        }
        subject = f"calendar:{arrangement.day or '-'.join(map(str, arrangement.years))}"
        audit.record("rulebook", audit.actor_of(account), "calendar.replaced", body, subject)
    return change


def bring_up_to_date(now: datetime) -> Change | None:
    """Put a newer forecast in the place of the one that came with the program before, for every year the State Council
    has not arranged yet. Whatever an administrator entered, confirmed or not, stays; None when there was nothing to do.
    """
    rows = tuple(CalendarRow(*row[:4]) for row in calendar_days() if not row[4])
    years = tuple(sorted({row.date.year for row in rows}))
    forecast = Arrangement(rows, years=years, confirmed=False)
    present = list(forecast.present())
    ours = all(not row.confirmed and row.source.endswith(FORECAST) for row in present)
    same = {(row.date, row.kind, row.name, row.source) for row in present} == {
        (row.date, row.kind, row.name, row.source) for row in rows
    }
    if not present or not ours or same:
        return None
    return carry_out(forecast, None, now, CalendarRevision.objects.get().number)


def _locked_revision() -> int:
    """The revision, its row locked: two administrators change the calendar one after the other."""
    return CalendarRevision.objects.select_for_update().order_by("pk").values_list("number", flat=True)[0]


def _replace(arrangement: Arrangement, account: Account | None, now: datetime, revision: int) -> Change:
    before = {row.date: _told(row.kind, row.name, row.source, row.confirmed) for row in arrangement.present()}
    sure = arrangement.confirmed
    after = {row.date: _told(row.kind, row.name, row.source, sure) for row in arrangement.rows}
    changed = sorted(day for day in before | after if before.get(day) != after.get(day))
    if not changed:
        return Change(revision, (), ())
    arrangement.present().delete()
    CalendarDay.objects.bulk_create(
        CalendarDay(date=row.date, kind=row.kind, name=row.name, source=row.source, confirmed=sure)
        for row in arrangement.rows
    )
    days = tuple(DayChange(day, before.get(day, _plain(day)), after.get(day, _plain(day))) for day in changed)
    return Change(revision, days, tuple(recompute(now, account)))


def _told(kind: str, name: str, source: str, confirmed: bool) -> str:
    sure = "" if confirmed else zh("，暂定")
    return zh(
        "{label}（{name}{sure}，{source}）", label=DayKind(kind).label, name=name, sure=sure, source=source
    )


def _plain(day: date) -> str:
    return zh("周末") if day.weekday() >= 5 else zh("平常工作日")


def as_csv(rows: Iterable[CalendarRow]) -> str:
    """Rows as the import reads them: what was previewed goes back in this form to be confirmed."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("date", "kind", "name", "source"))
    writer.writerows((row.date.isoformat(), row.kind, row.name, row.source) for row in rows)
    return text.getvalue()
