"""A table is written whole, or its sound lines whole; what is asked of a line, what is written and what is given back
is fixed at the confirmation (R2.1, R1.9)."""

import io
from datetime import date

import openpyxl
import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from ledger.models import AuditEntry
from reviews.evidence import files
from students.pupil.models import ProblemRecord, Student
from students.tables import imports
from students.tables import returned as table_returned
from students.tables.models import ImportBatch, ImportState
from tests import workbook
from tests.refusals import refused, refuses
from tests.students.test_registration import child, uploaded
from tests.students.test_tables_as_meant import HEADS, checked, faults, lines
from web import clock

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R2.1")]


@pytest.fixture
def clerk(world):
    return world.registrar(world.first)


@pytest.fixture
def browser(clerk):
    client = Client()
    client.force_login(clerk)
    return client


def done(batch, clerk, partly=False) -> ImportBatch:
    imports.confirm(batch, clerk, clock.now(), partly)
    imports.carry_on(clock.now())
    batch.refresh_from_db()
    return batch


def unnumbered(world, **more) -> dict[str, str]:
    """A child without a number, whose guardian has one."""
    guardian = world.inventor.id_number("152522", date(1990, 2, 2), "2")
    return child(world) | {
        "name": "同名甲", "sex": "2", "birth_date": f"{world.today.year - 6}-05-06", "id_type": "Z", "id_number": "",
        "guardian1.name": "家长甲", "guardian1.relation": "52", "guardian1.id_type": "1", "guardian1.id_number": guardian,
    } | more  # fmt: skip


def asked(batch) -> list[tuple[int, str]]:
    return [(line, sentence) for line, _, _, sentence, _ in batch.questions]


# ---------------------------------------------------------------- same number, other name (H04)


def test_the_same_number_under_another_name_is_a_fault_with_both_ways(world, clerk):
    first = child(world, name="原生甲")
    done(uploaded(world, clerk, [first]), clerk)
    batch = uploaded(world, clerk, [first | {"name": "另名乙"}])
    ((line, label, told),) = faults(batch)
    assert (batch.state, batch.same, line, label) == (ImportState.FAULTY, 0, 2, "身份证件号")
    assert "原*甲" in told
    assert "关键信息变更" in told
    assert "请按证件改正" in told
    assert first["id_number"] not in str(batch.faults)


def test_the_form_says_the_same_of_a_number_under_another_name(world, browser):
    first = child(world, name="原生甲")
    browser.post(reverse("registration-new"), first)
    for more in ({}, {"claimed": "on"}):
        answer = browser.post(reverse("registration-new"), first | {"name": "另名乙"} | more)
        assert answer.status_code == 409
        assert "使用同一身份证件号，姓名不同" in answer.content.decode()
    assert Student.objects.count() == 1


# ---------------------------------------------------------------- same child, or another (H05)


@pytest.mark.rule("R1.9")
def test_a_namesake_with_other_parents_is_asked_about_and_registered_when_it_is_another(
    world, clerk, browser
):
    done(uploaded(world, clerk, [unnumbered(world)]), clerk)
    batch = uploaded(world, clerk, [unnumbered(world, **{"guardian1.name": "赵另家"}), child(world)])
    ((line, told),) = asked(batch)
    assert (batch.state, line, batch.ready) == (ImportState.READY, 2, [3])
    assert "本校有一名学生姓名、性别、出生日期相同" in told
    page = browser.get(reverse("import", args=[batch.number])).content.decode()
    assert "第 2 行：另一名，登记" in page
    assert "只写入无误的 1 行" in page
    with refused("import_rest"):
        imports.confirm(batch, clerk, clock.now())
    answer = browser.post(reverse("import-answer", args=[batch.number]), {"line": "2", "answer": "other"})
    assert answer.status_code == 303
    assert "确认写入 2 人" in browser.get(reverse("import", args=[batch.number])).content.decode()
    entry = AuditEntry.objects.filter(action="import.answered").get()
    assert (entry.body["line"], entry.body["answer"]) == (2, "other")
    batch.refresh_from_db()
    written = done(batch, clerk)
    assert (written.state, written.written, written.left_over) == (ImportState.DONE, 2, 0)
    assert Student.objects.filter(name="同名甲").count() == 2
    assert ProblemRecord.objects.filter(student__name="同名甲", closed_at=None).exists()


def test_a_line_of_which_it_was_said_that_it_is_the_same_child_is_neither_written_nor_given_back(
    world, clerk
):
    done(uploaded(world, clerk, [unnumbered(world)]), clerk)
    batch = uploaded(world, clerk, [unnumbered(world, **{"guardian1.name": "赵另家"}), child(world)])
    imports.answer(batch, clerk, 2, "same", clock.now())
    written = done(batch, clerk)
    assert (written.written, written.left_over, written.returned) == (1, 0, None)
    assert Student.objects.filter(name="同名甲").count() == 1


def test_the_same_child_without_a_number_and_with_the_same_parents_is_on_record(world, clerk):
    done(uploaded(world, clerk, [unnumbered(world)]), clerk)
    batch = uploaded(world, clerk, [unnumbered(world)])
    assert (batch.state, batch.same, batch.questions) == (ImportState.READY, 1, [])


def test_two_lines_called_and_born_alike_with_other_parents_are_asked_about(world, clerk):
    batch = uploaded(world, clerk, [unnumbered(world), unnumbered(world, **{"guardian1.name": "赵另家"})])
    ((line, told),) = asked(batch)
    assert (line, batch.faults) == (3, [])
    assert told.startswith("第 2 行有一名学生姓名、性别、出生日期相同")
    twice = uploaded_again(world, clerk, batch, [unnumbered(world), unnumbered(world)])
    assert [sentence for _, _, sentence in faults(twice)] == [
        "与第 2 行的姓名、性别、出生日期相同，请核对后删去重复的一行。"
    ]


def uploaded_again(world, clerk, batch, said):
    imports.drop(batch, clerk, clock.now())
    return uploaded(world, clerk, said)


@pytest.mark.rule("R1.9")
def test_the_form_asks_the_same_question(world, browser):
    browser.post(reverse("registration-new"), unnumbered(world))
    other = unnumbered(world, **{"guardian1.name": "赵另家"})
    answer = browser.post(reverse("registration-new"), other)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "本校有一名学生姓名、性别、出生日期相同" in page
    assert "赵另家" in page
    assert "仍然登记：是另一名学生" in page
    assert browser.post(reverse("registration-new"), other | {"claimed": "on"}).status_code == 303
    assert Student.objects.filter(name="同名甲").count() == 2
    assert ProblemRecord.objects.filter(student__name="同名甲").exists()


def test_an_answer_counts_for_whom_it_was_given_about_only(world, clerk):
    done(uploaded(world, clerk, [unnumbered(world)]), clerk)
    said = [unnumbered(world, **{"guardian1.name": "赵另家"}), child(world)]
    batch = uploaded(world, clerk, said)
    imports.answer(batch, clerk, 2, "other", clock.now())
    browser = Client()
    browser.force_login(clerk)
    third = unnumbered(world, **{"guardian1.name": "钱第三"})
    assert browser.post(reverse("registration-new"), third | {"claimed": "on"}).status_code == 303
    failed = done(batch, clerk)
    assert (failed.state, failed.written) == (ImportState.FAULTY, 0)
    assert "确认以后这一行有了变化" in failed.faults[0][3]
    assert Student.objects.count() == 2


def test_a_table_with_nothing_to_write_says_what_is_left_to_do(world, clerk):
    done(uploaded(world, clerk, [unnumbered(world)]), clerk)
    batch = uploaded(world, clerk, [unnumbered(world, **{"guardian1.name": "赵另家"})])
    for partly, told in ((False, "请先回答是不是同一名学生"), (True, "请先回答是不是同一名学生")):
        with refused("import_nothing", match=told):
            imports.confirm(batch, clerk, clock.now(), partly)
    imports.answer(batch, clerk, 2, "same", clock.now())
    with refused("import_nothing", match="请放弃这份表格"):
        imports.confirm(batch, clerk, clock.now())


def test_only_what_is_asked_can_be_answered_and_only_by_the_registrar(world, clerk):
    batch = uploaded(world, clerk, [child(world)])
    with refused("import_question"):
        imports.answer(batch, clerk, 2, "other", clock.now())
    with refused("no_seat"):
        imports.answer(batch, world.head(world.first), 2, "other", clock.now())


# ---------------------------------------------------------------- the sound lines whole


def mixed(world, clerk) -> ImportBatch:
    """Four lines, the second and the fourth of them wrong, below a title."""
    rows = lines(
        world, {"姓名": "甲"}, {"姓名": "乙", "民族": None}, {"姓名": "丙"}, {"姓名": "=丁", "班级": "甲班"}
    )
    return checked(world, clerk, rows, above=[["示例学校新生名单"]])


def test_the_sound_lines_are_written_whole_when_it_is_asked_for(world, clerk, browser):
    batch = mixed(world, clerk)
    assert (batch.state, batch.ready, batch.bad) == (ImportState.FAULTY, [3, 5], [4, 6])
    page = browser.get(reverse("import", args=[batch.number])).content.decode()
    assert "4 行中 2 行有误" in page
    assert "只写入无误的 2 行" in page
    refuses(
        browser.post(reverse("import-confirm", args=[batch.number])),
        409,
        "还有 2 行有误或没有回答：请改好后重新上传，或选择只写入其余 2 行",
    )
    assert browser.post(reverse("import-confirm", args=[batch.number]), {"partly": "1"}).status_code == 303
    imports.carry_on(clock.now())
    batch.refresh_from_db()
    assert (batch.state, batch.written, batch.left_over) == (ImportState.DONE, 2, 2)
    assert set(Student.objects.values_list("name", flat=True)) == {"甲", "丙"}
    assert not files.path_of(batch.key).exists()


def test_faulty_lines_come_back_in_the_columns_they_came_in_with_one_more(world, clerk, browser):
    batch = mixed(world, clerk)
    answer = browser.get(reverse("import-returned", args=[batch.number]))
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][0] == "示例学校新生名单"
    assert rows[1] == [*HEADS, "哪里不对，怎么改"]
    assert [row[0] for row in rows[2:]] == ["乙", "=丁"]
    assert sheet.cell(4, 1).data_type == "s"
    assert "民族必填" in rows[2][-1]
    assert "F（班级）：班级请填班号" in rows[3][-1]
    assert AuditEntry.objects.filter(action="import.returned").count() == 1
    head = Client()
    head.force_login(world.head(world.first))
    refuses(
        head.get(reverse("import-returned", args=[batch.number])), 403, "退回的行只由本单位的学籍管理员下载"
    )


def test_lines_given_back_are_sent_again_on_the_same_page_and_take_the_place_of_the_old(
    world, clerk, browser
):
    batch = mixed(world, clerk)
    assert (
        reverse("import-upload", args=["registration"])
        in browser.get(reverse("import", args=[batch.number])).content.decode()
    )
    book = openpyxl.load_workbook(
        io.BytesIO(browser.get(reverse("import-returned", args=[batch.number])).content)
    )
    sheet = book.active
    sheet.cell(3, HEADS.index("民族") + 1).value = "蒙古"
    out = io.BytesIO()
    book.save(out)
    again = imports.ask(imports.of("registration"), world.first, clerk, out.getvalue(), clock.now())
    imports.carry_on(clock.now())
    for one in (batch, again):
        one.refresh_from_db()
    assert batch.state == ImportState.DROPPED
    assert not files.path_of(batch.key).exists()
    assert batch.returned is None
    assert (again.total, again.ready) == (2, [3])
    columns = imports.of("registration").columns()
    twice = openpyxl.load_workbook(
        io.BytesIO(table_returned.build(out.getvalue(), columns, {4: ["再错。"]}))
    ).active
    assert [cell.value for cell in twice[2]] == [*HEADS, "哪里不对，怎么改"]
    assert twice.cell(3, len(HEADS) + 1).value == "再错。"


def test_what_is_no_longer_so_leaves_nothing_behind(world, clerk, browser):
    rows = lines(world, {"姓名": "甲"}, {"姓名": "乙", "民族": None}, {"姓名": "丙"})
    batch = checked(world, clerk, rows)
    said = child(world, name="甲", id_number=rows[0][HEADS.index("身份证件号")])
    assert browser.post(reverse("registration-new"), said).status_code == 303
    failed = done(batch, clerk, partly=True)
    assert (failed.state, failed.written) == (ImportState.FAULTY, 0)
    assert [fault[0] for fault in failed.faults] == [2]
    assert Student.objects.count() == 1
    with refused("import_state"):
        imports.confirm(failed, clerk, clock.now(), partly=True)


def test_what_is_written_and_left_is_fixed_at_the_confirmation_by_the_database(world, clerk):
    batch = mixed(world, clerk)
    with pytest.raises(IntegrityError, match="import_whole"), transaction.atomic():
        ImportBatch.objects.filter(pk=batch.pk).update(written=1)
    imports.confirm(batch, clerk, clock.now(), partly=True)
    for change in ({"chosen": [3]}, {"to_write": 1}, {"left_over": 0}, {"answers": {"4": ["other", "x"]}}):
        with pytest.raises(DatabaseError, match="要写入和退回的行不可更改"), transaction.atomic():
            ImportBatch.objects.filter(pk=batch.pk).update(**change)
    with pytest.raises(IntegrityError, match="import_whole"), transaction.atomic():
        ImportBatch.objects.filter(pk=batch.pk).update(state=ImportState.DONE, written=1)
    imports.carry_on(clock.now())
    with pytest.raises(DatabaseError, match="已结束的导入不可修改"), transaction.atomic():
        ImportBatch.objects.filter(pk=batch.pk).update(faults=[])


def test_a_faulty_table_is_forgotten_after_a_week(world, clerk):
    batch = mixed(world, clerk)
    key = batch.returned
    assert files.path_of(key).exists()
    imports.carry_on(clock.now() + imports.WAITS * 2)
    batch.refresh_from_db()
    assert (batch.returned, batch.undecided) == (None, False)
    assert not files.path_of(key).exists()
    assert not files.path_of(batch.key).exists()


@pytest.mark.rule("R2.2")
def test_a_namesake_in_a_late_table_is_asked_about_and_listed_when_it_is_another(world):
    known = world.pupil(world.third, grade=3)
    clerk = world.registrar(world.first)
    said = dict(
        zip(
            HEADS,
            [
                known.name,
                "男" if known.sex == "1" else "女",
                "汉族",
                "其他",
                None,
                None,
                "家长甲",
                "母亲",
                "13800000000",
            ],
            strict=True,
        )
    )
    said |= {"出生日期": known.birth_date.isoformat(), "就读年级": "3", "此前没有学籍的原因": None}
    why = next(one for one in imports.of("late").columns() if one.key == "why").choices
    said["此前没有学籍的原因"] = next(iter(why.values()))
    said |= {
        "监护人一身份证件类型": "居民身份证",
        "监护人一身份证件号": world.inventor.id_number("152522", date(1990, 2, 2), "2"),
    }
    data = workbook.table([list(said), list(said.values())])
    batch = imports.ask(imports.of("late"), world.first, clerk, data, clock.now())
    imports.carry_on(clock.now())
    batch.refresh_from_db()
    assert [line for line, _ in asked(batch)] == [2], batch.faults
    imports.answer(batch, clerk, 2, "other", clock.now())
    assert done(batch, clerk).written == 1
