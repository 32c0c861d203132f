"""The record of a pupil: found by number and name, told masked, moved from school to school, kept as archive."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from ledger import audit
from ledger.clock import local_date
from ledger.models import AuditEntry
from orgs.models import Unit
from orgs.school_system import system_on
from students import identity, sealing
from students.grades import grade_label, grade_of, grade_on
from students.models import CodeTable, Enrolment, RegistrationNumber, SchoolClass, Student
from students.record_fields import BY_KEY
from students.record_values import record_of

# An account that misses this often within the hour is guessing; it is told to wait.
MISSES_AN_HOUR = 40


class TooManyMisses(Exception):
    """The account asked too often without a match."""

    sentence = "一小时内核对不上的次数过多，请稍后再试；可请家长出示转出学校打印的学生基本信息表（三.1）。"


def number_index(text: str) -> bytes:
    """The blind index of a registration or identity number."""
    return sealing.blind_index(text)


def find(number: str, name: str, account, now: datetime) -> Student | None:
    """The pupil with this registration (or identity) number *and* name, or ``None`` — which says nothing more.

    Every look-up is recorded. Raises :class:`students.identity.IdentityError` for a number that cannot be one, and
    :class:`TooManyMisses`.
    """
    subject = f"lookup:{account.pk}"
    since = now - timedelta(hours=1)
    misses = AuditEntry.objects.filter(subject=subject, at__gte=since, action="student.lookup_missed").count()
    if misses >= MISSES_AN_HOUR:
        raise TooManyMisses
    student = _matching(number, name, local_date(now))
    action = "student.lookup" if student else "student.lookup_missed"
    body = {"student": student.pk} if student else {}
    audit.record("access", audit.actor_of(account), action, body, subject=subject)
    return student


def _matching(number: str, name: str, today: date) -> Student | None:
    text = identity.normalise_number(number)
    if not text:
        raise identity.IdentityError("请填写学籍号或身份证号", identity.KEY_CLAUSE)
    if text[:1] in ("G", "L", "J"):
        identity.check_registration_number(text, today)
        by_number = RegistrationNumber.objects.filter(index=number_index(text)).values("student_id")
        found = Student.objects.filter(pk__in=by_number)
    else:
        identity.check_id_number(text, today)
        found = Student.objects.filter(id_number_index=number_index(text))
    wanted = identity.check_name(name)
    return next(
        (s for s in found.select_related("school__authority", "school_class") if s.name == wanted), None
    )


def ids_by_number(text: str, today: date) -> list[int]:
    """Ids of the pupils with exactly this number, current or former; none for what cannot be a number."""
    try:
        text = identity.normalise_number(text)
        if text[:1] in ("G", "L", "J"):
            identity.check_registration_number(text, today)
            rows = RegistrationNumber.objects.filter(index=number_index(text))
            return list(rows.values_list("student_id", flat=True))
        identity.check_id_number(text, today)
    except identity.IdentityError:
        return []
    return list(Student.objects.filter(id_number_index=number_index(text)).values_list("pk", flat=True))


def current_number(student: Student) -> str:
    """The current registration number in clear. For masking, printing and a recorded reveal only."""
    row = RegistrationNumber.objects.filter(student=student, closed_at__isnull=True).first()
    return opened_number(row) if row else ""


def opened_number(row: RegistrationNumber) -> str:
    """A registration number in clear."""
    return sealing.unseal(row.sealed, "students_registrationnumber", "sealed", row.pk)


def id_number(student: Student) -> str:
    """The identity number in clear, or an empty string."""
    if student.id_number_sealed is None:
        return ""
    return sealing.unseal(student.id_number_sealed, "students_student", "id_number_sealed", student.pk)


def ethnic_name(code: str) -> str:
    """What a 民族 code says; the code itself where the table lacks it."""
    return CodeTable.objects.filter(table="ethnic", code=code).values_list("name", flat=True).first() or code


def relation_names() -> dict[str, str]:
    """What the codes of GB/T 4761 say: 51 is 父亲."""
    return dict(CodeTable.objects.filter(table="family_relation_gb4761").values_list("code", "name"))


@dataclass(frozen=True)
class Card:
    """A pupil as a masked card: enough for two people at a counter to agree who is meant, nothing more."""

    name: str
    sex: str
    birth_year: int
    number: str
    status: str
    school: str
    grade: str
    class_name: str


def card(student: Student, day: date) -> Card:
    """The masked card of a pupil on ``day``."""
    grade, school = grade_of(student, day), student.school
    label = grade_label(grade, school.school_system if school else "")
    return Card(
        identity.mask_name(student.name),
        student.get_sex_display(),
        student.birth_date.year,
        identity.mask_number(current_number(student)),
        student.get_status_display(),
        school.name if school else "—",
        f"{label}（{student.graduated_on.year}年毕业）" if student.graduated_on else label,
        str(student.school_class) if student.school_class_id else "—",
    )


def move(
    student: Student,
    to: Unit,
    school_class: SchoolClass | None,
    now: datetime,
    *,
    case_number: str,
    how: str,
    cohort: int | None = None,
    status: str = "",
) -> dict:
    """Move the record: close the enrolment at the old school, keep its copy there, open one at the new school.

    The status is kept (R3.2) unless ``status`` names another, as for a graduate who has reported at the next school.
    ``cohort`` is the year the pupil enters, where it is not its own (R4.3). Returns ids and, of a changed year, both
    cohorts for the audit trail. The caller holds the pupil's row lock.
    """
    day = local_date(now)
    cohort = cohort or student.cohort
    old = Enrolment.objects.select_related("school").get(student=student, period__endswith__isnull=True)
    left = grade_of(student, day)
    Enrolment.objects.filter(pk=old.pk).update(
        period=DateTimeTZRange(old.period.lower, now),
        grade_out=left,
        left_by=how,
        left_case_number=case_number,
        archive=snapshot(student, old.school, day),
    )
    new = Enrolment.objects.create(
        student=student,
        school=to,
        period=DateTimeTZRange(now, None),
        grade_in=grade_on(cohort, day),
        class_name=str(school_class or ""),
        entered_by=how,
        case_number=case_number,
    )
    moved = {"student": student.pk, "closed": old.pk, "opened": new.pk}
    changed = ["school", "school_class", "cohort"]
    if cohort != student.cohort:
        moved |= {"cohort_was": student.cohort, "cohort": cohort}
    student.school, student.school_class, student.cohort = to, school_class, cohort
    if status and status != student.status:
        moved["status_was"] = str(student.status)
        student.status, student.graduated_on = status, None
        changed += ["status", "graduated_on"]
    student.save(update_fields=changed)
    return moved


def snapshot(student: Student, school: Unit, day: date) -> dict:
    """What the record says as the pupil leaves: the facts of the archived page in words, every item of the dictionary
    as a code or text, numbers and telephones only masked."""
    record = record_of(student)
    guardians = [record.guardians[place] for place in sorted(record.guardians)]
    relations = relation_names() if guardians else {}
    return {
        "record": {key: value for key, value in record.values.items() if value},
        "masked": {key: record.masked(BY_KEY[key]) for key in sorted(record.given)},
        "name": student.name,
        "sex": student.get_sex_display(),
        "birth_date": student.birth_date.isoformat(),
        "ethnic": ethnic_name(student.ethnic),
        "number": identity.mask_number(current_number(student)),
        "status": student.get_status_display(),
        "grade": grade_label(grade_of(student, day), system_on(school, day).system),
        "class": str(student.school_class) if student.school_class_id else "",
        "entered_on": student.entered_on.isoformat(),
        "address": student.address,
        "household_registration_place": student.household_registration_place,
        "guardians": [
            {"name": g.name, "relation": relations.get(g.relation, g.relation), "workplace": g.workplace}
            for g in guardians
        ],
    }
