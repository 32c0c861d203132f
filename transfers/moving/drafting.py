"""Drafts: begin a transfer, change what it says. Sending is the door's business."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import date, datetime

from orgs.people.models import PostRole, Unit
from orgs.people.school_system import system_on
from reviews.engine import door, seating
from reviews.engine.grounds import held as held_by_wall
from reviews.engine.models import Case, Step
from reviews.engine.opinions import free_text
from reviews.evidence import proofs as evidence
from reviews.rulebook.notice_values import POST_GRADUATION
from reviews.vocabulary.states import Outcome, State
from students.changes.procedures import subject_of
from students.pupil import identity
from students.pupil.grades import entering_grade, grade_of, takes
from students.pupil.models import SchoolClass, Student
from transfers.moving.grade_change import authority_of
from transfers.moving.models import Transfer, TransferReason
from transfers.moving.procedures import kind_between, transfer_of
from transfers.moving.rules import COPIED_STATES, sending_school
from web import clock
from web.clock import local_date
from web.refusals import Refusal, Refused, refuse
from web.text import folded
from web.words import zh


def begin(
    student: Student,
    school: Unit,
    by,
    now: datetime,
    *,
    kind: str = "",
    kept: Callable[[Case], None] | None = None,
    copied_from: Transfer | None = None,
) -> Case:
    """A draft of ``school`` for ``student``; the school's own draft for the pupil is taken up again if there is one.

    ``kind`` is 毕业后跨省就学 where it is asked for; else a transfer, in or across provinces by the two schools. ``kept`` is called in the transaction that writes the draft, e.g. to keep an idempotency key with it;
    ``copied_from`` is a transfer whose reason, class and proofs the draft takes over. Raises Refused when ``by`` is
    not the school's registrar, or the pupil has no other school.
    """
    day = local_date(now)
    told = Refusal("no_seat", zh("只有转入学校的学籍管理员可以发起转学。"), zh("附件1 三.1"))
    at = school.pk if school.is_school else None
    if found := seating.seat_refusal(by, at, PostRole.REGISTRAR, day, told):
        raise Refused(found)
    sending = sending_school(student, day)
    if sending is None or sending.pk == school.pk:
        refuse("other_school", zh("该生学籍已在本校或没有学籍所在学校，不能发起转学。"), zh("附件1 三.1"))
    kind = kind or kind_between(school, sending)
    mine = Case.objects.filter(
        subject=subject_of(student.pk), receiving_unit=school, state="draft", kind=kind
    ).first()
    if mine is not None:
        if kept is not None:
            kept(mine)
        return mine
    with (
        evidence.copied(copied_from.case, by)
        if copied_from
        else nullcontext(lambda case: None) as add_proofs,
        door.draft(
            kind=kind,
            by=by,
            receiving=school,
            sending=sending,
            subject=subject_of(student.pk),
            headline=identity.mask_name(student.name),
            search_text=f"{folded(student.name)} {student.pinyin}",
            now=now,
            copied_from=copied_from.case if copied_from else None,
        ) as case,
    ):
        _fill(case, student, school, day, copied_from)
        add_proofs(case)
        if kept is not None:
            kept(case)
    return case


def _fill(case: Case, student: Student, school: Unit, day, copied_from: Transfer | None) -> None:
    """The draft's own row; a class that is no longer that of the grade entered is not taken over, nor is a changed
    grade without it (R4.3)."""
    grade = entering_grade(student, day)
    old = copied_from or Transfer()
    changed = bool(old.grade_reason and old.school_class_id)
    wanted = grade_of(old.school_class, day) if changed else grade
    system = system_on(school, day)
    grade_to = wanted if wanted in system.grades else None
    fits = old.school_class_id and takes(old.school_class, grade_to, system, day)
    reason_fits = old.reason is not None and case.kind in old.reason.kinds
    Transfer.objects.create(
        case=case,
        student=student,
        receiving_school=school,
        sending_school=case.sending_unit,
        reason=old.reason if reason_fits else None,
        reason_note=old.reason_note if reason_fits else "",
        grade_from=grade_of(student, day),
        grade_to=grade_to,
        grade_reason=old.grade_reason if changed and grade_to and grade_to != grade else "",
        school_class=old.school_class if fits else None,
    )


def copy_as_new(case: Case, by, now: datetime) -> Case:
    """A new draft from a case that ended without moving the record: data and proofs are carried over (R3.1b, R3.7).

    A refusal is final and a cleared case must be started anew; nothing has to be typed or photographed twice.
    Raises Refused for a case that is running or completed, or when ``by`` is not the school's registrar.
    """
    if case.state not in COPIED_STATES:
        refuse(
            "not_copied",
            zh("只有已驳回、已撤销、已清理或调档逾期取消的业务可以复制为新申请。"),
            zh("附件1 三.7"),
        )
    transfer = transfer_of(case)
    kind = POST_GRADUATION if case.kind == POST_GRADUATION else ""
    return begin(transfer.student, case.receiving_unit, by, now, kind=kind, copied_from=transfer)


def change(
    case: Case,
    by,
    *,
    reason: TransferReason | None,
    reason_note: str,
    grade_to: int | None,
    school_class: SchoolClass | None,
    grade_reason: str = "",
    revision: int | None = None,
) -> Case:
    """Write what the form says; nothing else can be written (R0.6). Raises Refused when the case is not in hand.

    Grades are those of the day of submission, today before it; the reason for another grade than the pupil's own is
    kept only where there is one (R4.3).
    """
    with door.edit(case, by, "edit", revision=revision) as held:
        day = held.ruled_on(local_date(clock.now()))
        student = Student.objects.get(transfers__case=held)
        changed = grade_to not in (None, entering_grade(student, day))
        grade_reason = free_text(grade_reason, zh("变更年级的理由"), zh("附件1 四.2"), 200) if changed else ""
        _refuse_after_consent(held, grade_to, grade_reason)
        if school_class is not None and not _fits(school_class, held, grade_to, day):
            refuse("grade_and_class", zh("所选班级不是本校这一年级的班级，请重新选择。"), zh("附件1 四.2"))
        if held.state != State.DRAFT and (reason is None or school_class is None or grade_to is None):
            refuse(
                "sent_whole",
                zh("业务已发起，转学原因、年级和班级可以更正，不能清空；请选好后再保存。"),
                zh("附件1 三.1"),
            )
        for text in (reason_note, grade_reason):
            held_by_wall(text, held.receiving_unit, act=zh("填写"), told=True)
        Transfer.objects.filter(case=held).update(
            reason=reason,
            reason_note=free_text(reason_note, zh("原因说明"), zh("附件1 三.1"), 200),
            grade_from=grade_of(student, day),
            grade_to=grade_to,
            grade_reason=grade_reason,
            school_class=school_class,
        )
    return held


def _fits(school_class: SchoolClass, case: Case, grade: int | None, day: date) -> bool:
    """Whether the class is one of the receiving school's, of the grade entered (R4.3)."""
    return school_class.school_id == case.receiving_unit_id and takes(
        school_class, grade, system_on(case.receiving_unit, day), day
    )


def _refuse_after_consent(case: Case, grade_to: int | None, grade_reason: str) -> None:
    """R4.3: once the receiving authority has agreed, neither the grade nor its reason changes behind its back."""
    if case.state == State.DRAFT:
        return
    was = Transfer.objects.only("grade_to", "grade_reason").get(case=case)
    if (was.grade_to, was.grade_reason) == (grade_to, grade_reason):
        return
    signed = Step.objects.filter(case=case, unit=case.receiving_unit.authority_id, signer__isnull=False)
    if signed.order_by("-seq").values_list("outcome", flat=True).first() == Outcome.AGREE:
        refuse(
            "grade_consented",
            zh(
                "{authority_of}已就入读年级签署同意意见，年级和变更理由不能再改；需要改的，请撤销后重新发起。",
                authority_of=authority_of(case.receiving_unit),
            ),
            zh("附件1 四.2"),
        )
