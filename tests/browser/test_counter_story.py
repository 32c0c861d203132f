"""A parent at the counter (R8.4): look-up, photograph, the sheet as PDF and as a page, the check by anyone; a class in
one file."""

import io
import re

import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from students.counter import photos, print_batches
from students.counter.models import PupilPhoto, SheetPrint
from students.pupil.records import current_number
from web import clock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.rule("R8.4")]


def portrait() -> bytes:
    """A wide photograph with the head right of the middle, so that the crop has to be moved."""
    image = Image.new("RGB", (1600, 1200), (210, 225, 240))
    ImageDraw.Draw(image).ellipse((1000, 250, 1400, 800), fill=(180, 40, 40))
    data = io.BytesIO()
    image.save(data, "JPEG", quality=90)
    return data.getvalue()


def looked_up(window, pupil) -> None:
    window.go("/counter/")
    window.page.get_by_label("学籍号或身份证号").fill(current_number(pupil))
    window.page.get_by_label("学生姓名").fill(pupil.name)
    window.page.get_by_role("button", name="查找").click()
    window.page.wait_for_url("**/counter/students/**")


def test_a_parent_takes_the_sheet_home_and_anyone_can_check_it(world, desk):
    pupil = world.pupil(world.first, letter="G", name="阿拉坦·其其格")
    window = desk(world.registrar(world.first))
    page = window.page
    looked_up(window, pupil)
    assert current_number(pupil) not in page.content(), "the counter's screen shows no full number"
    page.get_by_label("选择照片").set_input_files(
        {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": portrait()}
    )
    canvas = page.locator("[data-crop] canvas")
    expect(canvas).to_be_visible()
    canvas.focus()
    for _ in range(15):
        page.keyboard.press("ArrowRight")
    window.picture("counter-1-crop")
    page.get_by_role("button", name="保存照片").click()
    window.sees("照片已保存")
    kept = photos.last_of(pupil)
    image = Image.open(io.BytesIO(photos.files.read(kept.key, kept.sha256)))
    assert image.size == (photos.WIDTH, photos.HEIGHT)
    middle = image.getpixel((photos.WIDTH // 2, photos.HEIGHT // 2))
    assert middle[0] > 140, f"the crop was moved to the head: {middle}"
    assert middle[2] < 90, f"the crop was moved to the head: {middle}"
    assert PupilPhoto.objects.count() == 1

    # The PDF, as the browser fetches it; the viewer itself is the browser's own.
    answer = page.request.post(
        f"{window.base}/counter/students/{pupil.key}/print/",
        form={
            "kind": "sheet",
            "csrfmiddlewaretoken": page.locator("[name=csrfmiddlewaretoken]").first.input_value(),
        },
        headers={"Referer": f"{window.base}/counter/students/{pupil.key}/"},
    )
    assert answer.headers["content-type"] == "application/pdf"
    with pypdfium2.PdfDocument(answer.body()) as document:
        picture = document[0].render(scale=3).to_pil()
    code = zxingcpp.read_barcodes(picture)[0].text.split("/check/")[1]

    with page.context.expect_page() as opened:
        page.get_by_role("button", name="网页打印").first.click()
    sheet = opened.value
    expect(sheet.locator(".sheet")).to_contain_text(current_number(pupil))
    sheet.set_viewport_size({"width": 1440, "height": 1400})
    sheet.screenshot(path=window.pictures / "counter-2-page.png")
    printed = sheet.pdf(prefer_css_page_size=True, print_background=True)
    (window.pictures / "counter-2-print.pdf").write_bytes(printed)
    with pypdfium2.PdfDocument(printed) as document:
        assert len(document) == 1, "the page prints on one sheet of paper"
    sheet.close()
    assert SheetPrint.objects.count() == 2
    page.reload()
    expect(page.locator("table tbody tr")).to_have_count(2)

    visitor = desk(None, width=390, height=844)
    visitor.go(f"/check/{code}")
    visitor.sees("真实有效")
    visitor.sees(current_number(pupil)[-4:])
    visitor.picture("counter-3-check-390")
    assert pupil.name not in visitor.page.content()
    visitor.page.get_by_role("textbox", name="核对码").fill("0000")
    visitor.page.get_by_role("button", name="核对").click()
    visitor.sees("核对码应为 26 位")
    expect(visitor.page.get_by_role("textbox", name="核对码")).to_have_value("0000")


def test_the_photograph_is_taken_with_the_camera_of_the_counter(world, desk):
    pupil = world.pupil(world.first)
    window = desk(world.registrar(world.first), permissions=["camera"])
    page = window.page
    looked_up(window, pupil)
    page.get_by_role("button", name="用摄像头拍").click()
    live = page.locator("[data-live]")
    expect(live).to_be_visible()
    # Waiting by a condition in text would be an eval, which the page's policy forbids.
    live.evaluate(
        "video => video.videoWidth || new Promise(done => video.addEventListener('loadedmetadata', done, {once: true}))"
    )
    page.get_by_role("button", name="拍照", exact=True).click()
    expect(page.locator("[data-crop] canvas")).to_be_visible()
    expect(live).to_be_hidden()
    window.picture("counter-4-camera")
    page.get_by_role("button", name="保存照片").click()
    window.sees("照片已保存")
    kept = photos.last_of(pupil)
    image = Image.open(io.BytesIO(photos.files.read(kept.key, kept.sha256)))
    assert image.size == (photos.WIDTH, photos.HEIGHT)
    assert len(image.getcolors(image.width * image.height)) > 3, "the camera's picture was kept, no blank"


def test_a_camera_that_is_not_allowed_is_told_and_a_file_may_be_chosen_instead(world, desk):
    pupil = world.pupil(world.first)
    window = desk(world.registrar(world.first))
    looked_up(window, pupil)
    window.page.get_by_role("button", name="用摄像头拍").click()
    window.sees("没有找到可用的摄像头，或没有允许使用；请选择照片文件。")
    expect(window.page.get_by_label("选择照片")).to_be_visible()


def test_a_class_is_printed_in_one_file_with_progress(world, desk):
    pupils = [world.pupil(world.first, grade=3) for _ in range(3)]
    window = desk(world.registrar(world.first))
    page = window.page
    window.go("/counter/batches/")
    page.get_by_role("button", name=re.compile("3人")).click()
    window.sees("排队中")
    window.picture("counter-4-waiting")
    print_batches.carry_on(clock.now())
    # The page finds out by itself.
    link = page.get_by_role("link", name="打开文件（PDF，3 页）")
    expect(link).to_be_visible(timeout=15_000)
    window.picture("counter-5-ready")
    answer = page.request.get(window.base + link.get_attribute("href"))
    with pypdfium2.PdfDocument(answer.body()) as document:
        said = "".join(one.get_textpage().get_text_bounded() for one in document)
    assert all(current_number(pupil) in said for pupil in pupils)


def test_a_parent_of_another_schools_pupil_is_sent_on_without_a_word_about_the_child(world, desk):
    pupil = world.pupil(world.third)
    window = desk(world.registrar(world.first))
    window.go("/counter/")
    window.page.get_by_label("学籍号或身份证号").fill(current_number(pupil))
    window.page.get_by_label("学生姓名").fill(pupil.name)
    window.page.get_by_role("button", name="查找").click()
    window.sees("在你单位没有找到")
    assert world.third.name not in window.page.locator("main").inner_text()
    expect(window.page.get_by_label("学生姓名")).to_have_value(pupil.name)
    window.picture("counter-6-elsewhere")
