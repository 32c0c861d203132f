"""The API's documentation runs in a real browser under the strict policy, served by us alone, and can be tried out."""

import pytest

pytestmark = pytest.mark.browser


def test_the_documentation_is_drawn_and_a_request_tried_out_from_it_is_answered(world, desk):
    window = desk(world.registrar(world.first))
    page = window.page
    told = []
    page.on("console", lambda message: told.append(message.text))
    window.go("/api/docs/")
    page.get_by_text("当前账号和岗位").first.click()
    page.get_by_role("button", name="Try it out").first.click()
    page.get_by_role("button", name="Execute").first.click()
    page.locator(".live-responses-table .response-col_status", has_text="200").first.wait_for()
    assert world.first.code in page.locator(".live-responses-table").first.inner_text()
    refused = [line for line in told if "Content Security Policy" in line]
    assert not refused, refused
