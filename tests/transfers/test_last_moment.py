"""The last instant before the freeze and its first one, by every way in (R3.5)."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from reviews.engine import door
from reviews.engine.models import Case
from reviews.vocabulary.states import State
from tests.api import SENT, Program, refusal
from tests.clock import frozen, shanghai
from tests.refusals import refused
from tests.world import World
from transfers.moving.models import Transfer
from web.refusals import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R3.5")]
SHUT = shanghai(2026, 7, 15)
LAST = SHUT - timedelta(microseconds=1)


@pytest.fixture(params=["in_province_transfer", "cross_province_transfer"])
def draft(request):
    """A whole draft of the day before; with its world."""
    with frozen(SHUT - timedelta(days=1)):
        world = World(now=SHUT - timedelta(days=1))
        sending = world.third if request.param == "in_province_transfer" else world.abroad
        case = world.draft(world.first, world.pupil(sending))
        assert case.kind == request.param
        return world, case


def by_door(client, world, case):
    try:
        door.perform(case, "submit", world.registrar(world.first), opinion="情况属实，申请转入。")
    except Refused as error:
        return error.sentence
    return ""


def by_page(client, world, case):
    client.force_login(world.registrar(world.first))
    transfer = Transfer.objects.get(case=case)
    form = {
        "reason": transfer.reason_id,
        "grade_to": transfer.grade_to,
        "school_class": transfer.school_class_id,
        "opinion": "情况属实，申请转入。",
        "revision": case.revision,
        "key": str(uuid.uuid4()),
        "action": "send",
    }
    answer = client.post(reverse("transfer-edit", args=[case.number]), form)
    if answer.status_code == 303:
        return ""
    assert answer.status_code == 409
    assert "情况属实，申请转入。" in answer.content.decode()
    return answer.context["refused"]["sentence"]


def by_program(client, world, case):
    answer = Program(world.registrar(world.first)).act(case, "submit", SENT)
    return "" if answer.status_code == 200 else refusal(answer)["sentence"]


@pytest.mark.parametrize("way", [by_door, by_page, by_program])
@pytest.mark.parametrize("at", [LAST, SHUT])
def test_until_the_last_microsecond_of_14_july_a_case_is_sent_and_from_the_next_one_on_it_waits(
    client, draft, way, at
):
    world, case = draft
    with frozen(at):
        told = way(client, world, case)
    found = Case.objects.get(pk=case.pk)
    if at == LAST:
        assert (told, found.state, found.submitted_at) == ("", State.RECEIVING_SCHOOL, LAST)
    else:
        assert "2026年8月15日" in told or "8月14日" in told
        assert found.state == State.DRAFT


# ---------------------------------------------------------------- 毕业后跨省就学: only inside its windows (R3.3)


@pytest.mark.parametrize(
    ("edge", "opens"),
    [
        (shanghai(2026, 8, 15), True),
        (shanghai(2026, 12, 15), False),
        (shanghai(2027, 3, 1), True),
        (shanghai(2027, 6, 1), False),
    ],
    ids=lambda value: f"{value:%Y-%m-%d}" if hasattr(value, "year") else "",
)
@pytest.mark.parametrize("inside", [True, False], ids=["inside", "outside"])
def test_an_enrolment_after_graduation_is_sent_to_the_last_microsecond_of_its_window_and_no_longer(
    edge, opens, inside
):
    tick = timedelta(microseconds=1)
    at = edge if opens == inside else edge - tick
    with frozen(at):
        world = World(now=at)
        pupil = world.graduate(world.abroad)
        if inside:
            case = Case.objects.get(pk=world.enrolling(world.junior, pupil).pk)
            assert (case.state, case.submitted_at) == (State.RECEIVING_SCHOOL, at)
        else:
            with refused("window_closed") as error:
                world.enrolling(world.junior, pupil)
            assert "只能在每年" in error.value.sentence
            assert Case.objects.get(subject=f"student:{pupil.pk}").state == State.DRAFT
