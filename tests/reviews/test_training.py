"""持证上岗: a registrar without a certificate in force looks, and does not decide (R8.1)."""

from datetime import timedelta

import pytest
from django.test import Client

from orgs.people.models import Post
from orgs.staff.training_models import Training
from reviews.engine import book as rulebook
from reviews.engine import door
from reviews.engine.asking import refusal
from reviews.rulebook.models import Limit
from tests.refusals import refused
from web import clock

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R8.1")]


@pytest.fixture
def case(world):
    return world.decide(world.submitted(world.first, world.pupil(world.third)))


def fresh(account):
    """The account as another request would read it."""
    return type(account).objects.select_related("person").get(pk=account.pk)


def handled(case, by):
    return door.perform(case, "handle", fresh(by), opinion="情况属实，同意转入。", outcome="agree")


def test_a_registrar_whose_certificate_has_run_out_may_look_and_not_decide(world, case):
    by = world.registrar(world.east)
    world.certified(by, world.today - timedelta(days=1))
    with refused("untrained", match="已过有效期"):
        handled(case, by)
    client = Client()
    client.force_login(by)
    page = client.get(f"/cases/{case.number}/")
    assert page.status_code == 200
    assert "持证上岗" in page.content.decode()


def test_a_registrar_who_was_never_trained_is_told_so_and_may_decide_once_trained(world, case):
    by = world.registrar(world.east)
    world.certified(by, None)
    with refused("untrained", match="还没有培训合格证"):
        handled(case, by)
    Training.objects.create(
        person=by.person, trained_on=world.today, organiser="盟教育局", valid_until=world.today
    )
    handled(case, by)


def test_the_last_day_of_a_certificate_still_counts(world, case):
    by = world.registrar(world.east)
    world.certified(by, world.today)
    handled(case, by)


def test_a_province_may_grant_new_registrars_a_time(world, case):
    by = world.registrar(world.east)
    world.certified(by, None)
    Post.objects.filter(account=by).update(valid_from=world.today - timedelta(days=20))
    with refused("untrained", match="持证上岗"):
        handled(case, by)
    Limit.objects.create(
        key="training_grace_days",
        name="宽限",
        value=30,
        unit="天",
        province=world.im,
        clause="正文 二.1",
        valid_from=world.today,
        source="自治区规定",
    )
    assert refusal(case, "handle", fresh(by), now=clock.now(), book=rulebook.current()) is None
    Post.objects.filter(account=by).update(valid_from=world.today - timedelta(days=30))
    assert refusal(case, "handle", fresh(by), now=clock.now(), book=rulebook.current()).code == "untrained"


def test_a_head_signs_without_a_certificate(world, case):
    handled(case, world.registrar(world.east))
    head = world.head(world.east)
    world.certified(head, None)
    door.perform(
        type(case).objects.get(pk=case.pk),
        "sign",
        fresh(head),
        opinion="情况属实，同意转入。",
        outcome="agree",
    )


def test_who_deputises_needs_a_certificate_of_the_own(world, case):
    from orgs.people.models import Delegation

    registrar, deputy = world.registrar(world.east), world.account(world.league, "registrar")
    world.certified(deputy, None)
    Delegation.objects.create(
        post=registrar.posts.get(),
        account=deputy,
        valid_from=world.today,
        valid_until=world.today + timedelta(days=5),
        reason="出差",
    )
    with refused("untrained", match="持证上岗"):
        handled(case, deputy)
