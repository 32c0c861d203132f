"""招生回退 (R4.4): a county returns a pupil taken in by mistake, by 招生 or by 毕业后跨省就学, to 毕业: by a case of its own that
names whose act is taken back and who takes it back (谁操作谁负责)."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, cast

from orgs.people.models import Unit
from orgs.people.successors import heir_or_self
from reviews.engine import procedures
from reviews.engine.grounds import held as held_by_wall
from reviews.engine.models import Case
from reviews.engine.opinions import free_text
from reviews.vocabulary.states import Verb
from students.admission.recruitment import actions as recruitment
from students.changes import pupil_drafts
from students.changes import rules as change_rules
from students.onward.models import RecruitedPupil, Recruiting, RecruitmentReturn
from students.pupil import arrivals, identity, records
from students.pupil.arrivals import Arrival
from students.pupil.models import Student
from students.pupil.statuses import LIVING, StudentStatus
from students.record import moving
from students.year_end import rollback_notices as returned_notices
from students.year_end.by_authority import (
    CLAUSE,
    AuthorityFacts,
    ByAuthority,
    authority_acting,
    of_own_school,
    why_given,
)
from web.clock import local_date, spoken
from web.refusals import guard
from web.words import zh

KIND = "recruitment_rollback"
NAME = zh("招生回退")


@dataclass
class ReturnFacts(AuthorityFacts):
    """What the guards judge of a recruitment that is taken back: how the pupil came, as well."""

    arrival: Arrival | None = None
    name: ClassVar[str] = NAME


@guard(
    "该生现在的学籍不是由招生或毕业后跨省就学转入的，不能办理招生回退；学籍需要转到别的学校的，请按转学办理。",
    CLAUSE,
)
def was_recruited(facts: ReturnFacts):
    """学籍由招生或毕业后跨省就学转入，之后没有再转学"""
    student, arrival = facts.student, facts.arrival
    if arrival is None or student.school is None or student.status not in LIVING:
        return {}
    took_in, at = heir_or_self(arrival.school, facts.today), heir_or_self(student.school, facts.today)
    return None if took_in.pk == at.pk else {}


BEFORE = (was_recruited, of_own_school, change_rules.no_other_change)
SUBMIT = (*BEFORE, why_given)
COMPLETE = (was_recruited, of_own_school)


class RecruitmentRollback(ByAuthority):
    """招生回退: the registrar of the recruiting school's authority begins, its head signs; the pupil is 毕业 again at
    the school it graduated from (R4.4)."""

    kind = KIND
    name = NAME
    guards = {Verb.SUBMIT: SUBMIT, "complete": COMPLETE}
    brings = zh("学籍已退回毕业学校，学籍状态为毕业")
    ends = zh("办结招生回退")
    rule_note = zh("谁操作、谁负责：回退前请核对原招生名册和办理人。")
    review_scope = zh("核对：该生确属误招，原因属实。")

    def row(self, case: Case) -> RecruitmentReturn:
        """See :func:`row_of`."""
        return row_of(case)

    def shown(self, row: RecruitmentReturn, case: Case, full: bool) -> list[tuple[str, str]]:
        """See :func:`facts_shown`."""
        return facts_shown(row, full)

    def done(self, row: RecruitmentReturn, at: str) -> str:
        """The record is at the school of the graduation again."""
        return zh(
            "已于{moment}退回{graduated_from_name}，学籍状态改为“毕业”。",
            moment=at,
            graduated_from_name=row.arrival.graduated_from.name,
        )

    def facts(self, case: Case, subject: Student | None, now, book) -> ReturnFacts:
        """Facts of the case."""
        row = row_of(case)
        student = subject or row.student
        other = change_rules.other_case(student, case.pk)
        arrival = arrivals.of(student)
        if arrival is not None and arrival.case.pk != row.came_by_id:
            arrival = None
        return ReturnFacts(student, case.receiving_unit, now, other, row.why, arrival)

    def complete(self, case: Case, subject: Student, now) -> dict:
        """The record goes back to the school of the graduation; phase, cohort, class and day stand as before it came."""
        row, day = row_of(case), local_date(now)
        arrival = row.arrival
        to = heir_or_self(arrival.graduated_from, day)
        (moved,) = moving.move_many(
            [subject],
            to,
            {subject.pk: arrival.back_at(to)},
            {subject.pk: arrival.class_at(to)},
            now,
            case_number=case.number,
            how=NAME,
            status=StudentStatus.GRADUATED,
            graduated_on=arrival.graduated_on,
        )
        RecruitedPupil.objects.filter(case=row.came_by_id, student=subject, state=Recruiting.REPORTED).update(
            state=Recruiting.TAKEN_BACK
        )
        returned_notices.post(case, to)
        return moved


def row_of(case: Case) -> RecruitmentReturn:
    """The row of a case with all that is shown; ``arrival`` is the act that is taken back."""
    rows = RecruitmentReturn.objects.select_related("student__school", "student__school_class", "came_by")
    row = rows.get(case_id=case.pk)
    row.arrival = cast("Arrival", arrivals.by(row.came_by, row.student))  # it came by that case
    return row


def facts_shown(row: RecruitmentReturn, full: bool = False) -> list[tuple[str, str]]:
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
        (zh("学籍号"), number),
        *facts_of(row.arrival),
        (zh("回退原因"), row.why),
    ]


def facts_of(arrival: Arrival) -> list[tuple[str, str]]:
    """How the pupil was taken in, and who is answerable for it (R4.4)."""
    return [
        (zh("招生学校"), arrival.school.name),
        (
            zh("毕业学校"),
            zh(
                "{graduated_from_name}（{day}毕业）",
                graduated_from_name=arrival.graduated_from.name,
                day=spoken(arrival.graduated_on),
            ),
        ),
        (zh("原招生操作"), arrival.act),
    ]


def recruited(case: Case, student: Student) -> Arrival | None:
    """How a pupil came by a list of 招生; see :mod:`students.pupil.arrivals`."""
    rows = RecruitedPupil.objects.filter(case=case, student=student).select_related(
        "school", "graduated_from__authority", "class_was", "listed_by__person", "reporting_by__person"
    )
    line = rows.order_by("-pk").first()
    if line is None:
        return None
    act = zh(
        "{case_number}：{line_listed_by}列入名册，{line_reporting_by}登记{day}报到",
        case_number=case.number,
        line_listed_by=line.listed_by,
        line_reporting_by=line.reporting_by,
        day=spoken(line.reported_on) if line.reported_on else "—",
    )
    phase, cohort = line.phase_was or student.phase, line.cohort_was or student.cohort
    school, left = line.school, line.graduated_from
    return Arrival(case, school, act, left, line.graduated_on, phase, cohort, line.class_was)


arrivals.register(recruitment.KIND, recruited)


def facts_before(student: Student, authority: Unit, now: datetime) -> ReturnFacts:
    """Facts before anything is typed."""
    return ReturnFacts(
        student, authority, now, change_rules.other_case(student), arrival=arrivals.of(student)
    )


def send(student: Student, by, now: datetime, *, why: str, opinion: str) -> Case:
    """The authority's registrar begins and sends it to the head. Raises Refused; then nothing stands but a withdrawn
    draft."""
    authority = authority_acting(student, by, now, NAME)
    known = facts_before(student, authority, now)
    known.why = free_text(why, zh("回退原因"), CLAUSE, 200)
    held_by_wall(known.why, authority, act=zh("回退"))

    def fill(case: Case) -> None:
        arrival = cast("Arrival", known.arrival)  # the guards let nobody through who came by none
        RecruitmentReturn.objects.create(case=case, student=student, came_by=arrival.case, why=known.why)

    return pupil_drafts.sent_by_office(
        student, KIND, by, now, office=authority, opinion=opinion, checks=SUBMIT, facts=known, fill=fill
    )


procedures.register(RecruitmentRollback())
