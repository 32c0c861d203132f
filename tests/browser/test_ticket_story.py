"""The three official forms as people use them: a report leads to a check and a supervision, all closed at the end (R8.6);
a parent looks up a case, complains and reads the answer (R8.5)."""

import re

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from ledger import outbox
from orgs.people.models import Unit
from students.pupil.records import current_number
from tests import ticketed
from tests.browser.desk import photograph
from tickets.forms.models import Ticket
from tickets.forms.states import State
from web import clock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MATTER = "请核查报告所列第 1 个问题涉及的学校和环节，写明原因。"


def press(window, name):
    window.page.get_by_role("button", name=name, exact=True).click()


def filled(window, handler, instruction=""):
    page = window.page
    page.get_by_label("反映事项").fill(MATTER)
    if instruction:
        page.get_by_label("办理意见").fill(instruction)
    page.get_by_label(re.compile("^(核查|承办)单位")).fill(handler.name)
    page.get_by_label("完成时限").fill("2099-12-18")
    page.get_by_label("责任人联系电话").fill("0479-8210001")


def took_up_and_answered(window, number, text):
    page = window.page
    window.go("/notices/")
    page.get_by_text(number).first.click()
    window.page.wait_for_url(f"**/tickets/{number}/")
    page.get_by_label("联系电话").fill("0479-3220001")
    press(window, "受理")
    window.sees("已受理，办理中")
    page.get_by_role("textbox", name=re.compile("经核实的情况|办理情况|处理意见")).fill(text)
    press(window, "答复")
    window.sees("已答复，待确认")


@pytest.mark.rule("R8.6")
def test_a_report_leads_to_a_check_and_a_supervision_until_all_are_closed(world, desk):
    handler = world.registrar(world.east)
    province, head = desk(world.registrar(world.im)), desk(world.head(world.im))
    page = province.page
    province.go("/tickets/")
    press(province, "开问题报告单")
    page.get_by_label("业务联系人电话").fill("0471-2856000")
    page.get_by_label("技术联系人", exact=True).fill("白志国")
    page.get_by_label("技术联系人电话").fill("0471-2856001")
    page.get_by_label("问题 1", exact=True).fill(ticketed.PROBLEMS[0])
    press(province, "保存并送负责人签发")
    province.sees("待负责人签发")
    report = Ticket.objects.get(kind="report")
    page.set_input_files(
        "input[type=file]", files={"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photograph()}
    )
    press(province, "上传")
    province.sees("附件 1")
    head.go(f"/tickets/{report.number}/")
    press(head, "签发")
    head.sees("已发出，待受理")
    outbox.relay(clock.now())

    ministry = desk(world.registrar(world.ministry))
    ministry.go(f"/tickets/{report.number}/")
    ministry.page.get_by_label("联系电话").fill("010-66090000")
    press(ministry, "受理")
    ministry.sees("已受理，办理中")

    technical = desk(ticketed.technician(world, world.im))
    technical.go(f"/tickets/{report.number}/")
    press(technical, "由此开问题核查单")
    technical.page.get_by_label("所反映事项").fill(MATTER)
    technical.page.get_by_label("核查单位").fill(world.east.name)
    technical.page.get_by_label("完成时限").fill("2099-12-18")
    technical.page.get_by_label("责任人联系电话").fill("0471-2856001")
    technical.picture("tickets-1-check", full=True)
    press(technical, "保存并核发")
    technical.sees("已发出，待受理")
    check = Ticket.objects.get(kind="check")
    outbox.relay(clock.now())
    county = desk(handler)
    took_up_and_answered(county, check.number, "经核实，停留在转出学校核办环节，已督促。")

    technical.go(f"/tickets/{check.number}/")
    press(technical, "确认答复")
    province.go(f"/tickets/{check.number}/")
    press(province, "由此开问题督办单")
    filled(province, world.east, "请限期办结，并说明逾期原因。")
    press(province, "保存并送负责人签发")
    supervision = Ticket.objects.get(kind="supervision")
    head.go(f"/tickets/{supervision.number}/")
    press(head, "签发")
    outbox.relay(clock.now())
    took_up_and_answered(county, supervision.number, "已于今日办结，今后按时核办。")
    province.go(f"/tickets/{supervision.number}/")
    province.picture("tickets-2-supervision", full=True)
    press(province, "确认答复")
    press(province, "办结")
    province.sees("已办结")
    technical.go(f"/tickets/{check.number}/")
    press(technical, "办结")
    technical.sees("已办结")

    ministry.go(f"/tickets/{report.number}/")
    ministry.page.get_by_role("textbox", name="处理意见").fill("已在全国系统更正，请核对。")
    press(ministry, "答复")
    province.go(f"/tickets/{report.number}/")
    for number in (check.number, supervision.number):
        expect(page.get_by_role("link", name=re.compile(number))).to_be_visible()
    press(province, "确认答复")
    press(province, "办结")
    province.sees("已办结")
    assert set(Ticket.objects.values_list("state", flat=True)) == {State.CLOSED}
    assert Ticket.objects.values("thread").distinct().count() == 1
    province.go(f"/tickets/{report.number}/print/")
    printed = page.pdf(prefer_css_page_size=True)
    (province.pictures / "tickets-3-report.pdf").write_bytes(printed)


@pytest.mark.rule("R8.5")
def test_a_parent_looks_up_the_case_complains_and_reads_the_answer(world, desk):
    cache.clear()
    Unit.objects.filter(pk=world.east.pk).update(phone="0479-3220001", email="dwq@example.gov.cn")
    pupil = world.pupil(world.third, letter="G")
    case = world.decide(world.submitted(world.first, pupil))
    parent = desk(None, width=390, height=844)
    page = parent.page
    parent.go("/parents/")
    page.get_by_role("link", name="查询办理进度").first.click()
    page.get_by_label("业务编号").fill(case.number)
    page.get_by_label("学籍号末六位").fill("000000")
    press(parent, "查询")
    parent.sees("没有查到")
    expect(page.get_by_label("业务编号")).to_have_value(case.number)
    page.get_by_label("学籍号末六位").fill(current_number(pupil)[-6:])
    press(parent, "查询")
    parent.sees("还剩 10 个工作日")
    parent.sees("0479-3220001")
    assert pupil.name not in page.content()
    assert current_number(pupil)[-6:] not in page.url
    parent.picture("parents-1-progress", full=True)
    page.get_by_role("link", name="投诉", exact=True).click()
    page.get_by_label(re.compile("^受理单位")).fill(world.east.name)
    page.get_by_label(re.compile("^投诉内容")).fill("太短")
    press(parent, "提交投诉")
    parent.sees("请写明投诉的事情")
    page.get_by_label(re.compile("^投诉内容")).fill("学校要求另交户口簿和房产证，否则不予接收，请核实。")
    press(parent, "提交投诉")
    parent.sees("投诉已提交")
    number, code = (page.locator("dd strong").nth(at).inner_text() for at in (0, 1))
    county = desk(world.registrar(world.east))
    county.go("/tickets/")
    county.page.get_by_role("link", name=number).click()
    press(county, "受理")
    county.page.get_by_role("textbox", name="答复").fill("已告知学校不得要求其他材料，向您致歉。")
    press(county, "答复")
    head = desk(world.head(world.east))
    head.go(f"/tickets/{number}/")
    press(head, "确认答复")
    page.get_by_role("link", name="查询答复").click()
    page.get_by_label("投诉编号").fill(number)
    page.get_by_label("查询码").fill(code)
    press(parent, "查询")
    parent.sees("向您致歉")
    parent.picture("parents-2-answer", full=True)
