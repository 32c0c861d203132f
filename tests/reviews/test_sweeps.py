"""What the clock does to cases: marks, records, reminders, clearing; missed, repeated and overlapped without harm."""

import threading
from contextlib import contextmanager
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection, transaction

from ledger import audit, outbox
from ledger.models import AuditEntry, OutboxMessage, SweepRun
from reviews.clock import expire as door_clock
from reviews.clock import sweeps
from reviews.engine import book as rulebook
from reviews.engine import deadlines, door
from reviews.engine.models import Act, Case, OverdueRecord, Step
from reviews.notices.models import Notice
from reviews.rulebook.models import Vacation
from reviews.tasks import sweep as sweep_task
from tests.clock import frozen, shanghai
from tests.refusals import sql_refused
from tests.world import World
from web import clock

# A Monday in term, far from vacations. The tenth working day after it is a Sunday that makes up for the National Day.
MONDAY = shanghai(2026, 9, 7, 10)
DUE = date(2026, 9, 20)


@pytest.fixture
def at_monday(db):
    """A world on MONDAY with one case sent off that day."""
    with frozen(MONDAY):
        world = World(now=MONDAY)
        case = world.submitted(world.first, world.pupil(world.third))
        assert Step.objects.get(case=case).due_on == DUE
    return world, case


def sweep_at(*when):
    at = when[0] if len(when) == 1 else shanghai(*when)
    with frozen(at):
        return sweeps.run(at)


def messages(topic):
    return list(OutboxMessage.objects.filter(topic=topic).order_by("id").values_list("payload", flat=True))


# ---------------------------------------------------------------- overdue


@pytest.mark.rule("R3.7")
def test_a_step_is_late_from_the_midnight_after_its_limit_and_not_before(at_monday):
    _, case = at_monday
    assert sweep_at(2026, 9, 20, 23, 59, 59)["overdue"] == 0
    assert sweep_at(2026, 9, 21)["overdue"] == 1
    step = Step.objects.get(case=case)
    assert step.overdue_at == shanghai(2026, 9, 21)
    assert sweep_at(2026, 9, 23)["overdue"] == 0
    step.refresh_from_db()
    assert step.overdue_at == shanghai(2026, 9, 21)


@pytest.mark.rule("R3.7b")
def test_a_late_unit_is_recorded_once_and_the_record_stays_when_the_step_is_done(at_monday):
    world, case = at_monday
    assert sweep_at(2026, 9, 22)["recorded"] == 1
    assert sweep_at(2026, 9, 25)["recorded"] == 0
    record = OverdueRecord.objects.get()
    assert (record.unit, record.stage, record.due_on) == (world.first, "receiving_school", DUE)
    with frozen(shanghai(2026, 9, 25, 9)):
        world.decide(case)
    assert OverdueRecord.objects.get() == record
    entry = AuditEntry.objects.get(action="step.overdue")
    assert (entry.chain, entry.actor, entry.body["unit"]) == ("clock", "clock", world.first.pk)
    sql_refused("append_only", "UPDATE reviews_overduerecord SET due_on = '2030-01-01'")
    sql_refused("no_delete", "DELETE FROM reviews_overduerecord")


@pytest.mark.rule("R3.7b")
def test_vacation_days_count_for_the_limit_but_not_for_the_bulletin(db):
    start = shanghai(2026, 6, 29, 10)
    with frozen(start):
        world = World(now=start)
        Vacation.objects.create(
            province=world.im,
            name="暑假",
            starts_on=date(2026, 7, 6),
            ends_on=date(2026, 8, 31),
            source="示例",
        )
        case = world.submitted(world.first, world.pupil(world.third))
    step = Step.objects.get(case=case)
    assert step.due_on == date(2026, 7, 13)
    assert step.bulletin_due_on == date(2026, 9, 8)
    assert sweep_at(2026, 7, 14)["overdue"] == 1
    assert sweep_at(2026, 9, 8, 23, 59)["recorded"] == 0
    assert OverdueRecord.objects.count() == 0
    assert sweep_at(2026, 9, 9)["recorded"] == 1


@pytest.mark.rule("R3.7b")
def test_a_step_decided_late_while_the_clock_stood_still_is_marked_and_recorded_all_the_same(at_monday):
    world, case = at_monday
    with frozen(shanghai(2026, 9, 23, 9)):
        world.decide(case)
    step = Step.objects.get(case=case, seq=1)
    assert step.overdue_at == shanghai(2026, 9, 23, 9)
    assert OverdueRecord.objects.get().step == step


@pytest.mark.rule("R3.7b")
def test_a_step_decided_in_time_is_never_marked(at_monday):
    world, case = at_monday
    with frozen(shanghai(2026, 9, 20, 23, 59)):
        world.decide(case)
    sweep_at(2026, 9, 30)
    assert Step.objects.get(case=case, seq=1).overdue_at is None
    assert not OverdueRecord.objects.filter(step__seq=1).exists()


@pytest.mark.rule("R3.7b")
def test_one_turn_is_named_once_though_its_sign_off_was_recalled(at_monday):
    world, case = at_monday
    with frozen(shanghai(2026, 9, 23, 9)):
        case = world.decide(case)
    with frozen(shanghai(2026, 9, 23, 9, 5)):
        case = door.perform(case, "recall", world.head(world.first))
    sweep_at(2026, 9, 24)
    with frozen(shanghai(2026, 9, 24, 9)):
        world.decide(case)
    assert OverdueRecord.objects.filter(unit=world.first).count() == 1


# ---------------------------------------------------------------- reminders


@pytest.mark.rule("R3.7")
def test_reminders_come_three_one_and_no_working_days_before_the_limit(at_monday):
    _, case = at_monday
    days = [date(2026, 9, 16), date(2026, 9, 18), DUE]
    seen = {}
    for day in range(8, 23):
        if sweep_at(2026, 9, day)["warned"]:
            seen[date(2026, 9, day)] = messages("deadline")[-1]["level"]
    assert seen == dict(zip(days, (1, 2, 3), strict=True))
    step = Step.objects.get(case=case)
    assert (step.warned, step.next_warn_on) == (3, None)


@pytest.mark.rule("R3.7")
def test_expiry_is_told_ten_three_and_one_days_before(at_monday):
    _, case = at_monday
    ends = Case.objects.get(pk=case.pk).expires_at
    assert ends == MONDAY + timedelta(days=90)
    for days, before, after in ((10, [], [10]), (3, [10], [10, 3]), (1, [10, 3], [10, 3, 1])):
        sweep_at(ends - timedelta(days=days, microseconds=1))
        assert [m["days"] for m in messages("expiry")] == before
        sweep_at(ends - timedelta(days=days))
        assert [m["days"] for m in messages("expiry")] == after


@pytest.mark.rule("R3.5")
def test_owners_of_drafts_are_told_seven_days_and_one_day_before_the_freeze(db):
    start = shanghai(2026, 7, 1, 9)
    with frozen(start):
        world = World(now=start)
        draft = world.draft(world.first, world.pupil(world.third))
        sent = world.submitted(world.first, world.pupil(world.third))
    told = {}
    for day in range(2, 20):
        if count := sweep_at(2026, 7, day)["drafts_warned"]:
            told[day] = count
    assert told == {8: 1, 14: 1}
    assert {m["case"] for m in messages("window")} == {draft.pk} != {sent.pk}
    outbox.relay(clock.now() + timedelta(minutes=1))
    texts = Notice.objects.filter(account=draft.created_by, dedup__startswith="window:").values_list(
        "text", flat=True
    )
    assert len(texts) == 2
    assert all("2026年7月15日零时起" in text and draft.number in text for text in texts)


# ---------------------------------------------------------------- clearing


@pytest.mark.rule("R3.7")
def test_after_ninety_times_twenty_four_hours_a_case_is_cleared_to_the_microsecond(at_monday):
    world, case = at_monday
    ends = MONDAY + timedelta(days=90)
    assert sweep_at(ends - timedelta(microseconds=1))["expired"] == 0
    assert sweep_at(ends)["expired"] == 1
    case = Case.objects.get(pk=case.pk)
    assert (case.state, case.awaiting, case.holder, case.exclusive_key) == ("expired", "", None, None)
    assert case.closed_at == ends
    step = Step.objects.get(case=case)
    assert (step.outcome, step.closed_at) == ("expired", ends)
    act = Act.objects.filter(case=case).last()
    assert (act.verb, act.account, act.stage, act.step) == ("expire", None, "receiving_school", step)
    entry = AuditEntry.objects.get(action="case.expire")
    assert (entry.chain, entry.actor, entry.subject) == ("clock", "clock", case.audit_subject)
    assert list(audit.verify()) == []
    assert [m["event"] for m in messages("notice")][-1] == "expired"
    # It must be started anew, and can be (R3.7).
    with frozen(ends + timedelta(hours=1)):
        assert world.submitted(world.second, case.transfer.student).state == "receiving_school"


@pytest.mark.rule("R3.7")
def test_the_database_itself_refuses_to_clear_a_case_early_even_for_a_fast_clock(at_monday):
    _, case = at_monday
    ends = MONDAY + timedelta(days=90)
    with frozen(ends - timedelta(seconds=1)):
        # The program's clock is an hour ahead; the database's is not.
        assert door_clock.expire(ends + timedelta(hours=1), 100) == 0
        with pytest.raises(DatabaseError, match="90 天"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE reviews_case SET state='expired', awaiting='', holder_id=NULL, exclusive_key=NULL WHERE id=%s",
                [case.pk],
            )


@pytest.mark.rule("R3.7")
def test_who_held_an_expired_case_how_long_is_kept(at_monday):
    world, case = at_monday
    with frozen(shanghai(2026, 9, 9, 10)):
        world.decide(case)
    with frozen(shanghai(2026, 9, 10, 10)):
        case = world.decide(case)
    late = MONDAY + timedelta(days=97)
    sweep_at(late)
    held = deadlines.held_by(Case.objects.get(pk=case.pk), late, rulebook.current())
    calendar = rulebook.current().calendar
    rest = calendar.between(date(2026, 9, 10), (MONDAY + timedelta(days=90)).date())
    assert [(h.unit, h.working_days) for h in held] == [
        (world.first, 2),
        (world.east, 1),
        (world.third, rest),
    ]


# ---------------------------------------------------------------- missed, repeated, overlapped


def _end_state(world):
    """All the clock can change, without the instants at which it came round, by place instead of by id."""
    cases = {pk: n for n, pk in enumerate(Case.objects.order_by("id").values_list("id", flat=True))}
    steps = {pk: n for n, pk in enumerate(Step.objects.order_by("id").values_list("id", flat=True))}
    return {
        "cases": list(
            Case.objects.order_by("id").values_list(
                "state", "awaiting", "due_on", "expiry_warned", "revision"
            )
        ),
        "steps": [
            (*row, bool(overdue))
            for *row, overdue in Step.objects.order_by("id").values_list(
                "case__state", "outcome", "warned", "next_warn_on", "overdue_at"
            )
        ],
        "records": sorted(steps[pk] for pk in OverdueRecord.objects.values_list("step_id", flat=True)),
        "told": sorted(
            (
                m.topic,
                cases[m.payload["case"]],
                m.payload.get("level", m.payload.get("days", m.payload.get("event"))),
            )
            for m in OutboxMessage.objects.all()
        ),
        "acts": sorted((cases[c], v) for c, v in Act.objects.values_list("case_id", "verb")),
        "audit": sorted(AuditEntry.objects.filter(chain="clock").values_list("action", flat=True)),
        "notices": sorted(
            (cases[case] if case else None, kind.split(":")[0])
            for case, kind in Notice.objects.values_list("case_id", "dedup")
        ),
    }


@contextmanager
def undone():
    """What happens inside is rolled back; to the door it is a test's own transaction, which it does not count."""
    block = transaction.atomic()
    block._from_testcase = True
    with block:
        yield
        transaction.set_rollback(True)


def _busy_world(world):
    """Cases at every point the clock cares for in the week of 2026-12-07: limits, reminders, expiry, drafts."""
    for day in (8, 9, 10):
        with frozen(shanghai(2026, 9, day, 15, day)):
            case = world.submitted(world.first, world.pupil(world.third))
            world.decide(case)
    for day in (20, 23, 24, 25, 26, 27, 30):
        with frozen(shanghai(2026, 11, day, 11)):
            world.submitted(world.second, world.pupil(world.third))
    with frozen(shanghai(2026, 12, 1, 9)):
        world.draft(world.second, world.pupil(world.third))


@pytest.mark.rule("R3.7")
def test_one_round_after_a_week_without_the_clock_leaves_what_seven_daily_rounds_leave(db):
    states = []
    daily = [shanghai(2026, 12, day, 0, 5) for day in range(7, 15)]
    for rounds in (daily, daily[-1:]):
        with undone():
            with frozen(MONDAY):
                world = World(now=MONDAY)
            _busy_world(world)
            before = shanghai(2026, 12, 6, 0, 5)
            for at in (before, *rounds):
                with frozen(at):
                    sweeps.run(at)
                    outbox.relay(at + timedelta(minutes=1))
            states.append(_end_state(world))
            expired = [row for row in states[-1]["cases"] if row[0] == "expired"]
            assert len(expired) == 3
            assert len(states[-1]["records"]) >= 5
    for part in states[0]:
        assert states[0][part] == states[1][part], part


@pytest.mark.rule("R3.5")
def test_a_clock_that_slept_over_the_start_of_the_freeze_still_tells_the_owners(db):
    start = shanghai(2026, 7, 6, 9)
    with frozen(start):
        world = World(now=start)
        world.draft(world.first, world.pupil(world.third))
        sweeps.run(start)
    assert sweep_at(2026, 7, 16)["drafts_warned"] == 2
    assert sweep_at(2026, 7, 16, 0, 10)["drafts_warned"] == 0


def test_the_same_round_again_changes_nothing(at_monday):
    world, _ = at_monday
    at = MONDAY + timedelta(days=100)
    sweep_at(at)
    before = _end_state(world)
    assert set(sweep_at(at).values()) == {0}
    assert _end_state(world) == before


@pytest.mark.django_db(transaction=True)
def test_rounds_that_overlap_do_each_thing_once():
    with frozen(MONDAY):
        world = World(now=MONDAY)
        cases = [world.submitted(world.first, world.pupil(world.third)) for _ in range(24)]
    at = MONDAY + timedelta(days=91)
    errors, totals = [], []

    def one():
        try:
            totals.append(sweeps.run(at, batch=5))
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    with frozen(at):
        threads = [threading.Thread(target=one) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=120)
        assert not errors, errors[:2]
        # What one round left because another held it, the next one takes.
        sweeps.run(at)
    assert Case.objects.filter(state="expired").count() == len(cases)
    assert OverdueRecord.objects.count() == len(cases)
    assert Act.objects.filter(verb="expire").count() == len(cases)
    assert AuditEntry.objects.filter(action="case.expire").count() == len(cases)
    assert AuditEntry.objects.filter(action="step.overdue").count() == len(cases)
    assert OutboxMessage.objects.filter(topic="notice", payload__event="expired").count() == len(cases)
    assert OutboxMessage.objects.filter(topic="deadline").count() == 3 * len(cases)
    assert OutboxMessage.objects.filter(topic="expiry").count() == 3 * len(cases)
    assert list(audit.verify()) == []
    assert SweepRun.objects.filter(finished_at__isnull=False).count() == 7


@pytest.mark.django_db(transaction=True)
def test_a_case_that_a_clerk_is_deciding_on_is_left_for_the_next_round():
    with frozen(MONDAY):
        world = World(now=MONDAY)
        held, other = (world.submitted(world.first, world.pupil(world.third)) for _ in range(2))
    at = MONDAY + timedelta(days=91)
    locked, done = threading.Event(), threading.Event()

    def clerk():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM reviews_case WHERE id = %s FOR NO KEY UPDATE", [held.pk])
            locked.set()
            done.wait(60)
        connection.close()

    with frozen(at):
        thread = threading.Thread(target=clerk)
        thread.start()
        locked.wait(60)
        assert sweeps.run(at)["expired"] == 1
        done.set()
        thread.join(60)
        assert Case.objects.get(pk=other.pk).state == "expired"
        assert sweeps.run(at)["expired"] == 1
    assert Case.objects.get(pk=held.pk).state == "expired"


def test_a_hundred_batches_do_what_one_does(at_monday):
    world, _ = at_monday
    with frozen(MONDAY):
        for _ in range(6):
            world.submitted(world.first, world.pupil(world.third))
    at = MONDAY + timedelta(days=91)
    with frozen(at):
        assert sweeps.run(at, batch=2)["expired"] == 7


def test_every_round_leaves_a_row_with_its_counts(at_monday):
    with frozen(shanghai(2026, 9, 22)):
        counts = sweep_task()
    run = SweepRun.objects.get()
    assert run.judged_at == shanghai(2026, 9, 22)
    assert run.counts == counts
    assert (counts["overdue"], counts["recorded"], counts["warned"]) == (1, 1, 1)


# ---------------------------------------------------------------- the command


def _command(*arguments):
    out = StringIO()
    call_command("sweep", *arguments, stdout=out)
    return out.getvalue()


def test_a_dry_run_tells_what_a_round_would_do_and_writes_nothing(at_monday):
    world, case = at_monday
    before = _end_state(world)
    told = _command("--at", "2026-12-09T00:00+08:00", "--dry-run")
    assert "2026年12月9日 00:00" in told
    for line in (
        "环节逾期标记：1",
        "逾期记录（通报口径）：1",
        "时限提醒：1",
        "清理提醒：1",
        "满 90 天清理：1",
    ):
        assert line in told
    assert case.number in told
    assert _end_state(world) == before
    assert not SweepRun.objects.exists()
    assert "满 90 天清理：0" in _command("--at", "2026-10-09T00:00+08:00", "--dry-run")


def test_a_dry_run_and_the_round_itself_agree(at_monday):
    with frozen(MONDAY + timedelta(days=91)):
        found = [finding.count for finding in sweeps.preview(MONDAY + timedelta(days=91))]
        assert found == list(sweeps.run(MONDAY + timedelta(days=91)).values())


@pytest.mark.django_db
def test_the_clock_cannot_be_set_back_by_the_command():
    with pytest.raises(CommandError, match="不能倒拨"):
        _command("--at", "2026-10-09T00:00+08:00")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["昨天", "2026-13-01", "2026-10-09T25:00", "9999-12-31T23:59-23:00", "２０２６", "0001-01-01"]
)
def test_a_moment_that_cannot_be_read_is_refused_in_one_sentence(text):
    with pytest.raises(CommandError) as caught:
        _command("--at", text, "--dry-run")
    assert "2026-10-09T00:00+08:00" in str(caught.value)
    assert str(caught.value).count("。") == 1


def test_a_round_by_hand_says_what_it_did(at_monday):
    with frozen(shanghai(2026, 9, 22)):
        assert "环节逾期标记 1" in _command()
