"""Signing in: one session a person, five mistakes lock, heads and offices show a second factor."""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client, override_settings
from django_otp.oath import totp

from ledger.models import AuditEntry
from orgs.people.models import Account, PostRole
from orgs.sign_in import one_time_codes
from orgs.sign_in.authenticator import Authenticator
from tests.refusals import refuses
from tests.world import PASSWORD
from web import clock

pytestmark = pytest.mark.django_db


def enter(client, account, password=PASSWORD, **more):
    return client.post("/accounts/sign-in/", {"username": account.username, "password": password, **more})


def signed_in(client):
    return client.get("/accounts/alive/").status_code == 204


def test_the_password_leads_to_the_worklist_and_the_sign_in_is_recorded(client, world):
    account = world.registrar(world.first)
    answer = enter(client, account)
    assert (answer.status_code, answer.url) == (303, "/worklist/")
    assert signed_in(client)
    assert AuditEntry.objects.filter(action="account.sign_in", actor=f"account:{account.pk}").count() == 1


def test_after_signing_in_one_lands_on_the_page_that_was_asked_for(client, world):
    answer = client.get("/notices/?page=2")
    assert answer.url == "/accounts/sign-in/?next=/notices/%3Fpage%3D2"
    answer = enter(client, world.registrar(world.first), next="/notices/?page=2")
    assert answer.url == "/notices/?page=2"


@pytest.mark.parametrize(
    "address", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", "/a\nb"]
)
def test_signing_in_never_leads_to_another_site(client, world, address):
    assert enter(client, world.registrar(world.first), next=address).url == "/worklist/"


def test_a_wrong_password_is_told_in_one_sentence_and_the_account_name_stays(client, world):
    account = world.registrar(world.first)
    answer = enter(client, account, password="not-the-password")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "账号或密码不对，请核对后重试" in page
    assert f'value="{account.username}"' in page
    assert not signed_in(client)


def test_an_unknown_account_reads_the_same_as_a_wrong_password(client, world):
    known = enter(client, world.registrar(world.first), password="not-the-password").content.decode()
    unknown = client.post(
        "/accounts/sign-in/", {"username": "nobody", "password": "not-the-password"}
    ).content.decode()
    sentence = "账号或密码不对，请核对后重试；连续输错 5 次，账号会锁定 15 分钟。"
    assert sentence in known
    assert sentence in unknown


def test_a_naughty_account_name_gets_a_sentence(client):
    wrong = "账号或密码不对"
    told = {"a\x00b": "不允许是用空字符串", "\u202eabc": wrong, "１２３": wrong, "": "请填写账号"}
    for name, sentence in {**told, "x" * 400: "账号没有这么长"}.items():
        answer = client.post("/accounts/sign-in/", {"username": name, "password": "x"})
        refuses(answer, 422, sentence)


def test_the_fifth_mistake_locks_and_even_the_right_password_waits(client, world):
    account = world.registrar(world.first)
    answers = [enter(client, account, password="not-the-password") for _ in range(5)]
    assert [a.status_code for a in answers] == [422, 422, 422, 422, 429]
    answer = enter(client, account)
    assert answer.status_code == 429
    page = answer.content.decode()
    assert "已在本机锁定，请 15 分钟后再试" in page
    assert f'value="{account.username}"' in page
    assert not signed_in(client)


def test_a_lock_at_one_address_leaves_the_account_usable_from_another(client, world):
    account = world.registrar(world.first)
    for _ in range(6):
        enter(client, account, password="not-the-password")
    elsewhere = Client(REMOTE_ADDR="10.0.0.9")
    assert enter(elsewhere, account).status_code == 303


def test_a_second_sign_in_ends_the_first_and_says_so(client, world):
    account = world.registrar(world.first)
    enter(client, account)
    other = Client()
    enter(other, account)
    assert not signed_in(client)
    assert "已在另一处登录，这里已自动退出" in client.get("/accounts/sign-in/").content.decode()
    assert signed_in(other)


def test_one_person_with_two_accounts_has_one_session(client, world):
    person = world.person()
    first = world.account(world.first, PostRole.REGISTRAR, person)
    second = world.account(world.second, PostRole.REGISTRAR, person)
    enter(client, first)
    other = Client()
    enter(other, second)
    assert not signed_in(client)
    assert signed_in(other)


def test_signing_out_needs_a_post_and_ends_the_session(client, world):
    enter(client, world.registrar(world.first))
    assert client.get("/accounts/sign-out/").status_code == 405
    assert signed_in(client)
    assert client.post("/accounts/sign-out/").status_code == 303
    assert not signed_in(client)


def test_a_stolen_cookie_is_worth_nothing_after_signing_out(client, world):
    enter(client, world.registrar(world.first))
    cookie = client.cookies["xueji_session"].value
    client.post("/accounts/sign-out/")
    assert not Session.objects.filter(session_key=cookie).exists()
    thief = Client()
    thief.cookies["xueji_session"] = cookie
    assert not signed_in(thief)


def test_a_former_account_is_out_at_once(client, world):
    account = world.registrar(world.first)
    enter(client, account)
    Account.objects.filter(pk=account.pk).update(is_active=False)
    assert not signed_in(client)


# ---------------------------------------------------------------- password


def change(client, old=PASSWORD, new="Another-Good-77", again=None):
    answers = {"old_password": old, "new_password1": new, "new_password2": again or new}
    return client.post("/accounts/password/", answers)


def test_a_new_password_keeps_this_session_and_works_from_now_on(client, world):
    account = world.registrar(world.first)
    enter(client, account)
    assert change(client).status_code == 303
    assert signed_in(client)
    other = Client()
    refuses(enter(other, account), 422, "账号或密码不对，请核对后重试；连续输错 5 次，账号会锁定 15 分钟")
    assert enter(other, account, password="Another-Good-77").status_code == 303


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"old": "wrong-old-one"}, "原密码不对"),
        ({"again": "Another-Good-78"}, "不一致"),
        ({"new": "short"}, "至少"),
        ({"new": "19900101199001"}, "数字"),
    ],
)
def test_a_bad_new_password_is_told_in_words(client, world, typed, sentence):
    enter(client, world.registrar(world.first))
    answer = change(client, **typed)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


# ---------------------------------------------------------------- second factor


def code(account, off=0):
    device = Authenticator.objects.get(user=account)
    return f"{totp(device.bin_key, device.step, device.t0, device.digits, device.drift) + off:06d}"[-6:]


def wrong(account):
    return f"{(int(code(account)) + 1) % 1_000_000:06d}"


def bound(account):
    return Authenticator.objects.create(user=account, name="x", confirmed=True)


def second(client, **typed):
    return client.post("/accounts/second-factor/", typed)


def given(account):
    text, _ = one_time_codes.give(account, None, clock.now())
    return text


@pytest.fixture
def asked(settings):
    settings.SECOND_FACTOR = True


def test_a_head_enrols_on_the_first_sign_in_and_only_then_gets_in(client, world, asked):
    head = world.head(world.first)
    answer = enter(client, head, next="/notices/?page=1")
    assert (answer.status_code, answer.url) == (303, "/accounts/second-factor/?next=%2Fnotices%2F%3Fpage%3D1")
    page = client.get(answer.url).content.decode()
    assert 'name="code"' in page
    assert "data:image/svg+xml" not in page, "nothing to bind before the code"
    answer = second(client, code=given(head), next="/notices/?page=1")
    page = client.get(answer.url).content.decode()
    assert "data:image/svg+xml" in page
    assert 'name="next" value="/notices/?page=1"' in page
    assert not signed_in(client)
    answer = second(client, otp_token=code(head), next="/notices/?page=1")
    assert (answer.status_code, answer.url) == (303, "/notices/?page=1")
    assert signed_in(client)


def test_once_enrolled_the_secret_is_never_shown_again(client, world, asked):
    head = world.head(world.first)
    bound(head)
    enter(client, head)
    page = client.get("/accounts/second-factor/").content.decode()
    assert "data:image/svg+xml" not in page
    assert not signed_in(client)
    assert second(client, otp_token=code(head)).url == "/worklist/"
    assert signed_in(client)
    assert client.get("/accounts/second-factor/").status_code == 200


def test_a_wrong_code_is_told_and_opens_nothing_and_five_lock_this_address(client, world, asked):
    head = world.head(world.first)
    bound(head)
    enter(client, head)
    answers = [second(client, otp_token=wrong(head)) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 422, 429]
    assert "动态验证码不对或已过期" in answers[0].content.decode()
    assert "已在本机锁定" in answers[4].content.decode()
    assert second(client, otp_token=code(head)).status_code == 429, "guessing is slowed down"
    assert not signed_in(client)


def test_a_code_counts_once(client, world, asked):
    head = world.head(world.first)
    bound(head)
    enter(client, head)
    token = code(head)
    assert second(client, otp_token=token).status_code == 303
    other = Client()
    enter(other, head)
    refuses(second(other, otp_token=token), 422, "动态验证码不对或已过期")


def test_what_stands_in_the_database_makes_no_valid_code(client, world, asked):
    head = world.head(world.first)
    device = bound(head)
    enter(client, head)
    stolen = f"{totp(device.key.encode()):06d}"
    refuses(second(client, otp_token=stolen), 422, "动态验证码不对或已过期")
    good = code(head)
    with override_settings(SECOND_FACTOR_KEY=bytes(32)):
        refuses(second(client, otp_token=good), 422, "动态验证码不对或已过期")
    assert second(client, otp_token=code(head)).status_code == 303


def test_a_seed_copied_to_another_account_gives_another_secret(world):
    mine = bound(world.head(world.first))
    other = Authenticator.objects.create(user=world.head(world.second), name="x", key=mine.key)
    assert mine.bin_key != other.bin_key
    assert mine.key not in mine.config_url


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "１２３４５６７", "1234567\x00"])
def test_what_cannot_be_a_code_is_told(client, world, asked, typed):
    head = world.head(world.first)
    bound(head)
    enter(client, head)
    answer = second(client, otp_token=typed)
    assert answer.status_code == 422
    assert "6 位" in answer.content.decode()


def test_a_school_registrar_needs_no_second_factor_but_everyone_from_county_up_does(client, world, asked):
    enter(client, world.registrar(world.first))
    assert signed_in(client)
    for unit in (world.east, world.league, world.im, world.ministry):
        other = Client()
        enter(other, world.registrar(unit))
        assert not signed_in(other), unit


def test_removing_the_device_ends_the_session(client, world, asked):
    head = world.head(world.first)
    bound(head)
    enter(client, head)
    second(client, otp_token=code(head))
    assert signed_in(client)
    Authenticator.objects.get(user=head).delete()
    assert not signed_in(client)


def test_without_the_setting_nobody_is_asked(client, world, settings):
    settings.SECOND_FACTOR = False
    head = world.head(world.east)
    Account.objects.filter(pk=head.pk).update(code_due=True)
    enter(client, head)
    assert signed_in(client)
