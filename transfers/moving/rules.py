"""The rules of a transfer, one guard each, with its sentence and its clause. Asked by the look-up (pre-flight), by
the form, by the API and by the door; written here once."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import cast

from orgs.people.models import Unit
from orgs.people.school_system import SystemOn, systems_on
from orgs.people.successors import heir_or_self, standing, stands
from reviews.engine.book import Rulebook
from reviews.engine.models import Case
from reviews.engine.procedures import kind_name
from reviews.rulebook.notice_values import IN_PROVINCE, POST_GRADUATION
from reviews.vocabulary.states import MOVED_NOTHING
from students.duplicates import problems as problem_records
from students.pupil.grades import entering_grade, grade_label, takes
from students.pupil.models import ProblemRecord, SchoolClass, Student
from students.pupil.statuses import StudentStatus
from transfers.moving import grade_change, last_grade, under_age
from transfers.moving.models import Transfer, TransferReason
from web.clock import local_date, spoken
from web.refusals import Refusal, guard
from web.text import says
from web.words import joined, zh

# R3.2: 在校, and those whom the notice lets transfer directly, keeping their status.
MAY_TRANSFER = (
    StudentStatus.ENROLLED,
    StudentStatus.ABROAD,
    StudentStatus.LEFT_OTHER,
    StudentStatus.WITHDRAWN,
    StudentStatus.EXPELLED,
)

# A case that ended so has moved nothing; it may be copied as a new draft (R3.1b, R3.5b, R3.6, R3.7).
COPIED_STATES = MOVED_NOTHING


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
    kind: str = IN_PROVINCE
    named: str = ""
    """The pupil's name as it was when the case was begun."""
    reported_on: date | None = None
    did_not_report: bool = False

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
        """The grade the pupil is to be received into on the day that judges: its own, a graduate's next (R4.3).
        Promotion leaves a running case as it is (R3.5c)."""
        return entering_grade(self.student, self.ruled_on, self.sending_system if self.sending else None)

    @property
    def grade_changed(self) -> bool:
        """Whether another grade than the pupil's own was chosen (R4.3)."""
        return self.grade_to is not None and self.grade_to != self.grade

    @cached_property
    def _systems(self) -> dict[int, SystemOn]:
        schools = [self.receiving] if self.sending is None else [self.receiving, self.sending]
        return self.systems or systems_on(schools, self.ruled_on, self.student.cohort)

    @property
    def receiving_system(self) -> SystemOn:
        """学制 and grades of the receiving school on the day that judges (R4.3)."""
        return self._systems[self.receiving.pk]

    @property
    def sending_system(self) -> SystemOn:
        """The sending school's; the receiving one's where there is none."""
        return self._systems[(self.sending or self.receiving).pk]


@guard("{school}已于{day}撤销，{instead}。", "附件1 三.1", "{remover}")
def schools_exist(facts: Facts):
    """转入、转出学校均在办学"""
    # The sending school is the successor already, where there is one: so only the receiving one names its own.
    found = _closed(facts.receiving, facts.day)
    if found is not None or facts.sending is None or stands(facts.sending, facts.day):
        return found
    return _without_successor(
        facts.sending,
        zh("还没有确定承接其学籍的学校，现在不能办理转出；请联系{above}确定，学生照常就读、不受影响"),
    )


def closed_refusal(school: Unit, day: date) -> Refusal | None:
    """Why nothing new is begun for a school that is closed on ``day``: the sentence of :func:`schools_exist`."""
    found = _closed(school, day)
    if found is None:
        return None
    sentence = zh("{school}已于{day}撤销，{instead}。").format(**found)
    return Refusal("schools_exist", sentence, schools_exist.clause, found["remover"])


def _closed(school: Unit, day: date) -> dict | None:
    if stands(school, day):
        return None
    heir = standing(school, day)
    if heir is None:
        return _without_successor(school, zh("还没有确定承接学校，不能再发起转学；请联系{above}确定"))
    instead = zh(
        "由{heir_name}承接，不能再发起转学；请由{heir_name}（代码 {heir_code}）的学籍管理员发起",
        heir_name=heir.name,
        heir_code=heir.code,
    )
    return {"school": school.name, "day": spoken(school.closed_on), "instead": instead, "remover": heir.name}


def _without_successor(school: Unit, instead: str) -> dict:
    above = school.authority.name if school.authority else zh("主管部门")
    told = {"instead": instead.format(above=above), "remover": zh("{above}确定承接学校", above=above)}
    return {"school": school.name, "day": spoken(school.closed_on), **told}


@guard("该生目前没有学籍所在学校，不能办理转学；请按新建学籍的规定办理。", "附件1 二", "转入学校")
def has_school(facts: Facts):
    """学籍在转出学校"""
    return None if facts.sending is not None else {}


@guard("{where}，不需要转学。", "附件1 三.1")
def other_school(facts: Facts):
    """转入与转出不是同一学校"""
    if facts.sending is None or facts.receiving.pk != facts.sending.pk:
        return None
    school = facts.student.school
    if school is None or school.pk == facts.receiving.pk:
        return {"where": zh("该生学籍已在本校")}
    return {"where": zh("该生学籍所在的{school_name}已并入本校，学籍由本校承接", school_name=school.name)}


@guard(
    "两校{now_same}同一省（自治区），不能按{kind}办理；请撤销后按{instead}重新核对发起。",
    "附件1 三.1",
    "转入学校重新核对发起",
)
def right_kind(facts: Facts):
    """两校所在省（自治区）与业务类型相符"""
    sending = facts.sending
    if sending is None:
        return None
    same = sending.province_id == facts.receiving.province_id
    if same == (facts.kind == IN_PROVINCE):
        return None
    return {
        "now_same": zh("在") if same else zh("不在"),
        "kind": kind_name(facts.kind),
        "instead": zh("省内转学") if same else zh("跨省转学"),
    }


@guard(
    "该生在本省（自治区）的{school}毕业，不适用毕业后跨省就学；请按招生办理。",
    "附件1 三.3、四.3",
    "录取学校按招生办理",
)
def graduated_elsewhere(facts: Facts):
    """毕业学校在外省（自治区）"""
    sending = facts.sending
    if sending is None or sending.province_id != facts.receiving.province_id:
        return None
    return {"school": sending.name}


@guard("只有学籍状态为“毕业”的学生可以办理毕业后跨省就学，该生现为“{status}”{instead}。", "附件1 三.3")
def has_graduated(facts: Facts):
    """学籍状态为毕业"""
    status = StudentStatus(facts.student.status)
    if status == StudentStatus.GRADUATED:
        return None
    if status not in MAY_TRANSFER:
        return {"status": status.label, "instead": ""}
    if last_grade.has_to_graduate(facts):
        instead = zh(
            "；请{school}先补办毕业，再由本校办理毕业后跨省就学", school=cast("Unit", facts.sending).name
        )
        return {"status": status.label, "instead": instead}
    return {"status": status.label, "instead": zh("；在读学生请按跨省转学办理")}


def _begun_on(other: Case) -> date:
    """The day of a case that holds a pupil; a draft holds nobody."""
    return local_date(cast("datetime", other.submitted_at))


@guard(
    "本校已为该生发起过毕业后跨省就学（{number}，{since}发起，现在{holder}），同一学校不能重复发起；请在该业务中继续办理。",
    "附件1 三.3",
    "转入学校在原业务中办理",
)
def not_started_twice(facts: Facts):
    """本校没有为该生重复发起"""
    other = facts.other
    if other is None or other.kind != POST_GRADUATION or other.receiving_unit_id != facts.receiving.pk:
        return None
    holder = other.holder.name if other.holder else "—"
    return {"number": other.number, "since": spoken(_begun_on(other)), "holder": holder}


@guard(
    "该生登记的姓名与发起时核对的不一致，学籍信息可能已经变更；请撤销后与家长重新核对再发起。",
    "附件1 三.1",
    "转入学校重新核对",
)
def data_match(facts: Facts):
    """学籍信息与发起时核对的一致"""
    return None if not facts.named or facts.named == facts.student.name else {}


@guard(
    "{problem}，不能调档；学生报到后，由转入学校登记报到日期再调档。",
    "附件1 三.6",
    "转入学校登记报到",
)
def has_reported(facts: Facts):
    """学生已到校报到"""
    if facts.did_not_report:
        return {"problem": zh("该生已登记为未报到")}
    return None if facts.reported_on else {"problem": zh("还没有登记学生报到")}


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
    return {
        "kind": kind_name(other.kind),
        "since": spoken(_begun_on(other)),
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
    kinds = joined("、", (problem.get_kind_display() for problem in facts.problems))
    return {"kinds": kinds, "school": facts.sending.name if facts.sending else ""}


@guard(
    "该生属于问题学籍（{kinds}），不影响毕业后就学；学籍转入后由本校继续处理。",
    "附件1 四.1",
    "转入学校",
    stops=False,
)
def problem_moves_along(facts: Facts):
    """不是问题学籍"""
    if not facts.problems:
        return None
    return {"kinds": joined("、", (problem.get_kind_display() for problem in facts.problems))}


@guard("该生处于休学状态，须先在{school}办理复学手续，再办理转学。", "附件1 三.2", "{school}办理复学")
def not_suspended(facts: Facts):
    """不处于休学状态"""
    if facts.student.status != StudentStatus.SUSPENDED:
        return None
    return {"school": facts.sending.name if facts.sending else zh("原就读学校")}


@guard("该生学籍状态为“{status}”，不能办理转学{instead}。", "附件1 三.2、三.3", "—")
def status_allows(facts: Facts):
    """学籍状态可以转学"""
    status = StudentStatus(facts.student.status)
    if status in MAY_TRANSFER or status == StudentStatus.SUSPENDED:
        return None
    instead = zh("；毕业生由录取学校按招生或毕业后跨省就学办理") if status == StudentStatus.GRADUATED else ""
    return {"status": status.label, "instead": instead}


@guard(
    "该生现读{grade}，本校开设年级为{lowest}至{highest}，不能转入；请核对年级。",
    "附件1 四.2",
    "转入学校核对年级",
)
def grade_offered(facts: Facts):
    """本校开设该生所在年级"""
    at = facts.receiving_system
    if facts.grade in at.grades or last_grade.has_to_graduate(facts):
        return None
    if facts.grade_changed and facts.grade_to in at.grades:
        return None  # another one is chosen, and judged by its own rules (四.2)
    return {
        "grade": grade_label(facts.grade, facts.sending_system),
        "lowest": grade_label(at.lowest or 0, at),
        "highest": grade_label(at.highest or 0, at),
    }


@guard("请从所列原因中选择{what}{note}。", "附件1 三.1")
def reason_chosen(facts: Facts):
    """已选择转学原因"""
    told = {"what": zh("就学原因") if facts.kind == POST_GRADUATION else zh("转学原因")}
    if facts.reason is None:
        return {**told, "note": ""}
    in_force = facts.reason.valid_from <= facts.ruled_on and (
        facts.reason.valid_until is None or facts.reason.valid_until > facts.ruled_on
    )
    own = facts.reason.province_id in (None, facts.receiving.province_id) and facts.kind in facts.reason.kinds
    if not (in_force and own):
        return {**told, "note": zh("（原来选的原因已停用）")}
    if facts.reason.needs_note and not says(facts.reason_note):
        return {**told, "note": zh("，并写明具体说明")}
    return None


@guard("请选择转入年级和班级：原则上不变更年级，该生应读{grade}{problem}。", "附件1 四.2")
def grade_and_class(facts: Facts):
    """已选择年级和班级"""
    told = {"grade": grade_label(facts.grade, facts.receiving_system)}
    if facts.grade_to is None or facts.school_class is None:
        return {**told, "problem": ""}
    chosen = facts.school_class
    fits = takes(chosen, facts.grade_to, facts.receiving_system, facts.ruled_on)
    if chosen.school_id != facts.receiving.pk or not fits:
        return {**told, "problem": zh("，所选班级不是本校这一年级的班级")}
    return None


@guard(
    "请上传 1–{most} 张转学原因证明的照片（JPEG 或 PNG），除此之外不需要任何材料。",
    "函 一；附件1 三.1",
)
def proof_attached(facts: Facts):
    """已上传转学原因证明"""
    most = facts.book.limit("attachments", facts.ruled_on, facts.receiving.province_id)
    return None if 1 <= facts.proofs <= most else {"most": most}


@guard(
    "该生学籍已不在{school}，这件业务不能继续；请转入学校撤销后重新核对。",
    "附件1 三.1",
    "转入学校",
)
def still_at_sending_school(facts: Facts):
    """学籍仍在转出学校"""
    if facts.sending is not None and _still_at(facts.student, facts.sending, facts.day):
        return None
    return {"school": facts.sending.name if facts.sending else zh("转出学校")}


def _still_at(student: Student, school: Unit, day: date) -> bool:
    """Whether the record is at ``school``, or at one that has merged with it since."""
    if student.school is None or student.school_id == school.pk:
        return student.school_id == school.pk
    return heir_or_self(student.school, day).pk == heir_or_self(school, day).pk


def sending_school(student: Student, day: date) -> Unit | None:
    """The school that sends the pupil: that of the record, or on ``day`` its successor where it is closed."""
    return None if student.school is None else heir_or_self(student.school, day)


# Told at the look-up, before anything is typed: about the pupil and the schools (R3.1b).
PREFLIGHT = (
    schools_exist,
    has_school,
    other_school,
    right_kind,
    no_other_case,
    no_problem,
    not_suspended,
    status_allows,
    grade_offered,
    *last_grade.GUARDS,
)
FORM = (reason_chosen, grade_and_class, *grade_change.GUARDS, proof_attached)
# A draft may have lain while the record moved elsewhere.
SUBMIT = (*PREFLIGHT, still_at_sending_school, *FORM)
# R3.8: from another province into grade 1, the age is looked at.
CROSS_PREFLIGHT = (*PREFLIGHT, under_age.of_age)
CROSS_SUBMIT = (*SUBMIT, under_age.of_age)
COMPLETE = (still_at_sending_school, not_suspended, status_allows, no_problem)
# What the national centre answered with 2001, 2002 and 2003, asked again before the case leaves its side (R3.1b).
LEAVE = (data_match, still_at_sending_school, no_other_case, no_problem, not_suspended, status_allows)

# Of these the school that has the record can clear what it says.
CLEARED_BY_SCHOOL = (data_match, still_at_sending_school, no_problem, not_suspended, status_allows)

# R3.3: of a graduate neither the graduating grade nor a problem record stands in the way (R4.2).
GRADUATE_PREFLIGHT = (
    schools_exist,
    has_school,
    other_school,
    graduated_elsewhere,
    has_graduated,
    not_started_twice,
    no_other_case,
    grade_offered,
    problem_moves_along,
)
# The proof is not asked of a graduate (毕业后跨省就学申请：证明材料选填).
GRADUATE_FORM = (reason_chosen, grade_and_class, *grade_change.GUARDS)
GRADUATE_SUBMIT = (*GRADUATE_PREFLIGHT, still_at_sending_school, *GRADUATE_FORM)
GRADUATE_COMPLETE = (still_at_sending_school, has_graduated)
GRADUATE_LEAVE = (data_match, *GRADUATE_COMPLETE, no_other_case)


def facts_of_pupil(
    student: Student, receiving: Unit, now: datetime, book: Rulebook, kind: str = IN_PROVINCE
) -> Facts:
    """Facts before there is a draft: for the pre-flight of the look-up."""
    return Facts(
        student,
        receiving,
        sending_school(student, local_date(now)),
        now,
        book,
        other=_other_case(student, None),
        problems=problem_records.of(student),
        kind=kind,
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
        problems=problem_records.of(transfer.student),
        submitted_at=transfer.case.submitted_at,
        kind=transfer.case.kind,
        named=named_at_first(transfer.case, transfer.student),
        reported_on=transfer.reported_on,
        did_not_report=transfer.did_not_report,
    )


def named_at_first(case: Case, student: Student) -> str:
    """The name the case was begun with: its search text is the name, a space and the spelling."""
    if case.search_text.startswith(f"{student.name} "):
        return student.name
    return case.search_text.split(" ", 1)[0]


def _other_case(student: Student, own_id: int | None) -> Case | None:
    rows = Case.objects.filter(exclusive_key=f"student:{student.pk}")
    if own_id is not None:
        rows = rows.exclude(pk=own_id)
    return rows.select_related("receiving_unit", "holder").first()
