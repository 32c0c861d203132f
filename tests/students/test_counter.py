"""The counter (R8.4): who serves whom, what the paper says, what is on record, what anyone may check."""

import io
import re
from datetime import timedelta

import pypdfium2
import pytest
import zxingcpp
from django.core.cache import cache
from django.db import connection, transaction
from PIL import Image

from ledger.models import AuditEntry
from reviews.evidence import files
from students.counter import finding as counter
from students.counter import photos, print_batches, sheet, sheet_pdf
from students.counter.models import BatchState, PrintBatch, PupilPhoto, SheetPrint
from students.pupil import records
from students.pupil.models import RegistrationNumber
from tests.clock import frozen, shanghai
from tests.refusals import refused_by_database, refuses
from tests.reviews.test_pictures import GREY, deep, png
from tests.world import rewritten

NOW = shanghai(2026, 11, 27, 10)
pytestmark = [pytest.mark.django_db, pytest.mark.rule("R8.4"), pytest.mark.world_at(NOW)]


@pytest.fixture
def pupil(world):
    return world.pupil(world.first, letter="G", name="阿拉坦·其其格")


@pytest.fixture
def clerk(world):
    return world.registrar(world.first)


def words(data: bytes) -> str:
    """What a PDF says, page after page."""
    with pypdfium2.PdfDocument(data) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def pages(data: bytes) -> int:
    with pypdfium2.PdfDocument(data) as document:
        return len(document)


def picture(data: bytes, page=0, scale=3) -> Image.Image:
    with pypdfium2.PdfDocument(data) as document:
        return document[page].render(scale=scale).to_pil().convert("RGB")


def portrait(size=(900, 1200), colour=(180, 150, 120)) -> io.BytesIO:
    data = io.BytesIO()
    Image.new("RGB", size, colour).save(data, "JPEG")
    data.seek(0)
    data.name = "x.jpg"
    return data


def printed(client, account, student, **form):
    client.force_login(account)
    return client.post(f"/counter/students/{student.key}/print/", {"kind": "sheet", **form})


# ---------------------------------------------------------------- finding


def test_number_and_name_together_lead_to_the_pupil_and_the_look_up_is_recorded(client, world, pupil, clerk):
    client.force_login(clerk)
    for number in (records.current_number(pupil), records.id_number(pupil)):
        answer = client.post("/counter/", {"number": number, "name": pupil.name})
        assert (answer.status_code, answer.url) == (303, f"/counter/students/{pupil.key}/")
        assert number not in answer.url
    assert AuditEntry.objects.filter(action="student.lookup", subject=f"lookup:{clerk.pk}").count() == 2


@pytest.mark.parametrize("name", ["阿拉坦·其其木", "", "  "])
def test_a_number_with_another_name_tells_nothing_and_keeps_what_was_typed(client, world, pupil, clerk, name):
    client.force_login(clerk)
    number = records.current_number(pupil)
    answer = client.post("/counter/", {"number": number, "name": name})
    assert answer.status_code == 422
    assert number in answer.content.decode()
    assert str(pupil.key) not in answer.content.decode()


def test_a_pupil_of_another_school_is_answered_like_no_pupil_at_all(client, world, pupil):
    client.force_login(world.registrar(world.second))
    elsewhere = client.post("/counter/", {"number": records.current_number(pupil), "name": pupil.name})
    nobody = client.post("/counter/", {"number": records.current_number(pupil), "name": "查无此人"})
    assert (elsewhere.status_code, nobody.status_code) == (422, 422)
    assert counter.NOT_HERE in elsewhere.content.decode()
    assert counter.NOT_HERE in nobody.content.decode()


def test_the_authority_of_the_school_serves_its_pupils_too_the_league_above_and_strangers_do_not(
    client, world, pupil
):
    url = f"/counter/students/{pupil.key}/"
    for account, status in (
        (world.registrar(world.first), 200),
        (world.head(world.first), 200),
        (world.registrar(world.east), 200),
        (world.registrar(world.league), 404),
        (world.registrar(world.second), 404),
        (world.registrar(world.west), 404),
    ):
        client.force_login(account)
        assert client.get(url).status_code == status, account
        assert client.post(f"{url}print/", {"kind": "sheet"}).status_code == status, account


# ---------------------------------------------------------------- the sheet


@pytest.mark.parametrize("letter", "LGJ")
def test_the_sheet_is_one_page_with_the_full_number_the_blocks_and_the_serial(client, world, clerk, letter):
    pupil = world.pupil(world.first, letter=letter)
    answer = printed(client, clerk, pupil)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert "no-store" in answer["Cache-Control"]
    said = words(answer.content)
    row = SheetPrint.objects.get()
    assert pages(answer.content) == 1
    for wanted in (
        "学生基本信息表",
        pupil.name,
        records.current_number(pupil),
        world.first.name,
        world.first.authority.name,
        row.serial,
        "2026年11月27日 10:00",
        "是否进城务工人员随迁子女",
        "监护人",
        "居住证的签发机关",
    ):
        assert "".join(wanted.split()) in "".join(said.split()), wanted
    full = records.id_number(pupil)
    assert not full or full not in said.replace(records.current_number(pupil), "")
    assert re.search(rf'filename="{row.serial}\.pdf"', answer["Content-Disposition"])


def test_every_item_of_the_dictionary_stands_on_the_sheet_once():
    from students.record.fields import FIELDS

    laid = [key for rows in sheet.LAYOUT.values() for row in rows for key, _, _ in row if key]
    assert len(laid) == len(set(laid))
    assert {item.key for item in FIELDS} - set(laid) == {"photo", "school_code"}
    for block, rows in sheet.LAYOUT.items():
        for at, row in enumerate(rows):
            wide = 18 if block == "basic" and at < sheet.PHOTO_ROWS else 24
            assert sum(label + value for _, label, value in row) == wide, (block, row)


def test_the_fullest_record_still_fits_one_page(client, world, pupil, clerk):
    from students.pupil.models import Guardian, PupilRecord

    details = dict.fromkeys(("mail_address", "home_address", "homepage", "talents"), "长" * 200)
    PupilRecord.objects.update_or_create(student=pupil, defaults={"details": details})
    for place in (1, 2):
        Guardian.objects.update_or_create(
            student=pupil,
            place=place,
            defaults={
                "name": "名" * 50,
                "relation": "51",
                "workplace": "厂" * 100,
                "details": {"address": "址" * 200},
            },
        )
    long = {"name": "长" * 50, "address": "地" * 200, "household_registration_place": "户" * 200}
    rewritten(type(pupil).objects.filter(pk=pupil.pk), **long)
    answer = printed(client, clerk, pupil)
    assert answer.status_code == 200
    assert pages(answer.content) == 1
    assert words(answer.content).count("址") >= 400


def test_each_printing_is_recorded_with_a_serial_and_a_code_of_its_own(client, world, pupil, clerk):
    for _ in range(2):
        printed(client, clerk, pupil)
    printed(client, world.registrar(world.east), pupil, kind="slip")
    rows = list(SheetPrint.objects.order_by("id"))
    assert [row.kind for row in rows] == ["sheet", "sheet", "slip"]
    assert [row.unit for row in rows] == [world.first, world.first, world.east]
    assert len({row.serial for row in rows}) == len({bytes(row.code_hash) for row in rows}) == 3
    assert all(row.printed_at == NOW for row in rows)
    entries = AuditEntry.objects.filter(action="student.print", subject=f"student:{pupil.key}")
    assert [entry.body["serials"] for entry in entries.order_by("id")] == [[row.serial] for row in rows]
    client.force_login(clerk)
    page = client.get(f"/counter/students/{pupil.key}/").content.decode()
    assert all(row.serial in page for row in rows)


def test_the_web_page_for_printing_says_what_the_pdf_says(client, world, pupil, clerk):
    answer = printed(client, clerk, pupil, form="page")
    page = answer.content.decode()
    assert records.current_number(pupil) in page
    assert SheetPrint.objects.get().serial in page
    content = sheet.contents_of([pupil], NOW.date())[0]
    for _, rows in content.blocks:
        for row in rows:
            for entry in row:
                assert entry.label in page


def test_a_character_that_no_font_shows_is_named_and_nothing_is_recorded(client, world, clerk, monkeypatch):
    monkeypatch.setattr(sheet_pdf, "RARE_FONTS", {})
    pupil = world.pupil(world.first, name="张\U00031350")
    answer = printed(client, clerk, pupil)
    assert answer.status_code == 409
    assert "U+31350" in answer.content.decode()
    assert not SheetPrint.objects.exists()
    assert printed(client, clerk, pupil, form="page").status_code == 200


# ---------------------------------------------------------------- checking a paper


def code_on(data: bytes) -> str:
    """The QR code of the paper, read as a telephone would."""
    found = zxingcpp.read_barcodes(picture(data))
    assert len(found) == 1
    return re.fullmatch(r"https?://[^/]+(/check/[0-9A-Z]{26}/)", found[0].text).group(1)


def test_anyone_can_check_the_paper_by_its_qr_code_and_learns_four_characters_and_a_day(
    client, world, pupil, clerk
):
    address = code_on(printed(client, clerk, pupil).content)
    client.logout()
    page = client.get(address).content.decode()
    assert "真实有效" in page
    assert f"<dd>{records.current_number(pupil)[-4:]}</dd>" in page
    assert "2026年11月27日" in page
    for secret in (
        pupil.name,
        records.current_number(pupil),
        world.first.name,
        str(pupil.key),
        clerk.display_name,
    ):
        assert secret not in page


def test_a_paper_whose_record_has_changed_since_is_superseded(client, world, pupil, clerk):
    address = code_on(printed(client, clerk, pupil).content)
    type(pupil).objects.filter(pk=pupil.pk).update(address="别力古台镇新家")
    client.logout()
    assert "信息已有变动" in client.get(address).content.decode()
    type(pupil).objects.filter(pk=pupil.pk).update(address=pupil.address)
    assert "真实有效" in client.get(address).content.decode()
    with frozen(shanghai(2027, 8, 11)):
        assert "信息已有变动" in client.get(address).content.decode(), "the grade on the paper is last year's"


def test_an_invented_code_is_unknown_and_a_typed_one_may_be_spaced_and_confused(client, world, pupil, clerk):
    code = code_on(printed(client, clerk, pupil).content).split("/")[2]
    client.logout()
    assert "查无此件" in client.get(f"/check/{'0' * 26}/").content.decode()
    typed = " ".join(code[at : at + 4].lower() for at in range(0, 26, 4)).replace("0", "o")
    assert client.post("/check/", {"code": typed}).url == f"/check/{code}/"
    refused = client.post("/check/", {"code": "12345"})
    assert refused.status_code == 422
    assert "26 位" in refused.content.decode()
    assert client.get("/check/not-a-code/").status_code == 404


def test_the_code_stands_nowhere_but_on_the_paper(client, world, pupil, clerk):
    code = code_on(printed(client, clerk, pupil).content).split("/")[2]
    row = SheetPrint.objects.get()
    assert code.encode() not in bytes(row.code_hash) + row.serial.encode()
    assert not AuditEntry.objects.filter(body__icontains=code).exists()
    assert bytes(row.code_hash) == counter.hash_of(code)


def test_one_address_checks_sixty_papers_a_minute_and_then_waits(client):
    cache.clear()
    for _ in range(60):
        assert client.get(f"/check/{'1' * 26}/", REMOTE_ADDR="192.0.2.7").status_code == 200
    told = client.get(f"/check/{'1' * 26}/", REMOTE_ADDR="192.0.2.7")
    assert told.status_code == 429
    assert "请过一分钟再试" in told.content.decode()
    assert client.get(f"/check/{'1' * 26}/", REMOTE_ADDR="192.0.2.8").status_code == 200
    cache.clear()


# ---------------------------------------------------------------- the archived copy


@pytest.fixture
def left(world, pupil):
    case = world.finish(world.submitted(world.third, pupil))
    assert case.state == "completed"
    pupil.refresh_from_db()
    return pupil


def test_the_school_that_the_pupil_left_prints_its_archived_copy_marked_so(client, world, left, clerk):
    client.force_login(clerk)
    answer = client.post("/counter/", {"number": records.current_number(left), "name": left.name})
    assert answer.url.startswith("/counter/archive/")
    assert "已转出" in client.get(answer.url).content.decode()
    paper = client.post(f"{answer.url}print/", {})
    said = words(paper.content)
    assert "存档" in said
    assert world.first.name in said
    assert records.current_number(left) not in said
    assert SheetPrint.objects.get().kind == "archive"
    type(left).objects.filter(pk=left.pk).update(address="转出以后的新地址")
    client.logout()
    assert "真实有效" in client.get(code_on(paper.content)).content.decode(), "a copy never changes"


def test_the_archived_copy_keeps_every_item_of_the_record(world, pupil):
    from students.pupil.models import PupilRecord

    details = {"native_place": "152522", "talents": "摔跤", "boarding": "2"}
    PupilRecord.objects.update_or_create(student=pupil, defaults={"details": details})
    world.finish(world.submitted(world.third, pupil))
    copy = pupil.enrolments.get(archive__isnull=False)
    said = {e.key: e.value for _, rows in sheet.archived(copy).blocks for row in rows for e in row}
    assert said["talents"] == "摔跤"
    assert "152522" in said["native_place"]
    assert said["name"] == pupil.name
    assert said["id_number"].count("*") >= 8
    text = str(copy.archive)
    assert records.current_number(pupil) not in text
    assert records.id_number(pupil) not in text


def test_only_the_school_that_was_left_and_its_authority_print_the_copy(client, world, left):
    copy = left.enrolments.get(archive__isnull=False)
    url = f"/counter/archive/{copy.pk}/"
    for account, status in (
        (world.registrar(world.first), 200),
        (world.registrar(world.east), 200),
        (world.registrar(world.second), 404),
        (world.registrar(world.west), 404),
    ):
        client.force_login(account)
        assert client.get(url).status_code == status, account
        assert client.post(f"{url}print/").status_code == status, account


# ---------------------------------------------------------------- the photograph


def test_the_photograph_is_cropped_to_26_by_32_mm_and_stands_on_the_sheet(client, world, pupil, clerk):
    client.force_login(clerk)
    answer = client.post(f"/counter/students/{pupil.key}/photo/", {"photo": portrait(colour=(200, 30, 30))})
    assert answer.status_code == 303
    kept = client.get(f"/students/{pupil.key}/photo/")
    image = Image.open(io.BytesIO(kept.content))
    assert (image.size, image.info["dpi"]) == ((photos.WIDTH, photos.HEIGHT), (300, 300))
    row = PupilPhoto.objects.get()
    assert b"JFIF" not in files.path_of(row.key).read_bytes()
    paper = picture(printed(client, clerk, pupil).content)
    red = sum(1 for r, g, b in paper.get_flattened_data() if r > 150 and g < 90 and b < 90)
    # 26 × 32 mm at three dots a point.
    assert red == pytest.approx((26 / 25.4 * 72 * 3) * (32 / 25.4 * 72 * 3), rel=0.05)


@pytest.mark.parametrize(
    ("upload", "told"),
    [
        (lambda: portrait(size=(153, 400)), "不足每英寸 150 点；请用至少 154×189 像素"),
        (lambda: portrait(size=(400, 188)), "不足每英寸 150 点；请用至少 154×189 像素"),
        (lambda: io.BytesIO(b"%!PS-Adobe-3.0 EPSF"), "只收 JPEG 或 PNG"),
        (lambda: io.BytesIO(b"\xff\xd8\xff\xe0broken"), "无法打开"),
        (lambda: io.BytesIO(b""), "空文件"),
    ],
)
def test_what_is_no_fit_photograph_is_refused_in_words(client, world, pupil, clerk, upload, told):
    client.force_login(clerk)
    file = upload()
    file.name = "x.jpg"
    answer = client.post(f"/counter/students/{pupil.key}/photo/", {"photo": file})
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not PupilPhoto.objects.exists()


@pytest.mark.parametrize(
    ("size", "kept", "dpi"),
    [((295, 413), (295, 363), 288), ((154, 189), (154, 189), 150), ((307, 378), (307, 378), 300)],
)
def test_a_photograph_from_150_dots_an_inch_is_taken_and_remarked_below_300(
    client, world, pupil, clerk, size, kept, dpi
):
    client.force_login(clerk)
    answer = client.post(f"/counter/students/{pupil.key}/photo/", {"photo": portrait(size=size)}, follow=True)
    told = [str(message) for message in answer.context["messages"]]
    remark = f"这张照片裁后只有每英寸 {dpi} 点，打印会不够清楚；方便时请换一张至少 307×378 像素的。"
    assert told == ["照片已保存，裁成 26×32 毫米。"] + ([remark] if dpi < 300 else [])
    image = Image.open(io.BytesIO(client.get(f"/students/{pupil.key}/photo/").content))
    assert (image.size, image.info["dpi"]) == (kept, (dpi, dpi))


@pytest.mark.rule("R8.4")
def test_a_scan_of_sixteen_bits_grey_is_kept_grey(client, world, pupil, clerk):
    client.force_login(clerk)
    file = io.BytesIO(png(16, GREY, deep(20000), width=1, times=614, height=756))
    file.name = "scan.png"
    assert client.post(f"/counter/students/{pupil.key}/photo/", {"photo": file}).status_code == 303
    image = Image.open(io.BytesIO(client.get(f"/students/{pupil.key}/photo/").content))
    assert image.getpixel((150, 150)) == pytest.approx((78, 78, 78), abs=2)


def test_only_the_schools_own_registrar_takes_the_photograph(client, world, pupil):
    for account in (world.head(world.first), world.registrar(world.east)):
        client.force_login(account)
        answer = client.post(f"/counter/students/{pupil.key}/photo/", {"photo": portrait()})
        refuses(answer, 403, "照片由学生所在学校的学籍管理员采集，你没有这个岗位")
    assert not PupilPhoto.objects.exists()


# ---------------------------------------------------------------- a class in one file


def asked(client, account, school, **form):
    client.force_login(account)
    return client.post("/counter/batches/", {"school": school.code, "phase": "primary", **form})


def test_a_cohort_comes_in_one_file_a_page_each_and_each_page_can_be_checked(client, world, clerk):
    pupils = [world.pupil(world.first, grade=3) for _ in range(3)]
    world.pupil(world.first, grade=4)
    answer = asked(client, clerk, world.first, cohort=pupils[0].cohort)
    assert answer.status_code == 303
    assert "排队中" in client.get(answer.url).content.decode()
    assert print_batches.carry_on(NOW) == 1
    page = client.get(answer.url).content.decode()
    assert "打开文件（PDF，3 页）" in page
    file = client.get(f"{answer.url}file/")
    assert pages(file.content) == 3
    said = words(file.content)
    assert all(records.current_number(pupil) in said for pupil in pupils)
    assert SheetPrint.objects.filter(batch__number=answer.url.split("/")[-2]).count() == 3
    assert AuditEntry.objects.filter(action="student.print_fetch").count() == 1
    found = zxingcpp.read_barcodes(picture(file.content, page=2))
    assert "真实有效" in client.get("/check/" + found[0].text.split("/check/")[1]).content.decode()


def test_a_pupil_whose_name_no_font_shows_is_left_out_and_named_the_others_are_printed(
    client, world, clerk, monkeypatch
):
    monkeypatch.setattr(sheet_pdf, "RARE_FONTS", {})
    pupils = [world.pupil(world.first, grade=3, name=name) for name in ("王小明", "张\U00031350", "李华")]
    answer = asked(client, clerk, world.first, cohort=pupils[0].cohort)
    print_batches.carry_on(NOW)
    batch = PrintBatch.objects.get()
    assert (batch.state, batch.total, batch.done, len(batch.left_out)) == (BatchState.READY, 3, 2, 1)
    page = client.get(answer.url).content.decode()
    assert "张\U00031350" in page
    assert "U+31350" in page
    assert not SheetPrint.objects.filter(student=pupils[1]).exists()


def test_the_file_is_for_the_unit_that_asked_and_for_a_day(client, world, clerk):
    pupil = world.pupil(world.first, grade=3)
    url = asked(client, clerk, world.first, cohort=pupil.cohort).url
    refuses(client.get(f"{url}file/"), 409, "这份文件排队中，请重新生成")
    print_batches.carry_on(NOW)
    for account in (world.registrar(world.second), world.registrar(world.east)):
        client.force_login(account)
        assert client.get(f"{url}file/").status_code == 404, account
    batch = PrintBatch.objects.get()
    assert b"%PDF" not in files.path_of(batch.key).read_bytes()
    with frozen(NOW + timedelta(hours=24, seconds=1)):
        print_batches.carry_on(NOW + timedelta(hours=24, seconds=1))
        client.force_login(clerk)
        assert "已过期" in client.get(f"{url}file/").content.decode()
    assert not files.path_of(batch.key).exists()


def test_a_worker_killed_while_it_drew_is_followed_by_another_and_nothing_is_printed_twice(
    client, world, clerk
):
    pupil = world.pupil(world.first, grade=3)
    asked(client, clerk, world.first, cohort=pupil.cohort)
    PrintBatch.objects.update(state=BatchState.DRAWING, begun_at=NOW)
    assert print_batches.carry_on(NOW + timedelta(minutes=5)) == 0
    assert print_batches.carry_on(NOW + timedelta(minutes=11)) == 1
    assert print_batches.carry_on(NOW + timedelta(minutes=30)) == 0
    assert SheetPrint.objects.count() == 1


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"phase": "primary", "cohort": 1999}, "没有在籍学生"),
        ({"phase": "primary", "cohort": "x"}, "请从列表中选择"),
        ({"phase": "primary", "cohort": 2024, "class": 999999}, "请从列表中选择"),
    ],
)
def test_a_class_that_is_not_there_is_told_in_words(client, world, clerk, form, told):
    answer = asked(client, clerk, world.first, **form)
    assert answer.status_code == 409
    assert told in answer.content.decode()


def test_the_queries_of_a_class_do_not_grow_with_it(world, django_assert_num_queries):
    few = [world.pupil(world.first, grade=3) for _ in range(2)]
    many = few + [world.pupil(world.first, grade=3) for _ in range(6)]
    loaded = list(
        type(few[0])
        .objects.filter(pk__in=[p.pk for p in many])
        .select_related("school__authority", "school_class")
    )
    from django.test.utils import CaptureQueriesContext

    counts = []
    for group in (loaded[:2], loaded):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            sheet.contents_of(group, NOW.date())
        counts.append(len(captured))
    assert counts[0] == counts[1]


# ---------------------------------------------------------------- walls


def test_the_database_keeps_every_printing_and_every_photograph_as_it_is(client, world, pupil, clerk):
    printed(client, clerk, pupil)
    photos.take_in(pupil, clerk, portrait(), NOW.date())
    row = SheetPrint.objects.get()
    for act in (
        lambda: SheetPrint.objects.update(last_four="0000"),
        lambda: SheetPrint.objects.all().delete(),
        lambda: PupilPhoto.objects.update(size=1),
        lambda: PupilPhoto.objects.all().delete(),
    ):
        with pytest.raises(Exception, match=r"only ever appended|append|不可"), transaction.atomic():
            act()
    early = NOW - timedelta(days=30)
    again = SheetPrint.objects.create(
        serial="DY-2026-AAAAAAAA",
        code_hash=b"x" * 32,
        kind="sheet",
        student=pupil,
        unit=row.unit,
        by=clerk,
        printed_at=early,
        last_four="0000",
        mark=b"",
    )
    again.refresh_from_db()
    assert again.printed_at == NOW, "nobody back-dates a printing"
    with refused_by_database("print_archive_of_enrolment"):
        SheetPrint.objects.create(
            serial="DY-2026-BBBBBBBB",
            code_hash=b"y" * 32,
            kind="archive",
            student=pupil,
            unit=row.unit,
            by=clerk,
            last_four="0000",
            mark=b"",
        )
    assert RegistrationNumber.objects.filter(student=pupil).exists()
