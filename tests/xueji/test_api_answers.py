"""How the API answers when something is not as it should be: one shape, one sentence, the right status, never 5xx
but 503 — and who may call it at all."""

import threading

import pytest
from django.db import connection, transaction
from django.test import Client, RequestFactory
from psycopg import errors

from orgs.people.models import PostRole
from orgs.sign_in import tokens
from reviews.engine.models import Case
from tests.api import AGREED, SENT, Program, refusal
from tests.world import PASSWORD, World, png
from web import clock
from xueji.errors import AWAY, BUSY, trouble_of

db = pytest.mark.django_db


@pytest.fixture
def signed_in(world):
    """A browser of the registrar of the first school."""
    client = Client(enforce_csrf_checks=True)
    client.get("/accounts/sign-in/")
    page = client.get("/accounts/sign-in/")
    client.post(
        "/accounts/sign-in/",
        {
            "username": world.registrar(world.first).username,
            "password": PASSWORD,
            "csrfmiddlewaretoken": page.context["csrf_token"],
        },
    )
    return client


def csrf(client):
    return {"X-CSRFToken": client.cookies["xueji_csrf"].value}


# ---------------------------------------------------------------- who may call


def test_a_session_serves_with_its_csrf_token_and_not_without(world, signed_in):
    case = world.draft(world.first, world.pupil(world.third))
    url = f"/api/v1/cases/{case.number}/submit/"
    answer = signed_in.post(url, SENT, content_type="application/json")
    assert refusal(answer, 403)["code"] == "csrf"
    answer = signed_in.post(url, SENT, content_type="application/json", headers=csrf(signed_in))
    assert answer.status_code == 200, answer.content.decode()


def test_a_token_is_made_in_person_told_once_kept_as_a_digest_and_ends_when_removed(world, signed_in):
    made = signed_in.post(
        "/api/v1/tokens/", {"name": "学校系统"}, content_type="application/json", headers=csrf(signed_in)
    )
    assert made.status_code == 201, made.content.decode()
    text = made.json()["token"]
    row = world.registrar(world.first).api_tokens.get()
    assert text not in str(row.__dict__)
    program = Program()
    program.headers["Authorization"] = f"Token {text}"
    assert program.get("/me/").json()["seats"][0]["unit"] == world.first.code
    assert refusal(program.post("/tokens/", {"name": "再来"}), 403)["code"]
    listed = signed_in.get("/api/v1/tokens/").json()["results"]
    assert [set(line) for line in listed] == [{"id", "name", "created_at", "expires_at"}]
    gone = signed_in.delete(f"/api/v1/tokens/{row.pk}/", headers=csrf(signed_in))
    assert gone.status_code == 204
    assert refusal(program.get("/me/"), 401)


def test_a_token_asked_for_twice_under_one_key_is_one_token(world, signed_in):
    headers = csrf(signed_in) | {"Idempotency-Key": "t-1"}
    answers = [
        signed_in.post("/api/v1/tokens/", {"name": "甲"}, content_type="application/json", headers=headers)
        for _ in range(2)
    ]
    assert [a.status_code for a in answers] == [201, 409]
    assert world.registrar(world.first).api_tokens.count() == 1


@pytest.mark.parametrize("why", ["expired", "password", "inactive"])
def test_a_token_ends_with_its_time_its_password_and_its_account(world, why):
    account = world.registrar(world.first)
    program = Program(account)
    assert program.get("/me/").status_code == 200
    if why == "expired":
        account.api_tokens.update(expires_at=clock.now())
    elif why == "password":
        account.set_password("another-password-2026")
        account.save()
    else:
        account.is_active = False
        account.save()
    assert refusal(program.get("/me/"), 401)["sentence"].startswith("令牌无效")


@db
@pytest.mark.parametrize(
    "header", ["Token", "Token a b", "Token \xff\xfe", "Token xj_" + "é" * 64, "Token " + "x" * 9000]
)
def test_a_header_that_is_no_token_is_401(header):
    program = Program()
    program.headers["Authorization"] = header
    assert refusal(program.get("/me/"), 401)


def test_whoever_needs_a_second_factor_needs_it_here_too(world, settings):
    settings.SECOND_FACTOR = True
    head = world.head(world.first)
    browser = Client()
    browser.force_login(head)
    head.refresh_from_db()
    assert refusal(browser.get("/api/v1/me/"), 403)["sentence"].startswith("这个账号须先")
    _, text = tokens.issue(head, "无第二验证", clock.now(), 1, second_factor=False)
    answer = browser.get("/api/v1/me/", headers={"Authorization": f"Token {text}"})
    assert refusal(answer, 403)
    assert Program(head).get("/me/").status_code == 200


# ---------------------------------------------------------------- shapes


def test_the_shape_of_every_mistake(world):
    case = world.submitted(world.first, world.pupil(world.third))
    head = Program(world.head(world.first))
    url = f"/cases/{case.number}/sign/"
    assert refusal(head.send("POST", url, [1]), 400)
    assert refusal(head.post(url, {"outcome": "maybe"}), 400)["fields"]["outcome"]
    assert refusal(head.post(url, {"opinon": "同意"}), 400)["code"] == "unknown_field"
    assert refusal(head.get(url), 405)["code"] == "method"
    assert refusal(head.get("/nothing/"), 404)["code"] == "not_found"
    assert refusal(head.post("/cases"), 404)
    assert refusal(head.get("/cases/", cursor="forged"), 400)["fields"]["cursor"]
    assert refusal(head.get("/cases/", limit="1000"), 400)["fields"]["limit"]
    typed = head.client.post("/api/v1" + url, "opinion=x", content_type="text/plain", headers=head.headers)
    assert refusal(typed, 415)["code"] == "media_type"
    large = head.send("POST", url, {"opinion": "好" * 100_000})
    assert refusal(large, 413)["code"] == "too_large"
    assert refusal(head.client.get("/api/v1/me/", headers=head.headers | {"Accept": "text/html"}), 406)


def test_a_file_sent_where_none_belongs_is_not_read(world, signed_in):
    case = world.submitted(world.first, world.pupil(world.third))
    answer = signed_in.post(
        f"/api/v1/cases/{case.number}/withdraw/", {"file": png((500, 500))}, headers=csrf(signed_in)
    )
    assert refusal(answer, 415)
    assert Case.objects.get(pk=case.pk).is_live


def test_pages_follow_one_another_without_gap_or_repetition(world):
    made = [world.submitted(world.first, world.pupil(world.third)).number for _ in range(5)]
    for address in ("/cases/?limit=2", "/worklist/?tab=sign&limit=2"):
        program, seen, path = Program(world.head(world.first)), [], address
        while path:
            answer = program.client.get(f"/api/v1{path}", headers=program.headers).json()
            seen += [row["number"] for row in answer["results"]]
            path = (answer["next"] or "").partition("/api/v1")[2]
        assert sorted(seen) == sorted(made)
        assert len(seen) == 5


def test_the_worklist_has_the_tabs_of_the_page(world):
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    office = Program(world.registrar(world.east))
    tabs = {row["tab"]: row["count"] for row in office.get("/worklist/tabs/").json()}
    assert tabs["handle"] == 1
    assert [row["number"] for row in office.get("/worklist/").json()["results"]] == [case.number]
    school = Program(world.head(world.first))
    assert [row["number"] for row in school.get("/worklist/", tab="done").json()["results"]] == [case.number]
    assert refusal(school.get("/worklist/", tab="area"), 400)["fields"]["tab"]
    assert office.get("/worklist/", unit=world.abroad.code).json()["results"] == []
    assert refusal(office.get("/worklist/", unit="NOSUCH"), 400)


@pytest.mark.rule("R3.7")
@db
def test_anyone_may_count_working_days_and_read_how():
    told = Program().get("/calendar/", start="2026-09-30", days="10").json()
    assert told["result"] == "2026-10-20"
    assert "国庆" in told["sentence"]
    assert told["days"][0]["reason"] == "起算日，不计"
    assert refusal(Program().get("/calendar/", start="昨天", days="10"), 400)["fields"]["start"]
    assert refusal(Program().get("/calendar/", start="2026-09-30", days="99999"), 400)


@pytest.mark.parametrize("place", ["first", "east", "im"])
def test_units_are_public_facts_and_persons_are_not(world, place):
    account = world.account(getattr(world, place), PostRole.REGISTRAR)
    answer = Program(account).get("/units/", mine="true").json()
    assert [row["code"] for row in answer["results"]] == [getattr(world, place).code]
    assert "person" not in str(answer)
    found = Program(account).get(f"/units/{world.first.code}/").json()
    assert found["authority"] == world.east.code


# ---------------------------------------------------------------- the database


@pytest.mark.django_db(transaction=True)
def test_a_lock_waited_for_too_long_is_409_and_nothing_has_changed():
    world = World()
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    program = Program(world.registrar(world.east))
    browser = Client()
    browser.force_login(world.registrar(world.east))
    held, done = threading.Event(), threading.Event()

    def hold():
        try:
            with transaction.atomic():
                Case.objects.select_for_update().get(pk=case.pk)
                held.set()
                done.wait(20)
        finally:
            connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(20)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
    try:
        answer = program.act(case, "handle", AGREED)
        page = browser.post(
            f"/cases/{case.number}/handle/",
            AGREED | {"revision": case.revision, "key": "lock-test-0123456789"},
        )
    finally:
        done.set()
        holder.join()
    assert refusal(answer)["code"] == "busy"
    assert page.status_code == 409
    assert BUSY.sentence in page.content.decode()
    assert program.act(case, "handle", AGREED).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_without_the_database_every_answer_is_503_with_a_sentence():
    world = World()
    program = Program(world.registrar(world.first))
    browser = Client(raise_request_exception=False)
    browser.force_login(world.registrar(world.first))
    connection.close()
    name, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], "no_such_database"
    try:
        answers = [program.get("/cases/"), program.get("/windows/")]
        page = browser.get("/worklist/")
        by_session = browser.get("/api/v1/cases/")
    finally:
        connection.close()
        connection.settings_dict["NAME"] = name
    for answer in (*answers, by_session):
        assert refusal(answer, 503)["code"] == "unavailable"
        assert answer.headers["Retry-After"]
    assert page.status_code == 503
    assert AWAY.sentence in page.content.decode()


@pytest.mark.parametrize(
    ("cause", "told"),
    [
        (errors.LockNotAvailable(), BUSY),
        (errors.DeadlockDetected(), BUSY),
        (errors.SerializationFailure(), BUSY),
        (errors.QueryCanceled(), AWAY),
        (errors.AdminShutdown(), AWAY),
        (errors.TooManyConnections(), AWAY),
        (errors.DiskFull(), AWAY),
        (errors.OperationalError("connection refused"), AWAY),
    ],
)
def test_each_trouble_of_the_database_has_its_answer(cause, told):
    from django.db import OperationalError

    error = OperationalError("x")
    error.__cause__ = cause
    assert trouble_of(error) is told
    assert trouble_of(ValueError("ours")) is None


@db
def test_an_error_of_ours_is_told_in_a_sentence_without_a_trace(monkeypatch, world):
    def broken(*args, **kwargs):
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("orgs.directory.api.seats_of", broken)
    program = Program(world.registrar(world.first))
    program.client.raise_request_exception = False
    answer = program.get("/me/")
    assert refusal(answer, 500)["code"] == "broken"
    assert "secret detail" not in answer.content.decode()


def test_an_address_is_what_our_own_proxies_saw(settings):
    from transfers.moving.look_up_api import ByAddress

    request = RequestFactory().get(
        "/", headers={"X-Forwarded-For": "1.1.1.1, 2.2.2.2"}, REMOTE_ADDR="9.9.9.9"
    )
    assert ByAddress().subjects(request) == ("9.9.9.9",)
