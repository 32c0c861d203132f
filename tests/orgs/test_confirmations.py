"""An administrator decides nothing: what is given to a person who decides counts when another person has confirmed it
(R0.5)."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client

from ledger.models import AuditEntry
from orgs.confirmations import confirming as confirmations
from orgs.confirmations.confirming import REFUSALS, asked_by
from orgs.confirmations.models import Confirmation
from orgs.people.models import Account, Delegation, Post, PostRole
from orgs.people.seats import holders_of, seat_at
from orgs.sign_in.authenticator import Authenticator
from orgs.staff import arrangements, staffing
from reviews.engine import door
from reviews.staff import handover
from tests.clock import frozen
from tests.refusals import refused, refuses, sql_refused
from tests.world import PASSWORD
from web import clock

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R0.5")]
GOOD = "Good-Long-Pass-88"
APART = "系统管理员不担任学籍管理员、负责人"


@pytest.fixture
def boss(world):
    return Account.objects.create_user("boss", password=PASSWORD, person=world.person(), is_staff=True)


def at(account):
    client = Client()
    client.force_login(account)
    return client


def walled():
    """As for the program's own role: nobody is taken over as being in post since long ago."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL xueji.installing = 'off'")


def add_post(by, account, unit, role="head", **more):
    said = {
        "account": account.pk,
        "unit": unit.pk,
        "role": role,
        "valid_from": str(clock.local_date(clock.now())),
    }
    return at(by).post("/admin/orgs/post/add/", said | more)


def set_password(by, account):
    said = {"password1": GOOD, "password2": GOOD, "usable_password": "true", "set-password": "1"}
    return at(by).post(f"/admin/orgs/account/{account.pk}/password/", said)


def rename(by, person, name="改名人"):
    said = {"name": name, "staff_number": person.staff_number, "phone": ""}
    said |= {"trainings-TOTAL_FORMS": 0, "trainings-INITIAL_FORMS": 0}
    return at(by).post(f"/admin/orgs/person/{person.pk}/change/", said)


def reset_second_factor(by, account):
    Authenticator.objects.create(user=account, name="x", confirmed=True)
    return at(by).post(
        "/admin/orgs/account/", {"action": "end_second_factor", "_selected_action": [account.pk]}
    )


def confirm(by, *facts):
    said = {"action": "take_effect", "facts": ",".join(str(fact.pk) for fact in facts)}
    return at(by).post("/directory/own/", said)


def waits():
    return list(Confirmation.objects.filter(confirmed_at=None).order_by("pk"))


def sits(account, unit, role=PostRole.HEAD):
    return seat_at(Account.objects.get(pk=account.pk), unit.pk, role, clock.local_date(clock.now()))


# ---------------------------------------------------------------- an administrator decides nothing


def test_the_administrator_gives_himself_no_deciding_post_by_any_door(world, boss):
    head, today = world.head(world.first), world.today
    for role in ("registrar", "head"):
        answer = add_post(boss, boss, world.second, role)
        assert (answer.status_code, APART in answer.content.decode()) == (422, True)
    row = {"posts-0-unit": world.second.pk, "posts-0-role": "head", "posts-0-valid_from": str(today)}
    row |= {"posts-TOTAL_FORMS": 1, "posts-INITIAL_FORMS": 0}
    said = {"username": "boss", "is_active": "on", "is_staff": "on", **row}
    answer = at(boss).post(f"/admin/orgs/account/{boss.pk}/change/", said)
    assert (answer.status_code, APART in answer.content.decode()) == (422, True)
    second = Account.objects.create_user("second", password="x", person=boss.person)
    answer = add_post(boss, second, world.second)
    assert (answer.status_code, APART in answer.content.decode()) == (422, True), "nor by a second account"
    loan = {"post": Post.objects.get(account=head).pk, "account": boss.pk, "reason": "出差"}
    loan |= {"valid_from": str(today), "valid_until": str(today + timedelta(days=3))}
    answer = at(boss).post("/admin/orgs/delegation/add/", loan)
    assert (answer.status_code, APART in answer.content.decode()) == (422, True)
    assert not Post.objects.filter(person=boss.person).exists()
    assert not Delegation.objects.exists()


def test_nor_do_others_give_him_one_and_who_decides_does_not_become_administrator(world, boss):
    Post.objects.create(account=boss, unit=world.first, role="technician", valid_from=date(2020, 1, 1))
    world.registrar(world.first), world.head(world.first)
    wall = "administrator_decides_nothing"
    columns = "account_id, person_id, unit_id, role, valid_from"
    insert = f"INSERT INTO orgs_post ({columns}) VALUES (%s, %s, %s, %s, '2020-01-01')"
    sql_refused(wall, insert, boss.pk, boss.person_id, world.first.pk, "head")
    head = world.head(world.first)
    sql_refused(wall, insert, head.pk, head.person_id, world.im.pk, "administrator")
    for flag in ("is_staff", "is_superuser"):
        sql_refused(wall, f"UPDATE orgs_account SET {flag} = true WHERE id = %s", head.pk)
    post = Post.objects.get(account=world.registrar(world.first))
    with refused("wall", match=APART):
        handover.hand_over(post, boss, head, clock.now(), last=world.today, reason="调离")
    said = {"since": world.today, "until": world.today, "reason": "出差"}
    with refused("wall", match=APART):
        staffing.lend(post, boss, head, clock.now(), **said)
    Post.objects.create(account=boss, unit=world.east, role="technician", valid_from=date(2020, 1, 1))
    world.registrar(world.second)
    with refused("wall", match=APART):
        arrangements.arrange(world.second, boss, world.head(world.east), clock.now(), **said)


# ---------------------------------------------------------------- what waits


def test_a_post_given_by_the_administrator_counts_for_nothing_until_it_is_confirmed(world, boss):
    case = world.submitted(world.first, world.pupil(world.third))
    fresh = Account.objects.create_user("fresh", password=PASSWORD, person=world.person("新人"))
    assert add_post(boss, fresh, world.first).status_code == 302
    (fact,) = waits()
    assert (fact.kind, fact.person, fact.unit, fact.asked_by) == ("post", fresh.person, world.first, boss)
    assert sits(fresh, world.first) is None
    assert ("head", fresh.pk) not in [row[1:] for row in holders_of({world.first.pk}, world.today)]
    said = {"opinion": "情况属实，同意转入。", "outcome": "agree"}
    with refused("no_seat"):
        door.perform(case, "sign", fresh, **said)
    # Past the program: the database knows it as well.
    sql_refused(
        "step_signer_seat",
        "UPDATE reviews_step SET signer_id = %s, outcome = 'agree', sign_opinion = '同意' WHERE case_id = %s AND closed_at IS NULL",
        fresh.pk,
        case.pk,
    )
    assert confirm(world.registrar(world.first), fact).status_code == 303
    fact.refresh_from_db()
    assert (fact.basis, fact.confirmed_by) == ("person", world.registrar(world.first))
    assert sits(fresh, world.first) is not None
    assert AuditEntry.objects.get(action="access.fact_confirmed").body["fact"] == fact.pk
    door.perform(case, "sign", Account.objects.get(pk=fresh.pk), **said)


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (set_password, "password"),
        (reset_second_factor, "second_factor"),
        (lambda by, account: rename(by, account.person), "name"),
    ],
)
def test_a_reset_or_another_name_takes_the_seat_until_it_is_confirmed(world, boss, act, kind):
    head, registrar = world.head(world.first), world.registrar(world.first)
    second = Account.objects.create_user("second", password="x", person=head.person)
    other = Post.objects.create(account=second, unit=world.second, role="head", valid_from=date(2020, 1, 1))
    assert act(boss, head).status_code == 302
    (fact,) = waits()
    assert (fact.kind, fact.asked_by, fact.person) == (kind, boss, head.person)
    assert sits(head, world.first) is None
    other.refresh_from_db()
    assert other.waiting is (kind == "name"), "another account of the person waits for the person's name only"
    assert at(registrar).get("/directory/own/").content.decode().count('name="facts"') == 1
    assert confirm(registrar, fact).status_code == 303
    assert sits(head, world.first) is not None


def test_a_loan_of_a_post_waits_as_well_and_the_lender_goes_on(world, boss):
    head, deputy, today = (
        world.head(world.first),
        world.account(world.first, PostRole.TECHNICIAN),
        world.today,
    )
    said = {"post": Post.objects.get(account=head).pk, "account": deputy.pk, "reason": "出差"}
    said |= {"valid_from": str(today), "valid_until": str(today + timedelta(days=3))}
    assert at(boss).post("/admin/orgs/delegation/add/", said).status_code == 302
    (fact,) = waits()
    assert (fact.kind, fact.loan.account, sits(deputy, world.first)) == ("loan", deputy, None)
    with connection.cursor() as cursor:
        asked = "SELECT orgs_seat_held(%s, %s, 'head', %s), orgs_seat_held(%s, %s, 'head', %s)"
        cursor.execute(asked, [deputy.pk, world.first.pk, today, head.pk, world.first.pk, today])
        assert cursor.fetchone() == (False, True)
    assert confirm(world.registrar(world.first), fact).status_code == 303
    assert sits(deputy, world.first).delegated
    # What waits of the holder does not take the seat from the deputy.
    set_password(boss, head)
    assert (sits(head, world.first), sits(deputy, world.first).delegated) == (None, True)


def test_a_new_account_is_confirmed_with_the_post_that_is_given_to_it(world, boss):
    person = world.person("乌兰")
    said = {"username": "wulan", "person": person.pk, "password1": GOOD, "password2": GOOD}
    answer = at(boss).post(
        "/admin/orgs/account/add/", said | {"posts-TOTAL_FORMS": 0, "posts-INITIAL_FORMS": 0}
    )
    assert answer.status_code == 302
    account = Account.objects.get(username="wulan")
    assert add_post(boss, account, world.first).status_code == 302
    facts = waits()
    assert [fact.kind for fact in facts] == ["account", "post"]
    page = at(world.registrar(world.first)).get("/directory/own/").content.decode()
    assert "新账号（boss" not in page, "told by the person's name"
    assert "任示例第一小学负责人（" in page
    assert f'name="facts" value="{facts[0].pk},{facts[1].pk}"' in page
    assert confirm(world.registrar(world.first), facts[1]).status_code == 303
    assert sits(account, world.first) is None, "the account is still to be confirmed"
    assert confirm(world.registrar(world.first), facts[0]).status_code == 303
    assert sits(account, world.first) is not None


def test_other_posts_wait_for_nobody(world, boss):
    teacher = Account.objects.create_user("teacher", password="x", person=world.person())
    assert add_post(boss, teacher, world.first, "class_teacher").status_code == 302
    assert set_password(boss, teacher).status_code == 302
    assert sits(teacher, world.first, PostRole.CLASS_TEACHER) is not None
    assert not confirmations.confirmable(world.registrar(world.first), world.today)


# ---------------------------------------------------------------- who confirms


def declined(code, by, *facts):
    with refused(code, match=f"^{re.escape(REFUSALS[code])}$"):
        confirmations.confirm([fact.pk for fact in facts], by)


def given(boss, account, unit, role="head"):
    add_post(boss, account, unit, role)
    return Confirmation.objects.filter(kind="post", person=account.person).latest("pk")


@pytest.fixture
def fresh(world):
    return Account.objects.create_user("fresh", password="x", person=world.person())


def test_each_who_may_not_reads_why_and_the_database_says_the_same(world, boss, fresh):
    world.registrar(world.first), world.head(world.first)
    fact = given(boss, fresh, world.first)
    recent = Account.objects.create_user("recent", password="x", person=world.person())
    since = world.today - timedelta(days=6)
    Post.objects.create(account=recent, unit=world.first, role="head", valid_from=since)
    second = Account.objects.create_user("second", password="x", person=fresh.person)
    Post.objects.create(account=second, unit=world.east, role="head", valid_from=date(2020, 1, 1))
    renamed = world.account(world.first, PostRole.REGISTRAR)
    rename(boss, renamed.person)
    confirmations.confirm([Confirmation.objects.get(kind="name").pk], world.head(world.first))
    for by, code in (
        (boss, "administrator"),
        (fresh, "own"),
        (second, "own"),
        (world.head(world.second), "not_seated"),
        (world.head(world.league), "not_seated"),
        (world.account(world.first, PostRole.TECHNICIAN), "not_seated"),
        (recent, "too_new"),
        (renamed, "same_administrator"),
    ):
        declined(code, by, fact)
        sql_refused(
            f"confirmation_{code}",
            "UPDATE orgs_confirmation SET confirmed_by_id = %s WHERE id = %s",
            by.pk,
            fact.pk,
        )
    refuses(confirm(recent, fact), 422, "你任职（或你的任职得到确认）不满 7 天，请由任职较久的人员确认")
    with frozen(clock.now() + timedelta(days=7)):
        assert [row.pk for row in confirmations.confirmable(recent, world.today)] == [fact.pk]
    confirmations.confirm([fact.pk], world.registrar(world.east))
    declined("done", world.head(world.first), fact)


def test_the_first_post_of_a_unit_is_confirmed_by_the_head_above(world, boss, fresh):
    fact = given(boss, fresh, world.first)
    other = Account.objects.create_user("other", password="x", person=world.person())
    given(boss, other, world.first, "registrar")
    declined("first_post", world.registrar(world.east), fact)
    declined("first_post", other, fact)  # who waits as well confirms nobody
    confirmations.confirm([fact.pk], world.head(world.east))
    assert sits(fresh, world.first) is not None


def test_a_reset_of_a_person_of_two_units_is_confirmed_at_the_higher_one(world, boss):
    head = world.head(world.east)
    Post.objects.create(account=head, unit=world.first, role="head", valid_from=date(2020, 1, 1))
    colleague = world.registrar(world.east)
    set_password(boss, head)
    (fact,) = waits()
    declined("not_seated", world.registrar(world.first), fact)
    confirmations.confirm([fact.pk], colleague)


def test_all_that_was_shown_takes_effect_or_nothing(world, boss, fresh):
    own = given(boss, fresh, world.first)
    far = given(boss, Account.objects.create_user("far", password="x", person=world.person()), world.third)
    world.registrar(world.first)
    declined("first_post", world.registrar(world.first), own, far)
    assert len(waits()) == 2
    for typed in ("", "0", "x,1", f"{own.pk},999999"):
        answer = at(world.registrar(world.first)).post(
            "/directory/own/", {"action": "take_effect", "facts": typed}
        )
        assert (answer.status_code, REFUSALS["done"] in answer.content.decode()) == (422, True), typed


def test_the_button_of_the_administration_refuses_the_administrator_in_words(world, boss, fresh):
    fact = given(boss, fresh, world.first)
    said = {"action": "confirm", "_selected_action": [fact.pk]}
    answer = at(boss).post("/admin/orgs/confirmation/", said, follow=True)
    assert REFUSALS["administrator"] in answer.content.decode()
    assert waits() == [fact]


# ---------------------------------------------------------------- given by who could confirm it


def test_what_a_head_gives_counts_at_once_because_there_are_two_people(world):
    registrar, head = world.registrar(world.first), world.head(world.first)
    heir = world.account(world.first, PostRole.TECHNICIAN)
    said = {"since": world.today, "until": world.today, "reason": "出差"}
    loan = staffing.lend(Post.objects.get(account=registrar), heir, head, clock.now(), **said)
    fact = Confirmation.objects.get(loan=loan)
    assert (fact.asked_by, fact.confirmed_by, fact.basis) == (head, head, "person")
    assert sits(heir, world.first, PostRole.REGISTRAR).delegated


def test_what_a_head_of_some_days_gives_waits(world):
    registrar = world.registrar(world.first)
    head, heir = (
        world.account(world.first, PostRole.TECHNICIAN),
        world.account(world.first, PostRole.TECHNICIAN),
    )
    since = world.today - timedelta(days=3)
    Post.objects.create(account=head, unit=world.first, role="head", valid_from=since)
    handover.hand_over(
        Post.objects.get(account=registrar), heir, head, clock.now(), last=world.today, reason="调离"
    )
    (fact,) = waits()
    assert (fact.kind, fact.person, fact.asked_by) == ("post", heir.person, head)
    with frozen(clock.now() + timedelta(days=1)):
        assert sits(heir, world.first, PostRole.REGISTRAR) is None
        confirmations.confirm([fact.pk], world.registrar(world.east))
        assert sits(heir, world.first, PostRole.REGISTRAR) is not None


def test_a_head_does_not_make_his_second_account_registrar_elsewhere_by_himself(world):
    above = world.head(world.east)
    second = Account.objects.create_user("second", password="x", person=above.person)
    world.registrar(world.first)
    with asked_by(above):
        post = Post.objects.create(account=second, unit=world.first, role="head", valid_from=world.today)
    assert post.confirmations.get().confirmed_at is None


def switch_on(by, account, **more):
    said = {"username": account.username, "is_active": "on", "posts-TOTAL_FORMS": 0, "posts-INITIAL_FORMS": 0}
    return at(by).post(f"/admin/orgs/account/{account.pk}/change/", said | more)


def test_an_account_that_the_administrator_switches_on_waits_like_a_new_one(world, boss):
    head = world.head(world.first)
    Account.objects.filter(pk=head.pk).update(is_active=False)
    assert switch_on(boss, head).status_code == 302
    head.refresh_from_db()
    assert head.is_active
    assert [(fact.kind, fact.person, fact.asked_by) for fact in waits()] == [("account", head.person, boss)]
    assert sits(head, world.first) is None
    # By another than an administrator, as by the unit above that opens what was sealed, nothing waits.
    other = world.registrar(world.first)
    Account.objects.filter(pk=other.pk).update(is_active=False)
    Account.objects.filter(pk=other.pk).update(is_active=True)
    assert sits(other, world.first, PostRole.REGISTRAR) is not None


@pytest.mark.rule("R8.1")
def test_a_sealed_account_is_opened_by_the_unit_above_and_not_by_the_administrator(world, boss):
    head = world.head(world.first)
    Account.objects.filter(pk=head.pk).update(is_active=False, sealed_on=world.today)
    answer = switch_on(boss, head)
    assert (answer.status_code, "封存的账号由上级单位启封（正文 二.2）" in answer.content.decode()) == (
        422,
        True,
    )
    head.refresh_from_db()
    assert (head.is_active, head.sealed_on) == (False, world.today)
    assert staffing.open_again(head.pk, world.head(world.east), clock.now()).is_active
