"""学生基本信息表: what stands on the sheet, block by block, for a pupil as the record is now or as it was when the pupil left
(R8.4). One content serves PDF, print view and the check of a printed sheet."""

import json
from dataclasses import dataclass, field
from datetime import date
from typing import cast

from students.counter.models import PrintKind, PupilPhoto
from students.pupil import identity, records, sealing
from students.pupil.grades import grade_name, label_of
from students.pupil.models import Enrolment, RegistrationNumber, Student
from students.record.fields import BLOCKS, BY_KEY
from students.record.pages import Words
from students.record.values import Record, records_of
from web.clock import local_date, spoken

# Each row of a block as (item, width of its label, width of its value); a row is 24 wide, beside the photograph 18.
# An empty item fills the row. The label is the dictionary's own.
Row = tuple[tuple[str, int, int], ...]
PHOTO_ROWS = 6
LAYOUT: dict[str, tuple[Row, ...]] = {
    "basic": (
        (("name", 3, 6), ("sex", 3, 6)),
        (("birth_date", 3, 6), ("ethnic", 3, 6)),
        (("id_type", 3, 6), ("id_number", 3, 6)),
        (("registration_number", 3, 15),),
        (("nationality", 3, 6), ("overseas", 3, 6)),
        (("political_status", 3, 6), ("health", 3, 6)),
        (("birth_place", 3, 9), ("native_place", 3, 9)),
    ),
    "additional": (
        (("name_pinyin", 3, 9), ("former_name", 3, 9)),
        (("household_registration_place", 3, 13), ("household_type", 3, 5)),
        (("household_division", 4, 10), ("id_valid", 4, 6)),
        (("talents", 3, 21),),
    ),
    "enrolment": (
        (("status", 3, 5), ("grade", 3, 5), ("school_class", 3, 5)),
        (("entered_on", 3, 5), ("entrance_mode", 3, 5), ("boarding", 3, 5)),
        (("student_source", 3, 5), ("local_number", 3, 5), ("class_number", 3, 5)),
    ),
    "contact": (
        (("address", 3, 21),),
        (("home_address", 3, 21),),
        (("mail_address", 3, 21),),
        (("phone", 3, 5), ("postcode", 3, 3), ("email", 3, 7)),
        (("homepage", 3, 21),),
    ),
    "extended": (
        (("only_child", 5, 3), ("preschool", 5, 3), ("left_behind_child", 5, 3)),
        (("migrant_worker_child", 5, 3), ("orphan", 5, 3), ("martyr_child", 5, 3)),
        (("inclusive_class", 3, 7), ("disability", 3, 3), ("bought_place", 5, 3)),
        (("needs_aid", 5, 3), ("boarding_subsidy", 5, 3), ("", 5, 3)),
    ),
    "commute": ((("commute_distance", 3, 4), ("commute_mode", 4, 5), ("school_bus", 5, 3)),),
    "guardian1": (
        (("guardian1.name", 3, 5), ("guardian1.relation", 3, 5), ("guardian1.is_guardian", 3, 5)),
        (("guardian1.relation_note", 3, 5), ("guardian1.ethnic", 3, 5), ("guardian1.phone", 3, 5)),
        (("guardian1.id_type", 4, 5), ("guardian1.id_number", 4, 5), ("guardian1.job", 2, 4)),
        (("guardian1.workplace", 3, 9), ("guardian1.household_division", 3, 9)),
        (("guardian1.address", 3, 21),),
    ),
    "permit": ((("permit_held", 4, 2), ("permit_issuer", 5, 6), ("permit_issued_on", 4, 3)),),
}
LAYOUT["guardian2"] = tuple(
    tuple((key.replace("guardian1", "guardian2"), label, value) for key, label, value in row)
    for row in LAYOUT["guardian1"]
)
BLOCK_LABELS = {
    "basic": "基本信息",
    "additional": "辅助",
    "enrolment": "学籍",
    "contact": "联系信息",
    "extended": "扩展信息",
    "commute": "上下学",
    "guardian1": "监护人一",
    "guardian2": "监护人二",
    "permit": "居住证",
}
STRONG = "registration_number"
# The school's years on a sheet; what came before is on the pupil's page.
MOST_SCHOOLS = 6


@dataclass(frozen=True)
class Entry:
    """A cell of the sheet: an item's label with its value in words, and how wide both are."""

    key: str
    label: str
    value: str
    label_width: int
    value_width: int

    @property
    def cell_width(self) -> int:
        """How wide the value's cell is: an entry without a label fills the row."""
        return self.value_width if self.label else self.label_width + self.value_width

    @property
    def strong(self) -> bool:
        """Whether it is set larger than the rest."""
        return self.key == STRONG


@dataclass(frozen=True)
class Content:
    """All that a sheet says of a pupil; without serial, time and code, which belong to one printing."""

    kind: str
    student: Student
    school: str
    school_code: str
    authority: str
    number: str
    blocks: list[tuple[str, list[list[Entry]]]]
    schools: list[tuple[str, str, str, str]] = field(default_factory=list)
    photo: PupilPhoto | None = None

    @property
    def title(self) -> str:
        """The sheet's own name."""
        return "学籍号查询单" if self.kind == PrintKind.SLIP else "学生基本信息表"

    def mark(self) -> bytes:
        """A keyed digest of everything said, to tell later whether the record still says so."""
        said = [[(e.key, e.value) for row in rows for e in row] for _, rows in self.blocks]
        photo = str(self.photo.key) if self.photo else ""
        text = json.dumps(
            [self.kind, self.school_code, self.number, said, self.schools, photo], ensure_ascii=False
        )
        return sealing.blind_index(text, "sheet")


def contents_of(students: list[Student], day: date, kind: str = PrintKind.SHEET) -> list[Content]:
    """The sheets of pupils as their records stand; a fixed number of queries however many they are.

    The pupils come with ``school__authority`` and ``school_class`` read.
    """
    found = records_of(students)
    words = Words([record.values for record in found])
    numbers = {
        row.student_id: records.opened_number(row)
        for row in RegistrationNumber.objects.filter(student__in=students, closed_at__isnull=True)
    }
    photos: dict[int, PupilPhoto] = {}
    for photo in PupilPhoto.objects.filter(student__in=students).order_by("id"):
        photos[photo.student_id] = photo
    schools: dict[int, list[Enrolment]] = {}
    for enrolment in (
        Enrolment.objects.filter(student__in=students).select_related("school").order_by("period")
    ):
        schools.setdefault(enrolment.student_id, []).append(enrolment)
    return [
        _content(
            record,
            kind,
            numbers.get(record.student.pk, ""),
            words,
            day,
            photos.get(record.student.pk),
            schools.get(record.student.pk, []),
        )
        for record in found
    ]


def _content(record: Record, kind, number: str, words: Words, day: date, photo, enrolments) -> Content:
    student = record.student
    texts = _texts(record, words) | _derived(student, number, day)
    if kind == PrintKind.SLIP:
        return Content(kind, student, *_school(student.school), number, [("学籍", _slip(texts))])
    return Content(
        kind,
        student,
        *_school(student.school),
        number,
        blocks_of(texts),
        _schools(enrolments),
        photo,
    )


def _school(school) -> tuple[str, str, str]:
    if school is None:
        return "", "", ""
    return school.name, school.code, school.authority.name if school.authority else ""


def _texts(record: Record, words: Words) -> dict[str, str]:
    return {
        key: (record.masked(item) if key in record.given else "")
        if item.secret
        else words.of(item, record.values.get(key, ""))
        for key, item in BY_KEY.items()
    }


def _derived(student: Student, number: str, day: date) -> dict[str, str]:
    return {
        "registration_number": number,
        "grade": label_of(student, day),
        "school_class": str(student.school_class or "未编班"),
        "status": student.get_status_display(),
    }


def blocks_of(texts: dict[str, str]) -> list[tuple[str, list[list[Entry]]]]:
    """Every block of the dictionary with its items in words."""
    return [
        (BLOCK_LABELS[block], [_row(row, texts) for row in LAYOUT[block]])
        for block in BLOCKS
        if block in LAYOUT
    ]


def _row(row: Row, texts: dict[str, str]) -> list[Entry]:
    return [
        Entry(key, BY_KEY[key].label if key else "", texts.get(key, ""), label, value)
        for key, label, value in row
    ]


def _slip(texts: dict[str, str]) -> list[list[Entry]]:
    rows: tuple[Row, ...] = (
        (("name", 4, 20),),
        (("registration_number", 4, 20),),
        (("sex", 4, 8), ("birth_date", 4, 8)),
        (("status", 4, 8), ("grade", 4, 8)),
    )
    return [_row(row, texts) for row in rows]


def _schools(enrolments: list[Enrolment]) -> list[tuple[str, str, str, str]]:
    rows = []
    for one in enrolments[-MOST_SCHOOLS:]:
        start, end = local_date(one.period.lower), one.period.upper
        until = f"{local_date(end):%Y年%-m月}" if end else "今"
        first, last = (
            grade_name(one.grade_in, one.phase),
            one.grade_out and grade_name(one.grade_out, one.phase),
        )
        grades = f"{first}起" if not last else first if first == last else f"{first}—{last}"
        rows.append((f"{start:%Y年%-m月}至{until}", one.school.name, grades, one.entered_by))
    return rows


# ---------------------------------------------------------------- the archived copy


def archived(enrolment: Enrolment) -> Content:
    """The sheet of a pupil who left: what the record said on that day, its number masked (R3.1)."""
    kept = cast("dict", enrolment.archive)  # who left has one (archive_of_the_gone)
    words = Words([kept.get("record", {})])
    texts = {
        key: words.of(BY_KEY[key], value) for key, value in kept.get("record", {}).items() if key in BY_KEY
    }
    texts |= kept.get("masked", {})
    texts |= {
        "name": kept["name"],
        "sex": kept["sex"],
        "birth_date": spoken(date.fromisoformat(kept["birth_date"])),
        "ethnic": kept["ethnic"],
        "registration_number": kept["number"],
        "status": kept["status"],
        "grade": kept["grade"],
        "school_class": kept["class"],
        "address": kept["address"],
        "household_registration_place": kept["household_registration_place"],
    }
    return Content(
        PrintKind.ARCHIVE,
        enrolment.student,
        *_school(enrolment.school),
        kept["number"],
        blocks_of(texts),
        _schools([enrolment]),
    )


def last_four(content: Content) -> str:
    """The last four characters of the number: all that the public page may tell of it."""
    return identity.normalise_number(content.number)[-4:].rjust(4, "*")
