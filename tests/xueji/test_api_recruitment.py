"""招生, 直升 and 招生回退 begun by programs: the same rules, the same second person (R4.5, R4.4, R0.5)."""

from datetime import timedelta

import pytest
from django.core import signing

from reviews.engine import door
from reviews.engine.models import Case
from students.admission.recruitment import actions as recruitment
from students.onward.models import RecruitedPupil
from tests.api import Program, refusal
from tests.clock import frozen, shanghai

AUTUMN = shanghai(2026, 9, 2, 10)
pytestmark = [pytest.mark.django_db, pytest.mark.rule("R4.5"), pytest.mark.world_at(AUTUMN)]
WORDS = "录取属实，同意。"


def looked_up(program, pupil):
    """What the look-up of the program's account has given of the pupil."""
    return signing.dumps([str(pupil.key), program.account.pk], salt="transfers.look_up")


@pytest.fixture
def program(world):
    clerk = world.registrar(world.junior)
    made = Program(clerk)
    made.account = clerk
    return made


@pytest.mark.rule("R0.5")
def test_a_graduate_is_listed_sent_and_signed_by_a_second_person(world, program):
    pupil = world.graduate(world.first)
    body = {"pupil": looked_up(program, pupil), "class_number": 2}
    made = program.post("/recruitment/", body, key="once")
    assert (made.status_code, made.json()["state"], made.json()["class_number"]) == (201, "listed", 2)
    assert made.json()["name"] != pupil.name
    assert program.post("/recruitment/", body, key="once").json() == made.json()
    assert RecruitedPupil.objects.count() == 1
    assert refusal(program.post("/recruitment/", body))["code"] == "listed"
    sent = program.post("/recruitment/send/", {"opinion": WORDS}, key="sent")
    assert (sent.status_code, program.post("/recruitment/send/", {"opinion": WORDS}, key="sent").json()) == (
        201,
        sent.json(),
    )
    (number,) = sent.json()["numbers"]
    case = Case.objects.get(number=number)
    told = refusal(program.act(case, "sign", {"opinion": WORDS, "outcome": "agree"}))
    assert told["code"] in ("no_seat", "wrong_turn")
    assert (
        Program(world.head(world.junior))
        .act(case, "sign", {"opinion": WORDS, "outcome": "agree"})
        .status_code
        == 200
    )
    listed = program.get("/recruitment/").json()["results"]
    assert [(row["student"], row["state"], row["case"]) for row in listed] == [
        (str(pupil.key), "sent", number)
    ]
    assert Program(world.registrar(world.abroad)).get("/recruitment/").json()["results"] == []
    assert refusal(program.post("/recruitment/send/", {"opinion": WORDS}))["code"] == "nobody"


def test_who_is_not_the_schools_registrar_lists_and_sends_nobody(world, program):
    pupil = world.graduate(world.first)
    for by in (world.head(world.junior), world.registrar(world.east)):
        other = Program(by)
        other.account = by
        body = {"pupil": looked_up(other, pupil), "school": world.junior.code}
        assert refusal(other.post("/recruitment/", body))["code"] == "no_seat"
        assert refusal(other.post("/recruitment/send/", {"opinion": WORDS}))["code"] == "no_seat"
        assert (
            refusal(other.post("/recruitment/through/", {"students": [str(pupil.key)]}))["code"] == "no_seat"
        )
    theirs = program.post("/recruitment/", {"pupil": looked_up(other, pupil)})
    assert refusal(theirs, 400)["fields"]["pupil"]
    enrolled = world.pupil(world.first, grade=6)
    assert (
        refusal(program.post("/recruitment/", {"pupil": looked_up(program, enrolled)}))["code"]
        == "not_graduated"
    )
    assert not RecruitedPupil.objects.exists()


def test_own_graduates_are_offered_and_go_on_together_or_not_at_all(world):
    nine = world.school("示例九年一贯制学校", world.east, 1, 9, "nine")
    own, other = world.graduate(nine), world.graduate(world.first)
    program = Program(world.registrar(nine))
    offered = program.get("/recruitment/through/").json()
    assert [(one["student"], one["grade"], one["refusal"]) for one in offered] == [(str(own.key), 7, None)]
    both = {"students": [str(own.key), str(other.key)]}
    assert refusal(program.post("/recruitment/through/", both))["code"] == "nobody"
    assert not RecruitedPupil.objects.exists()
    made = program.post("/recruitment/through/", {"students": [str(own.key)]})
    assert (made.status_code, [row["student"] for row in made.json()]) == (201, [str(own.key)])
    (number,) = program.post("/recruitment/send/", {"opinion": WORDS}).json()["numbers"]
    assert RecruitedPupil.objects.get(case__number=number).own


@pytest.mark.rule("R4.4", "R0.5")
def test_a_wrong_recruitment_is_taken_back_by_the_authority_and_signed_by_its_head(world):
    pupil, clerk = world.graduate(world.first), world.registrar(world.junior)
    recruitment.add([pupil], world.junior, clerk, AUTUMN)
    (case,) = recruitment.send(world.junior, clerk, AUTUMN, WORDS)
    while case.is_live:
        case = world.decide(case, opinion=WORDS)
    recruitment.report(case, [pupil.pk], AUTUMN.date(), clerk, AUTUMN)
    with frozen(AUTUMN + timedelta(days=1)):
        taken_back(world, pupil, clerk)


def taken_back(world, pupil, clerk):
    body = {"student": str(pupil.key), "why": "误招，该生未到校就读。", "opinion": "情况属实，同意回退。"}
    assert refusal(Program(clerk).post("/recruitment/return/", body))["code"] == "no_seat"
    assert Program(world.registrar(world.zhangbei)).post("/recruitment/return/", body).status_code == 404
    office = Program(world.registrar(world.east))
    numbered = body | {"why": "学生 152522201503040013 误招。"}
    assert refusal(office.post("/recruitment/return/", numbered))["code"] == "number_in_text"
    made = office.post("/recruitment/return/", body, key="back")
    assert made.status_code == 201, made.content.decode()
    assert office.post("/recruitment/return/", body, key="back").json() == made.json()
    back = Case.objects.get(number=made.json()["numbers"][0])
    door.perform(back, "sign", world.head(world.east), opinion="情况属实，同意回退。", outcome="agree")
    pupil.refresh_from_db()
    assert (pupil.status, pupil.school) == ("graduated", world.first)
