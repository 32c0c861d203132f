"""The rules of a transfer, one guard each, with its sentence and its clause. Asked by the look-up (pre-flight), by
the form, by the API and by the door; written here once."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from ledger.clock import local_date, spoken
from orgs.models import Unit
from orgs.school_system import SystemOn, systems_on
from reviews.models import Case
from reviews.procedures import kind_name
from reviews.refusals import guard
from reviews.rulebook import Rulebook
from reviews.states import State
from students.grades import cohort_of, grade_label, grade_on, is_graduating
from students.models import ProblemRecord, SchoolClass, Student, StudentStatus
from transfers import grade_change
from transfers.models import Transfer, TransferReason

# R3.2: 在校, and those whom the notice lets transfer directly, keeping their status.
MAY_TRANSFER = (
    StudentStatus.ENROLLED,
    StudentStatus.ABROAD,
    StudentStatus.LEFT_OTHER,
    StudentStatus.WITHDRAWN,
    StudentStatus.EXPELLED,
)

# A case that ended so has moved nothing; it may be copied as a new draft (R3.1b, R3.7).
COPIED_STATES = (State.REFUSED, State.WITHDRAWN, State.EXPIRED)


@dataclass
class Facts:
    """All that the rules judge: the pupil, the two schools, what was chosen, what else is running."""

    student: Student
    receiving: Unit
    sending: Unit | None
    now: datetime
    book: Rulebook
    reason: TransferReason | None = None
    reason_note: str = ""
    grade_to: int | None = None
    grade_reason: str = ""
    school_class: SchoolClass | None = None
    proofs: int = 0
    other: Case | None = None
    problems: list[ProblemRecord] = field(default_factory=list)
    submitted_at: datetime | None = None
    systems: dict[int, SystemOn] | None = None
    """学制 of both schools by id on the day that judges, where they were read already."""

    @property
    def ruled_on(self) -> date:
        """The day whose rows of the rulebook judge: that of the submission, today before it (R0.7)."""
        return local_date(self.submitted_at or self.now)

    @property
    def day(self) -> date:
        """The day in Shanghai."""
        return local_date(self.now)

    @property
    def grade(self) -> int:
        """The pupil's own grade on the day that judges: promotion leaves a running case as it is (R3.5c)."""
        return grade_on(self.student.cohort, self.ruled_on)

    @property
    def grade_changed(self) -> bool:
        """Whether another grade than the pupil's own was chosen (R4.3)."""
        return self.grade_to is not None and self.grade_to != self.grade

    @cached_property
    def _systems(self) -> dict[int, SystemOn]:
        schools = [self.receiving] if self.sending is None else [self.receiving, self.sending]
        return self.systems or systems_on(schools, self.ruled_on)

    @property
    def receiving_system(self) -> SystemOn:
        """学制 and grades of the receiving school on the day that judges (R4.3)."""
        return self._systems[self.receiving.pk]

    @property
    def sending_system(self) -> SystemOn:
        """The sending school's; the receiving one's where there is none."""
        return self._systems[(self.sending or self.receiving).pk]


@guard("{school}已经撤销，不能再办理转学；请改由承接学校{successor}办理。", "附件1 三.1", "承接学校")
def schools_exist(facts: Facts):
    """转入、转出学校均在办学"""
    for school in (facts.receiving, facts.sending):
        if school is not None and school.closed_on and school.closed_on <= facts.day:
            successor = school.successor.name if school.successor_id else "（由主管部门确定）"
            return {"school": school.name, "successor": successor}
    return None


@guard("该生目前没有学籍所在学校，不能办理转学；请按新建学籍的规定办理。", "附件1 二", "转入学校")
def has_school(facts: Facts):
    """学籍在转出学校"""
    return None if facts.sending is not None else {}


@guard("该生学籍已在本校，不需要转学。", "附件1 三.1")
def other_school(facts: Facts):
    """转入与转出不是同一学校"""
    return {} if facts.sending is not None and facts.receiving.pk == facts.sending.pk else None


@guard(
    "该生学籍在{province}，与本校不在同一省（自治区），不能按省内转学办理；须按跨省转学发起。",
    "附件1 三.6",
    "转入学校按跨省转学发起",
)
def same_province(facts: Facts):
    """两校在同一省（自治区）"""
    sending = facts.sending
    if sending is None or sending.province_id == facts.receiving.province_id:
        return None
    return {"province": sending.province.name}


@guard(
    "该生有另一件业务在办（{kind}，{since}由{school}发起，现在{holder}）；办结或撤销后才能发起。",
    "附件1 三.1",
    "{school}可撤销该业务，或待其办结",
)
def no_other_case(facts: Facts):
    """没有其他在办业务"""
    other = facts.other
    if other is None:
        return None
    since = local_date(other.submitted_at)
    return {
        "kind": kind_name(other.kind),
        "since": spoken(since),
        "school": other.receiving_unit.name,
        "holder": other.holder.name if other.holder else "—",
    }


@guard(
    "该生属于问题学籍（{kinds}），须先由学籍所在学校处理（佐证、变更或删除）后再发起。",
    "附件1 四.1",
    "学籍所在学校{school}",
)
def no_problem(facts: Facts):
    """不是问题学籍"""
    if not facts.problems:
        return None
    kinds = "、".join(problem.get_kind_display() for problem in facts.problems)
    return {"kinds": kinds, "school": facts.sending.name if facts.sending else ""}


@guard("该生处于休学状态，须先在{school}办理复学手续，再办理转学。", "附件1 三.2", "{school}办理复学")
def not_suspended(facts: Facts):
    """不处于休学状态"""
    if facts.student.status != StudentStatus.SUSPENDED:
        return None
    return {"school": facts.sending.name if facts.sending else "原就读学校"}


@guard("该生学籍状态为“{status}”，不能办理转学{instead}。", "附件1 三.2、三.3", "—")
def status_allows(facts: Facts):
    """学籍状态可以转学"""
    status = StudentStatus(facts.student.status)
    if status in MAY_TRANSFER or status == StudentStatus.SUSPENDED:
        return None
    instead = "；毕业生由录取学校按招生或毕业后跨省就学办理" if status == StudentStatus.GRADUATED else ""
    return {"status": status.label, "instead": instead}


@guard(
    "该生现读{grade}，本校开设年级为{lowest}至{highest}，不能转入；请核对年级。",
    "附件1 四.2",
    "转入学校核对年级",
)
def grade_offered(facts: Facts):
    """本校开设该生所在年级"""
    at = facts.receiving_system
    if facts.grade in at.grades:
        return None
    return {
        "grade": grade_label(facts.grade, facts.sending_system.system),
        "lowest": grade_label(at.lowest or 0, at.system),
        "highest": grade_label(at.highest or 0, at.system),
    }


@guard(
    "该生在毕业年级（{grade}）：须在{school}毕业操作（7月30日前）之前办结，否则业务会被清理，须重新发起。",
    "附件1 三.5",
    "双方学校和主管部门及时核办",
    stops=False,
)
def not_graduating(facts: Facts):
    """不在毕业年级"""
    sending = facts.sending
    at = facts.sending_system
    if sending is None or not is_graduating(facts.grade, at.system, at.highest):
        return None
    return {"grade": grade_label(facts.grade, at.system), "school": sending.name}


@guard("请从所列原因中选择转学原因{note}。", "附件1 三.1")
def reason_chosen(facts: Facts):
    """已选择转学原因"""
    if facts.reason is None:
        return {"note": ""}
    in_force = facts.reason.valid_from <= facts.ruled_on and (
        facts.reason.valid_until is None or facts.reason.valid_until > facts.ruled_on
    )
    own = facts.reason.province_id in (None, facts.receiving.province_id)
    if not (in_force and own):
        return {"note": "（原来选的原因已停用）"}
    if facts.reason.needs_note and len(facts.reason_note.strip()) < 2:
        return {"note": "，并写明具体说明"}
    return None


@guard("请选择转入年级和班级：原则上不变更年级，该生应读{grade}{problem}。", "附件1 四.2")
def grade_and_class(facts: Facts):
    """已选择年级和班级"""
    told = {"grade": grade_label(facts.grade, facts.receiving_system.system)}
    if facts.grade_to is None or facts.school_class is None:
        return {**told, "problem": ""}
    chosen = facts.school_class
    wanted = cohort_of(facts.grade_to, facts.ruled_on)
    if chosen.school_id != facts.receiving.pk or chosen.cohort != wanted:
        return {**told, "problem": "，所选班级不是本校这一年级的班级"}
    return None


@guard("请上传 1–{most} 张转学原因证明的照片（JPEG 或 PNG），除此之外不需要任何材料。", "函 一；附件1 三.1")
def proof_attached(facts: Facts):
    """已上传转学原因证明"""
    most = facts.book.limit("attachments", facts.ruled_on, facts.receiving.province_id)
    return None if 1 <= facts.proofs <= most else {"most": most}


@guard("该生学籍已不在{school}，这件业务不能继续；请转入学校撤销后重新核对。", "附件1 三.1", "转入学校")
def still_at_sending_school(facts: Facts):
    """学籍仍在转出学校"""
    if facts.sending is not None and facts.student.school_id == facts.sending.pk:
        return None
    return {"school": facts.sending.name if facts.sending else "转出学校"}


# Told at the look-up, before anything is typed: about the pupil and the schools (R3.1b).
PREFLIGHT = (
    schools_exist,
    has_school,
    other_school,
    same_province,
    no_other_case,
    no_problem,
    not_suspended,
    status_allows,
    grade_offered,
    not_graduating,
)
FORM = (reason_chosen, grade_and_class, *grade_change.GUARDS, proof_attached)
# A draft may have lain while the record moved elsewhere.
SUBMIT = (*PREFLIGHT, still_at_sending_school, *FORM)
COMPLETE = (still_at_sending_school, not_suspended, status_allows, no_problem)


def facts_of_pupil(student: Student, receiving: Unit, now: datetime, book: Rulebook) -> Facts:
    """Facts before there is a draft: for the pre-flight of the look-up."""
    return Facts(
        student,
        receiving,
        student.school,
        now,
        book,
        other=_other_case(student, None),
        problems=list(ProblemRecord.objects.filter(student=student, closed_at__isnull=True)),
    )


def facts_of_transfer(transfer: Transfer, now: datetime, book: Rulebook) -> Facts:
    """Facts of a transfer as it stands."""
    return Facts(
        transfer.student,
        transfer.receiving_school,
        transfer.sending_school,
        now,
        book,
        reason=transfer.reason,
        reason_note=transfer.reason_note,
        grade_to=transfer.grade_to,
        grade_reason=transfer.grade_reason,
        school_class=transfer.school_class,
        proofs=transfer.case.attachments.filter(removed_at__isnull=True).count(),
        other=_other_case(transfer.student, transfer.case_id),
        problems=list(ProblemRecord.objects.filter(student=transfer.student, closed_at__isnull=True)),
        submitted_at=transfer.case.submitted_at,
    )


def _other_case(student: Student, own_id: int | None) -> Case | None:
    return (
        Case.objects.filter(exclusive_key=f"student:{student.pk}")
        .exclude(pk=own_id)
        .select_related("receiving_unit", "holder")
        .first()
    )
