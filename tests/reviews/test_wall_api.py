"""Refusals, shares and appeals by the API: the rows and the sentences of the pages (R3.4)."""

import pytest

from reviews.refusal_rules.models import WallAppeal
from tests.api import Program, refusal
from tests.clock import frozen
from tests.reviews.case_pages import MONDAY, at_the_authority
from tests.reviews.test_refusals import BACK, UNTRUE, refused

pytestmark = [pytest.mark.django_db, pytest.mark.world_at(MONDAY, stands=False)]
TEXT = "材料不齐不办是旧通知里的话，家长本人明确表示不再转学。"
STOPPED = {"outcome": "refuse", "reason": "guardian_objects", "opinion": TEXT}
RULING = {"ruling": "allow", "opinion": "转述家长的话，属误报。"}


@pytest.fixture(autouse=True)
def monday():
    with frozen(MONDAY):
        yield


def listed(account, **query):
    answer = Program(account).get("/refusals/", **query)
    assert answer.status_code == 200, answer.content.decode()
    return [row["number"] for row in answer.json()["results"]]


# ---------------------------------------------------------------- the register


@pytest.mark.rule("R3.4")
def test_a_program_of_the_province_reads_every_refusal_with_reason_and_words(world):
    cases = [refused(world, stages) for stages in range(4)]
    boss = world.registrar(world.im)
    assert set(listed(boss)) == {case.number for case in cases}
    row = Program(boss).get("/refusals/", stage="sending_authority").json()["results"][0]
    assert row["number"] == cases[3].number
    assert row["unit"] == {"code": world.west.code, "name": world.west.name}
    assert (row["stage_label"], row["outcome"], row["kind_name"]) == ("转出主管部门", "refuse", "省内转学")
    assert row["reason"] == {"code": "guardian_objects", "text": row["reason"]["text"]}
    assert row["opinion"] == "监护人到校书面表示不再转学。"
    assert set(listed(world.head(world.west))) == {cases[2].number, cases[3].number}
    assert listed(world.head(world.hebei)) == listed(world.head(world.second)) == []


def test_it_is_narrowed_as_the_page_is_and_a_wrong_filter_is_told(world):
    one, two = refused(world, 1), refused(world, 2, **UNTRUE)
    back = world.decide(at_the_authority(world), **BACK)
    boss = world.registrar(world.im)
    assert listed(boss, outcome="send_back") == [back.number]
    assert listed(boss, reason="reason_untrue") == [two.number]
    assert listed(boss, unit=world.east.code, own="true") == [one.number]
    assert listed(boss, until="2026-11-22") == []
    assert set(listed(boss, since="2026-11-23", until="2026-11-23")) == {one.number, two.number}
    assert listed(boss, unit="NOSUCH") == []
    assert listed(world.head(world.west), unit=world.east.code) == []
    for name, value in (
        ("since", "9999-12-31"),
        ("until", "0001-01-01"),
        ("stage", "draft"),
        ("kind", "x"),
        ("outcome", "agree"),
        ("unit", "'"),
        ("reason", "\x00"),
    ):
        told = refusal(Program(boss).get("/refusals/", **{name: value}), 400)
        assert name in told["fields"]


def test_pages_follow_each_other_the_latest_first(world):
    numbers = {refused(world, 1).number for _ in range(3)}
    first = Program(world.head(world.im)).get("/refusals/", limit=2).json()
    onward = first["next"].partition("/api/v1")[2]
    rest = Program(world.head(world.im)).get(onward).json()
    assert {row["number"] for row in first["results"] + rest["results"]} == numbers
    assert len(first["results"]) == 2


@pytest.mark.rule("R3.4")
def test_shares_of_each_reason_come_by_unit_and_add_up(world):
    for stages, decided in ((1, {}), (1, UNTRUE), (1, UNTRUE), (3, {})):
        refused(world, stages, **decided)
    rows = Program(world.registrar(world.im)).get("/refusals/shares/").json()["results"]
    assert [(row["unit"]["code"], row["total"]) for row in rows] == [
        (world.east.code, 3),
        (world.west.code, 1),
    ]
    assert [row["unit"]["name"] for row in rows] == [world.east.name, world.west.name]
    east = {reason["code"]: (reason["count"], reason["percent"]) for reason in rows[0]["reasons"]}
    assert east == {"reason_untrue": (2, 67), "guardian_objects": (1, 33)}
    own = Program(world.head(world.west)).get("/refusals/shares/").json()["results"]
    assert [row["unit"]["code"] for row in own] == [world.west.code]
    assert Program(world.head(world.hebei)).get("/refusals/shares/").json()["results"] == []


# ---------------------------------------------------------------- appeals


@pytest.mark.rule("R3.4")
def test_a_program_sends_a_stopped_text_up_and_another_rules_and_it_passes(world):
    case = at_the_authority(world)
    clerk, head = Program(world.registrar(world.east)), Program(world.head(world.league))
    told = refusal(clerk.act(case, "handle", STOPPED))
    assert told["code"] == "forbidden_ground"
    sent = clerk.act(case, "appeal", STOPPED | {"explanation": "转述家长的话。"}, key="k1")
    assert sent.status_code == 201
    made = sent.json()
    assert (made["phrase"], made["clause"], made["waits"], made["may_rule"]) == (
        "材料、手续不齐",
        "函 一；附件1 三.1",
        True,
        False,
    )
    assert (made["opinion"], made["explanation"], made["outcome"]) == (TEXT, "转述家长的话。", "refuse")
    again = clerk.act(case, "appeal", STOPPED | {"explanation": "转述家长的话。"}, key="k1")
    assert again.json()["id"] == made["id"]
    assert WallAppeal.objects.count() == 1
    waiting = head.get("/appeals/", waits="true").json()["results"]
    assert [(row["id"], row["may_rule"]) for row in waiting] == [(made["id"], True)]
    path = f"/appeals/{made['id']}/rule/"
    assert refusal(clerk.post(path, RULING))["code"] == "no_seat"
    done = head.post(path, RULING, key="k2")
    assert done.status_code == 200
    assert (done.json()["ruling"], done.json()["waits"]) == ("allow", False)
    assert head.post(path, RULING, key="k2").json() == done.json()
    assert refusal(head.post(path, RULING | {"ruling": "forbid"}))["code"] == "appeal_decided"
    assert head.get("/appeals/", waits="true").json()["results"] == []
    assert clerk.get("/appeals/", waits="false").json()["results"][0]["ruling_opinion"] == RULING["opinion"]
    assert clerk.act(case, "handle", STOPPED).status_code == 200


def test_what_is_not_stopped_or_not_one_s_turn_cannot_be_sent_up(world):
    case = at_the_authority(world)
    clerk = Program(world.registrar(world.east))
    plain = STOPPED | {"opinion": "家长明确表示孩子不再转学，已核实。"}
    assert refusal(clerk.act(case, "appeal", plain))["code"] == "appeal_needless"
    assert refusal(Program(world.registrar(world.third)).act(case, "appeal", STOPPED))["code"] == "no_seat"
    assert refusal(clerk.act(case, "appeal", STOPPED | {"outcome": "filed"}), 400)["fields"]["outcome"]
    assert Program(world.registrar(world.second)).act(case, "appeal", STOPPED).status_code == 404


def test_an_appeal_is_nothing_to_those_beside_and_below(world):
    case = at_the_authority(world)
    made = Program(world.registrar(world.east)).act(case, "appeal", STOPPED).json()
    seen = [
        Program(world.head(unit)).get(f"/appeals/{made['id']}/").status_code
        for unit in (world.east, world.league, world.im, world.first, world.west, world.hebei)
    ]
    assert seen == [200, 200, 200, 404, 404, 404]
    assert Program(world.head(world.west)).get("/appeals/").json()["results"] == []
