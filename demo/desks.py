"""What waits on the desks of the record in the demonstration: a class sheet, children to be registered late, a problem of two
claimants, the term's verification (R6.1, R2.2, R1.9, R6.2). Made by the program's own acts, as people would."""

from datetime import date, datetime, timedelta
from typing import cast

from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat

from demo.loading import as_replica
from demo.people import Staff
from orgs.people.models import PostRole, Unit
from reviews.engine.models import Case
from students.admission.late import actions as lists
from students.admission.registration.actions import Newcomer
from students.classes import sheets
from students.duplicates import problems
from students.pupil import records, sealing
from students.pupil.grades import cohort_of
from students.pupil.invented import Inventor
from students.pupil.models import SchoolClass, Student
from students.verification import rounds
from web.clock import local_date

SCHOOL, OTHER = "aba1", "dongwu1"


def write(schools: dict[str, Unit], staff: Staff, now: datetime, inventor: Inventor) -> dict:
    """Put it on the desks; how much of what."""
    school, other, day = schools[SCHOOL], schools[OTHER], local_date(now)
    return {
        "sheet": _sheet(school, staff, now),
        "late": _late(school, staff, now, inventor),
        "problems": _claimed(school, other),
        "verification": _round(cast(Unit, school.authority), staff, now, day),  # no school is without
    }


def _sheet(school: Unit, staff: Staff, now: datetime) -> int:
    """A class in its teacher's charge, and what the teacher says has changed, sent to the registrar."""
    teacher = staff.holders[school.pk, PostRole.CLASS_TEACHER]
    rows = SchoolClass.objects.filter(school=school, cohort=cohort_of(4, local_date(now)))
    row = rows.select_related("school").order_by("number").first()
    if row is None:
        return 0
    sheets.put_in_charge(row, teacher, staff.registrar(school), now)
    pupils = list(sheets.pupils_of(row)[:3])
    said = {
        pupil.pk: {"address": f"示例苏木示例嘎查 {at} 号", "commute_distance": "1.5"}
        for at, pupil in enumerate(pupils, 1)
    }
    sheet = sheets.propose(row, said, teacher, now)
    sheets.send(sheet, teacher, now)
    return sheet.lines.count()


def _late(school: Unit, staff: Staff, now: datetime, inventor: Inventor) -> int:
    """Two children of the third grade who have no record, on the school's list."""
    children = []
    for at, (why, note) in enumerate((("abroad", "随父母从蒙古国回国"), ("never", "")), 1):
        one = inventor.pupil(school.division_code, date(local_date(now).year - 9, 3, 4 + at))
        values = {
            "name": one.name,
            "sex": one.sex,
            "birth_date": one.birth_date.isoformat(),
            "ethnic": one.ethnic,
            "id_type": "1",
            "id_number": one.id_number,
        }
        children.append(lists.Said(Newcomer(values, {}, 1), 3, why, note, {}))
    return len(lists.add(children, school, staff.registrar(school), now))


def _claimed(school: Unit, other: Unit) -> int:
    """Two records with one identity number, at two schools; opened by the check as every night."""
    mine, theirs = (_free(one) for one in (school, other))
    # Typed from the wrong sheet of paper: the number of the one stands on the record of the other.
    sealed = sealing.seal(records.id_number(mine), "students_student", "id_number_sealed", theirs.pk)
    with as_replica():
        Student.objects.filter(pk=theirs.pk).update(
            id_number_index=mine.id_number_index, id_number_sealed=sealed
        )
    return problems.check([mine.pk], "nightly")


def _free(school: Unit) -> Student:
    """A pupil with an identity number of whom no case runs."""
    subjects = Case.objects.exclude(exclusive_key=None).values("exclusive_key")
    rows = Student.objects.filter(school=school, status="enrolled", id_number_index__isnull=False)
    named = rows.annotate(subject=Concat(Value("student:"), Cast("pk", CharField())))
    return named.exclude(subject__in=subjects).order_by("-pk")[0]


def _round(authority: Unit, staff: Staff, now: datetime, day: date) -> int:
    """The term's verification of the county, just begun."""
    due = min(day + timedelta(days=21), rounds.term_ends(*rounds.term_of(day)))
    if due <= day:
        return 0
    found = rounds.open_round(authority, staff.registrar(authority), now, sample=10, due_on=due)
    return found.parts.count()
