"""A paper of a school bears the school's name as it was when it was signed: on page, paper, table and in the API; a draft
bears today's (R0.2)."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.test import Client

from orgs.people.kept_names import KeepsNames
from orgs.people.models import PostRole, Unit
from students.classes import sheets
from students.dropouts import marking, report
from students.numbers import issuing
from students.verification import rounds
from students.year_end import graduation
from tests import upkept
from tests.clock import frozen, shanghai
from tests.orgs.test_kept_names import kept_by
from tests.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R0.2")]
OLD, NEW = "示例第三小学", "更名第三小学"
WORDS = "经核对属实，同意。"
# Whose unit is named by another column, by a case, or is no signer's at all.
OTHERWISE = {
    "reviews_case": {"holder_id"},
    "reviews_fault": set(),
    "reviews_step": {"unit_id"},
    "students_bulletin": {"province_id"},
    "students_bulletinline": {"unit_id"},
    "tickets_ticket": {"holder_id"},
}


@pytest.fixture
def world(db):
    return World()


def renamed(school):
    Unit.objects.filter(pk=school.pk).update(name=NEW, short_name="更名三小")


def seen(account, address):
    client = Client()
    client.force_login(account)
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode().partition("<main")[2] or answer.content.decode()


@pytest.mark.parametrize(
    "model", [m for m in apps.get_models() if issubclass(m, KeepsNames)], ids=lambda m: m._meta.label
)
def test_every_unit_of_a_paper_is_kept(model):
    """Whoever adds a unit's column to one of these papers is told here to keep the name."""
    table = model._meta.db_table
    units = {f.column for f in model._meta.local_concrete_fields if f.is_relation and f.related_model is Unit}
    kept = {each.partition("@")[0].removeprefix("above:") for each in kept_by(table)}
    assert units - kept == OTHERWISE.get(table, set())


def test_a_drop_out_report(world):
    found = upkept.dropout_of(world, world.third)
    address = f"/dropouts/{found.number}/"
    Unit.objects.filter(pk=world.west.pk).update(name="改前教育局")
    marking.sign(found, world.head(world.third), world.now)
    renamed(world.third)
    Unit.objects.filter(pk=world.west.pk).update(name="改后教育局")
    found = type(found).objects.select_related("student", "school__authority").get(pk=found.pk)
    paper = report.contents(found, world.head(world.third), world.now)
    assert paper["rows"][0][1] == OLD
    assert paper["to"] == "改前教育局"
    page = seen(world.registrar(world.third), address)
    assert OLD in page
    assert NEW not in page
    listed = seen(world.registrar(world.west), "/dropouts/")
    assert OLD in listed
    assert NEW not in listed


def test_a_draft_bears_the_name_of_today(world):
    found = upkept.dropout_of(world, world.third)
    renamed(world.third)
    assert NEW in seen(world.registrar(world.third), f"/dropouts/{found.number}/")
    assert type(found).objects.get(pk=found.pk).called("school") == NEW


def test_a_graduation_list():
    with frozen(shanghai(2026, 7, 6, 10)) as now:
        world = World(now=now)
        world.pupil(world.third, grade=6)
        run = graduation.prepare(world.third, "primary", 2020, world.registrar(world.third), now)
        renamed(world.third)
        assert NEW in seen(world.registrar(world.third), f"/graduation/{run.number}/")
        Unit.objects.filter(pk=world.third.pk).update(name=OLD)
        graduation.sign(run, world.head(world.third), now, opinion=WORDS)
        renamed(world.third)
        page = seen(world.registrar(world.west), f"/graduation/{run.number}/")
        listed = seen(world.registrar(world.west), "/graduation/")
    for shown in (page, listed):
        assert OLD in shown
        assert NEW not in shown


def test_a_class_sheet(world):
    teacher = world.account(world.third, PostRole.CLASS_TEACHER)
    sheet = upkept.sheet_of(world, world.pupil(world.third), teacher)
    sheets.give_back(sheet, world.registrar(world.third), world.now, "请核对地址后再送。")
    sheets.send(sheet, teacher, world.now)
    sheet.refresh_from_db()
    assert "school_id" not in sheet.names, "sent anew, it is a draft again"
    sheets.accept(sheet, world.registrar(world.third), world.now)
    renamed(world.third)
    page = seen(world.registrar(world.third), f"/classes/sheets/{sheet.number}/")
    assert OLD in page
    assert NEW not in page


def test_a_verification_and_its_parts(world):
    world.pupil(world.third)
    found = upkept.round_of(world, world.west)
    part = found.parts.get(school=world.third)
    renamed(world.third)
    address = f"/verification/{found.number}/"
    assert NEW in seen(world.registrar(world.west), address)
    Unit.objects.filter(pk=world.third.pk).update(name=OLD)
    drawn = list(part.pupils.values_list("pk", flat=True))
    rounds.find(part, drawn, "same", world.registrar(world.third), world.now)
    rounds.submit_part(part, world.registrar(world.third), world.now, WORDS)
    rounds.sign_part(part, world.head(world.third), world.now, WORDS, agree=True)
    renamed(world.third)
    for page in (
        seen(world.registrar(world.west), address),
        seen(world.head(world.third), f"{address}schools/{world.third.code}/"),
    ):
        assert OLD in page
        assert NEW not in page


def test_a_batch_of_numbers_and_its_receipt(world):
    world.pupil(world.third, letter="L")
    batch = issuing.prepare(world.registrar(world.im), world.now)
    issuing.carry_on(world.now)
    batch.refresh_from_db()
    issuing.confirm(batch, world.head(world.im), world.now, "同意下发。")
    renamed(world.third)
    Unit.objects.filter(pk=world.im.pk).update(name="更名教育厅")
    for address in (f"/numbers/{batch.number}/", f"/numbers/{batch.number}/schools/{world.third.code}/"):
        page = seen(world.registrar(world.im), address)
        assert OLD in page, address
        assert NEW not in page, address
        assert "更名教育厅" not in page.partition("</h1>")[2]


def test_an_offline_record_and_its_fault(world):
    made = world.taken_in(world.third, world.pupil(world.first), world.fault(world.west))
    renamed(world.third)
    page = seen(world.registrar(world.third), f"/offline/{made.number}/")
    assert OLD in page
    shown = Client()
    shown.force_login(world.registrar(world.third))
    assert shown.get(f"/api/v1/offline-transfers/{made.number}/").json()["school"]["name"] == OLD


def test_days_are_not_what_keeps_the_name(world):
    """Another signature of the same paper, later, does not call it anew."""
    found = upkept.dropout_of(world, world.third)
    marking.sign(found, world.head(world.third), world.now)
    renamed(world.third)
    found.refresh_from_db()
    marking.sent(
        found, world.registrar(world.third), world.now + timedelta(hours=1), on=world.today, to="旗教育局"
    )
    found.refresh_from_db()
    assert found.called("school") == OLD
