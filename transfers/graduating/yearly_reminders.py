"""Which open cases have to be finished by a date of the year: 毕业年级 before their schools graduate (R3.5b), 招生处理 at the end
of the season (R3.5)."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from orgs.people.models import Unit
from reviews.clock.yearly_dates import matter
from reviews.engine.models import Case
from reviews.rulebook.notice_values import POST_GRADUATION
from reviews.rulebook.windows import Reminder
from reviews.rulebook.year_values import GRADUATION_DUE, RECRUITMENT_DUE
from reviews.vocabulary.states import State
from transfers.graduating import running as graduating
from web import clock


def _graduating_text(last: date, count: int, clause: str) -> str:
    return (
        f"本单位有 {count} 件毕业年级的转学在办，须在毕业操作（{clock.spoken(last)}前）之前办结，"
        f"否则随毕业操作清理，须重新发起（{clause}）。"
    )


def _recruiting_text(last: date, count: int, clause: str) -> str:
    return (
        f"有 {count} 件毕业后跨省就学在办，招生处理须在{clock.spoken(last)}前完成，请尽快核办（{clause}）。"
    )


@matter(GRADUATION_DUE, link="/graduating/", text=_graduating_text, as_of=True)
def graduating_concerned(reminder: Reminder, provinces: list[int]) -> dict[int, int]:
    """Both schools and their authorities of a graduating pupil's transfer, and who holds it, each with how many."""
    rows = graduating.running(reminder.last_day).filter(case__submitted_at__lt=_evening(reminder))
    units = (
        "case__receiving_unit",
        "case__sending_unit",
        "case__receiving_unit__authority",
        "case__sending_unit__authority",
        "case__holder",
    )
    return _counted(rows.values_list(*units), provinces)


@matter(RECRUITMENT_DUE, link="/worklist/", text=_recruiting_text, as_of=True)
def recruiting_concerned(reminder: Reminder, provinces: list[int]) -> dict[int, int]:
    """Of an enrolment after graduation the two authorities, and who holds it, each with how many."""
    rows = Case.objects.filter(
        kind=POST_GRADUATION, closed_at__isnull=True, submitted_at__lt=_evening(reminder)
    ).exclude(state=State.DRAFT)
    return _counted(
        rows.values_list("receiving_unit__authority", "sending_unit__authority", "holder"), provinces
    )


def _evening(reminder: Reminder) -> datetime:
    """Of the day on which it is told: what begins later is none of it, whenever the round comes."""
    told_on = reminder.last_day - timedelta(days=reminder.days)
    return datetime.combine(told_on + timedelta(days=1), time(), clock.SHANGHAI)


def _counted(rows: Iterable[tuple], provinces: list[int]) -> dict[int, int]:
    """How many of the rows name each unit of the provinces."""
    units: dict[int, int] = {}
    for row in rows:
        for unit in {*row} - {None}:
            units[unit] = units.get(unit, 0) + 1
    here = Unit.objects.filter(pk__in=units, province__in=provinces).values_list("pk", flat=True)
    return {unit: units[unit] for unit in here}
