"""One in-province transfer from application to moved record, through the door (R3.1)."""

import pytest
from django.utils import timezone

from ledger import audit
from ledger.models import OutboxMessage
from reviews.engine import door
from reviews.engine.models import Act, Case, Step
from students.pupil.models import Enrolment, ProblemRecord, Student
from tests.refusals import refused
from tests.world import rewritten

pytestmark = pytest.mark.django_db


@pytest.mark.rule("R3.1")
def test_a_cross_county_transfer_passes_four_units_and_moves_the_record_at_the_last_sign_off(world):
    pupil = world.pupil(world.third)
    case = world.submitted(world.first, pupil)
    seen = []
    while case.is_live:
        case = Case.objects.select_related("holder").get(pk=case.pk)
        seen.append((case.state, case.holder))
        case = world.decide(case)
    assert seen == [
        ("receiving_school", world.first),
        ("receiving_authority", world.east),
        ("sending_school", world.third),
        ("sending_authority", world.west),
    ]
    pupil.refresh_from_db()
    assert case.state == "completed"
    assert pupil.school == world.first
    old, new = Enrolment.objects.filter(student=pupil).order_by("period")
    assert (old.school, new.school) == (world.third, world.first)
    assert old.period.upper == new.period.lower
    assert new.period.upper is None
    assert old.archive["name"] == pupil.name
    assert old.left_case_number == case.number


@pytest.mark.rule("R3.1")
def test_under_one_authority_the_transfer_passes_three_units_and_the_authority_once(world):
    pupil = world.pupil(world.second)
    case = world.submitted(world.first, pupil)
    assert case.stages == ["receiving_school", "sending_school", "sending_authority"]
    case = world.finish(case)
    units = list(Step.objects.filter(case=case).order_by("seq").values_list("unit_id", flat=True))
    assert units == [world.first.pk, world.second.pk, world.east.pk]


@pytest.mark.rule("R3.1")
def test_a_school_run_by_the_league_answers_to_the_league(world):
    case = world.submitted(world.league_school, world.pupil(world.third))
    world.decide(case)
    assert Case.objects.get(pk=case.pk).holder == world.league


@pytest.mark.rule("R3.1b")
def test_sent_back_for_correction_it_returns_straight_to_the_unit_that_asked(world):
    case = world.submitted(world.first, world.pupil(world.third))
    case = world.decide(world.decide(case))
    assert case.state == "sending_school"
    case = world.decide(case, "send_back", "proof_unreadable", "第一张看不清，请重拍。")
    assert case.state == "correction"
    assert case.holder == world.first
    case = world.decide(case)
    assert case.state == "sending_school"
    assert case.holder == world.third
    assert world.finish(case).state == "completed"


@pytest.mark.rule("R3.1b")
def test_a_refusal_is_final_and_needs_a_listed_reason_and_ten_characters(world):
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    with refused("reason_listed", match="所列理由"):
        world.decide(case, "refuse", "材料不齐", "请家长补交房产证明和社保证明。")
    with refused("opinion_refusal", match="不少于 10 字"):
        world.decide(case, "refuse", "reason_untrue", "不同意。")
    case = world.decide(case, "refuse", "reason_untrue", "经核对证明与申报原因不一致，不同意。")
    assert case.state == "refused"
    assert case.exclusive_key is None
    with refused("case_closed", match="已驳回"):
        door.perform(case, "withdraw", world.registrar(world.first), opinion="不转了")


def test_the_trail_has_one_entry_and_one_message_an_act_and_holds(world):
    case = world.finish(world.submitted(world.first, world.pupil(world.third)))
    acts = Act.objects.filter(case=case)
    assert [a.verb for a in acts] == ["submit", "sign"] + ["handle", "sign"] * 3
    assert list(audit.verify([audit.case_chain(case.pk)])) == []
    assert OutboxMessage.objects.filter(payload__case=case.pk).count() == 8


def test_a_recall_takes_the_case_back_to_the_head_who_signed(world):
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    assert case.state == "receiving_authority"
    case = door.perform(case, "recall", world.head(world.first))
    assert (case.state, case.awaiting, case.holder) == ("receiving_school", "sign", world.first)
    assert world.finish(case).state == "completed"


def test_after_the_next_unit_has_opened_it_a_recall_is_refused(world):
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    Step.objects.filter(case=case, closed_at__isnull=True).update(first_opened_at=timezone.now())
    with refused("recall_opened", match="已经查看"):
        door.perform(case, "recall", world.head(world.first))


@pytest.mark.rule("R3.1b")
def test_an_obstacle_at_the_last_sign_off_stops_the_move_but_neither_refusal_nor_correction(world):
    pupils = [world.pupil(world.third) for _ in range(2)]
    cases = [world.submitted(world.first, pupil) for pupil in pupils]
    for case, pupil in zip(cases, pupils, strict=True):
        for _ in range(3):
            case = world.decide(case)
        ProblemRecord.objects.create(student=pupil, kind="id_name_mismatch")
        with refused("no_problem", match="问题学籍"):
            world.decide(case)
    told = "经核对证明与申报原因不一致，不同意。"
    last = Case.objects.get(pk=cases[0].pk)
    assert last.awaiting == "sign"
    head = world.head(world.west)
    done = door.perform(last, "sign", head, outcome="refuse", reason="reason_untrue", opinion=told)
    assert done.state == "refused"
    last = Case.objects.get(pk=cases[1].pk)
    told = "证明的第一张拍得不清楚，请转入学校重新拍照上传。"
    back = door.perform(last, "sign", head, outcome="send_back", reason="proof_unreadable", opinion=told)
    assert back.state == "correction"


@pytest.mark.rule("R0.6")
def test_without_the_reason_proof_nothing_is_sent(world):
    draft = world.draft(world.first, world.pupil(world.third), proofs=0)
    with refused("proof_attached", match="请上传 1–6 张转学原因证明的照片"):
        door.perform(draft, "submit", world.registrar(world.first), opinion="情况属实，申请转入。")


@pytest.mark.rule("R3.1")
def test_a_record_that_is_no_longer_at_the_sending_school_is_not_moved_from_there(world):
    pupil = world.pupil(world.third)
    case = world.submitted(world.first, pupil)
    for _ in range(3):
        case = world.decide(case)
    rewritten(Student.objects.filter(pk=pupil.pk), school=world.second, school_class=None)
    with refused("still_at_sending_school", match="该生学籍已不在示例第三小学"):
        world.decide(case)
    assert Case.objects.get(pk=case.pk).is_live


def test_a_draft_given_up_is_never_seen_by_another_unit(world):
    draft = world.draft(world.first, world.pupil(world.third))
    door.perform(draft, "withdraw", world.registrar(world.first))
    today = world.today
    assert Case.objects.visible_to(world.registrar(world.first), today).filter(pk=draft.pk).exists()
    for unit in (world.east, world.third, world.west, world.league, world.im):
        assert not Case.objects.visible_to(world.head(unit), today).filter(pk=draft.pk).exists()
