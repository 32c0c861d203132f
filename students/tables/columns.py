"""Tables that people fill in with a spreadsheet program: what they consist of, the template with its lists, a table to
take away. Reading one back: :mod:`students.tables.reading`.

What was typed is text and stays text: a cell that begins like a formula is no formula. A fault names the cell as the
program shows it.
"""

import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from web.text import plain_characters
from web.words import joined, zh

# 20,000 rows with every item filled are some 10 MB.
LARGEST = 12 * 1024 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LISTED = 5000  # rows of the template that offer the lists


@dataclass(frozen=True)
class Column:
    """A column: its key, what its head says, whether it must be filled, what may be chosen ``{code: name}``.

    ``kind`` is that of the item (date, month …); ``own``: what stands in it tells one line from another, so that it is
    never the same for two; ``other_names``: what a choice is called besides its name, by code.
    """

    key: str
    label: str
    required: bool = False
    choices: dict[str, str] = field(default_factory=dict)
    hint: str = ""
    kind: str = ""
    own: bool = False
    other_names: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def head(self) -> str:
        """The cell at the top; a star marks what must be filled."""
        return f"*{self.label}" if self.required else self.label


class Fault(NamedTuple):
    """What is wrong in one cell: line and column as the program shows them; no column for the line as a whole."""

    line: int
    column: str
    label: str
    sentence: str


class Row(NamedTuple):
    """One filled line: where it stands, its texts by column key, the columns whose cell could not be read."""

    line: int
    cells: dict[str, str]
    bad: set[str]


@dataclass
class Table:
    """What was read: the filled lines, the faults of cells, where each column stands, what is remarked, and the line of
    the heads."""

    rows: list[Row]
    faults: list[Fault]
    places: dict[str, str]
    told: list[str] = field(default_factory=list)
    head_line: int = 1

    def fault(self, line: int, column: Column | None, sentence: str) -> Fault:
        """A fault in a line, at its column where there is one."""
        if column is None:
            return Fault(line, "", "", sentence)
        return Fault(line, self.places.get(column.key, ""), column.label, sentence)

    def told_at(self, line: int, columns: dict[str, Column], errors: dict[str, str]) -> list[Fault]:
        """Errors by item as faults of a line; one without a sentence was told at its cell."""
        return [self.fault(line, columns.get(key), told) for key, told in errors.items() if told]


CLASS_WANTED = zh("班级请填班号 1–99，如 1；还没有编班的不填。")


_CLASS = re.compile(r"(?:第?\(?)([0-9]{1,2}|[一二三四五六七八九十])(?:\.0)?\)?班?")


def class_number(text: str) -> int | None:
    """The number of a class as people type it (1, １班, （1）班, 第1班, 一班); 0 where none is typed, ``None`` for what is
    none."""
    text = plain_characters(text)
    if not text:
        return 0
    found = _CLASS.fullmatch(text)
    if found is None:
        return None
    said = found[1]
    return int(said if said.isascii() else unicodedata.numeric(said)) or None


# ---------------------------------------------------------------- writing


def template(
    title: str, columns: Sequence[Column], notes: Iterable[str], rows: Iterable[dict[str, str]] = ()
) -> bytes:
    """A table to fill in: heads, lists to choose from, every cell as text, and a sheet that says what goes where.

    ``rows`` are lines that stand in it already, text by column key; a code is written as the name it is chosen by.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet, lists, told = (book.add_worksheet(name) for name in (title, zh("选项"), zh("填写说明")))
    text = book.add_format({"num_format": "@"})
    heads = {
        wanted: book.add_format(
            {"bold": True, "bg_color": "#EEF2F7", "font_color": "#B42318" if wanted else "#14213D"}
        )
        for wanted in (True, False)
    }
    for at, column in enumerate(columns):
        sheet.write_string(0, at, column.head, heads[column.required])
        sheet.set_column(at, at, max(10, 2 * len(column.head) + 2), text)
        if column.choices:
            _offer(sheet, lists, at, column)
    for line, row in enumerate(rows, 1):
        for at, column in enumerate(columns):
            value = row.get(column.key, "")
            sheet.write_string(line, at, column.choices.get(value, value), text)
    sheet.freeze_panes(1, 1)
    lists.hide()
    lines = [*notes, *(f"{column.label}：{_explained(column)}" for column in columns)]
    for line, sentence in enumerate(lines):
        told.write_string(line, 0, sentence)
    told.set_column(0, 0, 110)
    book.close()
    return out.getvalue()


def _offer(sheet, lists, at: int, column: Column) -> None:
    for line, name in enumerate(column.choices.values()):
        lists.write_string(line, at, name)
    letter = xl_col_to_name(at)
    source = zh("=选项!${letter}$1:${letter}${count}", letter=letter, count=len(column.choices))
    sheet.data_validation(
        1,
        at,
        _LISTED,
        at,
        {
            "validate": "list",
            "source": source,
            "error_title": column.label[:30],
            "error_message": zh("{column_label}请从列表中选择。", column_label=column.label),
        },
    )


def _explained(column: Column) -> str:
    parts = [zh("必填") if column.required else zh("选填")]
    if column.choices:
        parts.append(zh("从列表中选择"))
    return joined("，", [*parts, column.hint] if column.hint else parts) + "。"


class Share(float):
    """A share of one, which a table to take away shows as a percentage."""


def xlsx(title: str, head: Sequence[str], rows: Iterable[Sequence], *, widths: Sequence[int] = ()) -> bytes:
    """A table to take away, with its title above: texts as texts (numbers of pupils too), counts and shares as
    numbers that can be added up.

    Written row by row, so that a long one needs no more memory than a short one.
    """
    out = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    sheet = book.add_worksheet(zh("表格"))
    bold = book.add_format({"bold": True, "bg_color": "#EEF2F7"})
    text, share = book.add_format({"num_format": "@"}), book.add_format({"num_format": "0.0%"})
    for at, width in enumerate(widths or [32]):
        sheet.set_column(at, at, width)
    sheet.freeze_panes(2, 1)
    sheet.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 13}))
    for at, label in enumerate(head):
        sheet.write_string(1, at, label, bold)
    for line, row in enumerate(rows, 2):
        for at, value in enumerate(row):
            if isinstance(value, int | float | Decimal):
                sheet.write_number(line, at, value, share if isinstance(value, Share) else None)
            else:
                sheet.write_string(line, at, str(value), text)
    book.close()
    return out.getvalue()
