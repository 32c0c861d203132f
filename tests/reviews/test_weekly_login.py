"""The weekly sign-in: noted, asked for in weeks that count, warned of before it is missed (R8.3)."""

from datetime import date, timedelta

import pytest
from django.test import Client

from ledger import outbox
from orgs.people.models import Account
from orgs.staff import presence
from orgs.staff.presence_models import Presence
from reviews.notices.models import Notice
from reviews.rulebook import calendar
from reviews.rulebook.models import Vacation
from reviews.staff import weekly_login
from tests.clock import frozen, shanghai
from web import clock

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.rule("R8.3"),
    pytest.mark.world_at(shanghai(2026, 9, 1, 9), stands=False),
]
WEEK = date(2026, 11, 9)


def since_september(*accounts):
    Account.objects.filter(pk__in=[one.pk for one in accounts]).update(date_joined=shanghai(2026, 9, 1))


def test_signing_in_is_noted_once_a_week(world):
    account = world.registrar(world.first)
    for day in (9, 11, 16):
        with frozen(shanghai(2026, 11, day, 9)):
            Client().force_login(account)
    assert list(Presence.objects.order_by("week").values_list("week", flat=True)) == [
        WEEK,
        date(2026, 11, 16),
    ]


def test_schools_and_counties_are_watched_and_offices_above_are_not(world):
    watched = [world.registrar(world.first), world.head(world.east)]
    others = [world.registrar(world.league), world.registrar(world.im)]
    since_september(*watched, *others)
    Presence.objects.create(account=watched[0], week=WEEK)
    found = presence.missed([WEEK], world.im)
    assert [(row.unit_id, row.account_id) for row in found] == [(world.east.pk, watched[1].pk)]


def test_who_came_to_the_post_during_the_week_is_not_asked_for_it(world):
    account = world.registrar(world.first)
    since_september(account)
    account.posts.update(valid_from=WEEK + timedelta(days=1))
    assert presence.missed([WEEK]) == []
    Account.objects.filter(pk=account.pk).update(date_joined=shanghai(2026, 11, 10))
    account.posts.update(valid_from=date(2026, 1, 1))
    assert presence.missed([WEEK]) == []


def test_a_vacation_pauses_the_watch(world):
    counted = calendar.current().for_province(world.im.pk)
    assert weekly_login.weeks(WEEK, WEEK + timedelta(days=6), counted) == [WEEK]
    Vacation.objects.create(
        province=world.im, name="测试假", starts_on=WEEK, ends_on=WEEK + timedelta(days=2), source="测试"
    )
    calendar.forget()
    counted = calendar.current().for_province(world.im.pk)
    assert weekly_login.weeks(WEEK, WEEK + timedelta(days=6), counted) == []


def test_weeks_belong_to_the_month_they_end_in(world):
    counted = calendar.current().for_province(world.im.pk)
    found = weekly_login.weeks(date(2026, 11, 1), date(2026, 11, 30), counted)
    assert found == [
        date(2026, 10, 26),
        date(2026, 11, 2),
        date(2026, 11, 9),
        date(2026, 11, 16),
        date(2026, 11, 23),
    ]


def test_who_has_not_signed_in_is_warned_from_thursday_on_and_once(world):
    absent, present = world.registrar(world.first), world.head(world.first)
    since_september(absent, present)
    Presence.objects.create(account=present, week=WEEK)
    assert weekly_login.warn(shanghai(2026, 11, 11, 8)) == 0
    for day in (12, 13):
        weekly_login.warn(shanghai(2026, 11, day, 8))
    outbox.relay(clock.now() + timedelta(minutes=1))
    told = Notice.objects.filter(account=absent)
    assert [notice.text[:12] for notice in told] == ["本周（2026年11月9"]
    assert not Notice.objects.filter(account=present).exists()
