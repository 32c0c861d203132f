"""问题学籍认定: where two schools have vouched for one child, their common superior decides, both records side by side
(R1.9); its registrar begins, its head signs."""

from dataclasses import dataclass
from datetime import date, datetime
from types import SimpleNamespace
from typing import cast

from orgs.people.models import PostRole, Unit, UnitLevel
from orgs.people.successors import heir_or_self
from reviews.engine import procedures, seating
from reviews.engine.models import Case
from reviews.engine.procedures import CasePage
from reviews.vocabulary.states import State, Verb
from students.changes import page as change_page
from students.changes import pupil_drafts
from students.changes import rules as change_rules
from students.changes.procedures import AboutPupil
from students.duplicates import problems
from students.problems import removing
from students.problems.answering import counterpart, known_to_be_two
from students.problems.models import Decided, TwinDecision
from students.pupil import identity, records
from students.pupil.models import ProblemRecord, Settlement, Student
from web.clock import local_date, moment
from web.refusals import Refusal, Refused, guard, refuse
from web.words import zh

KIND = "problem_decision"
NAME = zh("问题学籍认定")
CLAUSE = zh("附件1 四.1")


def schools_of(one: Student, other: Student) -> tuple[Unit, Unit]:
    """Their schools; a record that is removed, and has none, is asked about no more."""
    return cast("Unit", one.school), cast("Unit", other.school)


def superior(one: Unit, other: Unit, day: date) -> Unit:
    """The lowest office above both schools: authority, league, province or the ministry."""
    one, other = heir_or_self(one, day), heir_or_self(other, day)
    for level in ("authority", "league", "province"):
        if getattr(one, f"{level}_id") is not None and getattr(one, f"{level}_id") == getattr(
            other, f"{level}_id"
        ):
            return getattr(one, level)
    return Unit.objects.get(level=UnitLevel.MINISTRY)


@dataclass
class PairFacts:
    """What the guards judge: both pupils, what is decided, what stands open of them."""

    first: Student
    second: Student
    outcome: str
    open: dict[int, ProblemRecord]
    now: datetime
    other: Case | None = None
    kind = SimpleNamespace(name=NAME)

    @property
    def today(self) -> date:
        """The day in Shanghai."""
        return local_date(self.now)

    @property
    def loser(self) -> Student | None:
        """Whose record is to be removed."""
        losers: dict[str, Student] = {Decided.KEEP_FIRST: self.second, Decided.KEEP_SECOND: self.first}
        return losers.get(self.outcome)


@guard("两校还没有都佐证，或问题已经解决，不能认定。", CLAUSE)
def both_vouched(facts: PairFacts):
    """两校都已佐证"""
    rows = facts.open
    whole = len(rows) == 2 and all(row.vouched_case for row in rows.values())
    return None if whole else {}


@guard("请选择认定的结果。", CLAUSE)
def outcome_given(facts: PairFacts):
    """已选择认定结果"""
    return None if facts.outcome in Decided.values else {}


@guard("{told}", removing.CLAUSE)
def loser_without_g(facts: PairFacts):
    """要删除的学籍没有正式学籍号（G）"""
    told = removing.g_refusal(facts.loser) if facts.loser else None
    return {"told": told.sentence} if told else None


BEFORE = (both_vouched, change_rules.no_other_change)
SUBMIT = (*BEFORE, outcome_given, loser_without_g)
COMPLETE = (both_vouched, loser_without_g)


class Deciding(AboutPupil):
    """问题学籍认定 at the common superior."""

    kind = KIND
    name = NAME
    guards = {Verb.SUBMIT: SUBMIT, "complete": COMPLETE}
    clause = CLAUSE
    beginner = zh("共同上级")
    of_one_school = True
    starts_at = State.AUTHORITY
    brings = zh("两条学籍已按认定处理")
    ends = zh("按认定处理两条学籍")
    proof_name = zh("佐证材料")
    no_proof = zh("两校的佐证材料见各自的业务。")
    fewest_proofs = 0
    edit_path = "/cases/{number}/"
    rule_note = zh("两校的佐证并列比较；认定为同一学生的，保留一条，另一条删除并可由旧号查到保留的学籍。")
    review_scope = zh("核对：两条学籍和两校佐证，认定有据。")

    def unit_of(self, case: Case, stage: str):
        """The superior is on the receiving side itself."""
        return case.receiving_unit_id if stage == State.AUTHORITY else super().unit_of(case, stage)

    def lock_subject(self, case: Case) -> Student:
        """Both pupils' rows, locked in one order; the one that the case is named after."""
        row = row_of(case)
        held = Student.objects.select_for_update(no_key=True, of=("self",)).select_related(
            "school", "school_class"
        )
        pupils = list(held.filter(pk__in=[row.first_id, row.second_id]).order_by("pk"))
        return pupils[0]

    def facts(self, case: Case, subject: Student | None, now, book) -> PairFacts:
        """Facts of the case."""
        row = row_of(case)
        return facts_of(row.first, row.second, row.kind, now, row.outcome, case.pk)

    def phase(self, case: Case, subject: Student, day) -> str:
        """学段 that the first pupil is in."""
        return subject.phase

    def complete(self, case: Case, subject: Student, now) -> dict:
        """Two children: known as such from now on. One: the other record is removed."""
        row = row_of(case)
        known = facts_of(row.first, row.second, row.kind, now, row.outcome, case.pk)
        for problem in known.open.values():
            problems.settle(problem, Settlement.DECIDED, case.number, now)
        if known.loser is None:
            known_to_be_two(row.first_id, row.second_id, case.number)
            return {"two": [row.first_id, row.second_id]}
        kept = row.second if known.loser == row.first else row.first
        return removing.remove(known.loser, kept, case, now)

    def page(self, case: Case, account, now, book, *, proofs: int = 0, full: bool = False) -> CasePage:
        """Both records masked, what is decided, and what the rules find."""
        row = row_of(case)
        known = self.facts(case, None, now, book)
        checks, obstacle = change_page.checklist(self, case, known)
        return CasePage(
            facts=[
                (zh("问题"), ProblemRecord(kind=row.kind).get_kind_display()),
                (zh("第一条"), _told(row.first, full)),
                (zh("第二条"), _told(row.second, full)),
                (zh("认定"), row.get_outcome_display()),
            ],
            checks=checks,
            obstacle=obstacle,
            done=zh(
                "已于{moment}认定：{outcome}。",
                moment=moment(case.closed_at),
                outcome=row.get_outcome_display(),
            )
            if case.state == State.COMPLETED and case.closed_at
            else "",
            links=[],
        )


def _told(student: Student, full: bool) -> str:
    name = student.name if full else identity.mask_name(student.name)
    number = records.current_number(student)
    school = student.school.name if student.school else zh("已删除")
    return f"{name}　{school}　{number if full else identity.mask_number(number)}"


def facts_of(
    first: Student, second: Student, kind: str, now: datetime, outcome: str = "", own: int | None = None
) -> PairFacts:
    """Facts of a pair; ``own`` is the case itself."""
    rows = ProblemRecord.objects.filter(student__in=[first, second], twin__in=[first, second], kind=kind)
    found = {row.student_id: row for row in rows.filter(closed_at=None)}
    other = change_rules.other_case(first, own) or change_rules.other_case(second, own)
    return PairFacts(first, second, outcome, found, now, other)


def row_of(case: Case) -> TwinDecision:
    """The row of a case with both pupils."""
    rows = TwinDecision.objects.select_related("first__school", "second__school")
    return rows.get(case_id=case.pk)


def pair_of(problem: ProblemRecord) -> tuple[Student, Student] | None:
    """Both pupils in order, where both are asked about each other."""
    other = counterpart(problem)
    if other is None or other.twin_id != problem.student_id:
        return None
    first, second = sorted((problem.student, other.student), key=lambda pupil: pupil.pk)
    return first, second


def send(problem: ProblemRecord, by, now: datetime, *, outcome: str, opinion: str) -> Case:
    """The superior's registrar decides and sends it to the head. Raises Refused; then nothing stands but a withdrawn
    draft."""
    day, pair = local_date(now), pair_of(problem)
    if pair is None:
        refuse("no_pair", zh("这条问题学籍没有对方，不需要认定。"), CLAUSE)
    first, second = pair
    office = superior(*schools_of(first, second), day)
    sentence = zh(
        "由两校的共同上级（{office_name}）的学籍管理员认定，你没有这个岗位。", office_name=office.name
    )
    told = Refusal("no_seat", sentence, CLAUSE)
    if found := seating.seat_refusal(by, office.pk, PostRole.REGISTRAR, day, told):
        raise Refused(found)

    def fill(case: Case) -> None:
        TwinDecision.objects.create(case=case, kind=problem.kind, first=first, second=second, outcome=outcome)

    known = facts_of(first, second, problem.kind, now, outcome)
    return pupil_drafts.sent_by_office(
        first, KIND, by, now, office=office, opinion=opinion, checks=SUBMIT, facts=known, fill=fill
    )


procedures.register(Deciding())
