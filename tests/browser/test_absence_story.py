"""While a head is away a colleague signs in the head's place, recorded as such (R0.5)."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from orgs.people.models import PostRole
from reviews.engine import door
from reviews.engine.models import Step
from web import clock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.rule("R0.5")]


def test_a_head_lends_the_post_and_the_deputy_signs(world, desk):
    head, deputy = world.head(world.east), world.head(world.league)
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    door.perform(case, "handle", world.registrar(world.east), opinion="情况属实，同意转入。", outcome="agree")
    window, today = desk(head), clock.local_date(clock.now())
    page = window.page
    window.go("/directory/")
    page.get_by_role("link", name="本单位人员").click()
    page.get_by_label("受托人", exact=True).select_option(label=deputy.display_name)
    page.get_by_label("起", exact=True).fill(today.isoformat())
    page.get_by_label("止（含）", exact=True).fill((today + timedelta(days=5)).isoformat())
    page.get_by_role("button", name="委托", exact=True).click()
    window.sees("请写明委托事由")
    page.get_by_label("事由", exact=True).fill("出差")
    page.get_by_role("button", name="委托", exact=True).click()
    window.sees("已委托")
    window.picture("absence-1-lent", full=True)
    page.get_by_role("button", name="确认本季度权限").click()
    page.get_by_role("dialog").get_by_role("button", name="确认").click()
    window.sees("已确认本季度的权限")

    other = desk(deputy)
    other.go(f"/cases/{case.number}/")
    other.page.get_by_label("审核补充意见").fill("情况属实，同意转入。")
    other.page.get_by_role("button", name=re.compile("^同意")).first.click()
    expect(other.page.get_by_text(case.number).first).to_be_visible()
    step = Step.objects.get(case=case, stage="receiving_authority")
    assert (step.signer, step.unit) == (deputy, world.east)
    assert deputy.posts.get().role == PostRole.HEAD
    window.go("/directory/own/")
    page.get_by_role("button", name="收回").click()
    window.sees("已收回委托")
