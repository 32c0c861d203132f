"""撤回核办: by the head who signed, within the minutes, while the next unit has neither looked nor acted."""

from datetime import timedelta

import pytest

from orgs.people.models import PostRole
from reviews.engine import door
from reviews.engine.models import Case, Step
from tests.clock import frozen, shanghai
from tests.refusals import refused

SIGNED = shanghai(2026, 11, 23, 10)
pytestmark = [pytest.mark.django_db, pytest.mark.world_at(SIGNED, stands=False)]


@pytest.fixture
def case(world):
    """Signed at the receiving school's authority; it has just reached the sending school."""
    with frozen(SIGNED):
        return world.decide(world.decide(world.submitted(world.first, world.pupil(world.third))))


def recall(case, by, after=timedelta(minutes=1)):
    with frozen(SIGNED + after):
        return door.perform(Case.objects.get(pk=case.pk), "recall", by)


def test_to_the_last_microsecond_of_ten_minutes_and_no_later(world, case):
    head = world.head(world.east)
    with refused("recall_late", match="超过 10 分钟"):
        recall(case, head, timedelta(minutes=10, microseconds=1))
    back = recall(case, head, timedelta(minutes=10))
    assert (back.state, back.awaiting, back.holder) == ("receiving_authority", "sign", world.east)


def test_the_time_and_the_limit_of_the_step_are_not_begun_anew(world, case):
    before = Step.objects.get(case=case, seq=2)
    recall(case, world.head(world.east))
    after = Step.objects.get(case=case, closed_at=None)
    assert after.recall_of == before
    assert (after.due_on, after.bulletin_due_on) == (before.due_on, before.bulletin_due_on)
    assert (after.handler, after.handle_opinion) == (before.handler, before.handle_opinion)


def test_not_after_the_next_registrar_has_handled_without_ever_opening_the_page(world, case):
    with frozen(SIGNED):
        registrar = world.registrar(world.third)
        door.perform(Case.objects.get(pk=case.pk), "handle", registrar, opinion="情况属实。", outcome="agree")
    step = Step.objects.get(case=case, closed_at=None)
    assert step.first_opened_at is None
    with refused("recall_opened", match="已经查看"):
        recall(case, world.head(world.east))
    assert Step.objects.get(pk=step.pk).outcome == ""


def test_what_was_recalled_is_not_recalled_again(world, case):
    head = world.head(world.east)
    recall(case, head)
    with refused("no_seat", match="只有刚刚核办的负责人本人"):
        recall(case, head)
    assert Case.objects.get(pk=case.pk).state == "receiving_authority"


def test_only_the_person_who_signed_whichever_account_of_theirs(world, case):
    head = world.head(world.east)
    colleague = world.account(world.east, PostRole.HEAD)
    for other in (colleague, world.registrar(world.east), world.head(world.third), world.head(world.first)):
        with refused("no_seat", match="只有刚刚核办的负责人本人"):
            recall(case, other)
    again = world.account(world.east, PostRole.HEAD, person=head.person)
    assert recall(case, again).state == "receiving_authority"


def test_not_by_one_who_has_left_the_post(world, case):
    head = world.head(world.east)
    head.posts.update(valid_until=SIGNED.date())
    head = type(head).objects.get(pk=head.pk)
    with refused("no_seat", match="已不在原核办岗位"):
        recall(case, head)
