"""A post that is left goes to a colleague: shown first with all that stands open, then done, on record (R0.5)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from ledger import outbox
from ledger.models import AuditEntry
from orgs.people.models import Delegation, Post, PostRole
from orgs.people.seats import seat_at
from orgs.staff import staffing
from reviews.engine import door
from reviews.notices.models import Notice
from reviews.staff import handover
from tests.clock import frozen
from tests.refusals import refused, refuses
from web import clock

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R0.5")]


@pytest.fixture
def world(world):
    world.leaver, world.boss = world.registrar(world.east), world.head(world.east)
    world.heir = world.account(world.east, PostRole.TECHNICIAN)
    world.waiting = [world.decide(world.submitted(world.first, world.pupil(world.third))) for _ in range(2)]
    world.post = Post.objects.get(account=world.leaver, unit=world.east)
    return world


def at(account):
    client = Client()
    client.force_login(account)
    return client


def plan(world, **more):
    given = {"post": world.post, "to": world.heir, "by": world.boss, "last": world.today} | more
    return handover.plan(given["post"], given["to"], given["by"], clock.now(), last=given["last"])


def hand_over(world, **more):
    given = {"last": world.today, "reason": "调离"} | more
    return handover.hand_over(world.post, world.heir, world.boss, clock.now(), **given)


def test_the_plan_tells_what_waits_and_writes_nothing(world):
    posts, entries = list(Post.objects.values()), AuditEntry.objects.count()
    found = plan(world)
    assert [case.pk for case in found.waiting] == [case.pk for case in world.waiting]
    assert (found.many, found.late, found.new_post, found.people) == (2, 0, True, 2)
    assert (list(Post.objects.values()), AuditEntry.objects.count()) == (posts, entries)


def test_the_colleague_goes_on_from_the_day_after_and_the_leaver_does_no_more(world):
    hand_over(world)
    assert seat_at(world.leaver, world.east.pk, PostRole.REGISTRAR, world.today), (
        "the last day is one of work"
    )
    outbox.relay(timezone.now() + timedelta(minutes=1))
    notice = Notice.objects.get(account=world.heir, dedup__startswith="handover:")
    assert "现有待办 2 件、其他单据 0 件" in notice.text
    with frozen(clock.now() + timedelta(days=1)):
        day = clock.local_date(clock.now())
        assert seat_at(world.leaver, world.east.pk, PostRole.REGISTRAR, day) is None
        done = door.perform(
            world.waiting[0], "handle", world.heir, opinion="情况属实，同意转入。", outcome="agree"
        )
        assert done.awaiting == "sign"
    body = AuditEntry.objects.get(action="post.handed_over").body
    assert (body["to"], body["open"]) == (world.heir.pk, 2)


def test_a_colleague_who_holds_the_post_already_gets_no_second_one(world):
    other = world.account(world.east, PostRole.REGISTRAR)
    assert plan(world, to=other).new_post is False
    handover.hand_over(world.post, other, world.boss, clock.now(), last=world.today, reason="退休")
    assert Post.objects.filter(account=other).count() == 1


def test_loans_of_the_post_end_with_it(world):
    lent = staffing.lend(
        world.post,
        world.heir,
        world.boss,
        clock.now(),
        since=world.today,
        until=world.today + timedelta(days=20),
        reason="出差",
    )
    assert plan(world).loans == 1
    hand_over(world, last=world.today + timedelta(days=2))
    assert Delegation.objects.get(pk=lent.pk).valid_until == world.today + timedelta(days=3)


def test_the_head_of_the_unit_does_not_take_the_registrars_post(world):
    with refused("no_colleague", match="另一审核岗位"):
        plan(world, to=world.boss)


@pytest.mark.parametrize("who", ["leaver", "above", "elsewhere"])
def test_a_registrars_post_is_handed_over_by_the_own_head_only(world, who):
    by = {"leaver": world.leaver, "above": world.head(world.league), "elsewhere": world.head(world.west)}[who]
    with refused("no_seat", match="本单位负责人交接"):
        plan(world, by=by)
    assert at(by).get(f"/directory/own/{world.post.pk}/").status_code == 404


def test_a_heads_post_goes_by_the_unit_above_and_what_the_successor_handled_is_told(world):
    case = door.perform(
        world.waiting[0], "handle", world.leaver, opinion="情况属实，同意转入。", outcome="agree"
    )
    # The registrar stops and becomes head: what was handled may not be signed by the same person.
    Post.objects.filter(pk=world.post.pk).update(
        valid_from=world.today - timedelta(days=9), valid_until=world.today
    )
    Post.objects.create(
        account=world.leaver, unit=world.east, role=PostRole.TECHNICIAN, valid_from=world.today
    )
    head = Post.objects.get(account=world.boss, unit=world.east)
    found = plan(world, post=head, to=world.leaver, by=world.head(world.league))
    assert [one.pk for one in found.barred] == [case.pk]
    assert found.people == 1
    with refused("no_seat", match="负责人的岗位由上级单位负责人交接"):
        plan(world, post=head, to=world.leaver)


def test_a_post_that_ends_by_itself_is_not_prolonged_by_its_hand_over(world):
    Post.objects.filter(pk=world.post.pk).update(valid_until=world.today + timedelta(days=5))
    world.post.refresh_from_db()
    with refused("period", match="任职到"):
        hand_over(world, last=world.today + timedelta(days=5))
    hand_over(world, last=world.today + timedelta(days=4))


def test_who_signs_there_from_a_later_day_does_not_take_the_registrars_post(world):
    later = world.today + timedelta(days=9)
    Post.objects.create(account=world.heir, unit=world.east, role=PostRole.HEAD, valid_from=later)
    with refused("no_colleague", match="另一审核岗位"):
        hand_over(world)


@pytest.mark.parametrize("days", [-1, 61])
def test_the_last_day_is_near(world, days):
    with refused("period", match="不超过 60 天"):
        plan(world, last=world.today + timedelta(days=days))


def test_a_reason_is_asked_for_and_nothing_is_done_without(world):
    with refused("reason_missing", match="交接事由"):
        hand_over(world, reason=" ")
    assert Post.objects.get(pk=world.post.pk).valid_until is None


def test_the_page_shows_first_and_does_it_on_the_second_word(world):
    client, url = at(world.boss), f"/directory/own/{world.post.pk}/"
    assert f'href="{url}"' in client.get("/directory/own/").content.decode()
    assert f'href="{url}"' in client.get("/directory/").content.decode()
    form = {"to": world.heir.pk, "last": world.today.isoformat(), "reason": "调离"}
    shown = client.post(url, form).content.decode()
    assert "还没有写入任何内容" in shown
    assert all(case.number in shown for case in world.waiting)
    assert Post.objects.get(pk=world.post.pk).valid_until is None
    wrong = client.post(url, form | {"last": "x"})
    assert wrong.status_code == 422
    assert 'value="调离"' in wrong.content.decode()
    assert client.post(url, form | {"do": "1"}).status_code == 303
    assert Post.objects.get(pk=world.post.pk).valid_until == world.today + timedelta(days=1)
    refuses(client.post(url, form | {"to": "9" * 40}), 422, "请选择接任的同事")
