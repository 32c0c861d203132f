"""A changed calendar moves open limits: reckoned anew, listed old → new, recorded; what had passed stays passed."""

import threading
from datetime import date

import pytest
from django.db import connection, transaction

from ledger import audit
from ledger.models import AuditEntry, OutboxMessage
from reviews.clock import recompute, sweeps
from reviews.engine import door
from reviews.engine.models import Case, OverdueRecord, Step
from reviews.rulebook.models import CalendarDay, Limit, Vacation
from reviews.tasks import recompute_due_dates
from tests.clock import frozen, shanghai
from tests.world import World

MONDAY = shanghai(2026, 10, 12, 10)
pytestmark = pytest.mark.world_at(MONDAY, stands=False)
# 10 working days after Monday 2026-10-12, and one more.
DUE, NEXT = date(2026, 10, 26), date(2026, 10, 27)


@pytest.fixture
def sent(world):
    with frozen(MONDAY):
        return world.submitted(world.first, world.pupil(world.third))


def day_off(day, **more):
    return CalendarDay.objects.create(
        date=day, kind="holiday", name="临时放假", source="示例〔2026〕1号", **more
    )


@pytest.mark.rule("R3.7")
def test_a_new_day_off_moves_open_limits_and_the_change_is_told_old_and_new(world, sent):
    with frozen(MONDAY):
        decided = world.decide(world.submitted(world.first, world.pupil(world.third)))
    closed = Step.objects.get(case=decided, seq=1)
    day_off(date(2026, 10, 15))
    with frozen(shanghai(2026, 10, 13)):
        moved = recompute.recompute(shanghai(2026, 10, 13), account=world.registrar(world.im))
    assert [(m.case_number, m.unit, m.before, m.after) for m in moved if m.case_number == sent.number] == [
        (sent.number, world.first.short_name, DUE, NEXT)
    ]
    assert [(g.before, g.after, g.count) for g in recompute.grouped(moved)] == [(DUE, NEXT, 2)]
    assert set(recompute.grouped(moved)[0].numbers) == {sent.number, decided.number}
    step = Step.objects.get(case=sent)
    assert (step.due_on, step.bulletin_due_on, step.next_warn_on) == (NEXT, NEXT, date(2026, 10, 22))
    assert Case.objects.get(pk=sent.pk).due_on == NEXT
    closed_now = Step.objects.get(pk=closed.pk)
    assert closed_now.due_on == DUE
    entries = AuditEntry.objects.filter(action="step.due_moved", subject=sent.audit_subject)
    assert [(e.actor, e.body["before"], e.body["after"]) for e in entries] == [
        (f"account:{world.registrar(world.im).pk}", "2026-10-26", "2026-10-27")
    ]
    assert list(audit.verify()) == []


def test_where_nothing_changed_nothing_is_written(sent):
    with frozen(MONDAY):
        assert recompute.recompute(MONDAY) == []
        assert recompute_due_dates() == 0
    assert not AuditEntry.objects.filter(action="step.due_moved").exists()


@pytest.mark.rule("R3.7")
def test_a_provisional_limit_becomes_firm_when_the_notice_comes(db):
    start = shanghai(2027, 4, 26, 10)
    with frozen(start):
        world = World(now=start)
        case = world.submitted(world.first, world.pupil(world.third))
    step = Step.objects.get(case=case)
    assert step.due_provisional
    CalendarDay.objects.filter(date__year=2027).update(confirmed=True)
    with frozen(start):
        assert recompute.recompute(start) == []
    step.refresh_from_db()
    assert not step.due_provisional


@pytest.mark.rule("R3.7b")
def test_a_vacation_entered_later_moves_the_bulletin_only_and_only_in_its_province(world, sent):
    Vacation.objects.create(
        province=world.im,
        name="秋假",
        starts_on=date(2026, 10, 19),
        ends_on=date(2026, 10, 23),
        source="示例",
    )
    with frozen(MONDAY):
        assert recompute.recompute(MONDAY) == []
        other = Vacation.objects.create(
            province=world.hebei,
            name="秋假",
            starts_on=date(2026, 10, 13),
            ends_on=date(2026, 10, 30),
            source="示例",
        )
        assert recompute.recompute(MONDAY) == []
    step = Step.objects.get(case=sent)
    assert (step.due_on, step.bulletin_due_on) == (DUE, date(2026, 11, 2))
    assert other.province_id != step.unit.province_id


@pytest.mark.rule("R0.7")
def test_a_provinces_own_limit_is_followed(world, sent):
    Limit.objects.create(
        key="step_days", name="每个环节核办时限", value=5, unit="个工作日", province=world.im,
        valid_from=date(2026, 1, 1), source="示例", clause="附件1 三.7",
    )  # fmt: skip
    with frozen(MONDAY):
        recompute.recompute(MONDAY)
    assert Step.objects.get(case=sent).due_on == date(2026, 10, 19)


@pytest.mark.rule("R3.7b")
def test_a_mark_and_a_record_already_made_stay(world, sent):
    late = shanghai(2026, 10, 27)
    with frozen(late):
        sweeps.run(late)
    before = Step.objects.get(case=sent)
    record = OverdueRecord.objects.get()
    assert before.overdue_at == late
    day_off(date(2026, 10, 15))
    with frozen(late):
        recompute.recompute(late)
    step = Step.objects.get(case=sent)
    assert (step.due_on, step.overdue_at) == (NEXT, late)
    assert OverdueRecord.objects.values().get() == OverdueRecord.objects.filter(pk=record.pk).values().get()
    assert OverdueRecord.objects.get().due_on == DUE


@pytest.mark.rule("R3.7")
def test_a_limit_that_moved_away_is_reminded_of_anew(world, sent):
    levels = OutboxMessage.objects.filter(topic="deadline").order_by("id")
    at = shanghai(2026, 10, 23)
    with frozen(at):
        sweeps.run(at)
    assert [m.payload["level"] for m in levels] == [1, 2]
    for day in (15, 16, 19, 20, 21, 22):
        day_off(date(2026, 10, day))
    with frozen(at):
        recompute.recompute(at)
        assert set(sweeps.run(at).values()) == {0}
    step = Step.objects.get(case=sent)
    assert (step.due_on, step.warned, step.next_warn_on) == (date(2026, 11, 3), 0, date(2026, 10, 29))
    at = shanghai(2026, 11, 3)
    with frozen(at):
        sweeps.run(at)
    assert [m.payload["level"] for m in levels.all()] == [1, 2, 1, 2, 3]


@pytest.mark.rule("R3.7")
def test_a_turn_that_goes_on_after_a_recall_keeps_counting_from_its_first_day(world, sent):
    with frozen(shanghai(2026, 10, 14, 9)):
        case = world.decide(sent)
    with frozen(shanghai(2026, 10, 14, 9, 5)):
        door.perform(case, "recall", world.head(world.first))
        assert recompute.recompute(shanghai(2026, 10, 14, 9, 5)) == []
    step = Step.objects.get(case=sent, closed_at__isnull=True)
    assert step.recall_of_id is not None
    assert step.due_on == DUE
    day_off(date(2026, 10, 15))
    with frozen(shanghai(2026, 10, 14, 10)):
        assert len(recompute.recompute(shanghai(2026, 10, 14, 10))) == 1
    step.refresh_from_db()
    assert step.due_on == NEXT


def test_in_batches_it_comes_to_the_same(world):
    with frozen(MONDAY):
        cases = [world.submitted(world.first, world.pupil(world.third)) for _ in range(5)]
    day_off(date(2026, 10, 15))
    with frozen(MONDAY):
        assert len(recompute.recompute(MONDAY, batch=2)) == len(cases)
    assert set(Case.objects.values_list("due_on", flat=True)) == {NEXT}


@pytest.mark.django_db(transaction=True)
def test_a_step_on_which_a_clerk_is_deciding_is_waited_for():
    with frozen(MONDAY):
        world = World(now=MONDAY)
        cases = [world.submitted(world.first, world.pupil(world.third)) for _ in range(3)]
    day_off(date(2026, 10, 15))
    locked, moved = threading.Event(), []

    def clerk():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM reviews_case WHERE id = %s FOR NO KEY UPDATE", [cases[0].pk])
            locked.set()
            cursor.execute("SELECT pg_sleep(1)")
        connection.close()

    with frozen(MONDAY):
        thread = threading.Thread(target=clerk)
        thread.start()
        locked.wait(30)
        moved = recompute.recompute(MONDAY)
        thread.join(30)
    assert {row.case_number for row in moved} == {case.number for case in cases}
    assert set(Step.objects.values_list("due_on", flat=True)) == {NEXT}


@pytest.mark.django_db(transaction=True)
def test_in_a_transaction_that_is_rolled_back_nothing_moves():
    """A preview is the change itself, rolled back."""
    with frozen(MONDAY):
        world = World(now=MONDAY)
        world.submitted(world.first, world.pupil(world.third))
        with transaction.atomic():
            day_off(date(2026, 10, 15))
            assert len(recompute.recompute(MONDAY)) == 1
            transaction.set_rollback(True)
        assert Step.objects.get().due_on == DUE
        assert recompute.recompute(MONDAY) == []
