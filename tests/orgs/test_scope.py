"""Whom an account stands above: its own units and all below them, and for who has no seat nothing at all."""

from datetime import timedelta

import pytest

from orgs.people import scope
from orgs.people.models import Account, PostRole
from orgs.people.persons import same_person
from orgs.people.seats import clerks_of, holders_of, left_seats, seat_at, seats_of
from reviews.engine import seating
from students.pupil.models import Student
from web.refusals import Refusal

pytestmark = pytest.mark.django_db


def fresh(account):
    return Account.objects.get(pk=account.pk)


def seen(world, account):
    """The pupils under the account's units."""
    return set(Student.objects.filter(scope.under("school", fresh(account), world.today)))


def test_a_unit_sees_its_own_pupils_and_those_of_all_units_below(world):
    first, third, abroad = (world.pupil(each) for each in (world.first, world.third, world.abroad))
    assert seen(world, world.registrar(world.first)) == {first}
    assert seen(world, world.head(world.east)) == {first}
    assert seen(world, world.registrar(world.league)) == {first, third}
    assert seen(world, world.registrar(world.hebei)) == {abroad}


@pytest.mark.parametrize("role", [PostRole.TECHNICIAN, PostRole.CLASS_TEACHER])
def test_who_sits_nowhere_or_decides_nothing_sees_no_pupil(world, role):
    world.pupil(world.first)
    nobody = Account.objects.create_user(username="nobody", person=world.person())
    for account in (nobody, world.account(world.first, role)):
        assert scope.own_units(fresh(account), world.today) == set()
        assert scope.paths(fresh(account), world.today) == []
        assert seen(world, account) == set()


def test_the_units_acted_for_are_those_of_registrar_and_head_only(world):
    for account in (world.registrar(world.first), world.head(world.first)):
        assert scope.own_units(fresh(account), world.today) == {world.first.pk}
        assert scope.paths(fresh(account), world.today) == [world.first.path]


def test_two_accounts_of_one_person_are_one(world):
    person = world.person()
    one, two, other = (world.account(world.first, PostRole.HEAD, each) for each in (person, person, None))
    assert same_person(one, one) is True
    assert same_person(one, two) is True
    assert same_person(one, other) is False
    assert same_person(None, one) is False
    assert same_person(one, None) is False
    assert same_person(None, None) is False
    # Two accounts of nobody are not one person.
    assert same_person(Account(pk=1), Account(pk=2)) is False
    assert same_person(Account(pk=1), Account(pk=1)) is True
    told = seating.two_persons(one, two, "同一人")
    assert (told.code, told.sentence) == ("same_person", "同一人")
    assert seating.two_persons(one, other, "同一人") is None


def test_who_holds_a_post_is_named_by_unit_and_role(world):
    registrar, head = world.registrar(world.first), world.head(world.first)
    technician = world.account(world.first, PostRole.TECHNICIAN)
    assert holders_of({world.first.pk}, world.today) == sorted(
        (world.first.pk, role, account.pk)
        for role, account in (("registrar", registrar), ("head", head), ("technician", technician))
    )
    assert holders_of(set(), world.today) == []
    assert clerks_of({world.first.pk, world.second.pk}, world.today) == {
        world.first.pk: sorted([registrar.pk, head.pk]),
        world.second.pk: [],
    }
    assert seat_at(fresh(head), world.first.pk, PostRole.HEAD, world.today).unit == world.first
    assert seat_at(fresh(head), world.first.pk, PostRole.REGISTRAR, world.today) is None
    assert seat_at(fresh(head), world.second.pk, PostRole.HEAD, world.today) is None


@pytest.mark.rule("R8.1")
def test_the_bar_before_a_registrar_is_told_of_the_units_asked_about(world):
    by = world.certified(world.registrar(world.first), world.today - timedelta(days=1))
    told = Refusal("no_seat", "没有这个岗位")
    assert seating.bar_of(by, world.today).code == "untrained"
    assert seating.bar_of(by, world.today, {world.first.pk}).code == "untrained"
    assert seating.bar_of(by, world.today, {world.second.pk}) is None
    assert seating.no_seat(by, world.today, told, world.second.pk) is told
    assert seating.no_seat(by, world.today, told, world.first.pk).code == "untrained"
    assert seating.only_barred(by, world.today).code == "untrained"
    assert seating.seat_refusal(by, world.first.pk, PostRole.REGISTRAR, world.today, told).code == "untrained"
    assert seating.seat_refusal(by, world.first.pk, PostRole.HEAD, world.today, told) is told
    trained = world.certified(by, world.today)
    assert seating.bar_of(trained, world.today) is None
    assert seating.only_barred(trained, world.today) is None
    assert seating.seat_refusal(trained, world.first.pk, PostRole.REGISTRAR, world.today, told) is None
    head = fresh(world.head(world.first))
    assert seating.bar_of(head, world.today) is None


@pytest.mark.rule("R3.1")
def test_a_post_at_a_closed_school_is_told_with_who_stands_for_it(world):
    by = world.registrar(world.second)
    told = Refusal("no_seat", "没有这个岗位")
    world.closed(world.second, world.first)
    by = fresh(by)
    left = seating.left(by, world.today, PostRole.REGISTRAR, world.second.pk)
    assert (left.code, left.remover) == ("school_closed", "示例第一小学")
    assert "由示例第一小学承接和办理" in left.sentence
    assert left.sentence.endswith("学生照常就读，不受影响。")
    assert seating.left(by, world.today, PostRole.REGISTRAR).code == "school_closed"
    assert seating.left(by, world.today, PostRole.REGISTRAR, world.first.pk).code == "school_closed"
    assert seating.left(by, world.today, PostRole.REGISTRAR, world.third.pk) is None
    assert seating.left(by, world.today, PostRole.HEAD, world.second.pk) is None
    assert seating.seat_refusal(by, world.second.pk, PostRole.HEAD, world.today, told) is told


def test_an_account_that_was_closed_has_no_seat_any_more(world):
    account = fresh(world.registrar(world.first))
    account.is_active = False
    assert seats_of(account, world.today) == []
    assert left_seats(account, world.today) == []
    assert not scope.paths(account, world.today)
