"""Grades 1–9 match over all systems, and nine years of schooling are counted, whatever way a pupil came (R4.3)."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import product

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from hypothesis import given
from hypothesis import strategies as st

from orgs.people.school_system import SchoolSystem, SystemOn
from students.pupil.grades import (
    JUNIOR,
    PRIMARY,
    cohort_of,
    grade_label,
    is_graduating,
    nominal_grade,
    phase_of,
)
from students.pupil.models import Enrolment
from students.pupil.schooling import Schooling, began_school, schooling
from transfers.moving.last_grade import must_graduate
from transfers.moving.rules import Facts, grade_offered
from web.clock import SHANGHAI

pytestmark = pytest.mark.rule("R4.3")
SYSTEMS = [choice.value for choice in SchoolSystem]
# The last primary grade of each: the reviewed table.
LAST_PRIMARY = {"6-3": 6, "5-4": 5, "nine": 6, "twelve": 6}
# What schools there are of each system, as (lowest, highest).
SCHOOLS = {"6-3": [(1, 6), (7, 9)], "5-4": [(1, 5), (6, 9)], "nine": [(1, 9)], "twelve": [(1, 12)]}
GRADES = range(1, 10)
DAY = date(2026, 11, 25)


@dataclass
class Pupil:
    """As much of a pupil as the rules on grades read."""

    phase: str
    cohort: int
    entered_on: date
    graduated_on: date | None = None
    school_id: int = 1


@dataclass
class School:
    """A school without a row."""

    pk: int
    name: str = "示例学校"
    province_id: int = 1


def facts(leaving: str, entering: SystemOn, grade: int) -> Facts:
    pupil = Pupil(phase_of(grade, leaving), cohort_of(grade, DAY), date(cohort_of(grade, DAY), 9, 1))
    now = datetime(2026, 11, 25, 9, tzinfo=SHANGHAI)
    systems = {1: SystemOn(leaving, 1, 12), 2: entering}
    return Facts(pupil, School(2), School(1), now, None, systems=systems)


@pytest.mark.parametrize(("leaving", "entering", "grade"), list(product(SYSTEMS, SYSTEMS, GRADES)))
def test_a_grade_is_the_same_grade_in_every_system_called_by_the_receiving_schools_name(
    leaving, entering, grade
):
    found = facts(leaving, SystemOn(entering, 1, 12), grade)
    assert found.grade == grade
    assert grade_offered(found) is None
    assert phase_of(grade, entering) == (PRIMARY if grade <= LAST_PRIMARY[entering] else JUNIOR)
    assert ("（初中）" in grade_label(grade, entering)) == (grade > LAST_PRIMARY[entering])
    assert is_graduating(grade, entering) == (grade in (LAST_PRIMARY[entering], 9))
    assert Schooling(grade - 1, grade).total == 9


@pytest.mark.parametrize(("leaving", "entering", "grade"), list(product(SYSTEMS, SYSTEMS, GRADES)))
def test_a_school_takes_exactly_the_grades_that_it_has(leaving, entering, grade):
    taking = 0
    for lowest, highest in SCHOOLS[entering]:
        asked = facts(leaving, SystemOn(entering, lowest, highest), grade)
        # In the last grade of a phase it is the graduation that is missing, and nothing else is told.
        refused = grade_offered(asked) or must_graduate(asked)
        assert (refused is None) == (lowest <= grade <= highest)
        if refused is None:
            taking += 1
        else:
            assert grade_label(grade, leaving) in refused.sentence
            if is_graduating(grade, leaving):
                assert refused.code == "must_graduate"
                continue
            assert f"{grade_label(lowest, entering)}至{grade_label(highest, entering)}" in refused.sentence
            assert refused.clause == "附件1 四.2"
    # In each system there is a school for every grade: nobody falls between two.
    assert taking == 1


@pytest.mark.parametrize(
    ("spent", "grade_to", "system", "told"),
    [
        (4, 7, "6-3", "已读 4 年 + 转入七年级（初中）至九年级（初中） 3 年 = 7 年"),
        (5, 5, "6-3", "已读 5 年 + 转入五年级至九年级（初中） 5 年 = 10 年"),
        (5, 6, "5-4", "已读 5 年 + 转入六年级（初中）至九年级（初中） 4 年 = 9 年"),
        (7, 9, "nine", "已读 7 年 + 转入九年级（初中） 1 年 = 8 年"),
        (8, 10, "twelve", "已读 8 年 + 转入高一 0 年 = 8 年"),
    ],
)
def test_the_sum_is_told_as_a_sum(spent, grade_to, system, told):
    assert Schooling(spent, grade_to).told(system) == told


@given(
    began=st.integers(1990, 2040),
    years=st.lists(st.sampled_from(["promoted", "repeated", "skipped"]), max_size=12),
    step=st.integers(-8, 8),
)
def test_the_sum_is_what_counting_the_years_one_by_one_gives(began, years, step):
    """A pupil goes through school year by year; then it enters a grade and goes on to the ninth."""
    grade, cohort, sat = 1, began, 0
    for year in years:
        if grade >= 9:
            break
        sat += 1
        grade += 1 if year == "promoted" else 0 if year == "repeated" else 2
        cohort += 0 if year == "promoted" else 1 if year == "repeated" else -1
    grade_to = min(max(grade + step, 1), 9)
    still_to_sit = len(range(grade_to, 10))
    day = date(began + sat, 9, 1)
    assert nominal_grade(cohort, day) == grade
    found = Schooling(grade - 1 + cohort - began, grade_to)
    assert (found.spent, found.left, found.total) == (sat, still_to_sit, sat + still_to_sit)
    assert found.enough == (sat + still_to_sit >= 9)


@given(
    cohort=st.integers(1990, 2040),
    began=st.integers(-2, 2),
    change=st.integers(-3, 3),
    days=st.integers(0, 3000),
)
def test_promotion_changes_nothing_in_the_sum(cohort, began, change, days):
    """The total depends on the year entered and the year begun alone, so a case may run over 08-10 24:00."""
    day = date.fromordinal(date(cohort, 9, 1).toordinal() + days)
    own = nominal_grade(cohort, day)
    if not 1 <= own <= 9 or not 1 <= own + change <= 9:
        return
    found = Schooling(own - 1 + began, own + change)
    assert found.total == 9 + began - change


# ---------------------------------------------------------------- when school began


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("entered_on", "at", "grade_in", "began"),
    [
        (date(2020, 9, 1), datetime(2020, 9, 1), 1, 2020),
        (date(2020, 7, 10), datetime(2020, 7, 10), 1, 2020),  # entered before the promotion of the others
        (date(2023, 3, 1), datetime(2023, 3, 1), 3, 2020),  # taken in later, in grade 3
        (date(2026, 9, 1), datetime(2026, 9, 1), 7, 2020),  # 入学年月 of junior secondary
        (date(2019, 9, 1), datetime(2020, 9, 1), 1, 2019),  # sat in grade 1 before its record was made
    ],
)
def test_school_began_with_grade_one_whatever_the_record_began_with(world, entered_on, at, grade_in, began):
    pupil = world.pupil(world.third)
    pupil.entered_on = entered_on
    pupil.save()
    clear_enrolments(pupil)
    period = DateTimeTZRange(at.replace(tzinfo=SHANGHAI), None)
    Enrolment.objects.create(
        student=pupil, school=world.third, phase=pupil.phase, period=period, grade_in=grade_in
    )
    assert began_school(pupil) == began


def clear_enrolments(pupil):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE students_enrolment DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM students_enrolment WHERE student_id = %s", [pupil.pk])
        cursor.execute("ALTER TABLE students_enrolment ENABLE TRIGGER USER")


@pytest.mark.django_db
@pytest.mark.parametrize(("cohort_moved", "spent"), [(0, 3), (1, 3), (-1, 3)])
def test_years_are_counted_from_the_beginning_whatever_the_cohort_says_now(world, cohort_moved, spent):
    """Who repeated is a cohort later and has sat as long; who skipped is one earlier and has, too."""
    pupil = world.pupil(world.third, grade=4)
    pupil.cohort += cohort_moved
    own = nominal_grade(pupil.cohort, world.today)
    found = schooling(pupil, own, own)
    assert (found.spent, found.total) == (spent, 9 + cohort_moved)
