"""The rules of 关键信息变更, one guard each (R1.6); the checks against other pupils and the population register (R1.7)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import cast

from orgs.people.models import Unit
from orgs.people.school_system import system_on
from reviews.engine.models import Attachment, Case
from students.changes import rules as change_rules
from students.changes.key.models import KeyBasis, KeyInformationChange
from students.numbers.population import Asked, Found, register
from students.pupil import identity, records, sealing
from students.pupil.grades import bounds, grade_label, nominal_grade
from students.pupil.models import Folded, RegistrationNumber, Student
from students.pupil.statuses import LIVING, OVER
from web.clock import local_date
from web.refusals import Refusal, guard
from web.text import folded, says
from web.words import zh

KIND = "key_information"
NAME = zh("关键信息变更")
CLAUSE = zh("附件1 一.3")
PLACEMENT_CLAUSE = zh("附件1 三.5")
# An answer of the register is good for so long: the last sign-off asks anew each time.
FRESH = timedelta(minutes=10)
TABLE = KeyInformationChange._meta.db_table
# What the register and other pupils are not asked about, since they have no word in it.
PLACEMENT = ("phase", "cohort")
LISTED: list[Callable[[Student], str]] = []
"""Who keeps lists of pupils by their grade says here in which one a pupil stands; "" for none."""


@dataclass
class KeyFacts:
    """What the guards judge: the pupil, its school, what was typed, what else is running."""

    student: Student
    school: Unit
    now: datetime
    row: KeyInformationChange | None = None
    number: str = ""
    """The identity number typed, in clear; empty for one that is not to change."""
    old_number: str = ""
    other: Case | None = None
    proofs: int = 0
    kind = SimpleNamespace(name=NAME)

    @property
    def today(self) -> date:
        """The day in Shanghai."""
        return local_date(self.now)

    @property
    def changed(self) -> list[str]:
        """The items that become others, in the order of the form."""
        if self.row is None:
            return []
        found = [
            key
            for key in ("name", "sex", "birth_date")
            if getattr(self.row, key) != getattr(self.student, key)
        ]
        found += [key for key in PLACEMENT if getattr(self, f"{key}_to_be") != getattr(self.student, key)]
        return found + (["id_number"] if self.number and self.number != self.old_number else [])

    @property
    def phase_to_be(self) -> str:
        """学段 that the pupil will have."""
        return (self.row.phase if self.row else "") or self.student.phase

    @property
    def cohort_to_be(self) -> int:
        """级 that the pupil will have."""
        return (self.row.cohort if self.row else None) or self.student.cohort

    @property
    def placed_anew(self) -> bool:
        """Whether the pupil stands in another 学段 or 级 afterwards."""
        return not {*self.changed}.isdisjoint(PLACEMENT)

    @property
    def asks_others(self) -> bool:
        """Whether something changes that the register or other pupils may contradict."""
        return not {*self.changed} <= {*PLACEMENT}

    @property
    def typed(self) -> KeyInformationChange:
        """The row, once there is a case."""
        return cast("KeyInformationChange", self.row)

    @property
    def id_number(self) -> str:
        """The identity number that the pupil will have."""
        return self.number or self.old_number


@guard("学籍状态为“{status}”的学生不能变更关键信息。", CLAUSE)
def status_open(facts: KeyFacts):
    """学籍状态可以变更关键信息"""
    closed = facts.student.status in OVER
    return {"status": facts.student.get_status_display()} if closed else None


@guard("没有要变更的内容：请填写与现在不同的姓名、性别、出生日期、身份证号、学段或级。", CLAUSE)
def something_changes(facts: KeyFacts):
    """有要变更的内容"""
    return None if facts.changed else {}


@guard("{told}", CLAUSE)
def basis_given(facts: KeyFacts):
    """变更原因已选择"""
    if facts.row is None or not facts.row.basis:
        return {"told": zh("请选择变更原因。")}
    if facts.row.basis == KeyBasis.OTHER and not says(facts.row.note):
        return {"told": zh("原因选“其他”的，请在说明中写明（2–300 字）。")}
    return None


@guard("{told}", CLAUSE)
def values_fit(facts: KeyFacts):
    """姓名、性别、出生日期与身份证号相互一致"""
    row = facts.row
    if row is None:
        return None
    try:
        identity.check_name(row.name)
        if row.birth_date is None:
            return {"told": zh("请填写出生日期。")}
        if row.birth_date > facts.today:
            return {"told": zh("出生日期不能晚于今天。")}
        if not facts.id_number or (facts.student.id_type != "1" and not facts.number):
            return None
        number = identity.check_id_number(facts.id_number, facts.today)
    except identity.IdentityError as error:
        return {"told": error.sentence}
    wrong = identity.cross_check(number, row.birth_date, row.sex)
    return {"told": wrong[0]} if wrong else None


@guard("{told}", PLACEMENT_CLAUSE)
def placement_fits(facts: KeyFacts):
    """学段和级与本校年级相符"""
    if not facts.placed_anew:
        return None
    student = facts.student
    if student.status not in LIVING:
        status = student.get_status_display()
        return {
            "told": zh(
                "学籍状态为“{status}”的学生不更正学段和级；毕业登记有误的，按毕业回退或毕业更正办理。",
                status=status,
            )
        }
    system = system_on(facts.school, facts.today, facts.cohort_to_be)
    nominal, (first, last) = nominal_grade(facts.cohort_to_be, facts.today), bounds(facts.phase_to_be, system)
    if first <= nominal <= last and nominal in system.grades:
        return None
    ours = [grade for grade in system.grades if first <= grade <= last]
    if not ours:
        return {
            "told": zh(
                "{school}没有这个学段的年级，请核对学段；学生实际就读别校的，按转学办理。",
                school=facts.school.name,
            )
        }
    return {
        "told": zh(
            "{cohort}级今天不在{school}的这个学段：该学段现有{lowest}至{highest}，请按就读证明核对学段和级。",
            cohort=facts.cohort_to_be,
            school=facts.school.name,
            lowest=grade_label(ours[0], system),
            highest=grade_label(ours[-1], system),
        )
    }


@guard("该生在{where}中，办结或放弃后才能更正学段和级。", PLACEMENT_CLAUSE)
def on_no_list(facts: KeyFacts):
    """不在正在办理的毕业名单中"""
    if not facts.placed_anew:
        return None
    where = next((told for asked in LISTED if (told := asked(facts.student))), "")
    return {"where": where} if where else None


@guard("请上传变更的证明照片（户口簿、身份证或公安机关的证明），至少一张。", CLAUSE)
def proof_attached(facts: KeyFacts):
    """已上传证明照片"""
    return None if facts.proofs else {}


@guard("{told}", "附件1 一.1")
def register_answers(facts: KeyFacts):
    """人口信息库可以比对"""
    row = facts.row
    if row is None or not facts.id_number or not facts.asks_others:
        return None
    fresh = row.answered_at is not None and facts.now - row.answered_at <= FRESH
    same = fresh and bytes(row.answered_of or b"") == digest_of(facts.id_number, row.name)
    if same and row.answer != Found.UNAVAILABLE.value:
        return None
    return {"told": zh("人口信息库暂时不能比对，未比对不能变更，请稍后再核办；业务和意见都没有丢失。")}


BEFORE = (change_rules.record_here, status_open, change_rules.no_other_change)
TYPED = (something_changes, values_fit, placement_fits, on_no_list, basis_given, proof_attached)
SUBMIT = (*BEFORE, *TYPED)
COMPLETE = (
    change_rules.record_here,
    something_changes,
    values_fit,
    placement_fits,
    on_no_list,
    register_answers,
)


def digest_of(id_number: str, name: str) -> bytes:
    """What an answer of the register was about."""
    return sealing.blind_index(f"{id_number}|{name}", "population.asked")


def facts_before(student: Student, now: datetime) -> KeyFacts:
    """Facts before anything is typed, at the pupil's own school."""
    school = cast("Unit", student.school)  # whose registrar asks
    return KeyFacts(student, school, now, other=change_rules.other_case(student))


def facts_of(row: KeyInformationChange, case: Case, student: Student, now: datetime) -> KeyFacts:
    """Facts of a case as it stands."""
    return KeyFacts(
        student,
        case.receiving_unit,
        now,
        row,
        number_in(row),
        records.id_number(student) if student.id_type == "1" else "",
        change_rules.other_case(student, case.pk),
        Attachment.objects.filter(case=case, removed_at__isnull=True).count(),
    )


def number_in(row: KeyInformationChange) -> str:
    """The new identity number in clear, or an empty text."""
    if row.id_number_sealed is None:
        return ""
    return sealing.unseal(row.id_number_sealed, TABLE, "id_number_sealed", row.pk)


# ---------------------------------------------------------------- the checks of R1.7


def ask_register(row: KeyInformationChange, student: Student, now: datetime) -> None:
    """Ask the population register of the number and name to be, and keep its answer. May wait for a network."""
    number = number_in(row) or (records.id_number(student) if student.id_type == "1" else "")
    if not number:
        return
    found = register().compare([Asked(number, row.name)])[0]
    KeyInformationChange.objects.filter(pk=row.pk).update(
        answer=found.value, answered_at=now, answered_of=digest_of(number, row.name)
    )


def conflict(facts: KeyFacts) -> str:
    """The sentence of the check against all other pupils and the register that does not pass, or an empty text."""
    row, number = facts.typed, facts.id_number
    if not facts.asks_others:
        return ""
    if number:
        twin = _with_number(facts, number)
        if twin is not None:
            return zh("查重没有通过：{where}使用同一身份证号，请先核对哪一方有误。", where=_where(twin))
        if "id_number" in facts.changed and _number_used(facts, number):
            return zh(
                "查重没有通过：按这个身份证号编成的学籍号已经下发过，学籍号不重复使用，请报自治区处理（一.2）。"
            )
        return _REGISTER.get(row.answer, "")
    twin = (
        Student.objects.alias(called=Folded("name"))
        .filter(called=folded(row.name), sex=row.sex, birth_date=cast("date", row.birth_date))
        .exclude(pk=facts.student.pk)
        .select_related("school")
        .first()
    )
    if twin is not None:
        return zh(
            "查重没有通过：{where}姓名、性别、出生日期相同，该生又没有身份证号，请先核对是否同一人。",
            where=_where(twin),
        )
    return ""


_REGISTER = {
    Found.NOT_FOUND.value: zh("比对没有通过：人口信息库中没有这个身份证号，请与证件原件核对。"),
    Found.CHANGED.value: zh("比对没有通过：人口信息库中这个身份证号已变更，请按新证件填写。"),
    Found.NAME_MISMATCH.value: zh("比对没有通过：身份证号与姓名不一致，请与证件原件核对。"),
}


def _with_number(facts: KeyFacts, number: str) -> Student | None:
    rows = Student.objects.filter(id_number_index=sealing.blind_index(number)).exclude(pk=facts.student.pk)
    return rows.select_related("school").first()


def _number_used(facts: KeyFacts, number: str) -> bool:
    """Whether the G of this number was ever another's: a pupil may come back to one of its own only by a new number."""
    index = sealing.blind_index(f"G{number}")
    current = RegistrationNumber.objects.filter(student=facts.student, closed_at__isnull=True, index=index)
    return RegistrationNumber.objects.filter(index=index).exists() and not current.exists()


def _where(student: Student) -> str:
    return (
        zh("另有一名学生（学籍在{school_name}）", school_name=student.school.name)
        if student.school
        else zh("另有一名学生")
    )


def told_now(facts: KeyFacts) -> Refusal | None:
    """What the check against other pupils would find now; told on the page, it stops nothing before the end."""
    sentence = conflict(facts) if facts.row is not None and facts.changed else ""
    return Refusal("conflict", sentence, zh("附件1 一.1")) if sentence else None
