"""What roster and pupil pages ask of the database, as row dicts whose strings are ready for a template.

A school sees its own pupils with their names; numbers and telephones stand masked everywhere until a recorded reveal.
"""

from dataclasses import dataclass
from datetime import date
from typing import cast

from django.db.models import Count, Q, QuerySet, Value, prefetch_related_objects
from django.db.models.lookups import Contains
from django.urls import reverse

from orgs.people import scope
from orgs.people.models import Unit, UnitLevel
from orgs.people.school_system import SystemOn, of_row, system_on
from orgs.people.successors import stands
from reviews.engine import procedures
from reviews.engine.models import Case
from students.pupil import attendance, identity, records, sealing
from students.pupil.grades import (
    bounds,
    class_name,
    cohort_of,
    grade_label,
    grade_name,
    in_grade,
    label_here,
    nominal_grade,
    phase_of,
    who_stay,
    who_wait,
)
from students.pupil.models import (
    Enrolment,
    Folded,
    Guardian,
    ProblemRecord,
    RegistrationNumber,
    SchoolClass,
    Student,
)
from students.pupil.statuses import ENDED, StudentStatus
from web import pinyin
from web.clock import local_date, spoken, spoken_month
from web.text import folded, is_han, plain_name
from web.words import zh

PAGE = 50
# Beside the grades of the running year a roster knows two headings; as filters they stand after the grades.
STAYING, WAITING = 90, 91
STAYING_NAME, WAITING_NAME = zh("应毕业未毕业"), zh("新生（秋季入学）")
UNTAUGHT_NAME = zh("本校未开设的年级")
# A whole school on paper; larger schools print by grade or class.
MOST_ON_PAPER = 1000
_ORDERS = {
    "class": ("-cohort", "school_class__number", "pinyin", "id"),
    "name": ("pinyin", "id"),
    "birth": ("birth_date", "id"),
}
_TONES = {
    StudentStatus.ENROLLED: "plain",
    StudentStatus.SUSPENDED: "warn",
    StudentStatus.GRADUATED: "info",
}


@dataclass(frozen=True)
class Wanted:
    """What a roster page was asked for; the defaults show everyone who is on the school's books."""

    grade: int | None = None
    class_id: int | None = None
    status: str = ""
    text: str = ""
    order: str = "class"
    page: int = 1
    whole: bool = False


def day_text(day: date | None) -> str:
    """2026年11月23日, or a dash."""
    return spoken(day) if day else "—"


# ---------------------------------------------------------------- schools


def schools_under(account, day: date) -> QuerySet[Unit]:
    """Schools whose pupils the account may see: its own, and those under its units."""
    condition = Q(pk__in=[])
    for path in scope.paths(account, day):
        condition |= Q(path__startswith=path)
    return Unit.objects.filter(condition, level=UnitLevel.SCHOOL).order_by("authority__code", "name")


def school_rows(schools: list[Unit], url: str, day: date) -> list[dict]:
    """One row a school, with the number of pupils on its books."""
    counted = dict(
        Student.objects.filter(school__in=schools)
        .exclude(status__in=ENDED)
        .values_list("school")
        .annotate(Count("pk"))
    )
    guests = attendance.known.counts(schools)
    return [
        {
            "url": f"{url}?school={school.code}",
            "name": school.name,
            "authority": school.authority.name if school.authority else "",
            "grades": zh(
                "{grade_label}至{grade_label2}",
                grade_label=grade_label(_grades_of(school)[0], school.school_system),
                grade_label2=grade_label(_grades_of(school)[-1], school.school_system),
            ),
            "pupils": counted.get(school.pk, 0),
            "guests": guests.get(school.pk, 0),
            "closed": not stands(school, day),
        }
        for school in schools
    ]


# ---------------------------------------------------------------- the roster


def pupils_of(school: Unit, wanted: Wanted, day: date) -> QuerySet[Student]:
    """The pupils of a school that fit, in the wanted order."""
    rows = Student.objects.filter(school=school)
    if wanted.status and wanted.status != "all":
        rows = rows.filter(status=wanted.status)
    elif not wanted.status:
        rows = rows.exclude(status__in=ENDED)
    if wanted.grade:
        rows = rows.filter(_of_grade(wanted.grade, school, day))
    if wanted.class_id:
        rows = rows.filter(school_class_id=wanted.class_id)
    if wanted.text:
        rows = rows.filter(_named(wanted.text))
    return rows.select_related("school_class").order_by(*_ORDERS.get(wanted.order, _ORDERS["class"]))


def _of_grade(grade: int, school: Unit, day: date) -> Q:
    system = system_on(school, day)
    if grade == STAYING:
        return who_stay(system, day) & Q(graduated_on=None)
    if grade == WAITING:
        return who_wait(system, day) & Q(graduated_on=None)
    return in_grade(grade, system, day)


def _named(text: str) -> Q:
    """Name, pinyin or initials (atqqg). A text without any letter finds nobody."""
    name, sound = plain_name(text), pinyin.query(text)
    condition = Q(Contains(Folded("name"), Value(folded(name)))) if name else Q(pk__in=[])
    if sound and not any(is_han(character) for character in sound):
        condition |= Q(pinyin__startswith=sound) | Q(pinyin__contains=f" {sound}")
    return condition


def pupil_rows(pupils: list[Student], school: Unit, day: date) -> list[dict]:
    """Rows of the roster; numbers masked, one query for all of them."""
    prefetch_related_objects([school], "system_periods")
    numbers = masked_numbers([pupil.pk for pupil in pupils])
    return [
        {
            "url": reverse("student-detail", args=[pupil.key]),
            "name": pupil.name,
            "sex": pupil.get_sex_display(),
            "birth": day_text(pupil.birth_date),
            "grade": _grade_here(pupil, school, day),
            "class": str(pupil.school_class) if pupil.school_class_id else zh("未编班"),
            "number": numbers.get(pupil.pk, "—"),
            "status": pupil.get_status_display(),
            "tone": _TONES.get(pupil.status, "warn"),
        }
        for pupil in pupils
    ]


def _grade_here(pupil: Student, school: Unit, day: date) -> str:
    system = system_on(school, pupil.graduated_on or day, pupil.cohort)
    return label_here(pupil, day, system.grades, system)


def masked_numbers(student_ids: list[int]) -> dict[int, str]:
    """The current registration number of each pupil, masked."""
    rows = RegistrationNumber.objects.filter(student__in=student_ids, closed_at__isnull=True)
    return {row.student_id: identity.mask_number(records.opened_number(row)) for row in rows}


def _grades_of(school: Unit) -> range:
    """The grades that a school has; the database knows no school without its first and last."""
    return range(cast("int", school.lowest_grade), cast("int", school.highest_grade) + 1)


def grade_counts(school: Unit, day: date) -> list[dict]:
    """How many pupils each grade has: in school, and all on the books."""
    prefetch_related_objects([school], "system_periods")
    counted = (
        Student.objects.filter(school=school)
        .exclude(status__in=ENDED)
        .values("phase", "cohort")
        .annotate(all=Count("pk"), enrolled=Count("pk", filter=Q(status=StudentStatus.ENROLLED)))
    )
    by_place = {(row["phase"], row["cohort"]): row for row in counted}
    found, system = [], system_on(school, day)
    for grade in _grades_of(school):
        key = phase_of(grade, system), cohort_of(grade, day)
        row = by_place.pop(key, {"all": 0, "enrolled": 0})
        label = grade_label(grade, system)
        found.append({"grade": grade, "label": label, "all": row["all"], "enrolled": row["enrolled"]})
    for grade, label, rows in _beside_grades(by_place, system, day):
        if rows:
            sums = {key: sum(row[key] for row in rows) for key in ("all", "enrolled")}
            found.append({"grade": grade, "label": label, **sums})
    return found


def _beside_grades(by_place: dict, system: SystemOn, day: date) -> list[tuple]:
    """Who belongs to no grade of the running year: 应毕业未毕业, 新生 of the coming one, and a grade the school has not."""
    stayed: list[dict] = []
    waiting: list[dict] = []
    other: list[dict] = []
    for (phase, cohort), row in by_place.items():
        first, last = bounds(phase, system)
        nominal = nominal_grade(cohort, day)
        (stayed if nominal > last else waiting if nominal < first else other).append(row)
    return [(STAYING, STAYING_NAME, stayed), (WAITING, WAITING_NAME, waiting), ("", UNTAUGHT_NAME, other)]


def classes_of(school: Unit, day: date) -> list[tuple[int, str]]:
    """Classes of the school's present grades, for a filter."""
    system, wanted = system_on(school, day), Q()
    for grade in _grades_of(school):
        wanted |= in_grade(grade, system, day)
    rows = SchoolClass.objects.filter(wanted, school=school)
    return [(row.pk, class_name(row, day, system)) for row in rows.order_by("-cohort", "number")]


def left_enrolments(school: Unit) -> QuerySet[Enrolment]:
    """Archived copies that the school keeps of pupils who left, the last first (R3.1)."""
    return (
        Enrolment.objects.filter(school=school, archive__isnull=False)
        .select_related("student")
        .order_by("-period__endswith", "-id")
    )


def left_rows(enrolments: list[Enrolment], text: str = "") -> list[dict]:
    """Rows of the list 已转出."""
    return [
        {
            "url": reverse("student-archive", args=[row.pk]),
            "name": kept["name"],
            "sex": kept["sex"],
            "class": f"{kept['grade']}{kept['class']}",
            "number": kept["number"],
            "left": day_text(local_date(row.period.upper)),
            "how": row.left_by,
            "case": row.left_case_number,
        }
        for row in enrolments
        if (kept := cast("dict", row.archive))  # left_enrolments
    ]


# ---------------------------------------------------------------- one pupil


def pupil_facts(student: Student, day: date) -> list[tuple[str, str]]:
    """The record's own words; numbers masked."""
    number = masked_numbers([student.pk]).get(student.pk, "—")
    id_number = records.id_number(student)
    # The columns of the school are those of today: no statement more.
    grades = of_row(student.school).grades if student.school else range(0)
    grade = label_here(student, day, grades)
    return [
        (zh("姓名"), student.name),
        (zh("性别"), student.get_sex_display()),
        (zh("出生日期"), day_text(student.birth_date)),
        (zh("民族"), records.ethnic_name(student.ethnic)),
        (zh("学籍号"), number),
        (zh("身份证号"), identity.mask_number(id_number) if id_number else zh("未提供")),
        (zh("学籍状态"), student.get_status_display()),
        (zh("年级班级"), zh("{grade}{part}", grade=grade, part=student.school_class or zh("（未编班）"))),
        (zh("学籍学校"), student.school.name if student.school else "—"),
        (zh("入学年月"), spoken_month(student.entered_on)),
        (zh("现住址"), student.address or "—"),
        (zh("户口所在地"), student.household_registration_place or "—"),
    ]


def enrolment_rows(student: Student, account, day: date) -> list[dict]:
    """The history of the record: every school, from when to when, by which case."""
    mine = set(
        Enrolment.objects.filter(scope.under("school", account, day), student=student).values_list(
            "pk", flat=True
        )
    )
    rows = Enrolment.objects.filter(student=student).select_related("school").order_by("period")
    rows = rows.prefetch_related("school__system_periods")
    return [
        {
            "school": row.school.name,
            "from": day_text(local_date(row.period.lower)),
            "until": day_text(local_date(row.period.upper)) if row.period.upper else zh("至今"),
            "how": row.entered_by,
            "grades": _grades(row),
            "case": row.left_case_number or row.case_number,
            "archive": reverse("student-archive", args=[row.pk])
            if row.archive is not None and row.pk in mine
            else "",
            "open": row.period.upper is None,
        }
        for row in rows
    ]


def _grades(row: Enrolment) -> str:
    """From which grade to which, as the school called them then (R4.3)."""
    entered = grade_name(row.grade_in, row.phase)
    if not row.grade_out:
        return zh("{entered}起", entered=entered)
    return zh(
        "{entered}—{grade_label}",
        entered=entered,
        grade_label=grade_name(row.grade_out, row.phase),
    )


def number_rows(student: Student) -> list[dict]:
    """Every number the pupil has had, masked: what kind, since when, why it was closed (R1.3, R1.5)."""
    rows = RegistrationNumber.objects.filter(student=student).order_by("-issued_at", "-id")
    return [
        {
            "number": identity.mask_number(records.opened_number(row)),
            "kind": row.get_kind_display(),
            "issued": day_text(local_date(row.issued_at)),
            "closed": day_text(local_date(row.closed_at)) if row.closed_at else zh("现用"),
            "reason": row.closed_reason or "—",
            "current": row.closed_at is None,
        }
        for row in rows
    ]


def guardian_rows(student: Student) -> list[dict]:
    """Guardians and family; telephones masked."""
    names = records.relation_names()
    return [
        {
            "name": row.name,
            "relation": names.get(row.relation, row.relation) + (zh("（监护人）") if row.is_guardian else ""),
            "workplace": row.workplace or "—",
            "phone": identity.mask_phone(_phone(row)) or "—",
        }
        for row in Guardian.objects.filter(student=student)
    ]


def _phone(row: Guardian) -> str:
    if row.phone_sealed is None:
        return ""
    return sealing.unseal(row.phone_sealed, "students_guardian", "phone_sealed", row.pk)


def running_case(student: Student, account, day: date) -> dict | None:
    """The live case about the pupil, where the account may see it."""
    case = (
        Case.objects.visible_to(account, day)
        .filter(exclusive_key=f"student:{student.pk}")
        .select_related("holder", "receiving_unit")
        .first()
    )
    if case is None:
        return None
    return {
        "url": reverse("case", args=[case.number]),
        "number": case.number,
        "what": procedures.kind_name(case.kind)
        + (
            ""
            if procedures.of(case).of_one_school
            else zh("，转入{receiving_unit_name}", receiving_unit_name=case.receiving_name)
        ),
        "holder": case.holder.name if case.holder else "—",
        "due": day_text(case.due_on),
    }


def problem_texts(student: Student) -> list[str]:
    """Open problem records of the pupil (R1.9)."""
    rows = ProblemRecord.objects.filter(student=student, closed_at__isnull=True)
    return [
        zh(
            "{kind}（{day_text}起）",
            kind=row.get_kind_display(),
            day_text=day_text(local_date(row.opened_at)),
        )
        for row in rows
    ]


def archive_facts(enrolment: Enrolment) -> list[tuple[str, str]]:
    """What the record said when the pupil left; it never changes afterwards."""
    kept = cast("dict", enrolment.archive)  # who left has one
    return [
        (zh("姓名"), kept["name"]),
        (zh("性别"), kept["sex"]),
        (zh("出生日期"), day_text(date.fromisoformat(kept["birth_date"]))),
        (zh("民族"), kept["ethnic"]),
        (zh("学籍号"), kept["number"]),
        (zh("学籍状态"), kept["status"]),
        (zh("年级班级"), f"{kept['grade']}{kept['class']}"),
        (zh("入学日期"), day_text(date.fromisoformat(kept["entered_on"]))),
        (zh("现住址"), kept["address"] or "—"),
        (zh("户口所在地"), kept["household_registration_place"] or "—"),
    ]
