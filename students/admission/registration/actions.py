"""一年级新生建籍: what a line or a form says is checked and held against all pupils (R2.1).

What is compulsory here is what a record cannot exist without: who the child is and whom to call. Everything else the
national form asks for may follow later; nothing here refuses enrolment (R0.1).
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import overload

from orgs.people.models import PostRole, Unit
from reviews.engine import seating
from students.duplicates import matching as duplicates
from students.duplicates.matching import Match, Who
from students.pupil import identity, sealing
from students.pupil.grades import PRIMARY, Entering
from students.pupil.year_rows import entering_cohort
from students.record import checks as record_checks
from students.record import values as record_values
from students.record.fields import BY_KEY, FIELDS, GUARDIANS, RecordField
from students.tables import columns as tables
from students.tables.columns import Column
from web.refusals import Refusal
from web.words import zh

CLAUSE = zh("附件1 二")
# Without these there is no record; sex and birth date may follow from an identity number.
NEEDED = ("name", "ethnic", "id_type", "guardian1.name", "guardian1.relation", "guardian1.phone")
_FIRST = ("name", "sex", "birth_date", "ethnic", "id_type", "id_number")
CLASS = "class"
RESIDENT_CARD, NO_PAPER = "1", "Z"
_YES_NO = {"1": zh("是"), "0": zh("否")}
_HINTS = {
    "id_type": zh(
        "港澳居民来往内地通行证、港澳居民居住证选香港或澳门一项，台湾居民居住证选台湾一项，外国人永久居留身份证选境外永久居住证"
    ),
    "sex": zh("填了居民身份证号可以不填"),
    "birth_date": zh("如 2020-03-05；填了居民身份证号可以不填"),
    "id_number": zh("没有的不填，并填监护人的证件号"),
}
_BY_KIND = {
    "date": zh("如 2020-03-05"),
    "month": zh("年和月，如 202609"),
    "division": zh("6位或12位区划代码"),
    "country": zh("三位字母代码，中国为 CHN"),
    "span": zh("如 2024.06.01-2034.06.01"),
    "decimal": zh("公里，如 1.5"),
    "phone": zh("手机号或带区号的电话"),
}


def items() -> list[RecordField]:
    """The items that a new record may say: who the child is, then the others in the order of the national form."""
    said = [item for item in FIELDS if item.edit in ("registrar", "key")]
    return sorted(said, key=lambda item: _FIRST.index(item.key) if item.key in _FIRST else len(_FIRST))


def label_of(item: RecordField) -> str:
    """What an item is called where all stand side by side: 监护人一姓名."""
    return (
        zh("监护人{part}{item_label}", part=zh("一") if item.place == 1 else zh("二"), item_label=item.label)
        if item.place
        else item.label
    )


def columns(codes: dict[str, dict[str, str]] | None = None) -> list[Column]:
    """The columns of the table: who the child is, its class, then the other items."""
    codes = codes if codes is not None else record_values.code_names()
    found = [_column(item, codes) for item in items()]
    at = len(_FIRST)
    return [*found[:at], Column(CLASS, zh("班级"), hint=zh("班号，如 1；不填为未编班")), *found[at:]]


def _column(item: RecordField, codes: dict[str, dict[str, str]]) -> Column:
    return Column(
        item.key,
        label_of(item),
        item.key in NEEDED,
        choices_of(item, codes),
        _cell_hint(item),
        item.kind,
        own=item.key in ("name", "id_number"),
        other_names=item.other_names,
    )


def hint_of(item: RecordField) -> str:
    """How a typed item is written."""
    return _HINTS.get(item.key, _BY_KIND.get(item.kind, ""))


def _cell_hint(item: RecordField) -> str:
    hint = hint_of(item)
    if item.kind not in ("id_number", "phone"):
        return hint
    return zh("{hint}；请把单元格设为文本", hint=hint) if hint else zh("请把单元格设为文本")


def choices_of(item: RecordField, codes: dict[str, dict[str, str]]) -> dict[str, str]:
    """What may be chosen for an item; empty for one that is typed."""
    if item.kind == "yes_no":
        return _YES_NO
    if item.kind != "code":
        return {}
    table = codes.get(item.table, {})
    return {code: name for code, name in sorted(table.items()) if not item.offered or code in item.offered}


# ---------------------------------------------------------------- one child


@dataclass
class Newcomer:
    """A child as it was typed: the items by key, cleaned; ``errors`` by key; the class number; who it may be already."""

    values: dict[str, str]
    errors: dict[str, str]
    class_number: int | None = None
    matches: list[Match] = field(default_factory=list)

    @property
    def who(self) -> Who:
        """What is compared with all pupils."""
        number = self.values.get("id_number", "")
        return Who(
            sealing.blind_index(number) if number else None,
            self.values["name"],
            self.values["sex"],
            date.fromisoformat(self.values["birth_date"]),
        )

    def here(self, school: Unit) -> Match | None:
        """The pupil of the same school that this is already, so that the same line twice changes nothing: by number and
        name, or without a number by name, sex, birth date and a guardian."""
        return next((match for match in self._at(school) if self._is(match)), None)

    def misnamed(self, school: Unit) -> Match | None:
        """The pupil of the same school who has this number under another name."""
        same = [match for match in self._at(school) if match.kind == duplicates.NUMBER]
        return same[0] if same and not self.here(school) else None

    def alike(self, school: Unit) -> list[Match]:
        """Pupils of the same school of whom only a person can say whether they are this child: called and born alike,
        with other guardians, or with a number on one side only."""
        return [
            match for match in self._at(school) if match.kind != duplicates.NUMBER and not self._is(match)
        ]

    def guardian_names(self) -> set[str]:
        """What the guardians are called."""
        return {self.values[key] for key in ("guardian1.name", "guardian2.name") if self.values.get(key)}

    def _at(self, school: Unit) -> list[Match]:
        return [match for match in self.matches if match.school_id == school.pk]

    def _is(self, match: Match) -> bool:
        if match.kind == duplicates.NUMBER:
            return match.name == self.values["name"]
        either_numbered = match.numbered or bool(self.values.get("id_number"))
        return not either_numbered and not self.guardian_names().isdisjoint(match.guardians)

    def elsewhere(self, school: Unit) -> list[Match]:
        """Pupils of other schools who may be this child."""
        return [match for match in self.matches if match.school_id != school.pk]


def read(
    typed: dict[str, str], codes: dict[str, dict[str, str]], today: date, bad: Iterable[str] = ()
) -> Newcomer:
    """The typed texts as a record would hold them, with what is wrong at which item; no look at other pupils.

    ``bad``: items whose cell could not be read and was told already; they have an error without a sentence.
    """
    values: dict[str, str] = {}
    errors: dict[str, str] = dict.fromkeys(bad, "")
    for item in items():
        if item.key in errors:
            continue
        text = typed.get(item.key, "")
        try:
            value = record_checks.cleaned(item, text, codes, today) if text else ""
        except record_checks.ItemRefused as error:
            errors[item.key] = error.sentence
            continue
        if value:
            values[item.key] = value
    unread = frozenset(errors)
    _follow(values, errors, today)
    _complete(values, errors, unread)
    for key, sentence in record_checks.contradictions(values, today, errors).items():
        errors.setdefault(key, sentence)
    return Newcomer(values, errors, _class_number(typed.get(CLASS, ""), errors))


def _follow(values: dict[str, str], errors: dict[str, str], today: date) -> None:
    """Sex and birth date follow from a resident identity number where they were left empty."""
    if values.get("id_type") != RESIDENT_CARD or "id_type" in errors:
        return
    if not values.get("id_number"):
        if "id_number" not in errors:
            errors["id_number"] = zh(
                "身份证件类型为居民身份证的，请填写证件号；没有证件号的，证件类型请选“其他”。"
            )
        return
    try:
        number = identity.check_id_number(values["id_number"], today)
    except identity.IdentityError as error:
        errors["id_number"] = error.sentence
        return
    if "sex" not in errors:
        values.setdefault("sex", number.sex)
    if "birth_date" not in errors:
        values.setdefault("birth_date", number.birth_date.isoformat())


def _complete(values: dict[str, str], errors: dict[str, str], unread: Container[str]) -> None:
    for key in NEEDED:
        if key not in values and key not in errors:
            errors[key] = zh("{label_of}必填，请填写。", label_of=label_of(BY_KEY[key]))
    # They follow from the number of a resident card: what is wrong with it is told there, and once.
    given = "id_number" in values or "id_number" in unread
    card = "id_type" in errors or values.get("id_type") == RESIDENT_CARD
    follow = "id_type" in unread or (given and card and ("id_number" in errors or "id_type" in errors))
    for key in () if follow else ("sex", "birth_date"):
        if key not in values and key not in errors:
            errors[key] = zh("{label_of}必填，请填写。", label_of=label_of(BY_KEY[key]))
    for who in GUARDIANS:
        if values.get(f"{who}.name"):
            values.setdefault(f"{who}.is_guardian", "1")
        elif any(key.startswith(f"{who}.") for key in values):
            told = zh("填写了{part}的其他项目，请填写姓名。", part=label_of(BY_KEY[f"{who}.name"])[:4])
            errors.setdefault(f"{who}.name", told)
    if values.get("id_type") == NO_PAPER and values.get("id_number"):
        errors.setdefault("id_type", zh("填写了证件号，请选择证件类型。"))


def _class_number(text: str, errors: dict[str, str]) -> int | None:
    if CLASS in errors:
        return None
    number = tables.class_number(text)
    if number is None:
        errors[CLASS] = tables.CLASS_WANTED
    return number or None


def match(newcomers: Sequence[Newcomer]) -> None:
    """查重 at once (R1.7): each complete newcomer learns which pupils it may be. One statement however many."""
    complete = [one for one in newcomers if not one.errors]
    found = duplicates.find([one.who for one in complete])
    for at, one in enumerate(complete):
        one.matches = found.get(at, [])


def misnamed_sentence(match: Match) -> str:
    """What is told where the school has a pupil with this number who is called otherwise, with both ways on."""
    return zh(
        "本校已有学生（{name}）使用同一身份证件号，姓名不同：是同一名学生、姓名有误或改过的，不再登记，请办“关键信息变更”；是另一名学生的，证件号填错了，请按证件改正。",
        name=identity.mask_name(match.name),
    )


def alike_sentence(on_record: bool, where: str) -> str:
    """What is asked where somebody is called and born alike and nothing tells the two apart."""
    return zh(
        "{where}有一名学生姓名、性别、出生日期相同，监护人或证件号不同：是同一名学生的，不再登记（要改的另办变更）；是另一名学生的，登记后列为问题学籍，请佐证。",
        where=zh("本校") if on_record else where,
    )


# ---------------------------------------------------------------- who may, and where


@overload
def refusal(school: None, by, day: date) -> Refusal: ...


@overload
def refusal(school: Unit | None, by, day: date) -> Refusal | None: ...


def refusal(school: Unit | None, by, day: date) -> Refusal | None:
    """Why ``by`` cannot register new pupils at ``school``, or ``None``."""
    told = Refusal("no_seat", zh("一年级新生由学校的学籍管理员登记，你没有这个岗位。"), CLAUSE)
    if school is None:
        return seating.no_seat(by, day, told)
    if found := seating.seat_refusal(by, school.pk, PostRole.REGISTRAR, day, told):
        return found
    if school.lowest_grade != 1:
        sentence = zh(
            "{school_name}没有一年级；一年级以外的新建学籍请用“补建学籍”。", school_name=school.name
        )
        return Refusal("no_grade_1", sentence, CLAUSE)
    return None


def entering(school: Unit, day: date) -> Entering:
    """Where a first-grader comes who is registered at ``school`` on ``day``: in summer already into the coming school year."""
    return Entering(PRIMARY, entering_cohort(1, day, school.province_id), 1)
