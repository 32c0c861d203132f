"""The three official forms through the API: the same rules, people and refusals as in the browser (R8.6)."""

import pytest

from students.pupil.records import current_number
from tests import ticketed
from tests.api import Program, refusal
from tests.refusals import refuses
from tickets.forms.models import Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R8.6")]


def act(program, number, verb, **said):
    return program.post(f"/tickets/{number}/acts/", {"verb": verb, **said})


def test_a_supervision_runs_from_draft_to_end_through_the_api(world):
    pupil = world.pupil(world.third, letter="G")
    league, head = Program(world.registrar(world.league)), Program(world.head(world.league))
    made = league.post("/tickets/", {"kind": "supervision", "student": str(pupil.key)}, "key-1")
    assert made.status_code == 201, made.content.decode()
    number = made.json()["number"]
    assert made.json()["paper"]["pupil_name"] == pupil.name
    assert current_number(pupil) not in made.content.decode()
    assert "办理意见" in made.json()["lacking"]
    again = league.post("/tickets/", {"kind": "supervision", "student": str(pupil.key)}, "key-1")
    assert again.json()["number"] == number
    assert Ticket.objects.count() == 1
    said = {
        "matter": ticketed.MATTER,
        "instruction": "请查明原因，限期办结。",
        "responsible_phone": "0479-8210001",
        "handling": world.west.code,
        "until": "2099-12-18",
        "revision": made.json()["revision"],
    }
    filled = league.send("PATCH", f"/tickets/{number}/", said)
    assert filled.json()["lacking"] == []
    assert refusal(league.send("PATCH", f"/tickets/{number}/", said))["code"] == "stale"
    assert refusal(act(league, number, "issue"))["code"] == "no_seat"
    assert act(league, number, "propose").status_code == 200
    assert act(head, number, "issue").json()["state"] == "issued"
    county = Program(world.registrar(world.west))
    assert county.get("/tickets/", state="issued").json()["results"][0]["number"] == number
    assert county.get(f"/tickets/{number}/").json()["may"] == ["accept", "decline"]
    assert act(county, number, "accept", undertaker="吴海燕", phone="0479-3220001").status_code == 200
    assert act(county, number, "answer", text="已督促学校办结。").json()["state"] == "answered"
    assert act(league, number, "confirm").status_code == 200
    closed = act(league, number, "close").json()
    assert (closed["state"], closed["may"]) == ("closed", [])
    assert [entry["verb"] for entry in closed["entries"]][-1] == "close"


def test_fields_of_another_paper_and_units_elsewhere_are_told(world):
    report, program = ticketed.report(world), Program(world.registrar(world.im))
    told = program.send("PATCH", f"/tickets/{report.number}/", {"matter": "内容"})
    assert told.status_code == 400
    assert "没有这一栏" in told.json()["sentence"]
    supervision, league = ticketed.supervision(world), Program(world.registrar(world.league))
    told = league.send("PATCH", f"/tickets/{supervision.number}/", {"handling": world.zhangbei.code})
    assert told.status_code == 400
    assert "下级单位" in told.json()["sentence"]
    told = league.send("PATCH", f"/tickets/{supervision.number}/", {"pupil_id": "152522201001010001"})
    assert "学生身份证号" in refusal(told)["sentence"]


def test_a_ticket_of_others_is_not_found(world):
    ticket = ticketed.issued(world, ticketed.check(world))
    stranger = Program(world.registrar(world.west))
    assert stranger.get(f"/tickets/{ticket.number}/").status_code == 404
    assert act(stranger, ticket.number, "accept", phone="0479-3220001").status_code == 404
    assert stranger.get("/tickets/").json()["results"] == []


def test_the_list_is_narrowed(world):
    ticketed.issued(world, ticketed.check(world))
    ticketed.supervision(world)
    league = Program(world.head(world.league))
    assert len(league.get("/tickets/").json()["results"]) == 2
    assert len(league.get("/tickets/", kind="check").json()["results"]) == 1
    assert league.get("/tickets/", overdue="true").json()["results"] == []
    refuses(league.get("/tickets/", kind="letter"), 400, "invalid")


def test_a_repeated_act_is_done_once(world):
    ticket, county = ticketed.issued(world, ticketed.check(world)), Program(world.registrar(world.east))
    said = {"verb": "accept", "phone": "0479-3220001"}
    first = county.post(f"/tickets/{ticket.number}/acts/", said, "once")
    second = county.post(f"/tickets/{ticket.number}/acts/", said, "once")
    assert (first.status_code, second.status_code) == (200, 200)
    assert ticketed.again(ticket).entries.filter(verb="accept").count() == 1
