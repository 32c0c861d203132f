"""The pages of 下发学籍号: prepare, preview, confirm, report, receipt (R1.1)."""

import pytest
from django.test import Client

from students.numbers import issuing
from students.numbers.models import BatchState, IssuingBatch
from students.pupil import records
from tests.refusals import refuses
from tests.students.test_issuing import prepared, registered
from web import clock

pytestmark = pytest.mark.django_db


def client(account):
    browser = Client()
    browser.force_login(account)
    return browser


@pytest.mark.rule("R1.1")
def test_a_batch_from_its_preparation_to_the_receipt(world):
    given, held = world.pupil(world.first, letter="L"), world.pupil(world.first, letter="L")
    elsewhere = world.pupil(world.third, letter="L")
    registered(given, elsewhere)
    clerk, head = client(world.registrar(world.im)), client(world.head(world.im))
    answer = clerk.post("/numbers/new/")
    assert answer.status_code == 303
    url = answer["Location"]
    assert "data-progress" in clerk.get(url).content.decode()
    issuing.carry_on(clock.now())
    preview = head.get(url).content.decode()
    assert "确认下发" in preview
    assert "人口信息库中没有这个身份证号" in preview
    assert "data-progress" not in preview
    assert "确认下发</button>" not in clerk.get(url).content.decode()
    assert head.post(f"{url}confirm/", {"opinion": "核对无误，同意下发。"}).status_code == 303
    issuing.carry_on(clock.now())
    school = client(world.registrar(world.first))
    own = school.get(url).content.decode()
    assert "示例第一小学" in own
    assert "示例第三小学" not in own
    receipt = school.get(f"{url}schools/{world.first.code}/").content.decode()
    assert "已下发 1 人，暂缓 1 人" in receipt
    for number in (records.current_number(given), records.current_number(held), records.id_number(held)):
        assert number not in receipt
    assert school.get(f"{url}schools/{world.third.code}/").status_code == 404
    assert school.get(f"{url}schools/nosuch/").status_code == 404


@pytest.mark.rule("R0.3", "R1.1")
def test_a_confirmation_without_opinion_keeps_the_page_and_tells_why(world):
    world.pupil(world.first, letter="L")
    batch = prepared(world)
    answer = client(world.head(world.im)).post(f"/numbers/{batch.number}/confirm/", {"opinion": "好"})
    assert answer.status_code == 422
    assert "请填写审核补充意见" in answer.content.decode()
    assert ">好</textarea>" in answer.content.decode()
    assert IssuingBatch.objects.get().state == BatchState.READY


def test_a_batch_given_up_frees_the_way_for_the_next(world):
    batch = prepared(world)
    clerk = client(world.registrar(world.im))
    refuses(clerk.post("/numbers/new/"), 409, "请先办完或放弃")
    assert "还没有结束" in clerk.get("/numbers/").content.decode()
    assert clerk.post(f"/numbers/{batch.number}/drop/").status_code == 303
    refuses(clerk.post(f"/numbers/{batch.number}/drop/"), 409, "批次已放弃，现在不能确认或放弃")
    assert clerk.post("/numbers/new/").status_code == 303
