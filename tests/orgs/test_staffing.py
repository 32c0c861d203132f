"""Who has access at a unit: confirmed once a quarter, sealed when unused, opened from above, lent while somebody is away
(R8.3, R0.5)."""

from datetime import date, timedelta

import pytest
from django.test import Client

from ledger.models import AuditEntry
from orgs.people.models import Account, Delegation, Post, PostRole
from orgs.staff import staffing
from orgs.staff.models import AccessReview
from orgs.staff.presence_models import Presence
from tests.clock import frozen, shanghai
from tests.refusals import refused, refuses
from tests.world import PASSWORD
from web import clock

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R8.3")]


def at(account):
    client = Client()
    client.force_login(account)
    return client


def act(client, **said):
    return client.post("/directory/own/", said)


# ---------------------------------------------------------------- quarterly confirmation


def test_the_head_confirms_once_a_quarter_and_the_office_above_sees_who_has_not(world):
    registrar, head = world.registrar(world.east), world.head(world.east)
    answer = act(at(registrar), action="confirm", unit=world.east.pk)
    refuses(answer, 422, "本单位的权限由负责人每季度确认，你没有这个岗位（正文 二.2）")
    assert act(at(head), action="confirm", unit=world.east.pk).status_code == 303
    assert AccessReview.objects.get().accounts == sorted([registrar.pk, head.pk])
    refuses(act(at(head), action="confirm", unit=world.east.pk), 422, "本季度已经确认过")
    page = at(world.head(world.league)).get("/directory/own/").content.decode()
    assert world.west.name in page
    with refused("no_seat", match="你没有这个岗位"):
        staffing.confirm(world.west, head, clock.now())


@pytest.mark.parametrize(
    ("day", "first"),
    [((2026, 1, 1), (2026, 1, 1)), ((2026, 6, 30), (2026, 4, 1)), ((2026, 12, 31), (2026, 10, 1))],
)
def test_quarters_begin_in_january_april_july_and_october(day, first):
    assert staffing.quarter(date(*day)) == date(*first)


def test_units_with_fewer_than_two_people_are_listed_above(world):
    world.registrar(world.east), world.head(world.east), world.registrar(world.west)
    found = set(staffing.short_handed(world.league, world.today))
    assert world.west in found
    assert world.east not in found


# ---------------------------------------------------------------- sealing


def long_ago(*accounts):
    Account.objects.filter(pk__in=[one.pk for one in accounts]).update(date_joined=shanghai(2026, 1, 5))


def test_an_account_unused_for_ninety_days_is_sealed_and_a_used_one_is_not(world):
    unused, used = world.registrar(world.first), world.head(world.first)
    long_ago(unused, used)
    now = shanghai(2026, 11, 20, 1)
    Presence.objects.create(account=used, week=date(2026, 8, 24))
    Presence.objects.create(account=unused, week=date(2026, 8, 10))
    assert staffing.seal_unused(now) == 1
    unused.refresh_from_db()
    assert (unused.is_active, unused.sealed_on) == (False, date(2026, 11, 20))
    assert staffing.seal_unused(now) == 0
    assert AuditEntry.objects.filter(action="account.sealed", subject=f"account:{unused.pk}").count() == 1


def test_who_knows_the_password_of_a_sealed_account_is_told_so_and_nobody_else(world):
    account = world.registrar(world.first)
    Account.objects.filter(pk=account.pk).update(is_active=False, sealed_on=world.today)

    def signed_in(password):
        said = {"username": account.username, "password": password}
        return Client().post("/accounts/sign-in/", said).content.decode()

    assert "已经封存" in signed_in(PASSWORD)
    assert "已经封存" not in signed_in("Wrong-2026-password")


def test_the_level_above_opens_it_again_and_the_own_unit_does_not(world):
    account = world.registrar(world.first)
    long_ago(account)
    Account.objects.filter(pk=account.pk).update(is_active=False, sealed_on=world.today)
    own = act(at(world.head(world.first)), action="open", account=account.pk)
    assert own.status_code == 422
    assert "由上级单位启封" in own.content.decode()
    refuses(
        act(at(world.head(world.west)), action="open", account=account.pk),
        422,
        "这个账号没有封存，或不由本单位启封：封存的账号由上级单位启封（正文 二.2）",
    )
    county = at(world.registrar(world.east))
    assert account.display_name in county.get("/directory/own/").content.decode()
    assert act(county, action="open", account=account.pk).status_code == 303
    account.refresh_from_db()
    assert (account.is_active, account.sealed_on) == (True, None)
    assert staffing.seal_unused(clock.now()) == 0, "it has ninety days from its opening"


# ---------------------------------------------------------------- absence


def lent(world, post, to, by, **more):
    said = {"since": world.today, "until": world.today + timedelta(days=6), "reason": "出差"} | more
    return staffing.lend(post, to, by, clock.now(), **said)


@pytest.mark.rule("R0.5")
def test_a_post_is_not_lent_to_who_handles_at_the_same_unit(world):
    head, registrar = world.head(world.east), world.registrar(world.east)
    with refused("other_post", match="须为两人"):
        lent(world, head.posts.get(), registrar, head)
    other = world.account(world.east, PostRole.HEAD)
    made = lent(world, head.posts.get(), other, head)
    assert made.valid_until == world.today + timedelta(days=7)


def test_the_unit_above_may_stand_in_and_a_stranger_may_not(world):
    head = world.head(world.east)
    above, stranger = world.head(world.league), world.head(world.west)
    assert lent(world, head.posts.get(), above, head)
    with refused("no_colleague", match="同事"):
        lent(world, head.posts.get(), stranger, head)
    with refused("no_seat", match="任职人本人、本单位负责人或上级单位负责人"):
        lent(world, head.posts.get(), above, world.registrar(world.east))


@pytest.mark.parametrize(
    ("since", "until", "reason", "code", "told"),
    [
        (-1, 3, "出差", "period", "从今天"),
        (2, 1, "出差", "period", "起止"),
        (0, 400, "出差", "period", "180"),
        (0, 3, " ", "reason_missing", "事由"),
    ],
)
def test_a_loan_has_a_period_and_a_reason(world, since, until, reason, code, told):
    head, other = world.head(world.east), world.account(world.east, PostRole.HEAD)
    more = {
        "since": world.today + timedelta(days=since),
        "until": world.today + timedelta(days=until),
        "reason": reason,
    }
    with refused(code, match=told):
        lent(world, head.posts.get(), other, head, **more)


def test_what_is_typed_wrongly_stays_on_the_page(world):
    head = world.head(world.east)
    said = {
        "action": "lend",
        "post": head.posts.get().pk,
        "to": head.pk,
        "since": "明天",
        "until": "",
        "reason": "病假",
    }
    answer = act(at(head), **said)
    assert answer.status_code == 422
    assert "起止日期" in answer.content.decode()
    assert 'value="病假"' in answer.content.decode()


def test_a_loan_ends_from_the_day_it_is_taken_back(world):
    head, other = world.head(world.east), world.account(world.east, PostRole.HEAD)
    made = lent(world, head.posts.get(), other, head)
    later = clock.now() + timedelta(days=2)
    staffing.end_loan(made, head, later)
    made.refresh_from_db()
    assert made.valid_until == clock.local_date(later)
    future = lent(world, head.posts.get(), other, head, since=world.today + timedelta(days=3))
    assert act(at(head), action="end", loan=future.pk).status_code == 303
    assert not Delegation.objects.filter(pk=future.pk).exists()


def test_a_class_teacher_sees_no_staff(world):
    refuses(
        at(world.account(world.first, PostRole.CLASS_TEACHER)).get("/directory/own/"),
        403,
        "岗位有误请联系本单位学籍管理员",
    )
    assert Post.objects.exists()


@pytest.mark.rule("R8.1")
def test_a_certificate_that_runs_out_is_told_a_month_a_week_and_a_day_before(world):
    from ledger import outbox
    from reviews.notices.models import Notice
    from reviews.staff import training

    account = world.registrar(world.first)
    until = world.today + timedelta(days=30)
    world.certified(account, until)
    for days in (30, 29, 7, 3, 0):
        with frozen(clock.now() + timedelta(days=30 - days)) as now:
            training.remind(now)
    outbox.relay(clock.now() + timedelta(days=40))
    assert Notice.objects.filter(account=account, text__contains="培训合格证").count() == 3
