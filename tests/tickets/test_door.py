"""What becomes of a ticket at its door: who may do what, what is refused, what stays on record (R8.6)."""

from datetime import timedelta

import pytest
from django.db import connection

from ledger import outbox
from ledger.models import AuditEntry
from orgs.people.models import PostRole
from reviews.notices import digests
from reviews.notices.models import Notice
from tests import ticketed
from tests.refusals import refused, refused_by_database, sql_refused
from tests.ticketed import again, do, issued
from tickets.forms import actions as door
from tickets.forms import drafting, kinds, sealed
from tickets.forms.models import Entry, Kind, Ticket
from tickets.forms.states import State, Verb
from web import clock

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R8.6")]


def test_a_report_goes_from_the_province_to_the_ministry_and_back_until_it_is_closed(world):
    ticket = ticketed.report(world)
    assert ticket.number.startswith("BG-")
    assert ticket.handling_unit == world.ministry
    ticket = issued(world, ticket)
    assert (ticket.state, ticket.holder) == (State.ISSUED, world.ministry)
    ticket = do(ticket, Verb.ACCEPT, world.registrar(world.ministry), undertaker="周明", phone="010-66096000")
    assert ticket.accepting_unit == "教育部"
    ticket = do(ticket, Verb.ANSWER, world.registrar(world.ministry), text="已在全国系统中更正，请核对。")
    assert (ticket.state, ticket.holder) == (State.ANSWERED, world.im)
    ticket = do(ticket, Verb.CONFIRM, world.registrar(world.im))
    ticket = do(ticket, Verb.CLOSE, world.registrar(world.im))
    assert ticket.state == State.CLOSED
    verbs = list(Entry.objects.filter(ticket=ticket).values_list("verb", flat=True))
    assert verbs == [Verb.PROPOSE, Verb.ISSUE, Verb.ACCEPT, Verb.ANSWER, Verb.CONFIRM, Verb.CLOSE]
    actions = AuditEntry.objects.filter(subject=f"ticket:{ticket.number}").values_list("action", flat=True)
    assert "ticket.issue" in actions


def test_a_stamp_stands_for_two_people(world):
    ticket = ticketed.supervision(world)
    head = world.head(world.league)
    with refused("not_proposed"):
        do(ticket, Verb.ISSUE, head)
    do(ticket, Verb.PROPOSE, world.registrar(world.league))
    with refused("no_seat"):
        do(ticket, Verb.ISSUE, world.registrar(world.league))
    # Somebody who may sit in both places, because a post was lent, still is one person.
    Ticket.objects.filter(pk=ticket.pk).update(proposed_by=head)
    with refused("same_person"):
        do(ticket, Verb.ISSUE, head)
    with refused_by_database("ticket_stamped_by_another"):
        Ticket.objects.filter(pk=ticket.pk).update(issued_by=head)


def test_a_check_is_issued_by_the_technical_department_alone_and_a_supervision_by_the_administration(world):
    check = ticketed.check(world)
    with refused("no_seat"):
        do(check, Verb.ISSUE, world.registrar(world.league))
    assert issued(world, check).state == State.ISSUED
    with refused("no_seat"):
        door.begin(kinds.CHECK, world.league, world.registrar(world.league), clock.now())
    with refused("no_seat"):
        technician = ticketed.technician(world, world.league)
        door.begin(kinds.SUPERVISION, world.league, technician, clock.now())


def test_only_a_province_reports_to_the_ministry(world):
    with refused("no_seat"):
        door.begin(kinds.REPORT, world.league, world.registrar(world.league), clock.now())


def test_a_paper_that_is_not_filled_in_is_not_sent_and_everything_lacking_is_told_at_once(world):
    by = world.registrar(world.league)
    ticket = door.begin(kinds.SUPERVISION, world.league, by, clock.now())
    with refused("incomplete") as found:
        do(ticket, Verb.PROPOSE, by)
    for part in ("反映事项", "承办单位", "责任人联系电话", "完成时限", "办理意见"):
        assert part in found.value.sentence


def test_a_check_goes_to_a_unit_under_those_who_issue_it(world):
    ticket = ticketed.check(world, handler=world.zhangbei)
    with refused("address"):
        issued(world, ticket)


def test_a_limit_that_has_passed_is_refused(world):
    ticket = ticketed.check(world, complete_by=clock.local_date(clock.now()))
    with refused("incomplete"):
        issued(world, ticket)


def test_who_does_not_hold_the_ticket_does_not_accept_it(world):
    ticket = issued(world, ticketed.check(world))
    with refused("no_seat"):
        do(ticket, Verb.ACCEPT, world.registrar(world.west), phone="0479-3220001")
    with refused("phone"):
        do(ticket, Verb.ACCEPT, world.registrar(world.east))


def test_an_answer_is_returned_with_the_reason_and_given_anew(world):
    ticket = ticketed.answered(world, ticketed.check(world))
    by = ticketed.technician(world, world.league)
    with refused("reason"):
        do(ticket, Verb.RETURN, by)
    ticket = do(ticket, Verb.RETURN, by, text="没有说明停留在哪个环节，请补充。")
    assert (ticket.state, ticket.holder) == (State.RETURNED, world.east)
    ticket = do(ticket, Verb.ANSWER, world.registrar(world.east), text="停留在转出学校核办环节十二天。")
    assert do(ticket, Verb.CONFIRM, by).state == State.CONFIRMED


def test_what_is_sent_to_the_wrong_unit_comes_back_to_be_addressed_anew(world):
    ticket = issued(world, ticketed.check(world))
    ticket = do(ticket, Verb.DECLINE, world.registrar(world.east), text="该生学籍不在我旗，在阿巴嘎旗。")
    assert (ticket.state, ticket.holder, ticket.issued_at) == (State.DRAFTED, world.league, None)
    ticketed.written(ticket, ticketed.technician(world, world.league), handling_unit=world.west)
    assert issued(world, again(ticket)).holder == world.west


def test_what_nobody_has_accepted_may_be_taken_back_and_a_draft_discarded(world):
    ticket = issued(world, ticketed.supervision(world))
    by = world.registrar(world.league)
    ticket = do(ticket, Verb.RECALL, by, text="时限写错，改后再发。")
    ticket = do(ticket, Verb.DISCARD, by)
    assert (ticket.state, ticket.issued_at) == (State.CLOSED, None)


def test_a_report_stays_open_while_what_came_of_it_is_open(world):
    report = ticketed.answered(world, ticketed.report(world))
    check = issued(world, ticketed.check(world, unit=world.ministry, handler=world.im, parent=report))
    assert check.thread == report.thread
    do(report, Verb.CONFIRM, world.registrar(world.im))
    with refused("open_children") as found:
        do(report, Verb.CLOSE, world.registrar(world.im))
    assert check.number in found.value.sentence


def test_a_changed_draft_needs_the_signature_anew(world):
    ticket = ticketed.supervision(world)
    by = world.registrar(world.league)
    do(ticket, Verb.PROPOSE, by)
    ticketed.written(ticket, by, matter="家长反映学校要求另交户口簿，请核查。")
    assert again(ticket).proposed_by is None


def test_what_was_sent_is_changed_by_nobody(world):
    ticket = issued(world, ticketed.supervision(world))
    with refused("issued"):
        ticketed.written(ticket, world.registrar(world.league), matter="改成别的事项，已经发出了。")
    sql_refused("paper_fixed", "UPDATE tickets_supervision SET matter = 'X'")
    sql_refused("ticket_fixed", "UPDATE tickets_ticket SET number = 'X'")
    with refused_by_database("ticket_limit_fixed"), connection.cursor() as cursor:
        cursor.execute("UPDATE tickets_ticket SET complete_by = complete_by + 1")
    for table, wall in (("tickets_entry", "log_append_only"), ("tickets_ticket", "no_delete")):
        sql_refused(wall, f"DELETE FROM {table}")


def test_numbers_of_people_stand_sealed_and_never_in_free_text(world):
    pupil = world.pupil(world.first, letter="G")
    number, ticket = drafting.records.current_number(pupil), ticketed.check(world)
    by = ticketed.technician(world, world.league)
    ticketed.written(ticket, by, pupil_number=number, pupil_id=number[1:], reporter_phone="13900001234")
    ticket = again(ticket)
    assert sealed.opened(ticket, "pupil_number") == number
    assert sealed.masked(ticket, "pupil_number") != number
    assert "*" in sealed.masked(ticket, "reporter_phone")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(v)::text FROM tickets_verification v")
        assert number[1:] not in str(cursor.fetchall())
    with refused("number_in_text"):
        ticketed.written(ticket, by, matter=f"学生学籍号 {number} 查不到，请核查原因。")
    with refused("identity:学生身份证号") as found:
        ticketed.written(ticket, by, pupil_id="152522201001010001")
    assert "学生身份证号" in found.value.sentence
    ticketed.written(ticket, by, pupil_id="无", pupil_number="")
    ticket = again(ticket)
    assert sealed.opened(ticket, "pupil_id") == ""
    assert sealed.opened(ticket, "pupil_number") == number


def test_a_second_hand_on_the_same_ticket_is_told(world):
    ticket = issued(world, ticketed.check(world))
    with refused("stale"):
        do(
            ticket,
            Verb.ACCEPT,
            world.registrar(world.east),
            phone="0479-3220001",
            revision=ticket.revision - 1,
        )


def test_those_whose_turn_it_is_are_told_once_and_nobody_is_named(world):
    head, ticket = world.head(world.east), ticketed.check(world, pupil_name="阿拉坦其其格")
    issued(world, ticket)
    outbox.relay(clock.now() + timedelta(minutes=1))
    outbox.relay(clock.now() + timedelta(minutes=2))
    told = Notice.objects.filter(account=head)
    assert [notice.link for notice in told] == [f"/tickets/{ticket.number}/"]
    assert "阿拉坦" not in told[0].text


@pytest.mark.rule("R3.7")
def test_a_ticket_that_was_accepted_or_closed_unread_is_not_told_again_by_mail(world):
    head = world.head(world.east)
    accepted, left = (issued(world, ticketed.supervision(world)) for _ in range(2))
    outbox.relay(clock.now() + timedelta(minutes=1))
    do(accepted, Verb.ACCEPT, world.registrar(world.east), phone="0479-3220001")
    assert Notice.objects.filter(account=head, read_at=None).count() == 2
    assert [notice.link for notice in digests.waiting(head, clock.local_date(clock.now()))] == [
        f"/tickets/{left.number}/"
    ]


@pytest.mark.rule("R8.5")
class TestEscalation:
    def test_a_ticket_that_nobody_accepts_goes_up_after_three_working_days(self, world):
        from tickets.forms import escalation

        ticket = issued(world, ticketed.check(world, unit=world.im, handler=world.east))
        later = clock.now() + timedelta(days=1)
        assert escalation.sweep(later) == 0
        assert ticket.touch_by == door.touch_by(clock.local_date(ticket.issued_at))
        escalation.sweep(clock.now() + timedelta(days=12))
        ticket = again(ticket)
        assert (ticket.holder, ticket.handling_unit, ticket.times_escalated) == (world.league, world.east, 1)
        accepted = do(ticket, Verb.ACCEPT, world.registrar(world.league), phone="0479-8210001")
        assert accepted.handling_unit == world.league
        assert escalation.sweep(clock.now() + timedelta(days=12)) == 0

    def test_a_ticket_that_cannot_be_sent_up_holds_up_no_other(self, world, monkeypatch):
        from tickets.forms import escalation

        papers = [ticketed.check(world, unit=world.im, handler=world.east) for _ in range(2)]
        stuck, other = (issued(world, paper) for paper in papers)
        escalate = door.escalate

        def broken(ticket, *given):
            escalate(ticket, *given)
            if ticket.pk == stuck.pk:
                raise KeyError("a wall of this ticket")

        monkeypatch.setattr(door, "escalate", broken)
        with pytest.raises(ExceptionGroup) as failed:
            escalation.sweep(clock.now() + timedelta(days=12))
        assert [error.__notes__ for error in failed.value.exceptions] == [[stuck.number]]
        assert (again(other).holder, again(stuck).holder) == (world.league, world.east)
        assert again(stuck).times_escalated == 0

    @pytest.mark.rule("R8.6")
    @pytest.mark.parametrize(
        ("paper", "issuer", "handler", "ends", "times"),
        [
            ("supervision", "league", "east", "east", 0),
            ("check", "league", "east", "east", 0),
            ("supervision", "im", "first", "league", 2),
            ("check", "im", "east", "league", 1),
        ],
    )
    def test_it_goes_up_step_by_step_and_stays_below_those_who_issued_it(
        self, world, paper, issuer, handler, ends, times
    ):
        from tickets.forms import escalation

        unit, to, last = (getattr(world, name) for name in (issuer, handler, ends))
        begun = getattr(ticketed, paper)(world, unit=unit, handler=to)
        sender, receiver = world.registrar(unit), world.registrar(last)
        ticket = issued(world, begun)
        for day in (15, 30, 45, 60, 75):
            escalation.sweep(clock.now() + timedelta(days=day))
        ticket = again(ticket)
        assert (ticket.holder, ticket.touch_by, ticket.times_escalated) == (last, None, times)
        told = Entry.objects.filter(ticket=ticket, verb=Verb.ESCALATE)
        assert [("未在 3 个工作日内受理" in entry.text) for entry in told] == [True] * times
        outbox.relay(clock.now() + timedelta(days=76))
        said = f"逾 3 个工作日无人受理，仍在{last.name}，请尽快受理；发出单位请督促，或撤回后改发。"
        people = Notice.objects.filter(text__endswith=said).values_list("account_id", flat=True)
        assert receiver.pk in people
        assert paper == "check" or sender.pk in people

    def test_a_complaint_goes_up_to_the_ministry_and_stays_there(self, world):
        from tickets.complaints import actions as complaints
        from tickets.forms import escalation

        said = complaints.checked(
            clock.local_date(clock.now()),
            unit=world.east.name,
            matter="转学申请送出二十天没有人办理，也不说明原因。",
        )
        complaint, _ = complaints.take_in(said, clock.now())
        for day in (15, 30, 45, 60, 75):
            escalation.sweep(clock.now() + timedelta(days=day))
        complaint = again(complaint)
        assert (complaint.holder, complaint.touch_by, complaint.times_escalated) == (world.ministry, None, 3)

    def test_a_limit_that_passes_is_recorded_once(self, world):
        from tickets.forms import escalation

        ticket = ticketed.accepted(world, ticketed.check(world))
        later = clock.now() + timedelta(days=25)
        assert escalation.sweep(later) == 1
        assert escalation.sweep(later) == 0
        assert again(ticket).overdue_at is not None
        assert list(Ticket.objects.overdue(clock.local_date(later))) == [Ticket.objects.get(pk=ticket.pk)]


def test_tickets_are_seen_by_those_who_issue_and_those_who_handle_them(world):
    ticket = ticketed.check(world)
    today = clock.local_date(clock.now())

    def seen(account):
        return Ticket.objects.visible_to(account, today).filter(pk=ticket.pk).exists()

    assert seen(ticketed.technician(world, world.league))
    assert not seen(world.registrar(world.east)), "a draft is nobody else's"
    issued(world, ticket)
    assert seen(world.registrar(world.east))
    assert seen(world.head(world.im)), "the unit above sees its league's"
    assert not seen(world.registrar(world.west))
    assert not seen(ticketed.technician(world, world.im)), "a technician sees the own unit's only"
    assert not seen(world.account(world.east, PostRole.CLASS_TEACHER))


@pytest.mark.parametrize("kind", [Kind.REPORT, Kind.CHECK, Kind.SUPERVISION])
def test_each_paper_bears_a_number_of_its_own_kind(world, kind):
    made = {Kind.REPORT: ticketed.report, Kind.CHECK: ticketed.check, Kind.SUPERVISION: ticketed.supervision}
    assert made[kind](world).number[:2] == kinds.BY_KIND[kind].prefix


@pytest.mark.parametrize("origin", ["case", "pupil", "overdue"])
def test_a_ticket_begun_from_what_there_is_comes_filled_in(world, origin):
    from reviews.engine.models import OverdueRecord

    pupil = world.pupil(world.third)
    case = world.submitted(world.first, pupil)
    if origin == "overdue":
        step = case.steps.get(closed_at=None)
        record = OverdueRecord.objects.create(
            step=step,
            case=case,
            unit=world.first,
            stage=step.stage,
            due_on=world.today,
            bulletin_due_on=world.today,
        )
        found = drafting.Origin(overdue=record)
    else:
        found = drafting.Origin(case=case) if origin == "case" else drafting.Origin(student=pupil)
    typed = drafting.filled(kinds.SUPERVISION, found, world.registrar(world.league), clock.now())
    by = world.registrar(world.league)
    ticket = door.begin(kinds.SUPERVISION, world.league, by, clock.now(), thread=drafting.thread_of(found))
    ticketed.written(ticket, by, **typed)
    ticket = again(ticket)
    if origin == "pupil":
        assert (ticket.pupil_name, ticket.handling_unit) == (pupil.name, world.third)
        assert sealed.opened(ticket, "pupil_number")
        assert ticket.thread.student == pupil
    else:
        assert case.number in ticket.matter
        assert ticket.handling_unit == world.first
    assert ticket.responsible == by.display_name
