"""A table that people filled in, read back: where the heads stand, what each line says, what is wrong in a cell.

What was typed is text and stays text; a number that the program has rounded, a date that it has made of something else,
an error value and a merged cell are told at the cell, with what is probably meant. What has one meaning is taken.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from difflib import get_close_matches

from xlsxwriter.utility import xl_col_to_name

from students.tables import workbooks
from students.tables.columns import Column, Fault, Row, Table
from students.tables.workbooks import Cell, Limits, TableRefused
from web.text import is_han, plain_characters, simplified
from web.words import joined, zh

# Above the heads there may be a title, the school, the date.
_HEAD_LINES = 5
# A double holds 15 digits: what is longer was rounded before it was saved.
_ROUNDED = 10**15
# What stands below a list: a sum, who filled it in and when, a note, “nothing further”, the place of a seal.
_SUM = re.compile(
    r"(以上|本[页班校次表]|全[班校年级县旗]+|班级|年级|学生|人数)*(合计|总计|小计|共计|累计|总人数|总数|人数)"
    r"(\(.*\))?(:.*|\d+(人|名)?)?|(以上|全班|本班)?共(计|有)?\d+(人|名)?"
    r"|(填表|制表|审核|审批|经办|负责|校对|复核|录入|填报|报送)(人|员|单位|日期|时间|签字|签名)?:.*"
    r"|(备注|说明|注|日期|班主任|校长)(签字|签名)?:.*|[-—–_*]*(以下空白|以下无正文|以下无)[-—–_*]*"
    r"|\(?(盖章|公章|签章|签字)\)?(处|:.*)?"
)
_DATES = ("date", "month", "span")
_NAMED = 10
REMARK = zh("哪里不对，怎么改")
"""The head of the column that is added to lines given back."""


def read(data: bytes, columns: Sequence[Column], limits: Limits = workbooks.JOB) -> Table:
    """The first visible sheet of an xlsx file: heads within the first five lines, in any order; empty lines are passed
    over. Raises :class:`TableRefused` for what is no such table.
    """
    reading = _Reading(columns)
    book = workbooks.read(data, limits, reading.take)
    table = reading.table
    if not reading.seen:
        others = _quoted(book.others)
        raise TableRefused(
            zh(
                "工作表“{name}”是空的；名单在{others}的，请把它移到最前面再上传。",
                name=book.sheet,
                others=others,
            )
            if book.others
            else zh("表格是空的：请下载模板，从第 2 行起填写后再上传。")
        )
    if not reading.places:
        raise TableRefused(_no_heads(columns))
    if len(table.rows) > limits.rows:
        raise TableRefused(
            zh("一个文件最多 {most_rows} 行，这个文件更多，请分成几个上传。", most_rows=limits.rows)
        )
    if not table.rows and not table.faults:
        raise TableRefused(zh("表格里没有数据：请在列名下面逐行填写后再上传。"))
    _fill_merged(table, reading, book.merged)
    table.told += _remarks(table, reading, book)
    return table


@dataclass
class _Reading:
    """Lines as they come; the heads are looked for first."""

    columns: Sequence[Column]
    table: Table = field(default_factory=lambda: Table([], [], {}))
    places: dict[int, Column] = field(default_factory=dict)
    head_line: int = 0
    seen: bool = False
    sums: list[int] = field(default_factory=list)
    known: dict[str, str] = field(default_factory=dict)
    coded: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def take(self, line: int, cells: dict[int, Cell]) -> None:
        """One line of the sheet."""
        self.seen = True
        if self.places:
            self._take_row(line, cells)
        elif line <= _HEAD_LINES:
            self._look_for_heads(line, cells)
        else:
            raise TableRefused(_no_heads(self.columns))

    def _look_for_heads(self, line: int, cells: dict[int, Cell]) -> None:
        if not is_head(cells, self.columns):
            return
        places, strange, twice = _placed(cells, self.columns)
        self.places, self.head_line = places, line
        self.table.head_line = line
        self.table.places.update({column.key: xl_col_to_name(at) for at, column in places.items()})
        self.table.faults += _head_faults(line, places, strange, twice, self.columns)

    def _take_row(self, line: int, cells: dict[int, Cell]) -> None:
        if len(cells) <= 3 and _SUM.fullmatch(plain_characters(str(shown_value(cells[min(cells)])))):
            self.sums.append(line)
            return
        found: dict[str, str] = {}
        faults: list[Fault] = []
        bad = set()
        for at, value in cells.items():
            column = self.places.get(at)
            if column is None:
                continue
            text, told = self._read(column, value)
            if told:
                faults.append(self.table.fault(line, column, told))
                bad.add(column.key)
            elif text:
                found[column.key] = text
        if found or faults:
            self.table.rows.append(Row(line, found, bad))
            self.table.faults += faults

    def _read(self, column: Column, value: Cell) -> tuple[str, str]:
        """The text of a cell, or what is wrong with it."""
        text, told = _of_cell(column, value)
        if told or not text or not column.choices:
            return (self.known.setdefault(text, text) if len(text) < 20 else text), told
        key = (column.key, text)
        if key not in self.coded:
            self.coded[key] = chosen(column, text)
            if len(self.coded) > 50_000:
                self.coded.clear()
                return chosen(column, text)
        return self.coded[key]


# ---------------------------------------------------------------- heads


def head_text(text: str) -> str:
    """A head as it is compared: no star, no space, one width."""
    return "".join(unicodedata.normalize("NFKC", text).split()).strip("*＊:：")


def is_head(cells: dict[int, Cell], columns: Sequence[Column]) -> bool:
    """Whether a line holds the heads: two of them that are known, or the only one there is."""
    return len(_placed(cells, columns)[0]) >= min(2, len(columns))


def _placed(cells: dict[int, Cell], columns: Sequence[Column]):
    """Where each column stands, what is no head, and which come twice."""
    known = {head_text(column.label): column for column in columns}
    places: dict[int, Column] = {}
    strange, twice = [], []
    for at, value in cells.items():
        text = head_text(shown_value(value))
        column = known.get(text) or known.get(re.sub(r"[(（\[【].*", "", text))
        if column is None:
            # The column in which lines came back may stay when they are sent again.
            strange += [] if text == head_text(REMARK) else [(at, text)]
        elif column in places.values():
            twice.append((at, column.label))
        else:
            places[at] = column
    return places, strange, twice


def _no_heads(columns: Sequence[Column]) -> str:
    wanted = joined(
        "、", (zh("“{name}”", name=column.label) for column in [c for c in columns if c.required][:4])
    )
    return zh(
        "前 5 行里没有找到列名（应有{wanted}等）：请从模板复制列名那一行放在名单上面，再上传。", wanted=wanted
    )


def _head_faults(line, places, strange, twice, columns) -> list[Fault]:
    labels = {head_text(column.label): column.label for column in columns if column not in places.values()}
    faults: list[Fault] = []
    named: set[str] = set()
    for at, text in strange:
        near = get_close_matches(text, labels, 1, 0.6)
        told = (
            zh(
                "列名“{name}”不在模板中，是不是“{near}”？请改正列名，或删去这一列。",
                name=_shown(text),
                near=labels[near[0]],
            )
            if near
            else zh("列名“{name}”不在模板中，请删去这一列或改正列名。", name=_shown(text))
        )
        named.update(labels[one] for one in near)
        faults.append(Fault(line, xl_col_to_name(at), "", told))
    for at, label in twice:
        told = zh("列名“{label}”出现了两次，请只留一列。", label=label)
        faults.append(Fault(line, xl_col_to_name(at), label, told))
    for column in columns:
        if column.required and column not in places.values() and column.label not in named:
            told = zh("缺少“{column_label}”一列，请从模板补上。", column_label=column.label)
            faults.append(Fault(line, "", column.label, told))
    return faults


def _shown(text: str) -> str:
    """A cell as a sentence may quote it: sentences are kept, and bear no number of a person."""
    seen = "".join(character for character in text if character.isprintable())
    return re.sub(r"\d{5,}[0-9Xx]?", "…", seen)[:20]


# ---------------------------------------------------------------- cells


def shown_value(value: Cell) -> str:
    """What a cell shows, as text."""
    return value if isinstance(value, str) else value[1]


def _of_cell(column: Column, value: Cell) -> tuple[str, str]:
    if isinstance(value, str):
        return value.strip(), ""
    kind, text = value
    if kind == "e":
        return "", zh("单元格是错误值 {value}，请改成应填的内容。", value=_shown(text))
    if kind == "n":
        return _of_number(column, text)
    return text, ""


def _of_number(column: Column, text: str) -> tuple[str, str]:
    try:
        number = float(text)
    except ValueError:
        return text, ""
    if not abs(number) < _ROUNDED:
        return "", zh("单元格是数字格式，后几位已被表格程序改成 0；请把这一列设为“文本”后重新填写。")
    if column.kind in _DATES and (told := _not_a_day(column, number, text)):
        return "", told
    if number.is_integer():
        return str(int(number)), ""
    return f"{number:.10f}".rstrip("0").rstrip("."), ""


def _not_a_day(column: Column, number: float, text: str) -> str:
    """2026.10 typed as a number is stored as 2026.1, and nobody can tell it from January; 43895 is a day's number."""
    year, _, part = text.partition(".")
    if not number.is_integer() and 1900 <= number < 2100:
        months = [int(one) for one in (part, part + "0") if len(one) <= 2 and one.isdecimal()]
        guesses = [f"{year}年{month}月" for month in months if 1 <= month <= 12]
        if guesses:
            return zh(
                "单元格是数字 {value}，可能是{guess}；请把这一列设为“文本”，写成 {year}-10 的样子。",
                value=text,
                guess=joined(zh("或"), guesses),
                year=year,
            )
        return zh(
            "单元格是带小数的数字 {value}，不是日期；请把这一列设为“文本”，写成 2026-10 的样子。", value=text
        )
    if number.is_integer() and 20_000 <= number < 60_000:
        day = date(1899, 12, 30) + timedelta(days=int(number))
        return zh("单元格是数字 {value}，可能是 {day}；请按文本写成 {day}。", value=text, day=day.isoformat())
    return ""


# ---------------------------------------------------------------- what may be chosen

_SUFFIXES = ("族", "亲", "型", "性")
_NOT = ("非", "无", "未", "不")
_NO, _YES = {"否", "无", "没有", "不是", "N", "NO", "×", "✗"}, {"是", "有", "Y", "YES", "√", "✓"}


def chosen(column: Column, text: str) -> tuple[str, str]:
    """The code of a name that was chosen, or of the one choice that a short form means; else the text as it stands, with
    a sentence where a choice is near."""
    choices = column.choices
    if text in choices:
        return text, ""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    names = {"".join(unicodedata.normalize("NFKC", name).split()): code for code, name in choices.items()}
    # 漢族 and 満族 come from keyboards of elsewhere.
    plain = plain if plain in names else simplified(plain)
    if plain in names:
        return names[plain], ""
    codes = [code for code in choices if plain.isdecimal() and code.isdecimal() and int(code) == int(plain)]
    meant = codes if len(codes) == 1 else _meant(column, plain, names)
    if len(meant) == 1:
        return meant[0], ""
    near = [choices[code] for code in meant] or _near(plain, names)
    if not near:
        return text, ""
    return "", zh(
        "{label}请从所列的选项中选择；“{typed}”是不是{near}？",
        label=column.label,
        typed=_shown(text),
        near=joined(zh("或"), (zh("“{name}”", name=name) for name in near[:4])),
    )


def _meant(column: Column, plain: str, names: dict[str, str]) -> list[str]:
    """The codes that a short form may mean: 汉, 健康, 农业, 否, or a name that the paper has today."""
    other = [code for code, said in column.other_names.items() if plain in said]
    if other:
        return other
    no = [code for name, code in names.items() if name.startswith(_NOT)]
    if plain.upper() in _NO:
        return [names["否"]] if "否" in names else no
    if plain.upper() in _YES:
        return [names["是"]] if "是" in names else [code for code in names.values() if code not in no]
    for suffix in _SUFFIXES:
        if plain + suffix in names:
            return [names[plain + suffix]]
    return [code for name, code in names.items() if len(plain) > 1 and name.startswith(plain)]


def _near(plain: str, names: dict[str, str]) -> list[str]:
    found = [
        name for name in names if len(plain) > 1 and (plain in name or (len(name) > 1 and name in plain))
    ]
    first = [name for name in names if is_han(plain[:1]) and name.startswith(plain)]
    return found or first or get_close_matches(plain, names, 3, 0.6)


# ---------------------------------------------------------------- merged cells, remarks


def _fill_merged(table: Table, reading: _Reading, merged: list[list[int]]) -> None:
    """A merged cell says the same for each line it covers; one that tells lines apart, or covers several columns, is
    told at its first line."""
    lines = [row.line for row in table.rows]
    left = 4 * len(lines) + 1000
    for first, column_at, last, last_column in merged:
        places = [at for at in reading.places if column_at <= at <= last_column]
        rows = table.rows[bisect_left(lines, first) : bisect_right(lines, last)]
        left -= len(rows)
        if left < 0:
            raise TableRefused(zh("合并的单元格太多：请取消合并、逐行填写后再上传。"))
        if not places or not rows or first <= reading.head_line:
            continue
        column = reading.places[places[0]]
        value = rows[0].cells.get(column.key, "") if rows[0].line == first else ""
        if len(places) > 1 or (column.own and len(rows) > 1):
            where = f"{xl_col_to_name(column_at)}{first}:{xl_col_to_name(last_column)}{last}"
            told = zh("单元格 {where} 合并了，分不清各行各列填的是什么：请取消合并，逐格填写。", where=where)
            table.faults.append(table.fault(rows[0].line, column, told))
            for row in rows:
                row.bad.update(reading.places[at].key for at in places)
        elif value:
            for row in rows:
                row.cells.setdefault(column.key, value)


def _remarks(table: Table, reading: _Reading, book: workbooks.Book) -> list[str]:
    told = []
    if book.others:
        told.append(
            zh(
                "只读了工作表“{name}”；{others}里也有内容，没有读。",
                name=book.sheet,
                others=_quoted(book.others),
            )
        )
    rows = {row.line for row in table.rows}
    if hidden := [line for line in book.hidden if line in rows]:
        told.append(zh("第 {lines} 行在表格中是隐藏的，也当作名单读了；不要的请删去。", lines=listed(hidden)))
    if reading.sums:
        told.append(zh("第 {lines} 行是合计或备注，没有当作名单。", lines=listed(reading.sums)))
    if book.blank:
        told.append(zh("{at} 单元格里只有空格，离名单很远，没有理会。", at=book.blank))
    return told


def _quoted(names: list[str]) -> str:
    return joined("、", (zh("“{name}”", name=_shown(name)) for name in names[:3]))


def listed(lines: Sequence[int]) -> str:
    """Lines as a sentence names them: the first ten, and how many there are."""
    shown = "、".join(str(line) for line in lines[:_NAMED])
    return shown if len(lines) <= _NAMED else zh("{shown} 等 {count}", shown=shown, count=len(lines))
