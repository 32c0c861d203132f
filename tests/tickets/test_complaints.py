"""A citizen complains without an account, is answered by two people, and reads the answer by number and code (R8.5)."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test import Client

from ledger import outbox
from reviews.notices.models import Notice
from reviews.rulebook.models import Limit
from tests import ticketed
from tests.refusals import refused
from tickets.forms import escalation, sealed
from tickets.forms.models import Complaint, Ticket
from tickets.forms.states import State, Verb
from web import clock

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R8.5")]
MATTER = "转学申请送出二十天没有进展，学校说要等局里通知，请督促。"


@pytest.fixture
def world(world):
    cache.clear()
    return world


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
    with refused("no_seat", match="负责人"):
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
    with refused("open_children", match=supervision.number):
        ticketed.do(found, Verb.CLOSE, by)


def test_a_complaint_that_nobody_takes_up_goes_to_the_unit_above(world):
    sent(world)
    assert escalation.sweep(clock.now() + timedelta(days=12)) == 1
    assert Complaint.objects.get().holder == world.league


def test_the_number_of_a_complaint_is_taken_without_hyphens_too(world):
    page = sent(world)
    number = Complaint.objects.get().number
    answer = Client().post("/complaints/", {"number": number.replace("-", "").lower(), "code": code_in(page)})
    assert answer.status_code == 200


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
        ("contact", "+97699", "境外电话应为+和国家（地区）代码，再接6–15位号码"),
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


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("+976 9911 2233", "+97699112233"),
        ("00976-99112233", "+97699112233"),
        ("+852 2810 2810", "+85228102810"),
        ("+7 (495) 123-45-67", "+74951234567"),
        ("+86 139 0000 1234", "13900001234"),
        ("0479-8210001", "0479-8210001"),
    ],
)
def test_a_telephone_from_abroad_is_taken(world, typed, kept):
    assert sent(world, contact=typed).status_code == 201
    assert sealed.opened(Complaint.objects.get(), "contact") == kept


def test_nobody_floods_the_form(world):
    found = [sent(world).status_code for _ in range(11)]
    assert found == [201] * 10 + [429]


def test_the_unit_may_be_chosen_from_the_list_of_contacts(world):
    page = Client().get(f"/complaints/new/?unit={world.east.code}").content.decode()
    assert f'value="{world.east.name}"' in page


# ---------------------------------------------------------------- the limit of who has accepted


def taken_up(world):
    sent(world)
    found = Complaint.objects.get()
    ticketed.do(found, Verb.ACCEPT, world.registrar(world.east))
    return Complaint.objects.get()


def told(account):
    outbox.relay(clock.now() + timedelta(days=400))
    return list(Notice.objects.filter(account=account).order_by("pk").values_list("text", flat=True))


def test_an_accepted_complaint_has_a_date_by_the_row_of_its_kind(world):
    Limit.objects.filter(key="ticket_complaint_days").update(value=12)
    found = taken_up(world)
    assert found.complete_by == clock.local_date(clock.now()) + timedelta(days=12)


def test_it_is_reminded_of_then_overdue_and_the_unit_above_asks_the_one_that_has_it(world):
    found, registrar = taken_up(world), world.registrar(world.east)
    above = world.registrar(world.league)
    near = clock.now() + timedelta(days=28)
    escalation.sweep(near)
    escalation.sweep(near)
    by = clock.spoken(found.complete_by)
    assert [text for text in told(registrar) if f"将于{by}到完成时限" in text] != []
    assert len([text for text in told(registrar) if "到完成时限" in text]) == 1
    assert not Ticket.objects.overdue(clock.local_date(near)).exists()
    late = clock.now() + timedelta(days=31)
    assert escalation.sweep(late) == 1
    assert list(Ticket.objects.overdue(clock.local_date(late))) == [found.ticket_ptr]
    assert any("已超过完成时限，还没有答复，请尽快办理" in text for text in told(registrar))
    assert any(f"在{world.east.name}已超过完成时限，还没有答复，请督促" in text for text in told(above))
    found = Complaint.objects.get()
    assert found.holder == world.east, "the unit that can settle it still has it"
    ticketed.do(found, Verb.ANSWER, registrar, text="已督促学校于昨日办结，向您致歉。")


def test_what_went_up_unanswered_is_still_accepted_by_the_unit_it_was_sent_to(world):
    sent(world)
    for days in (12, 24, 36):
        escalation.sweep(clock.now() + timedelta(days=days))
    found = Complaint.objects.get()
    assert (found.holder.level, found.handling_unit) == ("ministry", world.east)
    with refused("no_seat", match="由单据所在单位办理"):
        ticketed.do(found, Verb.ACCEPT, world.registrar(world.west))
    ticketed.do(found, Verb.ACCEPT, world.registrar(world.east))
    found = Complaint.objects.get()
    assert (found.state, found.holder, found.handling_unit) == (State.ACCEPTED, world.east, world.east)


def test_the_database_lets_no_ticket_be_accepted_without_a_date_nor_a_date_be_moved(world):
    found = taken_up(world)
    with pytest.raises(IntegrityError, match="已发出的单据不可改完成时限"), transaction.atomic():
        Ticket.objects.filter(pk=found.pk).update(complete_by=found.complete_by + timedelta(days=1))
    sent(world)
    other = Complaint.objects.exclude(pk=found.pk).get()
    with pytest.raises(IntegrityError, match="受理的单据须有完成时限"), transaction.atomic():
        Ticket.objects.filter(pk=other.pk).update(
            state=State.ACCEPTED, accepted_at=clock.now(), undertaker="某人"
        )
