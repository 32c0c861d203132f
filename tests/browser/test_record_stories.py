"""The record in the browser: a table mended and imported, two claimants to the end, a cohort graduated and one taken back."""

import io

import openpyxl
import pytest
from playwright.sync_api import expect

from reviews.engine.models import Case
from students.admission.registration import actions as registration
from students.duplicates import problems
from students.pupil.models import ProblemRecord, Student
from students.pupil.statuses import StudentStatus
from students.tables import columns as tables
from students.tables import imports
from tests.clock import frozen, shanghai
from tests.world import World, rewritten
from web import clock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORDS = "已逐项核对，情况属实。"


# ---------------------------------------------------------------- a table with errors


def table(children: list[dict[str, str]]) -> dict:
    """A filled template, as a person would save it."""
    columns = registration.columns()
    book = openpyxl.load_workbook(io.BytesIO(tables.template("一年级新生", columns, ["说明"])))
    sheet = book.worksheets[0]
    for line, said in enumerate(children, 2):
        for at, column in enumerate(columns, 1):
            if column.key in said:
                sheet.cell(line, at).value = column.choices.get(said[column.key], said[column.key])
    out = io.BytesIO()
    book.save(out)
    return {"name": "新生.xlsx", "mimeType": tables.XLSX, "buffer": out.getvalue()}


def child(world, **more) -> dict[str, str]:
    born = world.today.replace(year=world.today.year - 6, month=3, day=5)
    one = world.inventor.pupil(world.division, born)
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


@pytest.mark.rule("R2.1")
def test_a_table_with_errors_is_mended_and_imported(world, desk):
    window = desk(world.registrar(world.first))
    page, good, bad = window.page, child(world), child(world, **{"guardian1.phone": "12"})
    window.go("/registration/")
    page.get_by_label("填好的表格").set_input_files(table([good, bad]))
    page.get_by_role("button", name="上传并核对").click()
    page.wait_for_url("**/imports/**")
    window.sees("表格已收下")
    imports.carry_on(clock.now())
    expect(page.get_by_role("heading", name="哪里不对，怎么改")).to_be_visible(timeout=15_000)
    row = page.get_by_role("row").filter(has_text="监护人一联系电话")
    expect(row).to_contain_text("3")
    window.picture("record-1-import-errors")
    assert not Student.objects.exists()
    window.go("/registration/")
    page.get_by_label("填好的表格").set_input_files(table([good, bad | {"guardian1.phone": "13900000002"}]))
    page.get_by_role("button", name="上传并核对").click()
    page.wait_for_url("**/imports/**")
    imports.carry_on(clock.now())
    page.get_by_role("button", name="确认写入 2 人").click(timeout=15_000)
    window.sees("正在写入")
    imports.carry_on(clock.now())
    expect(page.get_by_text("已写入").first).to_be_visible(timeout=15_000)
    assert set(Student.objects.values_list("name", flat=True)) == {good["name"], bad["name"]}


# ---------------------------------------------------------------- two claimants


def vouched(window, problem) -> None:
    """The school's registrar answers with a proof and sends it to the head."""
    page = window.page
    window.go("/problems/")
    page.get_by_role("link", name=problem.student.name).first.click()
    window.sees(problem.twin.school.name)
    window.picture(f"record-2-problem-{problem.pk}")
    page.get_by_role("button", name="佐证或删除").click()
    page.wait_for_url("**/edit/")
    page.get_by_label("处理方式").select_option("vouch")
    page.get_by_label("情况说明").fill("与户口簿核对无误，学生在本校就读。")
    window.upload()
    page.get_by_label("审核补充意见").fill(WORDS)
    page.get_by_role("button", name="送本校负责人核办").click()
    window.sees("已送出，等待本校负责人核办")


def signed(world, kind, school=None) -> None:
    """The others decide; their pages are the worklist's own."""
    rows = Case.objects.filter(kind=kind, closed_at=None, submitted_at__isnull=False)
    case = (rows.filter(receiving_unit=school) if school else rows).get()
    while case.is_live:
        case = world.decide(case, opinion=WORDS)
    assert case.state == "completed"


@pytest.mark.rule("R1.9")
def test_two_schools_vouch_for_one_child_and_the_league_decides(world, desk):
    mine, theirs = world.pupil(world.first, letter="L"), world.pupil(world.third, letter="L")
    rewritten(Student.objects.filter(pk=theirs.pk), id_number_index=mine.id_number_index)
    problems.check([mine.pk], "nightly")
    for pupil in (mine, theirs):
        problem = ProblemRecord.objects.select_related("student__school", "twin__school").get(student=pupil)
        vouched(desk(world.registrar(pupil.school)), problem)
        signed(world, "problem", pupil.school)
    window = desk(world.registrar(world.league))
    page = window.page
    window.go("/problems/?tab=vouched")
    page.get_by_role("link", name=mine.name).first.click()
    expect(page.get_by_text("打开学籍")).to_have_count(2)
    page.get_by_label(f"保留{world.third.name}的学籍").check()
    page.get_by_label("审核补充意见").fill("比较了两校的材料，学生在第三小学就读。")
    window.picture("record-3-decide")
    page.get_by_role("button", name="提出认定").click()
    window.sees("已提出认定")
    signed(world, "problem_decision")
    window.go("/problems/?tab=closed")
    window.sees("已解决（上级认定）")
    mine.refresh_from_db()
    assert mine.status == StudentStatus.REMOVED


# ---------------------------------------------------------------- graduation


@pytest.mark.rule("R4.1", "R4.4")
def test_a_cohort_is_graduated_by_two_people_and_one_of_it_is_taken_back(transactional_db, desk):
    with frozen(shanghai(2026, 7, 6, 10)) as now:
        july = World(now)
        graduated(july, desk)


def graduated(world, desk):
    pupils = [world.pupil(world.first, grade=6) for _ in range(3)]
    registrar = desk(world.registrar(world.first))
    page = registrar.page
    registrar.go("/graduation/")
    page.get_by_role("button", name="列出毕业名单").first.click()
    page.wait_for_url("**/graduation/BY-*/")
    for pupil in pupils:
        registrar.sees(pupil.name)
    registrar.picture("record-4-graduation")
    url = page.url.removeprefix(registrar.base)
    head = desk(world.head(world.first))
    head.go(url)
    head.page.get_by_label("审核补充意见").fill("名单核对无误，同意毕业。")
    head.page.get_by_role("button", name="核办毕业").click()
    confirm = head.page.locator("dialog[open] button.btn-primary, dialog[open] button[value]").first
    if confirm.is_visible():
        confirm.click()
    head.sees("毕业")
    expect(head.page.get_by_role("button", name="核办毕业")).to_have_count(0)
    gone = pupils[0]
    gone.refresh_from_db()
    assert gone.status == StudentStatus.GRADUATED
    county = desk(world.registrar(world.east))
    county.go(f"/students/{gone.key}/take-back/")
    county.page.get_by_label("原因").fill("补考成绩登记有误，该生尚未毕业。")
    county.page.get_by_label("审核补充意见").fill("已核对成绩册，确属误操作。")
    county.picture("record-5-take-back")
    county.page.get_by_role("button", name="发起，送本单位负责人核办").click()
    county.sees("已发起毕业回退")
    signed(world, "graduation_rollback")
    gone.refresh_from_db()
    assert gone.status == StudentStatus.ENROLLED
