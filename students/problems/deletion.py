"""正式学籍号删除: the province submits proofs, the ministry decides; no other road removes a record with a G (R1.4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import SimpleNamespace
from typing import cast

from django.core.files.uploadedfile import UploadedFile

from orgs.people.models import PostRole, Unit
from reviews.engine import procedures, seating
from reviews.engine.grounds import held as held_by_wall
from reviews.engine.models import Attachment, Case
from reviews.engine.opinions import free_text
from reviews.engine.procedures import CasePage
from reviews.evidence import proofs as evidence
from reviews.vocabulary.states import State, Verb
from students.changes import page as change_page
from students.changes import pupil_drafts
from students.changes import rules as change_rules
from students.changes.procedures import AboutPupil
from students.duplicates import problems
from students.problems import removing
from students.problems.models import NumberDeletion
from students.pupil import identity, records
from students.pupil.models import NumberKind, ProblemRecord, RegistrationNumber, Settlement, Student
from web.clock import local_date, moment
from web.refusals import Refusal, Refused, guard
from web.text import says
from web.words import zh

KIND = "number_deletion"
NAME = zh("正式学籍号删除")
CLAUSE = removing.CLAUSE


@dataclass
class DeletionFacts:
    """What the guards judge: the record, its problem, which is kept, why, what was uploaded."""

    student: Student
    problem: ProblemRecord
    kept: Student | None
    why: str
    proofs: int
    now: datetime
    other: Case | None = None
    kind = SimpleNamespace(name=NAME)

    @property
    def today(self) -> date:
        """The day in Shanghai."""
        return local_date(self.now)


@guard("只有未解决的问题学籍才能删除正式学籍号。", CLAUSE)
def is_a_problem(facts: DeletionFacts):
    """是未解决的问题学籍"""
    return {} if facts.problem.closed_at or facts.student.school_id is None else None


@guard("该生没有正式学籍号（G），由县级按问题学籍处理。", CLAUSE)
def bears_g(facts: DeletionFacts):
    """持有正式学籍号（G）"""
    rows = RegistrationNumber.objects.filter(student=facts.student, kind=NumberKind.G)
    return None if rows.exists() else {}


@guard("要保留的另一条学籍也已删除，不能再删除这一条。", CLAUSE)
def another_stays(facts: DeletionFacts):
    """另一条学籍（如有）仍在，可以保留"""
    return {} if facts.kept is not None and facts.kept.school_id is None else None


@guard("请写明删除的理由（2–300 字）。", CLAUSE)
def why_given(facts: DeletionFacts):
    """已写明理由"""
    return None if says(facts.why) else {}


@guard("请上传佐证材料，至少一份。", CLAUSE)
def proof_attached(facts: DeletionFacts):
    """已上传佐证材料"""
    return None if facts.proofs else {}


BEFORE = (is_a_problem, bears_g, another_stays, change_rules.no_other_change)
SUBMIT = (*BEFORE, why_given, proof_attached)
COMPLETE = (is_a_problem, another_stays)


class Deletion(AboutPupil):
    """正式学籍号删除: province → ministry."""

    kind = KIND
    name = NAME
    guards = {Verb.SUBMIT: SUBMIT, "complete": COMPLETE}
    clause = CLAUSE
    beginner = zh("省级")
    of_one_school = True
    starts_at = State.AUTHORITY
    brings = zh("持有正式学籍号的学籍已删除")
    ends = zh("删除持有正式学籍号的学籍")
    proof_name = zh("佐证材料")
    no_proof = zh("还没有上传佐证材料。")
    edit_path = "/cases/{number}/"
    rule_note = zh(
        "G 字头正式学籍号原则上不允许删除；涉及问题学籍确需删除的，由省级提交佐证材料报教育部处理。"
    )
    review_scope = zh("核对：佐证材料充分，确属问题学籍且确需删除。")

    def unit_of(self, case: Case, stage: str):
        """The province is on the receiving side itself; above it stands the ministry."""
        if stage == State.AUTHORITY:
            return case.receiving_unit_id
        return case.receiving_unit.authority_id if stage == State.MINISTRY else super().unit_of(case, stage)

    def lock_subject(self, case: Case) -> Student:
        """Both pupils' rows, locked in one order; the one whose record is to go."""
        row = row_of(case)
        held = Student.objects.select_for_update(no_key=True, of=("self",)).select_related(
            "school", "school_class"
        )
        pupils = {
            pupil.pk: pupil
            for pupil in held.filter(
                pk__in=[pk for pk in (row.student_id, row.kept_id) if pk is not None]
            ).order_by("pk")
        }
        return pupils[row.student_id]

    def facts(self, case: Case, subject: Student | None, now, book) -> DeletionFacts:
        """Facts of the case."""
        row = row_of(case)
        student = subject or row.student
        other = change_rules.other_case(student, case.pk)
        proofs = Attachment.objects.filter(case=case).count()
        return DeletionFacts(student, row.problem, row.kept, row.why, proofs, now, other)

    def phase(self, case: Case, subject: Student, day) -> str:
        """学段 that the pupil is in."""
        return subject.phase

    def complete(self, case: Case, subject: Student, now) -> dict:
        """The record goes; its number is closed and stays closed."""
        row = row_of(case)
        problems.settle(row.problem, Settlement.REMOVED, case.number, now)
        return removing.remove(subject, row.kept, case, now)

    def page(self, case: Case, account, now, book, *, proofs: int = 0, full: bool = False) -> CasePage:
        """The record masked, which is kept, why, and what the rules find."""
        row = row_of(case)
        known = self.facts(case, None, now, book)
        checks, obstacle = change_page.checklist(self, case, known)
        name, number = row.student.name, records.current_number(row.student) if row.student.school_id else ""
        return CasePage(
            facts=[
                (zh("学生"), name if full else identity.mask_name(name)),
                (zh("要删除的学籍"), row.student.school.name if row.student.school else zh("已删除")),
                (zh("学籍号"), number if full else identity.mask_number(number) or zh("已停用")),
                (
                    zh("保留的学籍"),
                    row.kept.school.name if row.kept and row.kept.school else zh("没有另一条学籍"),
                ),
                (zh("问题"), row.problem.get_kind_display()),
                (zh("理由"), row.why),
            ],
            checks=checks,
            obstacle=obstacle,
            done=zh("已于{moment}删除，旧号可查到保留的学籍。", moment=moment(case.closed_at))
            if case.state == State.COMPLETED and case.closed_at
            else "",
            links=[],
        )


def row_of(case: Case) -> NumberDeletion:
    """The row of a case with all that is shown."""
    rows = NumberDeletion.objects.select_related("student__school__authority", "kept__school", "problem")
    return rows.get(case_id=case.pk)


def facts_before(problem: ProblemRecord, now: datetime, why: str = "", proofs: int = 0) -> DeletionFacts:
    """Facts before anything is sent."""
    student = problem.student
    return DeletionFacts(student, problem, problem.twin, why, proofs, now, change_rules.other_case(student))


def send(
    problem: ProblemRecord, by, now: datetime, *, why: str, opinion: str, files: Sequence[UploadedFile]
) -> Case:
    """The province's registrar submits and sends it to the head. Raises Refused; then nothing stands but a withdrawn
    draft."""
    day, student = local_date(now), problem.student
    office = student.school.province if student.school else None
    told = Refusal("no_seat", zh("正式学籍号的删除由学籍所在省的学籍管理员提交，你没有这个岗位。"), CLAUSE)
    if found := seating.seat_refusal(by, office.pk if office else None, PostRole.REGISTRAR, day, told):
        raise Refused(found)
    office = cast("Unit", office)  # of none nobody is registrar
    known = facts_before(problem, now, free_text(why, zh("理由"), CLAUSE, 300), len(files))
    held_by_wall(known.why, office, act=zh("删除"))

    def fill(case: Case) -> None:
        NumberDeletion.objects.create(
            case=case, problem=problem, student=student, kept=known.kept, why=known.why
        )

    def proofs(case: Case) -> None:
        for data in files:
            evidence.take_in(case, by, data)

    return pupil_drafts.sent_by_office(
        student,
        KIND,
        by,
        now,
        office=office,
        opinion=opinion,
        checks=SUBMIT,
        facts=known,
        fill=fill,
        proofs=proofs,
    )


procedures.register(Deletion())
