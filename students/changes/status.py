"""Changes of a pupil's status. Here: 办理到校手续, by which a status kept through a transfer becomes 在校 (R3.2)."""

from django.db import transaction

from ledger import audit
from orgs.people.models import PostRole
from reviews.engine import seating
from students.pupil.models import Enrolment, Student
from students.pupil.statuses import KEPT, StudentStatus
from web import clock
from web.refusals import Refusal, Refused
from web.words import zh

CLAUSE = zh("附件1 三.2")


def settle_refusal(student: Student, by, day) -> Refusal | None:
    """Why ``by`` cannot do 到校手续 for the pupil, or ``None``: only the registrar of the school it moved to (R3.2)."""
    told = Refusal("no_seat", zh("只有学籍所在学校的学籍管理员可以办理到校手续。"), CLAUSE)
    if found := seating.seat_refusal(by, student.school_id, PostRole.REGISTRAR, day, told):
        return found
    if student.status == StudentStatus.ENROLLED:
        return Refusal("settled", zh("该生已是在校状态，不需要再办理到校手续。"), CLAUSE)
    if student.status == StudentStatus.SUSPENDED:
        return Refusal("suspended", zh("该生处于休学状态，请办理复学手续，不是到校手续。"), CLAUSE)
    if student.status not in KEPT:
        return Refusal(
            "status",
            zh("学籍状态为“{status}”的学生不能办理到校手续。", status=student.get_status_display()),
            CLAUSE,
        )
    if not Enrolment.objects.filter(student=student, period__endswith__isnull=True).exclude(case_number=""):
        return Refusal(
            "not_moved",
            zh("该生不是转入本校的，到校手续只用于转学办结后保留原状态的学生；请按状态变更办理。"),
            CLAUSE,
        )
    return None


def settle_in(student: Student, by) -> Student:
    """办理到校手续: the kept status becomes 在校; recorded. Raises Refused with a sentence (R3.2)."""
    with transaction.atomic():
        held = Student.objects.select_for_update(no_key=True, of=("self",)).get(pk=student.pk)
        refused = settle_refusal(held, by, clock.local_date(clock.now()))
        if refused is not None:
            raise Refused(refused)
        was = held.status
        held.settle()
        held.save(update_fields=["status"])
        audit.record(
            "students",
            audit.actor_of(by),
            "student.settle_in",
            {"student": held.pk, "was": str(was), "school": held.school_id},
            subject=f"student:{held.key}",
        )
    return held
