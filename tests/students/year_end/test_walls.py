"""What the database itself refuses about phase, class, school and enrolment (R3.5c, R4.1, R5.3), by plain SQL."""

import pytest
from django.db import connection, transaction

from demo.loading import as_replica
from students.pupil.models import Enrolment, SchoolClass
from students.pupil.statuses import StudentStatus
from tests.clock import frozen, shanghai
from tests.refusals import refused_by_database, sql_refused

SEPTEMBER = shanghai(2026, 9, 7, 10)
pytestmark = [pytest.mark.django_db, pytest.mark.rule("R3.5c"), pytest.mark.world_at(SEPTEMBER)]
# Without the triggers, so that the constraint itself is asked.
UNGUARDED = "SET LOCAL session_replication_role = replica; "
PUPIL = "UPDATE students_student SET {} WHERE id=%s"


def accepted(sql, *params):
    """The walls of phase and placement let the statement through; it is taken back. What else binds a record to its case
    is asked elsewhere."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)
        cursor.execute("SET CONSTRAINTS placement_wall, enrolment_phase_wall, class_wall IMMEDIATE")
        transaction.set_rollback(True)


def placed(sql, *params):
    """As something stands before: past all walls."""
    with transaction.atomic(), as_replica(), connection.cursor() as cursor:
        cursor.execute(sql, params)


@pytest.mark.parametrize("table", ["student", "schoolclass", "enrolment"])
def test_a_phase_is_one_of_three(world, table):
    world.pupil(world.first)
    name = {"student": "student_phase", "schoolclass": "class_phase", "enrolment": "enrolment_phase"}[table]
    sql_refused(name, f"{UNGUARDED}UPDATE students_{table} SET phase='college'")


@pytest.mark.parametrize("status", StudentStatus.values)
def test_the_day_of_graduation_stands_where_somebody_has_graduated_and_nowhere_else(world, status):
    pupil = world.pupil(world.first)
    forced = UNGUARDED + PUPIL
    if status in ("graduated", "completed", "incomplete"):
        sql_refused("student_graduated_on", forced.format(f"status='{status}', graduated_on=NULL"), pupil.pk)
    elif status not in ("deceased", "removed"):
        day = "2026-07-06"
        sql_refused(
            "student_graduated_on", forced.format(f"status='{status}', graduated_on='{day}'"), pupil.pk
        )


@pytest.mark.parametrize(
    ("was", "becomes", "status"),
    [("primary", "junior", "enrolled"), ("junior", "senior", "abroad"), ("primary", "senior", "graduated")],
)
def test_no_living_pupil_reaches_a_higher_phase_by_itself(world, was, becomes, status):
    nine = world.school("十二年一贯制学校", world.east, 1, 12, "twelve")
    grade = {"primary": 6, "junior": 9}[was]
    pupil = world.graduate(nine, grade) if status == "graduated" else world.pupil(nine, grade, status=status)
    sql_refused(
        "student_phase_change",
        PUPIL.format("phase=%s, school_class_id=NULL"),
        becomes,
        pupil.pk,
    )


def test_a_transfer_never_brings_a_child_into_the_next_phase_but_a_report_after_graduation_does(world):
    junior = world.junior
    moved = "phase='junior', school_id=%s, school_class_id=NULL"
    pupil = world.pupil(world.first, grade=6)
    sql_refused("student_phase_change", PUPIL.format(moved), junior.pk, pupil.pk)
    graduate = world.graduate(world.first, grade=6)
    closed = "UPDATE students_enrolment SET period=tstzrange(lower(period), ledger_now()), left_by='招生' WHERE student_id=%s"
    placed(closed, graduate.pk)
    accepted(PUPIL.format(moved + ", status='enrolled', graduated_on=NULL"), junior.pk, graduate.pk)


def test_grade_six_is_matched_by_number_between_six_three_and_five_four(world):
    four = world.school("五四制初中", world.east, 6, 9, "5-4")
    pupil = world.pupil(world.first, grade=6)
    placed(
        "UPDATE students_enrolment SET period=tstzrange(lower(period), ledger_now()) WHERE student_id=%s",
        pupil.pk,
    )
    moved = PUPIL.format("phase='junior', school_id=%s, school_class_id=NULL")
    accepted(moved, four.pk, pupil.pk)
    placed(moved, four.pk, pupil.pk)
    younger = world.pupil(world.first, grade=5)
    # It would stand in the first grade of the phase though its cohort is a year below: no grade-6 transfer.
    assert younger.cohort == pupil.cohort + 1
    nine = world.junior
    sql_refused("student_phase_change", moved, nine.pk, younger.pk)
    # And back, in grade 6.
    accepted(PUPIL.format("phase='primary', school_id=%s"), world.first.pk, pupil.pk)


@pytest.mark.parametrize("status", ["expelled", "withdrawn"])
@pytest.mark.rule("R5.3")
def test_nobody_of_compulsory_education_is_expelled_or_withdrawn_however_long_ago_it_should_have_left(
    world, status
):
    junior, senior = world.junior, world.school("示例高级中学", world.east, 10, 12)
    ninth, twelfth = world.pupil(junior, grade=9), world.pupil(senior, grade=12)
    with frozen(shanghai(2027, 9, 7, 10)):
        # By time alone it would be 高一: the phase says what it is (Y14).
        sql_refused("status_compulsory", PUPIL.format(f"status='{status}'"), ninth.pk)
        accepted(PUPIL.format(f"status='{status}'"), twelfth.pk)


@pytest.mark.parametrize("differs", ["school", "phase", "cohort"])
def test_a_pupil_sits_in_a_class_of_its_own_school_phase_and_cohort(world, differs):
    nine = world.school("九年一贯制学校", world.east, 1, 9, "nine")
    pupil = world.pupil(nine, grade=6)
    fitting = {"school": nine, "phase": "primary", "cohort": pupil.cohort, "number": 9}
    other = {"school": world.first, "phase": "junior", "cohort": pupil.cohort + 1}[differs]
    wrong = SchoolClass.objects.create(**fitting | {differs: other})
    sql_refused("student_class_fits", PUPIL.format("school_class_id=%s"), wrong.pk, pupil.pk)
    right, _ = SchoolClass.objects.get_or_create(**fitting)
    accepted(PUPIL.format("school_class_id=%s"), right.pk, pupil.pk)
    placed(PUPIL.format("school_class_id=%s"), right.pk, pupil.pk)
    sql_refused("class_fixed", "UPDATE students_schoolclass SET cohort=cohort+30 WHERE id=%s", right.pk)


def test_of_one_cohort_a_nine_year_school_has_a_class_of_each_phase_and_no_third(world):
    nine = world.school("九年一贯制学校", world.east, 1, 9, "nine")
    made = "INSERT INTO students_schoolclass (school_id, phase, cohort, number) VALUES (%s, %s, 2020, 1)"
    SchoolClass.objects.filter(school=nine, cohort=2020).delete()
    placed(made, nine.pk, "primary")
    accepted(made, nine.pk, "junior")
    placed(made, nine.pk, "junior")
    sql_refused("class_once", made, nine.pk, "junior")


@pytest.mark.parametrize(("phase", "fits"), [("primary", True), ("junior", False), ("senior", False)])
def test_a_pupil_is_placed_at_a_school_that_has_its_phase(world, phase, fits):
    pupil = world.pupil(world.second, grade=3)
    forced = "ALTER TABLE students_student DISABLE TRIGGER phase_wall; " + PUPIL
    placed(
        "UPDATE students_enrolment SET period=tstzrange(lower(period), ledger_now()) WHERE student_id=%s",
        pupil.pk,
    )
    statement = forced.format("phase=%s, school_id=%s, school_class_id=NULL")
    if fits:
        accepted(statement, phase, world.first.pk, pupil.pk)
    else:
        sql_refused("student_school_fits", statement, phase, world.first.pk, pupil.pk)


def enrolment(pupil, school, phase, grade_in):
    columns = "student_id, school_id, phase, period, grade_in, class_name, entered_by, left_by, case_number, left_case_number"
    values = "%s, %s, %s, tstzrange(ledger_now(), NULL), %s, '', '', '', '', ''"
    sql = f"INSERT INTO students_enrolment ({columns}) VALUES ({values})"
    return sql, pupil.pk, school.pk, phase, grade_in


def test_the_open_enrolment_is_of_the_pupils_phase(world):
    pupil = world.pupil(world.first, grade=6)
    sql_refused(
        "enrolment_phase_fits", "UPDATE students_enrolment SET phase='junior' WHERE student_id=%s", pupil.pk
    )
    assert Enrolment.objects.get(student=pupil).phase == "primary"


@pytest.mark.parametrize(
    ("left_by", "grade_in", "held"),
    [
        ("招生", 7, ""),
        ("毕业后跨省就学", 7, ""),
        ("直升", 7, ""),
        ("省内转学", 6, ""),
        ("省内转学", 7, "enrolment_phase_order"),
    ],
)
def test_a_later_enrolment_is_of_a_higher_phase_only_after_a_graduation_or_in_grade_six(
    world, left_by, grade_in, held
):
    pupil = world.graduate(world.first, grade=6)
    closed = "UPDATE students_enrolment SET period=tstzrange(lower(period), ledger_now()), left_by=%s WHERE student_id=%s"
    placed(closed, left_by, pupil.pk)
    placed(
        PUPIL.format(
            "phase='junior', status='enrolled', graduated_on=NULL, school_class_id=NULL, school_id=%s"
        ),
        world.junior.pk,
        pupil.pk,
    )
    statement = enrolment(pupil, world.junior, "junior", grade_in)
    if held:
        # Of this trigger alone: that no case stands behind the statement is refused, too.
        with refused_by_database(held), connection.cursor() as cursor:
            cursor.execute(statement[0], statement[1:])
            cursor.execute("SET CONSTRAINTS enrolment_phase_wall IMMEDIATE")
    else:
        accepted(*statement)
