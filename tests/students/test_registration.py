"""一年级新生建籍: the form and the table, the dry run, the duplicate check (R2.1, R1.7–R1.9)."""

import io
from datetime import date

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reviews.evidence import files
from students.admission.registration import actions as registration
from students.pupil import records
from students.pupil.models import Enrolment, FieldChange, ProblemKind, ProblemRecord, SchoolClass, Student
from students.record import values as record_values
from students.tables import imports
from students.tables.models import ImportBatch, ImportState
from tests.refusals import refuses
from tests.workbook import filled
from web import clock

pytestmark = pytest.mark.django_db
KIND = "registration"


@pytest.fixture
def clerk(world):
    return world.registrar(world.first)


@pytest.fixture
def browser(clerk):
    client = Client()
    client.force_login(clerk)
    return client


def child(world, **more) -> dict[str, str]:
    """What a form or a line says of an invented child of six."""
    born = date(world.today.year - 6, 3, 5)
    one = world.inventor.pupil("152522", born)
    return {
        "name": one.name,
        "ethnic": one.ethnic,
        "id_type": "1",
        "id_number": one.id_number,
        "class": "1",
        "guardian1.name": "那日苏",
        "guardian1.relation": "51",
        "guardian1.phone": "13900000001",
    } | more


def workbook(lines: list[dict], heads: list[str] | None = None) -> bytes:
    """A filled table: names instead of codes where there is a list, as people choose them."""
    return filled(registration.columns(), lines, heads)


def uploaded(world, clerk, lines, **more) -> ImportBatch:
    """An import after its dry run."""
    batch = imports.ask(imports.of(KIND), world.first, clerk, workbook(lines, **more), clock.now())
    imports.carry_on(clock.now())
    batch.refresh_from_db()
    return batch


def written(batch, clerk) -> ImportBatch:
    imports.confirm(batch, clerk, clock.now())
    imports.carry_on(clock.now())
    batch.refresh_from_db()
    return batch


@pytest.mark.rule("R2.1", "R1.8")
def test_a_child_is_registered_with_the_form_and_has_an_l_at_once(world, browser):
    said = child(
        world, permit_held="1", permit_issuer="示例派出所", permit_issued_on="20250301", talents="长跑"
    )
    answer = browser.post(reverse("registration-new"), said)
    student = Student.objects.get(name=said["name"])
    assert answer["Location"] == reverse("student-detail", args=[student.key])
    assert records.current_number(student)[0] == "L"
    assert records.id_number(student) == said["id_number"]
    assert (student.cohort, student.school, str(student.school_class)) == (
        registration.entering(world.first, world.today).cohort,
        world.first,
        "（1）班",
    )
    assert str(student.birth_date) == f"{world.today.year - 6}-03-05"
    record = record_values.record_of(student)
    assert record.values["permit_issuer"] == "示例派出所"
    assert record.values["talents"] == "长跑"
    assert record.plain(registration.BY_KEY["guardian1.phone"]) == "13900000001"
    assert Enrolment.objects.get(student=student).grade_in == 1
    assert not ProblemRecord.objects.filter(student=student).exists()


@pytest.mark.rule("R2.1")
def test_what_is_wrong_stands_at_its_item_and_what_was_typed_stays(world, browser):
    said = child(world, id_number="152522202003050011", **{"guardian1.phone": "12"})
    answer = browser.post(reverse("registration-new"), said)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "校验码不对" in page
    assert "那日苏" in page
    assert not Student.objects.exists()


def test_sex_carries_the_star_once_it_is_demanded(world, browser):
    star = '性别 <span class="required"'
    assert star not in browser.get(reverse("registration-new")).content.decode()
    page = browser.post(reverse("registration-new"), child(world, id_number="", sex="")).content.decode()
    assert "性别必填，请填写。" in page
    assert star in page


@pytest.mark.rule("R2.1")
def test_the_same_child_twice_at_one_school_is_one_record(world, browser):
    said = child(world)
    browser.post(reverse("registration-new"), said)
    answer = browser.post(reverse("registration-new"), said)
    assert answer.status_code == 409
    assert "已在本校学籍中" in answer.content.decode()
    assert Student.objects.count() == 1


@pytest.mark.rule("R2.1", "R1.7", "R1.9")
def test_a_child_of_another_school_is_shown_first_and_registered_only_when_the_school_keeps_to_it(
    world, browser
):
    said = child(world)
    other = Client()
    other.force_login(world.registrar(world.second))
    other.post(reverse("registration-new"), said)
    answer = browser.post(reverse("registration-new"), said)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert world.second.name in page
    assert reverse("transfer-new") in page
    assert Student.objects.count() == 1
    browser.post(reverse("registration-new"), said | {"claimed": "on"})
    both = Student.objects.order_by("pk")
    assert len(both) == 2
    problems = ProblemRecord.objects.order_by("student")
    assert [(p.student, p.twin, p.kind) for p in problems] == [
        (both[0], both[1], ProblemKind.ID_DUPLICATE),
        (both[1], both[0], ProblemKind.ID_DUPLICATE),
    ]


@pytest.mark.rule("R1.9")
def test_a_child_without_number_that_is_called_and_born_alike_becomes_a_problem_the_other_with_number_does_not(
    world, browser
):
    known = world.pupil(world.third, grade=1)
    said = child(
        world,
        name=known.name,
        sex=known.sex,
        birth_date=known.birth_date.isoformat(),
        id_type="Z",
        id_number="",
        **{
            "guardian1.id_type": "1",
            "guardian1.id_number": world.inventor.id_number("152522", date(1990, 1, 2), "1"),
        },
    )
    refuses(browser.post(reverse("registration-new"), said), 409, "有学生姓名、性别、出生日期相同")
    assert browser.post(reverse("registration-new"), said | {"claimed": "on"}).status_code == 303
    (problem,) = ProblemRecord.objects.all()
    assert (problem.kind, problem.twin) == (ProblemKind.PERSON_DUPLICATE, known)
    assert problem.student.school == world.first


@pytest.mark.rule("R2.1")
def test_a_table_is_checked_first_and_written_when_confirmed(world, clerk):
    lines = [child(world) for _ in range(7)]
    batch = uploaded(world, clerk, lines)
    assert (batch.state, batch.total, batch.faulty) == (ImportState.READY, 7, 0), batch.faults
    assert not Student.objects.exists()
    done = written(batch, clerk)
    assert (done.state, done.written) == (ImportState.DONE, 7)
    assert Student.objects.filter(school=world.first).count() == 7
    assert {records.current_number(one)[0] for one in Student.objects.all()} == {"L"}
    assert not files.path_of(batch.key).exists()
    assert not FieldChange.objects.exists()


@pytest.mark.rule("R2.1")
def test_the_same_file_twice_changes_nothing(world, clerk):
    lines = [child(world) for _ in range(3)]
    written(uploaded(world, clerk, lines), clerk)
    before = list(Student.objects.values_list("pk", "name"))
    batch = uploaded(world, clerk, lines)
    assert (batch.state, batch.same) == (ImportState.READY, 3)
    assert written(batch, clerk).written == 0
    assert list(Student.objects.values_list("pk", "name")) == before


@pytest.mark.rule("R2.1")
def test_every_fault_says_line_column_and_what_is_wrong_and_nothing_is_written(
    world, clerk, django_capture_on_commit_callbacks
):
    good = child(world)
    elsewhere = world.pupil(world.third, grade=1)
    lines = [
        good,
        child(world, name=""),
        child(world, id_number="152522202003050011"),
        good,
        child(world, id_number=float(152522202003050000)),
        child(world, ethnic="火星族"),
        child(world, **{"class": "甲班"}),
        child(world, id_number=records.id_number(elsewhere), sex="", birth_date=""),
        child(world, name="=cmd|' /C calc'!A0"),
    ]
    batch = uploaded(world, clerk, lines)
    assert batch.state == ImportState.FAULTY
    told = {(line, column): sentence for line, column, _, sentence in batch.faults}
    assert "必填" in told[3, "A"]
    assert "校验码不对" in told[4, "F"]
    assert "与第 2 行的身份证件号相同" in told[5, "F"]
    assert "设为“文本”" in told[6, "F"]
    assert "请从所列的选项中选择" in told[7, "D"]
    assert "班号" in told[8, "G"]
    assert world.third.name in told[9, "F"]
    assert (10, "A") in told
    assert {line for line, *_ in batch.faults} == set(range(3, 11))
    assert not Student.objects.filter(school=world.first).exists()
    # What is sound in it may still be confirmed; dropped, it is forgotten.
    assert batch.ready == [2]
    with django_capture_on_commit_callbacks(execute=True):
        imports.drop(batch, clerk, clock.now())
    assert not files.path_of(batch.key).exists()


@pytest.mark.rule("R2.1")
def test_what_changed_after_the_dry_run_is_found_and_nothing_is_half_written(world, clerk, browser):
    lines = [child(world) for _ in range(3)]
    batch = uploaded(world, clerk, lines)
    other = Client()
    other.force_login(world.registrar(world.second))
    other.post(reverse("registration-new"), lines[1])
    done = written(batch, clerk)
    assert done.state == ImportState.FAULTY
    assert world.second.name in done.faults[0][3]
    assert not Student.objects.filter(school=world.first).exists()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "不是 xlsx"),
        (b"PK\x03\x04rubbish", "不是 xlsx"),
        ("姓名,性别\n".encode(), "不是 xlsx"),
        (workbook, "没有数据"),
    ],
)
def test_what_is_no_table_is_told_in_one_sentence(world, clerk, data, told):
    data = data([]) if callable(data) else data
    batch = imports.ask(imports.of(KIND), world.first, clerk, data, clock.now())
    imports.carry_on(clock.now())
    batch.refresh_from_db()
    assert batch.state == ImportState.FAULTY
    assert told in batch.faults[0][3]


def test_a_table_of_other_columns_is_told_which(world, clerk):
    batch = uploaded(world, clerk, [child(world)], heads=["名字"])
    assert [fault[1:] for fault in batch.faults] == [
        ["", "姓名", "缺少“姓名”一列，请从模板补上。"],
        ["A", "", "列名“名字”不在模板中，请删去这一列或改正列名。"],
    ]


def test_one_import_at_a_time_and_only_by_the_schools_registrar(world, clerk, browser):
    batch = uploaded(world, clerk, [child(world)])
    again = browser.post(
        reverse("import-upload", args=[KIND]),
        {"unit": world.first.code, "table": io.BytesIO(workbook([child(world)]))},
    )
    assert again.status_code == 409
    assert batch.number in again.content.decode()
    head = Client()
    head.force_login(world.head(world.first))
    refuses(
        head.post(reverse("import-confirm", args=[batch.number])),
        403,
        "只有本单位的学籍管理员可以确认或放弃导入",
    )
    stranger = Client()
    stranger.force_login(world.registrar(world.third))
    assert stranger.get(reverse("import", args=[batch.number])).status_code == 404
    assert browser.post(reverse("import-drop", args=[batch.number])).status_code == 303
    assert browser.get(reverse("import", args=[batch.number])).status_code == 200
    batch.refresh_from_db()
    assert batch.state == ImportState.DROPPED


def test_the_pages_show_the_way_and_the_report_goes_along_as_a_table(world, clerk, browser):
    assert "下载模板" in browser.get(reverse("registration")).content.decode()
    template = openpyxl.load_workbook(
        io.BytesIO(browser.get(reverse("import-template", args=[KIND])).content)
    )
    sheet = template.worksheets[0]
    assert sheet["A1"].value == "*姓名"
    assert sheet.column_dimensions["F"].number_format == "@"
    assert len(sheet.data_validations.dataValidation) > 20
    batch = uploaded(world, clerk, [child(world, name="")])
    page = browser.get(reverse("import", args=[batch.number])).content.decode()
    assert "姓名必填" in page
    report = openpyxl.load_workbook(
        io.BytesIO(browser.get(reverse("import-report", args=[batch.number])).content)
    )
    assert report.worksheets[0]["D3"].value == batch.faults[0][3]


def test_a_worker_that_was_killed_while_writing_is_followed_by_another_that_writes_once(world, clerk):
    batch = uploaded(world, clerk, [child(world)])
    imports.confirm(batch, clerk, clock.now())
    later = clock.now() + imports.STUCK * 2
    ImportBatch.objects.filter(pk=batch.pk).update(begun_at=clock.now())
    assert imports.carry_on(clock.now()) == 0
    assert imports.carry_on(later) == 1
    assert Student.objects.count() == 1


@pytest.mark.rule("R2.1")
def test_many_lines_cost_no_more_statements_than_a_few(world, clerk):
    counts = []
    for many in (2, 40):
        batch = uploaded(world, clerk, [child(world, **{"class": "1"}) for _ in range(many)])
        imports.confirm(batch, clerk, clock.now())
        with CaptureQueriesContext(connection) as asked:
            imports.carry_on(clock.now())
        counts.append(len(asked))
    assert abs(counts[1] - counts[0]) <= 4, counts
    assert (
        SchoolClass.objects.filter(
            school=world.first, cohort=registration.entering(world.first, world.today).cohort
        ).count()
        == 1
    )
