"""Rows “information sheet” and “sheets in one file”: reading the records, setting the pages, writing PDF/A, against the
reading alone. Nothing is kept on record here: what is timed is what a registrar waits for."""

from collections.abc import Iterator
from itertools import count

from bench import ground
from bench.measure import Row, in_turn
from students.counter import finding as counter
from students.counter import sheet, sheet_pdf
from students.pupil.models import Student
from web import clock

_SINGLE, _FILES = 40, (100, 1000)


def rows(sizes: tuple[int, ...]) -> Iterator[Row]:
    """One sheet after the other, and files of a hundred and of a thousand pupils."""
    ground.use(sizes[0])
    yield _one_by_one()
    for many in _FILES:
        yield _file(many)


def _pupils(start: int, many: int) -> list[Student]:
    known = Student.objects.select_related("school__authority", "school_class").filter(school__isnull=False)
    return list(known.order_by("pk")[start : start + many])


def _papers(students: list[Student]) -> list[sheet_pdf.Paper]:
    now = clock.now()
    return [
        sheet_pdf.Paper(content, counter.serial(now), counter.new_code(), "示例学校", "示例人员", now)
        for content in sheet.contents_of(students, clock.local_date(now))
    ]


def _one_by_one() -> Row:
    turn = count()

    def printed() -> int:
        for student in _pupils(next(turn) * _SINGLE, _SINGLE):
            sheet_pdf.draw(_papers([student]))
        return _SINGLE

    def read() -> int:
        for student in _pupils(next(turn) * _SINGLE, _SINGLE):
            _papers([student])
        return _SINGLE

    printed()  # the first page of a process learns the template
    return in_turn("information sheet", "one by one", 1, printed, read, longest=25e-3, higher=False)


def _file(many: int) -> Row:
    turn = count()

    def drawn() -> int:
        sheet_pdf.draw(_papers(_pupils(next(turn) * many, many)))
        return 1

    def read() -> int:
        _papers(_pupils(next(turn) * many, many))
        return 1

    longest = 20.0 if many == _FILES[-1] else None
    return in_turn(
        "sheets in one file", f"{many:,} pupils", many, drawn, read, longest=longest, higher=False, unit="s"
    )
