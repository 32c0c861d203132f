"""复制为新申请: a case that ended without moving anything starts anew with its data and proofs (R3.1b)."""

import pytest
from django.urls import reverse

from reviews.engine import door
from reviews.engine.models import Attachment, Case
from reviews.evidence import proofs as evidence
from tests.refusals import refused
from transfers.moving import drafting
from transfers.moving.models import Transfer

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R3.1b")]


@pytest.fixture
def ended(world):
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    return world.decide(case, "refuse", "reason_untrue", "经核对证明与申报原因不一致，不同意。")


def test_a_refused_case_is_copied_with_reason_class_and_proofs(client, world, ended):
    clerk = world.registrar(world.first)
    client.force_login(clerk)
    page = client.get(reverse("case", args=[ended.number]))
    assert "复制为新申请" in page.content.decode()
    answer = client.post(reverse("transfer-copy", args=[ended.number]))
    made = Case.objects.get(copied_from=ended)
    assert answer["Location"] == reverse("transfer-edit", args=[made.number])
    old, new = Transfer.objects.get(case=ended), Transfer.objects.get(case=made)
    assert (new.reason, new.school_class, new.grade_to) == (old.reason, old.school_class, old.grade_to)
    before, after = Attachment.objects.get(case=ended), Attachment.objects.get(case=made)
    assert before.key != after.key
    assert evidence.read(before) == evidence.read(after)
    case = door.perform(made, "submit", clerk, opinion="补充说明后重新申请。")
    assert world.finish(case).state == "completed"


def test_the_refused_case_itself_stays_as_it_was(world, ended):
    revision = ended.revision
    drafting.copy_as_new(ended, world.registrar(world.first), world.now)
    again = Case.objects.get(pk=ended.pk)
    assert (again.state, again.revision) == ("refused", revision)


def test_a_second_press_takes_up_the_same_draft(world, ended):
    clerk = world.registrar(world.first)
    made = drafting.copy_as_new(ended, clerk, world.now)
    assert drafting.copy_as_new(ended, clerk, world.now) == made
    assert Attachment.objects.filter(case=made).count() == 1


@pytest.mark.parametrize("moment", ["running", "completed"])
def test_a_running_or_completed_case_is_not_copied(world, moment):
    case = world.submitted(world.first, world.pupil(world.third))
    if moment == "completed":
        case = world.finish(case)
    with refused("not_copied", match="只有已驳回、已撤销、已清理或调档逾期取消"):
        drafting.copy_as_new(case, world.registrar(world.first), world.now)


def test_only_the_receiving_schools_registrar_copies(client, world, ended):
    for account in (world.head(world.first), world.registrar(world.third), world.registrar(world.east)):
        client.force_login(account)
        assert "复制为新申请" not in client.get(reverse("case", args=[ended.number])).content.decode()
        client.post(reverse("transfer-copy", args=[ended.number]))
    client.force_login(world.registrar(world.abroad))
    assert client.post(reverse("transfer-copy", args=[ended.number])).status_code == 404
    assert not Case.objects.filter(copied_from=ended).exists()


def test_a_copy_that_fails_leaves_no_file_behind(world, ended, monkeypatch, settings):
    def kept():
        return set(settings.EVIDENCE_ROOT.rglob("*.sealed"))

    before = kept()
    monkeypatch.setattr(drafting, "_fill", lambda *given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        drafting.copy_as_new(ended, world.registrar(world.first), world.now)
    assert kept() == before
