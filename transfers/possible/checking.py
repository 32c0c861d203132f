"""“现在能办什么”: what a pupil of a certain status may have, asked of the very guards, windows and routes that judge a
real one (R3.1–R3.5, R5.1–R5.3). Nothing of it is a rule: a stand-in pupil and two stand-in schools are put before them.
"""

from dataclasses import dataclass
from datetime import date, datetime

from orgs.people.models import Unit, UnitLevel
from orgs.people.school_system import SystemOn, of_row
from reviews.engine import routing
from reviews.engine.book import Rulebook
from reviews.engine.deadlines import due_of, step_days
from reviews.engine.door import relation_of
from reviews.engine.models import Case
from reviews.engine.procedures import of_kind
from reviews.rulebook.notice_values import CROSS_PROVINCE, IN_PROVINCE, POST_GRADUATION
from reviews.rulebook.windows import WindowState, window_state
from reviews.vocabulary.states import SENDING_SIDE
from students.changes import rules as change_rules
from students.changes.kinds import KINDS, RESUMPTION, ChangeKind
from students.changes.resuming import told_choices
from students.pupil.grades import bounds, cohort_of, entering_grade, phase_of
from students.pupil.models import Student
from students.pupil.statuses import StudentStatus
from transfers.moving import rules
from transfers.moving.preflight import Check, checks_of, stopped
from transfers.moving.procedures import kind_for, move_of
from web.clock import local_date
from web.refusals import Refusal
from web.words import zh

SAME_AUTHORITY, SAME_LEAGUE, SAME_PROVINCE = "same_authority", "same_league", "same_province"
TRANSFER_KINDS = (IN_PROVINCE, CROSS_PROVINCE, POST_GRADUATION)


@dataclass(frozen=True)
class Question:
    """The facts that are chosen: at which instant, of which status and grade, between which provinces and systems.

    ``grade`` is the pupil's own on that day, of a graduate that of its graduation. ``relation`` says how two schools
    of one province stand to one another; between two provinces it says nothing.
    """

    at: datetime
    status: str
    grade: int
    receiving: Unit
    sending: Unit
    relation: str = SAME_LEAGUE
    receiving_system: str = "6-3"
    sending_system: str = "6-3"
    born: date | None = None
    stays: bool = False
    """应毕业未毕业: the pupil's class has left that grade, the last of its phase."""

    @property
    def day(self) -> date:
        """The day in Shanghai."""
        return local_date(self.at)


@dataclass(frozen=True)
class Stage:
    """A stage of the route with its working days (R3.7, R3.6)."""

    stage: str
    days: int


@dataclass(frozen=True)
class Answer:
    """What the guards, the windows and the routes say to a question."""

    kind: str
    checks: list[Check]
    window: WindowState
    stages: list[Stage]
    first_due: date | None
    expire_days: int
    others: list[tuple[str, Check]]
    changes: list[tuple[ChangeKind, Refusal | None]]
    resuming: str = ""
    """What may be chosen on 复学, where it may be had."""

    @property
    def allowed(self) -> bool:
        """Whether it may be submitted: no check stops it and there is a route."""
        return not stopped(self.checks) and bool(self.stages)


def answer(asked: Question, book: Rulebook) -> Answer:
    """Put a stand-in pupil between two stand-in schools before the guards."""
    receiving, sending = _schools(asked)
    student = _pupil(asked, sending)
    kind = kind_for(student, receiving, asked.day)
    judged = {each: _checks(each, student, receiving, sending, asked, book) for each in TRANSFER_KINDS}
    stages = _stages(kind, student, receiving, sending, asked, book)
    changes = _changes(student, sending, asked)
    first = due_of(book, asked.day, receiving, asked.day, stages[0].stage).due_on if stages else None
    return Answer(
        kind,
        judged[kind],
        window_state(book.windows, kind, receiving.province_id, asked.at),
        stages,
        first,
        book.limit("expire_days", asked.day, receiving.province_id),
        [(each, found) for each in TRANSFER_KINDS if each != kind and (found := _why_not(judged[each]))],
        [(facts.kind, told) for facts, told in changes],
        next((told_choices(facts) for facts, told in changes if facts.kind is RESUMPTION and not told), ""),
    )


def _why_not(checks: list[Check]) -> Check | None:
    """The first check about the pupil and the schools that stops the kind; a closed window only when nothing else."""
    stopping = [check for check in checks if not check.ok and not check.warns]
    lasting = [check for check in stopping if check.code != "window_closed"]
    return next(iter(lasting or stopping), None)


def _checks(kind: str, student, receiving: Unit, sending: Unit, asked: Question, book) -> list[Check]:
    facts = rules.Facts(
        student,
        receiving,
        sending,
        asked.at,
        book,
        kind=kind,
        systems={school.pk: _system(school) for school in (receiving, sending)},
    )
    return checks_of(move_of(kind).preflight, facts, receiving)


def _stages(kind: str, student, receiving: Unit, sending: Unit, asked: Question, book) -> list[Stage]:
    case = Case(
        kind=kind,
        relation=relation_of(receiving, sending),
        receiving_unit=receiving,
        sending_unit=sending,
    )
    procedure = of_kind(kind)
    phase = phase_of(entering_grade(student, asked.day), receiving.school_system)
    found = routing.route_of(book, case, phase, asked.day)
    if found is None:
        return []
    side = {True: sending, False: receiving}
    return [
        Stage(str(stage), step_days(book, side[stage in SENDING_SIDE], asked.day, stage))
        for stage in procedure.stages_of(case, found[1])
    ]


def _changes(
    student: Student, school: Unit, asked: Question
) -> list[tuple[change_rules.ChangeFacts, Refusal | None]]:
    """学籍异动 that the pupil's own school may begin, each with the first obstacle (R5.1–R5.3)."""
    known = change_rules.facts_before(student, school, KINDS, asked.at)
    return [
        (facts, next((told for check in change_rules.OFFERED if (told := check(facts))), None))
        for facts in known
    ]


# ---------------------------------------------------------------- stand-ins


def _schools(asked: Question) -> tuple[Unit, Unit]:
    """Two schools that stand to one another as was chosen. Their ids are negative: no row has them."""
    same_province = asked.receiving.pk == asked.sending.pk
    near = same_province and asked.relation == SAME_AUTHORITY
    one_league = near or (same_province and asked.relation == SAME_LEAGUE)
    entering = asked.grade + (asked.status == StudentStatus.GRADUATED)
    receiving = _school(-2, zh("转入学校"), asked.receiving, asked.receiving_system, entering)
    sending = _school(-1, zh("转出学校"), asked.sending, asked.sending_system, asked.grade)
    for school, number in ((receiving, -12), (sending, -11)):
        school.authority = Unit(
            pk=-12 if near else number,
            name=zh("{school_name}主管部门", school_name=school.name),
            short_name=zh("主管部门"),
            level=UnitLevel.COUNTY,
        )
        school.league_id = -22 if one_league else number - 10
    return receiving, sending


def _school(pk: int, name: str, province: Unit, system: str, grade: int) -> Unit:
    lowest, highest = _grades(system, grade)
    return Unit(
        pk=pk,
        name=name,
        short_name=name,
        level=UnitLevel.SCHOOL,
        province=province,
        school_system=system,
        lowest_grade=lowest,
        highest_grade=highest,
    )


def _grades(system: str, grade: int) -> tuple[int, int]:
    """The grades under one roof with ``grade``, in a school of this system."""
    if system == "twelve":
        return 1, 12
    if system == "nine" and grade <= 9:
        return 1, 9
    return bounds(phase_of(grade, system), system)


def _system(school: Unit) -> SystemOn:
    return of_row(school)


def _pupil(asked: Question, school: Unit) -> Student:
    """A pupil in the grade that was chosen; a graduate left that grade in the last summer before the day."""
    day = asked.day
    graduated_on = None
    if asked.status == StudentStatus.GRADUATED:
        graduated_on = date(day.year - (day < date(day.year, 7, 10)), 7, 10)
    cohort = cohort_of(asked.grade, graduated_on or day) - asked.stays
    return Student(
        pk=-1,
        name=zh("该生"),
        status=asked.status,
        phase=phase_of(asked.grade, asked.sending_system),
        cohort=cohort,
        school=school,
        graduated_on=graduated_on,
        birth_date=asked.born or date(cohort - 6, 8, 31),
    )
