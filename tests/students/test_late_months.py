"""补建学籍, the month's list: the province's registrar closes it, its head sends it, the check answers (R2.2, R0.5)."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from ledger import outbox
from ledger.models import AuditEntry
from reviews.notices.models import Notice
from reviews.rulebook.models import Limit
from students.admission.late import month_reminders, monthly, months
from students.admission.late.models import Late, LateChild, MonthlyCheck
from students.pupil.models import Student
from tests import late_children
from tests.api import Program, refusal
from tests.clock import frozen, shanghai
from tests.refusals import refused, refused_by_database, refuses, sql_refused
from tests.world import rewritten
from web import clock

AUTUMN = shanghai(2026, 10, 12, 10)
pytestmark = [pytest.mark.django_db, pytest.mark.rule("R2.2"), pytest.mark.world_at(AUTUMN)]
LATE = shanghai(2026, 10, 30, 10)
WORDS = "名单核对无误，同意上报。"


def collected(world, school=None):
    """A child agreed to by the authority."""
    case, row = late_children.sent(world, school or world.first)
    while case.is_live:
        case = world.decide(case, opinion="情况属实，同意。")
    row.refresh_from_db()
    return row


def state(row):
    row.refresh_from_db()
    return row.state


def signed_in(account):
    client = Client()
    client.force_login(account)
    return client


def told(account):
    outbox.relay(shanghai(2100, 1, 1))
    rows = Notice.objects.filter(account=account, dedup__startswith="late month").order_by("pk")
    return list(rows.values_list("text", flat=True))


# ---------------------------------------------------------------- two people of the province


@pytest.mark.rule("R0.5")
def test_the_registrar_closes_the_head_sends_and_only_then_the_check_answers(world):
    row = collected(world)
    with frozen(LATE):
        found = late_children.closed(world)
        assert (found.state, found.month, found.total) == ("closed", date(2026, 10, 1), 1)
        assert months.check(clock.now()) == 0
    with frozen(shanghai(2026, 11, 20, 10)):
        # The month is long over: nothing goes by itself.
        assert months.check(clock.now()) == 0
        assert state(row) == Late.COLLECTED
        monthly.send(found, world.head(world.im), clock.now(), WORDS)
        assert months.check(clock.now()) == 1
        assert months.check(clock.now()) == 0
    assert state(row) == Late.CREATED
    found = MonthlyCheck.objects.get()
    assert (found.state, found.created, found.opinion) == ("done", 1, WORDS)
    assert found.called("closed_by") == str(world.registrar(world.im).person)
    actions = AuditEntry.objects.filter(action__startswith="late.month").order_by("pk")
    assert [(one.action, one.actor) for one in actions] == [
        ("late.month_closed", f"account:{world.registrar(world.im).pk}"),
        ("late.month_sent", f"account:{world.head(world.im).pk}"),
    ]


def test_nobody_else_closes_sends_or_gives_back(world):
    collected(world)
    with frozen(LATE):
        for account in (world.head(world.im), world.registrar(world.east), world.registrar(world.hebei)):
            with refused("nobody" if account == world.registrar(world.hebei) else "no_seat"):
                monthly.close(account, clock.now())
        found = late_children.closed(world)
        for account in (world.registrar(world.im), world.head(world.league), world.head(world.hebei)):
            with refused("no_seat"):
                monthly.send(found, account, clock.now(), WORDS)
        with refused("no_seat"):
            monthly.drop(found, world.head(world.hebei), clock.now())


@pytest.mark.rule("R0.7")
def test_a_list_is_closed_near_the_end_of_its_month_from_a_day_that_is_a_row(world):
    collected(world)
    with frozen(shanghai(2026, 10, 24, 23)), refused("nobody") as error:
        late_children.closed(world)
    assert "每月底收表" in error.value.sentence
    Limit.objects.create(
        key="late_list_from",
        name="最早收表日",
        value=20,
        unit="日",
        province=world.im,
        valid_from=date(2026, 1, 1),
        source="省教育厅规定",
    )
    with frozen(shanghai(2026, 10, 24, 23)):
        assert late_children.closed(world).month == date(2026, 10, 1)


def test_who_comes_after_the_closing_stands_on_the_next_list_and_a_month_has_one(world):
    first = collected(world)
    with frozen(LATE):
        found = late_children.closed(world)
        second = collected(world)
        with refused("month_live"):
            late_children.closed(world)
        monthly.send(found, world.head(world.im), clock.now(), WORDS)
        assert months.check(clock.now()) == 1
    with frozen(shanghai(2026, 11, 2, 9)), refused("month_done"):
        late_children.closed(world)
    with frozen(shanghai(2026, 11, 30, 9)):
        assert late_children.answered(world) == 1
    assert (state(first), state(second)) == (Late.CREATED, Late.CREATED)
    assert second.month.month == date(2026, 11, 1)


def test_a_list_given_back_before_it_is_sent_is_closed_anew_with_more_children(world):
    first = collected(world)
    with frozen(LATE):
        found = late_children.closed(world)
        second = collected(world)
        monthly.drop(found, world.head(world.im), clock.now())
        first.refresh_from_db()
        assert first.month is None
        again = late_children.closed(world)
        assert (again.month, again.total) == (found.month, 2)
        with refused("month_state"):
            monthly.drop(found, world.registrar(world.im), clock.now())
        monthly.send(again, world.head(world.im), clock.now(), WORDS)
        with refused("month_state"):
            monthly.drop(again, world.registrar(world.im), clock.now())
        months.check(clock.now())
    assert (state(first), state(second)) == (Late.CREATED, Late.CREATED)


@pytest.mark.rule("R0.3", "R3.4")
@pytest.mark.parametrize(
    ("opinion", "code"),
    [("", "opinion_blank"), ("。。", "opinion_blank"), ("请家长先把学费交清再上报。", "forbidden_ground")],
)
def test_the_head_says_something_and_nothing_that_must_not_be_said(world, opinion, code):
    collected(world)
    with frozen(LATE):
        found = late_children.closed(world)
        with refused(code):
            monthly.send(found, world.head(world.im), clock.now(), opinion)
    assert MonthlyCheck.objects.get().state == "closed"


def test_a_child_that_has_a_record_by_now_holds_up_neither_the_county_nor_the_month(world):
    """It is answered alone, at the check."""
    case, row = late_children.sent(world, world.first)
    case = world.decide(case, opinion="情况属实，同意。")
    pupil = world.pupil(world.third, grade=3)

    index = bytes(row.id_number_index)
    rewritten(Student.objects.filter(pk=pupil.pk), id_number_index=index)
    page = signed_in(world.head(world.east)).get(reverse("case", args=[case.number])).content.decode()
    assert "查重时逐人答复，其他学生照常办理" in page
    case = world.decide(case, opinion="情况属实，同意。")
    assert (case.state, state(row)) == ("completed", Late.COLLECTED)
    with frozen(LATE):
        late_children.answered(world)
    assert (state(row), row.found) == (Late.REFUSED, pupil)


# ---------------------------------------------------------------- when nobody acts


def test_the_clock_reminds_is_then_overdue_tells_the_schools_once_and_sends_nothing(world):
    row = collected(world)
    registrar, school, county = (world.registrar(unit) for unit in (world.im, world.first, world.east))
    assert world.head(world.im)
    for day in (12, 24, 27):
        with frozen(shanghai(2026, 10, day, 8)):
            assert month_reminders.remind(clock.now()) == 0
    for at, said in (
        (shanghai(2026, 10, 28, 8), "应于2026年10月31日20时前上报查重：请学籍管理员收表，由负责人核办上报"),
        (shanghai(2026, 10, 31, 20), "应于2026年10月31日20时前上报查重："),
        (shanghai(2026, 11, 1, 8), "已逾期 1 天"),
    ):
        with frozen(at):
            assert told(school) == []
            for _ in range(2):
                month_reminders.remind(clock.now())
            assert said in told(registrar)[-1]
            assert said in told(world.head(world.im))[-1]
            assert months.check(clock.now()) == 0
    assert len(told(registrar)) == 3
    for account in (school, county):
        (text,) = told(account)
        assert "现已逾期，还没有上报；本单位有 1 名学生在等候查重，学生照常就读，不受影响" in text
        assert row.name not in text
    with frozen(shanghai(2026, 11, 9, 8)):
        month_reminders.remind(clock.now())
        assert "已逾期 9 天" in told(registrar)[-1]
        assert len(told(school)) == 1
        assert state(row) == Late.COLLECTED
        page = signed_in(school).get(reverse("late")).content.decode()
        assert "2026年10月的名单应于2026年10月31日前由自治区（省）收表上报，现已逾期" in page


def test_a_list_that_is_closed_and_not_sent_is_told_to_the_head(world):
    collected(world)
    with frozen(LATE):
        found = late_children.closed(world)
    with frozen(shanghai(2026, 11, 1, 8)):
        month_reminders.remind(clock.now())
        head = world.head(world.im)
        assert "已逾期 1 天：已收表，请负责人核办上报" in told(head)[-1]
        assert Notice.objects.filter(account=head, link=f"/late/months/{found.number}/").exists()
        monthly.send(found, head, clock.now(), WORDS)
    with frozen(shanghai(2026, 11, 6, 8)):
        assert month_reminders.remind(clock.now()) == 0


def test_who_came_after_the_closing_is_not_overdue_with_that_month(world):
    collected(world)
    with frozen(LATE):
        late_children.answered(world)
        collected(world)
    with frozen(shanghai(2026, 11, 5, 8)):
        assert month_reminders.remind(clock.now()) == 0
    with frozen(shanghai(2026, 11, 28, 8)):
        assert month_reminders.remind(clock.now()) == 1


# ---------------------------------------------------------------- the database


def test_the_database_answers_nothing_that_was_not_sent_and_alters_nothing_that_was(world):
    row = collected(world)
    with frozen(LATE):
        found = late_children.closed(world)
    children, lists = LateChild.objects.filter(pk=row.pk), MonthlyCheck.objects.filter(pk=found.pk)
    pupil = world.pupil(world.third)
    with pytest.raises(IntegrityError, match="负责人上报后才能查重"), transaction.atomic():
        children.update(state=Late.REFUSED, found=pupil)
    for change, wall in (
        ({"state": "done", "checked_at": LATE}, "month_state"),
        ({"state": "sent"}, "month_sent_by_somebody"),
        ({"month": date(2026, 9, 1)}, "month_fixed"),
        ({"closed_by": world.head(world.im)}, "month_fixed"),
    ):
        with refused_by_database(wall):
            lists.update(**change)
    with frozen(LATE):
        monthly.send(found, world.head(world.im), clock.now(), WORDS)
    for change in ({"opinion": "改。"}, {"sent_by": world.registrar(world.east)}):
        with refused_by_database("month_fixed"):
            lists.update(**change)
    # In plain SQL: Django asks for the children first and sends nothing.
    sql_refused("no_delete", "DELETE FROM students_monthlycheck WHERE id = %s", found.pk)


# ---------------------------------------------------------------- page and program


def test_the_province_closes_and_sends_through_the_pages(world):
    row = collected(world)
    registrar, head = signed_in(world.registrar(world.im)), signed_in(world.head(world.im))
    here = reverse("late-collected")
    assert "每月底收表" in registrar.get(here).content.decode()
    with frozen(LATE):
        page = registrar.get(here).content.decode()
        assert "收表 1 人，送负责人核办" in page
        assert "收表 1 人" not in head.get(here).content.decode()
        there = registrar.post(reverse("late-month-close"))["Location"]
        found = MonthlyCheck.objects.get()
        assert there == reverse("late-month", args=[found.number])
        assert "已收表，待负责人核办上报" in registrar.get(there).content.decode()
        assert "核办上报" in head.get(there).content.decode()
        send = reverse("late-month-send", args=[found.number])
        refuses(
            registrar.post(send, {"opinion": WORDS}),
            403,
            "月末名单由自治区（省）的负责人核办上报，你没有这个岗位",
        )
        kept = head.post(send, {"opinion": "请家长先把学费交清再上报。"})
        assert kept.status_code == 409
        assert "请家长先把学费交清再上报。" in kept.content.decode()
        refuses(head.post(send, {"opinion": ""}), 422, "请填写审核补充意见（2–500 字），或点选一条常用短语")
        assert head.post(send, {"opinion": WORDS}).status_code == 303
        months.check(clock.now())
        page = head.get(there).content.decode()
        assert WORDS in page
        assert "查重通过，已建立" in page
        assert state(row) == Late.CREATED
        refuses(
            head.post(reverse("late-month-drop", args=[found.number])),
            409,
            "名单已查重，现在不能上报或退回重收",
        )


def test_the_list_is_given_back_through_the_page(world):
    collected(world)
    with frozen(LATE):
        found = late_children.closed(world)
        registrar = signed_in(world.registrar(world.im))
        assert "退回重收" in registrar.get(reverse("late-month", args=[found.number])).content.decode()
        answer = registrar.post(reverse("late-month-drop", args=[found.number]))
        assert answer["Location"] == reverse("late-collected")
        assert registrar.get(reverse("late-month", args=[found.number])).status_code == 404
        assert "收表 1 人" in registrar.get(reverse("late-collected")).content.decode()


def test_a_program_closes_gives_back_and_sends(world):
    row = collected(world)
    with frozen(LATE):
        registrar, head = Program(world.registrar(world.im)), Program(world.head(world.im))
        assert refusal(head.post("/late-months/close/"))["code"] == "no_seat"
        found = registrar.post("/late-months/close/", key="close-1").json()
        assert registrar.post("/late-months/close/", key="close-1").json()["number"] == found["number"]
        assert (found["state"], found["total"], found["month"]) == ("closed", 1, "2026-10-01")
        address = f"/late-months/{found['number']}/"
        assert registrar.post(f"{address}drop/").json()["state"] == "dropped"
        found = registrar.post("/late-months/close/").json()
        address = f"/late-months/{found['number']}/"
        assert refusal(registrar.post(f"{address}send/", {"opinion": WORDS}))["code"] == "no_seat"
        assert refusal(head.post(f"{address}send/", {"opinion": ""}))["code"] == "opinion_blank"
        assert head.post(f"{address}send/", {"opinion": WORDS}).json()["state"] == "sent"
        months.check(clock.now())
        told = Program(world.registrar(world.first)).get(address).json()
        assert (told["state"], told["created"]) == ("done", 1)
        assert Program(world.registrar(world.third)).get(address).status_code == 404
        listing = Program(world.registrar(world.first)).get("/late-months/").json()
        assert found["number"] in str(listing)
    assert state(row) == Late.CREATED
