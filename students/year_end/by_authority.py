"""What the authority of a pupil's school sets right by a case of its own (R4.4): its registrar begins, its head signs, the
case names whose act it is about and who acts now (谁操作谁负责)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, cast

from orgs.people.models import PostRole, Unit
from orgs.people.successors import heir_or_self
from reviews.engine import seating
from reviews.engine.models import Case
from reviews.engine.procedures import CasePage
from reviews.vocabulary.states import State
from students.changes import page as change_page
from students.changes.procedures import AboutPupil
from students.pupil.models import Student
from web.clock import local_date, moment
from web.refusals import Refusal, Refused, guard
from web.text import says
from web.words import zh

CLAUSE = zh("附件1 四.3")


@dataclass
class AuthorityFacts:
    """What the guards judge: the pupil, the authority that acts, what else is running."""

    student: Student
    authority: Unit
    now: datetime
    other: Case | None = None
    why: str = ""
    # What is asked for, as the sentences of the guards say it.
    name: ClassVar[str] = ""

    @property
    def today(self) -> date:
        """The day in Shanghai."""
        return local_date(self.now)


@guard("该生的学籍不在{authority}所属学校，请由其学籍所在学校的主管部门办理{name}。", CLAUSE)
def of_own_school(facts: AuthorityFacts):
    """学籍在本单位所属学校"""
    school = facts.student.school
    if school is not None and heir_or_self(school, facts.today).authority_id == facts.authority.pk:
        return None
    return {"authority": facts.authority.name, "name": facts.name}


@guard("请写明{name}的原因（2–200 字）。", CLAUSE)
def why_given(facts: AuthorityFacts):
    """已写明原因"""
    return None if says(facts.why) else {"name": facts.name}


def authority_acting(student: Student, by, now: datetime, name: str) -> Unit:
    """The authority of the school that has the record, whose registrar ``by`` is. Raises Refused."""
    day, school = local_date(now), student.school
    authority = heir_or_self(school, day).authority if school else None
    told = Refusal(
        "no_seat",
        zh("{name}由学籍所在学校的主管部门的学籍管理员发起，你没有这个岗位。", name=name),
        CLAUSE,
    )
    if found := seating.seat_refusal(by, authority.pk if authority else None, PostRole.REGISTRAR, day, told):
        raise Refused(found)
    return cast("Unit", authority)  # of none nobody is registrar


class ByAuthority(AboutPupil):
    """A case that begins at the school's authority. A kind says its guards, its facts, what it brings about and shows."""

    clause = CLAUSE
    beginner = zh("主管部门")
    of_one_school = True
    starts_at = State.AUTHORITY
    proof_name = zh("佐证材料")
    no_proof = zh("没有上传佐证材料（选填）。")
    fewest_proofs = 0
    edit_path = "/cases/{number}/"

    def row(self, case: Case) -> Any:
        """What the case is about, with all that is shown."""
        raise NotImplementedError

    def shown(self, row: Any, case: Case, full: bool) -> list[tuple[str, str]]:
        """Who it is about, masked but where ``full``, and whose act it is."""
        raise NotImplementedError

    def done(self, row: Any, at: str) -> str:
        """What came of it at the moment ``at``."""
        raise NotImplementedError

    def unit_of(self, case: Case, stage: str):
        """The authority is on the receiving side itself."""
        if stage == State.AUTHORITY:
            return case.receiving_unit_id
        return case.receiving_unit.league_id if stage == State.LEAGUE else super().unit_of(case, stage)

    def phase(self, case: Case, subject: Student, day) -> str:
        """学段 that the record says."""
        return subject.phase

    def page(self, case: Case, account, now, book, *, proofs: int = 0, full: bool = False) -> CasePage:
        """The pupil masked, whose act it is, and what the rules find."""
        row = self.row(case)
        checks, obstacle = change_page.checklist(self, case, self.facts(case, row.student, now, book))
        ended = case.state == State.COMPLETED and case.closed_at
        return CasePage(
            facts=self.shown(row, case, full),
            checks=checks,
            obstacle=obstacle,
            done=self.done(row, moment(ended)) if ended else "",
            links=[],
        )
