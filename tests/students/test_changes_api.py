"""学籍异动 through the API: the same rules, refusals and people as in the browser (R5.1–R5.3)."""

from datetime import timedelta

import pytest

from reviews.engine.models import Case
from students.changes.kinds import KINDS
from tests.api import Program, refusal
from tests.world import png
from web import clock

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R5.3")]
AGREED = {"opinion": "情况属实，同意办理。", "outcome": "agree"}


@pytest.fixture
def school(world):
    return Program(world.registrar(world.first))


def today():
    return clock.local_date(clock.now())


def begun(school, pupil, kind="suspension", key=""):
    answer = school.post("/changes/", {"student": str(pupil.key), "kind": kind}, key)
    assert answer.status_code == 201, answer.content.decode()
    return Case.objects.get(number=answer.json()["case"]["number"])


@pytest.mark.rule("R1.8")
@pytest.mark.parametrize("letter", ["L", "J", "G"])
def test_a_suspension_runs_from_draft_to_end_through_the_api(world, school, letter):
    pupil = world.pupil(world.first, letter=letter)
    case = begun(school, pupil)
    told = school.send("PATCH", f"/changes/{case.number}/", {"note": "住院治疗，家长申请。"}).json()
    assert {"请填写休学起始日期。", "请填写休学截止日期；期满前会提醒办理复学。"} <= {
        line["text"] for line in told["checks"] if not line["ok"]
    }
    assert (
        refusal(school.act(case, "submit", {"opinion": "家长申请休学。"}))["sentence"]
        == "请填写休学起始日期。"
    )
    said = {"on": f"{today()}", "until": f"{today() + timedelta(days=150)}", "reason": "12"}
    told = school.send("PATCH", f"/changes/{case.number}/", said).json()
    assert (told["change"]["note"], told["change"]["reason"]) == ("住院治疗，家长申请。", "12")
    assert school.act(case, "submit", {"opinion": "家长申请休学。"}).status_code == 200
    for unit in (world.first, world.east):
        if unit != world.first:
            assert Program(world.registrar(unit)).act(case, "handle", AGREED).status_code == 200
        assert Program(world.head(unit)).act(case, "sign", AGREED).status_code == 200
    pupil.refresh_from_db()
    assert pupil.status == "suspended"
    told = school.get(f"/changes/{case.number}/").json()
    assert (told["case"]["state"], told["change"]["status_was"], told["checks"]) == (
        "completed",
        "enrolled",
        [],
    )
    assert told["change"]["name"] != pupil.name


def test_the_kinds_tell_what_stands_in_the_way(world, school):
    pupil = world.pupil(world.first)
    rows = {row["kind"]: row for row in school.get("/changes/kinds/", student=str(pupil.key)).json()}
    assert set(rows) == {kind.kind for kind in KINDS}
    assert rows["suspension"]["refusal"] is None
    assert rows["expulsion"]["refusal"]["code"] == "not_compulsory"
    told = refusal(school.post("/changes/", {"student": str(pupil.key), "kind": "expulsion"}))
    assert told["code"] == "not_compulsory"


@pytest.mark.rule("R5.2")
def test_contacts_come_and_stay(world, school):
    pupil = world.pupil(world.first)
    world.reported(pupil)
    case = begun(school, pupil, "leaving_otherwise")
    contacts = [
        {"on": f"{today() - timedelta(days=days)}", "way": "telephone", "result": "停机"} for days in (40, 12)
    ]
    said = {"on": f"{today()}", "last_seen": f"{today() - timedelta(days=130)}", "contacts": contacts}
    told = school.send("PATCH", f"/changes/{case.number}/", said | {"note": "一直未到校。"}).json()
    assert told["change"]["contacts"] == contacts
    told = school.send("PATCH", f"/changes/{case.number}/", {"note": "开学后未到校。"}).json()
    assert told["change"]["contacts"] == contacts
    assert all(line["ok"] for line in told["checks"])


def test_only_the_pupils_school_begins_and_only_those_above_it_see(world, school):
    pupil = world.pupil(world.first)
    begin = {"student": str(pupil.key), "kind": "suspension"}
    assert refusal(Program(world.head(world.first)).post("/changes/", begin))["code"] == "no_seat"
    assert Program(world.registrar(world.second)).post("/changes/", begin).status_code == 404
    draft = begun(school, pupil)
    assert Program(world.registrar(world.east)).get(f"/changes/{draft.number}/").status_code == 404
    sent = world.changed(world.pupil(world.first), "suspension")
    assert Program(world.registrar(world.east)).get(f"/changes/{sent.number}/").status_code == 200
    assert Program(world.registrar(world.west)).get(f"/changes/{sent.number}/").status_code == 404
    transfer = world.submitted(world.first, world.pupil(world.third))
    assert school.get(f"/changes/{transfer.number}/").status_code == 404


def test_one_key_makes_one_draft_and_a_proof_comes_in(world, school):
    pupil = world.pupil(world.first)
    case = begun(school, pupil, key="one-key")
    assert begun(school, pupil, key="one-key") == case
    path = f"/api/v1/changes/{case.number}/proofs/"
    answer = school.client.post(path, {"file": png()}, headers=school.headers)
    assert answer.status_code == 201, answer.content.decode()
    assert case.attachments.count() == 1


def test_a_reason_or_a_class_from_elsewhere_is_told(world, school):
    case = begun(school, world.pupil(world.first))
    told = refusal(school.send("PATCH", f"/changes/{case.number}/", {"reason": "81"}), 400)
    assert "请从 /api/v1/changes/kinds/ 所列原因代码中选择" in told["sentence"]
    foreign = world.pupil(world.third).school_class.pk
    told = refusal(school.send("PATCH", f"/changes/{case.number}/", {"school_class": foreign}), 400)
    assert "请从本校班级中选择" in told["sentence"]
