"""A unit is merged during a case: its successor takes the step over, recorded, on the same limit (R3.1b)."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from ledger import outbox
from ledger.models import AuditEntry, SweepRun
from orgs.people.models import Unit
from reviews.clock import sweeps
from reviews.clock import take_over as door_takeover
from reviews.engine import door
from reviews.engine.models import Act, Case, Step
from reviews.notices.models import Notice
from tests.api import Program
from tests.clock import frozen, shanghai
from tests.refusals import refused
from tests.reviews.case_pages import look, says
from transfers.moving.models import Transfer

NOW = shanghai(2026, 11, 3, 10)
pytestmark = [pytest.mark.django_db, pytest.mark.rule("R3.1b", "R3.1"), pytest.mark.world_at(NOW)]
LATER = NOW + timedelta(days=2)
AFTER = LATER + timedelta(hours=1)


def merged(world, unit, heir):
    """The unit is closed the day after into ``heir``, and the clock comes round."""
    world.closed(unit, heir, on=(LATER - timedelta(days=1)).date())
    return round_of()


def round_of():
    with frozen(LATER):
        counts = sweeps.run(LATER)
        outbox.relay(shanghai(2100, 1, 1))
    return counts["taken_over"]


def again(case):
    return Case.objects.select_related("holder", "receiving_unit", "sending_unit").get(pk=case.pk)


@pytest.mark.parametrize(
    "stage",
    ["receiving_school", "receiving_authority", "sending_school", "sending_authority", "awaiting_file"],
)
def test_at_every_stage_the_successor_goes_on_with_the_same_limit(world, stage):
    case = world.submitted(world.first, world.pupil(world.abroad))
    while case.state != stage:
        case = world.decide(case)
    case = again(case)
    old, step = case.holder, Step.objects.get(case=case, closed_at__isnull=True)
    heir = (
        world.school("示例新建小学", old.authority)
        if old.is_school
        else world.unit("新设旗县教育局", "county", old.authority)
    )
    assert merged(world, old, heir) == 1
    case = again(case)
    new = Step.objects.get(case=case, closed_at__isnull=True)
    assert (case.state, case.holder, case.awaiting) == (stage, heir, "handle")
    assert (new.unit, new.due_on, new.seq, new.handler) == (heir, step.due_on, step.seq + 1, None)
    assert Step.objects.get(pk=step.pk).outcome == "taken_over"
    act = Act.objects.get(case=case, verb="take_over")
    assert (act.account, act.unit) == (None, heir)
    assert f"{old.name}已于2026年11月4日撤并，由{heir.name}承接，按原时限继续办理" in act.opinion
    entry = AuditEntry.objects.get(action="case.take_over")
    assert (entry.actor, entry.body["from"], entry.body["unit"]) == ("clock", old.pk, heir.pk)
    with frozen(AFTER):
        if stage != "awaiting_file":
            with refused("school_closed"):
                door.perform(
                    case, "handle", world.registrar(old), opinion="情况属实，同意。", outcome="agree"
                )
        end = world.finish(case)
    assert end.state == "completed"
    receiving = heir if old == world.first else world.first
    assert Transfer.objects.get(case=case).student.school == receiving


@pytest.mark.rule("R0.5")
def test_what_the_closed_unit_had_handled_is_handled_again_by_two_people_of_the_successor(world):
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    door.perform(case, "handle", world.registrar(world.east), opinion="情况属实，同意。", outcome="agree")
    heir = world.unit("新设旗县教育局", "county", world.league)
    merged(world, world.east, heir)
    case = again(case)
    with frozen(LATER):
        with refused("wrong_turn"):
            door.perform(case, "sign", world.head(heir), opinion="情况属实，同意。", outcome="agree")
        case = world.decide(case)
    assert case.state == "sending_school"


def test_the_schools_of_a_closed_county_stand_under_its_successor_and_that_is_recorded(world):
    heir = world.unit("新设旗县教育局", "county", world.league)
    merged(world, world.east, heir)
    for school in (world.first, world.second):
        school = Unit.objects.get(pk=school.pk)
        assert (school.authority, school.path.startswith(heir.path)) == (heir, True)
    moved = AuditEntry.objects.filter(action="unit.succeeded")
    assert {entry.body["authority"] for entry in moved} == {heir.pk}
    assert moved.count() == 2
    with frozen(LATER):
        sweeps.run(LATER)
    assert moved.count() == 2


def test_the_class_of_a_running_case_goes_along_with_its_school(world):
    case = world.submitted(world.first, world.pupil(world.third, grade=4))
    wanted = Transfer.objects.get(case=case).school_class
    heir = world.school("示例新建小学", world.east)
    merged(world, world.first, heir)
    transfer = Transfer.objects.get(case=case)
    assert transfer.receiving_school == heir
    # The successor has a class of this year and number of its own.
    assert transfer.school_class == wanted
    assert (transfer.school_class.school, transfer.school_class.number) == (heir, 2)


@pytest.mark.parametrize("at", ["receiving_school", "sending_school", "awaiting_file"])
def test_where_both_schools_have_become_one_the_case_ends_in_words(world, client, at):
    sending = world.abroad if at == "awaiting_file" else world.third
    case = world.submitted(world.first, world.pupil(sending))
    while case.state != at:
        case = world.decide(case)
    assert merged(world, sending, world.first) == 1
    case = again(case)
    assert (case.state, case.holder, case.exclusive_key) == ("withdrawn", None, None)
    page = look(client, world.registrar(world.first), case)
    assert says(page, "两校已成为一校，学籍由示例第一小学承接，不需要转学")
    told = Notice.objects.filter(case=case, dedup__startswith="merged:")
    assert {notice.account for notice in told} >= {world.registrar(world.first)}


def test_the_successors_people_are_told_and_see_how_the_limit_was_counted(world, client):
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    heir = world.unit("新设旗县教育局", "county", world.league)
    clerk = world.registrar(heir)
    merged(world, world.east, heir)
    notice = Notice.objects.get(case=case, account=clerk, dedup__startswith="taken_over:")
    assert (
        "东乌珠穆沁旗教育局已于2026年11月4日撤并，由新设旗县教育局承接，按原时限继续办理。请按原时限办理"
        in notice.text
    )
    with frozen(LATER):
        page = look(client, clerk, again(case))
        rows = page.context["due"]["explain"]["rows"]
        assert rows[0]["date"] == "2026年11月3日"
        told = Program(clerk).get(f"/cases/{case.number}/").json()
    assert [step["outcome"] for step in told["steps"]] == ["agree", "taken_over", ""]
    assert told["case"]["holder"]["name"] == heir.name


@pytest.mark.rule("R5.3")
def test_a_change_of_status_goes_on_at_the_successor(world):
    pupil = world.pupil(world.first)
    case = world.changed(pupil, "suspension")
    heir = world.school("示例新建小学", world.east)
    merged(world, world.first, heir)
    case = again(case)
    assert (case.receiving_unit, case.sending_unit, case.holder) == (heir, heir, heir)
    with frozen(LATER):
        world.finish(case)
    pupil.refresh_from_db()
    assert pupil.status == "suspended"


def test_a_chain_of_mergers_ends_at_the_unit_that_stands(world):
    case = world.submitted(world.first, world.pupil(world.third))
    middle, heir = (world.school(f"示例第{n}小学", world.east) for n in "七八")
    world.closed(middle, heir, on=NOW.date())
    merged(world, world.first, middle)
    assert again(case).receiving_unit == heir


def test_without_a_successor_nothing_is_taken_over_until_one_is_named(world):
    case = world.submitted(world.first, world.pupil(world.third))
    assert merged(world, world.first, None) == 0
    assert again(case).holder == world.first
    world.first.successor = world.second
    world.first.save(update_fields=["successor"])
    assert round_of() == 1
    assert again(case).holder == world.second
    assert round_of() == 0


def test_a_draft_is_gone_on_with_by_the_successor_and_a_second_round_finds_nothing(world):
    draft = world.draft(world.first, world.pupil(world.third))
    assert merged(world, world.first, world.second) == 0
    draft = again(draft)
    assert (draft.receiving_unit, draft.holder, draft.relation) == (
        world.second,
        world.second,
        "same_province",
    )
    assert Transfer.objects.get(case=draft).receiving_school == world.second
    merged_once = AuditEntry.objects.filter(action="unit.taken_over")
    assert merged_once.count() == 1
    round_of()
    assert merged_once.count() == 1
    with frozen(AFTER):
        case = door.perform(draft, "submit", world.registrar(world.second), opinion="情况属实，申请转入。")
        assert world.finish(case).state == "completed"


def test_a_draft_between_two_schools_that_have_become_one_ends(world):
    draft = world.draft(world.first, world.pupil(world.third))
    merged(world, world.third, world.first)
    draft = again(draft)
    assert (draft.state, draft.holder) == ("withdrawn", None)


def test_a_dry_run_names_the_cases_and_writes_nothing(world):
    case = world.submitted(world.first, world.pupil(world.third))
    world.closed(world.first, world.second, on=(LATER - timedelta(days=1)).date())
    out = StringIO()
    call_command("sweep", "--dry-run", "--at", "2026-11-06T10:00+08:00", stdout=out)
    assert "撤并单位由承接单位接收：1" in out.getvalue()
    assert "由承接单位接办：1" in out.getvalue()
    assert case.number in out.getvalue()
    assert again(case).holder == world.first


@pytest.mark.parametrize(
    ("forbidden", "told"),
    [
        ("UPDATE reviews_case SET receiving_unit_id = {other} WHERE id = {case}", "只能由其承接学校接替"),
        ("UPDATE reviews_case SET sending_unit_id = {other} WHERE id = {case}", "只能由其承接学校接替"),
        (
            "UPDATE reviews_step SET outcome = 'taken_over' WHERE case_id = {case} AND closed_at IS NULL",
            "单位没有撤并",
        ),
    ],
)
def test_the_database_lets_nobody_but_a_successor_take_a_place(world, forbidden, told):
    case = world.submitted(world.first, world.pupil(world.third))
    sql = forbidden.format(other=world.league_school.pk, case=case.pk)
    with pytest.raises(Exception, match=told), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_the_database_lets_a_taken_over_step_go_on_only_at_the_successor_on_its_limit(world):
    case = world.submitted(world.first, world.pupil(world.third))
    world.closed(world.first, world.second, on=NOW.date())
    step = Step.objects.get(case=case)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reviews_step SET outcome = 'taken_over' WHERE id = %s", [step.pk])
    values = {"case": case, "seq": 2, "stage": step.stage, "bulletin_due_on": step.bulletin_due_on}
    with pytest.raises(Exception, match="须由承接单位按原时限继续"), transaction.atomic():
        Step.objects.create(unit=world.third, due_on=step.due_on, **values)


def test_a_case_that_cannot_be_taken_over_holds_up_no_other_of_the_unit(world, monkeypatch):
    stuck, other = (world.submitted(world.first, world.pupil(world.third)) for _ in range(2))
    world.closed(world.first, world.second, on=(LATER - timedelta(days=1)).date())
    write = door_takeover._Succession.write

    def broken(self):
        write(self)
        if self.case.pk == stuck.pk:
            raise IntegrityError("a wall of this case")

    monkeypatch.setattr(door_takeover._Succession, "write", broken)
    with pytest.raises(ExceptionGroup) as failed:
        round_of()
    assert [error.__notes__ for error in failed.value.exceptions] == [[stuck.number]]
    assert (again(other).holder, again(stuck).holder) == (world.second, world.first)
    assert not Act.objects.filter(case=stuck, verb="take_over").exists()
    run = SweepRun.objects.get()
    assert (run.counts["taken_over"], run.counts["failed"]) == (1, [f"{stuck.number}：IntegrityError"])
    with frozen(LATER):
        said = "清扫完成，但有 1 项没有办成：" + stuck.number
        with pytest.raises(CommandError, match=said):
            call_command("sweep")
    monkeypatch.setattr(door_takeover._Succession, "write", write)
    assert round_of() == 1
    assert again(stuck).holder == world.second


@pytest.mark.rule("R3.7")
@pytest.mark.parametrize("failing", ["reminders", "closings"])
def test_a_part_of_the_round_that_fails_holds_up_no_other_part(world, monkeypatch, caplog, failing):
    case = world.submitted(world.first, world.pupil(world.third))
    world.closed(world.first, world.second, on=(LATER - timedelta(days=1)).date())
    name = {"reminders": "_warn_dates", "closings": "_closings"}[failing]
    key = {"reminders": "warned", "closings": "drafts_warned"}[failing]

    def broken(*given):
        raise KeyError("白音查干")

    with monkeypatch.context() as patched:
        patched.setattr(sweeps, name, broken)
        with pytest.raises(ExceptionGroup):
            round_of()
    run = SweepRun.objects.get()
    assert again(case).holder == world.second
    assert run.counts["failed"] == [f"{sweeps.LABELS[key]}：KeyError"]
    assert key not in run.counts
    # A round whose closings were not told has not been through: the next one tells what closed since the one before.
    assert (run.finished_at is None) == (failing == "closings")
    assert f"sweep, {sweeps.LABELS[key]}: KeyError" in caplog.text
    assert "白音查干" not in caplog.text
