"""Class sheets and verification rounds, for the tests that need them beside other things (R6.1, R6.2)."""

from datetime import timedelta

from students.classes import sheets
from students.dropouts import marking
from students.pupil.models import SchoolClass
from students.verification import rounds


def sheet_of(world, pupil, teacher):
    """A sent sheet about the pupil, of the class put in the teacher's charge."""
    row = SchoolClass.objects.select_related("school").get(pk=pupil.school_class_id)
    sheets.put_in_charge(row, teacher, world.registrar(row.school), world.now)
    sheet = sheets.propose(row, {pupil.pk: {"address": "示例街 9 号"}}, teacher, world.now)
    sheets.send(sheet, teacher, world.now)
    sheet.refresh_from_db()
    return sheet


def round_of(world, authority):
    """A round of the authority, just begun."""
    due = world.today + timedelta(days=1)
    return rounds.open_round(authority, world.registrar(authority), world.now, sample=20, due_on=due)


def dropout_of(world, school):
    """A pupil of the school marked as a drop-out, waiting for the head (R5.2)."""
    return marking.mark(
        world.pupil(school, grade=5),
        world.registrar(school),
        world.now,
        last_seen_on=world.today - timedelta(days=30),
        reason="unwilling",
        efforts="班主任两次家访，家长同意返校但至今未返。",
    )
