"""A unit with fewer than two people: the unit above names who signs there, for a period, on record (R0.5)."""

from datetime import timedelta

import pytest
from django.test import Client

from ledger.models import AuditEntry
from orgs.people.models import Account, Post, PostRole
from orgs.people.seats import seat_at
from orgs.staff import arrangements, staffing
from orgs.staff.models import Arrangement
from reviews.engine import door
from reviews.engine.models import Step
from tests.clock import frozen
from tests.refusals import refused, refuses
from web import clock

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R0.5")]


@pytest.fixture
def world(world):
    world.lone = world.registrar(world.first)
    world.above = world.head(world.east)
    world.stand_in = world._one(world.east, PostRole.TECHNICIAN)
    return world


def said(world, **more):
    return {
        "since": world.today,
        "until": world.today + timedelta(days=30),
        "reason": "学校只有一名学籍管理员",
    } | more


def arranged(world, **more):
    return arrangements.arrange(world.first, world.stand_in, world.above, clock.now(), **said(world, **more))


def test_somebody_of_the_unit_above_signs_for_the_period_and_it_is_on_record(world):
    assert world.first in staffing.short_handed(world.east, world.today)
    found = arranged(world)
    assert seat_at(world.stand_in, world.first.pk, PostRole.HEAD, world.today)
    assert world.first not in staffing.short_handed(world.east, world.today), "two people decide now"
    entry = AuditEntry.objects.get(action="signing.arranged")
    assert (entry.subject, entry.body["to"]) == (f"unit:{world.first.code}", world.stand_in.pk)
    case = world.submitted(world.first, world.pupil(world.third))
    case = door.perform(case, "sign", world.stand_in, opinion="情况属实，同意转入。", outcome="agree")
    step = Step.objects.get(case=case, stage="receiving_school")
    assert (step.signer, step.unit) == (world.stand_in, world.first)
    with frozen(clock.now() + timedelta(days=40)):
        assert seat_at(world.stand_in, world.first.pk, PostRole.HEAD, clock.local_date(clock.now())) is None
    assert found.above == world.east


@pytest.mark.parametrize("who", ["registrar_above", "head_elsewhere", "own"])
def test_only_the_head_of_the_unit_above_arranges_it(world, who):
    by = {
        "registrar_above": lambda: world.registrar(world.east),
        "head_elsewhere": lambda: world.head(world.west),
        "own": lambda: world.lone,
    }[who]()
    with refused("no_seat", match="上级单位的负责人"):
        arrangements.arrange(world.first, world.stand_in, by, clock.now(), **said(world))
    assert not Arrangement.objects.exists()


def test_a_unit_with_two_people_signs_itself(world):
    world.head(world.first)
    with refused("enough_people", match="已有两人"):
        arranged(world)


def test_handling_is_not_done_from_above(world):
    Post.objects.filter(account=world.lone).update(role=PostRole.HEAD)
    with refused("no_registrar", match="缺少学籍管理员"):
        arranged(world)


def test_a_stranger_does_not_sign_for_the_unit(world):
    stranger = world.registrar(world.west)
    with refused("no_colleague", match="上级单位的人员"):
        arrangements.arrange(world.first, stranger, world.above, clock.now(), **said(world))


def test_who_handles_there_from_a_later_day_does_not_sign_there(world):
    later = world.today + timedelta(days=9)
    Post.objects.create(account=world.stand_in, unit=world.first, role=PostRole.REGISTRAR, valid_from=later)
    with refused("other_post", match="办理与核办须为两人"):
        arranged(world)


def test_the_period_is_limited_and_a_reason_is_asked_for(world):
    with refused("period", match="最长 180 天"):
        arranged(world, until=world.today + timedelta(days=200))
    with refused("period", match="最长 180 天"):
        arranged(world, since=world.today - timedelta(days=1))
    with refused("reason_missing", match="事由"):
        arranged(world, reason=" ")


def test_it_is_ended_by_who_made_it(world):
    found = arranged(world)
    with refused("no_seat", match="上级单位的负责人结束"):
        arrangements.end(found, world.lone, clock.now())
    with frozen(clock.now() + timedelta(days=3)):
        day = clock.local_date(clock.now())
        arrangements.end(found, world.above, clock.now())
        assert seat_at(world.stand_in, world.first.pk, PostRole.HEAD, day) is None
        assert not arrangements.of_unit(world.east, day)
    assert AuditEntry.objects.filter(action="signing.ended").exists()


def test_the_page_above_offers_it_keeps_what_was_typed_and_ends_it(world):
    client = Client()
    client.force_login(world.above)
    page = client.get("/directory/own/").content.decode()
    assert "安排代核" in page
    assert f'<option value="{world.first.pk}">{world.first.name}</option>' in page
    form = {
        "action": "arrange",
        "below": world.first.pk,
        "to": world.stand_in.pk,
        "since": world.today.isoformat(),
    }
    wrong = client.post("/directory/own/", form | {"until": "", "reason": "暂时"})
    assert wrong.status_code == 422
    assert "请填写代核的起止日期" in wrong.content.decode()
    assert 'value="暂时"' in wrong.content.decode()
    refuses(client.post("/directory/own/", form | {"below": "9" * 30}), 422, "请选择要代核的单位和人员")
    until = (world.today + timedelta(days=5)).isoformat()
    assert client.post("/directory/own/", form | {"until": until, "reason": "暂时"}).status_code == 303
    page = client.get("/directory/own/").content.decode()
    assert f"{world.first.name}：{world.stand_in.display_name}" in page
    own = Client()
    own.force_login(world.lone)
    page = own.get("/directory/own/").content.decode()
    assert world.stand_in.display_name in page, "the unit itself sees who signs for it"
    assert "结束" not in page
    ended = {"action": "arranged_end", "arrangement": Arrangement.objects.get().pk}
    refuses(
        own.post("/directory/own/", ended), 422, "页面已经过期或不完整，请核对后重新提交；你填写的内容还在"
    )
    assert client.post("/directory/own/", ended).status_code == 303
    assert Account.objects.get(pk=world.stand_in.pk).posts.get(unit=world.first).valid_until is not None
