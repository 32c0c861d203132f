"""The grade on a day, derived from phase, cohort and school year, and what grades are called (R3.5c).

Time alone moves a pupil up, and only inside its phase: at the last grade of it the derived grade stops. Only a signed
毕业 ends a phase, only reporting at a school begins the next. Nothing is written at promotion, so it cannot be missed,
run twice or half run.

What has a grade is *placed*: it has ``cohort`` (the year in which its class entered grade 1), ``phase`` and ``school``,
as a pupil and a class have; ``system`` is what :func:`orgs.people.school_system.system_on` says of that school, day and cohort.
"""

from datetime import date
from functools import partial
from typing import NamedTuple

from django.db.models import DateField, F, Func, IntegerField, Q, Value

from orgs.people.school_system import SystemOn, primary_end, system_on
from web.words import Words, zh

# 08-10 24:00 is 08-11 00:00: from that day on everyone not graduating is a grade higher (三.5).
PROMOTION = (8, 11)
PRIMARY, JUNIOR, SENIOR = "primary", "junior", "senior"
# “四” of 四年级, “4” of “Grade 4”.
_NUMERALS = [Words(numeral, partial(str, grade)) for grade, numeral in enumerate("零一二三四五六七八九")]
_SENIOR = {10: zh("高一"), 11: zh("高二"), 12: zh("高三")}


class Entering(NamedTuple):
    """Where a placement brings a pupil: phase, cohort, and the grade entered."""

    phase: str
    cohort: int
    grade: int


def school_year(day: date) -> int:
    """The school year that ``day`` belongs to, named by the calendar year in which it began."""
    return day.year if (day.month, day.day) >= PROMOTION else day.year - 1


def nominal_grade(cohort: int, day: date) -> int:
    """The grade that time alone would bring a cohort to on ``day``: below 1 before school, above 12 after."""
    return school_year(day) - cohort + 1


def cohort_of(grade: int, day: date) -> int:
    """The cohort that is in ``grade`` on ``day``."""
    return school_year(day) - grade + 1


def phase_of(grade: int, system: SystemOn | str) -> str:
    """学段 of a grade: in a 5-4 school grade 6 is the first of junior secondary (R4.3)."""
    if grade >= 10:
        return SENIOR
    return PRIMARY if grade <= primary_end(system) else JUNIOR


def next_phase(phase: str) -> str:
    """The phase that follows; "" after senior secondary."""
    return {PRIMARY: JUNIOR, JUNIOR: SENIOR}.get(phase, "")


def bounds(phase: str, system: SystemOn | str) -> tuple[int, int]:
    """The first and the last grade of a phase. The last is never the school's own highest grade."""
    end = primary_end(system)
    return {PRIMARY: (1, end), JUNIOR: (end + 1, 9), SENIOR: (10, 12)}[phase]


def clamp(nominal: int, phase: str, system: SystemOn | str) -> int:
    """The grade within the phase that comes nearest to the nominal one."""
    first, last = bounds(phase, system)
    return min(max(nominal, first), last)


def _system(placed, day: date) -> SystemOn | str:
    """学制 that speaks for a placed one; asked only round the seam of the two phases, everywhere else all say the same."""
    nominal = nominal_grade(placed.cohort, day)
    at_seam = nominal >= 6 if placed.phase == PRIMARY else placed.phase == JUNIOR and nominal <= 6
    return system_on(placed.school, day, placed.cohort) if at_seam and placed.school else ""


def grade_of(placed, day: date, system: SystemOn | str | None = None) -> int:
    """The grade of a pupil or a class on ``day``; who has graduated keeps that of its graduation."""
    day = getattr(placed, "graduated_on", None) or day
    return clamp(nominal_grade(placed.cohort, day), placed.phase, _known(placed, day, system))


def stays(placed, day: date, system: SystemOn | str | None = None) -> bool:
    """应毕业未毕业: living, and by time beyond the last grade of its phase."""
    if getattr(placed, "graduated_on", None) is not None or getattr(placed, "status", "") in (
        "deceased",
        "removed",
    ):
        return False
    return nominal_grade(placed.cohort, day) > bounds(placed.phase, _known(placed, day, system))[1]


def waits(placed, day: date, system: SystemOn | str | None = None) -> bool:
    """新生: entered in summer, begins with the coming school year."""
    if getattr(placed, "graduated_on", None) is not None:
        return False
    return nominal_grade(placed.cohort, day) < bounds(placed.phase, _known(placed, day, system))[0]


def _known(placed, day: date, system: SystemOn | str | None) -> SystemOn | str:
    return _system(placed, day) if system is None else system


def last_grade(placed, day: date, system: SystemOn | str | None = None) -> int:
    """The last grade of its phase."""
    return bounds(placed.phase, _known(placed, day, system))[1]


def entering_grade(student, day: date, system: SystemOn | str | None = None) -> int:
    """The grade a pupil is to be received into on ``day`` (R4.3): its own, by grades 1–12; a graduate enters the one
    after that of its graduation, however long ago that was."""
    return grade_of(student, day, system) + (student.graduated_on is not None)


def in_grade(grade: int, system: SystemOn | str, day: date) -> Q:
    """Those who are in ``grade`` of a school by time on ``day``: neither who stays nor who waits."""
    return Q(phase=phase_of(grade, system), cohort=cohort_of(grade, day))


def who_stay(system: SystemOn | str, day: date) -> Q:
    """Of a school: those whom time has brought beyond the last grade of their phase, whatever their status."""
    return _beyond(system, lambda first, last: Q(cohort__lt=cohort_of(last, day)))


def who_wait(system: SystemOn | str, day: date) -> Q:
    """Of a school: those who begin with the coming school year."""
    return _beyond(system, lambda first, last: Q(cohort__gt=cohort_of(first, day)))


def _beyond(system, condition) -> Q:
    found = Q()
    for phase in (PRIMARY, JUNIOR, SENIOR):
        found |= Q(phase=phase) & condition(*bounds(phase, system))
    return found


def takes(school_class, grade: int | None, system: SystemOn | str, day: date) -> bool:
    """Whether a class takes newcomers of ``grade`` on ``day``: one of that phase and of the cohort that is there by time,
    never that of a leaving cohort."""
    if grade is None:
        return False
    wanted = phase_of(grade, system), cohort_of(grade, day)
    return (school_class.phase, school_class.cohort) == wanted


def grade_at(day: date, prefix: str = "") -> Func:
    """:func:`grade_of` for the living as an expression of the database: of pupils or classes, at the end of ``prefix``."""
    names = (f"{prefix}{name}" for name in ("cohort", "phase", "school_id"))
    return Func(
        *(F(name) for name in names),
        Value(day, output_field=DateField()),
        function="students_grade_at",
        output_field=IntegerField(),
    )


def grade_name(grade: int, phase: str) -> str:
    """What a grade of a phase is called, e.g. 五年级, 七年级（初中）, 高二."""
    if grade < 1 or grade > 12:
        return zh("不在校年级")
    if grade >= 10:
        return _SENIOR[grade]
    name = zh("{part}年级", part=_NUMERALS[grade])
    return name if phase == PRIMARY else zh("{name}（初中）", name=name)


def grade_label(grade: int, system: SystemOn | str = "") -> str:
    """What the grade is called at a school of this system."""
    return grade_name(grade, phase_of(grade, system))


def label_of(placed, day: date, system: SystemOn | str | None = None) -> str:
    """What the grade of a pupil or a class is called on ``day``: “六年级”; “七年级（新生）” before it begins; “六年级（应毕业未毕业）”
    for who was not graduated."""
    system = _known(placed, getattr(placed, "graduated_on", None) or day, system)
    grade = grade_of(placed, day, system)
    if waits(placed, day, system):
        name = _SENIOR[grade] if grade >= 10 else zh("{part}年级", part=_NUMERALS[grade])
        return zh("{name}（新生）", name=name)
    name = grade_name(grade, placed.phase)
    return zh("{name}（应毕业未毕业）", name=name) if stays(placed, day, system) else name


def untaught(placed, day: date, grades: range, system: SystemOn | str | None = None) -> bool:
    """Promoted into a grade that is none of the school's ``grades``, as from the last of a 教学点 (三.5): neither who stays
    in a last grade nor who begins in summer."""
    if not grades or getattr(placed, "graduated_on", None) is not None:
        return False
    if stays(placed, day, system) or waits(placed, day, system):
        return False
    return grade_of(placed, day, system) not in grades


def label_here(placed, day: date, grades: range, system: SystemOn | str | None = None) -> str:
    """:func:`label_of` at the school itself, whose ``grades`` these are: “升级后本校未开设五年级” for who is in none of them."""
    if untaught(placed, day, grades, system):
        return zh("升级后本校未开设{grade}", grade=label_of(placed, day, system))
    return label_of(placed, day, system)


def class_name(school_class, day: date, system: SystemOn | str | None = None) -> str:
    """What a class is called: 五年级（2）班; of a cohort that has left by time “2020级（1）班（毕业班）”."""
    if stays(school_class, day, system):
        return zh("{cohort}级{school_class}（毕业班）", cohort=school_class.cohort, school_class=school_class)
    return zh("{label}{school_class}", label=label_of(school_class, day, system), school_class=school_class)


def is_graduating(grade: int, system: SystemOn | str) -> bool:
    """True in the last grade of a phase: there a graduation list will come (R3.5b, R4.1). A school that goes on to the
    next phase under one roof graduates its pupils all the same; one that stops earlier does not."""
    return grade in (primary_end(system), 9, 12)
