"""No field that must be filled in is ever covered, and the button that sends is in sight: on every page with a form, at
three sizes of window (desk work is done on all of them)."""

import pytest
from django.conf import settings

from reviews.engine import door
from tests.clock import frozen, shanghai
from tests.security.scene import Scene
from tests.security.test_hostile_pages import pages_of

SIZES = [(1440, 900), (1366, 768), (390, 844)]
MEASURE = """() => {
    const wrong = [];
    const seen = (field) => field.checkVisibility() && !field.disabled && field.type !== "hidden";
    const primary = document.querySelector("[data-primary]");
    if (primary && seen(primary)) {
        const box = primary.getBoundingClientRect();
        if (box.top < 0 || box.bottom > window.innerHeight) { wrong.push("the button is out of sight: " + primary.textContent.trim()); }
    }
    for (const field of document.querySelectorAll("#opinion, #facts, [required]")) {
        if (!seen(field)) { continue; }
        field.scrollIntoView({ block: "nearest", behavior: "instant" });
        const box = field.getBoundingClientRect();
        for (const y of [box.top + 4, box.top + box.height / 2, box.bottom - 4]) {
            const found = document.elementFromPoint(box.left + Math.min(box.width / 2, 60), y);
            const label = found && found.closest("label");
            if (found !== field && !field.contains(found) && !(label && label.control === field)) {
                wrong.push("covered: " + (field.name || field.id) + " by " + (found ? found.tagName + "." + found.className : "nothing"));
                break;
            }
        }
    }
    return wrong;
}"""


@pytest.fixture
def scene(transactional_db, live_server, settings, tmp_path):
    settings.EVIDENCE_ROOT = tmp_path
    with frozen(shanghai(2026, 10, 14, 10)) as now:
        scene = Scene(now)
        world = scene.world
        scene.handled = door.perform(
            world.decide(world.submitted(world.first, world.pupil(world.third))),
            "handle",
            world.registrar(world.east),
            opinion="转入年级应为四年级，请转入学校更正后再报。",
            outcome="send_back",
            reason="class_mistaken",
        )
        yield scene


@pytest.fixture
def window(chromium, live_server):
    """Opens a page as somebody of the scene."""
    context = chromium.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
    yield context, context.new_page()
    context.close()


def opened(scene, window, live_server, actor, path):
    context, page = window
    context.clear_cookies()
    cookie = scene.clients[actor].cookies.get(settings.SESSION_COOKIE_NAME)
    if cookie is not None:
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": live_server.url}]
        )
    page.goto(live_server.url + path)
    return page


def test_no_required_field_is_covered_and_the_button_is_in_sight(scene, window, live_server):
    wrong = []
    for actor, path in pages_of_scene(scene):
        page = opened(scene, window, live_server, actor, path)
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.evaluate("window.scrollTo(0, 0)")
            wrong += [f"{actor} {path} {width}×{height}: {told}" for told in page.evaluate(MEASURE)]
            # With the list of reasons open, as for a refusal.
            for summary in page.locator("[data-outcome-panel] > summary").all()[:1]:
                summary.click()
                page.evaluate("window.scrollTo(0, 0)")
                told = page.evaluate(MEASURE)
                wrong += [f"{actor} {path} {width}×{height}, reasons open: {each}" for each in told]
                summary.click()
    assert not wrong, "\n".join(wrong)


def pages_of_scene(scene):
    """The pages with forms, that of the file upload left out: it is an administrator's."""
    return [(actor, path) for actor, path in pages_of(scene) if path != "/calendar/import/"]


def test_the_measure_sees_what_is_covered(window, live_server, transactional_db):
    _, page = window
    page.set_viewport_size({"width": 1366, "height": 768})
    page.set_content(
        "<div style='height:700px'></div><textarea id='opinion' style='display:block;height:60px'></textarea>"
        "<div style='position:fixed;bottom:0;left:0;right:0;height:120px;background:#fff'>"
        "<button data-primary>同意</button></div><div style='height:40px'></div>"
    )
    assert [told.split(":")[0] for told in page.evaluate(MEASURE)] == ["covered"]
