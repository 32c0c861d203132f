"""The rules of answering a problem record, one guard each (R1.9)."""

from dataclasses import dataclass
from datetime import date, datetime
from types import SimpleNamespace
from typing import cast

from orgs.people.models import Unit
from reviews.engine.models import Attachment, Case
from students.changes import rules as change_rules
from students.problems.models import Answer, ProblemAnswer
from students.problems.removing import g_refusal
from students.pupil.models import ProblemRecord, Student
from web.clock import local_date
from web.refusals import guard
from web.text import says
from web.words import zh

KIND = "problem"
NAME = zh("问题学籍处理")
CLAUSE = zh("附件1 四.1")


@dataclass
class AnswerFacts:
    """What the guards judge: the pupil, its problem, what the school answers, what else is running."""

    student: Student
    school: Unit
    now: datetime
    problem: ProblemRecord
    row: ProblemAnswer | None = None
    other: Case | None = None
    proofs: int = 0
    kind = SimpleNamespace(name=NAME)

    @property
    def today(self) -> date:
        """The day in Shanghai."""
        return local_date(self.now)

    @property
    def removing(self) -> bool:
        """Whether the school asks that its record be removed."""
        return self.row is not None and self.row.answer == Answer.REMOVE


@guard("这条问题学籍已经解决，不需要再处理。", CLAUSE)
def still_open(facts: AnswerFacts):
    """问题学籍还没有解决"""
    return {} if facts.problem.closed_at else None


@guard("本校已经佐证（业务 {number}），正等待对方学校处理或共同上级认定。", CLAUSE)
def not_vouched(facts: AnswerFacts):
    """本校还没有佐证"""
    return {"number": facts.problem.vouched_case} if facts.problem.vouched_case else None


@guard("请选择处理方式：佐证，或删除本校重复的学籍；信息有误的，请办理关键信息变更。", CLAUSE)
def answer_given(facts: AnswerFacts):
    """已选择处理方式"""
    return None if facts.row is not None and facts.row.answer in Answer.values else {}


@guard("请写明情况（2–300 字）：怎样核对的，为什么佐证或删除。", CLAUSE)
def note_given(facts: AnswerFacts):
    """已写明情况"""
    return None if facts.row is not None and says(facts.row.note) else {}


@guard("请上传佐证材料（如户口簿、在读证明），至少一张。", CLAUSE)
def proof_attached(facts: AnswerFacts):
    """已上传佐证材料"""
    return None if facts.proofs else {}


@guard("没有另一条学籍可以保留，不能删除；信息有误的，请办理关键信息变更。", CLAUSE)
def another_stays(facts: AnswerFacts):
    """另一条学籍仍在，可以保留"""
    twin = facts.problem.twin
    return {} if facts.removing and (twin is None or twin.school_id is None) else None


@guard("{told}", "附件1 一.2")
def without_g(facts: AnswerFacts):
    """要删除的学籍没有正式学籍号（G）"""
    told = g_refusal(facts.student) if facts.removing else None
    return {"told": told.sentence} if told else None


BEFORE = (change_rules.record_here, still_open, not_vouched, change_rules.no_other_change)
TYPED = (answer_given, note_given, proof_attached, another_stays, without_g)
SUBMIT = (*BEFORE, *TYPED)
COMPLETE = (change_rules.record_here, still_open, not_vouched, another_stays, without_g)


def facts_before(problem: ProblemRecord, now: datetime) -> AnswerFacts:
    """Facts before anything is typed, at the pupil's own school."""
    student = problem.student
    return AnswerFacts(
        student, cast("Unit", student.school), now, problem, other=change_rules.other_case(student)
    )


def facts_of(row: ProblemAnswer, case: Case, student: Student, now: datetime) -> AnswerFacts:
    """Facts of a case as it stands."""
    return AnswerFacts(
        student,
        case.receiving_unit,
        now,
        row.problem,
        row,
        change_rules.other_case(student, case.pk),
        Attachment.objects.filter(case=case).count(),
    )
