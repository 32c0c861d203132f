"""招生名册 as a procedure: school → its authority → the authority of the graduates' schools; 招生回退 as another (R4.5, R4.4)."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.urls import reverse

from orgs.people.models import PostRole
from orgs.people.school_system import system_on
from orgs.people.seats import seat_at
from reviews.engine import procedures
from reviews.engine.models import Case
from reviews.engine.procedures import CasePage
from reviews.vocabulary.states import MOVED_NOTHING, State, Verb
from students.admission.recruitment import actions as recruitment
from students.admission.recruitment.actions import CLAUSE, KIND, NAME
from students.onward import one_way
from students.onward.models import GONE, RecruitedPupil, Recruiting
from students.pupil import records
from students.pupil.grades import grade_label, phase_of
from students.pupil.models import Student
from students.pupil.year_rows import recruitment_due
from web.clock import local_date, moment, spoken
from web.refusals import Refusal, guard
from web.words import joined, zh


@dataclass
class ListFacts:
    """What the guards judge: the rows of the list, and what stands against any of them."""

    case: Case
    rows: list[RecruitedPupil]
    now: datetime

    @property
    def today(self) -> date:
        """The day in Shanghai."""
        return local_date(self.now)

    @cached_property
    def found(self) -> dict[int, Refusal]:
        """What stands against any of them, by pupil."""
        pupils = [row.student for row in self.rows]
        own = [row.pk for row in self.rows]
        return recruitment.troubles(pupils, self.case.receiving_unit, self.today, own)


@guard("名册是空的，请先登记被录取的学生。", CLAUSE)
def somebody_listed(facts: ListFacts):
    """名册中有学生"""
    return None if facts.rows else {}


@guard("名册中有 {count} 名学生现在不能招生（{who}：{why}），请退回招生学校删去后再办。", CLAUSE)
def all_recruitable(facts: ListFacts):
    """名册中的学生都可以招生（毕业状态，本省毕业，没有在办业务）"""
    return _told(facts)


def _told(facts: ListFacts) -> dict | None:
    if not facts.found:
        return None
    first = next(row.student for row in facts.rows if row.student_id in facts.found)
    return {"count": len(facts.found), "who": first.name, "why": facts.found[first.pk].sentence}


@guard("名册中的学生现在都不能招生（{who}：{why}），不能核办同意；请不同意，或退回招生学校更正。", CLAUSE)
def somebody_recruitable(facts: ListFacts):
    """名册中有可以招生的学生"""
    found = facts.found
    if not facts.rows or len(found) < len(facts.rows):
        return None
    first = facts.rows[0].student
    return {"who": first.name, "why": found[first.pk].sentence}


@guard(
    "名册中有 {count} 名学生现在不能招生（{who}：{why}），最后核办时由系统移出名册，其他学生照常录取。",
    CLAUSE,
    stops=False,
)
def all_still_recruitable(facts: ListFacts):
    """名册中的学生都可以招生（毕业状态，本省毕业，没有在办业务）"""
    return _told(facts)


@guard("招生处理应在{last}前完成，现在已经逾期，请尽快核办。", "附件1 三.5", stops=False)
def in_time(facts: ListFacts):
    """在规定日期前"""
    last = recruitment_due(facts.today, facts.case.receiving_unit.province_id)
    return None if facts.today <= last else {"last": spoken(last)}


class Recruitment(procedures.Procedure):
    """招生: a list of graduates of one authority; nobody moves before having reported (R4.5)."""

    kind = KIND
    name = NAME
    guards = {
        Verb.SUBMIT: (somebody_listed, all_recruitable),
        "complete": (somebody_listed, somebody_recruitable, all_still_recruitable),
    }
    clause = CLAUSE
    beginner = zh("招生学校")
    brings = zh("名册中的学生已录取，报到后调转学籍")
    ends = zh("办结录取")
    edit_path = "/recruitment/{number}/"
    proof_name = zh("录取材料")
    no_proof = zh("没有上传录取材料（选填）。")
    fewest_proofs = 0
    rule_note = zh(
        "只有毕业状态的学生可以招生；学生到校报到后学籍才转入。不得以分数、可能违规招生等理由驳回（函 一）。"
    )
    review_scope = zh("核对：名册中的学生确系本单位所属学校的毕业生，录取属实。")

    def lock_subject(self, case: Case) -> list[Student]:
        """The pupils' rows, locked in one order: students before case, always."""
        rows = Student.objects.select_for_update(no_key=True, of=("self",)).select_related("school")
        return list(rows.filter(recruited__case=case, recruited__state=Recruiting.SENT).order_by("pk"))

    def facts(self, case: Case, subject, now, book) -> ListFacts:
        """The rows that are still on the list."""
        rows = RecruitedPupil.objects.filter(case=case, state=Recruiting.SENT)
        return ListFacts(case, list(rows.select_related("student__school")), now)

    def phase(self, case: Case, subject, day) -> str:
        """学段 that the pupils enter."""
        grade = RecruitedPupil.objects.filter(case=case).values_list("grade", flat=True).first() or 7
        return phase_of(grade, system_on(case.receiving_unit, day))

    def unit_of(self, case: Case, stage: str):
        """On the other side stands the authority itself, not a school."""
        if stage in (State.GRADUATION_AUTHORITY, State.SENDING_AUTHORITY):
            return case.sending_unit_id
        return super().unit_of(case, stage)

    def complete(self, case: Case, subject, now) -> dict:
        """Everybody on the list is admitted and awaited; who cannot be recruited any more is taken off, the list goes on."""
        known = self.facts(case, subject, now, None)
        gone = {
            row: known.found[row.student_id].sentence for row in known.rows if row.student_id in known.found
        }
        one_way.take_off(gone, f"case:{case.number}")
        rows = RecruitedPupil.objects.filter(case=case, state=Recruiting.SENT)
        return {"admitted": rows.update(state=Recruiting.ADMITTED), "off": len(gone)}

    def named(self, text: str) -> Q:
        """Lists on which somebody of this name stands."""
        return Q(pk__in=RecruitedPupil.objects.filter(student__name=text.strip()).values("case"))

    def matching_subjects(self, query: str, account, now) -> list[str]:
        """Lists with exactly this number on them."""
        rows = RecruitedPupil.objects.filter(student__in=records.ids_by_number(query, local_date(now)))
        return list(rows.exclude(case=None).values_list("case__subject", flat=True))

    def page(self, case: Case, account, now, book, *, proofs: int = 0, full: bool = False) -> CasePage:
        """How many, from where, what stands against it; the names stand on the list's own page."""
        known, day = self.facts(case, None, now, book), local_date(now)
        checks: tuple[Any, ...] = self.guards["complete"] + (in_time,) if case.is_live else ()
        found = [(check, check(known)) for check in checks]
        mine = seat_at(account, case.receiving_unit_id, PostRole.REGISTRAR, day) is not None
        return CasePage(
            facts=facts_shown(case, day),
            checks=[
                {
                    "ok": None if told is not None and not told.stops else told is None,
                    "text": told.sentence if told else check.label,
                    "why": "",
                    "clause": told.clause if told else "",
                }
                for check, told in found
            ],
            obstacle=next((told.sentence for _, told in found if told and told.stops), ""),
            done=zh(
                "已于{moment}办结，学生报到后由招生学校登记，学籍随之转入。", moment=moment(case.closed_at)
            )
            if case.state == State.COMPLETED and case.closed_at
            else "",
            links=[{"label": zh("查看名册"), "url": reverse("recruitment-list", args=[case.number])}],
            edit_url=reverse("recruitment-list", args=[case.number]),
            copy_url=reverse("recruitment-copy", args=[case.number])
            if case.state in MOVED_NOTHING
            and case.submitted_at
            and mine
            and recruitment.left_over(case).exists()
            else "",
        )


def facts_shown(case: Case, day: date) -> list[tuple[str, str]]:
    """The list in figures."""
    rows = list(RecruitedPupil.objects.filter(case=case).select_related("graduated_from"))
    kept = [row for row in rows if row.state not in GONE]
    schools = sorted({row.graduated_from.name for row in kept})
    system = system_on(case.receiving_unit, day)
    grades = sorted({grade_label(row.grade, system) for row in kept})
    count = {state: sum(row.state == state for row in rows) for state in Recruiting}
    return [
        (zh("招生学校"), case.receiving_name),
        (
            zh("人数"),
            zh("{count} 人", count=len(kept))
            + (
                zh("（另删去或移出 {count} 人）", count=len(rows) - len(kept))
                if len(rows) > len(kept)
                else ""
            ),
        ),
        (zh("就读年级"), joined("、", grades) or "—"),
        (
            zh("毕业学校"),
            joined("、", schools[:5]) + (zh(" 等 {count} 所", count=len(schools)) if len(schools) > 5 else "")
            or "—",
        ),
        (zh("毕业学校主管部门"), case.sending_name),
        (
            zh("报到"),
            zh(
                "已报到 {part} 人，未报到 {part2} 人，待报到 {part3} 人",
                part=count[Recruiting.REPORTED],
                part2=count[Recruiting.ABSENT],
                part3=count[Recruiting.ADMITTED],
            )
            if case.state == State.COMPLETED
            else zh("办结后登记"),
        ),
    ]


procedures.register(Recruitment())
