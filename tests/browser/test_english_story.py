"""A reader of English: one button, every page in English, what scripts say as well, and the same button back."""

import pytest
from playwright.sync_api import expect

from reviews.engine.models import Act

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_head_signs_in_english_and_the_record_is_chinese(world, desk):
    head, case = world.head(world.first), world.submitted(world.first, world.pupil(world.third))
    window = desk(head)
    page = window.page
    window.go("/worklist/")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    window.sees("To sign off")
    window.picture("english-1-worklist", full=True)
    window.go(f"/cases/{case.number}/")
    window.picture("english-2-case", full=True)
    page.locator("#opinion").fill("")
    page.get_by_role("button", name="Agree").first.click()
    expect(page.get_by_text("Please write an opinion of at least 2 characters").first).to_be_visible()
    page.locator("#opinion").fill("情况属实，同意转入。")
    page.get_by_role("button", name="Agree").first.click()
    expect(page.get_by_text("signed off", exact=False).first).to_be_visible()
    assert Act.objects.filter(case=case, account=head, opinion="情况属实，同意转入。").exists()
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
