"""One transfer through the API alone, and that a request under a key is done once."""

import pytest

from ledger.models import IdempotencyKey, OutboxMessage
from reviews.engine.models import Act, Attachment, Case
from students.pupil import records
from students.pupil.models import Student
from tests.api import AGREED, SENT, Program, refusal
from tests.world import png
from transfers.moving.models import Transfer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_throttle_left(servers):
    from django.core.cache import cache

    cache.clear()


def look_up(program, pupil):
    return program.post("/look-up/", {"number": records.current_number(pupil), "name": pupil.name})


def drafted(world, program, pupil, key=""):
    """A whole draft, made by a program."""
    found = look_up(program, pupil).json()
    made = program.post("/cases/", {"pupil": found["key"]}, key)
    assert made.status_code == 201, made.content.decode()
    return made.json()


@pytest.mark.rule("R3.1")
def test_a_program_carries_a_transfer_from_look_up_to_moved_record(world):
    pupil = world.pupil(world.third)
    school = Program(world.registrar(world.first))
    found = look_up(school, pupil)
    assert found.status_code == 200, found.content.decode()
    told = found.json()
    assert told["stopped"] is False
    assert told["pupil"]["name"] != pupil.name
    assert records.current_number(pupil) not in found.content.decode()

    made = school.post("/cases/", {"pupil": told["key"]})
    case = Case.objects.get(number=made.json()["case"]["number"])
    reason = school.get("/transfer-reasons/").json()[0]["key"]
    grade = made.json()["transfer"]["grade_to"]
    room = school.get("/classes/", grade=grade).json()["results"][0]["id"]
    changed = school.send("PATCH", f"/cases/{case.number}/", {"reason": reason, "school_class": room})
    assert changed.status_code == 200, changed.content.decode()
    assert school.attach(case, png()).status_code == 201
    sent = school.act(case, "submit", SENT)
    assert sent.status_code == 200, sent.content.decode()
    assert sent.json()["case"]["state"] == "receiving_school"

    while (case := Case.objects.select_related("holder").get(pk=case.pk)).is_live:
        if case.awaiting == "handle":
            answer = Program(world.registrar(case.holder)).act(case, "handle", AGREED)
            assert answer.status_code == 200, answer.content.decode()
        answer = Program(world.head(case.holder)).act(case, "sign", AGREED)
        assert answer.status_code == 200, answer.content.decode()
    assert case.state == "completed"
    pupil.refresh_from_db()
    assert pupil.school == world.first
    log = school.get(f"/cases/{case.number}/log/").json()["results"]
    assert [line["verb"] for line in log] == ["submit", "sign"] + ["handle", "sign"] * 3


def test_a_case_tells_what_may_be_done_and_why_the_rest_may_not(world):
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    told = Program(world.registrar(world.east)).get(f"/cases/{case.number}/").json()
    verbs = {row["verb"]: row for row in told["verbs"]}
    assert verbs["handle"]["allowed"] is True
    assert verbs["sign"]["refusal"]["sentence"].endswith("。")
    assert {row["outcome"] for row in told["outcomes"]} == {"agree", "refuse", "send_back"}
    assert all(row["reasons"] for row in told["outcomes"] if row["outcome"] != "agree")


def test_looking_at_a_case_ends_the_recall_of_the_sign_off_before_it(world):
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    head = Program(world.head(world.first))
    assert {row["verb"]: row["allowed"] for row in head.get(f"/cases/{case.number}/").json()["verbs"]}[
        "recall"
    ]
    Program(world.registrar(world.east)).get(f"/cases/{case.number}/")
    assert refusal(head.act(case, "recall"))["code"] == "recall_opened"


# ---------------------------------------------------------------- once


def test_a_verb_sent_twice_under_one_key_is_done_once_and_answered_twice(world):
    case = world.draft(world.first, world.pupil(world.third))
    school = Program(world.registrar(world.first))
    answers = [school.act(case, "submit", SENT, key="send-1") for _ in range(2)]
    assert [a.status_code for a in answers] == [200, 200]
    assert answers[0].json()["case"] == answers[1].json()["case"]
    assert Act.objects.filter(case=case).count() == 1
    assert OutboxMessage.objects.filter(payload__case=case.pk).count() == 1


def test_without_a_key_the_second_time_is_refused(world):
    case = world.draft(world.first, world.pupil(world.third))
    school = Program(world.registrar(world.first))
    school.act(case, "submit", SENT)
    assert refusal(school.act(case, "submit", SENT))["code"] == "wrong_state"


def test_a_key_used_for_something_else_is_refused(world):
    one, other = (world.draft(world.first, world.pupil(world.third)) for _ in range(2))
    school = Program(world.registrar(world.first))
    assert school.act(one, "submit", SENT, key="k").status_code == 200
    assert refusal(school.act(other, "submit", SENT, key="k"))["code"] == "key_reused"
    assert refusal(school.attach(other, png(), key="k"))["code"] == "key_reused"
    assert Case.objects.get(pk=other.pk).state == "draft"


def test_a_proof_sent_twice_under_one_key_is_taken_in_once(world):
    case = world.draft(world.first, world.pupil(world.third), proofs=0)
    school = Program(world.registrar(world.first))
    first, second = (school.attach(case, png(), key="photo") for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert Attachment.objects.filter(case=case).count() == 1
    assert school.attach(case, png(colour=(1, 2, 3)), key="photo-2").status_code == 201
    assert Attachment.objects.filter(case=case).count() == 2


def test_a_draft_asked_for_twice_is_one_draft_with_or_without_a_key(world):
    pupil = world.pupil(world.third)
    school = Program(world.registrar(world.first))
    numbers = {drafted(world, school, pupil, key)["case"]["number"] for key in ("a", "a", "", "b")}
    assert len(numbers) == 1
    assert Transfer.objects.filter(student=pupil).count() == 1
    assert IdempotencyKey.objects.filter(key__in=["a", "b"]).count() == 2


@pytest.mark.parametrize("key", ["有中文", "a b", "x" * 81, "\x7f"])
def test_a_key_that_cannot_be_one_is_told(world, key):
    case = world.draft(world.first, world.pupil(world.third))
    school = Program(world.registrar(world.first))
    assert "Idempotency-Key" in refusal(school.act(case, "submit", SENT, key=key), 400)["fields"]


# ---------------------------------------------------------------- look-up


def test_no_match_says_one_sentence_whatever_was_wrong(world):
    pupil, other = world.pupil(world.third), world.pupil(world.third)
    school = Program(world.registrar(world.first))
    told = [
        school.post("/look-up/", {"number": number, "name": name})
        for number, name in (
            (records.current_number(pupil), other.name + "某"),
            (world.inventor.l_number("152522", pupil.birth_date), pupil.name),
        )
    ]
    assert [answer.status_code for answer in told] == [404, 404]
    assert told[0].content == told[1].content


def test_a_look_up_key_serves_only_the_account_that_looked_up(world):
    pupil = world.pupil(world.third)
    key = look_up(Program(world.registrar(world.first)), pupil).json()["key"]
    other = Program(world.registrar(world.second))
    assert "pupil" in refusal(other.post("/cases/", {"pupil": key}), 400)["fields"]
    assert "pupil" in refusal(other.post("/cases/", {"pupil": str(pupil.key)}), 400)["fields"]
    assert not Case.objects.exists()


def test_look_ups_are_limited_by_account(world, settings):
    pupil = world.pupil(world.third)
    school = Program(world.registrar(world.first))
    answers = [look_up(school, pupil) for _ in range(31)]
    assert {a.status_code for a in answers[:30]} == {200}
    assert int(answers[30].headers["Retry-After"]) > 0
    assert refusal(answers[30], 429)["code"] == "too_many"
    assert look_up(Program(world.registrar(world.second)), pupil).status_code == 200


def test_misses_are_limited_even_while_the_cache_is_away(world, monkeypatch):
    monkeypatch.setattr("students.pupil.records.MISSES_AN_HOUR", 3)
    monkeypatch.setattr("transfers.moving.look_up_api.LookUp.throttle_classes", ())
    pupil = world.pupil(world.third)
    school = Program(world.registrar(world.first))
    wrong = {"number": records.current_number(pupil), "name": "查无此人"}
    assert [school.post("/look-up/", wrong).status_code for _ in range(4)] == [404, 404, 404, 429]


def test_a_number_that_cannot_be_one_is_told_without_repeating_it(world):
    school = Program(world.registrar(world.first))
    answer = school.post("/look-up/", {"number": "15252220150304001X", "name": "某某"})
    told = refusal(answer, 400)
    assert told["code"] == "identity"
    assert "15252220150304001X" not in answer.content.decode()


def test_an_obstacle_that_forbids_a_draft_is_refused_with_its_sentence(world):
    pupil = world.pupil(world.third)
    world.submitted(world.second, pupil)
    school = Program(world.registrar(world.first))
    found = look_up(school, pupil).json()
    assert found["stopped"] is True
    told = refusal(school.post("/cases/", {"pupil": found["key"]}))
    assert told["code"] == "no_other_case"
    assert told["clause"]
    assert Student.objects.count() == 1
