"""Tables that people fill in with a spreadsheet program: the template with its lists, reading one back, a table to take away.

What was typed is text and stays text: a cell that begins like a formula is no formula, a number of 18 digits is never
read from a cell in which the program has already rounded it. A fault names the cell as the program shows it.
"""

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook
from xlsxwriter.utility import xl_col_to_name

from ledger.words import joined, zh

# A table of 20,000 rows with every item filled unpacks to some 60 MB.
LARGEST = 8 * 1024 * 1024
UNPACKED = 300 * 1024 * 1024
MOST_ROWS = 20_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LISTED = 5000  # rows of the template that offer the lists
# A double holds 15 digits: what is longer was rounded before it was saved.
_ROUNDED = 10**15
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class TableRefused(Exception):
    """The file is no table of this kind; ``sentence`` says what to do."""

    def __init__(self, sentence: str):
        self.sentence = sentence
        super().__init__(sentence)


@dataclass(frozen=True)
class Column:
    """A column: its key, what its head says, whether it must be filled, what may be chosen ``{code: name}``."""

    key: str
    label: str
    required: bool = False
    choices: dict[str, str] = field(default_factory=dict)
    hint: str = ""

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
    """One filled line: where it stands, its texts by column key."""

    line: int
    cells: dict[str, str]


@dataclass
class Table:
    """What was read: the filled lines, the faults of cells, where each column stands."""

    rows: list[Row]
    faults: list[Fault]
    places: dict[str, str]

    def fault(self, line: int, column: Column | None, sentence: str) -> Fault:
        """A fault in a line, at its column where there is one."""
        if column is None:
            return Fault(line, "", "", sentence)
        return Fault(line, self.places.get(column.key, ""), column.label, sentence)


# ---------------------------------------------------------------- reading


def read(data: bytes, columns: Sequence[Column]) -> Table:
    """The first sheet of an xlsx file: heads in line 1, in any order; empty lines are passed over.

    Raises :class:`TableRefused` for what is no such table.
    """
    cells = _cells(data)
    if not cells:
        raise TableRefused(zh("表格是空的：请下载模板，从第 2 行起填写后再上传。"))
    places, unknown = _places(cells[0], columns)
    table = Table([], [], {key: xl_col_to_name(at) for key, at in places.items()})
    table.faults += [
        Fault(1, xl_col_to_name(at), "", zh("列名“{name}”不在模板中，请删去这一列或改正列名。", name=name))
        for at, name in unknown
    ]
    for column in columns:
        if column.required and column.key not in places:
            table.faults.append(
                Fault(
                    1,
                    "",
                    column.label,
                    zh("缺少“{column_label}”一列，请从模板补上。", column_label=column.label),
                )
            )
    for line, values in enumerate(cells[1:], 2):
        _take(
            table, line, values, [(column, places[column.key]) for column in columns if column.key in places]
        )
    if len(table.rows) > MOST_ROWS:
        raise TableRefused(
            zh(
                "一个文件最多 {most_rows} 行，这个文件有 {count} 行，请分成几个上传。",
                most_rows=MOST_ROWS,
                count=len(table.rows),
            )
        )
    if not table.rows and not table.faults:
        raise TableRefused(zh("表格里没有数据：请从第 2 行起填写后再上传。"))
    return table


def _cells(data: bytes) -> list[list]:
    if len(data) > LARGEST:
        raise TableRefused(zh("文件超过 {count} MB，请分成几个文件上传。", count=LARGEST // 1024 // 1024))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            size = sum(part.file_size for part in packed.infolist())
    except zipfile.BadZipFile:
        raise TableRefused(
            zh("这不是 xlsx 文件：请用模板填写，另存为“Excel 工作簿（.xlsx）”后再上传。")
        ) from None
    if size > UNPACKED:
        raise TableRefused(zh("文件解开后过大，不像学生名单；请用模板重新填写。"))
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, IndexError, ValueError, OverflowError):
        raise TableRefused(zh("xlsx 文件打不开，可能没有保存完整；请重新另存后再上传。")) from None


def _places(heads: Sequence, columns: Sequence[Column]) -> tuple[dict[str, int], list[tuple[int, str]]]:
    known = {column.label: column.key for column in columns}
    places: dict[str, int] = {}
    unknown = []
    for at, head in enumerate(heads):
        name = str(head).strip().lstrip("*＊").strip()
        key = known.get(name)
        if key is not None and key not in places:
            places[key] = at
        elif name:
            unknown.append((at, _shown(name)))
    return places, unknown


def _take(table: Table, line: int, values: Sequence, columns: list[tuple[Column, int]]) -> None:
    found: dict[str, str] = {}
    faults = []
    for column, at in columns:
        value = values[at] if at < len(values) else ""
        if isinstance(value, float | int) and not isinstance(value, bool) and abs(value) >= _ROUNDED:
            told = zh("单元格是数字格式，后几位已被表格程序改成 0；请把这一列设为“文本”后重新填写。")
            faults.append(table.fault(line, column, told))
            value = "0"
        text = _text(value)
        if text:
            found[column.key] = _coded(column, text)
    if found:
        table.rows.append(Row(line, found))
        table.faults += faults


def _text(value: object) -> str:
    """A cell as the text that was typed."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:g}"
    if isinstance(value, datetime | date):
        return f"{value:%Y-%m-%d}"
    return str(value).strip()


def _coded(column: Column, text: str) -> str:
    """The code of a name that was chosen; anything else as it stands, for the checks to judge."""
    if not column.choices or text in column.choices:
        return text
    return next((code for code, name in column.choices.items() if name == text), text)


CLASS_WANTED = zh("班级请填班号 1–99，如 1；还没有编班的不填。")


def class_number(text: str) -> int | None:
    """The number of a class as people type it (1, 1班, （1）班); 0 where none is typed, ``None`` for what is none."""
    text = text.strip().removesuffix("班").strip("（）()")
    if not text:
        return 0
    return int(text) if text.isascii() and text.isdecimal() and 1 <= int(text) <= 99 else None


def _shown(text: str) -> str:
    return "".join(character for character in text if character.isprintable())[:20]


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


def plain(text: str) -> str:
    """A text that no spreadsheet program takes for a formula; for csv, where a cell cannot be said to be text."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def xlsx(title: str, head: Sequence[str], rows: Iterable[Sequence], *, widths: Sequence[int] = ()) -> bytes:
    """A table to take away, with its title above: texts as texts (numbers of pupils too), counts as numbers.

    Written row by row, so that a long one needs no more memory than a short one.
    """
    out = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    sheet = book.add_worksheet(zh("表格"))
    bold = book.add_format({"bold": True, "bg_color": "#EEF2F7"})
    text = book.add_format({"num_format": "@"})
    for at, width in enumerate(widths or [32]):
        sheet.set_column(at, at, width)
    sheet.freeze_panes(2, 1)
    sheet.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 13}))
    for at, label in enumerate(head):
        sheet.write_string(1, at, label, bold)
    for line, row in enumerate(rows, 2):
        for at, value in enumerate(row):
            if isinstance(value, int):
                sheet.write_number(line, at, value)
            else:
                sheet.write_string(line, at, str(value), text)
    book.close()
    return out.getvalue()
