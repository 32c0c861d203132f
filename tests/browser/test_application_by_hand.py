"""Starting a transfer as a registrar does: look up, choose, turn and send photographs, keep a draft, read the roster."""

import io
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

from reviews.engine.models import Attachment, Case
from reviews.evidence import pictures
from reviews.evidence import proofs as evidence
from students.pupil.models import Guardian
from students.pupil.records import current_number
from tests.browser.desk import photograph

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844}


def violations(page) -> list:
    """What a screen reader or a weak eye would stumble on."""
    return [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in Axe().run(page).response["violations"]]


def fits(page) -> bool:
    """Nothing sticks out at the side."""
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def drafted(world, window, pupil) -> Case:
    """A draft, made through the pages."""
    page = window.page
    window.go("/transfers/new/")
    page.get_by_label("学籍号或身份证号").fill(current_number(pupil))
    page.get_by_label("学生姓名").fill(pupil.name)
    page.get_by_role("button", name="核对").click()
    page.get_by_role("button", name="建立草稿").click()
    expect(page).to_have_url(re.compile("/edit/"))
    # The address is there before the page's scripts are; what is pasted until then goes nowhere.
    page.locator("[data-upload].ready").wait_for()
    return Case.objects.latest("id")


@pytest.mark.parametrize("size", [{"width": 1440, "height": 900}, PHONE], ids=["wide", "phone"])
def test_the_pages_of_an_application_are_whole_at_both_widths_and_speak_to_a_reader(world, desk, size):
    pupil = world.pupil(world.third, name="阿拉坦·其其格")
    window = desk(world.registrar(world.first), **size)
    page, width = window.page, size["width"]
    number = current_number(pupil)
    window.go("/transfers/new/")
    assert violations(page) == []
    page.get_by_label("学籍号或身份证号").fill(number)
    page.get_by_label("学生姓名").fill("查无此人")
    page.get_by_role("button", name="核对").click()
    window.sees("没有找到号码与姓名都相符的学生")
    window.picture(f"application-1-miss-{width}", full=True)
    expect(page.get_by_label("学生姓名")).to_have_value("查无此人")
    page.get_by_label("学生姓名").fill(pupil.name)
    page.get_by_role("button", name="核对").click()
    window.sees("号码与姓名相符")
    assert number not in page.url
    window.picture(f"application-2-check-{width}", full=True)
    assert violations(page) == []
    assert fits(page)
    page.get_by_role("button", name="建立草稿").click()
    window.sees("请选择转入年级和班级")
    assert violations(page) == []
    window.upload(2)
    window.sees("已上传转学原因证明")
    window.picture(f"application-3-edit-{width}", full=True)
    assert violations(page) == []
    assert fits(page)


def test_a_photograph_is_sent_when_chosen_turned_afterwards_and_a_removed_one_is_gone(world, desk):
    window = desk(world.registrar(world.first))
    page = window.page
    case = drafted(world, window, world.pupil(world.third))
    file = {"name": "1.jpg", "mimeType": "image/jpeg", "buffer": photograph(size=(600, 900))}
    page.locator("input[type=file][multiple]").set_input_files([file])
    expect(page.locator("[data-evidence] img")).to_have_count(1)
    window.sees("已上传。")
    first = Attachment.objects.get(case=case)
    page.get_by_role("button", name="旋转").click()
    expect(page.locator("[data-evidence] img")).to_have_count(1)
    window.sees("已上传。")
    kept = Attachment.objects.get(case=case, removed_at=None)
    assert kept != first
    assert Image.open(io.BytesIO(evidence.read(kept))).size == (900, 600)
    page.locator("[data-evidence]").get_by_role("button", name="移除").click()
    page.locator("dialog[open]").get_by_role("button", name="移除").click()
    window.sees("还没有上传转学原因证明")
    assert not Attachment.objects.filter(case=case, removed_at=None).exists()
    page.get_by_role("button", name="保存草稿").click()
    window.sees("草稿已保存")


def test_a_photograph_larger_than_the_limit_is_made_smaller_on_the_spot(world, desk):
    window = desk(world.registrar(world.first))
    page = window.page
    case = drafted(world, window, world.pupil(world.third))
    data = io.BytesIO()
    Image.effect_noise((2600, 2000), 90).save(data, "PNG")
    assert len(data.getvalue()) > pictures.LARGEST
    page.locator("input[type=file][multiple]").set_input_files(
        [{"name": "大图.png", "mimeType": "image/png", "buffer": data.getvalue()}]
    )
    window.sees("已在本机缩小后上传")
    expect(page.locator("[data-evidence] img")).to_have_count(1, timeout=30_000)
    assert Attachment.objects.get(case=case).size <= pictures.LARGEST


def test_pasted_and_dropped_photographs_are_taken_and_a_text_is_not(world, desk):
    window = desk(world.registrar(world.first))
    page = window.page
    drafted(world, window, world.pupil(world.third))
    give = """([kind, name, mime, bytes]) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], name, { type: mime }));
        const place = kind === "paste" ? document : document.querySelector("[data-drop]");
        place.dispatchEvent(kind === "paste"
            ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
            : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    }"""
    for kind in ("paste", "drop"):
        page.evaluate(give, [kind, f"{kind}.jpg", "image/jpeg", list(photograph(size=(60, 80)))])
    expect(page.locator("[data-evidence] img")).to_have_count(2)
    page.evaluate(give, ["drop", "说明.txt", "text/plain", list(b"not a picture")])
    window.sees("不是能打开的 JPG 或 PNG 图片")


def test_a_picture_that_could_not_be_sent_stays_and_goes_along_when_the_form_is_sent(world, desk):
    window = desk(world.registrar(world.first))
    page = window.page
    case = drafted(world, window, world.pupil(world.third))
    page.route("**/proofs/", lambda route: route.abort())
    page.locator("input[type=file][multiple]").set_input_files(
        [{"name": "1.jpg", "mimeType": "image/jpeg", "buffer": photograph(size=(600, 900))}]
    )
    window.sees("网络没有连通，“1.jpg”还没有上传，照片仍在本页，请重试。")
    page.get_by_role("button", name="保存草稿").click()
    window.sees("还有 1 张图片没有上传，表单没有送出。")
    page.unroute("**/proofs/")
    page.get_by_role("button", name="保存草稿").click()
    window.sees("草稿已保存")
    assert Attachment.objects.filter(case=case, removed_at=None).count() == 1


def test_the_note_is_asked_for_only_by_the_reason_that_needs_it(world, desk):
    window = desk(world.registrar(world.first))
    page = window.page
    drafted(world, window, world.pupil(world.third))
    note = page.get_by_label("原因说明")
    expect(note).to_be_hidden()
    page.get_by_label(re.compile("其他确需转学")).check()
    expect(note).to_be_visible()
    page.get_by_label(re.compile("购房")).check()
    expect(note).to_be_hidden()


@pytest.mark.parametrize("size", [{"width": 1440, "height": 900}, PHONE], ids=["wide", "phone"])
def test_roster_pupil_and_archived_copy_are_whole_at_both_widths(world, desk, size):
    gone = world.pupil(world.third, name="王小花", letter="G")
    Guardian.objects.create(student=gone, name="王建国", relation="父亲", workplace="示例牧场")
    world.finish(world.submitted(world.first, gone))
    for grade in (1, 2, 2, 3, 4, 5):
        world.pupil(world.first, grade=grade, letter="G")
    world.submitted(world.second, world.pupil(world.first, grade=4, name="苏日娜", status="left_other"))
    width = size["width"]
    window = desk(world.registrar(world.first), **size)
    page = window.page
    for name, path in (("roster", "/students/"), ("left", "/students/?tab=left")):
        window.go(path)
        window.picture(f"students-{name}-{width}", full=True)
        assert violations(page) == [], name
        assert fits(page), name
    window.go("/students/")
    page.get_by_label("姓名、拼音、首字母或完整学籍号").fill("wxh")
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name="王小花").click()
    window.sees("学籍经历")
    page.get_by_role("button", name="显示完整号码").click()
    page.get_by_label("查看原因").select_option("parents")
    page.get_by_role("button", name="查看并记录").click()
    window.sees(current_number(gone))
    window.picture(f"students-pupil-{width}", full=True)
    assert violations(page) == []
    assert fits(page)
    old = desk(world.registrar(world.third), **size)
    old.go("/students/?tab=left")
    old.page.get_by_role("link", name="王小花").click()
    old.sees("学生学籍存档")
    old.picture(f"students-archive-{width}", full=True)
    assert violations(old.page) == []
    assert fits(old.page)
    office = desk(world.registrar(world.league), **size)
    office.go("/students/")
    office.picture(f"students-schools-{width}", full=True)
    assert violations(office.page) == []
    assert fits(office.page)
