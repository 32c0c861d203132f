"""Across provinces in the browser: a transfer whose file the school requests, an enrolment whose file lapses."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from reviews.clock import sweeps
from reviews.engine.models import Case
from students.pupil.records import current_number
from tests.clock import frozen
from tests.world import World
from web import clock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.rule("R3.6")]


def state_of(number):
    case = Case.objects.get(number=number)
    return case.state, case.awaiting


def through(desk, world, number, *units):
    """Both people of each unit find the case in their worklist and agree."""
    for unit in units:
        registrar = desk(world.registrar(unit))
        registrar.sees(number)
        registrar.decide(number, opinion="学籍信息一致，同意。")
        expect(registrar.page).not_to_have_url(re.compile(number))
        head = desk(world.head(unit))
        head.decide(number, opinion="同意。已核对。")
        expect(head.page).not_to_have_url(re.compile(number))


@pytest.mark.rule("R3.1")
def test_a_transfer_goes_through_two_provinces_and_the_school_requests_the_file(world: World, desk):
    pupil = world.pupil(world.abroad, letter="G", name="王示例")
    clerk = desk(world.registrar(world.first))
    number = clerk.apply(current_number(pupil), pupil.name)
    assert Case.objects.get(number=number).kind == "cross_province_transfer"
    desk(world.head(world.first)).decide(number, opinion="情况属实，同意接收。")
    through(desk, world, number, world.east, world.abroad, world.zhangbei)
    assert state_of(number) == ("awaiting_file", "handle")

    page = clerk.page
    clerk.go("/worklist/")
    expect(page.get_by_role("cell", name="待调档")).to_be_visible()
    clerk.picture("roads-1-worklist")
    clerk.go(f"/cases/{number}/")
    clerk.sees("报到与调档")
    expect(page.get_by_role("button", name="调档，学籍转入")).to_be_disabled()
    clerk.picture("roads-2-awaiting-file")
    page.get_by_label("学生报到日期").fill((clock.local_date(clock.now()) - timedelta(days=3)).isoformat())
    page.get_by_role("button", name="登记报到").click()
    clerk.sees("报到（")
    page.set_viewport_size({"width": 390, "height": 844})
    clerk.picture("roads-3-reported-390", full=True)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="调档，学籍转入").click()
    page.locator("dialog[open]").get_by_role("button", name="调档，学籍转入").click()
    clerk.sees("业务办结，学籍已转入")
    assert state_of(number) == ("completed", "")
    clerk.picture("roads-4-filed", full=True)
    pupil.refresh_from_db()
    assert pupil.school == world.first


@pytest.mark.rule("R3.3")
def test_an_enrolment_after_graduation_whose_file_nobody_requests_is_cancelled_and_started_again(
    world: World, desk
):
    pupil = world.graduate(world.abroad, letter="G", name="李示例")
    school = world.junior
    clerk = desk(world.registrar(school))
    page = clerk.page
    clerk.go("/worklist/")
    page.get_by_role("link", name="转学", exact=True).click()
    page.get_by_role("link", name="毕业后就学").click()
    clerk.picture("roads-5-graduates")
    page.get_by_label("学籍号或身份证号").fill(current_number(pupil))
    page.get_by_label("学生姓名").fill(pupil.name)
    page.get_by_role("button", name="核对").click()
    clerk.picture("roads-6-graduate-checked")
    page.get_by_role("button", name="建立草稿").click()
    expect(page).to_have_url(re.compile("/edit/"))
    page.get_by_label(re.compile("升读下一学段")).check()
    if not page.get_by_label(re.compile("转入班级")).input_value():
        page.get_by_label(re.compile("转入班级")).select_option(index=1)
    page.get_by_label(re.compile("审核补充意见")).fill("本校已录取，申请就学。")
    clerk.picture("roads-7-graduate-form", full=True)
    page.locator("button[name=action][value=send]").click()
    expect(page).not_to_have_url(re.compile("/edit/"))
    number = clerk.number_of(pupil.name)
    desk(world.head(school)).decide(number, opinion="情况属实，同意接收。")
    through(desk, world, number, world.east, world.zhangbei)
    assert state_of(number) == ("awaiting_file", "handle")

    later = clock.now() + timedelta(days=30)
    with frozen(later):
        sweeps.run(later)
        assert state_of(number) == ("lapsed", "")
        clerk = desk(world.registrar(school))
        clerk.go(f"/cases/{number}/")
        clerk.sees("内没有调档，已于")
        clerk.picture("roads-8-lapsed", full=True)
        clerk.page.get_by_role("button", name="复制为新申请").click()
        expect(clerk.page).to_have_url(re.compile("/edit/"))
        clerk.sees("毕业后跨省就学")
    copy = Case.objects.get(copied_from__number=number)
    clerk.go(f"/cases/{number}/")
    clerk.sees(f"已复制为 {copy.number}")
    pupil.refresh_from_db()
    assert pupil.school == world.abroad
