"""Lines given back to who sent them: the user's own columns as they stood and looked, with one more that says what is
wrong."""

import io
from collections.abc import Sequence

import xlsxwriter

from students.tables import workbooks
from students.tables.columns import Column
from students.tables.look import Look, day_of
from students.tables.reading import REMARK, is_head, shown_value
from students.tables.workbooks import Cell

_Styles = dict[int, str]
_Line = tuple[dict[int, Cell], _Styles]


def build(data: bytes, columns: Sequence[Column], why: dict[int, list[str]]) -> bytes:
    """The file with what stands above the heads, the heads, and the lines that ``why`` has sentences for, by line.

    Raises :class:`students.tables.workbooks.TableRefused` for a file that cannot be read.
    """
    above: list[_Line] = []
    kept: list[tuple[_Line, str]] = []
    numbers: list[int] = []
    found: list[int] = []

    def take(line: int, cells: dict[int, Cell], styles: _Styles) -> None:
        if not found:
            above.append((cells, styles))
            numbers.append(line)
            if is_head(cells, columns):
                found.append(line)
        elif line in why:
            kept.append(((cells, styles), "".join(why[line])))
            numbers.append(line)

    book = workbooks.read_with_look(data, workbooks.JOB, take)
    look = Look(book.look)
    heads = above[-1] if above else ({}, {})
    # The column of an earlier round is not given back a second time.
    old = next((at for at, value in heads[0].items() if shown_value(value) == REMARK), None)
    last = max((at for cells, _ in [*above, *(line for line, _ in kept)] for at in cells), default=0)
    place = last + 1 if old is None else old
    lines = [(line, "") for line in above[:-1]] + [(heads, str(REMARK)), *kept]
    in_view = sum(line <= look.frozen[0] for line in numbers)
    return _Returned(book.sheet, look, place).written(lines, in_view)


class _Returned:
    """The file as it is written: a line at a time, each cell in the look of the user's own sheet."""

    def __init__(self, name: str, look: Look, place: int):
        self.out, self.look, self.place = io.BytesIO(), look, place
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self.book = xlsxwriter.Workbook(self.out, options)
        self.sheet = self.book.add_worksheet(name)
        self.text = self.book.add_format({"num_format": "@"})
        self.told = self.book.add_format({"font_color": "#B42318", "num_format": "@"})
        self.formats: dict[str, xlsxwriter.format.Format | None] = {}

    def written(self, lines: list[tuple[_Line, str]], in_view: int) -> bytes:
        """The bytes of the file; ``in_view``: how many of the lines stay in view."""
        self.sheet.set_column(0, self.place - 1 if self.place else 0, 14, self.text)
        for first, last, width in self.look.widths:
            if first < workbooks.COLUMNS:
                self.sheet.set_column(first, min(last, workbooks.COLUMNS), width, self.text)
        self.sheet.set_column(self.place, self.place, 90)
        if in_view or self.look.frozen[1]:
            self.sheet.freeze_panes(in_view, min(self.look.frozen[1], workbooks.COLUMNS))
        for line, ((cells, styles), sentence) in enumerate(lines):
            for at in sorted({*cells, *(at for at in styles if at < self.place)} - {self.place}):
                self._put(line, at, cells.get(at, ""), styles.get(at, ""))
            if sentence:
                self.sheet.write_string(line, self.place, sentence, self.told)
        self.book.close()
        return self.out.getvalue()

    def _put(self, line: int, at: int, value: Cell, style: str) -> None:
        looks = self._format(style)
        if value == "":
            if looks is not None:
                self.sheet.write_blank(line, at, None, looks)
        elif isinstance(value, list) and value[0] == "n":
            self.sheet.write_number(line, at, float(value[1]), looks or self.text)
        elif looks is not None and (day := day_of(value)) is not None:
            self.sheet.write_datetime(line, at, day, looks)
        else:
            self.sheet.write_string(line, at, shown_value(value), looks or self.text)

    def _format(self, style: str) -> "xlsxwriter.format.Format | None":
        if style not in self.formats:
            told = self.look.of(style)
            self.formats[style] = self.book.add_format({"num_format": "@", **told}) if told else None
        return self.formats[style]
