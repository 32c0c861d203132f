"""班主任变动表: said by the class teacher, looked at and written by the registrar (R6.1)."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ledger import outbox
from orgs.people.models import Post, PostRole
from reviews.notices.models import Notice
from students.classes import sheet_table, sheets
from students.classes.models import ChangeSheet, ChangeSheetLine, ClassCharge, Sheet
from students.pupil.models import ChangeSource, FieldChange, SchoolClass, Student
from students.record import values as record_values
from students.record.fields import BY_KEY
from tests.refusals import refused, refused_by_database, refuses, sql_refused
from tests.world import rewritten
from web import clock

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R6.1")]
PHONE = "13900000018"


@pytest.fixture
def teacher(world):
    return world.account(world.first, PostRole.CLASS_TEACHER)


@pytest.fixture
def registrar(world):
    return world.registrar(world.first)


@pytest.fixture
def pupils(world):
    """Two pupils of one class; a third of the school sits elsewhere."""
    found = [world.pupil(world.first, grade=3) for _ in range(3)]
    row = SchoolClass.objects.create(school=world.first, phase="primary", cohort=found[0].cohort, number=7)
    Student.objects.filter(pk__in=[pupil.pk for pupil in found[:2]]).update(school_class=row)
    return found


@pytest.fixture
def row(pupils, teacher, registrar):
    """The class, in the teacher's charge."""
    found = SchoolClass.objects.select_related("school").get(students=pupils[0])
    sheets.put_in_charge(found, teacher, registrar, clock.now())
    return found


def signed_in(account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def text(answer) -> str:
    return answer.content.decode()


def values(pupil) -> dict:
    pupil.refresh_from_db()
    return record_values.record_of(pupil).values


def said(row, teacher, pupil, **typed) -> ChangeSheet:
    return sheets.propose(row, {pupil.pk: typed}, teacher, clock.now())


def test_the_items_are_those_that_the_notice_names():
    assert {item.key for item in sheets.items()} == {
        "left_behind_child",
        "migrant_worker_child",
        "political_status",
        "address",
        "phone",
        "household_registration_place",
        "household_division",
        "commute_distance",
        "commute_mode",
        "guardian1.phone",
        "guardian2.phone",
    }


# ---------------------------------------------------------------- from the teacher to the record


def test_what_the_teacher_says_is_in_the_record_once_the_registrar_has_accepted_it(
    row, teacher, registrar, pupils
):
    pupil = pupils[0]
    before = values(pupil).get("address", "")
    sheet = said(row, teacher, pupil, address="示例苏木示例嘎查 8 号", commute_distance="2.5", phone=PHONE)
    sheets.send(sheet, teacher, clock.now())
    assert values(pupil).get("address", "") == before
    sheet.refresh_from_db()
    assert sheets.accept(sheet, registrar, clock.now()) == 3
    now = values(pupil)
    assert (now["address"], now["commute_distance"]) == ("示例苏木示例嘎查 8 号", "2.5")
    assert record_values.record_of(pupil).plain(BY_KEY["phone"]) == PHONE
    history = FieldChange.objects.filter(student=pupil, source=ChangeSource.CLASS_SHEET)
    assert {(one.field, one.old, one.new, one.by) for one in history} == {
        ("address", before, "示例苏木示例嘎查 8 号", registrar),
        ("commute_distance", "", "2.5", registrar),
        ("phone", "", "", registrar),
    }
    sheet.refresh_from_db()
    assert (sheet.state, sheet.decided_by) == (Sheet.ACCEPTED, registrar)
    assert set(sheet.lines.values_list("written", flat=True)) == {True}


@pytest.mark.rule("R1.8")
@pytest.mark.parametrize("letter", ["L", "J", "G"])
def test_pupils_of_every_number_are_kept_up_alike(world, row, teacher, registrar, letter):
    pupil = world.pupil(world.first, grade=5, letter=letter)
    rewritten(Student.objects.filter(pk=pupil.pk), school_class=row, cohort=row.cohort)
    sheet = said(row, teacher, pupil, address="示例街 9 号")
    sheets.send(sheet, teacher, clock.now())
    sheets.accept(sheet, registrar, clock.now())
    assert values(pupil)["address"] == "示例街 9 号"


def test_people_are_told_of_the_sheet_on_each_step(row, teacher, registrar, pupils):
    sheet = said(row, teacher, pupils[0], address="示例街 9 号")

    def told(account):
        outbox.relay(timezone.now() + timedelta(minutes=1))
        return [
            one.text
            for one in Notice.objects.filter(account=account, link=f"/classes/sheets/{sheet.number}/")
        ]

    sheets.send(sheet, teacher, clock.now())
    (sent,) = told(registrar)
    assert "请核对后更新学籍" in sent
    # 级 is the year of entry; 届 would be the year of leaving.
    assert f"{row.cohort}级（{row.number}）班变动表" in sent
    assert pupils[0].name not in sent
    sheets.give_back(sheet, registrar, clock.now(), "门牌号请再核实。")
    assert "被退回：门牌号请再核实。" in told(teacher)[0]
    sheets.send(sheet, teacher, clock.now())
    sheets.accept(sheet, registrar, clock.now())
    assert len(told(registrar)) == 2
    assert "学籍已更新" in told(teacher)[0]


def test_a_sheet_says_an_item_once_and_what_is_as_the_record_has_it_comes_off(row, teacher, pupils):
    pupil = pupils[0]
    before = values(pupil).get("address", "")
    said(row, teacher, pupil, address="示例街 8 号")
    sheet = said(row, teacher, pupil, address="示例街 9 号")
    assert [(line.old, line.new) for line in sheet.lines.all()] == [(before, "示例街 9 号")]
    said(row, teacher, pupil, address=before)
    assert not sheet.lines.exists()
    with refused("sheet_empty"):
        sheets.send(sheet, teacher, clock.now())
    assert ChangeSheet.objects.count() == 1


def test_a_pupil_who_has_left_meanwhile_is_passed_over_and_marked(world, row, teacher, registrar, pupils):
    for pupil in pupils[:2]:
        sheet = said(row, teacher, pupil, address="示例街 9 号")
    sheets.send(sheet, teacher, clock.now())
    world.finish(world.submitted(world.third, pupils[0]))
    assert sheets.accept(sheet, registrar, clock.now()) == 1
    assert values(pupils[0]).get("address") != "示例街 9 号"
    assert values(pupils[1])["address"] == "示例街 9 号"
    assert dict(sheet.lines.values_list("student", "written")) == {pupils[0].pk: False, pupils[1].pk: True}


# ---------------------------------------------------------------- who may


def test_only_who_is_in_charge_writes_and_only_of_pupils_of_the_own_class(world, row, teacher, pupils):
    with refused("not_in_class"):
        said(row, teacher, pupils[2], address="示例街 9 号")
    others = (world.account(world.second, PostRole.CLASS_TEACHER), world.registrar(world.first))
    for by in others:
        with refused("no_charge"):
            said(row, by, pupils[0], address="示例街 9 号")
    assert not ChangeSheet.objects.exists()


def test_a_teacher_whose_post_has_ended_is_in_charge_no_more(world, row, teacher):
    assert list(sheets.in_charge(teacher, world.today)) == [row]
    Post.objects.filter(account=teacher).update(valid_until=world.today)
    again = type(teacher).objects.get(pk=teacher.pk)
    assert not sheets.in_charge(again, world.today).exists()


def test_items_that_do_not_change_are_not_said_on_a_sheet(row, teacher, pupils):
    for typed in ({"name": "他名"}, {"talents": "长跑"}):
        with pytest.raises(sheets.PupilsRefused) as error:
            said(row, teacher, pupils[0], **typed)
        assert set(error.value.errors[pupils[0].pk]) == set(typed)
    assert not ChangeSheetLine.objects.exists()


@pytest.mark.rule("R0.5")
def test_nobody_accepts_the_own_sheet(world, row, registrar, pupils):
    Post.objects.create(
        account=registrar, unit=world.first, role=PostRole.CLASS_TEACHER, valid_from=world.today
    )
    both = type(registrar).objects.get(pk=registrar.pk)
    sheets.put_in_charge(row, both, both, clock.now())
    sheet = said(row, both, pupils[0], address="示例街 9 号")
    sheets.send(sheet, both, clock.now())
    with refused("same_person"):
        sheets.accept(sheet, both, clock.now())
    with refused_by_database("sheet_by_two_people"):
        ChangeSheet.objects.filter(pk=sheet.pk).update(
            state=Sheet.ACCEPTED, decided_by=both, decided_at=clock.now()
        )


def test_only_a_class_teacher_of_the_school_is_put_in_charge_and_one_at_a_time(
    world, row, teacher, registrar
):
    for account in (world.account(world.second, PostRole.CLASS_TEACHER), world.head(world.first)):
        with refused("no_teacher"):
            sheets.put_in_charge(row, account, registrar, clock.now())
    other = world.account(world.first, PostRole.CLASS_TEACHER)
    sheets.put_in_charge(row, other, registrar, clock.now())
    assert [charge.account for charge in ClassCharge.objects.filter(until=None)] == [other]
    with refused("no_seat"):
        sheets.put_in_charge(row, teacher, teacher, clock.now())
    sheets.put_in_charge(row, None, registrar, clock.now())
    assert not sheets.in_charge(other, world.today).exists()


def test_a_sent_sheet_rests_until_it_is_looked_at_and_the_database_keeps_it(row, teacher, registrar, pupils):
    sheet = said(row, teacher, pupils[0], address="示例街 9 号", phone=PHONE)
    sheets.send(sheet, teacher, clock.now())
    with refused("sheet_sent"):
        said(row, teacher, pupils[1], address="示例街 9 号")
    line = sheet.lines.filter(field="address")
    for wall, change in (
        ("sheet_line_fixed", lambda: line.update(new="别处")),
        ("sheet_line_fixed", lambda: line.delete()),
        (
            "sheet_line_fixed",
            lambda: ChangeSheetLine.objects.create(
                sheet=sheet, student=pupils[1], field="address", new="别处"
            ),
        ),
        ("sheet_state", lambda: ChangeSheet.objects.filter(pk=sheet.pk).update(state=Sheet.DROPPED)),
        ("no_delete", lambda: ClassCharge.objects.all().delete()),
    ):
        with refused_by_database(wall):
            change()
    # In plain SQL: Django asks for the lines first and sends nothing.
    sql_refused("no_delete", "DELETE FROM students_changesheet WHERE id = %s", sheet.pk)
    sheets.accept(sheet, registrar, clock.now())
    with refused("sheet_state"):
        sheets.accept(sheet, registrar, clock.now())
    assert said(row, teacher, pupils[0], address="示例街 10 号").pk != sheet.pk


@pytest.mark.rule("R0.7")
def test_a_phone_stands_sealed_on_the_sheet_and_masked_on_the_page(row, teacher, registrar, pupils):
    sheet = said(row, teacher, pupils[0], phone=PHONE)
    line = sheet.lines.get()
    assert (line.old, line.new) == ("", "")
    assert PHONE.encode() not in bytes(line.new_sealed)
    sheets.send(sheet, teacher, clock.now())
    page = text(signed_in(registrar).get(f"/classes/sheets/{sheet.number}/"))
    assert PHONE not in page
    assert PHONE[-4:] in page


# ---------------------------------------------------------------- the table


def filled(row, changes: dict) -> bytes:
    """The class's own table with cells written over, by (pupil's name, head)."""
    book = openpyxl.load_workbook(io.BytesIO(sheet_table.of_class(row)))
    sheet = book.worksheets[0]
    heads = {str(cell.value).lstrip("*"): cell.column for cell in sheet[1]}
    lines = {sheet.cell(line, heads["姓名"]).value: line for line in range(2, sheet.max_row + 1)}
    for (name, head), value in changes.items():
        sheet.cell(lines[name], heads[head]).value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(browser, row, data):
    file = io.BytesIO(data)
    file.name = "class.xlsx"
    return browser.post(reverse("class-upload", args=[row.pk]), {"table": file})


def test_a_table_as_it_was_downloaded_changes_nothing_and_a_written_over_cell_is_a_line(row, teacher, pupils):
    browser, one = signed_in(teacher), pupils[0]
    data = browser.get(reverse("class-table", args=[row.pk])).content
    assert upload(browser, row, data).status_code == 303
    assert not ChangeSheetLine.objects.exists()
    changed = filled(
        row,
        {
            (one.name, "现住址"): "示例街 9 号",
            (one.name, "是否进城务工人员随迁子女"): "是",
            (one.name, "联系电话"): PHONE,
        },
    )
    assert upload(browser, row, changed).status_code == 303
    lines = ChangeSheetLine.objects.filter(student=one)
    assert {(line.field, sheets.text_of(line)) for line in lines} == {
        ("address", "示例街 9 号"),
        ("migrant_worker_child", "1"),
        ("phone", PHONE),
    }


def test_every_cell_that_cannot_be_is_told_with_its_place_and_nothing_is_taken(row, teacher, pupils):
    browser, (one, two, _) = signed_in(teacher), pupils
    data = filled(
        row,
        {
            (one.name, "现住址"): "示例街 9 号",
            (one.name, "上下学距离"): "很远",
            (two.name, "姓名"): "他名",
        },
    )
    answer = upload(browser, row, data)
    page = text(answer)
    assert answer.status_code == 422
    assert "表格有 2 处错误，没有列入任何内容" in page
    assert "编号和姓名与本班学生不符" in page
    assert not ChangeSheet.objects.exists()
    for bad in (b"", b"no table"):
        refuses(upload(browser, row, bad), 422, "这不是 xlsx 文件")
    refuses(browser.post(reverse("class-upload", args=[row.pk])), 409, "请先选择填好的 xlsx 表格")


# ---------------------------------------------------------------- the pages


def test_the_whole_way_through_the_pages(world, row, teacher, registrar, pupils):
    browser, pupil = signed_in(teacher), pupils[0]
    assert row_link(row) in text(browser.get(reverse("classes")))
    page = text(browser.get(reverse("class", args=[row.pk])))
    assert pupil.name in page
    assert pupils[2].name not in page
    form = reverse("class-pupil", args=[row.pk, pupil.key])
    bad = browser.post(form, {"address": "示例街 9 号", "commute_distance": "很远"})
    assert bad.status_code == 422
    assert "示例街 9 号" in text(bad)
    assert "很远" in text(bad)
    assert browser.post(form, {"address": "示例街 9 号", "phone": PHONE}).status_code == 303
    sheet = ChangeSheet.objects.get()
    assert row.year_label in text(browser.get(reverse("class-sheet", args=[sheet.number])))
    page = text(browser.get(reverse("class", args=[row.pk])))
    assert "示例街 9 号" in page
    assert PHONE not in page
    line = sheet.lines.get(field="phone")
    assert (
        browser.post(reverse("class-sheet-take-off", args=[sheet.number]), {"line": line.pk}).status_code
        == 303
    )
    # The registrar does not see what the teacher has not sent.
    keeper = signed_in(registrar)
    assert keeper.get(reverse("class-sheet", args=[sheet.number])).status_code == 404
    assert browser.post(reverse("class-sheet-send", args=[sheet.number])).status_code == 303
    assert sheet.number in text(keeper.get(reverse("classes")))
    refused = keeper.post(reverse("class-sheet-return", args=[sheet.number]), {"answer": ""})
    assert (refused.status_code, "请写明退回的原因" in text(refused)) == (422, True)
    assert (
        keeper.post(
            reverse("class-sheet-return", args=[sheet.number]), {"answer": "请核实门牌号。"}
        ).status_code
        == 303
    )
    assert "上次退回的原因：请核实门牌号。" in text(browser.get(reverse("class", args=[row.pk])))
    assert browser.post(reverse("class-sheet-send", args=[sheet.number])).status_code == 303
    assert keeper.post(reverse("class-sheet-accept", args=[sheet.number])).status_code == 303
    assert values(pupil)["address"] == "示例街 9 号"
    assert "班主任变动表" in text(keeper.get(reverse("student-record", args=[pupil.key])))
    # The teacher sees of the pupils what stands on the sheet, not their records.
    assert browser.get(reverse("student-record", args=[pupil.key])).status_code == 404


def row_link(row) -> str:
    return reverse("class", args=[row.pk])


def test_the_registrar_says_who_teaches_and_strangers_do_not_know_of_the_class(
    world, row, teacher, registrar
):
    keeper, other = signed_in(registrar), world.account(world.first, PostRole.CLASS_TEACHER)
    url = reverse("class-teacher", args=[row.pk])
    assert str(other) in text(keeper.get(row_link(row)))
    assert keeper.post(url, {"account": other.pk}).status_code == 303
    refuses(keeper.post(url, {"account": "999999"}), 422, "请从列表中选择班主任")
    refuses(
        signed_in(world.head(world.first)).post(url, {"account": teacher.pk}),
        403,
        "只有本校的学籍管理员可以指定班主任、核对变动表",
    )
    for account in (teacher, world.registrar(world.second), world.registrar(world.west)):
        assert signed_in(account).get(row_link(row)).status_code == 404
    assert signed_in(other).get(row_link(row)).status_code == 200
