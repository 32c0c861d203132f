"""直升: a school of several phases recruits its own graduates (R4.5, 四.3): whom it may list at once, and whom not.

The procedure is that of every 招生 (:mod:`students.admission.recruitment.actions`): listed, sent once to the school's authority, reported.
Until then the pupil is 毕业; whoever goes elsewhere is taken off and is free for every other school.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import prefetch_related_objects

from orgs.people.models import Unit
from orgs.people.school_system import system_on
from orgs.people.successors import stood_for
from students.admission.recruitment import actions as recruitment
from students.onward.models import RecruitedPupil, Recruiting
from students.pupil.grades import JUNIOR, PRIMARY, bounds, entering_grade, next_phase
from students.pupil.models import Student
from students.pupil.statuses import StudentStatus
from web.clock import local_date
from web.refusals import Refusal, Refused, refuse
from web.words import zh

# One page of pupils, each with a tick and a class; what is left is offered when these are listed.
MOST = 500
# Whoever graduated longer ago than a year is offered, not chosen.
_RECENT = timedelta(days=366)


@dataclass(frozen=True)
class Offered:
    """A graduate of the school, with what stands in the way of listing it; ``chosen`` unless taken off before."""

    student: Student
    grade: int
    chosen: bool
    class_number: int | None
    refusal: Refusal | None = None


def offered(school: Unit, day: date) -> list[Offered]:
    """The school's own graduates whom its next phase could receive, by grade, class and name, those of schools merged into
    it as well; a handful of statements.

    Whom the school has no further grade for is left out, and of a phase it does not go on from nobody is read; who cannot
    be listed now stands there with the reason.
    """
    phases = _gone_on_from(school, day)
    if not phases:
        return []
    rows = Student.objects.filter(
        school__in=stood_for(school, day),
        status=StudentStatus.GRADUATED,
        graduated_on__isnull=False,
        phase__in=phases,
    )
    students = list(rows.select_related("school", "school_class").order_by("phase", "-graduated_on", "pk"))
    found = recruitment.troubles(students, school, day)
    listed_here = RecruitedPupil.objects.filter(school=school, student__in=students)
    given_up = set(
        listed_here.filter(state__in=[Recruiting.DROPPED, Recruiting.ABSENT]).values_list(
            "student", "graduated_on"
        )
    )
    offers = [
        Offered(
            student,
            entering_grade(student, day),
            day - left <= _RECENT and (student.pk, left) not in given_up,
            student.school_class.number if student.school_class else None,
            found.get(student.pk),
        )
        for student in students
        if (left := student.graduated_on) is not None
        and ((told := found.get(student.pk)) is None or told.code != "no_grade")
    ]
    return sorted(offers, key=_place)


def _gone_on_from(school: Unit, day: date) -> list[str]:
    """The phases after which the school has a grade of the next one."""
    prefetch_related_objects([school], "system_periods")
    system = system_on(school, day)
    found = []
    for phase in (PRIMARY, JUNIOR):
        first, last = bounds(next_phase(phase), system)
        if any(first <= grade <= last for grade in system.grades):
            found.append(phase)
    return found


def _place(one: Offered) -> tuple:
    return one.student.phase != PRIMARY, one.class_number or 100, one.student.pinyin, one.student.pk


def add(
    students: list[int], school: Unit, by, now: datetime, classes: dict[int, int]
) -> list[RecruitedPupil]:
    """List the chosen of those offered; ``classes`` names class numbers by pupil. Raises Refused: nobody was chosen, or
    one of them is no longer offered; then nobody was listed."""
    day = local_date(now)
    if refused := recruitment.seat_refusal(school, by, day):
        raise Refused(refused)
    chosen = {one.student.pk: one.student for one in offered(school, day)}
    if not students or not chosen.keys() >= set(students):
        refuse(
            "nobody",
            zh("请勾选要直升的本校毕业生；名单可能刚刚有变化，请核对后重新勾选。"),
            recruitment.CLAUSE,
        )
    return recruitment.add([chosen[pk] for pk in students], school, by, now, classes)
