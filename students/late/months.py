"""The check at the month's end: the province's list against all pupils; passed, the record is created, not passed, the
child comes by transfer (R2.2). Beat asks every half hour, so that a night without beat loses nothing."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction

from ledger import audit, clock, outbox
from orgs.models import Unit
from orgs.school_system import systems_on
from reviews.models import Case
from reviews.public_numbers import public_number
from students import registration, registration_writing
from students.duplicates import NUMBER
from students.grades import grade_on
from students.late import calendar, lists
from students.late.models import Late, LateChild, MonthlyCheck
from students.registration import Newcomer

ACTOR = "checks"


def check(now: datetime) -> int:
    """Check what waits of all months that are closed; returns how many children were decided on."""
    month = calendar.last_closed(now)
    due = LateChild.objects.filter(state=Late.COLLECTED, collected_at__lt=calendar.closing(month))
    provinces = due.order_by().values_list("school__province", flat=True).distinct()
    return sum(_check_province(pk, month, now) for pk in sorted(provinces))


def _check_province(province: int, month: date, now: datetime) -> int:
    """One province's month, all of it or nothing; the row of the month lets nobody do it twice."""
    due = LateChild.objects.filter(
        state=Late.COLLECTED, school__province=province, collected_at__lt=calendar.closing(month)
    )
    try:
        with transaction.atomic():
            done = MonthlyCheck.objects.create(
                number=public_number("BJ", month.year), province_id=province, month=month, checked_at=now
            )
            rows = list(due.select_for_update(of=("self",)).select_related("school", "case").order_by("pk"))
            newcomers = [lists.newcomer_of(row) for row in rows]
            registration.match(newcomers)
            passed = _refuse(done, rows, newcomers)
            created = _create(done, passed, now)
            _end(done, rows, created)
    except IntegrityError as error:
        if "month_checked_once" in str(error):
            return 0
        raise
    return len(rows)


def _refuse(done: MonthlyCheck, rows: Sequence[LateChild], newcomers: Sequence[Newcomer]):
    """Children whose identity number a pupil has already are refused; those whose school lost the grade go back to it.
    Returns the others."""
    day, passed, refused, returned = clock.local_date(done.checked_at), [], [], []
    systems = systems_on({row.school for row in rows}, day)
    for row, newcomer in zip(rows, newcomers, strict=True):
        known = next((one for one in newcomer.matches if one.kind == NUMBER), None)
        if known is not None:
            row.state, row.month, row.found_id = Late.REFUSED, done, known.student_id
            refused.append(row)
        elif grade_on(row.cohort, day) not in systems[row.school_id].grades:
            row.state, row.month = Late.RETURNED, done
            returned.append(row)
        else:
            passed.append((row, newcomer))
    LateChild.objects.bulk_update([*refused, *returned], ["state", "month", "found"], batch_size=1000)
    done.refused = len(refused)
    return passed


def _create(done: MonthlyCheck, passed: Sequence[tuple[LateChild, Newcomer]], now: datetime) -> int:
    """The records, school by school and grade by grade; those of equal name and birth become problem records (R1.9)."""
    day, groups = clock.local_date(now), defaultdict(list)
    for row, newcomer in passed:
        groups[row.school, row.cohort, row.case].append((row, newcomer))
    for (school, cohort, case), group in groups.items():
        ids = _written(school, cohort, case, [newcomer for _, newcomer in group], day, now)
        for (row, _), pk in zip(group, ids, strict=True):
            row.state, row.month, row.student_id = Late.CREATED, done, pk
    rows = [row for row, _ in passed]
    LateChild.objects.bulk_update(rows, ["state", "month", "student"], batch_size=1000)
    return len(rows)


def _written(
    school: Unit, cohort: int, case: Case | None, newcomers: list[Newcomer], day: date, now: datetime
) -> list[int]:
    return registration_writing.write(
        newcomers,
        school,
        cohort,
        grade_on(cohort, day),
        now,
        ACTOR,
        found_by="late",
        how=lists.NAME,
        case_number=case.number if case else "",
        entered_on=day,
    )


def _end(done: MonthlyCheck, rows: Sequence[LateChild], created: int) -> None:
    done.total, done.created = len(rows), created
    done.save()
    schools = {row.school_id for row in rows}
    outbox.post_all("late", {f"late:{done.pk}:{pk}": {"month": done.pk, "school": pk} for pk in schools})
    body = {"check": done.number, "total": done.total, "created": created, "refused": done.refused}
    audit.record(lists.CHAIN, ACTOR, "late.checked", body, subject=f"late:{done.number}")
