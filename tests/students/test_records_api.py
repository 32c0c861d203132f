"""The record through the API: read masked, updated item by item under the rules of the page, its history (R6.1)."""

import pytest

from students.pupil import records
from students.pupil.models import FieldChange, PupilRecord
from tests.api import Program, refusal

PHONE = "13900010002"
pytestmark = [pytest.mark.django_db, pytest.mark.rule("R6.1")]


@pytest.fixture
def pupil(world):
    return world.pupil(world.first, letter="G")


@pytest.fixture
def school(world):
    return Program(world.registrar(world.first))


def address(pupil, more=""):
    return f"/records/{pupil.key}/{more}"


def test_every_item_is_told_by_its_key_and_numbers_only_masked(world, pupil, school):
    told = school.get(address(pupil)).json()
    assert told["values"]["name"] == pupil.name
    assert "id_number" not in told["values"]
    assert told["masked"]["id_number"].count("*") == 8
    assert records.id_number(pupil) not in str(told)
    assert "address" in told["missing"]
    assert school.get("/records/00000000-0000-0000-0000-000000000000/").status_code == 404
    assert school.get("/records/not-a-key-at-all-but-36-long-aaaaaaa/").status_code == 404


def test_items_are_changed_with_their_line_in_the_history(world, pupil, school):
    answer = school.send(
        "PATCH", address(pupil), {"values": {"address": "别力古台镇一街", "phone": PHONE}, "revision": 0}
    )
    assert answer.status_code == 200, answer.content.decode()
    told = answer.json()
    assert (told["values"]["address"], told["revision"]) == ("别力古台镇一街", 1)
    assert told["masked"]["phone"] == "139****0002"
    rows = school.get(address(pupil, "history/")).json()["results"]
    assert {row["item"]: (row["secret"], row["new"]) for row in rows} == {
        "address": (False, "别力古台镇一街"),
        "phone": (True, ""),
    }
    assert PHONE not in str(rows)
    assert {row["by"] for row in rows} == {world.registrar(world.first).display_name}


def test_one_wrong_item_changes_nothing_and_each_is_told_why(world, pupil, school):
    typed = {"address": "别力古台镇一街", "postcode": "12", "no_such_item": "x"}
    answer = school.send("PATCH", address(pupil), {"values": typed, "revision": 0})
    assert answer.status_code == 400
    del typed["no_such_item"]
    answer = school.send("PATCH", address(pupil), {"values": typed, "revision": 0})
    assert answer.status_code == 400
    assert "postcode" in answer.content.decode()
    assert not FieldChange.objects.exists()
    assert not PupilRecord.objects.filter(student=pupil, details__has_key="address").exists()


def test_key_information_stale_revisions_and_other_people_are_refused(world, pupil, school):
    named = school.send("PATCH", address(pupil), {"values": {"name": "别人"}, "revision": 0})
    assert refusal(named)["code"] == "key_information"
    assert (
        school.send("PATCH", address(pupil), {"values": {"address": "一街一号"}, "revision": 0}).status_code
        == 200
    )
    late = school.send("PATCH", address(pupil), {"values": {"address": "二街二号"}, "revision": 0})
    assert refusal(late)["code"] == "stale"
    head = Program(world.head(world.first)).send(
        "PATCH", address(pupil), {"values": {"address": "三街"}, "revision": 1}
    )
    assert refusal(head)["code"] == "no_seat"
    strange = Program(world.registrar(world.second))
    assert strange.get(address(pupil)).status_code == 404
    assert (
        strange.send("PATCH", address(pupil), {"values": {"address": "四街"}, "revision": 1}).status_code
        == 404
    )


def test_a_repeated_request_under_its_key_writes_once(world, pupil, school):
    body = {"values": {"address": "别力古台镇一街"}, "revision": 0}
    for _ in range(2):
        assert school.send("PATCH", address(pupil), body, "same-key").status_code == 200
    assert FieldChange.objects.count() == 1
