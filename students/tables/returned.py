"""Lines given back to who sent them: the user's own columns as they stood, with one more that says what is wrong."""

import io
from collections.abc import Sequence

import xlsxwriter

from students.tables import workbooks
from students.tables.columns import Column
from students.tables.reading import REMARK, is_head, shown_value
from students.tables.workbooks import Cell

_Line = dict[int, Cell]


def build(data: bytes, columns: Sequence[Column], why: dict[int, list[str]]) -> bytes:
    """The file with what stands above the heads, the heads, and the lines that ``why`` has sentences for, by line.

    Raises :class:`students.tables.workbooks.TableRefused` for a file that cannot be read.
    """
    above: list[_Line] = []
    kept: list[tuple[_Line, str]] = []
    found: list[int] = []

    def take(line: int, cells: _Line) -> None:
        if not found:
            above.append(cells)
            if is_head(cells, columns):
                found.append(line)
        elif line in why:
            kept.append((cells, "".join(why[line])))

    book = workbooks.read(data, workbooks.JOB, take)
    heads = above[-1] if above else {}
    # The column of an earlier round is not given back a second time.
    old = next((at for at, value in heads.items() if shown_value(value) == REMARK), None)
    last = max((at for cells in [*above, *(cells for cells, _ in kept)] for at in cells), default=0)
    place = last + 1 if old is None else old
    lines = [(cells, "") for cells in above[:-1]] + [(heads, str(REMARK)), *kept]
    return _written(book.sheet, lines, place)


def _written(name: str, lines: list[tuple[_Line, str]], place: int) -> bytes:
    out = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    sheet = book.add_worksheet(name)
    text = book.add_format({"num_format": "@"})
    told = book.add_format({"font_color": "#B42318", "num_format": "@"})
    sheet.set_column(0, place - 1 if place else 0, 14, text)
    sheet.set_column(place, place, 90)
    for line, (cells, sentence) in enumerate(lines):
        for at, value in sorted(cells.items()):
            if at != place:
                _put(sheet, line, at, value, text)
        if sentence:
            sheet.write_string(line, place, sentence, told)
    book.close()
    return out.getvalue()


def _put(sheet, line: int, at: int, value: Cell, text) -> None:
    if isinstance(value, list) and value[0] == "n":
        sheet.write_number(line, at, float(value[1]))
    else:
        sheet.write_string(line, at, shown_value(value), text)
