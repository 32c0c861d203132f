"""Millions of pupils and cases as COPY text, made in processes of their own: no Django, no database, no clock.

Everything follows from (seed, number of the pupil): the same seed gives the same rows however the work is parted.
Numbers never repeat: pupil p takes division p mod D, then a day, then a sequence code, counting down from 899, where
neither real numbers nor those of the small demonstration lie.
"""

import json
import random
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from demo.places import begun
from students.pupil import identity
from students.pupil.grades import grade_label, nominal_grade, phase_of
from students.pupil.identity import FEMALE, compose_j, compose_l
from students.pupil.sealing import Keyring

CHUNK = 5_000
NULL = "\\N"
TABLES = {
    "students_student": "id, key, name, pinyin, sex, birth_date, ethnic, id_type, id_number_sealed, id_number_index,"
    " status, phase, cohort, school_id, school_class_id, entered_on, address, household_registration_place,"
    " left_behind_child, migrant_worker_child, local_number",
    "students_registrationnumber": "id, student_id, kind, sealed, index, issued_at, closed_at, closed_reason,"
    " closed_case",
    "students_enrolment": "id, student_id, school_id, phase, period, grade_in, grade_out, class_name, entered_by, left_by,"
    " case_number, left_case_number, archive",
    "reviews_case": "id, number, kind, state, awaiting, holder_id, receiving_unit_id, sending_unit_id, relation,"
    " route_id, stages, subject, exclusive_key, headline, search_text, created_by_id, created_at, submitted_at,"
    " due_on, expires_at, closed_at, revision",
    "transfers_transfer": "id, case_id, student_id, receiving_school_id, sending_school_id, reason_id, reason_note,"
    " grade_from, grade_to, grade_reason, school_class_id",
    "reviews_step": "id, case_id, seq, stage, unit_id, opened_at, due_on, bulletin_due_on, due_provisional,"
    " next_warn_on, handler_id, handler_person_id, handled_at, handle_opinion, proposal, signer_id,"
    " signer_person_id, signed_at, sign_opinion, outcome, reason, closed_at",
    "reviews_act": "id, case_id, step_id, stage, verb, account_id, unit_id, delegated, outcome, reason, opinion, at,"
    " person_name, role, unit_name, unit_short",
}
# Ids set aside for each pupil or case.
NUMBERS, ENROLMENTS, STEPS, ACTS = 2, 2, 4, 9
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# A prime: it spreads neighbouring pupils over the days of twelve years.
_SPREAD = 1009
_FIRST_CODE = 899
_SETTLED = 250
# state, awaiting, stages already passed, share in a thousand.
_SHARES = [
    ("receiving_school", "sign", 0, 200),
    ("receiving_authority", "handle", 1, 260),
    ("receiving_authority", "sign", 1, 80),
    ("sending_school", "handle", 2, 180),
    ("sending_school", "sign", 2, 60),
    ("sending_authority", "handle", 3, 80),
    ("sending_authority", "sign", 3, 40),
    ("completed", "", 4, 70),
    ("refused", "", 2, 15),
    ("withdrawn", "", 1, 15),
]
OVERDUE_SHARE, EXPIRING_SHARE = 0.12, 0.12


@dataclass(frozen=True)
class Ground:
    """A school as the rows need it: its unit, its authority, who registers and signs, its class of each cohort."""

    pk: int
    authority: int
    division: str
    lowest: int
    highest: int
    name: str
    classes: dict[int, int]


@dataclass(frozen=True)
class WorkingDay:
    """A working day of the past, with the dates of a step that arrives on it."""

    day: date
    due_on: str
    bulletin_due_on: str
    next_warn_on: str
    provisional: str
    opens: int
    """How many working days ago the latest open day for sending was, seen from here (R3.5)."""


@dataclass
class Plan:
    """All that a process needs; ``first`` holds the first id set aside of each table."""

    seed: int
    pupils: int
    cases: int
    today: date
    field_keys: str = field(repr=False)
    suite: str
    names: list[tuple]
    grounds: dict[tuple[str, int], list[Ground]]
    divisions: list[str]
    places: dict[str, str]
    staff: dict[int, tuple[int, int, int, int]]
    called: dict[int, str]
    unit_names: dict[int, str]
    days: list[WorkingDay]
    expiring: tuple[int, int]
    routes: dict[str, tuple[int, list[str]]]
    reason: int
    kind: str
    first: dict[str, int]

    @property
    def oldest(self) -> date:
        """The first birthday of the oldest cohort: those in grade 12."""
        return date(self._year - 11 - 7, 9, 1)

    @property
    def span(self) -> int:
        """Days of birth of all twelve cohorts."""
        return (date(self._year - 6, 9, 1) - self.oldest).days

    @property
    def _year(self) -> int:
        return nominal_grade(0, self.today) - 1


class Writer:
    """Makes the rows of a range of pupils, with their cases."""

    def __init__(self, plan: Plan):
        self.plan = plan
        self.span, self.oldest = plan.span, plan.oldest
        self.ring = Keyring.parse(plan.field_keys, plan.suite)
        self.seal_id = self.ring.column("students_student", "id_number_sealed").seal
        self.seal_number = self.ring.column("students_registrationnumber", "sealed").seal

    def rows(self, start: int, count: int) -> tuple[dict[str, bytes], int]:
        """COPY text of pupils ``start`` … by table, and how many rows it is."""
        self.random = random.Random(f"{self.plan.seed}:{start}")  # noqa: S311 - it must repeat
        self.out: dict[str, list[str]] = defaultdict(list)
        for place in range(start, min(start + count, self.plan.pupils)):
            self._pupil(place)
        made = sum(len(rows) for rows in self.out.values())
        return {table: "".join(self.out[table]).encode() for table in TABLES if self.out[table]}, made

    # ------------------------------------------------------------ pupils

    def _pupil(self, place: int) -> None:
        plan, chance = self.plan, self.random
        turn, at = divmod(place, len(plan.divisions))
        division = plan.divisions[at]
        born = self.oldest + timedelta(days=turn * _SPREAD % self.span)
        code = _FIRST_CODE - 2 * (turn // self.span)
        cohort = (born.year if born.month >= 9 else born.year - 1) + 7
        grade = nominal_grade(cohort, plan.today)
        name, sex, ethnic, reading, masked = chance.choice(plan.names)
        school = chance.choice(plan.grounds[division, grade])
        pk = plan.first["students_student"] + place
        letter = "L" if grade == 1 else chance.choices("GJL", (93, 3, 4))[0]
        identity_number = compose_j(division, born, code - (sex == FEMALE))[1:]
        self._numbers(place, pk, division, born, code, letter, identity_number, cohort)
        moved = (
            self._case(place, pk, name, reading, masked, school, cohort, grade)
            if place < plan.cases
            else None
        )
        # Early enough that every case of the past half-year finds the pupil at the school.
        entered = min(
            date(cohort + begun(school.lowest, phase_of(grade, "6-3"), "6-3") - 1, 9, 1),
            plan.today - timedelta(days=_SETTLED),
        ).isoformat()
        now_at = moved[0] if moved else school
        self._enrolments(place, pk, school, entered, moved, (name, sex, born, grade))
        sealed, index = NULL, NULL
        if letter != "J":
            sealed = "\\\\x" + self.seal_id(identity_number, pk).hex()
            index = "\\\\x" + self.ring.blind_index(identity_number).hex()
        address = f"{plan.places[division]}示例街{place % 400 + 1}号"
        self._line(
            "students_student",
            f"{pk}\t{uuid.UUID(int=chance.getrandbits(128), version=4)}\t{name}\t{reading}\t{sex}\t{born}\t{ethnic}\t"
            f"{'Z' if letter == 'J' else '1'}\t{sealed}\t{index}\tenrolled\t{phase_of(grade, '6-3')}\t{cohort}\t{now_at.pk}\t"
            f"{now_at.classes[cohort]}\t{entered}\t{address}\t{address}\t0\tf\t{NULL}",
        )

    def _numbers(self, place, pk, division, born, code, letter, identity_number, cohort) -> None:
        row = self.plan.first["students_registrationnumber"] + place * NUMBERS
        first_day = min(date(cohort, 9, 1), self.plan.today - timedelta(days=_SETTLED))
        issued, formal = f"{first_day} 09:00+08", f"{cohort + 1}-04-01 10:00+08"
        later = letter != "L"
        # L codes have four digits, so they count down from 8999; a pair of sexes takes a pair of codes.
        temporary = compose_l(division, born, 8100 + code)
        ends = f"{formal}\t下发正式学籍号" if later else f"{NULL}\t"
        self._number(row, pk, temporary, issued, ends)
        if later:
            text = f"G{identity_number}" if letter == "G" else compose_j(division, born, code)
            self._number(row + 1, pk, text, formal, f"{NULL}\t")

    def _number(self, row: int, pk: int, text: str, issued: str, ends: str) -> None:
        self._line(
            "students_registrationnumber",
            f"{row}\t{pk}\t{text[0]}\t\\\\x{self.seal_number(text, row).hex()}\t"
            f"\\\\x{self.ring.blind_index(text).hex()}\t{issued}\t{ends}\t",
        )

    def _enrolments(self, place, pk, school, entered, moved, person) -> None:
        row = self.plan.first["students_enrolment"] + place * ENROLMENTS
        since = f"{entered} 09:00+08"
        name, sex, born, grade = person
        phase = phase_of(grade, "6-3")
        lead, first = f"{pk}\t{school.pk}\t{phase}", begun(school.lowest, phase, "6-3")
        if moved is None:
            self._line(
                "students_enrolment",
                f"{row}\t{lead}\t[{since},)\t{first}\t{NULL}\t（1）班\t新生入学\t\t\t\t{NULL}",
            )
            return
        to, at, number = moved
        archive = {
            "name": name,
            "sex": identity.SEX_WORDS[sex],
            "birth_date": born.isoformat(),
            "ethnic": "",
            "number": "",
            "status": "在校",
            "grade": grade_label(grade),
            "class": "（1）班",
            "entered_on": entered,
            "address": "",
            "household_registration_place": "",
            "guardians": [],
        }
        self._line(
            "students_enrolment",
            f"{row}\t{lead}\t[{since},{at})\t{first}\t{grade}\t（1）班\t新生入学\t省内转学\t\t{number}\t"
            f"{json.dumps(archive, ensure_ascii=False)}",
        )
        self._line(
            "students_enrolment",
            f"{row + 1}\t{pk}\t{to.pk}\t{phase}\t[{at},)\t{grade}\t{NULL}\t（1）班\t省内转学\t\t{number}\t\t{NULL}",
        )

    # ------------------------------------------------------------ cases

    def _case(self, place, pupil, name, reading, masked, sending, cohort, grade):
        """The rows of one case; for a completed one (receiving school, instant, number), else ``None``."""
        plan, chance = self.plan, self.random
        state, awaiting, passed, _ = chance.choices(_SHARES, _WEIGHTS)[0]
        receiving = self._receiving(sending, grade)
        relation = "same_authority" if receiving.authority == sending.authority else "same_province"
        route, stages = plan.routes[relation]
        if state in ("completed", "refused", "withdrawn"):
            passed = len(stages) if state == "completed" else min(passed, len(stages) - 1)
        else:
            state = state if state in stages else "sending_school"
            passed = stages.index(state)
        pk = plan.first["reviews_case"] + place
        number = f"ZX-{plan.today.year}-{_scrambled(place, plan.seed)}"
        story = _Steps(self, pk, place, receiving, sending, stages)
        story.tell(state, awaiting, passed)
        live = awaiting != ""
        subject = f"student:{pupil}"
        holder, due = (story.unit, story.due_on) if live else (NULL, NULL)
        self._line(
            "reviews_case",
            f"{pk}\t{number}\t{plan.kind}\t{state}\t{awaiting}\t{holder}\t{receiving.pk}\t{sending.pk}\t{relation}\t"
            f"{route}\t{{{','.join(stages)}}}\t{subject}\t{subject if live else NULL}\t{masked}\t{name} {reading}\t"
            f"{plan.staff[receiving.pk][0]}\t{story.sent}\t{story.sent}\t{due}\t{story.expires}\t"
            f"{NULL if live else story.ended}\t{story.acts + 2}",
        )
        self._line(
            "transfers_transfer",
            f"{plan.first['transfers_transfer'] + place}\t{pk}\t{pupil}\t{receiving.pk}\t{sending.pk}\t{plan.reason}\t\t"
            f"{grade}\t{grade}\t\t{receiving.classes[cohort]}",
        )
        return (receiving, story.ended, number) if state == "completed" else None

    def _receiving(self, sending: Ground, grade: int) -> Ground:
        divisions, chance = self.plan.divisions, self.random
        while True:
            division = sending.division if chance.random() < 0.2 else chance.choice(divisions)
            found = chance.choice(self.plan.grounds[division, grade])
            if found.pk != sending.pk:
                return found

    def _line(self, table: str, text: str) -> None:
        self.out[table].append(text + "\n")


class _Steps:
    """The steps and acts of one case, a working day each, the last one as old as chance has it."""

    def __init__(self, writer: Writer, case: int, place: int, receiving: Ground, sending: Ground, stages):
        self.writer, self.plan, self.case = writer, writer.plan, case
        self.stages = stages
        self.units = {
            "receiving_school": receiving.pk,
            "receiving_authority": receiving.authority,
            "sending_school": sending.pk,
            "sending_authority": sending.authority,
        }
        self.step = self.plan.first["reviews_step"] + place * STEPS
        self.act = self.plan.first["reviews_act"] + place * ACTS
        self.acts = 0

    def tell(self, state: str, awaiting: str, passed: int) -> None:
        """Write all steps: ``passed`` agreed ones, then the open one or the one that ended the case."""
        plan, chance = self.plan, self.writer.random
        total = passed + (state != "completed")
        age = self._age(chance, awaiting, total)
        ages = [age + total - 1 - place for place in range(total)]
        ages[0] = plan.days[ages[0]].opens
        self.time = f"{chance.randrange(9, 17):02d}:{chance.randrange(60):02d}:{chance.randrange(60):02d}"
        self.sent = self._at(ages[0])
        sent_on = plan.days[ages[0]].day
        self.expires = f"{sent_on + timedelta(days=90)} {self.time}+08"
        for place in range(total):
            last = place == total - 1
            closes = self._at(ages[place + 1]) if not last else self._at(ages[place] - 1)
            how = "agree"
            if last and state != "completed":
                how = {"refused": "refuse", "withdrawn": "withdrawn"}.get(state, "")
            self._one(place, ages[place], closes, how, awaiting if last else "")
            self.ended = closes

    def _age(self, chance, awaiting: str, total: int) -> int:
        """Working days since the last step opened; a share is overdue, a share has been sent 90 days ago."""
        if not awaiting:
            return chance.randrange(2, 40)
        lot = chance.random()
        if lot < EXPIRING_SHARE:
            return chance.randint(*self.plan.expiring) - total + 1
        return chance.randrange(11, 40) if lot < EXPIRING_SHARE + OVERDUE_SHARE else chance.randrange(1, 10)

    def _at(self, age: int) -> str:
        return f"{self.plan.days[age].day} {self.time}+08"

    def _one(self, place: int, age: int, closes: str, how: str, awaiting: str) -> None:
        stage, day = self.stages[place], self.plan.days[age]
        self.unit = unit = self.units[stage]
        self.due_on = day.due_on
        opened = self._at(age)
        clerk, clerk_person, head, head_person = self.plan.staff[unit]
        handled = place == 0 or how in ("agree", "refuse") or awaiting == "sign"
        proposal, reason, opinion = ("agree", "", "情况属实，同意转入。")
        if how == "refuse":
            proposal, reason, opinion = ("refuse", "reason_untrue", "经核对证明与申报原因不一致，不同意。")
        at = opened if place == 0 else f"{day.day} {self.time}.5+08"
        done = (
            f"{clerk}\t{clerk_person}\t{at}\t{opinion}\t{proposal}"
            if handled
            else f"{NULL}\t{NULL}\t{NULL}\t\t"
        )
        ending = f"{NULL}\t{NULL}\t{NULL}\t\t\t\t{NULL}"
        if how in ("agree", "refuse"):
            ending = f"{head}\t{head_person}\t{closes}\t{opinion}\t{how}\t{reason}\t{closes}"
        elif how == "withdrawn":
            ending = f"{NULL}\t{NULL}\t{NULL}\t\twithdrawn\t\t{closes}"
        self.writer._line(
            "reviews_step",
            f"{self.step}\t{self.case}\t{place + 1}\t{stage}\t{unit}\t{opened}\t{day.due_on}\t{day.bulletin_due_on}\t"
            f"{day.provisional}\t{day.next_warn_on}\t{done}\t{ending}",
        )
        if handled:
            self._act(stage, "handle" if place else "submit", clerk, unit, proposal, reason, opinion, at)
        if how in ("agree", "refuse"):
            self._act(stage, "sign", head, unit, how, reason, opinion, closes)
        elif how == "withdrawn":
            school = self.units["receiving_school"]
            self._act(
                stage, "withdraw", self.plan.staff[school][0], school, "", "", "家长不再转学，撤销。", closes
            )
        self.step += 1

    def _act(self, stage, verb, account, unit, outcome, reason, opinion, at) -> None:
        self.writer._line(
            "reviews_act",
            f"{self.act + self.acts}\t{self.case}\t{self.step}\t{stage}\t{verb}\t{account}\t{unit}\tf\t{outcome}\t"
            f"{reason}\t{opinion}\t{at}\t{self.plan.called[account]}\t{'head' if verb == 'sign' else 'registrar'}\t"
            f"{self.plan.unit_names[unit]}",
        )
        self.acts += 1


_WEIGHTS = [share for *_, share in _SHARES]


def _scrambled(place: int, seed: int) -> str:
    """Eight letters, another for every place: an odd multiplier runs through all of 32⁸."""
    value = (place * 38_742_048_907 + seed * 7_919 + 12_345) % 32**8
    return "".join(_LETTERS[value >> shift & 31] for shift in range(0, 40, 5))


# Each process its own.
_writer: Writer


def prepare(plan: Plan) -> None:
    """Called once in each process."""
    global _writer
    _writer = Writer(plan)


def rows(start: int) -> tuple[dict[str, bytes], int]:
    """One chunk, in a process that was prepared."""
    return _writer.rows(start, CHUNK)
