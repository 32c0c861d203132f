"""Cross-province transfers, 毕业后跨省就学 and 调档 through the API alone (R3.1, R3.3, R3.6)."""

import pytest

from reviews.engine.models import Act, Case
from students.pupil import records
from students.pupil.models import ProblemRecord, SchoolClass
from tests.api import AGREED, SENT, Program, refusal
from tests.clock import shanghai
from tests.world import png

AUTUMN = shanghai(2026, 9, 14, 9)
pytestmark = [pytest.mark.django_db, pytest.mark.world_at(AUTUMN)]


@pytest.fixture(autouse=True)
def _no_throttle_left(servers):
    from django.core.cache import cache

    cache.clear()


def begun(world, school, pupil, **more):
    """A whole draft of ``school``, made by a program; answers with the program and the case."""
    program = Program(world.registrar(school))
    found = program.post(
        "/look-up/", {"number": records.current_number(pupil), "name": pupil.name, **more}
    ).json()
    made = program.post("/cases/", {"pupil": found["key"], **more})
    assert made.status_code == 201, made.content.decode()
    case = Case.objects.get(number=made.json()["case"]["number"])
    reason = program.get("/transfer-reasons/", kind=case.kind).json()[0]["key"]
    grade = made.json()["transfer"]["grade_to"]
    room = program.get("/classes/", grade=grade).json()["results"][0]["id"]
    changed = program.send("PATCH", f"/cases/{case.number}/", {"reason": reason, "school_class": room})
    assert changed.status_code == 200, changed.content.decode()
    return program, case


def agreed(world, case, *units):
    """Both people of each unit agree by their programs."""
    for unit in units:
        for verb, who in (("handle", world.registrar), ("sign", world.head)):
            answer = Program(who(unit)).act(case, verb, AGREED)
            assert answer.status_code == 200, answer.content.decode()
    return answer.json()


@pytest.mark.rule("R3.6")
def test_a_program_carries_a_cross_province_transfer_to_the_moved_record(world):
    pupil = world.pupil(world.abroad)
    school, case = begun(world, world.first, pupil)
    assert case.kind == "cross_province_transfer"
    school.attach(case, png())
    assert school.act(case, "submit", SENT).status_code == 200
    Program(world.head(world.first)).act(case, "sign", AGREED)
    told = agreed(world, case, world.east, world.abroad, world.zhangbei)
    assert told["case"]["state"] == "awaiting_file"
    assert told["stages"][-1] == "awaiting_file"
    shown = school.get(f"/cases/{case.number}/").json()
    assert shown["outcomes"] == []
    allowed = {verb["verb"] for verb in shown["verbs"] if verb["allowed"]}
    assert {"report", "no_show"} <= allowed
    assert "request_file" not in allowed
    assert "还没有登记学生报到" in refusal(school.act(case, "request_file"))["sentence"]
    assert refusal(school.act(case, "report", {}), 400)["fields"]["on"]
    assert refusal(school.act(case, "report", {"on": "2026-09-15"}))["code"] == "reported_on"
    told = school.act(case, "report", {"on": "2026-09-14"}).json()
    assert told["transfer"]["reported_on"] == "2026-09-14"
    done = school.act(case, "request_file", key="request-file-1")
    assert done.json()["case"]["state"] == "completed"
    assert school.act(case, "request_file", key="request-file-1").json()["case"]["state"] == "completed"
    pupil.refresh_from_db()
    assert pupil.school == world.first


@pytest.mark.rule("R3.6")
def test_a_no_show_is_kept_and_stops_the_request(world):
    case = world.awaited(world.submitted(world.first, world.pupil(world.abroad)))
    school = Program(world.registrar(world.first))
    assert school.act(case, "no_show").json()["transfer"]["did_not_report"] is True
    assert "未报到" in refusal(school.act(case, "request_file"))["sentence"]
    assert refusal(Program(world.registrar(world.abroad)).act(case, "no_show"))["code"] == "no_seat"


@pytest.mark.rule("R3.3")
def test_a_program_takes_a_graduate_in(world):
    pupil = world.graduate(world.abroad)
    school, case = begun(world, world.junior, pupil, kind="post_graduation_enrolment")
    assert school.act(case, "submit", SENT).status_code == 200
    Program(world.head(world.junior)).act(case, "sign", AGREED)
    told = agreed(world, case, world.east, world.zhangbei)
    assert told["case"]["state"] == "awaiting_file"
    school.act(case, "report", {"on": "2026-09-01"})
    assert school.act(case, "request_file").json()["case"]["kind_name"] == "毕业后跨省就学"
    pupil.refresh_from_db()
    assert pupil.school_class == SchoolClass.objects.get(school=world.junior, cohort=pupil.cohort)


@pytest.mark.rule("R3.3")
def test_a_pupil_who_has_not_graduated_is_refused_that_way_with_the_sentence(world):
    pupil = world.pupil(world.abroad, grade=6)
    program = Program(world.registrar(world.junior))
    asked = {"number": records.current_number(pupil), "name": pupil.name, "kind": "post_graduation_enrolment"}
    found = program.post("/look-up/", asked).json()
    assert found["stopped"] is True
    assert any("只有学籍状态为“毕业”" in check["text"] for check in found["checks"])
    told = refusal(program.post("/cases/", {"pupil": found["key"], "kind": "post_graduation_enrolment"}))
    assert told["code"] == "has_graduated"
    assert refusal(program.post("/look-up/", asked | {"kind": "no_such_kind"}), 400)["fields"]["kind"]


@pytest.mark.rule("R3.1b")
def test_a_message_goes_to_the_unit_that_can_clear_what_stops_the_case(world):
    pupil = world.pupil(world.abroad)
    case = world.decide(world.submitted(world.first, pupil))
    ProblemRecord.objects.create(student=pupil, kind="id_name_mismatch")
    school = Program(world.registrar(world.first))
    words = {"opinion": "请尽快处理姓名不符的问题。"}
    assert refusal(school.act(case, "message", words))["code"] == "about"
    assert refusal(school.act(case, "message", words | {"about": "data_match"}))["code"] == "nothing_to_clear"
    assert school.act(case, "message", words | {"about": "no_problem"}).status_code == 200
    assert Act.objects.filter(case=case, verb="message").count() == 1
