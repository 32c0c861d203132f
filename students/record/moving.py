"""The record moves from school to school: one pupil with a transfer, hundreds on the day recruits report; the same way."""

from collections.abc import Sequence
from datetime import date, datetime
from json import dumps

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import prefetch_related_objects

from orgs.people.models import Unit
from students.pupil import identity, records
from students.pupil.grades import Entering, grade_of, label_of
from students.pupil.models import CodeTable, Enrolment, RegistrationNumber, SchoolClass, Student
from students.record.fields import BY_KEY
from students.record.values import Record, records_of
from web.clock import local_date
from web.words import zh

# How a record leaves a school that is closed and comes to its successor; the database knows it by these words.
MERGED = zh("学校撤并")


def move(
    student: Student,
    to: Unit,
    into: Entering,
    school_class: SchoolClass | None,
    now: datetime,
    *,
    case_number: str,
    how: str,
    status: str = "",
) -> dict:
    """Move one record; see :func:`move_many`. Returns ids and, of a changed year or phase, both for the audit trail."""
    was = {"cohort": student.cohort, "phase": student.phase, "status": str(student.status)}
    (moved,) = move_many(
        [student],
        to,
        {student.pk: into},
        {student.pk: school_class},
        now,
        case_number=case_number,
        how=how,
        status=status,
    )
    for name in ("cohort", "phase"):
        if getattr(student, name) != was[name]:
            moved |= {f"{name}_was": was[name], name: getattr(student, name)}
    if str(student.status) != was["status"]:
        moved["status_was"] = was["status"]
    return moved


_CLOSE = """
UPDATE students_enrolment e SET period = tstzrange(lower(e.period), %(now)s), grade_out = w.grade, left_by = %(how)s,
    left_case_number = %(case)s, archive = w.archive::jsonb
FROM unnest(%(students)s::bigint[], %(grades)s::int[], %(archives)s::text[]) AS w(student, grade, archive)
WHERE e.student_id = w.student AND upper_inf(e.period) RETURNING e.student_id, e.id
"""


def move_many(
    students: Sequence[Student],
    to: Unit,
    into: dict[int, Entering],
    classes: dict[int, SchoolClass | None],
    now: datetime,
    *,
    case_number: str,
    how: str,
    status: str = "",
    graduated_on: date | None = None,
) -> list[dict]:
    """Move records: close the enrolment at the old school, keep its copy there, open one at the new school.

    The status is kept (R3.2) unless ``status`` names another, as for graduates who have reported at the next school;
    then ``graduated_on`` is written with it. ``into`` says of each which phase, cohort and grade it enters (R4.3);
    where that is another phase of the same school, a second enrolment there begins. Returns the ids of each for the
    audit trail. The caller holds the pupils' row locks. A handful of statements however many pupils; raises RuntimeError
    where one has no open enrolment.
    """
    day = local_date(now)
    archives = snapshots(students, day)
    grades = [grade_of(student, day) for student in students]
    closed = _closed(students, grades, archives, now, how, case_number)
    opened = Enrolment.objects.bulk_create(
        [
            Enrolment(
                student=student,
                school=to,
                phase=into[student.pk].phase,
                period=DateTimeTZRange(now, None),
                grade_in=into[student.pk].grade,
                class_name=str(classes.get(student.pk) or ""),
                entered_by=how,
                case_number=case_number,
            )
            for student in students
        ],
        batch_size=1000,
    )
    changed = ["school", "school_class", "phase", "cohort"]
    for student in students:
        student.school, student.school_class = to, classes.get(student.pk)
        student.phase, student.cohort, _ = into[student.pk]
        if status and status != student.status:
            student.status, student.graduated_on = status, graduated_on
            changed += ["status", "graduated_on"]
    Student.objects.bulk_update(students, sorted({*changed}), batch_size=1000)
    return [
        {"student": student.pk, "closed": closed[student.pk], "opened": row.pk}
        for student, row in zip(students, opened, strict=True)
    ]


def inherit(
    students: Sequence[Student], to: Unit, numbers: dict[int, int], now: datetime, *, how: str
) -> None:
    """Pupils of a closed school become those of ``to``, which succeeds it (R3.1): as :func:`move_many`, but nothing of
    the pupil changes beside the school, and the case that brought it here stays named. ``numbers``: the class numbers
    at ``to``, by class. A handful of statements; the caller holds the pupils' row locks."""
    day = local_date(now)
    archives = snapshots(students, day)
    open_ = Enrolment.objects.filter(student__in=students, period__endswith__isnull=True)
    came_by = dict(open_.values_list("student", "case_number"))
    _closed(students, [grade_of(student, day) for student in students], archives, now, how, "")
    prefetch_related_objects([to], "system_periods")
    for student in students:
        student.school = to
    Enrolment.objects.bulk_create(
        [
            Enrolment(
                student=student,
                school=to,
                phase=student.phase,
                period=DateTimeTZRange(now, None),
                grade_in=grade_of(student, day),
                class_name=str(SchoolClass(number=numbers[student.school_class_id]))
                if student.school_class_id in numbers
                else "",
                entered_by=how,
                case_number=came_by[student.pk],
            )
            for student in students
        ],
        batch_size=1000,
    )
    Student.objects.filter(pk__in=[student.pk for student in students]).update(school=to)


def end(student: Student, now: datetime, *, how: str, case_number: str) -> int:
    """The record leaves its school and goes to no other: the enrolment is closed, its copy kept there. Saves the pupil
    with its status; returns the enrolment's id. The caller holds the pupil's row lock."""
    day = local_date(now)
    archives = snapshots([student], day)
    closed = _closed([student], [grade_of(student, day)], archives, now, how, case_number)
    student.school = student.school_class = None
    student.save(update_fields=["school", "school_class", "status"])
    return closed[student.pk]


def _closed(students, grades, archives, now, how: str, case_number: str) -> dict[int, int]:
    values = {
        "now": now,
        "how": how,
        "case": case_number,
        "students": [student.pk for student in students],
        "grades": grades,
        "archives": [dumps(archives[student.pk], ensure_ascii=False) for student in students],
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE, values)
        closed = dict(cursor.fetchall())
    if len(closed) != len(students):
        raise RuntimeError("a pupil without an open enrolment cannot be moved")
    return closed


def snapshots(students: Sequence[Student], day: date) -> dict[int, dict]:
    """What each record says as the pupil leaves: the facts of the archived page in words, every item of the dictionary
    as a code or text, numbers and telephones only masked."""
    read = records_of(list(students))
    relations = records.relation_names() if any(record.guardians for record in read) else {}
    codes = {student.ethnic for student in students}
    ethnic = dict(CodeTable.objects.filter(table="ethnic", code__in=codes).values_list("code", "name"))
    prefetch_related_objects(list(students), "school__system_periods")
    rows = RegistrationNumber.objects.filter(student__in=students, closed_at__isnull=True)
    numbers = {row.student_id: identity.mask_number(records.opened_number(row)) for row in rows}
    return {
        record.student.pk: _snapshot(
            record,
            day,
            relations,
            ethnic.get(record.student.ethnic, record.student.ethnic),
            numbers.get(record.student.pk, ""),
        )
        for record in read
    }


def _snapshot(record: Record, day: date, relations: dict, ethnic: str, number: str) -> dict:
    student = record.student
    guardians = [record.guardians[place] for place in sorted(record.guardians)]
    return {
        "record": {key: value for key, value in record.values.items() if value},
        "masked": {key: record.masked(BY_KEY[key]) for key in sorted(record.given)},
        "name": student.name,
        "sex": student.get_sex_display(),
        "birth_date": student.birth_date.isoformat(),
        "ethnic": ethnic,
        "number": number,
        "status": student.get_status_display(),
        "grade": label_of(student, day),
        "class": str(student.school_class) if student.school_class_id else "",
        "entered_on": student.entered_on.isoformat(),
        "address": student.address,
        "household_registration_place": student.household_registration_place,
        "guardians": [
            {"name": g.name, "relation": relations.get(g.relation, g.relation), "workplace": g.workplace}
            for g in guardians
        ],
    }
