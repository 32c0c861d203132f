"""毕业 by 30 July: schools that have not run their graduation are told before, on the day, and after; their authority how
many are late (R4.1)."""

from collections import defaultdict
from datetime import date, datetime

from django.db.models import Count

from ledger import clock, outbox
from ledger.models import OutboxMessage
from orgs.models import Unit, UnitLevel
from orgs.school_system import systems_on
from orgs.seats import clerks_of
from reviews.notices import Letter, tell
from students.grades import grade_on, is_graduating
from students.graduation import CLAUSE, last_day
from students.models import Student, StudentStatus

# Days before 30 July; negative ones are after it.
DAYS = (20, 10, 3, 0, -1, -8, -15, -22)


def remind(now: datetime) -> int:
    """Write the reminders of the last date that has come this summer; returns how many units are concerned.

    Asked every day: whatever day the round comes, it leaves what a daily one would have left.
    """
    day = clock.local_date(now)
    end = last_day(day)
    come = [days for days in DAYS if (end - day).days <= days]
    if not come or (end - day).days < DAYS[-1] - 7:
        return 0
    days, told = come[-1], 0
    for province in Unit.objects.filter(level=UnitLevel.PROVINCE).order_by("code"):
        told += _post(waiting(province, end), end, days)
    return told


def waiting(province: Unit, end: date) -> dict[Unit, int]:
    """Schools of the province with pupils in a last grade who have neither graduated nor left, and how many; two
    statements."""
    rows = Student.objects.filter(school__province=province, status=StudentStatus.ENROLLED)
    counted = rows.order_by().values_list("school", "cohort").annotate(Count("pk"))
    by_school: dict[int, dict[int, int]] = defaultdict(dict)
    for school, cohort, count in counted:
        by_school[school][cohort] = count
    schools = Unit.objects.in_bulk(by_school)
    systems = systems_on(schools.values(), end)
    found = {}
    for pk, cohorts in by_school.items():
        system = systems[pk]
        left = sum(
            count
            for cohort, count in cohorts.items()
            if is_graduating(grade_on(cohort, end), system.system, system.highest)
        )
        if left:
            found[schools[pk]] = left
    return found


def _post(schools: dict[Unit, int], end: date, days: int) -> int:
    said = {
        f"graduation:{end.year}:{days}:{school.pk}": {"unit": school.pk, "pupils": count, "days": days}
        for school, count in schools.items()
    }
    if days < 0:
        late: dict[int, int] = defaultdict(int)
        for school in schools:
            late[school.authority_id] += 1
        said |= {
            f"graduation:{end.year}:{days}:over:{unit}": {"unit": unit, "schools": count, "days": days}
            for unit, count in late.items()
        }
    outbox.post_all("graduation", {dedup: body | {"last": end.isoformat()} for dedup, body in said.items()})
    return len(said)


@outbox.handler("graduation")
def tell_units(messages: list[OutboxMessage]) -> None:
    """Registrars and heads; figures only."""
    clerks = clerks_of({message.payload["unit"] for message in messages}, clock.local_date(clock.now()))
    tell(
        Letter(account, None, _text(message.payload), message.dedup, "/graduation/")
        for message in messages
        for account in clerks[message.payload["unit"]]
    )


def _text(said: dict) -> str:
    last = clock.spoken(date.fromisoformat(said["last"]))
    if "schools" in said:
        return f"所属学校中有 {said['schools']} 所没有在{last}前完成毕业操作，请督促（{CLAUSE}）。"
    if said["days"] < 0:
        return f"本校还有 {said['pupils']} 名毕业年级学生没有毕业或结业，已过期限（{last}），请立即办理（{CLAUSE}）。"
    return f"本校还有 {said['pupils']} 名毕业年级学生没有毕业或结业，应在{last}前办理（{CLAUSE}）。"
