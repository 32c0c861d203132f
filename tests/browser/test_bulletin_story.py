"""A bulletin from its draft through the reply of a county to its publication (R3.7b)."""

import pytest
from playwright.sync_api import expect

from ledger import outbox
from reviews.rulebook import calendar
from students.bulletins import drafting
from students.bulletins.counting import Month
from students.bulletins.models import Bulletin
from tests.clock import frozen, shanghai
from web import clock

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.rule("R3.7b"),
]
REPLY = "该件因学生材料补正停留，已于本月二日办结。"


def test_a_bulletin_from_draft_through_reply_to_publication(world, desk):
    for unit in (world.east, world.im, world.third):
        world.head(unit), world.registrar(unit)
    with frozen(shanghai(2026, 10, 9, 9)):
        world.decide(world.submitted(world.first, world.pupil(world.third)))
    with frozen(shanghai(2026, 11, 1, 2)) as now:
        bulletin = drafting.draft(world.im, Month.before(now.date()), calendar.current(), now)
    outbox.relay(clock.now())
    with frozen(shanghai(2026, 11, 3, 10)):
        county, province = desk(world.head(world.east)), desk(world.head(world.im))
        county.go("/notices/")
        county.page.get_by_role("link", name="2026年10月学籍业务办理情况通报").click()
        county.sees(world.east.name)
        expect(county.page.get_by_text("总体情况")).to_have_count(0)
        county.page.get_by_label("的说明").fill("短")
        county.page.get_by_role("button", name="提交说明").click()
        county.sees("请填写说明")
        expect(county.page.get_by_label("的说明")).to_have_value("短")
        county.page.get_by_label("的说明").fill(REPLY)
        county.page.get_by_role("button", name="提交说明").click()
        county.sees("说明已提交")
        province.go(f"/bulletins/{bulletin.number}/")
        province.sees(REPLY)
        expect(province.page.get_by_role("button", name="发布")).to_have_count(0)
        province.sees("之后才能拟发、发布")
        province.picture("bulletin-1-draft", full=True)
    with frozen(shanghai(2026, 11, 5, 9)):
        clerk = desk(world.registrar(world.im))
        clerk.go(f"/bulletins/{bulletin.number}/")
        clerk.page.get_by_role("button", name="拟发").click()
        clerk.page.get_by_role("dialog").get_by_role("button", name="拟发").click()
        clerk.sees("已拟发，等候本单位负责人发布")
        province.go(f"/bulletins/{bulletin.number}/")
        province.page.get_by_role("button", name="发布").click()
        province.page.get_by_role("dialog").get_by_role("button", name="发布").click()
        province.sees("通报已发布")
        province.picture("bulletin-2-published", full=True)
        school = desk(world.registrar(world.third), width=390, height=844)
        school.go("/bulletins/")
        school.page.get_by_role("link", name="2026年10月").click()
        school.sees("总体情况")
        school.sees(REPLY)
        school.picture("bulletin-3-phone", full=True)
    assert drafting.reproduced(Bulletin.objects.get(pk=bulletin.pk))
