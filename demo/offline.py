"""Offline first in the demonstration (R0.4): a fault of the league that has ended, with what was done under it, and one
of a county that lasts."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from demo.loading import as_replica, reserve, store
from demo.people import Staff
from demo.places import School
from demo.pupils import Pupil, Register
from demo.story import Story
from ledger import audit
from orgs.people.models import Unit
from reviews.engine import book as rulebook
from reviews.faults.models import Fault
from reviews.vocabulary.states import State
from students.pupil.grades import grade_of
from transfers.attendance.models import OfflineTransfer, Outcome, Requester
from web.clock import SHANGHAI, local_date

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LEAGUE, COUNTY = "152500", "152525"
_LEAGUE_SCHOOLS = ("aba1", "aba2", "dongwu1", "dongwu2")
# So many cases of each kind follow a pupil who was taken in offline.
_DONE, _RUNNING = 5, 4


@dataclass
class Told:
    """The rows in the making."""

    staff: Staff
    today: date
    random: random.Random
    free: list[Pupil]
    schools: dict[str, School]
    faults: list[Fault] = field(default_factory=list)
    taken: list[OfflineTransfer] = field(default_factory=list)

    def number(self, prefix: str, day: date) -> str:
        """A public number that repeats with the seed."""
        return f"{prefix}-{day.year}-" + "".join(self.random.choice(_LETTERS) for _ in range(8))

    def fault(self, unit: Unit, since: date, reason: str, until: date | None = None) -> Fault:
        """A notice of the unit's registrar; ended by its head."""
        fault = Fault(
            number=self.number("GZ", since),
            unit=unit,
            since=since,
            reason=reason,
            opened_at=_at(since, 9, 20),
            opened_by=self.staff.registrar(unit),
            opened_from=unit,
            closed_at=_at(until, 17, 10) if until else None,
            closed_by=self.staff.head(unit) if until else None,
            closed_from=unit if until else None,
        )
        self.faults.append(fault)
        return fault

    def take_in(self, fault: Fault, school: Unit, day: date, **about) -> OfflineTransfer:
        """A pupil taken in on ``day``, recorded the same afternoon."""
        made = OfflineTransfer(
            number=self.number("XX", day),
            fault=fault,
            school=school,
            paper_date=day,
            requester=self.random.choice(Requester.values),
            recorded_by=self.staff.registrar(school),
            recorded_at=_at(day, 15, self.random.randint(0, 59)),
            confirmed_by=self.staff.head(school),
            confirmed_at=_at(day, 16, 20),
            **about,
        )
        self.taken.append(made)
        return made

    def pupil(self, receiving: School) -> Pupil:
        """A pupil of another school of the league, of a grade that ``receiving`` has, without any case."""
        found = next(
            pupil
            for pupil in self.free
            if pupil.school.word != receiving.word
            and receiving.lowest <= grade_of(pupil.student, self.today, "") <= receiving.highest
        )
        self.free.remove(found)
        return found


def write(
    stories: list[Story], schools: list[School], register: Register, staff: Staff, today: date, seed: int
) -> int:
    """Write both faults and their offline transfers; returns how many pupils were taken in."""
    used = {story.pupil.student.pk for story in stories} | register.troubled
    words = {school.word: school for school in schools}
    free = [
        p for p in register.pupils if p.free and p.student.pk not in used and p.school.word in _LEAGUE_SCHOOLS
    ]
    told = Told(staff, today, random.Random(seed + 7), free, words)  # noqa: S311 - it must repeat
    told.random.shuffle(told.free)
    _ended(told, stories)
    _lasting(told)
    _store(told)
    return len(told.taken)


def _ended(told: Told, stories: list[Story]) -> None:
    """The league's system was down for two days: some records have come since, some are on their way, some wait."""
    calendar = rulebook.current().calendar
    since, until = calendar.add(told.today, -20), calendar.add(told.today, -18)
    league = Unit.objects.get(code=LEAGUE)
    fault = told.fault(league, since, "学籍系统无法登录，转学业务不能发起", until)
    wanted = {State.COMPLETED: _DONE, "live": _RUNNING}
    for story in stories:
        case = story.case
        kind = case.state if case.state == State.COMPLETED else "live" if case.closed_at is None else ""
        if not wanted.get(kind) or case.submitted_at is None or local_date(case.created_at) <= since:
            continue
        if not league.stands_above(story.receiving.unit):
            continue
        wanted[kind] -= 1
        made = told.take_in(
            fault,
            story.receiving.unit,
            since,
            student=story.pupil.student,
            sending_school=story.sending.unit,
            case=case,
        )
        if case.state == State.COMPLETED:
            made.outcome, made.closed_at = Outcome.DONE, case.closed_at
    for word in ("aba1", "aba2", "dongwu1"):
        _waiting(told, fault, told.schools[word], since + timedelta(days=1))
    back = _waiting(told, fault, told.schools["aba1"], since)
    back.outcome, back.closed_at = Outcome.RETURNED, _at(calendar.add(told.today, -6), 10, 30)
    back.closed_by = told.staff.registrar(back.school)


def _lasting(told: Told) -> None:
    """The county's line is cut since the day before yesterday: two pupils are taken in, one not even looked up, which
    the head has yet to confirm."""
    since = rulebook.current().calendar.add(told.today, -2)
    fault = told.fault(Unit.objects.get(code=COUNTY), since, "光缆中断，各校不能登录学籍系统")
    _waiting(told, fault, told.schools["dongwu1"], since)
    school = told.schools["dongwu1"]
    pupil = told.pupil(school)
    stated = told.take_in(
        fault,
        school.unit,
        since,
        name=pupil.student.name,
        sex=pupil.student.sex,
        birth_date=pupil.student.birth_date,
        origin=pupil.school.unit.name,
    )
    stated.confirmed_by = stated.confirmed_at = None


def _waiting(told: Told, fault: Fault, school: School, day: date) -> OfflineTransfer:
    pupil = told.pupil(school)
    return told.take_in(fault, school.unit, day, student=pupil.student, sending_school=pupil.school.unit)


def _at(day: date, hour: int, minute: int) -> datetime:
    return datetime.combine(day, time(hour, minute), SHANGHAI)


def _store(told: Told) -> None:
    """The rows past the triggers, the audit trail with all triggers on; ``at`` says when each is told to be."""
    for rows in (told.faults, told.taken):
        for pk, row in enumerate(rows, reserve(type(rows[0]), len(rows))):
            row.pk = pk
    for row in told.taken:
        row.fault_id = row.fault.pk
    with as_replica():
        store(told.faults)
        store(told.taken)
    for fault in told.faults:
        _note(
            "faults",
            fault.opened_by,
            "fault.opened",
            fault.opened_at,
            {"fault": fault.pk},
            f"fault:{fault.number}",
        )
        if fault.closed_at:
            body: dict[str, int | None] = {"fault": fault.pk}
            _note("faults", fault.closed_by, "fault.closed", fault.closed_at, body, f"fault:{fault.number}")
    for made in told.taken:
        body = {"offline": made.pk, "fault": made.fault_id, "student": made.student_id}
        _note(
            "offline", made.recorded_by, "offline.recorded", made.recorded_at, body, f"offline:{made.number}"
        )
        if made.confirmed_at:
            body = {"offline": made.pk, "student": made.student_id}
            subject = f"offline:{made.number}"
            _note("offline", made.confirmed_by, "offline.confirmed", made.confirmed_at, body, subject)


def _note(chain: str, account, action: str, at: datetime, body: dict, subject: str) -> None:
    audit.record(chain, audit.actor_of(account), action, body | {"at": at.isoformat()}, subject)
