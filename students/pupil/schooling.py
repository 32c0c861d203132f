"""How many years of compulsory schooling a pupil has in all when it enters a grade (R4.3).

The notice matches schools of different systems by grades 1–9, so what is left is the same everywhere: from the grade
entered to the ninth. A grade further up costs a year, a grade further down adds one; under nine it may not come.
"""

from typing import NamedTuple

from orgs.people.school_system import SystemOn
from students.pupil.grades import grade_label, school_year
from students.pupil.models import Enrolment, Student
from web.clock import local_date
from web.words import zh

YEARS = 9
# 新生 are entered from July on; before 08-11 that is still the old school year of those who are there already.
_NEW_FROM_MONTH = 7


class Schooling(NamedTuple):
    """Years done since grade 1, and the grade entered now."""

    spent: int
    grade_to: int

    @property
    def left(self) -> int:
        """Years from the grade entered to the ninth; none in senior secondary."""
        return max(0, YEARS - self.grade_to + 1)

    @property
    def total(self) -> int:
        """Both together."""
        return self.spent + self.left

    @property
    def enough(self) -> bool:
        """Whether nine years are kept."""
        return self.total >= YEARS

    def told(self, system: SystemOn | str = "") -> str:
        """The sum in words, in the receiving school's names: 已读 4 年 + 转入七年级（初中）至九年级（初中）3 年 = 7 年."""
        entered = grade_label(self.grade_to, system)
        last = zh("至{grade_label}", grade_label=grade_label(YEARS, system)) if self.grade_to < YEARS else ""
        return zh(
            "已读 {spent} 年 + 转入{entered}{last} {left} 年 = {total} 年",
            spent=self.spent,
            entered=entered,
            last=last,
            left=self.left,
            total=self.total,
        )


def schooling(student: Student, own_grade: int, grade_to: int, *, done_now: bool = False) -> Schooling:
    """The sum for ``student``, whose own grade is ``own_grade``, on entering ``grade_to``.

    Years that were repeated count, years that were skipped do not: the pupil's year (cohort) is held against the one
    in which it entered grade 1. Who was not graduated has done its last grade, and no year after it.
    """
    return Schooling(own_grade - 1 + done_now + student.cohort - began_school(student), grade_to)


def began_school(student: Student) -> int:
    """The year in which the pupil entered grade 1, by the first enrolment there is and by 入学年月."""
    first = Enrolment.objects.filter(student=student).order_by("period").first()
    known = [student.cohort if first is None else _cohort_at(first), _year_of(student.entered_on)]
    # 入学年月 may be that of a later phase; the earlier of the two is the beginning.
    return min(known)


def _cohort_at(enrolment: Enrolment) -> int:
    day = local_date(enrolment.period.lower)
    year = _year_of(day) if enrolment.grade_in == 1 else school_year(day)
    return year - enrolment.grade_in + 1


def _year_of(day) -> int:
    return day.year if day.month >= _NEW_FROM_MONTH else day.year - 1
