"""毕业更正 (R4.1, R4.4): the authority sets right what the records say of a graduation, whenever it is found: an old 结业 of
compulsory education becomes 毕业, and a graduation of which there is no record is entered. Two persons, no limit of time.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import ClassVar, cast

from django.db.models import Min

from reviews.engine import procedures
from reviews.engine.grounds import held as held_by_wall
from reviews.engine.models import Case
from reviews.engine.opinions import free_text
from reviews.vocabulary.relations import PHASES
from reviews.vocabulary.states import Verb
from students.changes import pupil_drafts
from students.changes import rules as change_rules
from students.changes.key import rules as key_rules
from students.pupil import identity, records
from students.pupil.grades import PRIMARY
from students.pupil.models import Enrolment, Student
from students.pupil.statuses import StudentStatus, compulsory
from students.year_end import checking as year_end_check
from students.year_end.by_authority import (
    CLAUSE,
    AuthorityFacts,
    ByAuthority,
    authority_acting,
    of_own_school,
    why_given,
)
from students.year_end.models import Correcting, GraduationCorrection, GraduationLine, RunState
from web.clock import local_date, spoken
from web.refusals import guard
from web.words import zh

KIND = "graduation_correction"
NAME = zh("毕业更正")


@dataclass
class CorrectionFacts(AuthorityFacts):
    """What the guards judge: as of a roll-back, and the day of a graduation that stands in no record."""

    on: date | None = field(default=None)
    name: ClassVar[str] = NAME

    @cached_property
    def what(self) -> str:
        """What there is to set right; "" where nothing is."""
        return _what_of(self.student)


def _what_of(student: Student) -> str:
    """What there is to set right of a pupil; "" where nothing is."""
    if student.status == StudentStatus.COMPLETED and compulsory(student):
        return Correcting.COMPLETION
    unrecorded = Student.objects.filter(year_end_check.not_graduated(), pk=student.pk)
    return Correcting.UNRECORDED if unrecorded.exists() else ""


@guard(
    "该生的毕业记录不需要更正：义务教育阶段的结业可以更正为毕业；已在后一学段而没有毕业记录的，可以补记毕业。",
    CLAUSE,
)
def to_set_right(facts: CorrectionFacts):
    """义务教育阶段的结业，或已在后一学段而没有毕业记录"""
    return None if facts.what else {}


@guard("请填写毕业日期：学生从前一学段实际毕业的日期，不能晚于今天。", CLAUSE)
def day_given(facts: CorrectionFacts):
    """已填写毕业日期"""
    if facts.what != Correcting.UNRECORDED:
        return None
    born = facts.student.birth_date
    return None if facts.on is not None and born < facts.on <= facts.today else {}


@guard("毕业日期不能晚于该生进入现学段的日期（{begun}），请核对原毕业证书后重填。", CLAUSE)
def day_before_phase(facts: CorrectionFacts):
    """毕业日期不晚于进入现学段之日"""
    if facts.what != Correcting.UNRECORDED or facts.on is None:
        return None
    here = Enrolment.objects.filter(student=facts.student, phase=facts.student.phase)
    begun = here.aggregate(first=Min("period__startswith"))["first"]
    return None if begun is None or facts.on <= local_date(begun) else {"begun": spoken(local_date(begun))}


BEFORE = (to_set_right, of_own_school, change_rules.no_other_change)
SUBMIT = (*BEFORE, why_given, day_given, day_before_phase)
COMPLETE = (to_set_right, of_own_school)


class Correction(ByAuthority):
    """毕业更正: the registrar of the school's authority begins, its head signs."""

    kind = KIND
    name = NAME
    guards = {Verb.SUBMIT: SUBMIT, "complete": COMPLETE}
    brings = zh("毕业记录已更正")
    ends = zh("办结毕业更正")
    rule_note = zh("谁操作、谁负责：更正前请核对原毕业材料；学生照常就读，不受影响。")
    review_scope = zh("核对：该生确已从前一学段毕业，日期和原因属实。")

    def row(self, case: Case) -> GraduationCorrection:
        """See :func:`row_of`."""
        return row_of(case)

    def shown(self, row: GraduationCorrection, case: Case, full: bool) -> list[tuple[str, str]]:
        """See :func:`facts_shown`."""
        return facts_shown(row, case, full)

    def done(self, row: GraduationCorrection, at: str) -> str:
        """The record says what was."""
        return zh("已于{moment}办结，毕业记录已更正。", moment=at)

    def facts(self, case: Case, subject: Student | None, now, book) -> CorrectionFacts:
        """Facts of the case."""
        row = row_of(case)
        student = subject or row.student
        other = change_rules.other_case(student, case.pk)
        return CorrectionFacts(student, case.receiving_unit, now, other, row.why, row.graduated_on)

    def complete(self, case: Case, subject: Student, now) -> dict:
        """结业 becomes 毕业, its day as it was; a graduation that stood in no record stands in the row of the case."""
        row = row_of(case)
        told = {"student": subject.pk, "what": row.what, "phase": row.phase}
        if row.what == Correcting.COMPLETION:
            subject.correct()
            subject.save(update_fields=["status"])
        return told | {"status": str(subject.status)}


def row_of(case: Case) -> GraduationCorrection:
    """The row of a case with the pupil."""
    return GraduationCorrection.objects.select_related("student__school").get(case_id=case.pk)


def facts_shown(row: GraduationCorrection, case: Case, full: bool = False) -> list[tuple[str, str]]:
    """Who it is about and what is set right."""
    student = row.student
    name, number = student.name, records.current_number(student)
    if not full:
        name, number = identity.mask_name(name), identity.mask_number(number)
    return [
        (zh("姓名"), records.who_is(student, name)),
        (zh("学校"), case.sending_name),
        (zh("学籍号"), number),
        (zh("更正事项"), row.get_what_display()),
        (zh("毕业学段"), row.get_phase_display()),
        (zh("毕业日期"), spoken(row.graduated_on)),
        (zh("更正原因"), row.why),
    ]


def phase_left(student: Student, what: str) -> str:
    """The phase whose graduation is set right: that of a 结业; else the one before that in which the pupil stands."""
    if what == Correcting.COMPLETION:
        return student.phase
    before = year_end_check.BEFORE.get(student.phase)
    return before[-1] if before else PRIMARY


def said_before(student: Student) -> list[tuple[str, str]]:
    """What the page shows of what is to be set right."""
    what = _what_of(student)
    if not what:
        return [(zh("更正事项"), "—")]
    shown = [
        (zh("更正事项"), Correcting(what).label),
        (zh("毕业学段"), dict(PHASES)[phase_left(student, what)]),
    ]
    return [*shown, (zh("毕业日期"), spoken(student.graduated_on))] if student.graduated_on else shown


def asks_correction(student: Student) -> bool:
    """Whether there is something to set right."""
    return bool(_what_of(student))


def asks_day(student: Student) -> bool:
    """Whether the day of the graduation has to be said."""
    return _what_of(student) == Correcting.UNRECORDED


def facts_before(student: Student, authority, now: datetime) -> CorrectionFacts:
    """Facts before anything is typed."""
    return CorrectionFacts(student, authority, now, change_rules.other_case(student))


def send(student: Student, by, now: datetime, *, why: str, opinion: str, on: date | None = None) -> Case:
    """The authority's registrar begins and sends it to the head. Raises Refused; then nothing stands but a withdrawn
    draft."""
    authority = authority_acting(student, by, now, NAME)
    known = facts_before(student, authority, now)
    known.why = free_text(why, zh("更正原因"), CLAUSE, 200)
    known.on = on if known.what == Correcting.UNRECORDED else student.graduated_on
    held_by_wall(known.why, authority, act=zh("更正"))

    def fill(case: Case) -> None:
        GraduationCorrection.objects.create(
            case=case,
            student=student,
            what=known.what,
            phase=phase_left(student, known.what),
            graduated_on=cast("date", known.on),  # day_given, or the day it left
            why=known.why,
        )

    return pupil_drafts.sent_by_office(
        student, KIND, by, now, office=authority, opinion=opinion, checks=SUBMIT, facts=known, fill=fill
    )


procedures.register(Correction())


def _listed(student: Student) -> str:
    """The list of graduates in hand on which the pupil stands; "" for none."""
    line = (
        GraduationLine.objects.filter(student=student, run__state=RunState.READY)
        .select_related("run")
        .first()
    )
    return zh("毕业名单 {number}", number=line.run.number) if line else ""


key_rules.LISTED.append(_listed)
