"""Reading the State Council's arrangement from a csv: whole or not at all, with a sentence for every wrong row."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.rulebook.calendar_import import CalendarRow, ImportRemark, parse

DATA = Path(__file__).resolve().parents[2] / "reviews" / "data"
HEADING = "date,kind,name,source\n"
NOTICE = "国办发明电〔2025〕7号"


def only_error(text):
    found = parse(text)
    assert found.rows == ()
    assert len(found.errors) == 1, found.errors
    return found.errors[0]


@pytest.mark.rule("R3.7")
def test_the_calendars_shipped_with_the_program_are_read_without_a_remark():
    sure = parse((DATA / "calendar_cn_2025_2026.csv").read_bytes())
    assert (len(sure.rows), sure.errors, sure.warnings, sure.years) == (72, (), (), (2025, 2026))
    assert {row.source for row in sure.rows if row.date.year == 2025} == {"国办发明电〔2024〕12号"}
    assert {row.source for row in sure.rows if row.date.year == 2026} == {NOTICE}
    open_still = parse((DATA / "calendar_cn_2027_provisional.csv").read_bytes())
    assert (len(open_still.rows), open_still.errors, open_still.years) == (28, (), (2027,))


@pytest.mark.rule("R3.7")
@pytest.mark.parametrize(
    ("year", "holidays", "workdays"),
    [
        # 国办发明电〔2024〕12号: 1 + 8 + 3 + 5 + 3 + 8 days off; 26 Jan, 8 Feb, 27 Apr, 28 Sep, 11 Oct worked.
        (2025, 28, {(1, 26), (2, 8), (4, 27), (9, 28), (10, 11)}),
        # 国办发明电〔2025〕7号: 3 + 9 + 3 + 5 + 3 + 3 + 7; 4 Jan, 14 and 28 Feb, 9 May, 20 Sep, 10 Oct worked.
        (2026, 33, {(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)}),
    ],
)
def test_the_shipped_years_hold_what_the_notices_arrange(year, holidays, workdays):
    rows = [
        row for row in parse((DATA / "calendar_cn_2025_2026.csv").read_bytes()).rows if row.date.year == year
    ]
    assert sum(row.kind == "holiday" for row in rows) == holidays
    assert {(row.date.month, row.date.day) for row in rows if row.kind == "workday"} == workdays


def test_chinese_headings_kinds_and_dates_are_read_in_any_order_of_columns():
    text = "来源,名称,类型（放假/补班）,日期\n文号,国庆节,放假,2026年10月1日\n文号,国庆节,补班,2026/10/10\n"
    assert parse(text).rows == (
        CalendarRow(date(2026, 10, 1), "holiday", "国庆节", "文号"),
        CalendarRow(date(2026, 10, 10), "workday", "国庆节", "文号"),
    )


@pytest.mark.parametrize(
    "given_date",
    [
        "2026-10-01",
        "2026-10-1",
        "2026/10/01",
        "2026.10.1",
        "20261001",
        "2026年10月1日",
        "２０２６-10-01",
        " 2026-10-01 ",
    ],
)
def test_a_date_may_be_written_the_ways_people_write_it(given_date):
    assert parse(f"{HEADING}{given_date},放假,国庆节,文号\n").rows[0].date == date(2026, 10, 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_file_saved_by_a_spreadsheet_program_is_read(encoding, line_end):
    text = line_end.join(["日期,类型,名称,来源", "2026-10-01,放假,国庆节,国办发明电〔2025〕7号", ",,,", ""])
    found = parse(text.encode(encoding))
    assert found.errors == ()
    assert found.rows == (CalendarRow(date(2026, 10, 1), "holiday", "国庆节", NOTICE),)


def test_cells_pasted_with_tabs_are_read():
    assert len(parse("日期\t类型\t名称\t来源\n2026-10-01\t放假\t国庆节\t文号\n").rows) == 1


def test_rows_come_in_the_order_of_their_dates():
    text = f"{HEADING}2026-10-02,放假,国庆节,文\n2026-10-01,放假,国庆节,文\n"
    assert [row.date.day for row in parse(text).rows] == [1, 2]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("2026-02-30,放假,春节,文号", "第 3 行：日期“2026-02-30”不存在，请对照通知核对。"),
        ("十月一日,放假,国庆节,文号", "第 3 行：日期“十月一日”无法识别，请写成 2026-10-01 的样子。"),
        ("2026/10-01,放假,国庆节,文号", "第 3 行：日期“2026/10-01”无法识别，请写成 2026-10-01 的样子。"),
        (",放假,国庆节,文号", "第 3 行：日期“”无法识别，请写成 2026-10-01 的样子。"),
        ("9026-10-01,放假,国庆节,文号", "第 3 行：日期“9026-10-01”的年份应在 2000 至 2100 年之间，请核对。"),
        ("2026-10-02,休假,国庆节,文号", "第 3 行：类型“休假”无法识别，请填“放假”或“补班”。"),
        ("2026-10-02,放假,,文号", "第 3 行：名称应为 1–30 个字，请填节日名称，如“国庆节”。"),
        ("2026-10-02,放假,国庆节,", "第 3 行：来源应为 1–200 个字，请填国务院办公厅通知的文号。"),
        ("2026-10-02,放假", "第 3 行：列数比表头少，请补齐日期、类型、名称、来源。"),
        (
            "2026-10-01,补班,国庆节,文号",
            "第 3 行：2026年10月1日与第 2 行重复，同一天只能有一行，请删去一行。",
        ),
    ],
)
def test_a_wrong_row_is_told_by_its_line_and_nothing_is_taken(row, sentence):
    assert only_error(f"{HEADING}2026-10-01,放假,国庆节,文号\n{row}\n") == ImportRemark(3, sentence)


def test_every_wrong_row_is_told_at_once():
    found = parse(f"{HEADING}x,放假,国庆节,文\n2026-10-01,放假,国庆节,文\n2026-10-02,?,国庆节,文\n")
    assert [remark.line for remark in found.errors] == [2, 4]
    assert found.rows == ()


def test_a_long_cell_is_quoted_short():
    assert len(only_error(f"{HEADING}{'长' * 5000},放假,国庆节,文\n").sentence) < 80


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "文件是空的"),
        ("\ufeff", "文件是空的"),
        (HEADING, "只有表头"),
        ("日期,类型,名称\n", "表头缺少“来源”列"),
        ("2026-10-01,放假,国庆节,文号\n", "表头缺少“日期”、“类型”、“名称”、“来源”列"),
        ("日期,date,类型,名称,来源\n", "“日期”出现了两次"),
        (b"PK\x03\x04\x00\x00" + bytes(50), "另存为 csv"),
        (b"\xff\xfe\xff\xff\x81", "编码无法识别"),
        ("x" * (1024 * 1024 + 1), "超过 1 MB"),
        (f'{HEADING}"{"a" * 200_000}",b,c,d\n', "不是有效的 csv"),
    ],
)
def test_a_file_that_is_no_such_table_is_told_in_one_sentence(content, part):
    remark = only_error(content)
    assert remark.line == 0
    assert part in remark.sentence


@pytest.mark.rule("R3.7")
def test_a_make_up_day_on_a_day_worked_anyway_is_a_warning():
    text = (DATA / "calendar_cn_2025_2026.csv").read_text(encoding="utf-8") + "2026-03-04,workday,春节,文号\n"
    found = parse(text)
    assert found.errors == ()
    assert found.warnings == (
        ImportRemark(74, "第 74 行：2026年3月4日是周三，本来就是工作日，不需要补班，请核对日期。"),
    )


@pytest.mark.rule("R3.7")
def test_a_year_without_one_of_its_festivals_is_a_warning():
    kept = [
        line
        for line in (DATA / "calendar_cn_2025_2026.csv").read_text(encoding="utf-8").splitlines()
        if not (line.startswith("2026") and "端午节" in line)
    ]
    assert parse("\n".join(kept)).warnings == (
        ImportRemark(0, "2026 年没有端午节的放假日，请核对是否漏行。"),
    )


@given(st.binary(max_size=400))
def test_no_bytes_are_an_error(content):
    found = parse(content)
    assert bool(found.rows) != bool(found.errors)


@given(st.text(max_size=200), st.text(alphabet='0123456789-/年月日,"\n放假补班', max_size=200))
def test_no_text_is_an_error(free, near_rows):
    for text in (free, HEADING + free, HEADING + near_rows):
        found = parse(text)
        assert bool(found.rows) != bool(found.errors)
        assert all(remark.sentence for remark in (*found.errors, *found.warnings))
