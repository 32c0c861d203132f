"""The record of a pupil: found by number and name, told masked, moved from school to school, kept as archive."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ledger import audit, tally
from students.pupil import identity, sealing
from students.pupil.grades import label_of
from students.pupil.models import CodeTable, RegistrationNumber, Student
from web.clock import local_date
from web.text import folded
from web.words import zh

# An account that misses this often within the hour is guessing; it is told to wait.
MISSES_AN_HOUR = 40


class TooManyMisses(Exception):
    """The account asked too often without a match."""

    sentence = zh(
        "一小时内核对不上的次数过多，请稍后再试；可请家长出示转出学校打印的学生基本信息表（三.1）。"
    )


def who_is(student: Student, name: str) -> str:
    """A pupil in one line, ``name`` as it may be shown: name, sex, year of birth."""
    sex, born = student.get_sex_display(), student.birth_date.year
    return zh("{name}　{sex}　{born}年生", name=name, sex=sex, born=born)


def number_index(text: str) -> bytes:
    """The blind index of a registration or identity number."""
    return sealing.blind_index(text)


def find(number: str, name: str, account, now: datetime) -> Student | None:
    """The pupil with this registration (or identity) number *and* name, or ``None`` — which says nothing more.

    Every look-up is recorded. Raises :class:`students.pupil.identity.IdentityError` for a number that cannot be one, and
    :class:`TooManyMisses`.
    """
    this = tally.count(tally.key_of("look-up missed", account.pk), MISSES_AN_HOUR, timedelta(hours=1), now)
    if this.exceeds:
        raise TooManyMisses
    student = None
    try:
        student = _matching(number, name, local_date(now))
    except identity.IdentityError:
        this.give_back()
        raise
    if student:
        this.give_back()
    action = "student.lookup" if student else "student.lookup_missed"
    body = {"student": student.pk} if student else {}
    audit.record("access", audit.actor_of(account), action, body, subject=f"lookup:{account.pk}")
    return student


def _matching(number: str, name: str, today: date) -> Student | None:
    text, registration = identity.check_any_number(number, today)
    if registration:
        by_number = RegistrationNumber.objects.filter(index=number_index(text)).values("student_id")
        found = Student.objects.filter(pk__in=by_number)
    else:
        found = Student.objects.filter(id_number_index=number_index(text))
    wanted = folded(identity.check_name(name))
    rows = found.select_related("school__authority", "school_class", "removal")
    kept = (kept_of(student) for student in rows if folded(student.name) == wanted)
    return next((student for student in kept if student is not None), None)


def kept_of(student: Student) -> Student | None:
    """The pupil itself, or the record that was kept where its own was removed as a second one (R1.9); none where the
    ministry removed the only one (R1.4)."""
    rows = Student.objects.select_related("school__authority", "school_class", "removal")
    found: Student | None = student
    while found is not None and (removal := getattr(found, "removal", None)) is not None:
        found = rows.filter(pk=removal.kept_id).first()
    return found


def ids_by_number(text: str, today: date) -> list[int]:
    """Ids of the pupils with exactly this number, current or former; none for what cannot be a number."""
    try:
        text, registration = identity.check_any_number(text, today)
    except identity.IdentityError:
        return []
    if registration:
        rows = RegistrationNumber.objects.filter(index=number_index(text))
        return list(rows.values_list("student_id", flat=True))
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
    school, label = student.school, label_of(student, day)
    return Card(
        identity.mask_name(student.name),
        student.get_sex_display(),
        student.birth_date.year,
        identity.mask_number(current_number(student)),
        student.get_status_display(),
        school.name if school else "—",
        zh("{label}（{graduated_on_year}年毕业）", label=label, graduated_on_year=student.graduated_on.year)
        if student.graduated_on
        else label,
        str(student.school_class) if student.school_class_id else "—",
    )
