"""线下先行 (R0.4): taken in on paper while the system is down, attending at once, the electronic case follows."""

import threading
from datetime import date, timedelta

import pytest
from django.db import connection

from ledger import outbox
from ledger.models import AuditEntry
from orgs.people.models import PostRole
from reviews.engine import door
from reviews.engine.models import Case
from reviews.faults import announcing as faults
from reviews.notices.models import Notice
from students.pupil import attendance
from students.year_end import graduation
from tests.clock import frozen, shanghai
from tests.refusals import refused, refused_by_database, sql_refused
from tests.world import World
from transfers.attendance.models import OfflineTransfer, Outcome, Standing
from transfers.moving import drafting
from transfers.offline import recording as offline
from transfers.offline.recording import Stated
from web import clock
from web.refusals import Refused

NOW = shanghai(2026, 11, 3, 10)
pytestmark = [pytest.mark.django_db, pytest.mark.rule("R0.4"), pytest.mark.world_at(NOW)]
FREEZE = shanghai(2026, 7, 20, 10)


def stands(made) -> str:
    return OfflineTransfer.objects.select_related("case").get(pk=made.pk).stands


def stated(pupil) -> Stated:
    return Stated(pupil.name, pupil.sex, pupil.birth_date, "示例第三小学")


# ---------------------------------------------------------------- recording


@pytest.mark.rule("R0.1")
def test_recorded_the_pupil_attends_the_receiving_school_at_once_and_the_record_stays(world):
    pupil = world.pupil(world.third)
    made = world.taken_in(world.first, pupil)
    assert list(OfflineTransfer.objects.open().filter(school=world.first)) == [made]
    assert (made.sending_school, made.case, made.stands) == (world.third, None, Standing.WAITING)
    pupil.refresh_from_db()
    assert pupil.school == world.third
    entry = AuditEntry.objects.get(action="offline.recorded")
    assert entry.body["student"] == pupil.pk
    assert pupil.name not in str(entry.body)


@pytest.mark.rule("R3.5")
def test_it_may_be_recorded_inside_the_freeze_in_which_no_transfer_can_be_sent(world):
    with frozen(FREEZE):
        fault = world.fault(world.east)
        made = world.taken_in(world.first, world.pupil(world.third), fault, FREEZE.date())
        assert made.is_open
        # The electronic case is drafted and waits for the window like any other.
        case = offline.start(made, world.registrar(world.first), FREEZE)
        assert stands(made) == Standing.WAITING
        drafted = Case.objects.get(pk=case.pk)
        with refused("window_closed"):
            door.perform(drafted, "submit", world.registrar(world.first), opinion="申请转入")


@pytest.mark.rule("R0.7")
@pytest.mark.parametrize(("days", "taken"), [(-3, False), (-2, True), (0, True), (1, False)])
def test_the_paper_is_dated_within_the_fault_and_not_in_the_future(world, days, taken):
    fault = world.fault(world.east, since=NOW.date() - timedelta(days=2))
    paper, pupil = NOW.date() + timedelta(days=days), world.pupil(world.third)
    if taken:
        assert world.taken_in(world.first, pupil, fault, paper).paper_date == paper
    else:
        with refused("paper_date"):
            world.taken_in(world.first, pupil, fault, paper)


@pytest.mark.rule("R0.7")
@pytest.mark.parametrize(("days", "taken"), [(0, True), (30, True), (31, False)])
def test_thirty_days_after_the_fault_it_may_still_be_recorded_and_no_longer(world, days, taken):
    fault, pupil = world.fault(world.east, closed=True), world.pupil(world.third)
    with frozen(NOW + timedelta(days=days)) as later:
        if taken:
            assert world.taken_in(world.first, pupil, fault, clock.local_date(later)).is_open
        else:
            with refused("no_fault"):
                world.taken_in(world.first, pupil, fault, NOW.date())


def test_without_a_fault_over_the_school_it_is_refused_and_says_that_the_child_goes_to_school(world):
    pupil, west = world.pupil(world.third), world.fault(world.west)
    with refused("no_fault") as caught:
        world.taken_in(world.first, pupil, west)
    assert "学生照常就读" in caught.value.sentence


def test_only_the_registrar_of_the_school_records_it(world):
    fault, pupil = world.fault(world.east), world.pupil(world.third)
    given = {"fault": fault, "paper_date": NOW.date(), "requester": "father", "student": pupil}
    for by in (
        world.head(world.first),
        world.registrar(world.east),
        world.registrar(world.second),
        world.account(world.first, PostRole.CLASS_TEACHER),
    ):
        with refused("no_seat"):
            offline.record(world.first, by, NOW, **given)
    with refused("no_seat"):
        offline.record(world.east, world.registrar(world.east), NOW, **given)


def test_a_deceased_pupil_is_not_taken_in_offline_nor_matched(world):
    fault, pupil = world.fault(world.league), world.pupil(world.third, status="deceased")
    with refused("record_ended"):
        world.taken_in(world.first, pupil, fault)
    made = world.taken_in(world.first, None, fault, stated=stated(pupil))
    with refused("record_ended"):
        offline.match(made, pupil, world.registrar(world.first), clock.now())


def test_a_pupil_has_one_open_record_whoever_asks(world):
    fault, pupil = world.fault(world.league), world.pupil(world.third)
    world.taken_in(world.first, pupil, fault)
    with refused("offline_already"):
        world.taken_in(world.second, pupil, fault)
    with refused("offline_already"):
        world.taken_in(world.first, pupil, fault)
    with refused("other_school"):
        world.taken_in(world.third, pupil, fault)


# ---------------------------------------------------------------- the pupil is unknown


@pytest.mark.rule("R0.1")
def test_while_the_look_up_is_down_a_stated_pupil_is_taken_in_and_matched_later(world):
    pupil = world.pupil(world.third)
    made = world.taken_in(world.first, None, stated=stated(pupil))
    assert (made.student, made.pupil_name, made.from_name) == (None, pupil.name, "示例第三小学")
    clerk = world.registrar(world.first)
    with refused("pupil_unknown"):
        offline.start(made, clerk, NOW)
    other = world.pupil(world.third, grade=2)
    with refused("offline_other_pupil"):
        offline.match(made, other, clerk, NOW)
    matched = offline.match(made, pupil, clerk, NOW)
    assert (matched.student, matched.sending_school) == (pupil, world.third)
    with refused("offline_matched"):
        offline.match(made, pupil, clerk, NOW)
    confirmed = offline.confirm(matched, world.head(world.first), NOW)
    assert offline.start(confirmed, clerk, NOW).number


def test_matched_to_a_pupil_whose_record_came_meanwhile_it_is_settled(world):
    pupil = world.pupil(world.third)
    made = world.taken_in(world.first, None, stated=stated(pupil))
    world.finish(world.submitted(world.first, pupil))
    pupil.refresh_from_db()
    settled = offline.match(made, pupil, world.registrar(world.first), NOW)
    assert (settled.outcome, settled.is_open) == (Outcome.ALREADY, False)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"name": ""}, "stated_name"),
        ({"name": "张\u202e三"}, "stated_name"),
        ({"origin": " "}, "stated_origin"),
        ({"birth_date": NOW.date() + timedelta(days=1)}, "stated_birth"),
        ({"birth_date": date(1900, 1, 1)}, "stated_birth"),
    ],
)
def test_what_is_stated_is_checked_like_a_record(world, given, code):
    told = {"name": "张三", "sex": "1", "birth_date": date(2016, 5, 1), "origin": "示例第三小学"} | given
    with refused(code):
        world.taken_in(world.first, None, stated=Stated(**told))


def test_a_stated_pupil_is_recorded_once(world):
    told = Stated("张三", "1", date(2016, 5, 1), "示例第三小学")
    world.taken_in(world.first, None, stated=told)
    with refused("offline_already"):
        world.taken_in(world.first, None, stated=told)


# ---------------------------------------------------------------- the electronic case follows


def test_from_waiting_over_running_to_the_record_having_come(world):
    pupil = world.pupil(world.third)
    made = world.taken_in(world.first, pupil)
    case = offline.start(made, world.registrar(world.first), NOW)
    made.refresh_from_db()
    assert made.case == case
    assert stands(made) == Standing.WAITING
    sent = world.submitted(world.first, pupil)  # takes the same draft up again, fills it in and sends it
    assert sent.pk == case.pk
    assert stands(made) == Standing.RUNNING
    world.finish(sent)
    made.refresh_from_db()
    assert (made.outcome, made.closed_at) == (Outcome.DONE, NOW)
    assert stands(made) == Standing.DONE
    assert not OfflineTransfer.objects.open().exists()


def test_a_case_started_the_ordinary_way_is_linked_and_closes_it_too(world):
    pupil = world.pupil(world.third)
    made = world.taken_in(world.first, pupil)
    case = drafting.begin(pupil, world.first, world.registrar(world.first), NOW)
    assert OfflineTransfer.objects.get(pk=made.pk).case == case
    world.finish(world.submitted(world.first, pupil))
    assert stands(made) == Standing.DONE


def test_a_case_that_runs_already_is_linked_when_the_pupil_is_recorded_or_matched(world):
    one, two = world.pupil(world.third), world.pupil(world.third, grade=3)
    running = world.submitted(world.first, one)
    assert world.taken_in(world.first, one).case == running
    made = world.taken_in(world.first, None, stated=stated(two))
    running = world.submitted(world.first, two)
    assert offline.match(made, two, world.registrar(world.first), NOW).case == running


def test_another_schools_case_is_not_linked(world):
    pupil = world.pupil(world.third)
    made = world.taken_in(world.first, pupil)
    world.finish(world.submitted(world.second, pupil))
    assert stands(made) == Standing.WAITING
    ended = offline.end(made, world.registrar(world.first), NOW, Outcome.ELSEWHERE)
    assert (ended.outcome, ended.closed_by) == (Outcome.ELSEWHERE, world.registrar(world.first))


def test_a_case_that_came_to_nothing_leaves_it_open_and_the_next_one_is_linked(world):
    pupil = world.pupil(world.third)
    made = world.taken_in(world.first, pupil)
    case = world.submitted(world.first, pupil)
    door.perform(case, "withdraw", world.registrar(world.first), opinion="家长要求重填")
    assert stands(made) == Standing.AGAIN
    again = offline.start(OfflineTransfer.objects.get(pk=made.pk), world.registrar(world.first), NOW)
    made.refresh_from_db()
    assert made.case == again
    assert again.pk != case.pk


@pytest.mark.rule("R3.2")
def test_the_same_obstacles_stop_the_electronic_case_as_always(world):
    pupil = world.pupil(world.third, status="suspended")
    made = world.taken_in(world.first, pupil)
    with refused("not_suspended"):
        offline.start(made, world.registrar(world.first), NOW)
    with refused("no_seat"):
        offline.start(made, world.head(world.first), NOW)
    assert not Case.objects.exists()


def test_it_is_ended_by_hand_only_for_a_listed_reason_and_not_while_the_case_runs(world):
    pupil, clerk = world.pupil(world.third), world.registrar(world.first)
    made = world.taken_in(world.first, pupil)
    with refused("offline_outcome"):
        offline.end(made, clerk, NOW, "done")
    with refused("offline_not_here"):
        offline.end(made, clerk, NOW, "already")
    with refused("no_seat"):
        offline.end(made, world.registrar(world.third), NOW, "returned")
    case = world.submitted(world.first, pupil)
    with refused("offline_case_running"):
        offline.end(made, clerk, NOW, "returned")
    door.perform(case, "withdraw", clerk, opinion="学生回原校")
    assert offline.end(made, clerk, NOW, "returned").outcome == Outcome.RETURNED
    with refused("offline_closed"):
        offline.end(made, clerk, NOW, "returned")
    assert world.taken_in(world.second, pupil).is_open


# ---------------------------------------------------------------- who sees it


def test_both_schools_and_the_units_above_them_see_it_and_nobody_else(world):
    made = world.taken_in(world.first, world.pupil(world.third))
    for unit, seen in (
        (world.first, True),
        (world.east, True),
        (world.third, True),
        (world.west, True),
        (world.league, True),
        (world.im, True),
        (world.second, False),
        (world.abroad, False),
        (world.hebei, False),
    ):
        for account in (world.registrar(unit), world.head(unit)):
            found = OfflineTransfer.objects.visible_to(account, world.today)
            assert (list(found) == [made]) is seen, unit
    teacher = world.account(world.first, PostRole.CLASS_TEACHER)
    assert not OfflineTransfer.objects.visible_to(teacher, world.today).exists()


# ---------------------------------------------------------------- the database's own walls


def test_the_database_holds_to_it_whoever_writes(world):
    pupil, clerk, day = world.pupil(world.third), world.registrar(world.first), NOW.date()
    fault, far = world.fault(world.east), world.fault(world.west)
    insert = (
        "INSERT INTO transfers_offlinetransfer (number, fault_id, school_id, student_id, name, sex, origin,"
        " paper_date, requester, recorded_by_id, outcome, recorded_at)"
        " VALUES ('XX-2026-00000001', %s, %s, %s, '', '', '', %s, 'father', %s, '', '2020-01-01') RETURNING recorded_at"
    )
    sql_refused("offline_fault_covers", insert, far.pk, world.first.pk, pupil.pk, day, clerk.pk)
    sql_refused("offline_fault_covers", insert, fault.pk, world.east.pk, pupil.pk, day, clerk.pk)
    sql_refused("offline_seat", insert, fault.pk, world.first.pk, pupil.pk, day, world.head(world.first).pk)
    sql_refused(
        "offline_paper_date", insert, fault.pk, world.first.pk, pupil.pk, day + timedelta(days=1), clerk.pk
    )
    sql_refused(
        "offline_paper_date", insert, fault.pk, world.first.pk, pupil.pk, day - timedelta(days=1), clerk.pk
    )
    sql_refused("offline_names_a_pupil", insert, fault.pk, world.first.pk, None, day, clerk.pk)
    with connection.cursor() as cursor:
        cursor.execute(insert, [fault.pk, world.first.pk, pupil.pk, day, clerk.pk])
        assert cursor.fetchone()[0] == NOW
    again = insert.replace("00000001", "00000002")
    sql_refused(
        "offline_one_open_a_pupil",
        again,
        fault.pk,
        world.second.pk,
        pupil.pk,
        day,
        world.registrar(world.second).pk,
    )
    made = OfflineTransfer.objects.get()
    change = "UPDATE transfers_offlinetransfer SET {} WHERE id=%s"
    sql_refused("offline_fixed", change.format("paper_date = paper_date - 1"), made.pk)
    sql_refused("offline_fixed", change.format("recorded_at = now()"), made.pk)
    sql_refused("offline_pupil_fixed", change.format("student_id = NULL"), made.pk)
    foreign = world.submitted(world.second, world.pupil(world.third, grade=2))
    sql_refused("offline_case_fits", change.format(f"case_id = {foreign.pk}"), made.pk)
    sql_refused("offline_done_by_case", change.format("outcome = 'done', closed_at = now()"), made.pk)
    sql_refused(
        "offline_seat", change.format("outcome = 'returned', closed_at = now(), closed_by_id = 1"), made.pk
    )
    sql_refused("offline_no_delete", "DELETE FROM transfers_offlinetransfer WHERE id=%s", made.pk)
    offline.end(made, clerk, NOW, "returned")
    sql_refused(
        "offline_closed", change.format("outcome = '', closed_at = NULL, closed_by_id = NULL"), made.pk
    )


@pytest.mark.django_db(transaction=True)
def test_two_schools_that_record_one_pupil_in_the_same_moment_one_wins_and_the_other_is_told():
    world = World()
    fault, pupil = world.fault(world.league), world.pupil(world.third)
    clerks = {school: world.registrar(school) for school in (world.first, world.second)}
    gate, told = threading.Barrier(2), []

    def go(school):
        try:
            gate.wait(10)
            offline.record(
                school,
                clerks[school],
                clock.now(),
                fault=fault,
                paper_date=clock.local_date(clock.now()),
                requester="mother",
                student=pupil,
            )
            told.append("recorded")
        except Refused as error:
            told.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=(school,)) for school in clerks]
    [thread.start() for thread in threads]
    [thread.join(30) for thread in threads]
    assert sorted(told) == ["offline_already", "recorded"]
    assert OfflineTransfer.objects.open().count() == 1
    assert faults.covering(world.first, world.today) == [fault]


# ---------------------------------------------------------------- two people


@pytest.mark.rule("R0.5", "R0.1")
def test_the_head_confirms_and_before_that_the_record_binds_nobody_else(world):
    pupil = world.pupil(world.third)
    made = world.taken_in(world.first, pupil, confirmed=False)
    clerk, head = world.registrar(world.first), world.head(world.first)
    assert stands(made) == Standing.UNCONFIRMED
    assert list(OfflineTransfer.objects.standing("unconfirmed")) == [made]
    assert not OfflineTransfer.objects.standing("waiting").exists()
    assert [row["url"] for row in attendance.known.guests(world.first, NOW.date())] == [
        f"/offline/{made.number}/"
    ]
    assert attendance.known.elsewhere([pupil.pk]) == {}
    with refused("unconfirmed"):
        offline.start(made, clerk, NOW)
    with refused("no_seat"):
        offline.confirm(made, clerk, NOW)
    with refused("no_seat"):
        offline.confirm(made, world.head(world.third), NOW)
    outbox.relay(shanghai(2027, 1, 1))
    told = Notice.objects.filter(text__contains=f"线下转学登记 {made.number} 待你确认")
    assert told.values_list("account", flat=True).get() == head.pk
    confirmed = offline.confirm(made, head, NOW)
    assert (confirmed.stands, confirmed.called("confirmed_by")) == (Standing.WAITING, head.display_name)
    assert attendance.known.elsewhere([pupil.pk]) == {pupil.pk: world.first.name}
    with refused("confirmed"):
        offline.confirm(made, head, NOW)
    assert AuditEntry.objects.filter(action="offline.confirmed").count() == 1
    assert offline.start(confirmed, clerk, NOW).number


@pytest.mark.rule("R0.5", "R4.1")
def test_one_persons_word_takes_no_child_off_another_schools_list_of_graduates(world):
    """R0.4 with R4.1: what two people say of it does."""
    pupil = world.pupil(world.third, grade=6)
    made = world.taken_in(world.first, pupil, confirmed=False)
    line = graduation.lines_of(world.third, "primary", pupil.cohort, NOW.date())[pupil.pk]
    assert line.leaving == "graduated"
    offline.confirm(made, world.head(world.first), NOW)
    line = graduation.lines_of(world.third, "primary", pupil.cohort, NOW.date())[pupil.pk]
    assert (line.leaving, line.reason) == ("left_out", f"已线下转入{world.first.name}")


@pytest.mark.rule("R0.5")
@pytest.mark.parametrize(
    ("change", "wall"),
    [
        ("confirmed_at = now(), confirmed_by_id = {elsewhere}", "offline_confirm_seat"),
        ("confirmed_at = now()", "offline_confirm_seat"),
        ("confirmed_at = now(), confirmed_by_id = {head}, paper_date = paper_date - 1", "offline_fixed"),
        ("outcome = 'mistaken', closed_at = now(), closed_by_id = {head}", "offline_seat"),
    ],
)
def test_the_database_takes_a_confirmation_from_the_schools_head_alone(world, change, wall):
    made = world.taken_in(world.first, world.pupil(world.third), confirmed=False)
    people = {"head": world.head(world.first).pk, "elsewhere": world.head(world.third).pk}
    with refused_by_database(wall), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE transfers_offlinetransfer SET {change.format(**people)} WHERE id = %s", [made.pk]
        )


@pytest.mark.rule("R0.5")
def test_the_database_takes_a_confirmation_once_and_of_what_is_open(world):
    made = world.taken_in(world.first, world.pupil(world.third))
    other = world.account(world.first, PostRole.HEAD)
    again = "UPDATE transfers_offlinetransfer SET confirmed_by_id = %s WHERE id = %s"
    for wall in ("offline_confirmed_once", "offline_closed"):
        with refused_by_database(wall), connection.cursor() as cursor:
            cursor.execute(again, [other.pk, made.pk])
        if made.is_open:
            made = offline.end(made, world.registrar(world.first), NOW, Outcome.MISTAKEN)


@pytest.mark.rule("R0.5", "R0.4")
def test_matched_after_it_was_confirmed_the_head_confirms_anew_and_until_then_nobody_is_bound(world):
    pupil = world.pupil(world.third)
    made = world.taken_in(world.first, None, stated=stated(pupil))
    head, clerk = world.head(world.first), world.registrar(world.first)
    assert made.called("confirmed_by") == head.display_name
    matched = offline.match(made, pupil, clerk, NOW)
    assert (matched.confirmed_by, matched.confirmed_at, matched.called("confirmed_by")) == (None, None, "")
    assert stands(matched) == Standing.UNCONFIRMED
    assert attendance.known.elsewhere([pupil.pk]) == {}
    with refused("unconfirmed"):
        offline.start(matched, clerk, NOW)
    outbox.relay(shanghai(2027, 1, 1))
    told = Notice.objects.get(account=head, dedup=f"offline_confirm:{made.pk}:matched")
    assert f"线下转学登记 {made.number} 待你确认" in told.text
    confirmed = offline.confirm(matched, head, NOW)
    assert confirmed.called("confirmed_by") == head.display_name
    assert attendance.known.elsewhere([pupil.pk]) == {pupil.pk: world.first.name}


@pytest.mark.rule("R0.5")
@pytest.mark.parametrize(
    ("known", "change", "wall"),
    [
        (True, "confirmed_by_id = NULL, confirmed_at = NULL", "offline_confirmed_once"),
        (False, "confirmed_by_id = NULL, confirmed_at = NULL", "offline_confirmed_once"),
        (
            False,
            "student_id = {pupil}, confirmed_by_id = NULL, confirmed_at = NULL",
            "offline_confirmed_once",
        ),
    ],
)
def test_the_database_takes_a_confirmation_back_for_nobody(world, known, change, wall):
    """Matching takes it back of itself, whoever writes."""
    pupil = world.pupil(world.third)
    made = world.taken_in(world.first, pupil if known else None, stated=None if known else stated(pupil))
    sql = "UPDATE transfers_offlinetransfer SET {} WHERE id = %s"
    sql_refused(wall, sql.format(change.format(pupil=pupil.pk)), made.pk)
    if not known:
        with connection.cursor() as cursor:
            cursor.execute(sql.format(f"student_id = {pupil.pk}"), [made.pk])
        made.refresh_from_db()
        assert (made.student, made.confirmed_by, made.names.get("confirmed_by_id")) == (pupil, None, None)
