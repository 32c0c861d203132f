"""The rows that ship with the rulebook, as the first migration writes them (R0.7). Their values: notice_values.py,
wall_values.py, year_values.py."""

from collections.abc import Iterable
from datetime import date

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from reviews.refusal_rules import wall_values as wall
from reviews.rulebook import notice_values as notice
from reviews.rulebook import year_values

OURS = "本系统约定，省（自治区）可在系统管理中另行规定"
YEARS = range(2025, 2029)
_COMMON = {"valid_from": notice.IN_FORCE, "source": notice.NOTICE}


def limits(apps: Apps, rows: Iterable[tuple], source: str) -> None:
    """Limits of (key, name, value, unit, clause)."""
    model = apps.get_model("reviews", "Limit")
    for key, name, value, unit, clause in rows:
        model.objects.create(
            key=key,
            name=name,
            value=value,
            unit=unit,
            clause=clause,
            valid_from=notice.IN_FORCE,
            source=source,
        )


def routes(apps: Apps, rows: Iterable[tuple]) -> None:
    """Routes of (kind, relation, stages)."""
    for kind, relation, stages in rows:
        apps.get_model("reviews", "Route").objects.create(
            kind=kind, relation=relation, stages=stages, **_COMMON
        )


def reasons(apps: Apps, rows: Iterable[tuple], source: str = notice.NOTICE) -> None:
    """Listed reasons of (code, kinds, stages, outcome, text), in the order in which they are shown."""
    model = apps.get_model("reviews", "RefusalReason")
    for position, (code, kinds, stages, outcome, text, *clause) in enumerate(rows, 1):
        model.objects.create(
            code=code,
            kinds=kinds,
            stages=stages,
            outcome=outcome,
            text=text,
            position=position,
            valid_from=notice.IN_FORCE,
            source=" ".join((source, *clause)),
        )


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The notice's values: limits, windows, routes, reasons, phrases, the refusal wall, the year's end, the calendar."""
    apps.get_model("reviews", "CalendarRevision").objects.create(number=1)
    limits(apps, notice.LIMITS, notice.NOTICE)
    limits(apps, notice.FAULT_LIMITS, OURS)
    limits(apps, notice.TRAINING_LIMITS, OURS)
    limits(apps, notice.CERTIFICATE_LIMITS, "正文二：每年至少参加一次培训")
    limits(apps, notice.SEND_BACK_LIMITS, OURS)
    limits(apps, year_values.YEAR_LIMITS, year_values.OURS)
    _windows(apps)
    routes(apps, [*notice.ROUTES, *notice.CROSS_ROUTES])
    for kinds, rows in (
        (notice.TRANSFERS, notice.REASONS),
        ([wall.POST_GRADUATION], wall.POST_GRADUATION_REASONS),
    ):
        reasons(
            apps,
            [
                (code, kinds, _at_every_level(stages), outcome, text, clause)
                for code, outcome, stages, text, clause in rows
            ],
        )
    for position, (outcome, text) in enumerate(notice.PHRASES, 1):
        apps.get_model("reviews", "QuickPhrase").objects.create(outcome=outcome, text=text, position=position)
    for key, value, clause in year_values.YEAR_ROWS:
        apps.get_model("reviews", "YearRow").objects.create(
            key=key, value=value, clause=clause, valid_from=notice.IN_FORCE, source=year_values.OURS
        )
    _wall(apps)
    _calendar(apps)


def _at_every_level(stages: list[str]) -> list[str]:
    """What an authority may say, a league and a province may too where they decide in its place."""
    found = list(stages)
    for side in ("receiving", "sending"):
        if f"{side}_authority" in stages:
            found += [f"{side}_league", f"{side}_province"]
    return found


def _windows(apps: Apps) -> None:
    model = apps.get_model("reviews", "Window")
    for key, name, kinds, closes, starts, ends, clause in [*notice.WINDOWS, *notice.CROSS_WINDOWS]:
        model.objects.create(
            key=key, name=name, kinds=kinds, closes=closes, starts=starts, ends=ends, clause=clause, **_COMMON
        )
    reminders(apps, notice.REMINDERS)


def reminders(apps: Apps, rows: Iterable[tuple]) -> None:
    """Windows that close nothing, of (key, name, kinds, first day, day after the last, days before, clause)."""
    for key, name, kinds, starts, ends, days, clause in rows:
        apps.get_model("reviews", "Window").objects.create(
            key=key,
            name=name,
            kinds=kinds,
            closes=False,
            starts=starts,
            ends=ends,
            remind_days=days,
            clause=clause,
            **_COMMON,
        )


def _wall(apps: Apps) -> None:
    rules, words = apps.get_model("reviews", "ForbiddenPhrase"), apps.get_model("reviews", "WallWords")
    rules.objects.bulk_create(rules(**row, valid_from=notice.IN_FORCE) for row in wall.rules())
    words.objects.bulk_create(
        words(**row, valid_from=notice.IN_FORCE, source="教基一厅〔2016〕2号；内教基函〔2018〕6号")
        for row in wall.words()
    )


def _calendar(apps: Apps) -> None:
    vacation, day = apps.get_model("reviews", "Vacation"), apps.get_model("reviews", "CalendarDay")
    vacation.objects.bulk_create(
        vacation(
            name=f"{year}年{name}",
            starts_on=date(year, *starts),
            ends_on=date(year, *ends),
            source=notice.VACATION_SOURCE,
        )
        for year in YEARS
        for name, starts, ends in notice.VACATIONS
    )
    day.objects.bulk_create(
        day(date=date_, kind=kind, name=name, source=source, confirmed=confirmed)
        for date_, kind, name, source, confirmed in notice.calendar_days()
    )
