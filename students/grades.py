"""Grades 1–12, derived from the cohort and the instant of promotion (R3.5c), and what they are called.

Nothing is written at promotion, so it cannot be missed, run twice or half run.
"""

from datetime import date
from functools import partial

from ledger.words import Words, zh

# 08-10 24:00 is 08-11 00:00: from that day on everyone not graduating is a grade higher (三.5).
PROMOTION = (8, 11)
PRIMARY, JUNIOR, SENIOR = "primary", "junior", "senior"
# “四” of 四年级, “4” of “Grade 4”.
_NUMERALS = [Words(numeral, partial(str, grade)) for grade, numeral in enumerate("零一二三四五六七八九")]
_SENIOR = {10: zh("高一"), 11: zh("高二"), 12: zh("高三")}


def school_year(day: date) -> int:
    """The school year that ``day`` belongs to, named by the calendar year in which it began."""
    return day.year if (day.month, day.day) >= PROMOTION else day.year - 1


def grade_on(cohort: int, day: date) -> int:
    """The grade (1 is the first year of school) of a cohort on ``day``; below 1 before school, above 12 after."""
    return school_year(day) - cohort + 1


def cohort_of(grade: int, day: date) -> int:
    """The cohort that is in ``grade`` on ``day``."""
    return school_year(day) - grade + 1


def grade_of(student, day: date) -> int:
    """The grade of a pupil on ``day``; a graduate keeps that of its graduation."""
    return grade_on(student.cohort, student.graduated_on or day)


def entering_grade(student, day: date) -> int:
    """The grade a pupil is to be received into on ``day`` (R4.3): its own, by grades 1–12; a graduate enters the one
    after that of its graduation, however long ago that was."""
    return grade_of(student, day) + (student.graduated_on is not None)


def phase_of(grade: int, school_system: str) -> str:
    """学段 of a grade: in a 5-4 school grade 6 is the first of junior secondary (R4.3)."""
    if grade >= 10:
        return SENIOR
    last_primary = 5 if school_system == "5-4" else 6
    return PRIMARY if grade <= last_primary else JUNIOR


def grade_label(grade: int, school_system: str = "") -> str:
    """What the grade is called, e.g. 五年级, 七年级（初中）, 高二."""
    if grade < 1 or grade > 12:
        return zh("不在校年级")
    if grade >= 10:
        return _SENIOR[grade]
    name = zh("{part}年级", part=_NUMERALS[grade])
    return name if phase_of(grade, school_system) == PRIMARY else zh("{name}（初中）", name=name)


def is_graduating(grade: int, school_system: str, highest_grade: int | None = None) -> bool:
    """True in the last grade of a phase: there a graduation run will come (R3.5b, R4.1).

    A school that goes on to the next phase under one roof graduates its pupils all the same.
    """
    last_primary = 5 if school_system == "5-4" else 6
    return grade in (last_primary, 9, 12) or grade == highest_grade
