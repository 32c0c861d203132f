"""Proofs: taken in only as our own encoding, served only to those who may see the case, only whole, never cached."""

import io
import os
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from orgs.people.models import PostRole
from reviews.engine.models import Attachment
from reviews.evidence import files
from reviews.evidence import proofs as evidence
from tests.clock import frozen
from tests.refusals import refused
from tests.reviews.case_pages import MONDAY, at_the_authority, look, says
from tests.world import png

pytestmark = [pytest.mark.django_db, pytest.mark.world_at(MONDAY, stands=False)]


@pytest.fixture(autouse=True)
def monday():
    with frozen(MONDAY):
        yield


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.EVIDENCE_ROOT = tmp_path


@pytest.fixture
def case(world):
    return at_the_authority(world)


def address(case, key=None):
    return f"/cases/{case.number}/evidence/{key or Attachment.objects.get(case=case).key}/"


def upload(data, name="proof.png"):
    return SimpleUploadedFile(name, data, content_type="image/png")


def jpeg(size=(40, 30), **more):
    data = io.BytesIO()
    Image.new("RGB", size, (10, 20, 30)).save(data, "JPEG", **more)
    return data.getvalue()


# ---------------------------------------------------------------- served


def test_all_units_of_the_case_see_the_proof_and_what_they_get_cannot_be_kept_or_misread(client, world, case):
    for unit in (world.first, world.east, world.third, world.west, world.league, world.im):
        client.force_login(world.head(unit))
        answer = client.get(address(case))
        assert answer.status_code == 200, unit
        assert answer["Content-Type"] == "image/jpeg"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer["Cache-Control"]
        assert "private" in answer["Cache-Control"]
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert "sandbox" in answer["Content-Security-Policy"]
        assert answer["Content-Disposition"] == 'inline; filename="proof-1.jpg"'
        assert Image.open(io.BytesIO(answer.content)).size == (240, 160)


def test_other_units_visitors_and_other_posts_get_nothing(client, world, case):
    outsiders = [
        world.head(unit) for unit in (world.second, world.league_school, world.zhangbei, world.abroad)
    ]
    outsiders += [world.account(world.first, role) for role in (PostRole.CLASS_TEACHER, PostRole.TECHNICIAN)]
    for account in outsiders:
        client.force_login(account)
        assert client.get(address(case)).status_code == 404
    client.logout()
    assert client.get(address(case)).status_code == 302


def test_a_proof_is_not_served_under_another_case_s_number(client, world, case):
    other = world.submitted(world.first, world.pupil(world.third, grade=3))
    client.force_login(world.registrar(world.first))
    assert client.get(address(other, Attachment.objects.get(case=case).key)).status_code == 404
    assert client.get(address(case, uuid.uuid4())).status_code == 404
    assert client.get(f"/cases/{case.number}/evidence/../../etc/passwd").status_code == 404


def test_a_draft_s_proof_is_its_own_school_s_alone(client, world):
    draft = world.draft(world.first, world.pupil(world.third))
    client.force_login(world.registrar(world.first))
    assert client.get(address(draft)).status_code == 200
    client.force_login(world.registrar(world.third))
    assert client.get(address(draft)).status_code == 404


def test_a_removed_proof_is_gone_from_page_and_address(client, world):
    draft = world.draft(world.first, world.pupil(world.third))
    clerk = world.registrar(world.first)
    key = Attachment.objects.get(case=draft).key
    evidence.remove(draft, clerk, key)
    client.force_login(clerk)
    assert client.get(address(draft, key)).status_code == 404
    assert look(client, clerk, draft).context["proofs"]["items"] == []


@pytest.mark.parametrize("harm", ["changed", "cut", "swapped", "missing"])
def test_a_file_that_does_not_fit_its_digest_is_not_served_and_the_page_says_so(client, world, case, harm):
    attachment = Attachment.objects.get(case=case)
    path = files.path_of(attachment.key)
    whole = path.read_bytes()
    if harm == "changed":
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    elif harm == "cut":
        path.write_bytes(whole[:20])
    elif harm == "swapped":
        other = world.submitted(world.first, world.pupil(world.third, grade=3))
        path.write_bytes(files.path_of(Attachment.objects.get(case=other).key).read_bytes())
    else:
        os.unlink(path)
    client.force_login(world.registrar(world.east))
    answer = client.get(address(case))
    assert answer.status_code == 409
    assert says(answer, "这张证明材料的文件已损坏或缺失，请联系系统管理员")
    assert look(client, world.registrar(world.east), case).status_code == 200


def test_the_page_shows_every_proof_with_its_digest(client, world, case):
    proofs = look(client, world.registrar(world.east), case).context["proofs"]
    digest = Attachment.objects.get(case=case).sha256
    assert proofs["title"] == "转学原因证明（1 张）"
    assert proofs["items"][0]["url"] == address(case)
    assert proofs["items"][0]["digest_short"] == f"{digest[:4]}…{digest[-4:]}"


# ---------------------------------------------------------------- taken in


@pytest.mark.rule("R0.6")
def test_what_is_kept_is_our_own_encoding_without_what_the_camera_wrote(world):
    draft = world.draft(world.first, world.pupil(world.third), proofs=0)
    exif = Image.Exif()
    exif[0x010E] = "SECRET-PLACE"
    sent = jpeg(exif=exif.tobytes()) + b"<script>alert(1)</script>"
    kept = evidence.take_in(draft, world.registrar(world.first), upload(sent))
    data = evidence.read(kept)
    assert b"SECRET-PLACE" not in data
    assert b"<script>" not in data
    assert dict(Image.open(io.BytesIO(data)).getexif()) == {}
    assert data not in files.path_of(kept.key).read_bytes()


@pytest.mark.rule("R0.6")
def test_files_that_are_no_photographs_are_refused_in_words(world):
    draft = world.draft(world.first, world.pupil(world.third), proofs=0)
    clerk = world.registrar(world.first)
    bomb = io.BytesIO()
    Image.new("1", (9000, 9000)).save(bomb, "PNG")
    told = {
        b"": ("proof_missing", "照片是空文件"),
        b"%!PS-Adobe-3.0 EPSF-3.0": ("proof_format", "只收 JPEG 或 PNG"),
        b"GIF89a" + b"\0" * 50: ("proof_format", "只收 JPEG 或 PNG"),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>": ("proof_format", "只收 JPEG 或 PNG"),
        b"\xff\xd8\xff" + b"\0" * 50: ("proof_unreadable", "照片无法打开"),
        jpeg()[:200]: ("proof_unreadable", "照片无法打开"),
        b"\x89PNG\r\n\x1a\n" + os.urandom(200): ("proof_unreadable", "照片无法打开"),
        b"\xff\xd8\xff" + b"\0" * (2 * 1024 * 1024): ("proof_large", "照片超过 2 MB"),
        bomb.getvalue(): ("proof_pixels", "照片尺寸过大"),
    }
    for data, (code, sentence) in told.items():
        with refused(code, match=sentence):
            evidence.take_in(draft, clerk, upload(data, "proof.jpg"))
    assert not Attachment.objects.exists()


@pytest.mark.rule("R0.6")
def test_only_the_receiving_school_attaches_and_at_most_six(world, case):
    for account in (world.registrar(world.third), world.head(world.east), world.registrar(world.first)):
        with refused("not_in_hand", match="业务已送出"):
            evidence.take_in(case, account, png())
    draft = world.draft(world.first, world.pupil(world.third, grade=2), proofs=6)
    with refused("proof_count", match="最多 6 张"):
        evidence.take_in(draft, world.registrar(world.first), png())
    with refused("no_seat", match="只有示例第一小学的学籍管理员可以修改"):
        evidence.take_in(draft, world.registrar(world.third), png())
