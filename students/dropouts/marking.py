"""Marking a drop-out, signing and sending the written report, noting the return (R5.2)."""

from datetime import date, datetime
from typing import cast

from django.db import transaction

from ledger import audit
from orgs.people.models import PostRole, Unit
from reviews.engine import seating
from reviews.engine.grounds import held as held_by_wall
from reviews.engine.opinions import free_text
from reviews.engine.seating import two_persons
from reviews.vocabulary.public_numbers import public_number
from students.dropouts.models import LIVE, Dropout, DropoutMark, Reason
from students.pupil.grades import SENIOR, grade_of
from students.pupil.models import Student
from students.pupil.statuses import StudentStatus
from web import clock
from web.refusals import Refusal, Refused, refuse
from web.text import says
from web.words import zh

CLAUSE = zh("附件1 五.2")
CHAIN = "students"
# 义务教育.
_STATUSES = (StudentStatus.ENROLLED, StudentStatus.LEFT_OTHER)


def refusal(school: Unit | None, by, role: str, day: date) -> Refusal | None:
    """Why ``by`` cannot act as ``role`` of the school."""
    told = zh("辍学标识由学籍所在学校的{label}办理，你没有这个岗位。", label=PostRole(role).label)
    return seating.seat_refusal(
        by, school.pk if school else None, role, day, Refusal("no_seat", told, CLAUSE)
    )


def mark_refusal(student: Student, by, day: date) -> Refusal | None:
    """Why ``by`` cannot mark the pupil."""
    if refused := refusal(student.school, by, PostRole.REGISTRAR, day):
        return refused
    if student.status not in _STATUSES:
        told = zh("学籍状态为“{status}”的学生不作辍学标识。", status=student.get_status_display())
        return Refusal("status", told, CLAUSE)
    if student.phase == SENIOR:
        return Refusal("not_compulsory", zh("辍学标识只用于义务教育阶段（一至九年级）的学生。"), CLAUSE)
    live = live_mark(student)
    if live is not None and not live.has_moved:
        return Refusal(
            "marked",
            zh(
                "该生已有辍学标识（{live_number}，{state}）。",
                live_number=live.number,
                state=live.get_state_display(),
            ),
            CLAUSE,
        )
    return None


def mark(
    student: Student, by, now: datetime, *, last_seen_on: date | None, reason: str, efforts: str
) -> DropoutMark:
    """Mark the pupil; the record and its status stay. Raises Refused."""
    day, efforts = clock.local_date(now), free_text(efforts, zh("劝返经过"), CLAUSE, 500)
    with transaction.atomic():
        rows = Student.objects.select_for_update(no_key=True, of=("self",)).select_related("school")
        held = rows.get(pk=student.pk)
        if refused := mark_refusal(held, by, day):
            raise Refused(refused)
        if last_seen_on is None or not held.entered_on <= last_seen_on < day:
            refuse("last_seen", zh("请填写最后到校日期：入学以后、今天以前的日期。"), CLAUSE)
        if reason not in Reason.values:
            refuse("reason", zh("请选择辍学原因。"), CLAUSE)
        if not says(efforts, 10):
            refuse("efforts", zh("请写明劝返经过（10–500 字）：何时、何人、怎样联系，结果如何。"), CLAUSE)
        held_by_wall(efforts, held.school, act=zh("填报"), told=True)
        _renew(held, by)
        found = DropoutMark.objects.create(
            number=public_number("CX", day.year),
            student=held,
            school=cast("Unit", held.school),  # whose registrar marks it
            grade=grade_of(held, day),
            last_seen_on=last_seen_on,
            reason=reason,
            efforts=efforts,
            marked_by=by,
        )
        _note(found, by, "marked")
    return found


def _renew(student: Student, by) -> None:
    """What another school had said of the pupil ends with this school's own report."""
    old = live_mark(student)
    if old is not None:
        old.state = Dropout.RENEWED
        old.save(update_fields=["state"])
        _note(old, by, "renewed")


def sign(found: DropoutMark, by, now: datetime) -> None:
    """The school's head signs the report. Raises Refused."""
    with transaction.atomic():
        held = _held(found, Dropout.MARKED, by, PostRole.HEAD, now)
        if refused := two_persons(held.marked_by, by, zh("填报的人不能自己签核，请由另一名负责人签核。")):
            raise Refused(refused)
        held.state, held.signed_by, held.signed_at = Dropout.SIGNED, by, now
        held.save(update_fields=["state", "signed_by", "signed_at"])
        _note(held, by, "signed")


def sent(found: DropoutMark, by, now: datetime, *, on: date | None, to: str) -> None:
    """The registrar notes when the signed report went out, and to whom. Raises Refused."""
    day, to = clock.local_date(now), free_text(to, zh("报送单位"), CLAUSE, 100)
    with transaction.atomic():
        held = _held(found, Dropout.SIGNED, by, PostRole.REGISTRAR, now)
        signed_on = clock.local_date(cast("datetime", held.signed_at))  # its state says so
        if on is None or not signed_on <= on <= day:
            first = clock.spoken(signed_on)
            refuse("sent_on", zh("请填写报送日期：签核（{first}）以后，不能晚于今天。", first=first), CLAUSE)
        if not says(to):
            refuse("sent_to", zh("请填写报送单位，如主管部门、乡镇（苏木）人民政府。"), CLAUSE)
        held.state, held.sent_on, held.sent_to = Dropout.SENT, on, to
        held.save(update_fields=["state", "sent_on", "sent_to"])
        _note(held, by, "sent", {"on": on.isoformat()})


def returned(found: DropoutMark, by, now: datetime, *, on: date | None) -> None:
    """The pupil is back at school: the mark ends. Raises Refused."""
    day = clock.local_date(now)
    with transaction.atomic():
        held = _held(found, LIVE, by, PostRole.REGISTRAR, now, of_record=True)
        if on is None or not held.last_seen_on < on <= day:
            refuse("ended_on", zh("请填写返校日期：最后到校日期以后，不能晚于今天。"), CLAUSE)
        held.state, held.ended_on = Dropout.ENDED, on
        held.save(update_fields=["state", "ended_on"])
        _note(held, by, "ended", {"on": on.isoformat()})


def drop(found: DropoutMark, by, now: datetime) -> None:
    """Take a mark back that no head has signed. Raises Refused."""
    with transaction.atomic():
        held = _held(found, Dropout.MARKED, by, PostRole.REGISTRAR, now)
        held.state = Dropout.DROPPED
        held.save(update_fields=["state"])
        _note(held, by, "dropped")


def _held(found: DropoutMark, states, by, role: str, now: datetime, *, of_record=False) -> DropoutMark:
    """The mark, locked, for an act of the school that has the record. ``of_record``: also where another school made it."""
    rows = DropoutMark.objects.select_for_update(of=("self",)).select_related("school", "student__school")
    held = rows.get(pk=found.pk)
    if refused := refusal(held.keeper, by, role, clock.local_date(now)):
        raise Refused(refused)
    if held.has_moved and not of_record:
        refuse(
            "moved",
            zh(
                "这份标识由{school}填报，学籍已转入本校：请登记返校，或由本校重新填报。",
                school=held.school.name,
            ),
            CLAUSE,
        )
    if held.state not in ((states,) if isinstance(states, str) else states):
        refuse(
            "state",
            zh("辍学标识{state}，现在不能这样办理，请刷新后核对。", state=held.get_state_display()),
            CLAUSE,
        )
    return held


def _note(found: DropoutMark, by, what: str, more: dict | None = None) -> None:
    body = {"mark": found.number, "student": found.student_id, **(more or {})}
    audit.record(CHAIN, audit.actor_of(by), f"dropout.{what}", body, subject=f"student:{found.student.key}")


def live_mark(student: Student) -> DropoutMark | None:
    """The pupil's living mark."""
    rows = DropoutMark.objects.select_related("school", "student__school")
    return rows.filter(student=student, state__in=LIVE).first()
