"""Taking in proofs over HTTP: one at a time, never more than 2 MB, never the bytes that were sent (R0.6)."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from reviews.engine.models import Attachment, Case
from reviews.evidence import proofs as evidence
from reviews.evidence import uploads
from tests.refusals import refuses
from tests.world import png
from transfers.moving import drafting

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R0.6")]
SCRIPT = {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"}
MULTIPART = {"CONTENT_TYPE": "multipart/form-data; boundary=B"}
MB = 1024 * 1024


@pytest.fixture
def clerk(world):
    return signed_in(world.registrar(world.first))


@pytest.fixture
def case(world):
    return drafting.begin(world.pupil(world.third), world.first, world.registrar(world.first), world.now)


def signed_in(account, **more) -> Client:
    client = Client(**more)
    client.force_login(account)
    return client


def send(client, case, file, **more):
    return client.post(reverse("transfer-proofs", args=[case.number]), {"file": file, **more}, **SCRIPT)


def named(data: bytes, name="照片.jpg", kind="image/jpeg"):
    return SimpleUploadedFile(name, data, content_type=kind)


def jpeg(size=(300, 200), **options) -> bytes:
    data = io.BytesIO()
    picture = Image.new("RGB", size, (250, 250, 250))
    picture.paste((200, 0, 0), (0, 0, size[0] // 2, size[1] // 2))
    picture.save(data, "JPEG", **options)
    return data.getvalue()


def proofs(case):
    return Attachment.objects.filter(case=case, removed_at__isnull=True)


def test_a_proof_comes_back_as_a_fragment_with_the_new_revision(world, clerk, case):
    answer = send(clerk, case, png(), revision=Case.objects.get(pk=case.pk).revision)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    text = answer.content.decode()
    assert f'data-revision="{Case.objects.get(pk=case.pk).revision}"' in text
    assert str(proofs(case).get().key) in text
    assert "<html" not in text


def test_it_is_turned_clockwise_as_the_preview_showed(world, clerk, case):
    send(clerk, case, named(jpeg()), rotate="90")
    kept = proofs(case).get()
    assert (kept.width, kept.height) == (200, 300)
    picture = Image.open(io.BytesIO(evidence.read(kept)))
    red, _, blue = picture.getpixel((180, 20))
    assert red > 150 > blue, "the red corner, upper left before, is upper right now"


@pytest.mark.parametrize("rotate", ["", "abc", "-90", "9" * 30, "\u0669\u0660"])
def test_a_turn_that_is_none_turns_nothing(world, clerk, case, rotate):
    assert send(clerk, case, named(jpeg()), rotate=rotate).status_code == 200
    assert proofs(case).get().width == 300


def test_just_over_two_megabytes_is_refused_with_a_sentence(world, clerk, case):
    answer = send(clerk, case, named(jpeg() + b"\0" * (2 * MB)))
    assert answer.status_code == 413
    assert answer.json()["sentence"] == uploads.TOO_LARGE.sentence
    assert answer.json()["clause"]
    assert not proofs(case).exists()


def test_exactly_two_megabytes_is_taken(world, clerk, case):
    data = jpeg()
    assert send(clerk, case, named(data + b"\0" * (2 * MB - len(data)))).status_code == 200


class Counting(io.BytesIO):
    """An endless-looking upload that counts what is read of it."""

    def __init__(self, head: bytes, size: int):
        super().__init__(head)
        self.left, self.taken = size, 0

    def read(self, size=-1):
        """Head first, then zeros, up to the announced size."""
        data = super().read(size)
        if not data:
            data = b"\0" * min(self.left, size if size and size > 0 else 65536)
            self.left -= len(data)
        self.taken += len(data)
        return data


def test_what_is_far_too_large_is_not_read_to_its_end(world, clerk, case):
    head = b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    size = 200 * MB
    body = Counting(head, size)
    answer = clerk.generic(
        "POST",
        reverse("transfer-proofs", args=[case.number]),
        b"",
        **{**SCRIPT, **MULTIPART, "wsgi.input": body, "CONTENT_LENGTH": str(size)},
    )
    assert answer.status_code == 413
    assert answer.json()["code"] == "proof_large"
    assert body.taken < 4 * MB


@pytest.mark.parametrize(
    ("data", "status", "told"),
    [
        (b"", 400, "没有收到照片"),
        (b"GIF89a" + b"\0" * 50, 415, "只收 JPEG 或 PNG"),
        (b"%PDF-1.7", 415, "只收 JPEG 或 PNG"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", 415, "只收 JPEG 或 PNG"),
        (b"\xff\xd8\xff\xe0" + b"junk" * 40, 422, "无法打开"),
        (jpeg()[:400], 422, "无法打开"),
    ],
    ids=["empty", "gif", "pdf", "eps named jpg", "junk", "cut"],
)
def test_what_is_no_readable_photograph_gets_its_sentence(world, clerk, case, data, status, told):
    answer = send(clerk, case, named(data))
    assert answer.status_code == status
    assert told in answer.json()["sentence"] or "空文件" in answer.json()["sentence"]
    assert not proofs(case).exists()


def test_a_bomb_of_one_colour_is_refused_before_it_is_decoded(world, clerk, case):
    answer = send(clerk, case, png(size=(9000, 9000)))
    assert answer.status_code == 422
    assert "尺寸过大" in answer.json()["sentence"]


def test_a_polyglot_loses_its_script_and_a_photograph_its_place(world, clerk, case):
    exif = Image.Exif()
    exif[0x010E] = "SECRET-PLACE"
    send(clerk, case, named(jpeg(exif=exif) + b"<script>alert(1)</script>"))
    kept = evidence.read(proofs(case).get())
    assert b"<script>" not in kept
    assert b"SECRET-PLACE" not in kept
    assert not Image.open(io.BytesIO(kept)).getexif()


def test_the_seventh_is_refused_and_one_removed_makes_room(world, clerk, case):
    for _ in range(6):
        assert send(clerk, case, png()).status_code == 200
    answer = send(clerk, case, png())
    assert (answer.status_code, answer.json()["code"]) == (409, "proof_count")
    remove = reverse("transfer-proof-remove", args=[case.number, proofs(case).first().key])
    assert clerk.post(remove, **SCRIPT).status_code == 200
    assert send(clerk, case, png()).status_code == 200
    again = clerk.post(remove, **SCRIPT)
    assert (again.status_code, again.json()["code"]) == (409, "proof_gone")


def test_seven_in_one_request_are_refused_with_a_sentence(world, clerk, case):
    answer = clerk.post(
        reverse("transfer-proofs", args=[case.number]), {"file": [png() for _ in range(7)]}, **SCRIPT
    )
    assert (answer.status_code, answer.json()["sentence"]) == (413, uploads.TOO_MANY.sentence)


def test_a_body_that_is_no_form_is_refused_with_a_sentence(world, clerk, case):
    url = reverse("transfer-proofs", args=[case.number])
    for body, kind in (
        (b"x", "multipart/form-data"),
        (b"", "multipart/form-data; boundary=B"),
        (b"{}", "text/x"),
    ):
        answer = clerk.generic("POST", url, body, content_type=kind, **SCRIPT)
        assert answer.status_code == 400, kind
        assert answer.json()["sentence"]


def test_a_form_without_script_goes_back_to_the_page_with_the_sentence(world, clerk, case):
    url = reverse("transfer-proofs", args=[case.number])
    answer = clerk.post(url, {"file": [png(), png()]}, follow=True)
    assert answer.redirect_chain[0][1] == 303
    assert proofs(case).count() == 2
    refused = clerk.post(url, {"file": named(b"GIF89a")}, follow=True)
    assert "只收 JPEG 或 PNG" in refused.content.decode()


def test_the_token_against_forged_requests_is_still_asked_for(world, case):
    client = signed_in(world.registrar(world.first), enforce_csrf_checks=True)
    refuses(send(client, case, png()), 403, "刷新后重新提交")
    client.get(reverse("transfer-edit", args=[case.number]))
    token = client.cookies["xueji_csrf"].value
    answer = client.post(
        reverse("transfer-proofs", args=[case.number]), {"file": png()}, HTTP_X_CSRFTOKEN=token, **SCRIPT
    )
    assert answer.status_code == 200


def test_a_visitor_is_sent_away_before_anything_is_read(case):
    body = Counting(b"", 200 * MB)
    answer = Client().generic(
        "POST",
        reverse("transfer-proofs", args=[case.number]),
        b"",
        **{**MULTIPART, "wsgi.input": body, "CONTENT_LENGTH": str(200 * MB)},
    )
    assert answer.status_code == 302
    assert body.taken == 0


def test_an_upload_onto_an_old_view_of_the_draft_is_told(world, clerk, case):
    seen = Case.objects.get(pk=case.pk).revision
    assert send(clerk, case, png(), revision=seen).status_code == 200
    answer = send(clerk, case, png(), revision=seen)
    assert (answer.status_code, answer.json()["code"]) == (409, "stale")


def test_once_sent_the_proofs_are_fixed(world, clerk):
    case = world.submitted(world.first, world.pupil(world.third))
    answer = send(clerk, case, png())
    assert (answer.status_code, answer.json()["code"]) == (409, "not_in_hand")
    key = proofs(case).get().key
    gone = clerk.post(reverse("transfer-proof-remove", args=[case.number, key]), **SCRIPT)
    refuses(gone, 409, "not_in_hand")
    assert proofs(case).count() == 1


def test_a_proof_of_another_case_cannot_be_removed_through_ones_own(world, clerk, case):
    foreign = world.draft(world.second, world.pupil(world.third, grade=3))
    key = proofs(foreign).get().key
    answer = clerk.post(reverse("transfer-proof-remove", args=[case.number, key]), **SCRIPT)
    assert answer.json()["code"] == "proof_gone"
    assert proofs(foreign).count() == 1


def test_the_page_lists_what_was_taken_in_with_a_button_to_remove_it(world, clerk, case):
    send(clerk, case, png())
    page = clerk.get(reverse("transfer-edit", args=[case.number])).content.decode()
    assert len(re.findall("data-stored", page)) == 1
    assert reverse("transfer-proof-remove", args=[case.number, proofs(case).get().key]) in page
    assert "已上传转学原因证明" in clerk.get(reverse("transfer-checks", args=[case.number])).content.decode()
