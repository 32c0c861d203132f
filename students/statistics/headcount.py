"""Headcount: how many pupils, by unit, grade, status, sex and number's letter, and how many hold a residence permit and
come from where (R7.1). Graduates who were never recruited are left out (R4.2).

Cells, one for each combination in a school, come either from the pupils themselves or, for offices with millions of
them, from the count of the last night; everything else is sums over cells. Two statements a table, whatever its size.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.urls import reverse

from orgs.people import scope
from orgs.people.models import Unit, UnitLevel
from orgs.people.seats import seats_of
from students.pupil.grades import PRIMARY, grade_label, grade_name, school_year
from students.pupil.models import CodeTable, NumberKind, Sex
from students.pupil.statuses import ENDED, StudentStatus
from students.statistics.models import HeadcountCell
from web.words import zh

CLAUSE = zh("附件1 七")
BY = {
    "unit": zh("单位"),
    "grade": zh("年级"),
    "status": zh("学籍状态"),
    "sex": zh("性别"),
    "letter": zh("学籍号字头"),
}
PERMIT_BY = {"unit": zh("单位"), "grade": zh("年级"), "origin": zh("来源省份")}
# Offices above counties read the nightly count.
_NIGHTLY = (UnitLevel.MINISTRY, UnitLevel.PROVINCE, UnitLevel.LEAGUE)
# The derived grade stops at the ends of a phase (R3.5c): who is beyond by time stays, who is before waits for autumn. It is
# asked only of who stands near an end, since a table may be of a hundred thousand cells.
_GRADE = "students_grade_at(c.cohort, c.phase, c.school_id, %(on)s)"
_STAYED = f"(c.nominal > CASE c.phase WHEN 'primary' THEN 5 WHEN 'junior' THEN 9 ELSE 12 END AND c.nominal > {_GRADE})"
_WAITS = f"(c.nominal < CASE c.phase WHEN 'primary' THEN 1 WHEN 'junior' THEN 7 ELSE 10 END AND c.nominal < {_GRADE})"
COLUMNS = (
    ("all", zh("合计"), "true"),
    ("male", zh("男"), f"c.sex = '{Sex.MALE}'"),
    ("female", zh("女"), f"c.sex = '{Sex.FEMALE}'"),
    ("enrolled", zh("在校"), f"c.status = '{StudentStatus.ENROLLED}'"),
    ("suspended", zh("休学"), f"c.status = '{StudentStatus.SUSPENDED}'"),
    ("away", zh("其他状态"), f"c.status NOT IN ('{StudentStatus.ENROLLED}', '{StudentStatus.SUSPENDED}')"),
    ("stayed", zh("应毕业未毕业"), _STAYED),
    ("waiting", zh("新生"), _WAITS),
    *((letter, zh("{letter} 号", letter=letter), f"c.letter = '{letter}'") for letter in NumberKind.values),
)
PERMIT_COLUMNS = (
    ("all", zh("持居住证"), "true"),
    ("male", zh("男"), f"c.sex = '{Sex.MALE}'"),
    ("female", zh("女"), f"c.sex = '{Sex.FEMALE}'"),
    ("primary", zh("小学"), "c.phase = 'primary'"),
    ("junior", zh("初中"), "c.phase = 'junior'"),
    ("senior", zh("高中"), "c.phase = 'senior'"),
)
_LIVE = """
    SELECT s.school_id, s.phase, s.cohort, s.status, s.sex, coalesce(n.kind, '') AS letter,
        coalesce(r.permit_held, false) AS permit,
        CASE WHEN r.permit_held THEN left(coalesce(r.details->>'household_division', ''), 2) ELSE '' END AS origin,
        count(*) AS pupils
    FROM students_student s
    JOIN orgs_unit o ON o.id = s.school_id
    LEFT JOIN students_registrationnumber n ON n.student_id = s.id AND n.closed_at IS NULL
    LEFT JOIN students_pupilrecord r ON r.student_id = s.id
    WHERE s.status <> ALL(%(left_out)s) AND o.path LIKE %(under)s
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
"""
_KEPT = """
    SELECT h.school_id, h.phase, h.cohort, h.status, h.sex, h.letter, h.permit, h.origin, h.pupils
    FROM students_headcountcell h JOIN orgs_unit o ON o.id = h.school_id
    WHERE h.day = %(day)s AND o.path LIKE %(under)s
"""


@dataclass(frozen=True)
class Line:
    """A row of a table: what it counts, its figures in the order of the columns, where it opens to."""

    label: str
    figures: list[int]
    url: str = ""


@dataclass(frozen=True)
class Table:
    """Figures of a unit, by one thing; ``as_of`` is the day of the count."""

    unit: Unit
    by: str
    columns: list[str]
    lines: list[Line]
    as_of: date
    nightly: bool
    total: list[int] = field(default_factory=list)


def roots(account, day: date) -> list[Unit]:
    """The units whose pupils the account may count, the highest first."""
    own = scope.own_units(account, day)
    units = {seat.unit.pk: seat.unit for seat in seats_of(account, day) if seat.unit.pk in own}
    return sorted(units.values(), key=lambda unit: (len(unit.path), unit.path))


def unit_within(account, day: date, code: str) -> Unit | None:
    """The unit of this code when it is, or stands under, one of the account's; without a code the account's highest."""
    own = roots(account, day)
    if not code:
        return own[0] if own else None
    unit = Unit.objects.filter(code=code.replace("\x00", "")[:12]).first()
    return unit if unit and any(unit.path.startswith(root.path) for root in own) else None


def table(unit: Unit, by: str, day: date, *, permit: bool = False) -> Table:
    """The headcount of a unit ``by`` one of :data:`BY`; of holders of a residence permit by one of :data:`PERMIT_BY`."""
    cells, kept_on = _source(unit, day)
    columns = PERMIT_COLUMNS if permit else COLUMNS
    keys = {
        "unit": "split_part(substr(u.path, %(cut)s), '/', 1)",
        # Never added to the running year's grade of that name.
        "grade": f"{_GRADE}::text || CASE WHEN {_STAYED} THEN 's' WHEN {_WAITS} THEN 'w' ELSE '' END",
        "status": "c.status",
        "sex": "c.sex",
        "letter": "c.letter",
        "origin": "c.origin",
    }
    sums = ", ".join(f"coalesce(sum(c.pupils) FILTER (WHERE {condition}), 0)" for _, _, condition in columns)
    where = "WHERE c.permit" if permit else ""
    statement = f"SELECT {keys[by]}, {sums} FROM (SELECT k.*, %(year)s - k.cohort + 1 AS nominal FROM ({cells}) k) c JOIN orgs_unit u ON u.id = c.school_id {where} GROUP BY 1"  # noqa: S608
    known: dict[str, Any] = {
        "left_out": [str(status) for status in ENDED],
        "under": f"{unit.path}%",
        "cut": len(unit.path) + 1,
        "day": kept_on,
        "on": kept_on or day,
        "year": school_year(kept_on or day),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, known)
        rows = {key: [int(one) for one in figures] for key, *figures in cursor.fetchall()}
    lines = _lines(unit, by, rows, day, permit)
    total = [sum(line.figures[at] for line in lines) for at in range(len(columns))]
    return Table(
        unit, by, [label for _, label, _ in columns], lines, kept_on or day, kept_on is not None, total
    )


def _source(unit: Unit, day: date) -> tuple[str, date | None]:
    """The cells of a unit, and the night they are from, or ``None`` for the present."""
    if unit.level not in _NIGHTLY:
        return _LIVE, None
    last = HeadcountCell.objects.order_by("-day").values_list("day", flat=True).first()
    return (_KEPT, last) if last else (_LIVE, None)


def _lines(unit: Unit, by: str, rows: dict[str, list[int]], day: date, permit: bool) -> list[Line]:
    if by == "unit":
        return _of_units(unit, rows, permit)
    if by == "grade":
        keys = sorted(rows, key=lambda key: (int(key.rstrip("sw")), key))
        return [Line(_grade_told(key, unit.school_system), rows[key]) for key in keys]
    if by == "origin":
        names = dict(
            CodeTable.objects.filter(table="divisions_cn", code__endswith="0000").values_list("code", "name")
        )
        order = sorted(rows, key=lambda key: -rows[key][0])
        return [Line(names.get(f"{key}0000", key or zh("未填写户口所在地区划")), rows[key]) for key in order]
    names = {
        "status": dict(StudentStatus.choices),
        "sex": dict(Sex.choices),
        "letter": dict(NumberKind.choices) | {"": zh("没有学籍号")},
    }[by]
    return [Line(str(label), rows[key]) for key, label in names.items() if key in rows]


def _grade_told(key: str, system: str) -> str:
    """“六年级”, “六年级（应毕业未毕业）”, “七年级（新生）”."""
    grade = int(key.rstrip("sw"))
    if key.endswith("w"):
        return zh("{name}（新生）", name=grade_name(grade, PRIMARY))
    name = grade_label(grade, system)
    return zh("{name}（应毕业未毕业）", name=name) if key.endswith("s") else name


def _of_units(unit: Unit, rows: dict[str, list[int]], permit: bool) -> list[Line]:
    """The units directly under one; a school itself is one line."""
    below = Unit.objects.in_bulk([int(key) for key in rows if key])
    page = reverse("permits" if permit else "headcount")
    lines = [
        (below[int(key)].path, Line(below[int(key)].name, rows[key], f"{page}?unit={below[int(key)].code}"))
        for key in rows
        if key
    ]
    lines.sort(key=lambda one: one[0])
    return [line for _, line in lines] + ([Line(unit.name, rows[""])] if "" in rows else [])


def count(day: date) -> int:
    """Keep the count of a night, once; of earlier nights only the first of each month stays. Returns the cells written."""
    if HeadcountCell.objects.filter(day=day).exists():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO students_headcountcell (day, school_id, phase, cohort, status, sex, letter, permit, origin, pupils)"  # noqa: S608
            f" SELECT %(day)s, live.* FROM ({_LIVE}) live ON CONFLICT DO NOTHING",
            {"left_out": [str(status) for status in ENDED], "under": "%", "day": day},
        )
        written = cursor.rowcount
    HeadcountCell.objects.filter(day__lt=day).exclude(day__day=1).delete()
    return written
