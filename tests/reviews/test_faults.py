"""故障公告: announced and ended by an office over the units it names, stamped by the database, told to all under it."""

from datetime import timedelta

import pytest
from django.db import connection

from ledger import outbox
from ledger.models import AuditEntry, OutboxMessage
from orgs.people.models import Delegation, Post, PostRole
from reviews.faults import announcing as faults
from reviews.faults.models import Fault
from reviews.notices.models import Notice
from reviews.rulebook.models import Limit
from tests.clock import frozen, shanghai
from tests.refusals import refused, sql_refused
from web import clock

NOW = shanghai(2026, 11, 3, 10)
pytestmark = [pytest.mark.django_db, pytest.mark.rule("R0.4"), pytest.mark.world_at(NOW)]


def announced(world, unit, by=None, **more):
    given = {"since": NOW.date(), "reason": "学籍系统无法登录"} | more
    return faults.open_fault(unit, by or world.registrar(unit), clock.now(), **given)


# ---------------------------------------------------------------- who


@pytest.mark.parametrize(
    ("office", "of"), [("east", "east"), ("east", "first"), ("league", "west"), ("im", "league")]
)
def test_an_office_announces_for_itself_and_for_what_stands_under_it(world, office, of):
    unit, by = getattr(world, of), world.head(getattr(world, office))
    fault = announced(world, unit, by)
    assert (fault.unit, fault.opened_by, fault.opened_at) == (unit, by, NOW)
    assert fault.opened_from == getattr(world, office)
    entry = AuditEntry.objects.get(action="fault.opened")
    assert (entry.actor, entry.subject) == (f"account:{by.pk}", f"fault:{fault.number}")


@pytest.mark.parametrize(
    ("office", "of"), [("first", "first"), ("east", "west"), ("east", "league"), ("hebei", "east")]
)
def test_a_school_and_an_office_beside_are_refused_with_the_clause(world, office, of):
    for by in (world.registrar(getattr(world, office)), world.head(getattr(world, office))):
        with refused("no_office") as caught:
            announced(world, getattr(world, of), by)
        assert caught.value.clause == "函 一"
    assert not Fault.objects.exists()


def test_a_technician_of_the_office_is_refused_and_a_deputy_is_not(world):
    technician = world.account(world.east, PostRole.TECHNICIAN)
    with refused("no_office"):
        announced(world, world.east, technician)
    post = Post.objects.get(account=world.head(world.east))
    Delegation.objects.create(
        post=post,
        account=technician,
        valid_from=world.today,
        valid_until=world.today + timedelta(days=3),
        reason="出差",
    )
    technician = type(technician).objects.get(pk=technician.pk)
    assert announced(world, world.east, technician).opened_by == technician


# ---------------------------------------------------------------- what


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"reason": " "}, "fault_reason"),
        ({"reason": "好" * 201}, "fault_reason"),
        ({"reason": "\u200b\u202e\x00"}, "fault_reason"),
        ({"since": NOW.date() + timedelta(days=1)}, "fault_since"),
        ({"since": NOW.date() - timedelta(days=31)}, "fault_since"),
    ],
)
def test_what_does_not_hold_is_refused_with_a_sentence(world, given, code):
    with refused(code) as caught:
        announced(world, world.east, **given)
    assert caught.value.sentence.endswith("。")


def test_while_one_lasts_there_is_no_second_one_for_the_same_unit(world):
    announced(world, world.east)
    with refused("fault_open_already"):
        announced(world, world.east, world.registrar(world.league))
    assert announced(world, world.league)


def test_ended_it_is_stamped_and_cannot_be_ended_again(world):
    fault = announced(world, world.east, world.registrar(world.league))
    at = NOW + timedelta(hours=30)
    with frozen(at):
        closed = faults.close_fault(fault, world.head(world.east), at)
        assert (closed.closed_at, closed.closed_by, closed.closed_from) == (
            at,
            world.head(world.east),
            world.east,
        )
        with refused("fault_closed") as caught:
            faults.close_fault(fault, world.head(world.east), at)
    assert caught.value.code == "fault_closed"
    with refused("no_office"):
        faults.close_fault(announced(world, world.west), world.registrar(world.east), clock.now())


# ---------------------------------------------------------------- which cover a unit


@pytest.mark.rule("R0.7")
def test_it_covers_its_unit_and_all_under_it_until_the_limit_after_its_end(world):
    fault = announced(world, world.east, since=NOW.date() - timedelta(days=2))
    for unit, covered in (
        (world.first, True),
        (world.second, True),
        (world.third, False),
        (world.league, False),
    ):
        assert faults.covering(unit, NOW.date()) == ([fault] if covered else [])
    faults.close_fault(fault, world.registrar(world.east), NOW)
    for days, covered in ((0, True), (30, True), (31, False)):
        assert bool(faults.covering(world.first, NOW.date() + timedelta(days=days))) is covered, days
    # A province's own row goes before the nation's.
    row = Limit.objects.get(key="offline_days")
    assert (row.value, row.province) == (30, None)
    Limit.objects.create(
        key=row.key, name=row.name, value=60, unit=row.unit, clause=row.clause, province=world.im,
        valid_from=row.valid_from, source="自治区",
    )  # fmt: skip
    assert faults.covering(world.first, NOW.date() + timedelta(days=60))


def test_an_account_sees_the_faults_over_its_units_and_under_them_and_no_others(world):
    over_all, east, school = (
        announced(world, world.im),
        announced(world, world.east),
        announced(world, world.third, world.registrar(world.west)),
    )
    for unit, seen in (
        (world.first, {over_all, east}),
        (world.third, {over_all, school}),
        (world.west, {over_all, school}),
        (world.league, {over_all, east, school}),
        (world.abroad, set()),
    ):
        account = world.registrar(unit)
        assert set(Fault.objects.visible_to(account, world.today)) == seen, unit
    assert not Fault.objects.visible_to(world.account(world.first, PostRole.TECHNICIAN), world.today).exists()


# ---------------------------------------------------------------- the database's own walls


def test_the_database_stamps_it_and_refuses_changes_and_deletion(world):
    fault = announced(world, world.east)
    insert = (
        "INSERT INTO reviews_fault (number, unit_id, since, reason, opened_by_id, opened_from_id, opened_at)"
        " VALUES ('GZ-2026-00000001', %s, %s, '线路中断', %s, %s, '2020-01-01') RETURNING opened_at"
    )
    with connection.cursor() as cursor:
        clerk = world.registrar(world.west)
        cursor.execute(insert, [world.west.pk, NOW.date(), clerk.pk, world.west.pk])
        assert cursor.fetchone()[0] == NOW
    beside = world.registrar(world.third)
    sql_refused("fault_seat", insert, world.third.pk, NOW.date(), beside.pk, world.third.pk)
    sql_refused("fault_seat", insert, world.first.pk, NOW.date(), clerk.pk, world.west.pk)
    sql_refused(
        "fault_since", insert, world.third.pk, NOW.date() - timedelta(days=31), clerk.pk, world.west.pk
    )
    sql_refused("fault_fixed", "UPDATE reviews_fault SET reason='别的原因' WHERE id=%s", fault.pk)
    sql_refused("fault_fixed", "UPDATE reviews_fault SET since=since - 1 WHERE id=%s", fault.pk)
    sql_refused("fault_no_delete", "DELETE FROM reviews_fault WHERE id=%s", fault.pk)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    sql_refused("append_only", "TRUNCATE reviews_fault CASCADE")
    end = "UPDATE reviews_fault SET closed_at='2020-01-01', closed_by_id=%s, closed_from_id=%s WHERE id=%s"
    sql_refused("fault_seat", end, beside.pk, world.third.pk, fault.pk)
    with connection.cursor() as cursor:
        cursor.execute(end, [world.head(world.league).pk, world.league.pk, fault.pk])
    assert Fault.objects.get(pk=fault.pk).closed_at == NOW
    sql_refused(
        "fault_closed", "UPDATE reviews_fault SET closed_at=NULL, closed_by_id=NULL, closed_from_id=NULL"
    )


# ---------------------------------------------------------------- notices


def relay():
    return outbox.relay(clock.now() + timedelta(days=400))


def test_begun_and_ended_it_is_told_to_all_who_keep_records_under_it_each_once(world):
    units = (world.first, world.second, world.east)
    told = {role(unit).pk for unit in units for role in (world.registrar, world.head)}
    (
        world.registrar(world.third),
        world.registrar(world.league),
        world.account(world.first, PostRole.TECHNICIAN),
    )
    past = world.account(world.first, PostRole.HEAD)
    Post.objects.filter(account=past).update(valid_until=world.today)
    deputy = world.account(world.third, PostRole.CLASS_TEACHER)
    Delegation.objects.create(
        post=Post.objects.get(account=world.head(world.first)),
        account=deputy,
        valid_from=world.today,
        valid_until=world.today + timedelta(days=5),
        reason="出差",
    )
    fault = announced(world, world.east)
    assert OutboxMessage.objects.filter(topic="fault").count() == 1
    relay()
    rows = Notice.objects.filter(dedup=f"fault:{fault.pk}:opened")
    assert {row.account_id for row in rows} == told | {deputy.pk}
    assert all("可先线下办理" in row.text and fault.number in row.text for row in rows)
    faults.close_fault(fault, world.registrar(world.east), clock.now())
    relay()
    ended = Notice.objects.filter(dedup=f"fault:{fault.pk}:closed")
    assert {row.account_id for row in ended} == told | {deputy.pk}
    assert all("30 天内登记" in row.text for row in ended)


def test_however_many_are_told_it_takes_the_same_statements(world, django_assert_max_num_queries):
    schools = [
        world.unit(f"学校{n}", "school", world.east, lowest_grade=1, highest_grade=6, school_system="6-3")
        for n in range(20)
    ]
    for school in schools:
        world.registrar(school), world.head(school)
    announced(world, world.im)
    with django_assert_max_num_queries(18):
        relay()
    assert Notice.objects.count() >= 40


def test_its_notice_leads_to_its_page(world, client):
    clerk = world.registrar(world.first)
    fault = announced(world, world.east)
    relay()
    client.force_login(clerk)
    answer = client.get(f"/notices/{Notice.objects.get(account=clerk).pk}/")
    assert answer.headers["Location"] == f"/faults/{fault.number}/"
