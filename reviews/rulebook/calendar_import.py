"""Read a year's working-day arrangement from a csv, row by row, without touching the database (R3.7).

The columns are `date,kind,name,source` or 日期, 类型(放假/补班), 名称, 来源, in any order, split by commas or tabs,
in UTF-8 or the GBK that spreadsheet programs write. One wrong row and nothing is taken: half a year's calendar would
move due dates without anybody seeing it.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from reviews.rulebook.calendar import HOLIDAY, WEEKDAYS, WORKDAY
from web.clock import spoken
from web.words import joined, zh

LARGEST_FILE = 1024 * 1024
"""Bytes; a year has some forty rows."""
YEARS = range(2000, 2101)

_COLUMNS = {"date": zh("日期"), "kind": zh("类型"), "name": zh("名称"), "source": zh("来源")}
_KINDS = {
    **dict.fromkeys(("holiday", zh("放假"), zh("休"), zh("休息"), zh("节假日"), zh("放假调休")), HOLIDAY),
    **dict.fromkeys(
        ("workday", zh("补班"), zh("班"), zh("上班"), zh("调休"), zh("调休上班"), zh("补班日")), WORKDAY
    ),
}
_FESTIVALS = (zh("元旦"), zh("春节"), zh("清明节"), zh("劳动节"), zh("端午节"), zh("中秋节"), zh("国庆节"))
_DATE = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|(\d{2})(\d{2}))"
)
_CHINESE_DATE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日?")


@dataclass(frozen=True)
class CalendarRow:
    """One day as the notice arranges it; `kind` is "holiday" or "workday"."""

    date: date
    kind: str
    name: str
    source: str


@dataclass(frozen=True)
class ImportRemark:
    """One sentence about one line; `line` counts from 1 with the heading, 0 speaks of the whole file."""

    line: int
    sentence: str


@dataclass(frozen=True)
class CalendarImport:
    """What a file holds: the rows in the order of their dates, or errors and no rows; warnings with either."""

    rows: tuple[CalendarRow, ...]
    errors: tuple[ImportRemark, ...]
    warnings: tuple[ImportRemark, ...]

    @property
    def years(self) -> tuple[int, ...]:
        """The years the rows speak of; an import replaces each of them whole."""
        return tuple(sorted({row.date.year for row in self.rows}))


class _Unreadable(Exception):
    """The file or a cell cannot be read; carries the sentence."""


def parse(content: bytes | str) -> CalendarImport:
    """Read the csv; never raises for what a file contains. Sentences are Chinese and fit to be shown."""
    try:
        lines = _lines(content)
        columns = _columns(lines)
    except _Unreadable as problem:
        return CalendarImport((), (ImportRemark(0, str(problem)),), ())
    rows: list[tuple[int, CalendarRow]] = []
    errors: list[ImportRemark] = []
    seen: dict[date, int] = {}
    for number, cells in lines[1:]:
        try:
            row = _row(cells, columns)
        except _Unreadable as problem:
            errors.append(
                ImportRemark(number, zh("第 {number} 行：{problem}。", number=number, problem=problem))
            )
            continue
        if row.date in seen:
            same = zh("{day}与第 {part} 行重复", day=spoken(row.date), part=seen[row.date])
            errors.append(
                ImportRemark(
                    number,
                    zh("第 {number} 行：{same}，同一天只能有一行，请删去一行。", number=number, same=same),
                )
            )
            continue
        seen[row.date] = number
        rows.append((number, row))
    if not rows and not errors:
        errors.append(ImportRemark(0, zh("文件里只有表头，没有日期行，请核对后重新上传。")))
    if errors:
        return CalendarImport((), tuple(errors), ())
    return CalendarImport(
        tuple(sorted((row for _, row in rows), key=lambda row: row.date)), (), _warnings(rows)
    )


def _lines(content: bytes | str) -> list[tuple[int, list[str]]]:
    """Numbered lines that hold anything, the heading first."""
    if len(content) > LARGEST_FILE:
        raise _Unreadable(zh("文件超过 1 MB，不像是放假安排表，请核对后重新上传。"))
    text = _decoded(content) if isinstance(content, bytes) else content
    text = text.lstrip("\ufeff")
    if "\x00" in text:
        raise _Unreadable(
            zh("文件不是 csv 文本（可能是 Excel 工作簿），请在表格软件里另存为 csv 后重新上传。")
        )
    heading = text.lstrip().split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in heading else ",")
    lines = []
    try:
        for cells in reader:
            cells = [cell.strip() for cell in cells]
            if any(cells):
                lines.append((reader.line_num, cells))
    except csv.Error:
        at = reader.line_num
        raise _Unreadable(zh("第 {at} 行附近不是有效的 csv，请检查引号是否成对后重新上传。", at=at)) from None
    if not lines:
        raise _Unreadable(zh("文件是空的，请选择放假安排的 csv 文件。"))
    return lines


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _Unreadable(zh("文件的文字编码无法识别，请在表格软件里另存为“CSV UTF-8”后重新上传。"))


def _columns(lines: list[tuple[int, list[str]]]) -> dict[str, int]:
    """Where each column stands; remarks in brackets of a heading do not matter."""
    named: dict[str, int] = {}
    for index, cell in enumerate(lines[0][1]):
        heading = re.sub(r"\(.*", "", unicodedata.normalize("NFKC", cell)).strip().lower()
        for column, chinese in _COLUMNS.items():
            if heading in (column, chinese):
                if column in named:
                    raise _Unreadable(zh("表头里“{chinese}”出现了两次，请只留一列。", chinese=chinese))
                named[column] = index
    missing = [chinese for column, chinese in _COLUMNS.items() if column not in named]
    if missing:
        listed = joined("、", (zh("“{name}”", name=name) for name in missing))
        raise _Unreadable(zh("表头缺少{listed}列，第一行应为：日期,类型,名称,来源。", listed=listed))
    return named


def _row(cells: list[str], columns: dict[str, int]) -> CalendarRow:
    if len(cells) <= max(columns.values()):
        raise _Unreadable(zh("列数比表头少，请补齐日期、类型、名称、来源"))
    day = _date(cells[columns["date"]])
    given = cells[columns["kind"]]
    kind = _KINDS.get(unicodedata.normalize("NFKC", given).strip().lower())
    if kind is None:
        raise _Unreadable(zh("类型“{short}”无法识别，请填“放假”或“补班”", short=_short(given)))
    name, source = cells[columns["name"]], cells[columns["source"]]
    if not name or len(name) > 30:
        raise _Unreadable(zh("名称应为 1–30 个字，请填节日名称，如“国庆节”"))
    if not source or len(source) > 200:
        raise _Unreadable(zh("来源应为 1–200 个字，请填国务院办公厅通知的文号"))
    return CalendarRow(day, kind, name, source)


def _date(given: str) -> date:
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", given))
    found = _DATE.fullmatch(text) or _CHINESE_DATE.fullmatch(text)
    if found is None:
        raise _Unreadable(zh("日期“{short}”无法识别，请写成 2026-10-01 的样子", short=_short(given)))
    year, month, day = (int(part) for part in found.groups() if part is not None)
    if year not in YEARS:
        raise _Unreadable(
            zh(
                "日期“{short}”的年份应在 {part} 至 {part2} 年之间，请核对",
                short=_short(given),
                part=YEARS[0],
                part2=YEARS[-1],
            )
        )
    try:
        return date(year, month, day)
    except ValueError:
        raise _Unreadable(zh("日期“{short}”不存在，请对照通知核对", short=_short(given))) from None


def _warnings(rows: list[tuple[int, CalendarRow]]) -> tuple[ImportRemark, ...]:
    """What is possible but looks wrong; the reader decides."""
    remarks = []
    for number, row in rows:
        if row.kind == WORKDAY and row.date.weekday() < 5:
            weekday = WEEKDAYS[row.date.weekday()]
            sentence = zh(
                "第 {number} 行：{day}是{weekday}，本来就是工作日，不需要补班，请核对日期。",
                number=number,
                day=spoken(row.date),
                weekday=weekday,
            )
            remarks.append(ImportRemark(number, sentence))
    for year in sorted({row.date.year for _, row in rows}):
        named = " ".join(row.name for _, row in rows if row.date.year == year and row.kind == HOLIDAY)
        missing = [festival for festival in _FESTIVALS if festival.removesuffix("节") not in named]
        if missing:
            remarks.append(
                ImportRemark(
                    0,
                    zh(
                        "{year} 年没有{names}的放假日，请核对是否漏行。",
                        year=year,
                        names=joined("、", missing),
                    ),
                )
            )
    return tuple(remarks)


def _short(text: str) -> str:
    """A cell as a sentence quotes it; a pasted novel does not belong into an error message."""
    return text if len(text) <= 30 else text[:30] + "…"
