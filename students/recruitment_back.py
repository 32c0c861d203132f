"""招生回退 (R4.4): a county returns a pupil recruited by mistake to 毕业, by a case of its own that names whose act is
taken back and who takes it back (谁操作谁负责)."""

from dataclasses import dataclass
from datetime import date, datetime

from ledger.clock import local_date, moment, spoken
from ledger.words import zh
from orgs.models import PostRole, Unit
from orgs.seats import seat_at
from orgs.successors import heir_or_self
from reviews import procedures
from reviews.models import Case
from reviews.opinions import cleaned
from reviews.procedures import CasePage
from reviews.refusals import guard, refuse
from reviews.states import State, Verb
from students import change_page, change_rules, identity, moving, pupil_drafts, records
from students.change_rules import months_after
from students.grades import grade_of, phase_of
from students.models import Student, StudentStatus
from students.procedures import AboutPupil
from students.recruitment_models import RecruitedPupil, Recruiting, RecruitmentReturn

KIND = "recruitment_rollback"
NAME = zh("招生回退")
CLAUSE = zh("附件1 四.3")
MONTHS = 6


@dataclass
class ReturnFacts:
    """What the guards judge: the pupil, how it was recruited, the authority that acts, what else is running."""

    student: Student
    line: RecruitedPupil | None
    authority: Unit
    now: datetime
    other: Case | None = None
    why: str = ""

    @property
    def today(self) -> date:
        """The day in Shanghai."""
        return local_date(self.now)


@guard("该生不是由招生转入现在的学校的，不能办理招生回退。", CLAUSE)
def was_recruited(facts: ReturnFacts):
    """由招生转入现在的学校，学籍状态为在校"""
    student, line = facts.student, facts.line
    here = line is not None and student.school_id is not None
    same = here and heir_or_self(line.school, facts.today).pk == heir_or_self(student.school, facts.today).pk
    return None if same and student.status == StudentStatus.ENROLLED else {}


@guard("报到已满半年（{reported}报到，最迟{last}可以回退），不能再回退。", CLAUSE)
def within_half_a_year(facts: ReturnFacts):
    """报到未满半年"""
    reported = facts.line and facts.line.reported_on
    if reported is None or facts.today <= (last := months_after(reported, MONTHS)):
        return None
    return {"reported": spoken(reported), "last": spoken(last)}


@guard("该生的学籍不在{authority}所属学校，请由其学籍所在学校的主管部门回退。", CLAUSE)
def of_own_school(facts: ReturnFacts):
    """学籍在本单位所属学校"""
    school = facts.student.school
    if school is not None and heir_or_self(school, facts.today).authority_id == facts.authority.pk:
        return None
    return {"authority": facts.authority.name}


@guard("请写明回退的原因（2–200 字）。", CLAUSE)
def why_given(facts: ReturnFacts):
    """已写明回退原因"""
    return None if len(facts.why.strip()) >= 2 else {}


BEFORE = (was_recruited, within_half_a_year, of_own_school, change_rules.no_other_change)
SUBMIT = (*BEFORE, why_given)
COMPLETE = (was_recruited, within_half_a_year, of_own_school)


class RecruitmentRollback(AboutPupil):
    """招生回退: the registrar of the recruiting school's authority begins, its head signs; the pupil is 毕业 again at
    the school it graduated from (R4.4)."""

    kind = KIND
    name = NAME
    guards = {Verb.SUBMIT: SUBMIT, "complete": COMPLETE}
    clause = CLAUSE
    beginner = zh("主管部门")
    of_one_school = True
    starts_at = State.AUTHORITY
    brings = zh("学籍已退回毕业学校，学籍状态为毕业")
    proof_name = zh("佐证材料")
    no_proof = zh("没有上传佐证材料（选填）。")
    fewest_proofs = 0
    edit_path = "/cases/{number}/"
    rule_note = zh("谁操作、谁负责：回退前请核对原招生名册和办理人。")
    review_scope = zh("核对：该生确属误招，原因属实。")

    def unit_of(self, case: Case, stage: str):
        """The authority is on the receiving side itself."""
        if stage == State.AUTHORITY:
            return case.receiving_unit_id
        return case.receiving_unit.league_id if stage == State.LEAGUE else super().unit_of(case, stage)

    def facts(self, case: Case, subject: Student | None, now, book) -> ReturnFacts:
        """Facts of the case."""
        row = row_of(case)
        student = subject or row.line.student
        other = change_rules.other_case(student, case.pk)
        return ReturnFacts(student, row.line, case.receiving_unit, now, other, row.why)

    def phase(self, case: Case, subject: Student, day) -> str:
        """学段 that the pupil is in."""
        return phase_of(grade_of(subject, day), subject.school.school_system if subject.school else "")

    def complete(self, case: Case, subject: Student, now) -> dict:
        """The record goes back to the school of the graduation; day and status of it stand as before."""
        line, day = row_of(case).line, local_date(now)
        (moved,) = moving.move_many(
            [subject],
            heir_or_self(line.graduated_from, day),
            {},
            now,
            case_number=case.number,
            how=NAME,
            status=StudentStatus.GRADUATED,
            graduated_on=line.graduated_on,
        )
        RecruitedPupil.objects.filter(pk=line.pk).update(state=Recruiting.TAKEN_BACK)
        return moved

    def page(self, case: Case, account, now, book, *, proofs: int = 0, full: bool = False) -> CasePage:
        """The pupil masked, whose act is taken back, and what the rules find."""
        row = row_of(case)
        known = self.facts(case, row.line.student, now, book)
        checks, obstacle = change_page.checklist(self, case, known)
        return CasePage(
            facts=facts_shown(row, full),
            checks=checks,
            obstacle=obstacle,
            done=zh(
                "已于{moment}退回{graduated_from_name}，学籍状态改为“毕业”。",
                moment=moment(case.closed_at),
                graduated_from_name=row.line.graduated_from.name,
            )
            if case.state == State.COMPLETED
            else "",
            links=[],
        )


def row_of(case: Case) -> RecruitmentReturn:
    """The row of a case with all that is shown."""
    return RecruitmentReturn.objects.select_related(
        "line__student__school",
        "line__student__school_class",
        "line__school",
        "line__graduated_from__authority",
        "line__case",
        "line__listed_by__person",
        "line__reporting_by__person",
    ).get(case_id=case.pk)


def facts_shown(row: RecruitmentReturn, full: bool = False) -> list[tuple[str, str]]:
    """Who it is about, and whose act is taken back."""
    student = row.line.student
    name, number = student.name, records.current_number(student)
    if not full:
        name, number = identity.mask_name(name), identity.mask_number(number)
    return [
        (
            zh("姓名"),
            records.who_is(student, name),
        ),
        (zh("学籍号"), number),
        *facts_of_line(row.line),
        (zh("回退原因"), row.why),
    ]


def facts_of_line(line: RecruitedPupil) -> list[tuple[str, str]]:
    """How the pupil was recruited, and who is answerable for it (R4.4)."""
    return [
        (zh("招生学校"), line.school.name),
        (
            zh("毕业学校"),
            zh(
                "{graduated_from_name}（{day}毕业）",
                graduated_from_name=line.graduated_from.name,
                day=spoken(line.graduated_on),
            ),
        ),
        (zh("原招生操作"), original(line)),
        (zh("最迟回退日期"), spoken(months_after(line.reported_on, MONTHS)) if line.reported_on else "—"),
    ]


def original(line: RecruitedPupil) -> str:
    """The act that is taken back."""
    day = spoken(line.reported_on) if line.reported_on else "—"
    return zh(
        "{case_number}：{line_listed_by}列入名册，{line_reporting_by}登记{day}报到",
        case_number=line.case.number,
        line_listed_by=line.listed_by,
        line_reporting_by=line.reporting_by,
        day=day,
    )


def line_of(student: Student) -> RecruitedPupil | None:
    """How the pupil came to its present school, if by recruitment."""
    rows = RecruitedPupil.objects.filter(student=student, state=Recruiting.REPORTED)
    rows = rows.select_related(
        "school", "graduated_from", "case", "listed_by__person", "reporting_by__person"
    )
    return rows.order_by("-pk").first()


def facts_before(student: Student, authority: Unit, now: datetime) -> ReturnFacts:
    """Facts before anything is typed."""
    return ReturnFacts(student, line_of(student), authority, now, change_rules.other_case(student))


def send(student: Student, by, now: datetime, *, why: str, opinion: str) -> Case:
    """The authority's registrar begins and sends it to the head. Raises Refused; then nothing stands but a withdrawn
    draft."""
    day, school = local_date(now), student.school
    authority = heir_or_self(school, day).authority if school else None
    if authority is None or seat_at(by, authority.pk, PostRole.REGISTRAR, day) is None:
        refuse("no_seat", zh("招生回退由学籍所在学校的主管部门的学籍管理员发起，你没有这个岗位。"), CLAUSE)
    known = facts_before(student, authority, now)
    known.why = cleaned(why)[:200]

    def fill(case: Case) -> None:
        RecruitmentReturn.objects.create(case=case, line=known.line, why=known.why)

    return pupil_drafts.sent_by_office(
        student, KIND, by, now, office=authority, opinion=opinion, checks=SUBMIT, facts=known, fill=fill
    )


procedures.register(RecruitmentRollback())
