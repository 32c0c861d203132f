"""The national directory: by name, sound, unit and post; taken away only with a reason (R8.2, R8.1)."""

from datetime import timedelta

import pytest
from django.test import Client

from ledger.models import AuditEntry
from orgs.people.models import Post, PostRole
from tests.refusals import refuses

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R8.2")]


@pytest.fixture
def world(world):
    world.named = world.account(world.abroad, PostRole.REGISTRAR, world.person("单于阿拉坦"))
    world.registrar(world.east), world.head(world.east)
    return world


def seen(world, **query):
    client = Client()
    client.force_login(world.registrar(world.first))
    return client.get("/directory/", query).content.decode()


@pytest.mark.parametrize("text", ["单于", "阿拉坦", "chanyu", "cyalt"])
def test_somebody_in_another_province_is_found_by_name_and_by_sound(world, text):
    page = seen(world, text=text)
    assert "单于阿拉坦" in page
    assert world.head(world.east).person.name not in page


def test_a_unit_is_shown_with_all_under_it_and_a_post_alone(world):
    page = seen(world, unit=world.east.name)
    assert world.registrar(world.first).person.name in page
    assert "单于阿拉坦" not in page
    page = seen(world, unit=world.east.code, role=PostRole.HEAD)
    assert f'<td class="nowrap">{world.head(world.east).person.name}</td>' in page
    assert '<td data-label="岗位">学籍管理员' not in page


def test_who_has_left_the_post_is_not_in_it(world):
    Post.objects.filter(account=world.named).update(valid_until=world.today)
    assert "没有找到" in seen(world, text="单于")
    assert "没有找到" in seen(world, text="没有这个人", unit="%", role="x")


@pytest.mark.rule("R8.1")
def test_a_registrars_certificate_is_told_and_an_expired_one_stands_out(world):
    assert "至 2027年7月1日" in seen(world, text="单于")
    world.certified(world.named, world.today - timedelta(days=1))
    assert "state-bad" in seen(world, text="单于")
    world.certified(world.named, None)
    assert "没有证书" in seen(world, text="单于")


def test_contacts_are_taken_away_with_a_reason_that_is_on_record(world):
    client = Client()
    client.force_login(world.registrar(world.first))
    short = client.post("/directory/export/", {"text": "单于", "reason": "要"})
    assert short.status_code == 422
    assert 'value="要"' in short.content.decode()
    answer = client.post("/directory/export/", {"text": "单于", "reason": "组织跨省转学培训"})
    rows = answer.content.decode("utf-8-sig").splitlines()
    assert len(rows) == 2
    assert rows[1].startswith("单于阿拉坦,学籍管理员,")
    assert AuditEntry.objects.get(action="directory.exported").body == {
        "rows": 1,
        "reason": "组织跨省转学培训",
    }


def test_a_cell_that_begins_a_formula_is_text(world):
    world.named.person.name = "=1+1"
    world.named.person.save()
    client = Client()
    client.force_login(world.registrar(world.first))
    answer = client.post("/directory/export/", {"text": "=1", "reason": "组织跨省转学培训"})
    assert "'=1+1" in answer.content.decode()


def test_who_has_no_post_sees_nobody(world):
    client = Client()
    client.force_login(world.named)
    Post.objects.filter(account=world.named).update(valid_until=world.today)
    refuses(client.get("/directory/"), 403, "岗位有误请联系本单位学籍管理员")
