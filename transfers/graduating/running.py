"""毕业年级在办转学 (R3.5b): running transfers of pupils who graduate this summer, which must end before the school's
graduation run or are cleared with it."""

from datetime import date, datetime

from django.db.models import F, QuerySet

from orgs.people.seats import home_province
from reviews.clock import expire as door_clock
from reviews.engine import book as rulebook
from reviews.engine.book import Rulebook
from reviews.engine.models import Case
from reviews.rulebook import windows
from reviews.rulebook.notice_values import TRANSFERS
from reviews.rulebook.year_values import YearKey
from reviews.vocabulary.states import State
from students.pupil.grades import grade_at, school_year
from students.pupil.statuses import StudentStatus
from students.pupil.year_rows import clears_on, next_graduation_due
from transfers.moving.models import Transfer
from web.clock import local_date, months_after, spoken
from web.words import zh


def running(last_day: date) -> QuerySet:
    """Running transfers of pupils who are in the last grade of a phase on ``last_day``, whatever the school."""
    rows = Transfer.objects.filter(
        case__closed_at__isnull=True, case__kind__in=TRANSFERS, student__status=StudentStatus.ENROLLED
    ).exclude(case__state=State.DRAFT)
    # In the last grade of its phase is who a year later is in no higher one, though it has begun with the phase.
    later = months_after(last_day, 12)
    nominal = school_year(last_day) + 1 - F("student__cohort")
    rows = rows.alias(grade=grade_at(last_day, "student__"), then=grade_at(later, "student__"))
    return rows.filter(then=F("grade"), grade__lte=nominal)


def clear(now: datetime) -> int:
    """Where a province has set a day for it: end the running transfers of graduating grades that had begun before that day,
    whether their schools have graduated the pupils or not (R3.5b). Returns how many; asked every day, it leaves what one
    round at zero hours of the day would have left."""
    book, today, cleared = rulebook.current(), local_date(now), 0
    said = {row.value for row in book.year_rows if row.key == YearKey.GRADUATING_CLEAR_ON and row.value}
    for on in sorted(day for value in said if (day := windows.day_of(today.year, value)) <= today):
        for source, subjects in _begun_before(on, book).items():
            why = zh(
                "按规定（{source}），毕业年级的转学在{day}以前没有办结的由系统统一清理；学生还没有毕业的，需要时可以重新发起。",
                source=source,
                day=spoken(on),
            )
            cleared += door_clock.clear(subjects, TRANSFERS, why, "clock")
    return cleared


def _begun_before(on: date, book: Rulebook) -> dict[str, list[str]]:
    """Whose transfers end on the day, by what the row rests on: each by the row of its own submission (R0.7)."""
    found: dict[str, list[str]] = {}
    for transfer in running(on).select_related("case__sending_unit"):
        day, province = local_date(transfer.case.submitted_at), transfer.case.sending_unit.province_id
        if clears_on(day, province, book) == on:
            row = book.year_row(YearKey.GRADUATING_CLEAR_ON, day, province)
            found.setdefault(row.source, []).append(transfer.case.exclusive_key)
    return found


def visible_to(account, day: date, book: Rulebook | None = None) -> QuerySet:
    """Those within the account's scope, the earliest limit first."""
    last = next_graduation_due(day, home_province(account, day), book)
    rows = running(last).filter(case__in=Case.objects.visible_to(account, day))
    rows = rows.select_related("case__receiving_unit", "case__sending_unit", "case__holder", "student")
    return rows.order_by(F("case__due_on").asc(nulls_last=True), "case_id")
