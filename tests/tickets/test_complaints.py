"""A citizen complains without an account, is answered by two people, and reads the answer by number and code (R8.5)."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from ledger import clock
from reviews.refusals import Refused
from tests import ticketed
from tests.world import World
from tickets import escalation, sealed
from tickets.models import Complaint, Ticket
from tickets.states import State, Verb

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R8.5")]
MATTER = "转学申请送出二十天没有进展，学校说要等局里通知，请督促。"


@pytest.fixture
def world(db):
    cache.clear()
    return World()


def sent(world, **more):
    said = {"unit": world.east.name, "matter": MATTER, "contact": "13900001234"} | more
    return Client().post("/complaints/new/", said)


def code_in(answer):
    return re.findall(r"<strong>([0-9A-Z]{4} [0-9A-Z]{4})</strong>", answer.content.decode())[0]


def test_a_complaint_is_taken_in_answered_by_two_people_and_read_by_number_and_code(world):
    answer = sent(world)
    assert answer.status_code == 201
    found, code = Complaint.objects.get(), code_in(answer)
    assert (found.state, found.holder) == (State.ISSUED, world.east)
    registrar, head = world.registrar(world.east), world.head(world.east)
    client = Client()
    client.force_login(registrar)
    page = client.get(f"/tickets/{found.number}/").content.decode()
    assert MATTER in page
    assert "139****1234" in page
    ticketed.do(found, Verb.ACCEPT, registrar)
    ticketed.do(found, Verb.ANSWER, registrar, text="已督促学校于昨日办结，向您致歉。")
    asked = {"number": found.number, "code": code.lower().replace("0", "o")}
    page = Client().post("/complaints/", asked).content.decode()
    assert "致歉" not in page, "not before the head has agreed"
    with pytest.raises(Refused, match="负责人"):
        ticketed.do(found, Verb.CONFIRM, registrar)
    ticketed.do(found, Verb.CONFIRM, head)
    page = Client().post("/complaints/", asked).content.decode()
    assert "向您致歉" in page
    ticketed.do(found, Verb.CLOSE, registrar)


def test_a_complaint_can_start_a_supervision_of_the_same_thread(world):
    sent(world, unit=world.league.code)
    found = Complaint.objects.get()
    by = world.registrar(world.league)
    ticketed.do(found, Verb.ACCEPT, by)
    client = Client()
    client.force_login(by)
    client.post("/tickets/new/supervision/", {"parent": found.number})
    supervision = Ticket.objects.get(kind="supervision")
    assert supervision.thread == found.thread
    assert supervision.supervision.matter == MATTER
    ticketed.do(found, Verb.ANSWER, by, text="已发督办单，限期办结。")
    ticketed.do(found, Verb.CONFIRM, world.head(world.league))
    with pytest.raises(Refused, match=supervision.number):
        ticketed.do(found, Verb.CLOSE, by)


def test_a_complaint_that_nobody_takes_up_goes_to_the_unit_above(world):
    sent(world)
    assert escalation.sweep(clock.now() + timedelta(days=12)) == 1
    assert Complaint.objects.get().holder == world.league


def test_the_wrong_code_tells_nothing(world):
    sent(world)
    number = Complaint.objects.get().number
    wrong = Client().post("/complaints/", {"number": number, "code": "00000000"})
    missing = Client().post("/complaints/", {"number": "TS-2026-00000000", "code": "00000000"})
    assert (wrong.status_code, missing.status_code) == (404, 404)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("unit", "没有这个单位", "没有找到受理单位"),
        ("matter", "太短", "请写明投诉的事情"),
        ("matter", "孩子身份证号 11010519491231002X 查不到学籍。", "身份证号"),
        ("contact", "12", "联系电话应为"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_stays(world, field, value, told):
    answer = sent(world, **{field: value})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert told in page
    assert value in page
    assert Complaint.objects.count() == 0


def test_the_telephone_and_the_code_stand_nowhere_in_clear(world):
    code = code_in(sent(world)).replace(" ", "")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(c)::text FROM tickets_complaint c")
        kept = str(cursor.fetchall())
        cursor.execute("SELECT string_agg(body::text, '') FROM ledger_auditentry")
        trail = str(cursor.fetchall())
    for secret in ("13900001234", code):
        assert secret not in kept
        assert secret not in trail
    assert sealed.opened(Complaint.objects.get(), "contact") == "13900001234"


def test_nobody_floods_the_form(world):
    found = [sent(world).status_code for _ in range(11)]
    assert found == [201] * 10 + [429]


def test_the_unit_may_be_chosen_from_the_list_of_contacts(world):
    page = Client().get(f"/complaints/new/?unit={world.east.code}").content.decode()
    assert f'value="{world.east.name}"' in page
