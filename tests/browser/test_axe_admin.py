"""The administrators' pages: every list, form and row's page without an accessibility violation, like all others."""

import pytest
from django.contrib import admin
from django.urls import reverse
from playwright.sync_api import expect

from orgs.people.models import Account
from tests.browser.test_axe import SIZES, Inspection
from tests.world import PASSWORD

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def pages():
    """The list of each table, its form to add, and the page of its newest row."""
    for model, page in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        if page.may_add:
            yield reverse(f"{name}_add")
        newest = model._base_manager.order_by("-pk").first()
        if newest is not None:
            yield reverse(f"{name}_change", args=[newest.pk])
        if newest is not None and page.may_delete:
            yield reverse(f"{name}_delete", args=[newest.pk])


@pytest.fixture
def boss(world):
    """An administrator, where cases have been decided and a fault was announced."""
    world.finish(world.submitted(world.first, world.pupil(world.third)))
    world.taken_in(world.second, world.pupil(world.third))
    return Account.objects.create_user(
        "boss", password=PASSWORD, person=world.person("管理员"), is_staff=True
    )


@pytest.mark.parametrize("size", [SIZES[0], SIZES[2]], ids=lambda size: f"{size[0]}px")
def test_no_page_of_an_administrator_has_a_violation(boss, desk, size):
    assert not Inspection(desk(boss, *size)).walk(["/admin/", *pages()]).wrong


def test_a_refused_form_and_an_open_search_box_have_no_violation(boss, desk):
    inspection = Inspection(desk(boss)).walk([reverse("admin:orgs_post_add")])
    page = inspection.window.page
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator(".errornote")).to_be_visible()
    inspection.look()
    page.get_by_role("combobox", name="单位").click()
    page.get_by_role("searchbox", name="输入文字查找").fill("示例第一")
    expect(page.get_by_role("option", name="示例第一小学")).to_be_visible()
    inspection.look()
    page.get_by_role("option", name="示例第一小学").click()
    expect(page.get_by_role("combobox", name="单位")).to_contain_text("示例第一小学")
    assert not [found for found in inspection.wrong if "422" not in str(found)]
