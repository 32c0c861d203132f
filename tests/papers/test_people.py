"""Who may act on a paper: asked of every paper of the registry through its own page."""

from datetime import timedelta

import pytest
from django.db import connection

from orgs.people.models import Account, Delegation, Post, PostRole
from reviews.staff import handover
from tests.clock import frozen
from tests.papers.cells import left
from tests.papers.scene import other_role, signed_in
from tests.refusals import refused_by_database

pytestmark = pytest.mark.rule("R0.5")
NOBODY = ("no_seat", "wrong_turn", "no_office", "wrong_state")


def _one_person(scene, other):
    by = scene.moved(other)
    assert (by.pk != scene.waiting.first.pk) == other
    scene.refused(by, scene.waiting.act, "same_person")
    with refused_by_database(scene.waiting.wall), connection.cursor() as cursor:
        cursor.execute(scene.waiting.change, [by.pk])
    # The refusal is about the person and nothing else.
    scene.done(scene.person_to_act(), scene.waiting.act)


@pytest.mark.holds("same_person")
def test_who_acted_first_never_signs(scene):
    _one_person(scene, other=False)


@pytest.mark.holds("second_account")
def test_who_acted_first_never_signs_with_another_account(scene):
    _one_person(scene, other=True)


@pytest.mark.rule("R8.1")
@pytest.mark.holds("untrained")
def test_a_registrar_without_a_certificate_does_nothing(scene):
    by, act = scene.waiting.clerk()
    # Another hat, so that the page itself is asked and not what stands before all pages.
    world = scene.world
    elsewhere = world.league_school
    Post.objects.create(
        account=by, unit=elsewhere, role=PostRole.CLASS_TEACHER, valid_from=world.today - timedelta(days=1)
    )
    scene.refused(world.certified(by, None), act, "untrained")
    scene.done(world.certified(by, world.today), act)


@pytest.mark.holds("seat_lost")
def test_who_lost_the_seat_no_longer_acts(scene):
    waiting, world = scene.waiting, scene.world
    by = world.account(waiting.unit, waiting.role)
    Post.objects.filter(account=by).update(valid_until=world.today)
    now = PostRole.ADMINISTRATOR if waiting.either else other_role(waiting.role)
    Post.objects.create(account=by, unit=waiting.unit, role=now, valid_from=world.today)
    if waiting.either:
        scene.shut(Account.objects.get(pk=by.pk), waiting.act)
    else:
        scene.refused(Account.objects.get(pk=by.pk), waiting.act, *NOBODY)


@pytest.mark.holds("lent_post")
def test_who_is_lent_the_post_acts_but_never_who_acted_first(scene):
    waiting, world = scene.waiting, scene.world
    post, by = scene.post_to_act(), world.account(waiting.unit, PostRole.TECHNICIAN)
    period = {"valid_from": world.today, "valid_until": world.today + timedelta(days=3), "reason": "出差"}
    if waiting.first:
        left(world, waiting.first.person, waiting.unit)
        Delegation.objects.create(post=post, account=waiting.first, **period)
        first = Account.objects.select_related("person").get(pk=waiting.first.pk)
        scene.refused(first, waiting.act, "same_person")
    Delegation.objects.create(post=post, account=by, **period)
    scene.done(by, waiting.act)


@pytest.mark.holds("hand_over")
def test_who_took_the_post_over_acts_and_who_left_it_does_not(scene):
    waiting, world = scene.waiting, scene.world
    post, heir = scene.post_to_act(), world.account(waiting.unit, PostRole.TECHNICIAN)
    unit = waiting.unit if waiting.role == PostRole.REGISTRAR else waiting.unit.authority
    boss = Account.objects.get(pk=world.head(unit).pk)
    found = handover.hand_over(post, heir, boss, world.now, last=world.today, reason="调离")
    assert found.many or found.papers or not waiting.asked_for, "who goes on is not told that it waits"
    heir = Account.objects.get(pk=heir.pk)
    with frozen(world.now + timedelta(days=1)):
        scene.shut(Account.objects.get(pk=post.account_id), waiting.act)
        scene.done(heir, waiting.act)


@pytest.mark.holds("foreign_unit")
def test_another_unit_is_not_told_that_it_exists(scene):
    world, waiting = scene.world, scene.waiting
    far = world.school("康保县示例小学", world.unit("康保县教育局", "county", world.hebei))
    for role in (PostRole.REGISTRAR, PostRole.HEAD):
        by = world.account(far, role)
        assert signed_in(by).get(waiting.url).status_code == 404
        answer = scene.shut(by, waiting.act)
        assert answer.status_code == 404 or not waiting.act.url.startswith(waiting.url)
