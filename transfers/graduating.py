"""毕业年级在办转学 (R3.5b): running transfers of pupils who graduate this summer, which must end before the school's
graduation run or are cleared with it."""

from datetime import date

from django.db.models import F, Q, QuerySet

from reviews.models import Case
from reviews.notice_values import TRANSFERS
from reviews.states import State
from students.grades import grade_on, is_graduating
from students.models import StudentStatus
from transfers.models import Transfer

LAST_DAY = (7, 30)


def season(day: date) -> date:
    """The last day of the graduation that comes next on ``day``: 30 July of this year, or of the next."""
    last = date(day.year, *LAST_DAY)
    return last if day <= last else date(day.year + 1, *LAST_DAY)


def running(last_day: date) -> QuerySet:
    """Running transfers of pupils who are in the last grade of a phase on ``last_day``, whatever the school."""
    rows = Transfer.objects.filter(
        case__closed_at__isnull=True, case__kind__in=TRANSFERS, student__status=StudentStatus.ENROLLED
    ).exclude(case__state=State.DRAFT)
    asked = rows.values_list(
        "student__cohort", "sending_school__school_system", "sending_school__highest_grade"
    )
    last = Q(pk__in=[])
    for cohort, system, highest in asked.order_by().distinct():
        if is_graduating(grade_on(cohort, last_day), system, highest):
            last |= Q(
                student__cohort=cohort,
                sending_school__school_system=system,
                sending_school__highest_grade=highest,
            )
    return rows.filter(last)


def visible_to(account, day: date) -> QuerySet:
    """Those within the account's scope, the earliest limit first."""
    rows = running(season(day)).filter(case__in=Case.objects.visible_to(account, day))
    rows = rows.select_related("case__receiving_unit", "case__sending_unit", "case__holder", "student")
    return rows.order_by(F("case__due_on").asc(nulls_last=True), "case_id")
