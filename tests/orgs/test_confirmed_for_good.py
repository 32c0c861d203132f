"""What was confirmed is ended and never rewritten; who hears of it; passwords set by another; the first people (R0.5)."""

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from ledger import outbox
from ledger.models import AuditEntry
from orgs.confirmations import confirming as confirmations
from orgs.confirmations.models import Confirmation
from orgs.people.models import Account, Delegation, Post, PostRole
from orgs.staff import arrangements, staffing
from reviews.notices.models import Notice
from tests.clock import frozen
from tests.orgs.test_confirmations import APART, GOOD, add_post, at, given, set_password, sits, waits, walled
from tests.refusals import refused, sql_refused
from tests.world import PASSWORD
from web import clock

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R0.5")]


@pytest.fixture
def boss(world):
    return Account.objects.create_user("boss", password=PASSWORD, person=world.person(), is_staff=True)


@pytest.fixture
def fresh(world):
    return Account.objects.create_user("fresh", password="x", person=world.person())


# ---------------------------------------------------------------- ended, never rewritten


def test_a_post_in_force_is_ended_and_never_rewritten(world):
    post = Post.objects.get(account=world.registrar(world.first))
    other = world.registrar(world.second)
    walled()
    for column, value in (
        ("unit_id", world.second.pk),
        ("role", "head"),
        ("account_id", other.pk),
        ("valid_from", "2019-01-01"),
        ("valid_from", str(world.today)),
    ):
        sql_refused("post_rewritten", f"UPDATE orgs_post SET {column} = %s WHERE id = %s", value, post.pk)
    until = "UPDATE orgs_post SET valid_until = %s WHERE id = %s"
    sql_refused("post_back_dated", until, str(world.today - timedelta(days=1)), post.pk)
    sql_refused("post_confirmed", "UPDATE orgs_post SET confirmed_at = NULL WHERE id = %s", post.pk)
    Post.objects.filter(pk=post.pk).update(valid_until=world.today + timedelta(days=9))
    sql_refused("post_prolonged", until, None, post.pk)
    sql_refused("post_prolonged", until, str(world.today + timedelta(days=10)), post.pk)
    Post.objects.filter(pk=post.pk).update(valid_until=world.today)
    sql_refused("post_over", until, str(world.today + timedelta(days=1)), post.pk)
    sql_refused("post_begun", "DELETE FROM orgs_post WHERE id = %s", post.pk)


def test_a_loan_is_ended_and_never_rewritten(world):
    post = Post.objects.get(account=world.head(world.first))
    loan = Delegation.objects.create(
        post=post,
        account=world.registrar(world.east),
        valid_from=world.today - timedelta(days=9),
        valid_until=world.today + timedelta(days=9),
        reason="x",
    )
    other = world.head(world.east)
    walled()
    for column, value in (("account_id", other.pk), ("valid_from", "2019-01-01")):
        sql_refused(
            "post_rewritten", f"UPDATE orgs_delegation SET {column} = %s WHERE id = %s", value, loan.pk
        )
    until = "UPDATE orgs_delegation SET valid_until = %s WHERE id = %s"
    sql_refused("post_prolonged", until, str(world.today + timedelta(days=10)), loan.pk)
    sql_refused("post_back_dated", until, str(world.today - timedelta(days=1)), loan.pk)
    sql_refused("post_begun", "DELETE FROM orgs_delegation WHERE id = %s", loan.pk)


def test_neither_begins_in_the_past(world, boss, fresh):
    yesterday = world.today - timedelta(days=1)
    answer = add_post(boss, fresh, world.first, valid_from=str(yesterday))
    assert (answer.status_code, "任职起不能早于今天。没有保存。" in answer.content.decode()) == (422, True)
    post = Post.objects.get(account=world.head(world.first))
    loan = {"post": post.pk, "account": fresh.pk, "reason": "x", "valid_from": str(yesterday)}
    answer = at(boss).post("/admin/orgs/delegation/add/", loan | {"valid_until": str(world.today)})
    assert (answer.status_code, "委托不能早于今天开始。没有保存。" in answer.content.decode()) == (422, True)
    walled()
    columns = "account_id, person_id, unit_id, role, valid_from"
    insert = f"INSERT INTO orgs_post ({columns}) VALUES (%s, %s, %s, 'technician', %s)"
    sql_refused("post_back_dated", insert, fresh.pk, fresh.person_id, world.first.pk, yesterday)


def test_the_page_of_a_post_offers_its_end_only(world, boss):
    post = Post.objects.get(account=world.registrar(world.first))
    said = {"unit": world.second.pk, "role": "head", "valid_from": "2019-01-01", "account": boss.pk}
    answer = at(boss).post(f"/admin/orgs/post/{post.pk}/change/", said | {"valid_until": "2027-01-01"})
    assert answer.status_code == 302
    after = Post.objects.get(pk=post.pk)
    assert (after.unit, after.role, after.account, after.valid_from) == (
        world.first,
        "registrar",
        post.account,
        post.valid_from,
    )
    assert after.valid_until == date(2027, 1, 1)


def test_facts_are_written_by_the_database_and_never_changed(world, boss, fresh):
    fact = given(boss, fresh, world.first)
    columns = "kind, person_id, asked_at, confirmed_at, basis"
    sql_refused(
        "confirmation_by_trigger",
        f"INSERT INTO orgs_confirmation ({columns}) VALUES ('post', %s, now(), now(), 'installation')",
        fresh.person_id,
    )
    sql_refused("confirmation_done", "UPDATE orgs_confirmation SET asked_at = 'epoch' WHERE id = %s", fact.pk)
    done = Confirmation.objects.exclude(confirmed_at=None).first() or fact
    confirmations.confirm([fact.pk], world.head(world.east))
    sql_refused(
        "confirmation_done", "UPDATE orgs_confirmation SET confirmed_by_id = NULL WHERE id = %s", done.pk
    )
    walled()
    sql_refused("confirmation_kept", "DELETE FROM orgs_confirmation WHERE id = %s", fact.pk)


def test_the_programs_own_role_takes_nobody_over(world, fresh):
    """What a command on the server may say is not heard from who does not own the tables."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE test_program")
        cursor.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO test_program")
        cursor.execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO test_program")
        cursor.execute("SET LOCAL ROLE test_program; SET LOCAL xueji.installing = 'on'")
    columns = "account_id, person_id, unit_id, role, valid_from"
    insert = f"INSERT INTO orgs_post ({columns}) VALUES (%s, %s, %s, 'head', %s) RETURNING waiting"
    sql_refused("post_back_dated", insert, fresh.pk, fresh.person_id, world.first.pk, "2020-01-01")
    with connection.cursor() as cursor:
        cursor.execute(insert, [fresh.pk, fresh.person_id, world.first.pk, world.today])
        assert cursor.fetchone() == (True,)
    (fact,) = waits()
    sql_refused(
        "confirmation_on_server", "UPDATE orgs_confirmation SET basis = 'server' WHERE id = %s", fact.pk
    )


def test_a_loan_that_never_began_is_taken_back_and_one_that_is_over_stays_as_it_was(world):
    head, heir = world.head(world.first), world.account(world.first, PostRole.TECHNICIAN)
    post, said = Post.objects.get(account=head), {"reason": "出差"}
    later = world.today + timedelta(days=5)
    loan = staffing.lend(post, heir, head, clock.now(), since=later, until=later, **said)
    over = staffing.lend(post, heir, head, clock.now(), since=world.today, until=world.today, **said)
    world.registrar(world.second)
    arranged = {"since": world.today, "until": world.today, "reason": "只有一人"}
    above, clerk = world.head(world.east), world.registrar(world.east)
    world.account(world.east, PostRole.REGISTRAR)
    found = arrangements.arrange(world.second, clerk, above, clock.now(), **arranged)
    walled()
    staffing.end_loan(loan, head, clock.now())
    assert not Confirmation.objects.filter(kind="loan", loan=loan.pk).exists()
    with frozen(clock.now() + timedelta(days=3)):
        with refused("ended", match="这项委托已经结束"):
            staffing.end_loan(over, Account.objects.get(pk=head.pk), clock.now())
        with refused("ended", match="这项代核已经结束"):
            arrangements.end(found, Account.objects.get(pk=above.pk), clock.now())


def test_the_page_tells_why_an_administrator_is_lent_nothing(world, boss):
    head = world.head(world.first)
    Post.objects.create(account=boss, unit=world.first, role="technician", valid_from=date(2020, 1, 1))
    said = {"action": "lend", "post": Post.objects.get(account=head).pk, "to": boss.pk, "reason": "出差"}
    said |= {"since": str(world.today), "until": str(world.today)}
    answer = at(head).post("/directory/own/", said)
    assert (answer.status_code, APART in answer.content.decode()) == (422, True)


# ---------------------------------------------------------------- told at once


def test_the_person_and_the_heads_are_told_at_once(world, boss, fresh):
    head, above = world.head(world.first), world.head(world.east)
    fact = given(boss, fresh, world.first, "registrar")
    outbox.relay(clock.now())
    texts = dict(Notice.objects.filter(dedup=f"confirmation:{fact.pk}").values_list("account", "text"))
    assert set(texts) == {fresh.pk, head.pk, above.pk}
    assert "任示例第一小学学籍管理员" in texts[fresh.pk]
    assert "由另一人确认后生效" in texts[fresh.pk]
    assert fresh.person.name in texts[head.pk]
    confirmations.confirm([fact.pk], head)
    outbox.relay(clock.now())
    assert "已由" in Notice.objects.get(account=fresh, dedup=f"confirmed:{fact.pk}").text


# ---------------------------------------------------------------- a password set by another


def test_a_password_set_by_another_opens_nothing_but_the_page_of_ones_own(world, boss):
    registrar = world.registrar(world.first)
    set_password(boss, registrar)
    client = Client()
    client.post("/accounts/sign-in/", {"username": registrar.username, "password": GOOD})
    for address in ("/worklist/", "/directory/own/", "/accounts/notices/"):
        assert client.get(address).url == "/accounts/password/", address
    answer = client.get("/api/v1/me/")
    assert (answer.status_code, answer.json()["code"]) == (403, "own_password")
    page = client.get("/accounts/password/").content.decode()
    assert "现在的密码由他人设置，只能用这一次" in page
    said = {"old_password": GOOD, "new_password1": GOOD, "new_password2": GOOD}
    answer = client.post("/accounts/password/", said)
    assert (answer.status_code, "新密码须与原密码不同" in answer.content.decode()) == (422, True)
    said |= {"new_password1": "Chosen-By-Myself-1", "new_password2": "Chosen-By-Myself-1"}
    walled()
    assert client.post("/accounts/password/", said).status_code == 303
    assert client.get("/accounts/notices/").status_code == 200
    assert [fact.kind for fact in waits()] == ["password"], "the reset waits on, the own choice is none"


def test_a_new_account_chooses_its_password_too_and_one_renewed_by_the_program_is_none_set_by_another(
    world, boss, settings
):
    person = world.person()
    said = {"username": "wulan", "person": person.pk, "password1": GOOD, "password2": GOOD}
    at(boss).post("/admin/orgs/account/add/", said | {"posts-TOTAL_FORMS": 0, "posts-INITIAL_FORMS": 0})
    assert Account.objects.get(username="wulan").must_change
    registrar = world.registrar(world.first)
    walled()
    before = len(waits())
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.ScryptPasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    assert registrar.check_password(PASSWORD)
    after = Account.objects.get(pk=registrar.pk)
    assert after.password.startswith("scrypt")
    assert (after.must_change, len(waits())) == (False, before)
    after.set_password("By-A-Command-77")
    after.save()
    after.refresh_from_db()
    assert (after.must_change, waits()[-1].kind, waits()[-1].asked_by) == (True, "password", None)


def test_who_sets_anothers_password_stays_signed_in_and_the_own_one_is_changed_on_the_own_page(world, boss):
    client = Client()
    client.post("/accounts/sign-in/", {"username": "boss", "password": PASSWORD})
    said = {"password1": GOOD, "password2": GOOD, "usable_password": "true", "set-password": "1"}
    target = world.registrar(world.first)
    assert client.post(f"/admin/orgs/account/{target.pk}/password/", said).status_code == 302
    assert client.get("/admin/").status_code == 200
    assert client.post(f"/admin/orgs/account/{boss.pk}/password/", said).url == "/accounts/password/"
    assert Account.objects.get(pk=boss.pk).check_password(PASSWORD)


# ---------------------------------------------------------------- the first people


def appointed(world, boss, unit):
    pair = []
    for role in ("registrar", "head"):
        account = Account.objects.create_user(f"first-{role}", password="x", person=world.person())
        given(boss, account, unit, role)
        pair.append(account)
    return pair


def test_the_first_two_people_are_named_on_the_server(world, boss, capsys):
    registrar, head = appointed(world, boss, world.hebei)
    call_command("appoint_first", world.hebei.code, registrar.username, head.username)
    assert not Post.objects.filter(unit=world.hebei, waiting=True).exists()
    assert sits(head, world.hebei)
    assert set(Confirmation.objects.values_list("basis", flat=True)) == {"server"}
    assert AuditEntry.objects.filter(action="access.fact_confirmed", actor="system").count() == 2
    assert "已确认" in capsys.readouterr().out


def test_the_command_refuses_where_people_can_confirm_and_what_is_no_pair(world, boss):
    registrar, head = appointed(world, boss, world.hebei)
    for arguments, sentence in (
        (("T9", registrar.username, head.username), "没有代码为"),
        ((world.hebei.code, head.username, head.username), "没有学籍管理员的岗位"),
    ):
        with pytest.raises(CommandError, match=sentence):
            call_command("appoint_first", *arguments)
    world.head(world.ministry)
    with pytest.raises(CommandError, match="这里已有人可以确认"):
        call_command("appoint_first", world.hebei.code, registrar.username, head.username)
    assert len(waits()) == 2
