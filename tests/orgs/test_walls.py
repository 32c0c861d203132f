"""Two people, always: the database refuses what would let one person hold both posts of a unit (R0.5)."""

from datetime import date

import pytest
from django.db import IntegrityError

from orgs.people.models import Account, Post, PostRole
from tests.refusals import sql_refused

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R0.5")]


def insert_post(account, unit, role, since="2020-01-01", until=None):
    columns = "account_id, person_id, unit_id, role, valid_from, valid_until"
    return (
        f"INSERT INTO orgs_post ({columns}) VALUES (%s, %s, %s, %s, %s, %s)",
        account.pk,
        account.person_id,
        unit.pk,
        role,
        since,
        until,
    )


def test_one_person_is_not_registrar_and_head_of_one_unit(world):
    registrar = world.registrar(world.first)
    sql_refused("post_registrar_or_head", *insert_post(registrar, world.first, "head"))


def test_a_second_account_of_the_same_person_does_not_help(world):
    registrar = world.registrar(world.first)
    second = Account.objects.create_user("second", password="x", person=registrar.person)
    sql_refused("post_registrar_or_head", *insert_post(second, world.first, "head"))


def test_naming_another_person_in_the_post_does_not_help(world):
    """The trigger sets the person of the account whatever the statement says."""
    registrar, other = world.registrar(world.first), world.person()
    second = Account.objects.create_user("second", password="x", person=registrar.person)
    sql, *params = insert_post(second, world.first, "head")
    params[1] = other.pk
    sql_refused("post_registrar_or_head", sql, *params)


def test_turning_a_post_into_the_other_one_or_moving_it_is_refused_as_well(world):
    registrar = world.registrar(world.first)
    world.account(world.second, PostRole.HEAD, registrar.person)
    sql_refused(
        "post_registrar_or_head",
        "UPDATE orgs_post SET unit_id=%s WHERE role='head' AND person_id=%s",
        world.first.pk,
        registrar.person_id,
    )
    Post.objects.filter(role="head", person=registrar.person).update(role="registrar", unit=world.first)
    sql_refused(
        "post_registrar_or_head",
        "UPDATE orgs_post SET role='head' WHERE account_id<>%s AND person_id=%s",
        registrar.pk,
        registrar.person_id,
    )


def test_handing_a_post_to_another_account_of_the_person_is_refused(world):
    registrar, head = world.registrar(world.first), world.head(world.first)
    sql_refused(
        "post_registrar_or_head",
        "UPDATE orgs_post SET account_id=%s WHERE account_id=%s",
        registrar.pk,
        head.pk,
    )


def test_two_people_may_hold_the_two_posts_and_one_person_posts_of_two_units(world):
    registrar = world.registrar(world.first)
    world.head(world.first)
    Post.objects.create(account=registrar, unit=world.second, role="head", valid_from=date(2020, 1, 1))
    assert Post.objects.filter(person=registrar.person).count() == 2


def test_one_post_after_the_other_is_allowed_but_not_a_day_of_both(world):
    registrar = world.registrar(world.first)
    Post.objects.filter(account=registrar).update(valid_until=date(2026, 9, 1))
    sql_refused("post_registrar_or_head", *insert_post(registrar, world.first, "head", "2026-08-31"))
    Post.objects.create(account=registrar, unit=world.first, role="head", valid_from=date(2026, 9, 1))


def test_the_person_behind_an_account_never_changes(world):
    registrar, other = world.registrar(world.first), world.person()
    sql = "UPDATE orgs_account SET person_id=%s WHERE id=%s"
    sql_refused("account_person", sql, other.pk, registrar.pk)
    sql_refused("account_person", sql, None, registrar.pk)


def test_an_account_without_a_person_holds_no_post(world):
    nobody = Account.objects.create_user("nobody", password="x")
    sql_refused("post_person", *insert_post(nobody, world.first, "registrar"))
    with pytest.raises(IntegrityError, match="账号未登记人员，不能任职"):
        Post.objects.create(account=nobody, unit=world.first, role="registrar", valid_from=date(2020, 1, 1))


def test_a_person_with_accounts_is_not_deleted(world):
    registrar = world.registrar(world.first)
    wall = 'table "orgs_account" violates foreign key constraint "orgs_account_person_id'
    sql_refused(wall, "DELETE FROM orgs_person WHERE id=%s", registrar.person_id)


def test_a_post_ends_after_it_began(world):
    registrar = world.registrar(world.first)
    sql_refused("post_period", *insert_post(registrar, world.second, "head", "2026-09-01", "2026-09-01"))


def test_the_administrators_page_refuses_the_same_in_words(world, client):
    registrar = world.registrar(world.first)
    second = Account.objects.create_user("second", password="x", person=registrar.person)
    boss = Account.objects.create_user("boss", password="x", person=world.person(), is_staff=True)
    client.force_login(boss)
    answer = client.post(
        "/admin/orgs/post/add/",
        {"account": second.pk, "unit": world.first.pk, "role": "head", "valid_from": "2026-12-01"},
    )
    assert answer.status_code == 422
    assert (
        "同一人在同一单位不能既任学籍管理员又任负责人（R0.5：办理与核办须为两人）。"
        in answer.content.decode()
    )
    assert 'value="2026-12-01"' in answer.content.decode(), "what was typed is gone"
    assert not Post.objects.filter(account=second).exists()
