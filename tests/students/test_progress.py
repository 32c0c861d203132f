"""Parents see how their case stands, by its number and the last six of the pupil's number, and nothing else (R8.5)."""

import pytest
from django.core.cache import cache
from django.test import Client

from students.pupil.records import current_number
from tests.refusals import refuses

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R8.5")]


@pytest.fixture
def world(world):
    cache.clear()
    return world


def asked(number, last):
    return Client().post("/progress/", {"number": number, "last": last})


def test_a_parent_reads_who_has_the_case_since_when_and_how_long_still(world):
    world.east.phone, world.east.email = "0479-3220001", "dwq@example.gov.cn"
    world.east.save()
    pupil = world.pupil(world.third, letter="G", name="阿拉坦其其格")
    case = world.decide(world.submitted(world.first, pupil))
    answer = asked(case.number.lower(), current_number(pupil)[-6:].lower())
    page = answer.content.decode()
    assert answer.status_code == 200
    assert world.east.name in page
    assert "还剩 10 个工作日" in page
    assert "0479-3220001" in page
    assert world.first.name in page, "where it has been already"
    assert "阿拉坦" not in page
    assert current_number(pupil) not in page
    assert current_number(pupil)[-6:] not in page, "what was typed is not repeated"


@pytest.mark.parametrize("letter", ["L", "J", "G"])
def test_every_kind_of_number_opens_it(world, letter):
    pupil = world.pupil(world.third, letter=letter)
    case = world.submitted(world.first, pupil)
    assert asked(case.number, current_number(pupil)[-6:]).status_code == 200


def test_the_number_is_taken_as_people_type_it(world):
    pupil = world.pupil(world.third)
    case = world.submitted(world.first, pupil)
    last = current_number(pupil)[-6:]
    bare = case.number.replace("-", "")
    for typed in (
        bare,
        bare.lower(),
        f" {case.number} ",
        case.number.replace("-", "－"),
        bare.replace("0", "O"),
    ):
        assert asked(typed, last).status_code == 200, typed
    refuses(asked("", last), 422, "请填写业务编号")


def test_the_answer_is_the_same_whether_the_case_is_missing_a_draft_or_another_childs(world):
    pupil = world.pupil(world.third)
    draft = world.draft(world.first, world.pupil(world.second))
    case = world.submitted(world.first, pupil)
    wrong = [
        asked("ZX-2026-00000000", current_number(pupil)[-6:]),
        asked(draft.number, current_number(pupil)[-6:]),
        asked(case.number, "000000"),
    ]
    assert {answer.status_code for answer in wrong} == {404}
    pages = {
        answer.content.decode().split("</main>")[0].split('role="alert"')[1].split("</div>")[0]
        for answer in wrong
    }
    assert len(pages) == 1


def test_an_ended_case_says_how_it_ended(world):
    pupil = world.pupil(world.third)
    case = world.finish(world.submitted(world.first, pupil))
    page = asked(case.number, current_number(pupil)[-6:]).content.decode()
    assert "业务已结束：办结" in page


@pytest.mark.parametrize(("number", "last"), [("", ""), ("ZX-2026-7K3M9QXP", "12"), ("", "123456")])
def test_what_is_not_filled_in_is_told(world, number, last):
    answer = asked(number, last)
    assert answer.status_code == 422
    assert "请填写业务编号" in answer.content.decode()


def test_one_case_cannot_be_guessed_at_for_long(world, settings):
    pupil = world.pupil(world.third)
    case = world.submitted(world.first, pupil)
    found = [asked(case.number, f"{guess:06d}").status_code for guess in range(21)]
    assert found == [404] * 20 + [429]
    assert asked(case.number, current_number(pupil)[-6:]).status_code == 200, "whoever knows is always told"
    other = world.submitted(world.first, world.pupil(world.third))
    assert asked(other.number, "000000").status_code == 404, "another case is not shut with it"
