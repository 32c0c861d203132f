"""招生名册 as a procedure: school → its authority → the authority of the graduates' schools; 招生回退 as another (R4.5, R4.4)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.urls import reverse

from ledger.clock import local_date, moment, spoken
from ledger.words import joined, zh
from orgs.models import PostRole
from orgs.school_system import system_on
from orgs.seats import seat_at
from reviews import procedures
from reviews.models import Case
from reviews.procedures import CasePage
from reviews.refusals import guard
from reviews.states import MOVED_NOTHING, State, Verb
from students import records, recruitment
from students.grades import grade_label, phase_of
from students.models import Student
from students.recruitment import CLAUSE, KIND, NAME
from students.recruitment_models import RecruitedPupil, Recruiting


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


@guard("名册是空的，请先登记被录取的学生。", CLAUSE)
def somebody_listed(facts: ListFacts):
    """名册中有学生"""
    return None if facts.rows else {}


@guard("名册中有 {count} 名学生现在不能招生（{who}：{why}），请退回招生学校删去后再办。", CLAUSE)
def all_recruitable(facts: ListFacts):
    """名册中的学生都可以招生（毕业状态，本省毕业，没有在办业务）"""
    pupils = [row.student for row in facts.rows]
    found = recruitment.troubles(
        pupils, facts.case.receiving_unit, facts.today, [row.pk for row in facts.rows]
    )
    if not found:
        return None
    first = next(pupil for pupil in pupils if pupil.pk in found)
    return {"count": len(found), "who": first.name, "why": found[first.pk].sentence}


@guard("招生处理应在{last}前完成，现在已经逾期，请尽快核办。", "附件1 三.5", stops=False)
def in_time(facts: ListFacts):
    """在11月30日前"""
    last = recruitment.last_day(facts.today)
    return None if facts.today <= last else {"last": spoken(last)}


class Recruitment(procedures.Procedure):
    """招生: a list of graduates of one authority; nobody moves before having reported (R4.5)."""

    kind = KIND
    name = NAME
    guards = {
        Verb.SUBMIT: (somebody_listed, all_recruitable),
        "complete": (somebody_listed, all_recruitable),
    }
    clause = CLAUSE
    beginner = zh("招生学校")
    brings = zh("名册中的学生已录取，报到后调转学籍")
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
        return phase_of(grade, system_on(case.receiving_unit, day).system)

    def unit_of(self, case: Case, stage: str):
        """On the other side stands the authority itself, not a school."""
        if stage in (State.GRADUATION_AUTHORITY, State.SENDING_AUTHORITY):
            return case.sending_unit_id
        return super().unit_of(case, stage)

    def complete(self, case: Case, subject, now) -> dict:
        """Everybody on the list is admitted and awaited."""
        rows = RecruitedPupil.objects.filter(case=case, state=Recruiting.SENT)
        return {"admitted": rows.update(state=Recruiting.ADMITTED)}

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
        checks = self.guards["complete"] + (in_time,) if case.is_live else ()
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
            if case.state == State.COMPLETED
            else "",
            links=[{"label": zh("查看名册"), "url": reverse("recruitment-list", args=[case.number])}],
            edit_url=reverse("recruitment-list", args=[case.number]),
            copy_url=reverse("recruitment-copy", args=[case.number])
            if case.state in MOVED_NOTHING and case.submitted_at and mine
            else "",
        )


def facts_shown(case: Case, day: date) -> list[tuple[str, str]]:
    """The list in figures."""
    rows = list(RecruitedPupil.objects.filter(case=case).select_related("graduated_from"))
    kept = [row for row in rows if row.state != Recruiting.DROPPED]
    schools = sorted({row.graduated_from.name for row in kept})
    system = system_on(case.receiving_unit, day).system
    grades = sorted({grade_label(row.grade, system) for row in kept})
    count = {state: sum(row.state == state for row in rows) for state in Recruiting}
    return [
        (zh("招生学校"), case.receiving_unit.name),
        (
            zh("人数"),
            zh("{count} 人", count=len(kept))
            + (zh("（另删去 {count} 人）", count=len(rows) - len(kept)) if len(rows) > len(kept) else ""),
        ),
        (zh("就读年级"), joined("、", grades) or "—"),
        (
            zh("毕业学校"),
            joined("、", schools[:5]) + (zh(" 等 {count} 所", count=len(schools)) if len(schools) > 5 else "")
            or "—",
        ),
        (zh("毕业学校主管部门"), case.sending_unit.name),
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
