"""Where the law is silent about the year's end: the word that is in force, each read here and nowhere else (R0.7).

A province's own row goes before the nation's. What is judged by the day of a submission is asked with that day; ``book``
spares a look at the revision of the rulebook where it was read already.
"""

from datetime import date

from reviews.engine import book as rulebook
from reviews.engine.book import Rulebook
from reviews.rulebook import windows
from reviews.rulebook.year_values import GRADUATION_DUE, ON, RECRUITMENT_DUE, YearKey
from students.pupil.grades import school_year


def _word(key: str, day: date, province: int | None, book: Rulebook | None) -> str:
    return (book or rulebook.current()).year(key, day, province)


def _is_on(key: str, day: date, province: int | None, book: Rulebook | None) -> bool:
    return _word(key, day, province, book) == ON


def _limit(key: str, day: date, province: int | None, book: Rulebook | None) -> int:
    return (book or rulebook.current()).limit(key, day, province)


# ---------------------------------------------------------------- days of the year


def graduation_first(day: date, province: int | None, book: Rulebook | None = None) -> date:
    """The day from which a cohort in its last year is listed, in the school year of ``day`` (R4.1)."""
    return windows.day_of(school_year(day) + 1, _word(YearKey.GRADUATION_FIRST, day, province, book))


def graduation_due(day: date, province: int | None, book: Rulebook | None = None) -> date:
    """The day by which schools graduate, in the year of ``day`` (R4.1); it is told and counted, it bars nothing."""
    return (book or rulebook.current()).due(GRADUATION_DUE, day, province)


def next_graduation_due(day: date, province: int | None, book: Rulebook | None = None) -> date:
    """The day by which schools graduate next: of this year, or once it is over of the next (R3.5b)."""
    last, book = graduation_due(day, province, book), book or rulebook.current()
    return last if day <= last else book.due(GRADUATION_DUE, day, province, year=day.year + 1)


def recruitment_due(day: date, province: int | None, book: Rulebook | None = None) -> date:
    """The day by which recruitment is done, in the year of ``day`` (R3.5); it is told and counted, it bars nothing."""
    return (book or rulebook.current()).due(RECRUITMENT_DUE, day, province)


def certificate_day(year: int, day: date, province: int | None, book: Rulebook | None = None) -> date:
    """The day that stands on a certificate of those who should have graduated in ``year``; printed, never reckoned with."""
    return windows.day_of(year, _word(YearKey.CERTIFICATE_DAY, day, province, book))


def clears_on(day: date, province: int | None, book: Rulebook | None = None) -> date | None:
    """The first day after ``day`` on which transfers of graduating grades that run then are cleared, whether their schools
    have graduated the pupils or not (R3.5b); ``None`` where the signed list alone clears."""
    said = _word(YearKey.GRADUATING_CLEAR_ON, day, province, book)
    if not said:
        return None
    this_year = windows.day_of(day.year, said)
    return this_year if day < this_year else windows.day_of(day.year + 1, said)


def entry_year(
    day: date,
    province: int | None,
    book: Rulebook | None = None,
    *,
    late: bool = False,
    ruled_on: date | None = None,
) -> int:
    """The school year into which somebody enters who comes to a school on ``day``: in summer already the coming one. One
    day for recruitment and grade 1, another for who is registered late (R2.1, R2.2, R4.5); of a case the row of its
    submission, ``ruled_on``."""
    key = YearKey.LATE_ENTRY_FROM if late else YearKey.ENTRY_FROM
    from_day = windows.day_of(day.year, _word(key, ruled_on or day, province, book))
    return day.year if day >= from_day else day.year - 1


def entering_cohort(
    grade: int,
    day: date,
    province: int | None,
    book: Rulebook | None = None,
    *,
    late: bool = False,
    ruled_on: date | None = None,
) -> int:
    """The cohort that somebody joins who enters ``grade`` by coming to a school on ``day``."""
    return entry_year(day, province, book, late=late, ruled_on=ruled_on) - grade + 1


# ---------------------------------------------------------------- yes or no


def resume_with_own_cohort(day: date, province: int | None, book: Rulebook | None = None) -> bool:
    """Whether who stays may resume 按原届, class and cohort unchanged (R5.3)."""
    return _is_on(YearKey.RESUME_WITH_OWN_COHORT, day, province, book)


def changed_grade_within_phase(day: date, province: int | None, book: Rulebook | None = None) -> bool:
    """Whether another grade chosen at a transfer has to lie in the pupil's phase (R4.3)."""
    return _is_on(YearKey.CHANGED_GRADE_WITHIN_PHASE, day, province, book)


def dropout_holds_graduation(day: date, province: int | None, book: Rulebook | None = None) -> bool:
    """Whether a living drop-out mark keeps a pupil off the list (R4.1)."""
    return _is_on(YearKey.DROPOUT_HOLDS_GRADUATION, day, province, book)


# ---------------------------------------------------------------- lists and numbers


def completion_phases(day: date, province: int | None, book: Rulebook | None = None) -> tuple[str, ...]:
    """The phases that may be left with 结业 (R4.1)."""
    return tuple(filter(None, _word(YearKey.COMPLETION_PHASES, day, province, book).split(",")))


def incomplete_grades(day: date, province: int | None, book: Rulebook | None = None) -> tuple[int, ...]:
    """The grades that may be left with 肄业 (R4.1)."""
    said = filter(None, _word(YearKey.INCOMPLETE_GRADES, day, province, book).split(","))
    return tuple(int(grade) for grade in said)


def resume_steps_down(day: date, province: int | None, book: Rulebook | None = None) -> int:
    """How many grades below its own somebody may resume (R5.3)."""
    return _limit("resume_steps_down", day, province, book)


def rollback_months(day: date, province: int | None, book: Rulebook | None = None) -> int:
    """For how many months after the act a graduation may be taken back (R4.4)."""
    return _limit("rollback_months", day, province, book)
