"""毕业回退 (R4.4): within half a year an authority takes a graduate back to 在校, by a case of its own that names whose
act is taken back and who takes it back (谁操作谁负责)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, cast

from django.db.models import F
from django.urls import reverse

from orgs.people.models import Unit
from orgs.people.successors import heir_or_self
from reviews.engine import procedures
from reviews.engine.grounds import held as held_by_wall
from reviews.engine.models import Case
from reviews.engine.opinions import free_text
from reviews.vocabulary.states import Verb
from students.changes import pupil_drafts
from students.changes import rules as change_rules
from students.onward.models import LIVE, RecruitedPupil
from students.pupil import arrivals, identity, records
from students.pupil.grades import grade_name, grade_of
from students.pupil.models import Student
from students.pupil.statuses import LEFT, StudentStatus
from students.pupil.year_rows import rollback_months
from students.year_end.by_authority import (
    CLAUSE,
    AuthorityFacts,
    ByAuthority,
    authority_acting,
    of_own_school,
    why_given,
)
from students.year_end.models import GraduationLine, Leaving, TakenBack
from web.clock import local_date, moment, months_after, spoken
from web.refusals import guard
from web.words import zh

KIND = "graduation_rollback"


@dataclass
class BackFacts(AuthorityFacts):
    """What the guards judge of a graduation that is taken back."""

    name: ClassVar[str] = zh("毕业回退")


@guard("只有毕业、结业、肄业的学生可以回退，该生学籍状态为“{status}”{instead}。", CLAUSE)
def has_left(facts: BackFacts):
    """学籍状态为毕业、结业或肄业"""
    if facts.student.status in LEFT and facts.student.graduated_on:
        return None
    arrival, instead = arrivals.of(facts.student), ""
    if arrival is not None:
        # Wrong twice goes back step by step: the later act first.
        school = heir_or_self(arrival.school, facts.today)
        instead = zh(
            "；学籍由{how}转入{school}，须先由{authority}办理招生回退",
            how=procedures.of(arrival.case).name,
            school=school.name,
            authority=school.authority.name if school.authority else "",
        )
    return {"status": facts.student.get_status_display(), "instead": instead}


def last_day(graduated: date, authority: Unit | None, day: date) -> date:
    """The last day on which a graduation may be taken back, by the rows of ``day`` (R0.7)."""
    return months_after(graduated, rollback_months(day, authority.province_id if authority else None))


@guard("已过回退期限（{graduated}毕业，最迟{last}可以回退），不能再回退为在校。", CLAUSE)
def within_half_a_year(facts: BackFacts):
    """未过回退期限"""
    graduated = facts.student.graduated_on
    if graduated is None or facts.today <= (last := last_day(graduated, facts.authority, facts.today)):
        return None
    return {"graduated": spoken(graduated), "last": spoken(last)}


@guard("该生已列入{school}的招生名册，不能回退；请先由该校删去或登记未报到。", CLAUSE, "{school}")
def on_recruitment_list(facts: BackFacts):
    """不在招生名册中"""
    rows = RecruitedPupil.objects.filter(student=facts.student, state__in=LIVE).select_related("school")
    row = rows.first()
    return None if row is None else {"school": row.school.name}


BEFORE = (has_left, within_half_a_year, of_own_school, on_recruitment_list, change_rules.no_other_change)
SUBMIT = (*BEFORE, why_given)
# Half a year is judged at the request: who signs it later does not take it away (四.3).
COMPLETE = (has_left, of_own_school, on_recruitment_list)


class GraduationRollback(ByAuthority):
    """毕业回退: the registrar of the school's authority begins, its head signs; the pupil is 在校 again (R4.4)."""

    kind = KIND
    name = zh("毕业回退")
    guards = {Verb.SUBMIT: SUBMIT, "complete": COMPLETE}
    brings = zh("学籍状态已回退为在校")
    ends = zh("办结毕业回退")
    rule_note = zh("谁操作、谁负责：回退前请核对原毕业操作和办理人；过了回退期限不再回退。")
    review_scope = zh("核对：该生确属误毕业，原因属实。")

    def row(self, case: Case) -> TakenBack:
        """See :func:`row_of`."""
        return row_of(case)

    def shown(self, row: TakenBack, case: Case, full: bool) -> list[tuple[str, str]]:
        """See :func:`facts_shown`."""
        return facts_shown(row, case, full)

    def done(self, row: TakenBack, at: str) -> str:
        """The pupil is at school again."""
        return zh("已于{moment}回退，学籍状态改为“在校”。", moment=at)

    def facts(self, case: Case, subject: Student | None, now, book) -> BackFacts:
        """Facts of the case."""
        row = row_of(case)
        student = subject or row.student
        return BackFacts(
            student, case.receiving_unit, now, change_rules.other_case(student, case.pk), row.why
        )

    def complete(self, case: Case, subject: Student, now) -> dict:
        """The pupil is 在校 again; what was before is kept with the case."""
        was = str(subject.status)
        subject.take_back()
        subject.graduated_on = None
        subject.save(update_fields=["status", "graduated_on"])
        return {"student": subject.pk, "status_was": was, "status": str(subject.status)}


def row_of(case: Case) -> TakenBack:
    """The row of a case with all that is shown."""
    return TakenBack.objects.select_related(
        "student__school", "line__run__prepared_by__person", "line__run__signed_by__person"
    ).get(case_id=case.pk)


def facts_shown(row: TakenBack, case: Case, full: bool = False) -> list[tuple[str, str]]:
    """Who it is about, and whose act is taken back."""
    student = row.student
    name, number = student.name, records.current_number(student)
    if not full:
        name, number = identity.mask_name(name), identity.mask_number(number)
    return [
        (
            zh("姓名"),
            records.who_is(student, name),
        ),
        (zh("学校"), case.sending_name),
        (zh("学籍号"), number),
        (zh("原毕业操作"), original(row.line)),
        (
            zh("原学籍状态"),
            zh("{label}（{day}）", label=StudentStatus(row.status_was).label, day=spoken(row.graduated_on)),
        ),
        (
            zh("最迟回退日期"),
            spoken(
                last_day(row.graduated_on, case.receiving_unit, case.ruled_on(local_date(case.created_at)))
            ),
        ),
        (zh("毕业年级"), grade_name(grade_of(student, row.graduated_on), student.phase)),
        (zh("回退原因"), row.why),
    ]


def original(line: GraduationLine | None) -> str:
    """The act that is taken back, and who is answerable for it (R4.4)."""
    if line is None:
        return zh("本系统启用前办理")
    run = line.run
    return zh(
        "{run_number}：{run_prepared_by}准备，{run_signed_by}核办（{moment}）",
        run_number=run.number,
        run_prepared_by=run.called("prepared_by"),
        run_signed_by=run.called("signed_by"),
        moment=moment(run.signed_at) if run.signed_at else "",
    )


def line_of(student: Student) -> GraduationLine | None:
    """The line of the run by which the pupil graduated."""
    rows = GraduationLine.objects.filter(student=student, run__signed_at__isnull=False)
    rows = rows.exclude(leaving=Leaving.LEFT_OUT)
    rows = rows.select_related("run__prepared_by__person", "run__signed_by__person")
    return rows.order_by(F("run__signed_at").desc(nulls_last=True)).first()


def facts_before(student: Student, authority: Unit, now: datetime) -> BackFacts:
    """Facts before anything is typed."""
    return BackFacts(student, authority, now, change_rules.other_case(student))


def send(student: Student, by, now: datetime, *, why: str, opinion: str) -> Case:
    """The authority's registrar begins and sends it to the head. Raises Refused; then nothing stands but a withdrawn
    draft."""
    authority = authority_acting(student, by, now, GraduationRollback.name)
    known = facts_before(student, authority, now)
    known.why = free_text(why, zh("回退原因"), CLAUSE, 200)
    held_by_wall(known.why, authority, act=zh("回退"))
    line = line_of(student)

    def fill(case: Case) -> None:
        TakenBack.objects.create(
            case=case,
            student=student,
            line=line,
            status_was=student.status,
            graduated_on=cast("date", student.graduated_on),  # has_left
            why=known.why,
        )

    return pupil_drafts.sent_by_office(
        student, KIND, by, now, office=authority, opinion=opinion, checks=SUBMIT, facts=known, fill=fill
    )


procedures.register(GraduationRollback())


def page_url(student: Student) -> str:
    """Where the authority takes the pupil back."""
    return reverse("student-take-back", args=[student.key])
