"""Every signed paper keeps the names of who signed it and of the units that did, whatever they are called later (R0.2)."""

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from orgs.people.kept_names import KeepsNames
from orgs.people.models import Account, Unit
from reviews.faults import announcing as faults
from students.year_end import graduation
from tests.clock import frozen, shanghai
from tests.world import World
from web import clock

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R0.2")]
KEEPING = [model for model in apps.get_models() if issubclass(model, KeepsNames)]


def renamed(account, name):
    account.person.name = name
    account.person.save()
    return account


def kept_by(table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgargs FROM pg_trigger WHERE tgname = 'zzz_keep_names' AND tgrelid = %s::regclass",
            [table],
        )
        row = cursor.fetchone()
    return (
        {each.removeprefix("unit:") for each in bytes(row[0]).decode().split("\0") if each} if row else set()
    )


@pytest.mark.parametrize("model", KEEPING, ids=lambda model: model._meta.label)
def test_every_column_that_names_somebody_is_kept(model):
    """Whoever adds a signer to one of these papers is told here to keep the name."""
    people = {
        f.column for f in model._meta.local_concrete_fields if f.is_relation and f.related_model is Account
    }
    assert people <= kept_by(model._meta.db_table)


def test_a_fault_notice_keeps_people_and_offices(world):
    clerk, head = (
        renamed(world.registrar(world.east), "白音查干"),
        renamed(world.head(world.east), "青格勒图"),
    )
    fault = world.fault(world.east, by=clerk)
    renamed(clerk, "改名之人")
    Unit.objects.filter(pk=world.east.pk).update(name="更名教育局")
    fault = faults.close_fault(type(fault).objects.get(pk=fault.pk), head, clock.now())
    fault = type(fault).objects.select_related("opened_by__person", "opened_from").get(pk=fault.pk)
    assert (fault.called("opened_by"), fault.called("opened_from")) == ("白音查干", "东乌珠穆沁旗教育局")
    assert (fault.called("closed_by"), fault.called("closed_from")) == ("青格勒图", "更名教育局")
    client = Client()
    client.force_login(clerk)
    page = client.get(f"/faults/{fault.number}/").content.decode()
    assert "东乌珠穆沁旗教育局　白音查干" in page
    assert "改名之人" not in page.partition("<main")[2]


def test_what_the_client_says_of_the_names_counts_for_nothing(world):
    fault = world.fault(world.east)
    name = world.registrar(world.east).person.name
    assert type(fault).objects.get(pk=fault.pk).called("opened_by") == name
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO students_fieldchange (student_id, field, secret, old, new, by_id, source, names)"
            " VALUES (%s, 'address', false, '', '', %s, 'registrar', '{\"by_id\": \"别人\"}') RETURNING names",
            [world.pupil(world.first).pk, world.registrar(world.first).pk],
        )
        (names,) = cursor.fetchone()
    assert world.registrar(world.first).person.name in str(names)
    assert "别人" not in str(names)


def test_a_graduation_list_keeps_who_prepared_and_signed_it():
    with frozen(shanghai(2026, 7, 6, 10)):
        world = World(now=shanghai(2026, 7, 6, 10))
        world.pupil(world.first, grade=6)
        clerk, head = (
            renamed(world.registrar(world.first), "白音查干"),
            renamed(world.head(world.first), "青格勒图"),
        )
        run = graduation.prepare(world.first, "primary", world.today.year - 6, clerk, clock.now())
        run = graduation.sign(run, head, clock.now(), opinion="名单属实，同意毕业。")
        renamed(clerk, "改名之人")
        renamed(head, "改名之长")
        client = Client()
        client.force_login(clerk)
        page = client.get(f"/graduation/{run.number}/").content.decode()
    body = page.partition("<main")[2]
    assert "白音查干" in body
    assert "青格勒图" in body
    assert "改名之长" not in body
