"""The record's pages: all blocks masked, one block to change, what was typed kept, the history (R6.1, R7.1, R1.6)."""

import pytest
from django.test import Client
from django.urls import reverse

from students.pupil import records
from students.pupil.models import FieldChange, Student
from students.record import changes as record_changes
from students.record.fields import BLOCKS, EDITABLE, FIELDS, of_block
from tests.refusals import refuses

PHONE = "13900010002"


@pytest.fixture
def pupil(world):
    return world.pupil(world.third, letter="G")


def signed_in(account):
    client = Client()
    client.force_login(account)
    return client


def record(client, pupil):
    return client.get(reverse("student-record", args=[pupil.key]))


def send(client, pupil, block, **typed):
    return client.post(reverse("student-record-block", args=[pupil.key, block]), typed)


@pytest.mark.rule("R6.1")
@pytest.mark.rule("R7.1")
def test_every_item_of_every_block_stands_on_the_page_and_every_number_masked(world, pupil):
    clerk = world.registrar(world.third)
    record_changes.change(pupil, clerk, {"phone": PHONE, "political_status": "13", "birth_place": "152522"})
    text = record(signed_in(world.registrar(world.west)), pupil).content.decode()
    for item in FIELDS:
        assert item.label in text, item.key
    assert "群众" in text
    assert "阿巴嘎旗" in text
    assert "139****0002" in text
    for secret in (PHONE, records.id_number(pupil), records.current_number(pupil)):
        assert secret not in text
    assert "关键信息，不在这里修改" in text
    assert "修改" + BLOCKS["contact"] not in text


@pytest.mark.rule("R6.1")
def test_the_registrar_changes_a_block_and_the_history_tells_it(world, pupil):
    client = signed_in(world.registrar(world.third))
    answer = send(client, pupil, "contact", address="示例镇2号", phone=PHONE, revision="0")
    assert answer.status_code == 303
    text = record(client, pupil).content.decode()
    history = text[text.index("history-title") :]
    assert "示例镇2号" in history
    assert world.registrar(world.third).display_name in history
    assert "已更改（号码不写入记录）" in history
    assert PHONE not in text
    again = send(client, pupil, "contact", address="示例镇2号", phone="", revision="1")
    assert again.status_code == 303
    assert FieldChange.objects.count() == 2


def test_what_is_wrong_is_told_at_its_item_and_what_was_typed_is_kept(world, pupil):
    client = signed_in(world.registrar(world.third))
    answer = send(client, pupil, "contact", address="示例镇2号", postcode="02x", revision="0")
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "邮政编码应为6位数字" in text
    assert 'value="02x"' in text
    assert 'value="示例镇2号"' in text
    assert not FieldChange.objects.exists()


@pytest.mark.rule("R7.1")
def test_the_permit_is_entered_in_its_own_block(world, pupil):
    client = signed_in(world.registrar(world.third))
    refuses(send(client, pupil, "permit", permit_held="1"), 422, "持有居住证的，请填写签发机关（附件1 七）")
    whole = {"permit_held": "1", "permit_issuer": "示例公安局", "permit_issued_on": "20240305"}
    assert send(client, pupil, "permit", **whole).status_code == 303
    assert "2024年3月5日" in record(client, pupil).content.decode()


def test_two_clerks_do_not_overwrite_one_another(world, pupil):
    client = signed_in(world.registrar(world.third))
    assert send(client, pupil, "contact", address="示例镇2号", revision="0").status_code == 303
    answer = send(client, pupil, "contact", address="示例镇5号", revision="0")
    assert answer.status_code == 409
    assert "刚被他人更新过" in answer.content.decode()
    assert "示例镇5号" in answer.content.decode()


@pytest.mark.rule("R1.6")
def test_no_form_of_the_record_takes_key_information(world, pupil):
    client = signed_in(world.registrar(world.third))
    before = Student.objects.values().get(pk=pupil.pk)
    page = client.get(reverse("student-record-block", args=[pupil.key, "basic"])).content.decode()
    for key in ("name", "sex", "birth_date", "id_type", "id_number"):
        assert f'name="{key}"' not in page
    send(client, pupil, "basic", name="别名", sex="1", birth_date="20000101", id_number="1")
    assert Student.objects.values().get(pk=pupil.pk) == before


@pytest.mark.parametrize("block", sorted({item.block for item in EDITABLE.values()}))
def test_a_block_sent_as_it_was_shown_changes_nothing(world, pupil, block):
    client = signed_in(world.registrar(world.third))
    url = reverse("student-record-block", args=[pupil.key, block])
    form = client.get(url).context["form"]
    shown = {name: form[name].value() for name in form.fields if not name.startswith("clear ")}
    assert client.post(url, shown).status_code == 303
    assert not FieldChange.objects.exclude(field="name_pinyin").exists()


@pytest.mark.parametrize(
    "text", ["\x00", "\u202e1", "<script>", "９" * 300, "152522201501010012", "G" * 5000]
)
def test_hostile_text_in_every_item_is_answered_in_words(world, pupil, text):
    client = signed_in(world.registrar(world.third))
    for block in sorted({item.block for item in EDITABLE.values()}):
        typed = {item.key: text for item in of_block(block) if item.key in EDITABLE}
        assert send(client, pupil, block, **typed, revision=text).status_code in (303, 409, 422)
    assert client.get(reverse("student-record-block", args=[pupil.key, "system"])).status_code == 404
    assert client.get(reverse("student-record-block", args=[pupil.key, "nosuch"])).status_code == 404
