"""Schools closed and merged, before there is a case: the pupil's record still stands at one, or the one that types
its own code is one. The way leads to the successor, or one clear sentence says what is missing (R3.1b, R0.1)."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import DatabaseError, transaction
from django.test import Client

from orgs.people import successors
from orgs.people.models import Post, Unit
from orgs.people.school_system import SchoolSystemPeriod
from reviews.engine.models import Case
from reviews.faults import announcing as faults
from students.pupil.models import Enrolment
from students.pupil.records import current_number
from tests.api import Program, refusal
from tests.clock import shanghai
from tests.refusals import refused, refuses, sql_refused
from transfers.attendance.models import Outcome
from transfers.moving import drafting
from transfers.moving.models import Transfer
from transfers.offline import recording as offline
from web import clock

NOW = shanghai(2026, 11, 3, 10)
pytestmark = [pytest.mark.django_db, pytest.mark.rule("R3.1b"), pytest.mark.world_at(NOW)]
WIDE = str.maketrans("0123456789T", "０１２３４５６７８９Ｔ")


@pytest.fixture
def world(world):
    cache.clear()
    return world


def checked(world, pupil, way="new"):
    """The page with the pupil found and every obstacle, as the first school's registrar sees it."""
    client = Client()
    client.force_login(world.registrar(world.first))
    answer = client.post(f"/transfers/{way}/", {"number": current_number(pupil), "name": pupil.name})
    page = client.get(answer.headers["Location"])
    sent = client.post(answer.headers["Location"].partition("?")[0], {"pupil": str(pupil.key)})
    return page.content.decode(), sent


def look_up(program, pupil, **more):
    return program.post("/look-up/", {"number": current_number(pupil), "name": pupil.name, **more})


# ---------------------------------------------------------------- the pupil's school is closed


@pytest.mark.rule("R3.1")
def test_the_successor_sends_a_pupil_whose_record_still_stands_at_the_closed_school(world):
    pupil = world.pupil(world.third)
    middle, heir = world.school("示例第四小学", world.west), world.school("示例第五小学", world.west)
    world.closed(world.third, middle)
    world.closed(middle, heir)
    page, sent = checked(world, pupil)
    assert sent.status_code == 303
    assert heir.name not in page  # nothing stands in the way, so nothing is told
    case = Case.objects.get(subject=f"student:{pupil.pk}")
    assert case.sending_unit == heir
    assert Transfer.objects.get(case=case).sending_school == heir
    case = world.finish(world.submitted(world.first, pupil))
    assert case.state == "completed"
    assert [step.unit for step in case.steps.order_by("seq")] == [world.first, world.east, heir, world.west]
    pupil.refresh_from_db()
    assert pupil.school == world.first
    left = Enrolment.objects.get(student=pupil, period__endswith__isnull=False)
    assert left.school == world.third  # the archive stays where the pupil was


def test_a_pupil_whose_school_was_merged_into_this_one_needs_no_transfer(world):
    pupil = world.pupil(world.third)
    world.closed(world.third, world.first)
    page, sent = checked(world, pupil)
    sentence = f"该生学籍所在的{world.third.name}已并入本校，学籍由本校承接，不需要转学。"
    assert sentence in page
    refuses(sent, 409, sentence)
    told = look_up(Program(world.registrar(world.first)), pupil).json()
    assert told["stopped"]
    assert sentence in [check["text"] for check in told["checks"]]
    with refused("other_school"):
        drafting.begin(pupil, world.first, world.registrar(world.first), NOW)


@pytest.mark.rule("R0.1")
def test_a_pupil_of_a_closed_school_without_successor_is_told_who_has_to_say(world):
    pupil = world.pupil(world.third)
    world.closed(world.third)
    page, sent = checked(world, pupil)
    sentence = (
        f"{world.third.name}已于2026年11月3日撤销，还没有确定承接其学籍的学校，现在不能办理转出；"
        f"请联系{world.west.name}确定，学生照常就读、不受影响。"
    )
    assert sentence in page
    assert f"由谁解除：{world.west.name}确定承接学校" in page
    refuses(sent, 409, sentence)
    program = Program(world.registrar(world.first))
    key = look_up(program, pupil).json()["key"]
    told = refusal(program.post("/cases/", {"pupil": key}))
    assert (told["code"], told["sentence"]) == ("schools_exist", sentence)
    assert not Case.objects.exists()


@pytest.mark.rule("R3.3")
def test_a_graduate_of_a_closed_school_is_enrolled_through_its_successors_authority(world):
    pupil = world.graduate(world.abroad)
    heir = world.school("张北县承接小学", world.unit("沽源县教育局", "county", world.hebei))
    world.closed(world.abroad, heir)
    client = Client()
    client.force_login(world.registrar(world.junior))
    answer = client.post("/graduates/new/", {"number": current_number(pupil), "name": pupil.name})
    assert "不通过" not in client.get(answer.headers["Location"]).content.decode()
    case = world.awaited(world.enrolling(world.junior, pupil))
    assert [step.unit for step in case.steps.order_by("seq")][2] == heir.authority
    case = world.filed(case)
    assert case.state == "completed"


def test_a_draft_made_before_the_closing_is_sent_to_the_successor(world):
    pupil = world.pupil(world.third)
    case = world.draft(world.first, pupil)
    world.closed(world.third)
    told = refusal(Program(world.registrar(world.first)).act(case, "submit", {"opinion": "情况属实。"}))
    assert told["code"] == "schools_exist"
    assert world.west.name in told["sentence"]


# ---------------------------------------------------------------- codes


def requests(world, program, code):
    """Every request in which a program names its school."""
    pupil = world.pupil(world.third)
    fault = next(iter(faults.covering(world.second, world.today)), None) or world.fault(world.east)
    whom = {"number": current_number(pupil), "name": pupil.name}
    paper = {"fault": fault.number, "paper_date": "2026-11-03", "requester": "father"}
    found = look_up(Program(world.registrar(world.second)), pupil).json()
    return {
        "look-up": program.post("/look-up/", whom | {"school": code}),
        "enrolment": program.post("/look-up/", whom | {"school": code, "kind": "post_graduation_enrolment"}),
        "draft": program.post("/cases/", {"pupil": found["key"], "school": code}),
        "reasons": program.get("/transfer-reasons/", school=code),
        "offline": program.post("/offline-transfers/", paper | whom | {"school": code}),
    }


def test_a_code_that_is_no_schools_is_told_as_such(world):
    for code in ("9999999999", world.east.code):
        for answer in requests(world, Program(world.registrar(world.first)), code).values():
            told = refusal(answer, 400)
            assert told["fields"]["school"][0].startswith("没有这个学校代码")
    assert not Case.objects.exists()


@pytest.mark.parametrize("code", ["152522!", "东乌旗", "1" * 13, "", "　"])
def test_what_cannot_be_a_code_is_told_in_a_sentence(world, code):
    program, pupil = Program(world.registrar(world.first)), world.pupil(world.third)
    told = refusal(look_up(program, pupil, school=code), 400)
    assert told["fields"]["school"][0].endswith("。")


def test_a_code_in_full_width_digits_is_the_same_code(world):
    program, pupil = Program(world.registrar(world.first)), world.pupil(world.third)
    wide = f" {world.first.code.translate(WIDE)}　"
    told = look_up(program, pupil, school=wide)
    assert told.status_code == 200
    assert told.json()["school"] == world.first.code
    assert program.get("/transfer-reasons/", school=wide).status_code == 200
    assert program.get("/classes/", school=wide).json()["results"]
    fault = {"unit": world.east.code.translate(WIDE), "since": "2026-11-03", "reason": "学籍系统无法登录"}
    assert Program(world.registrar(world.east)).post("/faults/", fault).status_code == 201


def test_a_school_that_is_anothers_is_still_no_seat(world):
    for answer in requests(world, Program(world.registrar(world.first)), world.second.code).values():
        assert refusal(answer)["code"] == "no_seat"


def test_a_closed_schools_code_names_its_successor(world):
    world.registrar(world.first)
    world.closed(world.first, world.second)
    sentence = (
        f"{world.first.name}已于2026年11月3日撤销，由{world.second.name}承接，不能再发起转学；"
        f"请由{world.second.name}（代码 {world.second.code}）的学籍管理员发起。"
    )
    # Whoever types it: the one who was its registrar, and one who never was.
    for account in (world.registrar(world.first), world.registrar(world.league_school)):
        for answer in requests(world, Program(account), world.first.code).values():
            told = refusal(answer)
            assert (told["code"], told["sentence"]) == ("schools_exist", sentence)


def test_a_form_with_another_school_than_ones_own_keeps_what_was_typed(world):
    account = world.registrar(world.first)
    Post.objects.create(account=account, unit=world.second, role="registrar", valid_from=world.today)
    pupil = world.pupil(world.third)
    world.fault(world.east)
    client = Client()
    client.force_login(account)
    for page in ("/transfers/new/", "/graduates/new/", "/offline/new/"):
        for school in ("999999999", "１", str(world.third.pk)):
            typed = {"number": "", "name": pupil.name, "school": school}
            answer = client.post(page, typed)
            assert answer.status_code == 422, page
            text = answer.content.decode()
            assert "请从你任学籍管理员的学校中选择转入学校。" in text, page
            assert pupil.name in text, page


# ---------------------------------------------------------------- offline


@pytest.mark.rule("R0.4")
@pytest.mark.rule("R0.1")
def test_offline_a_closed_school_takes_nobody_in_and_says_that_the_child_attends(world):
    world.fault(world.east)
    world.registrar(world.first)
    world.closed(world.first, world.second)
    client = Client()
    client.force_login(world.registrar(world.first))
    pupil = world.pupil(world.third)
    typed = {"number": current_number(pupil), "name": pupil.name, "requester": "mother"}
    answer = client.post("/offline/new/", typed | {"paper_date": "2026-11-03"})
    assert answer.status_code == 403
    text = answer.content.decode()
    assert f"由{world.second.name}承接" in text
    assert "学生照常就读，不受影响。" in text


@pytest.mark.rule("R0.4")
def test_offline_the_record_of_a_merged_school_is_its_successors(world):
    pupil, other = world.pupil(world.third), world.pupil(world.third)
    heir = world.school("示例第四小学", world.west)
    world.closed(world.third, heir)
    made = world.taken_in(world.first, pupil)
    assert made.sending_school == heir
    case = offline.start(made, world.registrar(world.first), clock.now())
    assert case.sending_unit == heir
    with refused("other_school"):
        world.taken_in(heir, other)


@pytest.mark.rule("R0.4")
def test_offline_a_pupil_whose_school_merged_into_this_one_is_settled_as_already_here(world):
    made = world.taken_in(world.first, world.pupil(world.third))
    clerk = world.registrar(world.first)
    with refused("offline_not_here"):
        offline.end(made, clerk, clock.now(), Outcome.ALREADY)
    world.closed(world.third, world.first)
    assert offline.end(made, clerk, clock.now(), Outcome.ALREADY).outcome == Outcome.ALREADY


# ---------------------------------------------------------------- the chain itself


@pytest.mark.rule("R3.1")
def test_the_chain_of_successors_is_followed_to_the_unit_that_stands_on_the_day(world):
    today, later = world.today, NOW.date().replace(day=30)
    a, b, c = world.first, world.second, world.school("示例第四小学", world.east)
    world.closed(a, b)
    world.closed(b, c, on=later)
    assert successors.standing(a, today) == b
    assert successors.standing(a, later) == c
    world.closed(c, on=later)
    assert successors.standing(a, later) is None
    assert successors.heir_or_self(a, later) == a


@pytest.mark.rule("R3.1")
@pytest.mark.rule("R4.3")
@pytest.mark.parametrize(
    ("closing", "heir", "fits"),
    [
        ((1, 6), (7, 9), False),
        ((1, 6), (1, 5), False),
        ((1, 9), (1, 6), False),
        ((7, 9), (1, 6), False),
        ((1, 4), (1, 6), True),
        ((7, 9), (1, 9), True),
        ((7, 9), (7, 12), True),
    ],
)
def test_a_successor_has_the_grades_of_the_closed_school(world, closing, heir, fits):
    old = world.school("示例旧校", world.east, *closing)
    new = world.school("示例承接校", world.east, *heir)
    update = "UPDATE orgs_unit SET closed_on = %s, successor_id = %s WHERE id = %s"
    if fits:
        assert world.closed(old, new).successor == new
    else:
        sql_refused("unit_successor_grades", update, world.today, new.pk, old.pk)


@pytest.mark.rule("R4.3")
def test_a_successor_that_has_the_grades_from_the_closing_day_on_will_do(world):
    old, new = world.school("示例旧校", world.east, 7, 9), world.school("示例承接校", world.east, 1, 6)
    begins = world.today + timedelta(days=30)
    SchoolSystemPeriod.objects.create(
        school=new,
        school_system="nine",
        lowest_grade=1,
        highest_grade=9,
        valid_from=begins,
        source="旗政发〔2026〕8号",
    )
    update = "UPDATE orgs_unit SET closed_on = %s, successor_id = %s WHERE id = %s"
    sql_refused("unit_successor_grades", update, begins - timedelta(days=1), new.pk, old.pk)
    assert world.closed(old, new, on=begins).successor == new


@pytest.mark.rule("R3.1")
def test_a_successor_is_of_the_same_sort_named_with_the_day_and_never_in_a_ring(world):
    first, second, east = world.first.pk, world.second.pk, world.east.pk
    update = "UPDATE orgs_unit SET closed_on = %s, successor_id = %s WHERE id = %s"
    sql_refused("unit_successor_closed", update, None, second, first)
    sql_refused("unit_successor_level", update, world.today, east, first)
    sql_refused("unit_successor_level", update, world.today, first, east)
    sql_refused("unit_successor_ring", update, world.today, first, first)
    world.closed(world.first, world.second)
    sql_refused("unit_successor_ring", update, world.today, first, second)
    with pytest.raises(DatabaseError, match="最终又由本单位承接"), transaction.atomic():
        Unit.objects.filter(pk=second).update(closed_on=world.today, successor=first)
