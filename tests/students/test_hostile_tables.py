"""One table kills nobody: files made to break their reader are refused in a sentence, and nothing else stops (R2.1)."""

import dataclasses
import io
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import xlsxwriter
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from orgs.people.models import PostRole
from reviews.evidence import files
from students.classes import sheets
from students.pupil.models import SchoolClass, Student
from students.tables import imports, workbooks
from students.tables import reading as table_reading
from students.tables.columns import Column
from students.tables.models import MOST_TRIES, ImportBatch, ImportState
from students.tables.workbooks import JOB, PAGE, Limits, TableRefused
from tests import workbook
from web import clock

COLUMNS = [
    Column("name", "姓名", required=True),
    Column("class", "班级"),
    Column("born", "出生日期", kind="date"),
]
HEADS = ["姓名", "班级", "出生日期"]


def read(data, limits=JOB):
    return table_reading.read(data, COLUMNS, limits)


def refused(data, limits=JOB) -> str:
    with pytest.raises(TableRefused) as error:
        read(data, limits)
    return error.value.sentence


def far(at: str, text: str = "x") -> bytes:
    number = "".join(character for character in at if character.isdigit())
    lines = workbook.line(1, HEADS) + workbook.line(2, ["王伟", "1"])
    return workbook.book(
        ("名单", "visible", workbook.sheet(f'{lines}<row r="{number}">{workbook.text_cell(at, text)}</row>'))
    )


@pytest.mark.parametrize("at", ["XFD1048576", "A1048576", "XFD20000", "KZ3"])
def test_a_far_cell_is_named_and_costs_nothing(at):
    assert refused(far(at)).startswith(f"{at} 单元格里有内容，离名单很远")


@pytest.mark.parametrize("blank", [" ", "\u3000", "\u200b"])
def test_a_far_cell_that_holds_only_spaces_is_cut_and_remarked(blank):
    table = read(far("XFD1048576", blank))
    assert [(row.line, row.cells) for row in table.rows] == [(2, {"name": "王伟", "class": "1"})]
    assert table.told == ["XFD1048576 单元格里只有空格，离名单很远，没有理会。"]


def test_a_line_of_cells_said_again_and_again_is_refused_at_once():
    said = "".join(workbook.text_cell(f"{letter}2", "x") for letter in "ABCDEFGH") * 20_000
    assert (
        refused(workbook.table([HEADS, f'<row r="2">{said}</row>']))
        == "xlsx 文件打不开，可能没有保存完整；请重新另存后再上传。"
    )
    nameless = '<c t="inlineStr"><is><t>x</t></is></c>' * 16_000
    assert "离名单很远" in refused(workbook.table([HEADS, f'<row r="2">{nameless}</row>']))


def test_many_styled_lines_without_content_are_cut():
    lines = "".join(
        f'<row r="{at}" s="1"><c r="A{at}" s="1"/><c r="B{at}" s="1"/></row>' for at in range(3, 200_000)
    )
    table = read(workbook.table([HEADS, workbook.line(2, ["王伟"]), lines]))
    assert [row.line for row in table.rows] == [2]


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        (" " * (JOB.unpacked + 1), "文件解开后过大"),
        (workbook.sheet(workbook.line(1, ["x" * 3_000_000])), "内容太长"),
        (workbook.sheet('<row r="1"><c r="A1" t="' + "x" * 8_000_000 + '"/></row>'), "打不开"),
        ('<!DOCTYPE x [<!ENTITY a "aaaaaaaa">]>' + workbook.sheet("&a;"), "打不开"),
        ("<worksheet><sheetData><row", "打不开"),
    ],
    ids=["bomb", "long text", "long attribute", "entities", "cut off"],
)
def test_a_part_made_to_fill_memory_is_refused(part, sentence):
    assert sentence in refused(workbook.book(("名单", "visible", part)))


def test_what_unpacks_to_more_than_a_page_reads_is_refused_for_the_page_only():
    data = workbook.table([HEADS, ["王伟"], " " * (PAGE.unpacked + 1)])
    assert refused(data, PAGE).startswith("文件解开后过大")
    assert len(read(data).rows) == 1


def test_the_reader_is_ended_when_it_takes_longer_than_somebody_waits():
    lines = "".join(f'<row r="{at}" s="1"><c r="A{at}" s="1"/></row>' for at in range(2, 400_000))
    assert PAGE.patience <= 2
    assert "读了很久" in refused(workbook.table([HEADS, lines]), Limits(200, JOB.unpacked, 60, 0.01))


def test_memory_is_limited_by_the_kernel_before_a_byte_is_read():
    asked = workbooks._asked(JOB) | {"memory": 32 * 1024 * 1024}
    strings = "".join(workbook.line(at, [f"{at:0900d}", f"{at:0901d}"]) for at in range(1, 20_000))
    program = Path(workbooks.__file__).with_name("workbook_child.py")
    done = subprocess.run(
        [sys.executable, "-I", "-S", program, json.dumps(asked)],
        input=workbook.book(("名单", "visible", workbook.sheet(strings))) + b"\0" * 40_000_000,
        capture_output=True,
        env={},
        check=False,
    )
    assert json.loads(done.stdout.splitlines()[-1])["refused"] == "memory"
    assert workbooks.MEMORY <= 400 * 1024 * 1024


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "设有打开密码"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "Workbook".encode("utf-16-le"), "旧版的 xls"),
        (b"\x09\x08\x10\x00", "不是 xlsx"),
        (b"PK\x03\x04" + b"\0" * 100, "不是 xlsx"),
        ("<html><table><tr><td>姓名</td></tr></table></html>".encode(), "不是 xlsx"),
    ],
)
def test_an_encrypted_workbook_and_an_old_one_have_a_sentence_each(data, sentence):
    assert sentence in refused(data)


def test_strict_ooxml_with_prefixes_and_dates_of_its_own_is_read():
    part = workbook.sheet(
        workbook.line(1, HEADS)
        + workbook.line(2, ["王伟", "1", '<c r="{at}" t="d"><v>2020-03-05T00:00:00</v></c>']),
        main=workbook.STRICT,
    )
    table = read(workbook.book(("名单", "visible", part), main=workbook.STRICT))
    assert table.rows[0].cells["born"] == "2020-03-05T00:00:00"
    prefixed = part.replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x=")
    assert (
        read(workbook.book(("名单", "visible", prefixed), main=workbook.STRICT)).rows[0].cells["name"]
        == "王伟"
    )


def test_an_honest_table_of_20_000_lines_and_74_columns_is_taken():
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    filled = book.add_worksheet()
    columns = [Column(f"c{at}", f"项目{at}") for at in range(74)]
    for at, column in enumerate(columns):
        filled.write_string(0, at, column.label)
    for number in range(1, 20_001):
        for at in range(74):
            filled.write_string(number, at, f"{number:05d}{at:013d}" if at % 9 == 0 else f"内容{number % 50}")
    book.close()
    table = table_reading.read(out.getvalue(), columns)
    assert len(table.rows) == 20_000
    assert table.rows[-1].cells["c72"] == f"{20_000:05d}{72:013d}"
    assert len(table.rows[-1].cells) == 74


def test_one_line_more_than_a_table_may_have_is_told():
    lines = "".join(workbook.line(at, ["王伟"]) for at in range(2, PAGE.rows + 3))
    told = "一个文件最多 200 行，这个文件更多，请分成几个上传。"
    assert refused(workbook.table([HEADS, lines]), PAGE) == told
    assert refused(workbook.table([HEADS, lines, workbook.line(9_999, ["李娜"])]), PAGE) == told


# ---------------------------------------------------------------- the job and the pages


@pytest.fixture
def clerk(world):
    return world.registrar(world.first)


KIND = "registration"


def sent(world, clerk, data=None) -> ImportBatch:
    return imports.ask(imports.of(KIND), world.first, clerk, data or far("XFD1048576"), clock.now())


def as_a_killed_worker_left_it(batch, tries: int) -> None:
    ImportBatch.objects.filter(pk=batch.pk).update(
        state=ImportState.CHECKING, tries=tries, begun_at=clock.now() - imports.STUCK - timedelta(seconds=1)
    )


@pytest.mark.rule("R2.1")
def test_a_hostile_table_ends_with_its_sentence_and_another_can_be_sent(world, clerk):
    batch = sent(world, clerk)
    imports.carry_on(clock.now())
    batch.refresh_from_db()
    assert (batch.state, batch.tries) == (ImportState.FAULTY, 1)
    assert batch.faults[0][3].startswith("XFD1048576 单元格里有内容")
    assert sent(world, clerk).state == ImportState.WAITING


@pytest.mark.rule("R2.1")
def test_a_table_that_killed_the_worker_twice_is_ended_with_a_sentence(world, clerk):
    batch = sent(world, clerk)
    as_a_killed_worker_left_it(batch, MOST_TRIES)
    assert imports.carry_on(clock.now()) == 0
    batch.refresh_from_db()
    assert batch.state == ImportState.FAULTY
    assert "两次使核对中断" in batch.faults[0][3]
    assert not files.path_of(batch.key).exists()
    assert sent(world, clerk).state == ImportState.WAITING


def test_the_first_crash_is_followed_by_a_second_try_only(world, clerk):
    batch = sent(world, clerk)
    as_a_killed_worker_left_it(batch, 1)
    assert imports.carry_on(clock.now()) == 1
    batch.refresh_from_db()
    assert batch.tries == 2
    with pytest.raises(IntegrityError, match="import_tries"), transaction.atomic():
        ImportBatch.objects.filter(pk=sent(world, clerk).pk).update(tries=3)


def test_a_table_that_breaks_its_check_does_not_hold_up_the_next(world, clerk, monkeypatch):
    def broken(*_):
        raise RuntimeError("broken")

    monkeypatch.setitem(imports._kinds, "late", dataclasses.replace(imports.of("late"), judge=broken))
    lines = workbook.table([[column.label for column in imports.of("late").columns()], ["3", "王伟"]])
    other = world.registrar(world.third)
    first = imports.ask(imports.of("late"), world.third, other, lines, clock.now())
    second = sent(world, clerk)
    assert imports.carry_on(clock.now()) == 2
    for batch in (first, second):
        batch.refresh_from_db()
    assert (first.state, first.tries) == (ImportState.CHECKING, 1)
    assert second.state == ImportState.FAULTY


@pytest.mark.rule("R2.1")
def test_a_table_can_be_dropped_while_it_is_being_checked(world, clerk):
    batch = sent(world, clerk)
    held = imports._next(clock.now())
    browser = Client()
    browser.force_login(clerk)
    assert "放弃" in browser.get(reverse("import", args=[batch.number])).content.decode()
    assert browser.post(reverse("import-drop", args=[batch.number])).status_code == 303
    again = sent(world, clerk)
    imports._check(held, clock.now())
    batch.refresh_from_db()
    assert (batch.state, batch.faulty) == (ImportState.DROPPED, 0)
    assert again.state == ImportState.WAITING


@pytest.mark.rule("R6.1")
@pytest.mark.parametrize(
    ("at", "sentence"), [("XFD1048576", "XFD1048576 单元格里有内容"), ("A1048576", "A1048576 单元格里有内容")]
)
def test_the_class_teachers_page_answers_a_hostile_table_with_its_sentence(world, clerk, at, sentence):
    teacher = world.account(world.first, PostRole.CLASS_TEACHER)
    pupil = world.pupil(world.first, grade=3)
    row = SchoolClass.objects.create(school=world.first, phase="primary", cohort=pupil.cohort, number=7)
    Student.objects.filter(pk=pupil.pk).update(school_class=row)
    sheets.put_in_charge(row, teacher, clerk, clock.now())
    browser = Client()
    browser.force_login(teacher)
    file = io.BytesIO(far(at))
    file.name = "class.xlsx"
    answer = browser.post(reverse("class-upload", args=[row.pk]), {"table": file})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
