"""Sending back for correction (R3.7): the asking unit's clock stands still and goes on; how often, and in whose words."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client

from reviews.clock import recompute, sweeps
from reviews.engine import book as rulebook
from reviews.engine import deadlines, door
from reviews.engine.models import Case, OverdueRecord, Step
from reviews.rulebook.models import Limit
from tests.clock import frozen, shanghai
from tests.refusals import refused, refused_by_database

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.rule("R3.7"),
    pytest.mark.world_at(shanghai(2026, 9, 1, 10)),
    pytest.mark.usefixtures("evidence"),
]
BACK = {
    "outcome": "send_back",
    "reason": "proof_unreadable",
    "opinion": "证明照片模糊看不清，请重新拍摄上传。",
}
OWN = "我看过证明照片，右下角的日期模糊看不清，请把整页拍全再上传。"
AGAIN = {**BACK, "opinion": "第二次看证明照片仍然模糊看不清，请在光线好的地方重新拍摄上传。"}


def step_of(case):
    return Step.objects.get(case=case, closed_at=None)


def at(day, act, *args, **said):
    """``act`` on a day of September or October 2026, at ten."""
    with frozen(shanghai(2026, *day, 10)):
        return act(*args, **said)


def arrived(world):
    """A case that reached the county above ``first`` on Tuesday, 1 September: due on 15 September."""
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    assert step_of(case).due_on == date(2026, 9, 15)
    return case


def back(world, case, day, said=BACK):
    return at(day, sent_back, world, case, said)


def sent_back(world, case, said=BACK):
    """Both acts of the county; the second time the head says it in own words."""
    case = door.perform(case, "handle", world.registrar(world.east), **said)
    opinion = OWN if said is AGAIN else said["opinion"]
    return door.perform(case, "sign", world.head(world.east), **{**said, "opinion": opinion})


def test_the_clock_stands_still_during_the_correction_and_goes_on_with_what_was_left(world):
    case = back(world, arrived(world), (9, 8))
    case = at((9, 22), world.decide, case)
    step = step_of(case)
    assert step.resumes.outcome == "send_back"
    # Five of ten working days are used; National Day and its make-up days come after: 5 more days from 22 September.
    calendar = rulebook.current().calendar
    assert calendar.between(date(2026, 9, 1), date(2026, 9, 8)) == 5
    assert step.due_on == calendar.add(date(2026, 9, 22), 5)
    assert Case.objects.get(pk=case.pk).due_on == step.due_on


def test_two_days_are_left_at_least_and_are_granted_once_a_turn(world):
    calendar = rulebook.current().calendar
    case = back(world, arrived(world), (9, 15))
    case = at((9, 16), world.decide, case)
    assert step_of(case).due_on == calendar.add(date(2026, 9, 16), 2)
    case = back(world, case, (9, 17), AGAIN)
    case = at((9, 18), world.decide, case)
    step = step_of(case)
    assert step.due_on == calendar.add(date(2026, 9, 18), 1), "one of the two was used, none is granted again"


def test_how_many_days_are_left_at_least_is_a_row(world):
    Limit.objects.filter(key="resume_days").update(value=4)
    case = at((9, 16), world.decide, back(world, arrived(world), (9, 15)))
    assert step_of(case).due_on == rulebook.current().calendar.add(date(2026, 9, 16), 4)


def test_the_same_unit_sends_back_twice_at_most_and_the_third_time_is_refused_with_what_can_be_done(world):
    case = arrived(world)
    for said in (BACK, AGAIN):
        case = world.decide(sent_back(world, case, said))
    for verb, by in (("handle", world.registrar(world.east)), ("sign", world.head(world.east))):
        if verb == "sign":
            case = door.perform(
                case, "handle", world.registrar(world.east), opinion="情况属实。", outcome="agree"
            )
        with refused("send_backs") as caught:
            door.perform(case, verb, by, **AGAIN)
        assert "已退回这件业务补正 2 次，不能再退回" in caught.value.sentence
    client = Client()
    client.force_login(world.head(world.east))
    page = client.get(f"/cases/{case.number}/").content.decode()
    assert "不能再退回" in page
    assert 'value="send_back"' not in page


def test_how_often_is_a_row_and_a_recalled_sending_back_does_not_count(world):
    Limit.objects.filter(key="send_backs").update(value=1)
    case = world.decide(arrived(world), **BACK)
    case = door.perform(case, "recall", world.head(world.east))
    case = door.perform(case, "sign", world.head(world.east), **BACK)
    case = world.decide(case)
    with refused("send_backs"):
        door.perform(case, "handle", world.registrar(world.east), **AGAIN)


@pytest.mark.parametrize(
    "words", ["证明材料不清，请重新拍摄上传。", AGAIN["opinion"]], ids=["a phrase", "the registrar's words"]
)
def test_the_second_time_the_head_says_it_in_own_words(world, words):
    case = world.decide(world.decide(arrived(world), **BACK))
    case = door.perform(case, "handle", world.registrar(world.east), **AGAIN)
    with refused("own_words_wanted"):
        door.perform(case, "sign", world.head(world.east), **{**BACK, "opinion": words})
    own = "我看过证明照片，右下角的日期模糊看不清，请把整页拍全再上传。"
    assert (
        door.perform(case, "sign", world.head(world.east), **{**BACK, "opinion": own}).state == "correction"
    )


def test_one_overdue_record_a_turn_counts_the_sum(world):
    case = arrived(world)
    at((9, 17), sweeps.run, shanghai(2026, 9, 17, 10))
    assert OverdueRecord.objects.count() == 1
    case = back(world, case, (9, 17))
    case = at((9, 18), world.decide, case)
    at((9, 30), sweeps.run, shanghai(2026, 9, 30, 10))
    assert step_of(case).overdue_at is not None
    at((9, 30), world.decide, case)
    assert OverdueRecord.objects.filter(unit=world.east).count() == 1


def test_four_loops_within_the_limit_each_are_late_by_their_sum(world):
    """Two sendings back, each within ten days of its arrival, and late all the same."""
    case = back(world, arrived(world), (9, 9))
    case = at((9, 10), world.decide, case)
    case = back(world, case, (9, 15), AGAIN)
    case = at((9, 16), world.decide, case)
    due = step_of(case).due_on
    assert due == rulebook.current().calendar.add(date(2026, 9, 16), 2)
    at((9, 30), sweeps.run, shanghai(2026, 9, 30, 10))
    assert OverdueRecord.objects.get(unit=world.east).step == step_of(case)


def test_a_recompute_of_the_calendar_gives_the_same_result(world):
    case = back(world, arrived(world), (9, 8))
    case = at((9, 10), world.decide, case)
    before = step_of(case)
    with frozen(shanghai(2026, 9, 11, 10)) as now:
        assert recompute.recompute(now) == []
        Step.objects.filter(pk=before.pk).update(due_on=date(2026, 9, 30), bulletin_due_on=date(2026, 9, 30))
        recompute.recompute(now)
    assert (step_of(case).due_on, step_of(case).bulletin_due_on) == (before.due_on, before.bulletin_due_on)


def test_the_sum_a_unit_has_held_it_is_shown(world):
    case = at((9, 22), world.decide, back(world, arrived(world), (9, 8)))
    with frozen(shanghai(2026, 9, 24, 10)):
        client = Client()
        client.force_login(world.registrar(world.east))
        page = client.get(f"/cases/{case.number}/").content.decode()
    assert "已等候 2 个工作日，连同退回补正前共 7 个工作日" in page
    assert "退回补正前已用 5 个工作日，补正期间不计，送回后接着计，还有 5 个工作日" in page


def test_a_return_to_a_stage_that_forgets_the_clock_is_refused_by_the_database(world):
    case = back(world, arrived(world), (9, 8))
    step = step_of(case)
    with connection.cursor() as cursor, refused_by_database("step_resumes"):
        cursor.execute(
            "INSERT INTO reviews_step (case_id, seq, stage, unit_id, due_on, bulletin_due_on, due_provisional, warned,"
            " handle_opinion, proposal, proposal_reason, sign_opinion, outcome, reason)"
            " SELECT case_id, seq + 1, 'receiving_authority', %s, due_on, due_on, false, 0, '', '', '', '', '', ''"
            " FROM reviews_step WHERE id = %s",
            [world.east.pk, step.pk],
        )


def test_the_days_of_a_turn_are_reckoned_without_those_of_the_correction(world):
    case = at((9, 22), world.decide, back(world, arrived(world), (9, 8)))
    steps = list(Step.objects.filter(case=case))
    (before,) = deadlines.turn_of(step_of(case), steps)
    assert deadlines.used(rulebook.current().calendar, [before]) == 5
