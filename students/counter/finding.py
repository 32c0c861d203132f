"""The counter: parents come to the pupil's school or its authority and take the number or the sheet home (R8.4)."""

import hashlib
import secrets
from datetime import date, datetime
from typing import Any, cast

from django.db import transaction
from django.db.models import Q

from ledger import audit
from orgs.people.models import PostRole, Unit
from orgs.people.seats import Seat, acting_seats, seats_of
from reviews.engine import seating
from reviews.vocabulary.public_numbers import ALPHABET, public_number
from students.counter import sheet, sheet_pdf
from students.counter.models import PrintBatch, PrintKind, SheetPrint
from students.counter.sheet import Content
from students.counter.sheet_pdf import Paper
from students.pupil import records
from students.pupil.models import Enrolment, Student
from web.clock import local_date
from web.refusals import Refusal, Refused
from web.words import zh

CLAUSE = zh("正文二；函 三")
CLAUSE_SHOWN = {
    "text": zh("学生所在学校和县级学籍管理部门应为学生家长提供学籍号查询和学生基本信息表打印服务。"),
    "note": zh("信息表不盖章；扫描二维码可以核对真伪。"),
    "source": zh("教基一厅〔2016〕2号 正文二"),
    "url": "/rules/",
}
NO_SEAT = Refusal(
    "no_seat", zh("查询和打印由学生所在学校或其主管部门的学籍管理员、负责人办理，你没有这样的岗位。"), CLAUSE
)
NOT_HERE = zh(
    "在你单位没有找到号码与姓名都相符的学生，请与家长核对后重填；学籍在别处的，请家长到学籍所在学校或其主管部门办理（函 三）。"
)
_ROLES = (PostRole.REGISTRAR, PostRole.HEAD)
CODE_LENGTH = 26  # 128 bits, five to a character


def own_units(account, day: date) -> list[Unit]:
    """The units at whose counter the account stands, its own first."""
    return _units(seats_of(account, day))


def _units(seats: list[Seat]) -> list[Unit]:
    return list({seat.unit.pk: seat.unit for seat in seats if seat.role in _ROLES}.values())


def unit_for(account, school: Unit | None, day: date, seats=seats_of) -> Unit | None:
    """The unit from which the account serves pupils of a school: the school itself or its authority (R8.4). To hand
    out a paper it must be able to act there (``seats=acting_seats``)."""
    if school is None:
        return None
    units = {unit.pk: unit for unit in _units(seats(account, day))}
    return units.get(school.pk) or (units.get(school.authority_id) if school.authority_id else None)


def copies_for(account, day: date):
    """The archived copies that the account may print: those of its own schools and of schools its office decides for."""
    units = [unit.pk for unit in own_units(account, day)]
    here = Q(school__in=units) | Q(school__authority__in=units)
    return Enrolment.objects.filter(here, archive__isnull=False).select_related(
        "school__authority", "student"
    )


def find(number: str, name: str, account, now: datetime) -> tuple[Student | None, Enrolment | None]:
    """The pupil of one's own counter with this number and name, or else the last copy kept there of one who left.

    Recorded like every look-up; raises what :func:`students.pupil.records.find` raises. Two Nones say nothing more.
    """
    student = records.find(number, name, account, now)
    if student is None:
        return None, None
    day = local_date(now)
    if unit_for(account, student.school, day):
        return student, None
    return None, copies_for(account, day).filter(student=student).order_by("-id").first()


def print_one(
    kind: str, by, now: datetime, *, student: Student | None = None, enrolment: Enrolment | None = None
):
    """One printing of a sheet, slip or archived copy: the paper and its row. Raises Refused without a seat for it.

    The row is written first, in a transaction of its own; drawing the paper comes after (no I/O under a lock).
    """
    day = local_date(now)
    school = enrolment.school if enrolment else student.school if student else None
    unit = unit_for(by, school, day, acting_seats)
    if unit is None:
        raise Refused(seating.no_seat(by, day, NO_SEAT))
    content = (
        sheet.archived(enrolment)
        if enrolment
        # A unit serves a school, and the school came of the pupil where it came of no archive.
        else sheet.contents_of([cast("Student", student)], day, kind)[0]
    )
    paper = Paper(content, serial(now), new_code(), unit.name, by.display_name, now)
    row = row_of(paper, unit, by, enrolment=enrolment)
    return paper, row


def record(rows: list[SheetPrint], by, *, batch: PrintBatch | None = None) -> None:
    """Keep that papers were printed: their rows, and one entry in the trail of access."""
    with transaction.atomic():
        SheetPrint.objects.bulk_create(rows)
        body: dict[str, Any] = (
            {"serials": [row.serial for row in rows]} if len(rows) <= 20 else {"papers": len(rows)}
        )
        if len(rows) == 1:
            body |= {"student": rows[0].student_id, "kind": rows[0].kind}
        if batch is not None:
            body["batch"] = batch.number
        subject = (
            f"student:{rows[0].student.key}" if len(rows) == 1 else f"print:{batch.number if batch else ''}"
        )
        audit.record("access", audit.actor_of(by), "student.print", body, subject=subject)


def row_of(paper: Paper, unit: Unit, by, *, enrolment=None, batch=None) -> SheetPrint:
    """The row of a paper, not yet kept."""
    return SheetPrint(
        serial=paper.serial,
        code_hash=hash_of(paper.code),
        kind=paper.content.kind,
        student=paper.content.student,
        enrolment=enrolment,
        unit=unit,
        by=by,
        batch=batch,
        last_four=sheet.last_four(paper.content),
        mark=paper.content.mark(),
    )


def pdf_of(kind: str, by, now: datetime, *, student=None, enrolment=None) -> tuple[bytes, SheetPrint]:
    """Print one paper as PDF. Nothing is on record when it cannot be drawn: then there is no paper either.

    Raises Refused without a seat, or when the printer's fonts lack a character.
    """
    paper, row = print_one(kind, by, now, student=student, enrolment=enrolment)
    try:
        data = sheet_pdf.draw([paper])
    except sheet_pdf.GlyphMissing as error:
        raise Refused(Refusal("glyph_missing", error.sentence, "")) from error
    record([row], by)
    return data, row


def prints_of(student: Student, enrolment: Enrolment | None = None, most: int = 20) -> list[SheetPrint]:
    """The last papers printed of a pupil, or of one archived copy."""
    rows = SheetPrint.objects.filter(student=student).select_related("unit", "by__person")
    return list((rows.filter(enrolment=enrolment) if enrolment else rows).order_by("-id")[:most])


# ---------------------------------------------------------------- serials and codes


def serial(now: datetime) -> str:
    """A paper's own number, such as DY-2026-7K3M9QXP."""
    return public_number("DY", local_date(now).year)


def new_code() -> str:
    """128 random bits as 26 characters that cannot be mistaken for one another."""
    bits = secrets.randbits(128)
    return "".join(ALPHABET[bits >> 5 * place & 31] for place in reversed(range(CODE_LENGTH)))


def hash_of(code: str) -> bytes:
    """What is kept of a code: whoever reads the table can make no paper look genuine."""
    return hashlib.sha256(code.encode()).digest()


def verdict(code: str, day: date) -> tuple[str, SheetPrint | None]:
    """``genuine``, ``superseded`` or ``unknown`` for the code on a paper.

    Superseded: the record no longer says what the paper says. An archived copy never changes.
    """
    row = (
        SheetPrint.objects.filter(code_hash=hash_of(code))
        .select_related("student__school__authority", "student__school_class", "enrolment__school__authority")
        .first()
    )
    if row is None:
        return "unknown", None
    if row.kind == PrintKind.ARCHIVE:
        # That an archived copy is of an enrolment holds the database (print_archive_of_enrolment).
        content: Content = sheet.archived(cast("Enrolment", row.enrolment))
    else:
        content = sheet.contents_of([row.student], day, row.kind)[0]
    same = bytes(row.mark) == content.mark() and sheet.last_four(content) == row.last_four
    return ("genuine" if same else "superseded"), row
