"""A password alone does nothing where a second factor is on: of the owner's account, session and codes nothing changes
before the rest was shown (ADR 32)."""

from datetime import timedelta
from threading import Thread

import pytest
from axes.models import AccessAttempt
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from ledger.models import AuditEntry
from orgs.confirmations.confirming import asked_by
from orgs.confirmations.models import Confirmation
from orgs.people.models import Account, Delegation, Post, PostRole
from orgs.sign_in import one_time_codes
from orgs.sign_in.authenticator import Authenticator
from orgs.sign_in.models import OneTimeCode
from orgs.staff.presence_models import Presence
from tests.clock import frozen
from tests.refusals import refuses
from tests.security.test_hostile_pages import TEXTS
from tests.world import PASSWORD
from web import clock

pytestmark = pytest.mark.django_db
GOOD = "Good-Long-Pass-88"
WRONG = "一次性码不对、已经用过，或已过 7 天有效期"


@pytest.fixture
def world(world, settings):
    settings.SECOND_FACTOR = True
    return world


@pytest.fixture
def boss(world):
    return Account.objects.create_user("boss", password=PASSWORD, person=world.person(), is_staff=True)


def thief(account, password=PASSWORD, address="10.9.9.9"):
    client = Client(REMOTE_ADDR=address)
    client.post("/accounts/sign-in/", {"username": account.username, "password": password})
    return client


def token(account):
    device = Authenticator.objects.get(user=account)
    return f"{totp(device.bin_key, device.step, device.t0, device.digits, device.drift):06d}"


def second(client, **typed):
    return client.post("/accounts/second-factor/", typed)


def signed_in(client):
    return client.get("/accounts/alive/").status_code == 204


def state_of(account):
    """All of an account that a thief might change."""
    kept = Account.objects.filter(pk=account.pk).values().get()
    devices = list(TOTPDevice.objects.filter(user=account).values())
    codes = list(OneTimeCode.objects.filter(account=account).values())
    weeks = Presence.objects.filter(account=account).count()
    return kept, devices, codes, weeks, account.api_tokens.count()


@pytest.fixture
def owner(world):
    """A head at work, with an authenticator."""
    head = world.head(world.first)
    Authenticator.objects.create(user=head, name="x", confirmed=True)
    head.client = Client()
    head.client.post("/accounts/sign-in/", {"username": head.username, "password": PASSWORD})
    second(head.client, otp_token=token(head))
    assert signed_in(head.client)
    # The code of this half minute is used up; the next one is the owner's.
    TOTPDevice.objects.filter(user=head).update(last_t=-1)
    return head


def test_with_the_password_alone_nothing_of_the_owner_changes(world, owner):
    before = state_of(owner)
    client = thief(owner)
    assert not signed_in(client)
    said = {"old_password": PASSWORD, "new_password1": GOOD, "new_password2": GOOD}
    for address, typed in (
        ("/accounts/password/", said),
        ("/accounts/sign-out/", {}),
        ("/accounts/notices/", {"email": "a@b.cn"}),
        ("/worklist/", {}),
        ("/directory/own/", {"action": "confirm", "unit": world.first.pk}),
        ("/api/v1/tokens/", {"name": "x"}),
    ):
        answer = client.post(address, typed)
        assert answer.status_code in (302, 401), address
        assert client.get(address).status_code in (302, 401, 405), address
    for _ in range(4):
        refuses(second(client, otp_token="000000"), 422, "动态验证码不对或已过期")
    assert "data:image/svg+xml" not in client.get("/accounts/second-factor/").content.decode()
    assert state_of(owner) == before
    assert signed_in(owner.client), "the owner's session goes on"


def test_a_thief_who_is_locked_out_has_not_locked_the_owner_out(world, owner):
    client = thief(owner)
    answers = [second(client, otp_token="000000").status_code for _ in range(7)]
    assert answers == [422, 422, 422, 422, 429, 429, 429]
    home = thief(owner, address="10.1.1.1")
    assert second(home, otp_token=token(owner)).status_code == 303
    assert signed_in(home)


def test_the_first_binding_goes_to_who_holds_the_code_and_to_nobody_else(world):
    head = world.head(world.first)
    text, _ = one_time_codes.give(head, None, clock.now())
    client = thief(head)
    assert 'name="code"' in client.get("/accounts/second-factor/").content.decode()
    for typed, sentence in [
        ({"otp_token": "123456"}, "请填写上级单位发给你的一次性码（10 位）"),
        ({"code": ""}, "请填写上级单位发给你的一次性码（10 位）"),
        ({"code": "AAAAA-AAAAA"}, "一次性码不对、已经用过"),
        ({"code": "x" * 99}, "不超过 30 字符"),
    ]:
        refuses(second(client, **typed), 422, sentence)
    assert not Authenticator.objects.filter(user=head).exists()
    own = thief(head, address="10.1.1.1")
    # As people type it: small letters, full width, without the dash.
    typed = text.replace("-", " ").lower().translate({ord("2"): "２"})
    assert second(own, code=typed).status_code == 303
    own.get("/accounts/second-factor/")
    assert second(own, otp_token=token(head)).status_code == 303
    assert signed_in(own)
    assert not signed_in(client)


def test_what_was_begun_to_be_bound_before_is_forgotten(world):
    head = world.head(world.first)
    old = Authenticator.objects.create(user=head, name="x", confirmed=False)
    text, _ = one_time_codes.give(head, None, clock.now())
    client = thief(head)
    second(client, code=text)
    client.get("/accounts/second-factor/")
    assert Authenticator.objects.get(user=head).key != old.key


def test_a_code_is_good_once_for_seven_days_and_only_the_last_one(world):
    head = world.head(world.first)
    first, _ = one_time_codes.give(head, None, clock.now())
    text, _ = one_time_codes.give(head, None, clock.now())
    assert len(text.replace("-", "")) == 10
    assert text not in str(list(OneTimeCode.objects.values()))
    assert not one_time_codes.use(head, first, clock.now())
    with frozen(clock.now() + timedelta(days=7)):
        answer = second(thief(head), code=text)
        assert (answer.status_code, WRONG in answer.content.decode()) == (422, True)
    assert not one_time_codes.use(world.head(world.second), text, clock.now())
    assert second(thief(head), code=text).status_code == 303
    answer = second(thief(head), code=text)
    assert (answer.status_code, WRONG in answer.content.decode()) == (422, True)


def test_wrong_codes_use_up_nothing_of_the_owner(world):
    head = world.head(world.first)
    text, _ = one_time_codes.give(head, None, clock.now())
    client = thief(head)
    answers = [second(client, code="22222-22222").status_code for _ in range(6)]
    assert answers == [422, 422, 422, 422, 429, 429]
    assert second(thief(head, address="10.1.1.1"), code=text).status_code == 303


@pytest.mark.parametrize("what", ["new", "password", "second_factor"])
def test_what_the_administrator_gives_or_resets_opens_nothing_to_who_knows_the_password(world, boss, what):
    unit, client = world.first, Client()
    client.force_login(boss)
    session = client.session
    session["otp_device_id"] = "shown"
    session.save()
    boss.refresh_from_db()
    if what == "new":
        said = {"username": "wulan", "person": world.person().pk, "password1": GOOD, "password2": GOOD}
        client.post("/admin/orgs/account/add/", said | {"posts-TOTAL_FORMS": 0, "posts-INITIAL_FORMS": 0})
        account = Account.objects.get(username="wulan")
        said = {"account": account.pk, "unit": unit.pk, "role": "registrar", "valid_from": str(world.today)}
        client.post("/admin/orgs/post/add/", said)
    else:
        account = world.head(unit)
        Authenticator.objects.create(user=account, name="x", confirmed=True)
    if what == "password":
        said = {"password1": GOOD, "password2": GOOD, "usable_password": "true", "set-password": "1"}
        client.post(f"/admin/orgs/account/{account.pk}/password/", said)
    elif what == "second_factor":
        client.post("/admin/orgs/account/", {"action": "end_second_factor", "_selected_action": [account.pk]})
    account.refresh_from_db()
    assert account.code_due
    assert Confirmation.objects.filter(person=account.person, confirmed_at=None).exists()
    password = PASSWORD if what == "second_factor" else GOOD
    before = state_of(account)
    robber = thief(account, password)
    assert 'name="code"' in robber.get("/accounts/second-factor/").content.decode()
    assert robber.get("/accounts/password/").status_code == 302
    assert state_of(account) == before
    text, _ = one_time_codes.give(account, None, clock.now())
    own = thief(account, password, address="10.1.1.1")
    answer = second(own, code=text)
    assert answer.status_code == 303
    if what != "new":  # a school's registrar needs no authenticator
        own.get("/accounts/second-factor/")
        second(own, otp_token=token(account))
    assert own.get("/accounts/alive/").status_code == (204 if what == "second_factor" else 302)
    assert own.get("/accounts/password/").status_code == 200
    assert not Account.objects.get(pk=account.pk).code_due


def test_a_head_whose_seat_waits_is_asked_all_the_same(world, owner, boss):
    """While the seat waits the account has none; that must not make the password enough."""
    owner.person.name = "改名人"
    with asked_by(boss):
        owner.person.save()
    assert Post.objects.get(account=owner).waiting
    client = thief(owner)
    assert client.get("/accounts/second-factor/").status_code == 200
    assert not signed_in(client)
    assert signed_in(owner.client)


def test_the_second_step_is_done_within_ten_minutes_with_the_same_password(world, owner):
    client = thief(owner)
    with frozen(clock.now() + timedelta(minutes=11)):
        answer = second(client, otp_token=token(owner))
        assert (answer.status_code, answer.url) == (302, "/accounts/sign-in/")
        page = client.get("/accounts/sign-in/").content.decode()
        assert "在 10 分钟内完成第二步验证" in page
    client = thief(owner)
    owner.set_password(GOOD)
    owner.save()
    assert second(client, otp_token=token(owner)).url == "/accounts/sign-in/"
    assert second(Client(), otp_token=token(owner)).url == "/accounts/sign-in/"


@pytest.mark.parametrize("is_bound", [False, True])
def test_no_text_in_the_second_step_is_more_than_a_wrong_one(world, settings, is_bound):
    settings.AXES_ENABLED = False
    head = world.head(world.first)
    one_time_codes.give(head, None, clock.now())
    if is_bound:
        Authenticator.objects.create(user=head, name="x", confirmed=True)
    before, client = state_of(head), thief(head)
    for text in TEXTS:
        answer = second(client, code=text, otp_token=text, next=text)
        assert answer.status_code == 422, repr(text)
        assert "<script>alert" not in answer.content.decode()
    assert state_of(head) == before


@pytest.mark.django_db(transaction=True)
def test_sixteen_tries_at_once_are_counted_one_by_one(world):
    head = world.head(world.first)
    Authenticator.objects.create(user=head, name="x", confirmed=True)
    clients, seen = [thief(head) for _ in range(16)], []

    def one(client):
        seen.append(second(client, otp_token="000000").status_code)
        connections.close_all()

    threads = [Thread(target=one, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == [422] * 4 + [429] * 12
    assert AccessAttempt.objects.get(username=head.username).failures_since_start >= 5


# ---------------------------------------------------------------- given out by the unit above


def out(by, account):
    client = Client()
    client.force_login(by)
    session = client.session
    session["otp_device_id"] = "shown"
    session.save()
    return client.post("/directory/own/", {"action": "code", "account": account.pk}), client


def test_the_unit_above_prints_it_once_and_it_opens_the_account(world):
    head, above = world.head(world.first), world.registrar(world.east)
    answer, client = out(above, head)
    page = answer.content.decode()
    text = page.split("<dd><strong>")[1].split("</strong>")[0]
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert (head.username in page, "data-print" in page, world.first.name in page) == (True, True, True)
    entry = AuditEntry.objects.get(action="account.code_given")
    assert (entry.actor, entry.subject) == (f"account:{above.pk}", f"account:{head.pk}")
    assert text not in str(entry.body)
    listed = client.get("/directory/own/").content.decode()
    assert text not in listed
    assert "有效至" in listed
    assert second(thief(head), code=text).status_code == 303


@pytest.mark.parametrize("who", ["colleague", "own", "elsewhere", "higher", "teacher"])
def test_nobody_else_gives_it_out(world, who):
    head = world.head(world.first)
    by = {
        "colleague": lambda: world.registrar(world.first),
        "own": lambda: head,
        "elsewhere": lambda: world.head(world.west),
        "higher": lambda: world.head(world.league),
        "teacher": lambda: world.account(world.east, PostRole.TECHNICIAN),
    }[who]()
    answer, _ = out(by, head)
    assert answer.status_code == (403 if who == "teacher" else 422)
    if who != "teacher":
        assert "这个账号不由你发放或不需要" in answer.content.decode()
    assert not OneTimeCode.objects.exists()


def test_who_sits_at_two_units_gets_it_from_above_the_higher_one(world):
    head = world.head(world.east)
    Post.objects.create(account=head, unit=world.first, role="head", valid_from=world.today)
    refuses(
        out(world.registrar(world.east), head)[0],
        422,
        "一次性码由上级单位的学籍管理员、负责人发给新设、重设密码或尚未绑定第二验证的账号",
    )
    assert out(world.registrar(world.league), head)[0].status_code == 200


def test_who_is_lent_a_heads_post_gets_one_and_who_is_bound_none(world):
    clerk, above, head = world.registrar(world.first), world.registrar(world.east), world.head(world.second)
    refuses(
        out(above, clerk)[0],
        422,
        "一次性码由上级单位的学籍管理员、负责人发给新设、重设密码或尚未绑定第二验证的账号",
    )
    until = world.today + timedelta(days=9)
    said = {"post": Post.objects.get(account=head), "account": clerk, "reason": "出差"}
    Delegation.objects.create(**said, valid_from=world.today, valid_until=until)
    assert out(above, clerk)[0].status_code == 200
    Authenticator.objects.create(user=head, name="x", confirmed=True)
    refuses(
        out(above, head)[0],
        422,
        "一次性码由上级单位的学籍管理员、负责人发给新设、重设密码或尚未绑定第二验证的账号",
    )


def test_above_the_ministry_stands_nobody_so_the_colleague_or_the_server_gives_it(world, boss, capsys):
    assert out(world.registrar(world.ministry), world.head(world.ministry))[0].status_code == 200
    call_command("one_time_code", "boss")
    text = capsys.readouterr().out[:11]
    assert one_time_codes.use(boss, text, clock.now())
    with pytest.raises(CommandError, match="没有在用的账号"):
        call_command("one_time_code", "nobody")
