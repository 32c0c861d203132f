"""A case is judged by the rows in force at its submission; a province's own row goes before the nation's (R0.7)."""

from datetime import date, timedelta

import pytest

from reviews.clock import recompute
from reviews.engine import book as rulebook
from reviews.engine import door
from reviews.engine.models import Case, Step
from reviews.evidence import proofs as evidence
from reviews.rulebook.models import Limit, RefusalReason, Route, Window
from tests.clock import frozen, shanghai
from tests.refusals import refused, refused_by_database
from tests.world import png
from transfers.moving.forms import offered_reasons
from transfers.moving.models import Transfer, TransferReason

BEFORE, AFTER = shanghai(2026, 10, 12, 10), shanghai(2026, 10, 15, 10)
pytestmark = [pytest.mark.django_db, pytest.mark.rule("R0.7"), pytest.mark.world_at(BEFORE, stands=False)]
CHANGE = {"valid_from": date(2026, 10, 14), "source": "示例〔2026〕1号"}


@pytest.fixture
def running(world):
    """A case that was sent off before the change."""
    with frozen(BEFORE):
        return world.submitted(world.first, world.pupil(world.third))


def limit(world, key, value):
    nation = Limit.objects.get(key=key, province=None)
    return Limit.objects.create(
        key=key,
        name=nation.name,
        unit=nation.unit,
        clause=nation.clause,
        value=value,
        province=world.im,
        **CHANGE,
    )


def open_step(case):
    return Step.objects.get(case=case, closed_at=None)


def test_a_shorter_limit_holds_for_cases_sent_from_its_day_and_for_no_step_of_earlier_ones(world, running):
    limit(world, "step_days", 5)
    with frozen(AFTER):
        later = world.submitted(world.first, world.pupil(world.third))
        world.decide(running)
        # 10 working days after Thursday 15 October; and 5.
        assert open_step(running).due_on == date(2026, 10, 29)
        assert open_step(later).due_on == date(2026, 10, 22)
        assert recompute.recompute(AFTER) == []
    assert open_step(running).due_on == date(2026, 10, 29)


def test_the_case_page_counts_by_the_same_limit_as_the_stored_date(client, world, running):
    limit(world, "step_days", 5)
    with frozen(AFTER):
        world.decide(running)
        client.force_login(world.registrar(world.east))
        due = client.get(f"/cases/{running.number}/").context["due"]
    assert "登记为" not in due["explain"]["sentence"]
    assert [row["counted"] for row in due["explain"]["rows"] if row["counted"]][-1] == "第 10 天"


def test_the_ninety_days_are_those_of_the_submission(world, running):
    limit(world, "expire_days", 60)
    with frozen(AFTER):
        later = world.submitted(world.first, world.pupil(world.third))
    for case, days in ((running, 90), (later, 60)):
        case = Case.objects.get(pk=case.pk)
        assert case.expires_at - case.submitted_at == timedelta(days=days)


def test_the_number_of_photographs_is_that_of_the_submission(world, running):
    with frozen(AFTER):
        for _ in range(2):
            running = world.decide(running)
        running = world.decide(running, "send_back", "proof_unreadable", "第一张看不清，请重拍。")
        limit(world, "attachments", 2)
        clerk = world.registrar(world.first)
        for _ in range(3):
            evidence.take_in(running, clerk, png())
        new = world.draft(world.first, world.pupil(world.third), proofs=2)
        with refused("proof_count", match="最多 2 张"):
            evidence.take_in(new, clerk, png())


def test_the_minutes_of_a_recall_are_those_of_the_submission(world, running):
    limit(world, "recall_minutes", 1)
    with frozen(AFTER):
        later = world.submitted(world.first, world.pupil(world.third))
        running, later = world.decide(running), world.decide(later)
    head = world.head(world.first)
    with frozen(AFTER + timedelta(minutes=5)):
        with refused("recall_late", match="超过 1 分钟"):
            door.perform(later, "recall", head)
        assert door.perform(running, "recall", head).state == "receiving_school"


def test_a_new_route_is_taken_by_new_cases_only(world, running):
    stages = ["receiving_school", "sending_school"]
    Route.objects.create(
        kind=running.kind, relation="same_province", stages=stages, province=world.im, **CHANGE
    )
    with frozen(AFTER):
        later = world.submitted(world.first, world.pupil(world.third))
        assert later.stages == stages
        world.decide(running)
        assert open_step(running).stage == "receiving_authority"
        assert world.finish(running).state == "completed"
        assert world.finish(later).state == "completed"


def test_a_provinces_own_window_takes_effect_on_its_day_and_leaves_others_and_running_cases_alone(
    world, running
):
    nation = Window.objects.get(key="transfer_freeze")
    Window.objects.create(
        key=nation.key, name=nation.name, kinds=nation.kinds, clause=nation.clause, closes=True,
        starts="10-01", ends="11-01", province=world.im, **CHANGE,
    )  # fmt: skip
    with frozen(BEFORE):
        world.submitted(world.first, world.pupil(world.third))
        draft = world.draft(world.first, world.pupil(world.third))
    clerk = world.registrar(world.first)
    with frozen(AFTER):
        with refused("window_closed", match="10月1日零时至10月31日24时暂停发起"):
            door.perform(draft, "submit", clerk, opinion="情况属实，申请转入。")
        assert rulebook.current().closed(running.kind, world.hebei.pk, AFTER) is None
        assert world.finish(running).state == "completed"
    # The nation's own freeze is replaced in this province.
    assert rulebook.current().closed(running.kind, world.im.pk, shanghai(2027, 7, 20)) is None
    assert rulebook.current().closed(running.kind, world.hebei.pk, shanghai(2027, 7, 20)) is not None


def own_reason(world, **more):
    nation = RefusalReason.objects.filter(code="reason_untrue", province=None).earliest("valid_from")
    values = {
        "code": nation.code,
        "kinds": nation.kinds,
        "stages": nation.stages,
        "outcome": nation.outcome,
        "position": nation.position,
        "province": world.im,
        "text": "证明与原因不符（本区口径）",
        **CHANGE,
    }
    return RefusalReason.objects.create(**values | more)


def listed(case, world, day):
    rows = rulebook.current().reasons_for(case.kind, "receiving_authority", "refuse", day, world.im.pk)
    return {row.code: row.text for row in rows}


def test_a_provinces_own_reason_stands_in_the_place_of_the_nations_from_its_day(world, running):
    nation = RefusalReason.objects.get(code="reason_untrue", province=None).text
    own_reason(world)
    assert listed(running, world, BEFORE.date())["reason_untrue"] == nation
    assert listed(running, world, AFTER.date())["reason_untrue"] == "证明与原因不符（本区口径）"
    book = rulebook.current()
    abroad = book.reasons_for(running.kind, "receiving_authority", "refuse", AFTER.date(), world.hebei.pk)
    assert nation in {row.text for row in abroad}
    assert book.reason_text("reason_untrue", Case.objects.get(pk=running.pk)) == nation


def test_a_province_may_take_a_reason_away_from_a_stage_but_not_from_running_cases(world, running):
    own_reason(world, stages=["sending_school"])
    with frozen(AFTER):
        running = world.decide(running)
        later = world.decide(world.submitted(world.first, world.pupil(world.third)))
        told = "经核对证明与申报原因不一致，不同意。"
        with refused("reason_listed", match="所列理由"):
            world.decide(later, "refuse", "reason_untrue", told)
        assert world.decide(running, "refuse", "reason_untrue", told).state == "refused"


def test_two_provinces_and_the_nation_may_each_have_a_row_of_one_code_from_one_day(world):
    own_reason(world)
    own_reason(world, province=world.hebei)
    own_reason(world, province=None)
    with refused_by_database("reason_code_once"):
        own_reason(world, province=None)


def test_a_provinces_own_transfer_reason_replaces_the_nations_for_new_cases_only(world, running):
    own = TransferReason.objects.create(
        key="house", name="居住地变动（本区口径）", province=world.im, **CHANGE
    )
    nation = TransferReason.objects.get(key="house", province=None)
    assert nation in offered_reasons(world.first, BEFORE.date(), "in_province_transfer")
    offered = set(offered_reasons(world.first, AFTER.date(), "in_province_transfer"))
    assert own in offered
    assert nation not in offered
    assert nation in offered_reasons(world.abroad, AFTER.date(), "in_province_transfer")
    transfer = Transfer.objects.get(case=running)
    assert transfer.reason == nation


def test_a_reason_that_ended_meanwhile_still_serves_a_case_that_came_back_for_correction(
    client, world, running
):
    with frozen(AFTER):
        for _ in range(2):
            running = world.decide(running)
        running = world.decide(running, "send_back", "proof_unreadable", "第一张看不清，请重拍。")
        TransferReason.objects.filter(key="house").update(valid_until=date(2026, 10, 14))
        client.force_login(world.registrar(world.first))
        page = client.get(f"/transfers/{running.number}/edit/")
        assert page.status_code == 200
        reason = TransferReason.objects.get(key="house")
        assert reason in page.context["form"].fields["reason"].queryset
        assert "已停用" not in page.content.decode()
        assert world.finish(running).state == "completed"
