"""The database itself refuses what must never happen to a pupil's record and numbers."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F

from students.pupil.models import Enrolment, RegistrationNumber
from students.pupil.statuses import ENDED, LIVING, StudentStatus
from tests.refusals import sql_refused

pytestmark = pytest.mark.django_db


def add_number(student, letter, index=b"0123456789abcdef"):
    """SQL that gives a pupil one more number."""
    columns = "student_id, kind, sealed, index, closed_reason, closed_case"
    sql = f"INSERT INTO students_registrationnumber ({columns}) VALUES (%s, %s, %s, %s, '', '')"
    return sql, student.pk, letter, b"", index


def test_one_current_number_per_student(world):
    pupil = world.pupil(world.first, letter="L")
    sql_refused("number_one_current", *add_number(pupil, "G"))


def test_the_same_number_is_never_given_to_two(world):
    one, two = world.pupil(world.first), world.pupil(world.first)
    held = RegistrationNumber.objects.get(student=one)
    RegistrationNumber.objects.filter(student=two).update(closed_at=F("issued_at"), closed_reason="换号")
    sql_refused("number_once", *add_number(two, "G", bytes(held.index)))


@pytest.mark.rule("R1.5")
def test_a_number_never_changes_owner_letter_or_content(world):
    one, two = world.pupil(world.first), world.pupil(world.first)
    table = "UPDATE students_registrationnumber SET"
    sql_refused("number_owner", f"{table} student_id=%s WHERE student_id=%s", two.pk, one.pk)
    sql_refused("number_fixed", f"{table} kind='G' WHERE student_id=%s", one.pk)
    sql_refused("number_fixed", f"{table} index='\\x00' WHERE student_id=%s", one.pk)


@pytest.mark.rule("R1.4")
@pytest.mark.parametrize("letter", ["L", "J", "G"])
def test_no_number_is_ever_deleted(world, letter):
    world.pupil(world.first, letter=letter)
    sql_refused("number_no_delete", "DELETE FROM students_registrationnumber")


@pytest.mark.rule("R1.4")
def test_a_g_number_is_not_closed_without_a_successor(world):
    pupil = world.pupil(world.first, letter="G")
    sql_refused(
        "number_g_successor",
        "UPDATE students_registrationnumber SET closed_at=now()+interval '1 s', closed_reason='误发'"
        " WHERE student_id=%s AND closed_at IS NULL",
        pupil.pk,
    )


@pytest.mark.rule("R1.8")
@pytest.mark.parametrize(("held", "wanted"), [("L", "L"), ("J", "L"), ("J", "J"), ("G", "L"), ("G", "J")])
def test_letters_only_go_from_l_to_g_or_j_from_j_to_g_and_from_g_to_g(world, held, wanted):
    pupil = world.pupil(world.first, letter=held)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE students_registrationnumber SET closed_at=now()+interval '1 s', closed_reason='换号',"
            " closed_case='TEST' WHERE student_id=%s AND closed_at IS NULL",
            [pupil.pk],
        )
        sql_refused("number_letters", *add_number(pupil, wanted))
        # Nobody is left without a number at the end of a transaction.
        transaction.set_rollback(True)


def test_a_pupil_is_at_one_school_at_a_time(world):
    pupil = world.pupil(world.first)
    insert = (
        "INSERT INTO students_enrolment (student_id, school_id, period, phase, grade_in, class_name, entered_by,"
        " left_by, case_number, left_case_number) VALUES (%s, %s, tstzrange(%s, %s), 'primary', 1, '', '', '', '', '')"
    )
    sql_refused("enrolment_one_school_at_a_time", insert, pupil.pk, world.second.pk, world.now, None)
    later = world.now + timedelta(hours=1)
    sql_refused("enrolment_one_school_at_a_time", insert, pupil.pk, world.second.pk, world.now, later)
    for begins in ("2099-01-01", "2025-01-01"):
        sql_refused("enrolment_moment", insert, pupil.pk, world.second.pk, begins, None)


def test_the_archived_copy_is_immutable_and_nothing_is_deleted(world):
    pupil = world.pupil(world.third)
    world.finish(world.submitted(world.first, pupil))
    old = Enrolment.objects.get(student=pupil, period__endswith__isnull=False)
    sql_refused("enrolment_archived", "UPDATE students_enrolment SET archive='{}' WHERE id=%s", old.pk)
    sql_refused("no_delete", "DELETE FROM students_enrolment")
    sql_refused("no_delete", "DELETE FROM students_student")


@pytest.mark.rule("R5.3")
@pytest.mark.parametrize("status", StudentStatus)
def test_the_statuses_that_end_a_record_are_the_same_in_the_program_and_in_the_database(status):
    with connection.cursor() as cursor:
        cursor.execute("SELECT students_living(%s)", [status])
        (living,) = cursor.fetchone()
    assert living == (status not in ENDED) == (status in LIVING)
