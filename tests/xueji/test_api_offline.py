"""Offline first through the API: the same acts, sentences and limits as the pages (R0.4, R0.1)."""

import pytest
from django.core.cache import cache

from ledger.models import IdempotencyKey
from reviews.engine.models import Case
from reviews.faults.models import Fault
from students.pupil import records
from students.pupil.identity import mask_name
from tests.api import Program, refusal
from tests.clock import shanghai
from transfers.attendance.models import OfflineTransfer

NOW = shanghai(2026, 11, 3, 10)
pytestmark = [pytest.mark.django_db, pytest.mark.rule("R0.4"), pytest.mark.world_at(NOW)]
TODAY = "2026-11-03"


@pytest.fixture
def world(world):
    cache.clear()
    return world


@pytest.fixture
def office(world):
    return Program(world.registrar(world.east))


@pytest.fixture
def school(world):
    return Program(world.registrar(world.first))


def paper(fault, **more) -> dict:
    return {"fault": fault.number, "paper_date": TODAY, "requester": "father"} | more


def whom(pupil) -> dict:
    return {"number": records.current_number(pupil), "name": pupil.name}


def test_a_fault_is_announced_listed_and_ended(world, office, school):
    given = {"unit": world.east.code, "since": TODAY, "reason": "学籍系统无法登录"}
    made = office.post("/faults/", given, key="k1")
    assert made.status_code == 201
    told = made.json()
    assert told["opened_from"]["code"] == world.east.code
    assert office.post("/faults/", given, key="k1").json() == told
    assert refusal(office.post("/faults/", given))["code"] == "fault_open_already"
    assert refusal(school.post("/faults/", given))["code"] == "no_office"
    assert refusal(office.post("/faults/", given | {"unit": world.west.code}))["code"] == "no_office"
    assert refusal(office.post("/faults/", given | {"opened_at": TODAY}), 400)["code"] == "unknown_field"
    number = told["number"]
    assert [row["number"] for row in school.get("/faults/", open="true").json()["results"]] == [number]
    assert Program(world.registrar(world.third)).get("/faults/").json()["results"] == []
    assert refusal(school.post(f"/faults/{number}/close/"))["code"] == "no_office"
    ended = office.post(f"/faults/{number}/close/", key="k2")
    assert ended.json()["closed_from"]["code"] == world.east.code
    assert office.post(f"/faults/{number}/close/", key="k2").json() == ended.json()
    assert refusal(office.post(f"/faults/{number}/close/"))["code"] == "fault_closed"


def test_a_pupil_is_taken_in_and_the_case_follows_until_the_record_has_come(world, school):
    fault, pupil = world.fault(world.east), world.pupil(world.third)
    made = school.post("/offline-transfers/", paper(fault) | whom(pupil), key="k1")
    assert made.status_code == 201
    told = made.json()
    assert (told["name"], told["standing"], told["case"]) == (mask_name(pupil.name), "unconfirmed", None)
    assert records.current_number(pupil) not in made.content.decode()
    again = school.post("/offline-transfers/", paper(fault) | whom(pupil), key="k1")
    assert again.json() == told
    assert (
        refusal(school.post("/offline-transfers/", paper(fault) | whom(pupil)))["code"] == "offline_already"
    )
    path = f"/offline-transfers/{told['number']}/"
    assert refusal(school.post(f"{path}start/"))["code"] == "unconfirmed"
    assert refusal(school.post(f"{path}confirm/"))["code"] == "no_seat"
    confirmed = Program(world.head(world.first)).post(f"{path}confirm/", key="k").json()
    assert (confirmed["standing"], bool(confirmed["confirmed_at"])) == ("waiting", True)
    number = school.post(f"{path}start/", key="k2").json()["case"]
    assert school.post(f"{path}start/", key="k2").json()["case"] == number
    assert school.get(path).json()["case"] == number
    assert (
        Program(world.registrar(world.third)).get(path).json()["case"] is None
    )  # a draft is the school's own
    world.finish(world.submitted(world.first, pupil))
    done = school.get(path).json()
    assert (done["standing"], done["outcome"], done["case"]) == ("done", "done", number)
    assert school.get("/offline-transfers/", open="true").json()["results"] == []
    assert len(school.get("/offline-transfers/", standing="done", fault=fault.number).json()["results"]) == 1
    assert Case.objects.get().number == number
    kept = "".join(str(row.response) + row.digest for row in IdempotencyKey.objects.all())
    assert records.current_number(pupil) not in kept


@pytest.mark.rule("R0.1")
def test_while_the_look_up_is_down_a_stated_pupil_is_taken_in_matched_and_settled(world, school):
    fault, pupil = world.fault(world.east), world.pupil(world.third)
    stated = {"name": pupil.name, "sex": pupil.sex, "origin": "示例第三小学"}
    missing = school.post("/offline-transfers/", paper(fault) | stated)
    assert "birth_date" in refusal(missing, 400)["fields"]
    stated["birth_date"] = pupil.birth_date.isoformat()
    told = school.post("/offline-transfers/", paper(fault) | stated).json()
    assert (told["matched"], told["sending"], told["origin"]) == (False, None, "示例第三小学")
    path = f"/offline-transfers/{told['number']}/"
    assert refusal(school.post(f"{path}start/"))["code"] == "pupil_unknown"
    assert (
        refusal(school.post(f"{path}match/", whom(pupil) | {"name": "查无此人"}), 404)["code"] == "no_match"
    )
    matched = school.post(f"{path}match/", whom(pupil), key="k").json()
    assert (matched["matched"], matched["sending"]["code"]) == (True, world.third.code)
    assert refusal(school.post(f"{path}end/", {"outcome": "done"}), 400)
    assert school.post(f"{path}end/", {"outcome": "returned"}).json()["standing"] == "ended"
    assert refusal(school.post(f"{path}start/"))["code"] == "offline_closed"


def test_who_is_refused_and_why(world, school):
    fault, far, pupil = world.fault(world.east), world.fault(world.west), world.pupil(world.third)
    whole = paper(fault) | whom(pupil)
    assert refusal(school.post("/offline-transfers/", whole | {"fault": far.number}))["code"] == "no_fault"
    assert (
        refusal(school.post("/offline-transfers/", whole | {"fault": "GZ-2026-00000000"}))["code"]
        == "no_fault"
    )
    assert (
        refusal(school.post("/offline-transfers/", whole | {"paper_date": "2026-11-04"}))["code"]
        == "paper_date"
    )
    assert (
        refusal(school.post("/offline-transfers/", whole | {"recorded_at": TODAY}), 400)["code"]
        == "unknown_field"
    )
    assert (
        refusal(school.post("/offline-transfers/", whole | {"name": "查无此人"}), 404)["code"] == "no_match"
    )
    head = Program(world.head(world.first))
    assert refusal(head.post("/offline-transfers/", whole))["code"] == "no_seat"
    made = world.taken_in(world.first, pupil, fault)
    path = f"/offline-transfers/{made.number}/"
    assert refusal(Program(world.registrar(world.east)).post(f"{path}start/"))["code"] == "no_seat"
    assert refusal(Program(world.registrar(world.second)).post(f"{path}start/"), 404)["code"] == "not_found"
    assert OfflineTransfer.objects.count() == 1
    assert Fault.objects.count() == 2
