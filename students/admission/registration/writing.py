"""Writing new records, one or thousands, by a handful of statements: pupil, enrolment, guardians, items, L (R2.1, R1.8)."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from ledger import audit
from orgs.people.models import Unit
from students.admission.registration.actions import Newcomer
from students.duplicates import problems
from students.numbers import numbering as numbers
from students.numbers.numbering import Place
from students.pupil import sealing
from students.pupil.grades import Entering
from students.pupil.models import Enrolment, Guardian, PupilRecord, SchoolClass, Student
from students.record import values as record_values
from students.record.fields import BY_KEY, GUARDIANS
from students.record.values import typed
from web import pinyin
from web.words import zh

_BATCH = 1000
_STUDENT, _RECORD, _GUARDIAN = (one._meta.db_table for one in (Student, PupilRecord, Guardian))


def write(
    newcomers: Sequence[Newcomer],
    school: Unit,
    into: Entering,
    now: datetime,
    actor: str,
    *,
    found_by: str = "registration",
    how: str = zh("新生入学"),
    case_number: str = "",
    entered_on: date | None = None,
) -> list[int]:
    """Create the records; returns the pupils' ids in order. The caller has checked them and holds the transaction.

    Everyone gets an L at once (R1.8) and is held against all pupils; pairs that agree become problem records (R1.9).
    Raises IdentityError where a day's numbers are used up.
    """
    if not newcomers:
        return []
    ids = _reserve(_STUDENT, len(newcomers))
    classes = _classes(newcomers, school, into)
    entered = entered_on or date(into.cohort + into.grade - 1, 9, 1)
    students = [
        _student(pk, one, school, into, classes.get(one.class_number), entered)
        for pk, one in zip(ids, newcomers, strict=True)
    ]
    Student.objects.bulk_create(students, batch_size=_BATCH)
    Enrolment.objects.bulk_create(
        [
            Enrolment(
                student=student,
                school=school,
                phase=into.phase,
                period=DateTimeTZRange(now, None),
                grade_in=into.grade,
                class_name=str(student.school_class or ""),
                entered_by=how,
                case_number=case_number,
            )
            for student in students
        ],
        batch_size=_BATCH,
    )
    _guardians(students, newcomers)
    _records(students, newcomers)
    numbers.issue_first([Place(s.pk, school.division_code, s.birth_date) for s in students], actor)
    problems.check(ids, found_by)
    body = {"school": school.code, "count": len(ids), "cohort": into.cohort, "students": ids[:500]}
    audit.record("students", actor, "student.registered", body, subject=f"school:{school.code}")
    return ids


def _reserve(table: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
        )
        return [pk for (pk,) in cursor.fetchall()]


def _classes(newcomers: Sequence[Newcomer], school: Unit, into: Entering) -> dict[int | None, SchoolClass]:
    wanted = sorted({one.class_number for one in newcomers if one.class_number})
    where = {"school": school, "phase": into.phase, "cohort": into.cohort}
    rows = [SchoolClass(**where, number=number) for number in wanted]
    SchoolClass.objects.bulk_create(rows, ignore_conflicts=True)
    return {row.number: row for row in SchoolClass.objects.filter(**where, number__in=wanted)}


def _student(
    pk: int, one: Newcomer, school: Unit, into: Entering, school_class: SchoolClass | None, entered: date
) -> Student:
    values, number = one.values, one.values.get("id_number", "")
    plain = {
        item.column: typed(item, text)
        for key, text in values.items()
        if (item := BY_KEY[key]).store == "student"
    }
    plain.setdefault("entered_on", entered)
    reading = values.get("name_pinyin") or pinyin.main_reading(values["name"])
    return Student(
        pk=pk,
        school=school,
        phase=into.phase,
        cohort=into.cohort,
        school_class=school_class,
        pinyin=pinyin.search_text(values["name"], reading),
        id_number_sealed=sealing.seal(number, _STUDENT, "id_number_sealed", pk) if number else None,
        id_number_index=sealing.blind_index(number) if number else None,
        **plain,
    )


def _guardians(students: list[Student], newcomers: Sequence[Newcomer]) -> None:
    wanted = [
        (student, place, who, one.values)
        for student, one in zip(students, newcomers, strict=True)
        for place, who in enumerate(GUARDIANS, 1)
        if one.values.get(f"{who}.name")
    ]
    ids = _reserve(_GUARDIAN, len(wanted))
    rows = []
    for pk, (student, place, who, values) in zip(ids, wanted, strict=True):
        row = Guardian(pk=pk, student=student, place=place)
        for item in record_values.of_guardian(who):
            text = values.get(item.key, "")
            if not text:
                continue
            if item.secret:
                column = f"{item.column}_sealed"
                setattr(row, column, sealing.seal(text, _GUARDIAN, column, pk))
            elif item.store == "guardian":
                setattr(row, item.column, typed(item, text))
            else:
                row.details[item.column] = text
        rows.append(row)
    Guardian.objects.bulk_create(rows, batch_size=_BATCH)


def _records(students: list[Student], newcomers: Sequence[Newcomer]) -> None:
    rows = []
    for student, one in zip(students, newcomers, strict=True):
        row = PupilRecord(student=student, revision=1)
        for key, text in one.values.items():
            item = BY_KEY[key]
            if item.store == "sealed":
                column = f"{item.column}_sealed"
                setattr(row, column, sealing.seal(text, _RECORD, column, student.pk))
            elif item.store == "record":
                setattr(row, item.column, typed(item, text))
            elif item.store == "details":
                row.details[item.column] = text
        rows.append(row)
    PupilRecord.objects.bulk_create(rows, batch_size=_BATCH)
