"""Every unit below the ministry makes its complaint phone and e-mail public and keeps them itself (R8.5)."""

from datetime import timedelta

import pytest
from django.test import Client

from ledger.models import AuditEntry
from orgs.people.models import PostRole, Unit
from tests.refusals import refused, refuses
from tickets.complaints import actions as complaints
from web import clock

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R8.5")]


def at(account):
    client = Client()
    client.force_login(account)
    return client


def test_anyone_reads_the_contacts_of_all_offices_and_finds_a_school(world):
    Unit.objects.filter(pk=world.east.pk).update(phone="0479-3220001", email="dwq@example.gov.cn")
    page = Client().get("/contacts/").content.decode()
    assert "0479-3220001" in page
    assert "dwq@example.gov.cn" in page
    assert "尚未公布" in page
    assert world.first.name not in page
    assert world.first.name in Client().get("/contacts/?q=第一小学").content.decode()
    assert "没有找到" in Client().get("/contacts/?q=无此单位").content.decode()
    assert Client().get("/contacts/?q=%00&page=x").status_code == 200


def test_a_unit_keeps_its_own_contact(world):
    client = at(world.registrar(world.east))
    answer = client.post(
        "/contacts/own/", {"unit": world.east.code, "phone": "0479—322 0001", "email": "dwq@example.gov.cn"}
    )
    assert answer.status_code == 303
    unit = Unit.objects.get(pk=world.east.pk)
    assert (unit.phone, unit.email) == ("0479-3220001", "dwq@example.gov.cn")
    assert AuditEntry.objects.filter(action="unit.contact", subject=f"unit:{unit.code}").exists()
    client.post("/contacts/own/", {"unit": world.west.code, "phone": "0479-3220009", "email": "x@example.cn"})
    assert Unit.objects.get(pk=world.west.pk).phone == "", "nobody keeps another unit's"


@pytest.mark.parametrize(
    ("phone", "email", "told"),
    [
        ("12", "dwq@example.gov.cn", "请填写受理投诉的电话"),
        ("0479-3220001", "dwq", "请填写受理投诉的邮箱"),
        ("", "", "请填写受理投诉的电话"),
    ],
)
def test_what_is_no_phone_or_mail_is_told_and_stays_typed(world, phone, email, told):
    answer = at(world.head(world.east)).post("/contacts/own/", {"phone": phone, "email": email})
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert f'value="{email}"' in answer.content.decode()


def test_an_office_sees_which_units_below_have_published_nothing(world):
    page = at(world.registrar(world.league)).get("/contacts/own/").content.decode()
    assert world.east.name in page
    assert world.first.name in page


def test_a_class_teacher_keeps_no_contact(world):
    answer = at(world.account(world.first, PostRole.CLASS_TEACHER)).get("/contacts/own/")
    refuses(answer, 403, "岗位有误请联系本单位学籍管理员")


def test_a_unit_that_will_be_closed_takes_complaints_until_that_day(world):
    today = clock.local_date(clock.now())
    closing = [world.east, world.first]
    for unit in closing:
        world.closed(unit, on=today + timedelta(days=1))
    for unit in closing:
        assert unit.name in Client().get(f"/contacts/?q={unit.name}").content.decode()
        assert complaints.addressed_to(unit.name, today) == unit
    for unit in closing:
        world.closed(unit, on=today)
        assert "没有找到" in Client().get(f"/contacts/?q={unit.name}").content.decode()
        with refused("unit", match="没有找到受理单位"):
            complaints.addressed_to(unit.name, today)
