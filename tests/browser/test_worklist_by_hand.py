"""The worklist and bulk sign-off as a head uses them: by keys, by mouse, on a telephone, with nothing from outside."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from reviews.engine import door
from reviews.engine.models import Case
from tests.world import PASSWORD, World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture
def opened(chromium, live_server):
    """Sign in as an account in a window of a size; afterwards: no script error, no request to anywhere else."""
    pages, troubles, addresses = [], [], []

    def sign_in(account, size=WIDE):
        page = chromium.new_page(viewport=size)
        pages.append(page)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda request: addresses.append(request.url))
        page.goto(f"{live_server.url}/accounts/sign-in/")
        page.fill("[name=username]", account.username)
        page.fill("[name=password]", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url("**/worklist/**")
        return page

    yield sign_in
    for page in pages:
        page.context.close()
    assert not troubles
    assert not [a for a in addresses if not a.startswith((live_server.url, "data:", "blob:"))]


@pytest.fixture
def waiting(db):
    world = World()
    cases = [world.submitted(world.first, world.pupil(world.third)) for _ in range(3)]
    world.cases = cases
    return world


def violations(page):
    """What a screen reader or a weak eye would stumble on."""
    return [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in Axe().run(page).response["violations"]]


def states(world):
    return sorted(Case.objects.filter(pk__in=[c.pk for c in world.cases]).values_list("state", flat=True))


def test_a_head_selects_by_keys_checks_and_signs_and_reads_what_failed(waiting, opened):
    head = waiting.head(waiting.first)
    page = opened(head)
    assert page.locator("[data-bulkbar]").is_hidden()
    for key in "jxjx":
        page.keyboard.press(key)
    assert page.locator("[data-bulk-count]").inner_text() == "已选 2 件"
    assert violations(page) == []
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.get_by_role("button", name="核对并批量同意").click()
    page.wait_for_url("**/worklist/bulk/")
    assert page.locator("#opinion").input_value() == "", "no opinion by default (R0.3)"
    page.keyboard.press("1")
    typed = page.locator("#opinion").input_value()
    assert typed == page.locator("[data-phrase]").first.get_attribute("data-phrase")
    assert states(waiting) == ["receiving_school"] * 3, "a phrase fills, it never signs"
    assert violations(page) == []
    meanwhile = waiting.cases[0]
    door.perform(meanwhile, "return_to_registrar", head, opinion="请再核对。")
    page.get_by_role("button", name="逐件核办同意").click()
    page.wait_for_url("**/worklist/bulk/*/")
    failed = page.locator("table").first.inner_text()
    assert meanwhile.number in failed
    assert "须先由学籍管理员办理" in failed
    assert page.get_by_text("已同意 2 件").is_visible()
    assert violations(page) == []
    assert states(waiting) == ["receiving_authority", "receiving_authority", "receiving_school"]


def test_keys_move_open_and_search_and_are_silent_while_typing(waiting, opened, live_server):
    page = opened(waiting.head(waiting.first))
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert (
        page.evaluate("document.activeElement.textContent") == page.locator("[data-open]").first.inner_text()
    )
    page.keyboard.press("/")
    page.keyboard.type("jjx")
    assert page.locator("#find").input_value() == "jjx"
    assert page.locator("input[name=case]:checked").count() == 0
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/")
    assert "jjx" not in page.url
    assert page.get_by_text("没有找到").first.is_visible()
    page.goto(f"{live_server.url}/worklist/?tab=sign")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/*/*")


def test_a_filter_goes_into_the_address_so_that_the_list_can_be_sent_on(waiting, opened):
    page = opened(waiting.head(waiting.first))
    page.select_option("[name=relation]", "same_authority")
    page.wait_for_url("**relation=same_authority**")
    assert "tab=sign" in page.url
    assert page.get_by_text("没有符合筛选的业务").is_visible()
    page.get_by_role("link", name="清除筛选").first.click()
    page.wait_for_load_state()
    assert page.locator("[data-row]").count() == 3


def test_on_a_telephone_the_list_is_cards_and_nothing_scrolls_sideways(waiting, opened, live_server):
    page = opened(waiting.head(waiting.first), PHONE)
    for path in ("/worklist/?tab=sign", "/notices/", "/phrases/", "/accounts/password/"):
        page.goto(live_server.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        assert violations(page) == [], path
