"""A table that is given back looks as the user's own: widths, fills, number formats, what stays in view (R2.1)."""

import io
from datetime import date, datetime

import openpyxl
import pytest
from openpyxl.styles import Color, Font, PatternFill

from students.tables import imports, returned, workbooks
from students.tables.look import Look
from tests import workbook

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R2.1")]
HEADS = ("姓名", "性别", "出生日期", "民族", "班级", "上下学距离")


def columns():
    return imports.of("registration").columns()


def own_table() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["示例学校新生名单"])
    sheet.append([])
    sheet.append(HEADS)
    sheet.append(["甲", "男", date(2020, 3, 5), "蒙古族", "1", 1.5])
    sheet.append(["乙", "女", date(2020, 4, 6), "", "2", 2.25])
    sheet.append(["丙", "女", "2020年5月7日", "汉族", "3", 3])
    sheet.column_dimensions["A"].width, sheet.column_dimensions["C"].width = 31, 22.5
    sheet.freeze_panes = "B4"
    sheet["A3"].font = Font(bold=True, color="FF1F4E79")
    sheet["A3"].fill = PatternFill("solid", fgColor="FFFFE699")
    sheet["A5"].fill = PatternFill("solid", fgColor=Color(theme=4, tint=0.5))
    sheet["D5"].fill = PatternFill("solid", fgColor="FFF8CBAD")
    sheet["C5"].number_format = 'yyyy"年"m"月"d"日"'
    sheet["F5"].number_format = "0.00"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def given_back(data: bytes, lines):
    data = returned.build(data, columns(), {line: ["民族必填。"] for line in lines})
    return data, openpyxl.load_workbook(io.BytesIO(data)).active


def test_the_look_of_the_users_own_sheet_is_kept():
    _, sheet = given_back(own_table(), [5, 6])
    # The empty line above the heads is not given back.
    assert [cell.value for cell in sheet[2]][:6] == list(HEADS)
    assert [sheet.cell(line, 1).value for line in (3, 4)] == ["乙", "丙"]
    widths = [sheet.column_dimensions[name].width for name in ("A", "C")]
    assert widths == pytest.approx([31, 22.5], abs=0.2), "to the pixel"
    assert sheet.freeze_panes == "B3", "the heads stay in view, wherever they have come to stand"
    head, pupil = sheet["A2"], sheet["A3"]
    assert (head.font.bold, head.font.color.rgb, head.fill.fgColor.rgb) == (True, "FF1F4E79", "FFFFE699")
    assert (pupil.fill.fill_type, pupil.fill.fgColor.rgb) == ("solid", "FFA7C0DE")
    assert sheet["D3"].fill.fgColor.rgb == "FFF8CBAD", "an empty cell has its colour"
    assert sheet["D3"].value is None
    assert (sheet["C3"].value, sheet["C3"].number_format) == (datetime(2020, 4, 6), 'yyyy"年"m"月"d"日"')
    assert (sheet["F3"].value, sheet["F3"].number_format) == (2.25, "0.00")
    assert (sheet["C4"].value, sheet["C4"].data_type) == ("2020年5月7日", "s")
    assert sheet.cell(3, 7).value == "民族必填。"
    assert sheet.column_dimensions["G"].width > 80


def test_what_is_given_back_reads_as_what_came_in():
    def cells(data):
        found = {}
        workbooks.read(data, workbooks.JOB, lambda line, row: found.__setitem__(line, row))
        return found

    data, _ = given_back(own_table(), [4, 5, 6])
    came, back = cells(own_table()), cells(data)
    assert [back[line] for line in (3, 4, 5)] == [came[line] | {6: "民族必填。"} for line in (4, 5, 6)]
    _, sheet = given_back(data, [4])
    assert sheet["A3"].fill.fgColor.rgb == "FFA7C0DE"
    assert sheet.column_dimensions["A"].width == pytest.approx(31, abs=0.2)


MANY = '<xf fillId="99999999" fontId="-1" numFmtId="x"/>' * 90_000
ODD = {
    "a style a cell": f"<styleSheet><cellXfs>{MANY}</cellXfs></styleSheet>",
    "colours that are none": (
        '<styleSheet><fonts><font><color rgb="=1+1"/></font></fonts><fills><fill><patternFill patternType="solid">'
        '<fgColor theme="77" tint="9e999"/></patternFill></fill></fills>'
        '<cellXfs><xf fontId="0" fillId="0"/></cellXfs></styleSheet>'
    ),
    "nothing in its place": "<styleSheet><color/><b/><fgColor/><xf/></styleSheet>",
}


@pytest.mark.parametrize("styles", ODD.values(), ids=ODD)
def test_a_look_that_no_program_writes_hurts_nobody(styles):
    cell = '<c r="{at}" t="inlineStr" s="%d"><is><t>甲</t></is></c>'
    lines = workbook.line(1, HEADS) + workbook.line(2, [cell % 0, cell % 89_999, cell % 77])
    after = '<cols><col min="0" max="9999999" width="1e400"/><col min="x"/></cols>'
    data = workbook.book(("名单", "visible", workbook.sheet(lines, after)), styles=styles)
    _, sheet = given_back(data, [2])
    assert [sheet.cell(2, at).value for at in (1, 2, 3)] == ["甲", "甲", "甲"]


def test_a_look_is_read_in_its_own_words_only():
    look = Look(
        [["cellXfs", {}], ["xf", {"numFmtId": "10"}], ["borders", {}], ["color", {"rgb": "FFFF0000"}]]
    )
    assert look.of("0") == {"num_format": "0.00%"}
    assert look.of("1") is None
    assert look.of("") is None
