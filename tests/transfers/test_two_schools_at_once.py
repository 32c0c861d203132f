"""Two schools start for one child in the same second: one wins, the other is told by whom, whatever the kinds and the
ways in (R3.1b). Real threads on real PostgreSQL."""

import pytest
from django.test import Client
from django.urls import reverse

from reviews.engine import door
from reviews.engine.models import Case
from students.pupil.grades import cohort_of
from tests.api import SENT, Program
from tests.clock import frozen, shanghai
from tests.reviews.test_concurrency import at_once
from tests.world import World
from transfers.moving import drafting
from transfers.moving.models import Transfer, TransferReason
from web.refusals import Refused

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rule("R3.1b")]
NOW = shanghai(2026, 10, 12, 10)
WORDS = "情况属实，申请办理。"


def through_door(case, clerk):
    """The sentence of the refusal; "" for who came first."""
    try:
        door.perform(case, "submit", clerk, opinion=WORDS)
    except Refused as error:
        return error.sentence
    return ""


def through_page(case, clerk):
    client = Client()
    client.force_login(clerk)
    transfer = Transfer.objects.get(case=case)
    form = {
        "reason": transfer.reason_id,
        "grade_to": transfer.grade_to,
        "school_class": transfer.school_class_id,
        "opinion": WORDS,
        "revision": Case.objects.get(pk=case.pk).revision,
        "key": f"key-{case.number}",
        "action": "send",
    }
    answer = client.post(reverse("transfer-edit", args=[case.number]), form)
    if answer.status_code == 303:
        return ""
    assert answer.status_code == 409
    assert WORDS in answer.content.decode()
    return answer.context["refused"]["sentence"]


def through_api(case, clerk):
    answer = Program(clerk).act(case, "submit", SENT)
    if answer.status_code == 200:
        return ""
    assert answer.status_code == 409, answer.content.decode()
    return answer.json()["sentence"]


def graduates_draft(world, school, pupil):
    """A whole draft of 毕业后跨省就学."""
    clerk = world.registrar(school)
    case = drafting.begin(pupil, school, clerk, NOW, kind="post_graduation_enrolment")
    transfer = Transfer.objects.get(case=case)
    drafting.change(
        case,
        clerk,
        reason=TransferReason.objects.get(key="next_phase"),
        reason_note="",
        grade_to=transfer.grade_to,
        school_class=school.classes.get(cohort=cohort_of(transfer.grade_to, NOW.date())),
    )
    return Case.objects.get(pk=case.pk)


def settled(drafts, ways):
    """All let go together; the winner's school, and what the loser was told."""
    found = at_once([lambda d=draft, w=way: w(*d) for draft, way in zip(drafts, ways, strict=True)])
    assert all(isinstance(told, str) for told in found), found
    won = [draft[0] for draft, told in zip(drafts, found, strict=True) if told == ""]
    assert len(won) == 1, found
    live = Case.objects.filter(subject=won[0].subject, exclusive_key__isnull=False)
    assert [case.pk for case in live] == [won[0].pk]
    return won[0], next(told for told in found if told)


@pytest.mark.parametrize("ways", [(through_door, through_door), (through_page, through_api)])
@pytest.mark.parametrize("far", [False, True], ids=["in province", "across provinces"])
def test_of_two_transfers_one_wins_and_the_other_names_the_school_that_was_first(ways, far):
    with frozen(NOW):
        world = World(now=NOW)
        for _ in range(3):
            pupil = world.pupil(world.abroad if far else world.third)
            schools = (world.first, world.second)
            drafts = [(world.draft(school, pupil), world.registrar(school)) for school in schools]
            won, told = settled(drafts, ways)
            assert won.receiving_unit.name in told
            assert told.endswith("。")


def test_of_two_schools_that_recruit_one_graduate_one_wins_and_the_other_names_it():
    with frozen(NOW):
        world = World(now=NOW)
        other = world.school("示例第二初级中学", world.west, lowest=7, highest=9)
        for _ in range(3):
            pupil = world.graduate(world.abroad)
            drafts = [
                (graduates_draft(world, school, pupil), world.registrar(school))
                for school in (world.junior, other)
            ]
            won, told = settled(drafts, (through_door, through_door))
            assert won.receiving_unit.name in told


@pytest.mark.rule("R5.3")
def test_of_a_transfer_and_a_suspension_one_wins_and_the_other_says_what_is_running():
    with frozen(NOW):
        world = World(now=NOW)
        for _ in range(3):
            pupil = world.pupil(world.third)
            drafts = [
                (world.draft(world.first, pupil), world.registrar(world.first)),
                (world.changing(pupil, "suspension"), world.registrar(world.third)),
            ]
            won, told = settled(drafts, (through_door, through_door))
            assert ("省内转学" if won.kind == "in_province_transfer" else "休学") in told
            assert won.receiving_unit.name in told
