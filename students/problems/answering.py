"""问题学籍处理 as a procedure: the school vouches or gives its record up, its head signs, the authority decides (R1.9)."""

from datetime import datetime
from typing import cast

from django.urls import reverse

from ledger import outbox
from orgs.people.models import PostRole
from orgs.people.seats import seat_at
from reviews.engine import door, procedures
from reviews.engine.grounds import held as held_by_wall
from reviews.engine.models import Case
from reviews.engine.opinions import free_text
from reviews.engine.procedures import CasePage
from reviews.vocabulary.states import MOVED_NOTHING, State, Verb
from students.changes import page as change_page
from students.changes import pupil_drafts
from students.changes.procedures import AboutPupil
from students.duplicates import problems
from students.duplicates.models import KnownTwins
from students.problems import removing, rules
from students.problems.models import Answer, ProblemAnswer
from students.pupil import identity, records
from students.pupil.models import ProblemRecord, Settlement, Student
from web import clock
from web.clock import local_date, moment
from web.refusals import refuse
from web.words import zh

NO_SEAT = zh("只有学籍所在学校的学籍管理员可以处理本校的问题学籍。")


class Answering(AboutPupil):
    """问题学籍处理: school → its authority."""

    kind = rules.KIND
    name = rules.NAME
    guards = {Verb.SUBMIT: rules.SUBMIT, "complete": rules.COMPLETE}
    clause = rules.CLAUSE
    beginner = zh("学校")
    of_one_school = True
    brings = zh("问题学籍已按所选方式处理")
    ends = zh("办结问题学籍处理")
    edit_path = "/problems/cases/{number}/edit/"
    proof_name = zh("佐证材料")
    no_proof = zh("还没有上传佐证材料。")
    rule_note = zh(
        "问题学籍没有处理完的，不影响学生就读、毕业和招生；两校都佐证的由共同上级认定，持有 G 号的不由县级删除。"
    )
    review_scope = zh("核对：材料清楚，与学籍一致；佐证或删除的理由属实。")

    def facts(self, case: Case, subject: Student | None, now, book) -> rules.AnswerFacts:
        """Facts of the case; the locked pupil stands in for the one read with it."""
        row = row_of(case)
        return rules.facts_of(row, case, subject or row.problem.student, now)

    def phase(self, case: Case, subject: Student, day) -> str:
        """学段 that the pupil is registered in."""
        return subject.phase

    def complete(self, case: Case, subject: Student, now) -> dict:
        """Vouched: settled where nobody else is asked, else it waits for the other side. Given up: removed."""
        row = row_of(case)
        if row.answer == Answer.VOUCH:
            return {"student": subject.pk, "settled": _vouched(row.problem, case, now)}
        kept = row.problem.twin
        problems.settle(row.problem, Settlement.REMOVED, case.number, now)
        return removing.remove(subject, kept, case, now)

    def page(self, case: Case, account, now, book, *, proofs: int = 0, full: bool = False) -> CasePage:
        """The pupil masked, the problem and the answer, and what the rules find."""
        row = row_of(case)
        facts = self.facts(case, None, now, book)
        checks, obstacle = change_page.checklist(self, case, facts)
        day, mine = local_date(now), case.state in MOVED_NOTHING and case.submitted_at
        return CasePage(
            facts=facts_shown(row, full),
            checks=checks,
            obstacle=obstacle,
            done=_done(row, case) if case.state == State.COMPLETED else "",
            links=[{"label": zh("查看问题学籍"), "url": reverse("problem", args=[row.problem_id])}],
            edit_url=reverse("problem-answer-edit", args=[case.number]),
            copy_url=reverse("problem-answer-copy", args=[case.number])
            if mine and seat_at(account, case.receiving_unit_id, PostRole.REGISTRAR, day)
            else "",
        )


def _vouched(problem: ProblemRecord, case: Case, now: datetime) -> bool:
    """Keep that the school and its authority have vouched; whether that settles the problem."""
    other = counterpart(problem)
    if other is not None:
        ProblemRecord.objects.filter(pk=problem.pk).update(vouched_case=case.number)
        if other.vouched_case:
            outbox.post("problem", {"problem": problem.pk}, f"problem:{problem.pk}:{case.number}")
        return False
    problems.settle(problem, Settlement.VOUCHED, case.number, now)
    if problem.twin_id is not None:
        known_to_be_two(problem.student_id, problem.twin_id, case.number)
    return True


def counterpart(problem: ProblemRecord) -> ProblemRecord | None:
    """The open record of the same problem on the other pupil, where that one is asked too."""
    if problem.twin_id is None:
        return None
    rows = ProblemRecord.objects.filter(student=problem.twin_id, kind=problem.kind, closed_at=None)
    return rows.select_related("student__school").first()


def known_to_be_two(one: int, other: int, case_number: str) -> None:
    """The duplicate check asks about these two no more."""
    first, second = sorted((one, other))
    KnownTwins.objects.get_or_create(first_id=first, second_id=second, defaults={"case_number": case_number})


def _done(row: ProblemAnswer, case: Case) -> str:
    at = moment(cast("datetime", case.closed_at))  # a case that is completed is closed
    if row.answer == Answer.REMOVE:
        return zh("已于{moment}删除本校重复的学籍，学生的另一条学籍保留。", moment=at)
    waits = row.problem.closed_at is None and row.problem.vouched_case == case.number
    return zh("已于{moment}佐证", moment=at) + (
        zh("，等待对方学校处理或共同上级认定。") if waits else zh("，问题已解决。")
    )


def row_of(case: Case) -> ProblemAnswer:
    """The row of a case with the problem and both pupils."""
    rows = ProblemAnswer.objects.select_related(
        "problem__student__school", "problem__student__school_class", "problem__twin__school"
    )
    return rows.get(case_id=case.pk)


def facts_shown(row: ProblemAnswer, full: bool = False) -> list[tuple[str, str]]:
    """Who it is about, what is asked, what is answered."""
    student, twin = row.problem.student, row.problem.twin
    name, number = student.name, records.current_number(student)
    if not full:
        name, number = identity.mask_name(name), identity.mask_number(number)
    return [
        (
            zh("学生"),
            records.who_is(student, name),
        ),
        (zh("学籍号"), number),
        (zh("问题"), row.problem.get_kind_display()),
        *([(zh("另一条学籍"), twin.school.name if twin.school else zh("已删除"))] if twin else []),
        (zh("处理方式"), row.get_answer_display() or zh("未选择")),
        (zh("说明"), row.note or "—"),
    ]


# ---------------------------------------------------------------- drafts


def begin(problem: ProblemRecord, by, now: datetime, *, copied_from: ProblemAnswer | None = None) -> Case:
    """A draft of the pupil's school; its own draft is taken up again if there is one. Raises Refused."""
    return pupil_drafts.begin(
        problem.student,
        rules.KIND,
        by,
        now,
        no_seat=(NO_SEAT, rules.CLAUSE),
        checks=rules.BEFORE,
        facts=lambda: rules.facts_before(problem, now),
        fill=lambda case: _fill(case, problem, copied_from),
        copied_from=copied_from.case if copied_from else None,
    )


def _fill(case: Case, problem: ProblemRecord, old: ProblemAnswer | None) -> None:
    said = {"answer": old.answer, "note": old.note} if old else {}
    ProblemAnswer.objects.create(case=case, problem=problem, **said)


def copy_as_new(case: Case, by, now: datetime) -> Case:
    """A new draft from a case that ended without changing anything (R3.1b). Raises Refused."""
    if case.state not in MOVED_NOTHING:
        refuse("not_copied", zh("只有已驳回、已撤销或已清理的业务可以复制为新申请。"), zh("附件1 三.7"))
    row = row_of(case)
    row.case = case
    return begin(row.problem, by, now, copied_from=row)


def change(case: Case, by, *, answer: str, note: str, revision: int | None = None) -> Case:
    """Write what the form says. Raises Refused."""
    with door.edit(case, by, "edit", revision=revision) as held:
        row = row_of(held)
        held_by_wall(note, row.problem.student.school, act=zh("填写"), told=True)
        row.answer, row.note = answer, free_text(note, zh("说明"), rules.CLAUSE, 300)
        row.save(update_fields=["answer", "note"])
        if held.state != State.DRAFT:
            known = rules.facts_of(row, held, row.problem.student, clock.now())
            for check in rules.TYPED:
                if (found := check(known)) is not None:
                    refuse(found.code, found.sentence, found.clause)
    return held


procedures.register(Answering())
