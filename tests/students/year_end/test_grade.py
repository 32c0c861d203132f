"""The grade on a day: derived from phase, cohort and school year, stopped at the last grade, and in Python and SQL the
same (R3.5c)."""

from datetime import date
from itertools import product

import pytest
from django.db import connection

from orgs.people.school_system import SchoolSystemPeriod, SystemOn, system_on
from students.pupil.grades import (
    clamp,
    class_name,
    grade_at,
    grade_of,
    label_of,
    nominal_grade,
    phase_of,
    stays,
    takes,
    waits,
)
from students.pupil.models import SchoolClass, Student
from students.pupil.year_rows import entering_cohort
from tests.clock import shanghai

DAYS = [date(2026, *day) for day in ((1, 5), (5, 31), (6, 1), (7, 31), (8, 10), (8, 11), (9, 7), (12, 31))]
PHASES = ("primary", "junior", "senior")
JULY = shanghai(2026, 7, 6, 10)
pytestmark = [pytest.mark.django_db, pytest.mark.rule("R3.5c"), pytest.mark.world_at(JULY)]


def asked(sql, *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def test_python_and_the_database_derive_the_same_grade_for_every_phase_cohort_system_and_day():
    places = list(product(range(2008, 2030), PHASES, (5, 6), DAYS))
    rows = asked(
        "SELECT students_grade(cohort, phase, last, day) FROM unnest(%s::int[], %s::text[], %s::int[], %s::date[])"
        " WITH ORDINALITY AS t (cohort, phase, last, day, place) ORDER BY place",
        *(list(column) for column in zip(*places, strict=True)),
    )
    wanted = [
        clamp(nominal_grade(cohort, day), phase, "5-4" if last == 5 else "6-3")
        for cohort, phase, last, day in places
    ]
    assert [grade for (grade,) in rows] == wanted


@pytest.mark.parametrize(
    ("system", "phase", "first", "last"),
    [
        (SystemOn("6-3", 1, 6), "primary", 1, 6),
        (SystemOn("6-3", 7, 9), "junior", 7, 9),
        (SystemOn("5-4", 1, 5), "primary", 1, 5),
        (SystemOn("5-4", 6, 9), "junior", 6, 9),
        (SystemOn("nine", 1, 9), "primary", 1, 6),
        (SystemOn("nine", 1, 9, 5), "primary", 1, 5),
        (SystemOn("nine", 1, 9, 5), "junior", 6, 9),
        (SystemOn("6-3", 1, 4), "primary", 1, 6),  # 教学点: never the school's own highest grade
        (SystemOn("twelve", 1, 12), "senior", 10, 12),
    ],
)
def test_the_grade_grows_with_the_school_year_and_stops_at_the_last_of_the_phase(system, phase, first, last):
    for nominal in range(-1, 16):
        assert clamp(nominal, phase, system) == min(max(nominal, first), last)


def test_before_the_phase_one_waits_after_its_last_grade_one_stays(world):
    pupil = world.pupil(world.first, grade=6)
    june, august, september = date(2026, 7, 6), date(2026, 8, 10), date(2026, 8, 11)
    assert [(grade_of(pupil, day), stays(pupil, day)) for day in (june, august, september)] == [
        (6, False),
        (6, False),
        (6, True),
    ]
    assert label_of(pupil, september) == "六年级（应毕业未毕业）"
    assert class_name(pupil.school_class, september) == "2020级（1）班（毕业班）"
    assert class_name(pupil.school_class, august) == "六年级（1）班"
    newcomer = Student(phase="junior", cohort=2020, school=world.junior, status="enrolled")
    assert (grade_of(newcomer, august), waits(newcomer, august)) == (7, True)
    assert label_of(newcomer, august) == "七年级（新生）"
    assert (label_of(newcomer, september), waits(newcomer, september)) == ("七年级（初中）", False)


def test_a_graduate_keeps_the_grade_of_its_graduation_whatever_the_day(world):
    pupil = world.graduate(world.first, grade=6, on=date(2026, 7, 10))
    for day in (date(2026, 7, 31), date(2026, 9, 7), date(2031, 9, 3)):
        assert (grade_of(pupil, day), stays(pupil, day), label_of(pupil, day)) == (6, False, "六年级")


def test_no_class_of_a_leaving_cohort_takes_newcomers(world):
    leaving = SchoolClass.objects.get(school=world.first, phase="primary", cohort=2020)
    present = SchoolClass.objects.get(school=world.first, phase="primary", cohort=2021)
    day = date(2026, 9, 7)
    assert grade_of(leaving, day) == grade_of(present, day) == 6
    assert not takes(leaving, 6, "6-3", day)
    assert takes(present, 6, "6-3", day)


@pytest.mark.parametrize(
    ("day", "grade", "cohort"),
    [
        (date(2026, 7, 25), 7, 2020),  # reports in summer, begins in September (Y47)
        (date(2026, 9, 2), 7, 2020),
        (date(2027, 4, 12), 7, 2020),  # late in the same year (Y51)
        (date(2027, 5, 31), 7, 2020),
        (date(2027, 6, 1), 7, 2021),
        (date(2028, 9, 4), 7, 2022),  # two years late (Y49)
        (date(2026, 7, 20), 1, 2026),  # a first-grader registered in July (Y106)
    ],
)
@pytest.mark.django_db
def test_who_comes_joins_the_cohort_that_is_in_the_grade_entered_in_summer_the_coming_one(day, grade, cohort):
    assert entering_cohort(grade, day, None) == cohort


def test_a_row_of_the_school_system_may_speak_for_later_cohorts_only(world):
    """老生老办法: cohort 2021 finishes 六年级 at a school that becomes 5-4 for cohort 2022 and after (Y118)."""
    school, day = world.first, date(2026, 9, 7)
    SchoolSystemPeriod.objects.create(
        school=school,
        school_system="5-4",
        lowest_grade=1,
        highest_grade=5,
        valid_from=date(2026, 8, 11),
        from_cohort=2022,
        source="盟教发〔2026〕3号",
    )
    assert [system_on(school, day, cohort).last_primary for cohort in (2020, 2021, 2022, 2023)] == [
        6,
        6,
        5,
        5,
    ]
    rows = asked("SELECT orgs_last_primary(%s, %s, c) FROM generate_series(2020, 2023) c", school.pk, day)
    assert [last for (last,) in rows] == [6, 6, 5, 5]
    held = Student(phase="primary", cohort=2021, school=school, status="enrolled")
    assert (grade_of(held, day), stays(held, day)) == (6, False)


@pytest.mark.parametrize(("system", "ends", "given"), [("5-4", None, 5), ("6-3", None, 6), ("nine", 5, 5)])
def test_where_the_primary_phase_ends_is_filled_by_the_system(world, system, ends, given):
    school = world.school("示例学校", world.east, 1, 9, system)
    row = school.system_periods.get()
    if ends:
        row.last_primary = ends
        row.save()
    row.refresh_from_db()
    assert row.last_primary == given
    assert phase_of(6, system_on(school, world.today)) == ("junior" if given == 5 else "primary")


def test_pupils_are_found_in_the_database_by_the_grade_that_python_says(world):
    five = world.school("五四制小学", world.east, 1, 5, "5-4")
    four = world.school("五四制初中", world.east, 6, 9, "5-4")
    nine = world.school("九年一贯制学校", world.east, 1, 9, "nine")
    for school, grades in (
        (world.first, (1, 6)),
        (five, (5,)),
        (four, (6, 9)),
        (nine, (6, 7)),
        (world.junior, (7,)),
    ):
        for grade in grades:
            world.pupil(school, grade=grade)
    for day in DAYS:
        found = Student.objects.select_related("school").annotate(at=grade_at(day))
        assert {row.pk: row.at for row in found} == {row.pk: grade_of(row, day) for row in found}
