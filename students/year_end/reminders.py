"""毕业 in time (R4.1): schools that have not run their graduation are told before, on the day, and after; their authority how
many are late (R4.1)."""

from collections import defaultdict
from datetime import date, datetime
from typing import cast

from django.db.models import Count

from ledger import outbox
from ledger.models import OutboxMessage
from orgs.people.models import Unit, UnitLevel
from orgs.people.school_system import system_on
from orgs.people.seats import clerks_of
from reviews.engine import book as rulebook
from reviews.notices.sending import Letter, tell
from students.pupil.grades import bounds, nominal_grade
from students.pupil.models import Student
from students.pupil.statuses import StudentStatus
from students.pupil.year_rows import graduation_due
from students.year_end.graduation import CLAUSE
from web import clock

# Days before the last one; negative ones are after it.
DAYS = (20, 10, 3, 0, -1, -8, -15, -22)


def remind(now: datetime) -> int:
    """Write the reminders of the last date that has come this summer; returns how many units are concerned.

    Asked every day: whatever day the round comes, it leaves what a daily one would have left.
    """
    day, book, told = clock.local_date(now), rulebook.current(), 0
    for province in Unit.objects.filter(level=UnitLevel.PROVINCE).order_by("code"):
        end = graduation_due(day, province.pk, book)
        come = [days for days in DAYS if (end - day).days <= days]
        if come and (end - day).days >= DAYS[-1] - 7:
            told += _post(waiting(province, end), end, come[-1])
    return told


def waiting(province: Unit, end: date, *, last_too: bool = True) -> dict[Unit, int]:
    """Schools of the province with pupils who on ``end`` are beyond the last grade of their phase by time, or
    (``last_too``) in it, and have neither graduated nor left, and how many; three statements."""
    rows = Student.objects.filter(school__province=province, status=StudentStatus.ENROLLED)
    counted = rows.order_by().values_list("school", "phase", "cohort")
    by_school: dict[int, dict[tuple[str, int], int]] = defaultdict(dict)
    for school, phase, cohort, count in counted.annotate(Count("pk")):
        by_school[school][phase, cohort] = count
    schools = Unit.objects.prefetch_related("system_periods").in_bulk(by_school)
    found = {}
    for pk, places in by_school.items():
        left = sum(
            count for place, count in places.items() if _has_to_leave(schools[pk], *place, end, last_too)
        )
        if left:
            found[schools[pk]] = left
    return found


def _has_to_leave(school: Unit, phase: str, cohort: int, end: date, last_too: bool) -> bool:
    return nominal_grade(cohort, end) + last_too > bounds(phase, system_on(school, end, cohort))[1]


def _post(schools: dict[Unit, int], end: date, days: int) -> int:
    said = {
        f"graduation:{end.year}:{days}:{school.pk}": {"unit": school.pk, "pupils": count, "days": days}
        for school, count in schools.items()
    }
    if days < 0:
        late: dict[int, int] = defaultdict(int)
        for school in schools:
            late[cast("int", school.authority_id)] += 1  # every school has one
        said |= {
            f"graduation:{end.year}:{days}:over:{unit}": {"unit": unit, "schools": count, "days": days}
            for unit, count in late.items()
        }
    outbox.post_all("graduation", {dedup: body | {"last": end.isoformat()} for dedup, body in said.items()})
    return len(said)


@outbox.handler("graduation")
def tell_units(messages: list[OutboxMessage], now: datetime) -> None:
    """Registrars and heads; figures only."""
    clerks = clerks_of({message.payload["unit"] for message in messages}, clock.local_date(now))
    tell(
        (
            Letter(account, None, _text(message.payload), message.dedup, "/graduation/")
            for message in messages
            for account in clerks[message.payload["unit"]]
        ),
        now,
    )


def _text(said: dict) -> str:
    last = clock.spoken(date.fromisoformat(said["last"]))
    if "schools" in said:
        return f"所属学校中有 {said['schools']} 所没有在{last}前完成毕业操作，请督促（{CLAUSE}）。"
    if said["days"] < 0:
        return f"本校还有 {said['pupils']} 名毕业年级学生没有毕业或结业，已过期限（{last}），请立即办理（{CLAUSE}）。"
    return f"本校还有 {said['pupils']} 名毕业年级学生没有毕业或结业，应在{last}前办理（{CLAUSE}）。"
