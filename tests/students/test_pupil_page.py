"""The pupil's page: masked, with the record's history; the reveal; 到校手续 (R3.2)."""

import pytest
from django.test import Client
from django.urls import reverse

from ledger.models import AuditEntry
from orgs.people.models import PostRole
from students.changes import status
from students.pupil import records, sealing
from students.pupil.models import Guardian
from students.pupil.statuses import StudentStatus

pytestmark = pytest.mark.django_db
PHONE = "13900010002"


def signed_in(account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def page_of(client, pupil):
    return client.get(reverse("student-detail", args=[pupil.key]))


def guardian(pupil):
    row = Guardian.objects.create(student=pupil, name="王建国", relation="父亲")
    row.phone_sealed = sealing.seal(PHONE, "students_guardian", "phone_sealed", row.pk)
    row.save()
    return row


def test_numbers_and_telephones_stand_masked(world):
    pupil = world.pupil(world.third, letter="G", name="王小花")
    guardian(pupil)
    text = page_of(signed_in(world.registrar(world.third)), pupil).content.decode()
    assert "王小花" in text
    assert "139****0002" in text
    for secret in (records.current_number(pupil), records.id_number(pupil), PHONE):
        assert secret not in text
    for row in pupil.numbers.all():
        assert records.opened_number(row) not in text


@pytest.mark.rule("R1.3")
def test_every_number_stands_in_the_history_with_why_it_was_closed(world):
    pupil = world.pupil(world.third, letter="J")
    text = page_of(signed_in(world.registrar(world.third)), pupil).content.decode()
    history = text[text.index("numbers-title") : text.index("family-title")]
    assert "临时学籍号" in history
    assert "正式学籍号（无身份证号）" in history
    assert "下发正式学籍号" in history
    assert "现用" in history


def test_the_running_case_is_linked_and_after_the_move_both_schools_stand_in_the_history(world):
    pupil = world.pupil(world.third)
    case = world.submitted(world.first, pupil)
    text = page_of(signed_in(world.registrar(world.third)), pupil).content.decode()
    assert f"/cases/{case.number}/" in text
    assert world.first.name in text
    world.finish(case)
    text = page_of(signed_in(world.registrar(world.first)), pupil).content.decode()
    assert world.third.name in text
    assert world.first.name in text
    assert "有业务在办" not in text


def test_only_the_schools_own_line_sees_the_pupil(world):
    pupil = world.pupil(world.third)
    for unit in (world.third, world.west, world.league, world.im, world.ministry):
        assert page_of(signed_in(world.registrar(unit)), pupil).status_code == 200
    for unit in (world.first, world.east, world.hebei, world.abroad):
        client = signed_in(world.registrar(unit))
        assert page_of(client, pupil).status_code == 404
        for name in ("student-reveal", "student-settle-in"):
            assert client.post(reverse(name, args=[pupil.key]), {"purpose": "papers"}).status_code == 404
    technician = signed_in(world.account(world.third, PostRole.TECHNICIAN))
    assert page_of(technician, pupil).status_code == 404
    assert Client().get(reverse("student-detail", args=[pupil.key])).status_code == 302
    assert not AuditEntry.objects.filter(action="student.reveal").exists()


def test_after_the_move_the_old_school_no_longer_sees_the_pupils_page(world):
    pupil = world.pupil(world.third)
    world.finish(world.submitted(world.first, pupil))
    assert page_of(signed_in(world.registrar(world.third)), pupil).status_code == 404
    assert page_of(signed_in(world.registrar(world.first)), pupil).status_code == 200


# ---------------------------------------------------------------- reveal


def test_a_reveal_shows_the_numbers_once_and_is_on_record_with_its_purpose(world):
    pupil, account = world.pupil(world.third, letter="G"), world.registrar(world.third)
    client = signed_in(account)
    answer = client.post(reverse("student-reveal", args=[pupil.key]), {"purpose": "parents"})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    assert records.current_number(pupil) in text
    assert records.id_number(pupil) in text
    entry = AuditEntry.objects.get(action="student.reveal")
    assert (entry.chain, entry.actor) == ("access", f"account:{account.pk}")
    assert entry.body == {"student": pupil.pk, "purpose": "parents"}
    assert entry.subject == f"student:{pupil.key}"
    assert records.current_number(pupil) not in page_of(client, pupil).content.decode()


@pytest.mark.parametrize("purpose", ["", "好奇", "\x00", "parents "])
def test_without_a_listed_purpose_nothing_is_shown(world, purpose):
    pupil = world.pupil(world.third)
    client = signed_in(world.registrar(world.third))
    answer = client.post(reverse("student-reveal", args=[pupil.key]), {"purpose": purpose})
    assert answer.status_code == 422
    assert "请选择查看完整号码的原因" in answer.content.decode()
    assert records.current_number(pupil) not in answer.content.decode()
    assert client.get(reverse("student-reveal", args=[pupil.key])).status_code == 405
    assert not AuditEntry.objects.filter(action="student.reveal").exists()


# ---------------------------------------------------------------- 到校手续


def settle(account, pupil):
    return signed_in(account).post(reverse("student-settle-in", args=[pupil.key]))


def moved(world, kept):
    pupil = world.pupil(world.third, status=kept)
    world.finish(world.submitted(world.first, pupil))
    pupil.refresh_from_db()
    return pupil


@pytest.mark.rule("R3.2")
@pytest.mark.parametrize("kept", status.KEPT)
def test_a_status_kept_through_the_transfer_becomes_enrolled_at_the_new_school(world, kept):
    pupil, account = moved(world, kept), world.registrar(world.first)
    assert pupil.status == kept
    assert "办理到校手续" in page_of(signed_in(account), pupil).content.decode()
    assert settle(account, pupil).status_code == 303
    pupil.refresh_from_db()
    assert pupil.status == StudentStatus.ENROLLED
    entry = AuditEntry.objects.get(action="student.settle_in")
    assert entry.body == {"student": pupil.pk, "was": str(kept), "school": world.first.pk}
    again = settle(account, pupil)
    assert again.status_code == 409
    assert "已是在校状态" in again.content.decode()


@pytest.mark.rule("R3.2")
def test_only_the_registrar_of_the_new_school_settles_a_pupil_in(world):
    pupil = moved(world, "abroad")
    for account in (world.head(world.first), world.registrar(world.east), world.registrar(world.im)):
        answer = settle(account, pupil)
        assert answer.status_code == 409
        assert "只有学籍所在学校的学籍管理员" in answer.content.decode()
        assert "settle-in" not in page_of(signed_in(account), pupil).content.decode()
    assert settle(world.registrar(world.third), pupil).status_code == 404
    pupil.refresh_from_db()
    assert pupil.status == "abroad"


@pytest.mark.rule("R3.2")
@pytest.mark.parametrize(
    ("kept", "told"),
    [("suspended", "复学"), ("graduated", "不能办理到校手续"), ("withdrawn", "不是转入本校的")],
)
def test_a_pupil_who_was_not_moved_here_is_not_settled_in(world, kept, told):
    pupil = world.pupil(world.third, status=kept)
    answer = settle(world.registrar(world.third), pupil)
    assert answer.status_code == 409
    assert told in answer.content.decode()
    pupil.refresh_from_db()
    assert pupil.status == kept
