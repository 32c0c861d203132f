"""Drafts: begin a transfer, change what it says. Sending is the door's business."""

from collections.abc import Callable
from datetime import datetime

from ledger.clock import local_date
from orgs.models import PostRole, Unit
from orgs.seats import seat_at
from reviews import door
from reviews.models import Case
from reviews.notice_values import IN_PROVINCE
from reviews.opinions import cleaned
from reviews.refusals import refuse
from reviews.states import State
from students import identity
from students.grades import grade_on
from students.models import SchoolClass, Student
from transfers.models import Transfer, TransferReason
from transfers.procedures import subject_of


def begin(
    student: Student, school: Unit, by, now: datetime, *, kept: Callable[[Case], None] | None = None
) -> Case:
    """A draft of ``school`` for ``student``; the school's own draft for the pupil is taken up again if there is one.

    ``kept`` is called in the transaction that writes the draft, e.g. to keep an idempotency key with it. Raises Refused when ``by`` is not the school's registrar, or the pupil has no other school.
    """
    day = local_date(now)
    if not school.is_school or seat_at(by, school.pk, PostRole.REGISTRAR, day) is None:
        refuse("no_seat", "只有转入学校的学籍管理员可以发起转学。", "附件1 三.1")
    if student.school is None or student.school_id == school.pk:
        refuse("other_school", "该生学籍已在本校或没有学籍所在学校，不能发起转学。", "附件1 三.1")
    mine = Case.objects.filter(
        subject=subject_of(student.pk), receiving_unit=school, state="draft", kind=IN_PROVINCE
    ).first()
    if mine is not None:
        if kept is not None:
            kept(mine)
        return mine
    grade = grade_on(student.cohort, day)
    with door.draft(
        kind=IN_PROVINCE,
        by=by,
        receiving=school,
        sending=student.school,
        subject=subject_of(student.pk),
        headline=identity.mask_name(student.name),
        search_text=f"{student.name} {student.pinyin}",
        now=now,
    ) as case:
        Transfer.objects.create(
            case=case,
            student=student,
            receiving_school=school,
            sending_school=student.school,
            grade_from=grade,
            grade_to=grade if school.lowest_grade <= grade <= school.highest_grade else None,
        )
        if kept is not None:
            kept(case)
    return case


def change(
    case: Case,
    by,
    *,
    reason: TransferReason | None,
    reason_note: str,
    grade_to: int | None,
    school_class: SchoolClass | None,
    revision: int | None = None,
) -> Case:
    """Write what the form says; nothing else can be written (R0.6). Raises Refused when the case is not in hand."""
    with door.edit(case, by, "edit", revision=revision) as held:
        if school_class is not None and school_class.school_id != held.receiving_unit_id:
            refuse("grade_and_class", "所选班级不是本校的班级，请重新选择。", "附件1 四.2")
        if held.state != State.DRAFT and (reason is None or school_class is None or grade_to is None):
            refuse(
                "sent_whole",
                "业务已发起，转学原因、年级和班级可以更正，不能清空；请选好后再保存。",
                "附件1 三.1",
            )
        Transfer.objects.filter(case=held).update(
            reason=reason,
            reason_note=cleaned(reason_note)[:200],
            grade_to=grade_to,
            school_class=school_class,
        )
    return held
