"""A limit is a limit in parallel: sixty-four tries at once count as sixty-four, and a stranger's never use up another's."""

from collections import Counter
from datetime import timedelta
from typing import ClassVar

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.test import Client

from ledger import tally
from ledger.models import Tally
from ledger.tasks import clear_counts
from orgs.people.models import Account
from orgs.sign_in import tokens
from students.pupil import records
from students.pupil.records import current_number
from tests.api import Program
from tests.reviews.test_concurrency import at_once
from tests.world import PASSWORD, World
from web import clock

AT_ONCE = 64
together = pytest.mark.django_db(transaction=True)
alone = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_cache():
    """What the limits are kept in is the database alone."""
    cache.clear()


def progress(number, last, address="198.51.100.7"):
    return Client(REMOTE_ADDR=address).post("/progress/", {"number": number, "last": last})


def statuses(jobs) -> Counter:
    return Counter(getattr(answer, "status_code", answer) for answer in at_once(jobs))


# ---------------------------------------------------------------- all at once


@together
@pytest.mark.rule("R8.5")
def test_of_wrong_questions_at_once_twenty_are_answered():
    world = World()
    case = world.submitted(world.first, world.pupil(world.third))
    jobs = [lambda at=at: progress(case.number, f"{at:06d}") for at in range(AT_ONCE)]
    assert statuses(jobs) == {404: 20, 429: AT_ONCE - 20}


class Seen(MD5PasswordHasher):
    """Tells how many passwords were looked at."""

    looked_at: ClassVar[list] = []

    def verify(self, password, encoded):
        self.looked_at.append(password)
        return super().verify(password, encoded)


@together
def test_of_passwords_at_once_five_are_tried(settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.Seen"]
    world = World()
    account = world.registrar(world.first)

    def enter():
        return Client().post("/accounts/sign-in/", {"username": account.username, "password": "not-it"})

    Seen.looked_at.clear()
    found = statuses([enter] * AT_ONCE)
    assert len(Seen.looked_at) == 5
    assert found[429] >= AT_ONCE - 5
    assert found[429] + found[422] == AT_ONCE
    right = {"username": account.username, "password": PASSWORD}
    assert Client().post("/accounts/sign-in/", right).status_code == 429
    assert Client(REMOTE_ADDR="203.0.113.9").post("/accounts/sign-in/", right).status_code == 303


@together
def test_of_tokens_at_once_ten_are_made():
    world = World()
    head = world.head(world.first)
    client = Client()
    client.force_login(head)

    def make():
        own = Client()
        own.cookies = client.cookies
        return own.post("/api/v1/tokens/", {"name": "统计", "days": 9}, content_type="application/json")

    found = at_once([make] * AT_ONCE)
    assert Counter(answer.status_code for answer in found) == {201: tokens.MOST, 409: AT_ONCE - tokens.MOST}
    assert {answer.json()["code"] for answer in found if answer.status_code == 409} == {"token_count"}
    assert head.api_tokens.count() == tokens.MOST


@together
@pytest.mark.rule("R3.1b")
def test_of_look_ups_at_once_forty_are_looked_at():
    world = World()
    clerk, number = world.registrar(world.first), current_number(world.pupil(world.third))

    def miss():
        try:
            return records.find(number, "查无此人", clerk, clock.now())
        except records.TooManyMisses:
            return "too many"

    most = records.MISSES_AN_HOUR
    assert Counter(at_once([miss] * AT_ONCE)) == {None: most, "too many": AT_ONCE - most}


@together
def test_of_requests_at_once_an_account_has_thirty_look_ups_a_minute():
    world = World()
    program = Program(world.registrar(world.first))
    pupil = world.pupil(world.third)
    wanted = {"number": current_number(pupil), "name": pupil.name}
    found = statuses([lambda: program.post("/look-up/", wanted)] * AT_ONCE)
    assert found == {200: 30, 429: AT_ONCE - 30}


# ---------------------------------------------------------------- whose they are


@alone
@pytest.mark.rule("R8.5")
def test_a_stranger_uses_up_nobodys_questions():
    world = World()
    pupil = world.pupil(world.third)
    case = world.submitted(world.first, pupil)
    right = current_number(pupil)[-6:]
    assert [progress(case.number, f"{at:06d}").status_code for at in range(21)] == [404] * 20 + [429]
    assert progress(case.number, right, "203.0.113.9").status_code == 200, "the parents, at home"
    assert progress(case.number, right).status_code == 200, "the parents, behind the same address"
    for _ in range(40):
        assert progress(case.number, right, "203.0.113.9").status_code == 200, "right questions never count"
    assert progress(case.number, "000000", "203.0.113.9").status_code == 404


@alone
@pytest.mark.rule("R8.5")
def test_who_guesses_all_day_is_not_told_when_the_guess_is_right():
    world = World()
    pupil = world.pupil(world.third)
    case = world.submitted(world.first, pupil)
    for at in range(200):
        progress(case.number, f"{at:06d}")
    answer = progress(case.number, current_number(pupil)[-6:])
    assert answer.status_code == 429
    assert "查得太频繁，请稍后再试，或直接打电话询问受理学校。" in answer.content.decode()


# ---------------------------------------------------------------- the count itself


@alone
def test_a_period_begins_with_its_first_try_and_what_ended_is_cleared_away():
    now, key = clock.now(), tally.key_of("test", "王伟", "198.51.100.7")
    hour = timedelta(hours=1)
    assert [tally.count(key, 2, hour, now).exceeds for _ in range(3)] == [False, False, True]
    assert tally.count(key, 2, hour, now + hour - timedelta(seconds=1)).number == 4
    tally.count(key, 2, hour, now).give_back()
    assert tally.count(key, 2, hour, now).number == 5
    assert tally.count(key, 2, hour, now + hour).number == 1
    assert "王伟" not in key
    assert "198.51" not in key
    ended, running = tally.key_of("ended"), tally.key_of("running")
    tally.count(ended, 1, hour, now - hour - timedelta(seconds=1))
    tally.count(running, 1, hour, now)
    clear_counts()
    assert set(Tally.objects.filter(key__in=[ended, running]).values_list("key", flat=True)) == {running}


@alone
def test_an_administrator_lets_a_locked_account_try_again_at_once(client):
    world = World()
    account = world.registrar(world.first)
    boss = Account.objects.create_user("boss", person=world.person(), is_staff=True)
    typed = {"username": account.username, "password": "not-it"}
    assert [Client().post("/accounts/sign-in/", typed).status_code for _ in range(6)][-1] == 429
    client.force_login(boss)
    client.post("/admin/orgs/account/", {"action": "unlock", "_selected_action": account.pk})
    answer = Client().post("/accounts/sign-in/", typed | {"password": PASSWORD})
    assert answer.status_code == 303
