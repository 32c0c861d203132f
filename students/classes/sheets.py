"""班级变动表: the class teacher says what has changed, the registrar looks and accepts: then the record changes (R6.1).

Only the items that the notice names may stand on a sheet. The teacher sees of the pupils of the own class these items
and nothing else. What is judged, and by whom it is written, is :mod:`students.record.changes`.
"""

from datetime import date, datetime
from typing import NamedTuple, cast

from django.db import transaction

from ledger import audit, outbox
from orgs.people.models import PostRole, Unit
from orgs.people.seats import holders_of, seats_of
from reviews.engine import seating
from reviews.engine.grounds import held as held_by_wall
from reviews.engine.opinions import free_text
from reviews.engine.seating import two_persons
from reviews.vocabulary.public_numbers import public_number
from students.admission.registration.actions import label_of
from students.classes.models import IN_HAND, OPEN, ChangeSheet, ChangeSheetLine, ClassCharge, Sheet
from students.pupil import sealing
from students.pupil.models import ChangeSource, SchoolClass, Student
from students.record import changes as record_changes
from students.record import values as record_values
from students.record.changes import ItemsRefused
from students.record.fields import FIELDS, RecordField
from web import clock
from web.refusals import Refusal, Refused, refuse
from web.text import says
from web.words import zh

CLAUSE = record_changes.CLAUSE
CHAIN = "students"
_TABLE, _COLUMN = "students_changesheetline", "new_sealed"


def items() -> list[RecordField]:
    """The items that clause 6 names, in the order of the national form."""
    return [item for item in FIELDS if item.volatile and item.block != "permit" and item.edit == "registrar"]


ITEMS = {item.key: item for item in items()}


# ---------------------------------------------------------------- who teaches which class


def in_charge(account, day: date):
    """The classes of which the account is the teacher on ``day``: by a charge that runs, and a post at that school."""
    schools = {seat.unit.pk for seat in seats_of(account, day) if seat.role == PostRole.CLASS_TEACHER}
    return SchoolClass.objects.filter(
        pk__in=ClassCharge.objects.filter(account=account, since__lte=day, until=None).values("school_class"),
        school__in=schools,
    )


def teachers_of(school: Unit, day: date) -> set[int]:
    """The ids of the accounts that hold a class teacher's post at the school."""
    return {pk for _, role, pk in holders_of({school.pk}, day) if role == PostRole.CLASS_TEACHER}


def keeps_refusal(school: Unit, by, day: date) -> Refusal | None:
    """Why ``by`` cannot say who teaches, or accept a sheet, at the school."""
    told = Refusal("no_seat", zh("只有本校的学籍管理员可以指定班主任、核对变动表。"), CLAUSE)
    return seating.seat_refusal(by, school.pk, PostRole.REGISTRAR, day, told)


def put_in_charge(school_class: SchoolClass, account, by, now: datetime) -> None:
    """Make the account the class's teacher, or nobody with ``None``. Raises Refused."""
    day = clock.local_date(now)
    if refused := keeps_refusal(school_class.school, by, day):
        raise Refused(refused)
    if account is not None and account.pk not in teachers_of(school_class.school, day):
        refuse(
            "no_teacher", zh("请选择在本校有“班主任”岗位的人员；没有的，先请上级在系统管理中设岗。"), CLAUSE
        )
    with transaction.atomic():
        SchoolClass.objects.select_for_update(no_key=True).get(pk=school_class.pk)
        running = ClassCharge.objects.filter(school_class=school_class, until=None)
        if account is not None and running.filter(account=account).exists():
            return
        running.update(until=day)
        if account is not None:
            ClassCharge.objects.create(school_class=school_class, account=account, since=day, set_by=by)
        body = {"class": school_class.pk, "account": account.pk if account else None}
        subject = f"school:{school_class.school.code}"
        audit.record(CHAIN, audit.actor_of(by), "class.teacher", body, subject=subject)


# ---------------------------------------------------------------- by the teacher


NO_CHARGE = Refusal("no_charge", zh("只有本班的班主任可以填写变动表。"), CLAUSE)


def teacher_refusal(school_class: SchoolClass, by, day: date) -> Refusal | None:
    """Why ``by`` cannot write on the sheet of the class."""
    if not in_charge(by, day).filter(pk=school_class.pk).exists():
        return NO_CHARGE
    return None


def open_sheet(school_class: SchoolClass) -> ChangeSheet | None:
    """The sheet of the class that is not at its end."""
    return ChangeSheet.objects.filter(school_class=school_class, state__in=OPEN).first()


def pupils_of(school_class: SchoolClass):
    """The pupils who sit in the class."""
    rows = Student.objects.filter(school_class=school_class, school=school_class.school_id)
    return rows.order_by("name", "pk")


def propose(school_class: SchoolClass, said: dict[int, dict[str, str]], by, now: datetime) -> ChangeSheet:
    """Put on the open sheet what is said of pupils (by id: item → text); what is as the record has it comes off.

    Returns the sheet. Raises Refused, :class:`PupilsRefused`; then nothing was written.
    """
    day = clock.local_date(now)
    if refused := teacher_refusal(school_class, by, day):
        raise Refused(refused)
    with transaction.atomic():
        SchoolClass.objects.select_for_update(no_key=True).get(pk=school_class.pk)
        sheet = open_sheet(school_class)
        if sheet is not None and sheet.state == Sheet.SENT:
            refuse(
                "sheet_sent",
                zh("变动表 {sheet_number} 正待学籍管理员核对，核对后再填。", sheet_number=sheet.number),
                CLAUSE,
            )
        pupils = list(pupils_of(school_class).filter(pk__in=said))
        if len(pupils) != len(said):
            refuse("not_in_class", zh("表中有学生现在不在本班，请刷新后重新填写。"), CLAUSE)
        changes = judged(pupils, said, day)
        if sheet is None:
            number = public_number("BD", day.year)
            sheet = ChangeSheet.objects.create(number=number, school_class=school_class, prepared_by=by)
        _write(sheet, changes, {(pupil.pk, key) for pupil in pupils for key in said[pupil.pk]})
    return sheet


class PupilsRefused(Exception):
    """Something said of pupils cannot be so; ``errors``: pupil's id → item → sentence."""

    def __init__(self, errors: dict[int, dict[str, str]]):
        self.errors = errors
        super().__init__(str(errors))


class Changed(NamedTuple):
    """An item of a pupil that differs from the record."""

    student: Student
    key: str
    old: str
    new: str


def judged(pupils: list[Student], said: dict[int, dict[str, str]], day: date) -> list[Changed]:
    """What differs from the records. Raises :class:`PupilsRefused`."""
    found: list[Changed] = []
    errors: dict[int, dict[str, str]] = {}
    for record in record_values.records_of(pupils):
        before, typed = record.complete(), said[record.student.pk]
        foreign = {key: zh("班主任变动表只填会变动的项目。") for key in typed if key not in ITEMS}
        try:
            changes = record_changes.fitting(before, {k: v for k, v in typed.items() if k in ITEMS}, day)
        except ItemsRefused as error:
            errors[record.student.pk] = error.errors | foreign
            continue
        if foreign:
            errors[record.student.pk] = foreign
        found += [Changed(record.student, key, before.get(key, ""), text) for key, text in changes.items()]
    if errors:
        raise PupilsRefused(errors)
    return found


def _write(sheet: ChangeSheet, changes: list[Changed], said: set[tuple[int, str]]) -> None:
    """Replace what the sheet says of these items."""
    lines = sheet.lines.values_list("pk", "student", "field")
    sheet.lines.filter(pk__in=[pk for pk, student, key in lines if (student, key) in said]).delete()
    ChangeSheetLine.objects.bulk_create([_line(sheet, one) for one in changes], batch_size=1000)


def _line(sheet: ChangeSheet, one: Changed) -> ChangeSheetLine:
    line = ChangeSheetLine(sheet=sheet, student=one.student, field=one.key, secret=ITEMS[one.key].secret)
    if line.secret:
        line.new_sealed = sealing.seal(one.new, _TABLE, _COLUMN, _row(sheet, line))
    else:
        line.old, line.new = one.old, one.new
    return line


def _row(sheet: ChangeSheet, line: ChangeSheetLine) -> str:
    return f"{sheet.pk}/{line.student_id}/{line.field}"


def text_of(line: ChangeSheetLine) -> str:
    """What the teacher says the item is now."""
    if not line.secret:
        return line.new
    # What is secret stands sealed (_line).
    return sealing.unseal(cast("bytes", line.new_sealed), _TABLE, _COLUMN, _row(line.sheet, line))


def send(sheet: ChangeSheet, by, now: datetime) -> None:
    """Hand the sheet to the school's registrar. Raises Refused."""
    with transaction.atomic():
        held = _held(sheet)
        if refused := teacher_refusal(held.school_class, by, clock.local_date(now)):
            raise Refused(refused)
        if held.state not in IN_HAND:
            refuse("sheet_state", zh("变动表{state}，不能再送。", state=held.get_state_display()), CLAUSE)
        if not held.lines.exists():
            refuse("sheet_empty", zh("变动表是空的：请先填写有变动的学生。"), CLAUSE)
        held.state, held.sent_at, held.prepared_by, held.answer = Sheet.SENT, now, by, ""
        held.decided_by = held.decided_at = None
        held.save()
        _note(held, by, "sent")


def drop(sheet: ChangeSheet, by, now: datetime) -> None:
    """Give the sheet up before it was accepted. Raises Refused."""
    with transaction.atomic():
        held = _held(sheet)
        if refused := teacher_refusal(held.school_class, by, clock.local_date(now)):
            raise Refused(refused)
        if held.state not in IN_HAND:
            refuse("sheet_state", zh("变动表{state}，不能作废。", state=held.get_state_display()), CLAUSE)
        held.state = Sheet.DROPPED
        held.save(update_fields=["state"])
        _note(held, by, "dropped")


def take_off(sheet: ChangeSheet, line: int, by, now: datetime) -> None:
    """Take one line off the sheet while the teacher has it in hand. Raises Refused."""
    with transaction.atomic():
        held = _held(sheet)
        if refused := teacher_refusal(held.school_class, by, clock.local_date(now)):
            raise Refused(refused)
        if held.state not in IN_HAND:
            refuse("sheet_state", zh("变动表{state}，不能修改。", state=held.get_state_display()), CLAUSE)
        held.lines.filter(pk=line).delete()


# ---------------------------------------------------------------- by the registrar


def decide_refusal(sheet: ChangeSheet, by, day: date) -> Refusal | None:
    """Why ``by`` cannot accept or return the sheet: the school's registrar, never who sent it (R0.5)."""
    if refused := keeps_refusal(sheet.school_class.school, by, day):
        return refused
    told = zh("填写变动表的人不能自己核对，请由另一名学籍管理员核对。")
    if found := two_persons(sheet.prepared_by, by, told):
        return found
    if sheet.state != Sheet.SENT:
        return Refusal(
            "sheet_state", zh("变动表{state}，现在不能核对。", state=sheet.get_state_display()), CLAUSE
        )
    return None


def accept(sheet: ChangeSheet, by, now: datetime) -> int:
    """Write the whole sheet into the records; returns how many items were written. Pupils who have left the school
    since are passed over, marked so. Raises Refused, then nothing was written."""
    with transaction.atomic():
        held = _held(sheet)
        if refused := decide_refusal(held, by, clock.local_date(now)):
            raise Refused(refused)
        written = 0
        for student, lines in _by_pupil(held):
            there = student.school_id == held.school_class.school_id
            if there:
                _change(student, by, lines)
                written += len(lines)
            held.lines.filter(pk__in=[line.pk for line in lines]).update(written=there)
        _decided(held, by, now, Sheet.ACCEPTED)
        _note(held, by, "accepted", {"written": written})
    return written


def _by_pupil(sheet: ChangeSheet) -> list[tuple[Student, list[ChangeSheetLine]]]:
    found: dict[int, tuple[Student, list[ChangeSheetLine]]] = {}
    for line in sheet.lines.select_related("student", "sheet"):
        found.setdefault(line.student_id, (line.student, []))[1].append(line)
    return list(found.values())


def _change(student: Student, by, lines: list[ChangeSheetLine]) -> None:
    typed = {line.field: text_of(line) for line in lines}
    try:
        record_changes.change(student, by, typed, source=ChangeSource.CLASS_SHEET)
    except ItemsRefused as error:
        key, sentence = next(iter(error.errors.items()))
        label = label_of(ITEMS[key]) if key in ITEMS else key
        refuse(
            "does_not_fit",
            zh(
                "{student_name}的{label}：{sentence}请退回班主任修改。",
                student_name=student.name,
                label=label,
                sentence=sentence,
            ),
            CLAUSE,
        )


def give_back(sheet: ChangeSheet, by, now: datetime, answer: str) -> None:
    """Return the sheet to the teacher with what is to be mended. Raises Refused."""
    answer = free_text(answer, zh("退回原因"), CLAUSE, 200)
    with transaction.atomic():
        held = _held(sheet)
        if refused := decide_refusal(held, by, clock.local_date(now)):
            raise Refused(refused)
        if not says(answer):
            refuse("answer_missing", zh("请写明退回的原因（2–200 字）。"), CLAUSE)
        held_by_wall(answer, held.school_class.school, act=zh("退回"))
        held.answer = answer
        _decided(held, by, now, Sheet.RETURNED)
        _note(held, by, "returned")


def _decided(sheet: ChangeSheet, by, now: datetime, state: str) -> None:
    sheet.state, sheet.decided_by, sheet.decided_at = state, by, now
    sheet.save()


def _held(sheet: ChangeSheet) -> ChangeSheet:
    rows = ChangeSheet.objects.select_for_update(of=("self",)).select_related("school_class__school")
    return rows.get(pk=sheet.pk)


def _note(sheet: ChangeSheet, by, what: str, more: dict | None = None) -> None:
    body = {"sheet": sheet.number, "class": sheet.school_class_id, **(more or {})}
    subject = f"school:{sheet.school_class.school.code}"
    audit.record(CHAIN, audit.actor_of(by), f"class_sheet.{what}", body, subject=subject)
    if what in ("sent", "accepted", "returned") and (at := sheet.decided_at or sheet.sent_at):
        stamp = at.isoformat()
        outbox.post(
            "class_sheet", {"sheet": sheet.pk, "what": what}, f"class_sheet:{sheet.pk}:{what}:{stamp}"
        )
