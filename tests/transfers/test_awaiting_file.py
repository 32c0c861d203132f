"""调档 (R3.6): after the last sign-off the receiving school registers that the pupil has reported, then requests the file."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from ledger import outbox
from ledger.models import OutboxMessage
from reviews.clock import sweeps
from reviews.engine import door
from reviews.engine.models import Act, Case, OverdueRecord, Step
from reviews.notices.models import Notice
from reviews.vocabulary.states import State
from students.pupil.models import Enrolment, Student
from tests.api import Program
from tests.clock import frozen, shanghai
from tests.refusals import refused
from tests.reviews.case_pages import post
from tests.undo import undo
from transfers.moving.models import Transfer

SENT = shanghai(
    2026, 9, 14, 9
)  # a Monday; ten working days on: Wednesday 30 September (20 September is worked)
pytestmark = [pytest.mark.django_db, pytest.mark.rule("R3.6"), pytest.mark.world_at(SENT)]


@pytest.fixture
def waiting(world):
    """A cross-province case that all four units have agreed to."""
    case = world.submitted(world.first, world.pupil(world.abroad))
    while case.state != State.AWAITING_FILE:
        case = world.decide(case)
    return case


def act(world, case, verb, **more):
    return door.perform(Case.objects.get(pk=case.pk), verb, world.registrar(world.first), **more)


def test_after_the_last_sign_off_the_record_waits_at_its_old_school(world, waiting):
    transfer = Transfer.objects.get(case=waiting)
    assert transfer.student.school_id == world.abroad.pk
    assert waiting.holder_id == world.first.pk
    assert waiting.awaiting == "handle"
    assert waiting.exclusive_key == f"student:{transfer.student_id}"
    step = Step.objects.get(case=waiting, closed_at=None)
    assert (step.stage, step.due_on) == ("awaiting_file", waiting.due_on)


@pytest.mark.rule("R3.7")
def test_the_ninety_days_end_where_the_file_is_awaited(world, waiting):
    assert waiting.expires_at is None
    with frozen(SENT + timedelta(days=91)):
        counts = sweeps.run(SENT + timedelta(days=91))
    assert counts["expired"] == 0
    assert Case.objects.get(pk=waiting.pk).state == State.LAPSED


def test_once_the_pupil_has_reported_the_request_moves_the_record(world, waiting):
    act(world, waiting, "report", on=date(2026, 9, 10))
    case = act(world, waiting, "request_file")
    assert case.state == State.COMPLETED
    transfer = Transfer.objects.get(case=case)
    assert (transfer.reported_on, transfer.reporting_by) == (date(2026, 9, 10), world.registrar(world.first))
    assert transfer.student.school_id == world.first.pk
    assert Enrolment.objects.filter(student=transfer.student, left_case_number=case.number).exists()
    verbs = list(Act.objects.filter(case=case).values_list("verb", flat=True))
    assert verbs[-2:] == ["report", "request_file"]
    assert Act.objects.get(case=case, verb="report").opinion == "报到日期：2026年9月10日"


def test_without_a_report_the_request_is_refused(world, waiting):
    with refused("has_reported", match="还没有登记学生报到，不能调档") as caught:
        act(world, waiting, "request_file")
    assert caught.value.refusal.clause == "附件1 三.6"


def test_a_pupil_who_did_not_report_is_not_filed_until_it_has_reported_after_all(world, waiting):
    act(world, waiting, "no_show")
    with refused("has_reported", match="已登记为未报到，不能调档"):
        act(world, waiting, "request_file")
    act(world, waiting, "report", on=date(2026, 9, 14))
    assert act(world, waiting, "request_file").state == State.COMPLETED


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (None, "请填写学生报到的日期"),
        (date(2026, 9, 15), "不能晚于今天"),
        (date(2025, 9, 1), "早于发起前一年"),
    ],
)
def test_a_day_of_reporting_that_cannot_be_is_refused_in_words(world, waiting, day, said):
    with refused("reported_on", match=said):
        act(world, waiting, "report", on=day)


def test_only_the_receiving_schools_registrar_does_it(world, waiting):
    for account in (world.head(world.first), world.registrar(world.east), world.registrar(world.abroad)):
        for verb in ("report", "no_show", "request_file"):
            with refused("no_seat", match="由示例第一小学的学籍管理员"):
                door.perform(Case.objects.get(pk=waiting.pk), verb, account, on=date(2026, 9, 14))


def test_the_database_files_no_pupil_who_has_not_reported(waiting):
    Step.objects.filter(case=waiting, closed_at=None).update(outcome="filed")
    with pytest.raises(IntegrityError, match="学生未报到"), transaction.atomic():
        Case.objects.filter(pk=waiting.pk).update(
            state="completed", holder=None, exclusive_key=None, closed_at=SENT
        )


def test_the_database_completes_no_cross_province_case_without_the_file(world):
    case = world.submitted(world.first, world.pupil(world.abroad))
    for _ in range(3):
        case = world.decide(case)
    with pytest.raises(IntegrityError, match="须经调档"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(
            state="completed", holder=None, exclusive_key=None, closed_at=SENT
        )


def test_reporting_is_kept_at_no_other_stage(world):
    case = world.submitted(world.first, world.pupil(world.abroad))
    with pytest.raises(IntegrityError, match="待调档"), transaction.atomic():
        Transfer.objects.filter(case=case).update(
            did_not_report=True, reporting_by=world.registrar(world.first)
        )
    with refused("wrong_state", match="不能登记报到"):
        act(world, case, "report", on=date(2026, 9, 14))


def test_after_the_last_sign_off_nothing_is_withdrawn_recalled_or_decided(world, waiting):
    for code, verb, clerk in (
        ("not_a_no_show", "withdraw", world.registrar(world.first)),
        ("wrong_state", "recall", world.head(world.zhangbei)),
        ("wrong_state", "handle", world.registrar(world.first)),
        ("wrong_state", "sign", world.head(world.first)),
    ):
        with refused(code, match="待调档"):
            door.perform(Case.objects.get(pk=waiting.pk), verb, clerk, opinion="情况属实。", outcome="agree")


# ---------------------------------------------------------------- a registered 未报到 ends the case at once


@pytest.mark.rule("R1.8")
@pytest.mark.parametrize("letter", ["L", "J", "G"])
def test_the_school_ends_a_case_whose_pupil_did_not_report_and_the_child_is_free_at_once(world, letter):
    pupil = world.pupil(world.abroad, letter=letter)
    case = world.awaited(world.submitted(world.first, pupil))
    act(world, case, "no_show")
    ended = act(world, case, "withdraw", opinion="学生没有来校报到。")
    assert (ended.state, ended.holder, ended.exclusive_key) == (State.WITHDRAWN, None, None)
    assert Step.objects.get(case=case, stage="awaiting_file").outcome == "withdrawn"
    assert not OverdueRecord.objects.filter(case=case).exists()
    outbox.relay(shanghai(2100, 1, 1))
    for account in (world.registrar(world.abroad), world.registrar(world.zhangbei), world.head(world.east)):
        texts = Notice.objects.filter(case=case, account=account).values_list("text", flat=True)
        assert any("学生未报到，已由转入学校终止，学籍仍在原校" in text for text in texts), account
    # The same day another school begins.
    assert world.submitted(world.second, pupil).state == "receiving_school"


def test_before_a_registered_no_show_nothing_ends_at_the_file(world, waiting):
    for _ in range(2):
        with refused("not_a_no_show") as error:
            act(world, waiting, "withdraw", opinion="学生没有来校报到。")
        assert (error.value.code, error.value.clause) == ("not_a_no_show", "附件1 三.6")
        assert "登记学生未报到之后，转入学校才可以终止" in error.value.sentence
        act(world, waiting, "report", on=date(2026, 9, 14))


def test_who_has_reported_after_all_is_not_ended(world, waiting):
    act(world, waiting, "no_show")
    act(world, waiting, "report", on=date(2026, 9, 14))
    with refused("not_a_no_show"):
        act(world, waiting, "withdraw", opinion="学生没有来校报到。")


def test_the_end_is_the_receiving_schools_and_in_words(world, waiting):
    act(world, waiting, "no_show")
    for account in (world.registrar(world.east), world.registrar(world.abroad)):
        with refused("no_seat"):
            door.perform(Case.objects.get(pk=waiting.pk), "withdraw", account, opinion="没有来。")
    with refused("opinion_blank"):
        act(world, waiting, "withdraw")


def test_the_database_ends_no_awaited_file_without_a_no_show(world, waiting):
    Step.objects.filter(case=waiting, closed_at=None).update(outcome="withdrawn")
    with pytest.raises(IntegrityError, match="待调档的业务只在学生未报到"), transaction.atomic():
        Case.objects.filter(pk=waiting.pk).update(
            state="withdrawn", awaiting="", holder=None, exclusive_key=None, due_on=None
        )


def test_page_and_program_end_a_case_whose_pupil_did_not_come(world, waiting, client):
    clerk, url = world.registrar(world.first), f"/cases/{waiting.number}/"
    client.force_login(clerk)
    assert "终止业务（学生未报到）" not in client.get(url).content.decode()
    assert post(client, clerk, waiting, "no_show").status_code == 303
    page = client.get(url).content.decode()
    assert "终止业务（学生未报到）" in page
    assert "由本校终止，学籍留在转出学校" in page
    program = Program(clerk)
    allowed = {verb["verb"] for verb in program.get(url).json()["verbs"] if verb["allowed"]}
    assert "withdraw" in allowed
    answer = post(client, clerk, waiting, "withdraw", opinion="学生没有来校报到。")
    assert answer.status_code == 303
    assert "学生未报到，已于" in client.get(url).content.decode()


def test_a_program_ends_it_too(world, waiting):
    program = Program(world.registrar(world.first))
    assert program.act(waiting, "no_show").status_code == 200
    told = program.act(waiting, "withdraw", {"opinion": "学生没有来校报到。"}).json()
    assert told["case"]["state"] == "withdrawn"


# ---------------------------------------------------------------- the limit


def test_until_the_last_microsecond_of_the_tenth_working_day_the_file_may_be_requested(world, waiting):
    act(world, waiting, "report", on=date(2026, 9, 14))
    last = shanghai(2026, 9, 28).replace(hour=23, minute=59, second=59, microsecond=999999)
    assert waiting.due_on == last.date()
    with frozen(last):
        assert sweeps.run(last)["lapsed"] == 0
        assert act(world, waiting, "request_file").state == State.COMPLETED


def test_from_the_next_midnight_on_it_is_only_cancelled(world, waiting):
    act(world, waiting, "report", on=date(2026, 9, 14))
    over = shanghai(2026, 9, 29)
    with frozen(over):
        with refused("file_late", match="调档时限（2026年9月28日）已过"):
            act(world, waiting, "request_file")
        with pytest.raises(IntegrityError, match="调档时限已过"), transaction.atomic():
            Case.objects.filter(pk=waiting.pk).update(
                state="completed", holder=None, exclusive_key=None, closed_at=over
            )
        assert sweeps.run(over)["lapsed"] == 1
        assert sweeps.run(over)["lapsed"] == 0
    case = Case.objects.get(pk=waiting.pk)
    assert (case.state, case.closed_at, case.exclusive_key) == (State.LAPSED, over, None)
    assert Step.objects.get(case=case, stage="awaiting_file").outcome == "lapsed"
    assert Student.objects.get(transfers__case=case).school_id == world.abroad.pk


def test_the_clock_cannot_cancel_before_the_limit(waiting):
    with pytest.raises(IntegrityError, match="调档时限未过"), transaction.atomic():
        Case.objects.filter(pk=waiting.pk).update(
            state="lapsed", holder=None, exclusive_key=None, closed_at=SENT
        )


def test_reminders_come_on_the_seventh_ninth_and_tenth_working_day(world, waiting):
    told = {}
    for day in range(15, 29):
        at = shanghai(2026, 9, day, 8)
        with frozen(at):
            sweeps.run(at)
        for level in (1, 2, 3):
            if OutboxMessage.objects.filter(
                topic="deadline", payload__case=waiting.pk, payload__level=level
            ).exists():
                told.setdefault(level, day)
    book_days = [15, 16, 17, 18, 20, 21, 22, 23, 24, 28]
    assert told == {1: book_days[6], 2: book_days[8], 3: book_days[9]}


@pytest.mark.rule("R3.7b")
def test_a_file_not_requested_is_cancelled_and_not_named_in_the_bulletin(world, waiting):
    with frozen(shanghai(2026, 10, 20)):
        sweeps.run(shanghai(2026, 10, 20))
    assert not OverdueRecord.objects.filter(case=waiting).exists()
    assert Step.objects.get(case=waiting, stage="awaiting_file").overdue_at is None


def test_a_week_without_beat_leaves_what_seven_daily_runs_would_have_left(world):
    cases = []
    for _ in range(2):
        case = world.submitted(world.first, world.pupil(world.abroad))
        while case.state != State.AWAITING_FILE:
            case = world.decide(case)
        cases.append(case)
    daily = _after(world, [shanghai(2026, 9, day) for day in range(24, 32 - 1)])
    once = _after(world, [shanghai(2026, 9, 30)])
    assert daily == once


def _after(world, rounds):
    """The end state after sweeps at these instants, rolled back again."""
    point = transaction.savepoint()
    for at in rounds:
        with frozen(at):
            sweeps.run(at)
    found = (
        sorted(Case.objects.values_list("number", "state", "awaiting", "due_on")),
        sorted(Step.objects.values_list("case__number", "seq", "outcome", "warned", "next_warn_on")),
        sorted(OutboxMessage.objects.exclude(topic="window").values_list("dedup", flat=True)),
    )
    undo(point)
    return found
