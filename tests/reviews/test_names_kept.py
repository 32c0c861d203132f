"""A decision keeps its names: a renamed person or unit changes no past page, paper or answer (R0.2)."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from orgs.people.models import Unit
from reviews.engine import door
from reviews.engine.models import Act, Case

UNTRUE = "经向出具单位核实，上传的证明不是该单位开具的。"
pytestmark = [pytest.mark.django_db, pytest.mark.rule("R0.2")]


@pytest.fixture
def world(world):
    for clerk, name in ((world.registrar(world.first), "白音查干"), (world.head(world.first), "青格勒图")):
        clerk.person.name = name
        clerk.person.save()
    return world


@pytest.fixture
def case(world):
    return world.decide(world.submitted(world.first, world.pupil(world.third)))


def rename(world):
    for clerk in (world.registrar(world.first), world.head(world.first)):
        clerk.person.name = "改名之人"
        clerk.person.save()
    world.first.name, world.first.short_name = "更名学校", "更名"
    world.first.save()


def test_an_act_holds_name_post_and_unit(world, case):
    rename(world)
    acts = Act.objects.filter(case=case).order_by("id")
    assert [(a.person_name, a.role, a.unit_name) for a in acts] == [
        ("白音查干", "registrar", "示例第一小学"),
        ("青格勒图", "head", "示例第一小学"),
    ]


@pytest.mark.parametrize("address", ["/cases/{}/", "/cases/{}/print/"])
def test_page_and_paper_of_a_case_keep_the_names(world, case, address):
    client = Client()
    client.force_login(world.registrar(world.east))
    rename(world)
    page = client.get(address.format(case.number)).content.decode()
    assert "白音查干" in page
    assert "青格勒图" in page
    assert "改名之人" not in page
    assert "青格勒图（示例第一小学）" in page


def test_the_interface_keeps_them_too(world, case):
    client = Client()
    client.force_login(world.registrar(world.east))
    rename(world)
    shown = client.get(f"/api/v1/cases/{case.number}/").json()
    first = shown["steps"][0]
    assert (first["handled"]["by"], first["signed"]["by"]) == ("白音查干", "青格勒图")
    log = client.get(f"/api/v1/cases/{case.number}/log/").json()["results"]
    assert [(row["by"], row["post"], row["unit"]["name"]) for row in log] == [
        ("白音查干", "学籍管理员", "示例第一小学"),
        ("青格勒图", "负责人", "示例第一小学"),
    ]


def test_who_was_faster_is_told_by_the_name_of_then(world, case):
    rename(world)
    assert "示例第一小学青格勒图" in door.stale(Case.objects.get(pk=case.pk)).sentence


def test_after_a_recall_the_handling_still_has_its_name(world, case):
    case = door.perform(case, "recall", world.head(world.first))
    rename(world)
    client = Client()
    client.force_login(world.head(world.first))
    page = client.get(f"/cases/{case.number}/").content.decode()
    assert "学籍管理员 白音查干" in page


def test_an_act_whose_names_were_not_written_with_it_says_where_they_come_from(world, case):
    """Of acts that were taken over from elsewhere."""
    later = world.decide(case)
    own = Act.objects.filter(case=later, unit=world.first)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE reviews_act DISABLE TRIGGER append_only")
        cursor.execute("UPDATE reviews_act SET names_from = 'today'")
        cursor.execute(
            "UPDATE reviews_act SET names_from = 'audit' WHERE id = ANY(%s)", [[a.pk for a in own]]
        )
        cursor.execute("ALTER TABLE reviews_act ENABLE TRIGGER append_only")
    client = Client()
    client.force_login(world.registrar(world.east))
    page = client.get(f"/cases/{case.number}/").content.decode()
    assert "青格勒图（示例第一小学）（名称据留痕）" in page
    assert f"（{world.east.short_name}）（名称据现在的登记）" in page


# ---------------------------------------------------------------- a case that has ended


def at(account):
    client = Client()
    client.force_login(account)
    return client


def rename_sending(world):
    world.third.name, world.third.short_name = "改名小学", "改名小"
    world.third.save()


@pytest.mark.parametrize("address", ["/cases/{}/", "/cases/{}/print/"])
def test_a_case_that_ended_keeps_the_names_of_its_schools(world, case, address):
    clerk, running = world.registrar(world.east), case
    rename_sending(world)
    page = at(clerk).get(address.format(running.number)).content.decode()
    assert "改名小学" in page, "a case that goes on tells of the school as it is called"
    ended = world.decide(running, outcome="refuse", reason="reason_untrue", opinion=UNTRUE)
    assert Case.objects.get(pk=ended.pk).names["sending_unit_id"] == "改名小学"
    world.third.name, world.first.name = "又改名小学", "更名学校"
    world.third.save(), world.first.save()
    page = at(clerk).get(address.format(ended.number)).content.decode().partition("<main")[2]
    assert "改名小学" in page
    assert "示例第一小学" in page
    assert "又改名小学" not in page
    assert "更名学校" not in page


def test_the_interface_tells_an_ended_case_by_the_names_of_then(world, case):
    ended = world.decide(case, outcome="refuse", reason="reason_untrue", opinion=UNTRUE)
    rename(world), rename_sending(world)
    told = at(world.registrar(world.east)).get(f"/api/v1/cases/{ended.number}/").json()["case"]
    assert (told["receiving"]["name"], told["sending"]["name"]) == ("示例第一小学", "示例第三小学")
    assert told["sending"]["code"] == world.third.code


def test_names_at_the_end_are_the_databases_to_write(world, case):
    ended = world.decide(case, outcome="refuse", reason="reason_untrue", opinion=UNTRUE)
    with pytest.raises(DatabaseError, match="业务已经结束，不可修改"), transaction.atomic():
        Case.objects.filter(pk=ended.pk).update(names={"sending_unit_id": "别的学校"})


def test_who_viewed_a_case_first_is_told_by_the_name_of_then(world):
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    clerk = world.registrar(world.east)
    clerk.person.name = "乌日娜"
    clerk.person.save()
    at(clerk).get(f"/cases/{case.number}/")
    case = world.decide(case)
    clerk.person.name = "改名之人"
    clerk.person.save()
    Unit.objects.filter(pk=world.east.pk).update(name="更名教育局", short_name="更名局")
    answer = at(world.registrar(world.third)).get(f"/cases/{case.number}/")
    who = [line["who"] for line in answer.context["log"] if line["text"] == "首次查看"]
    assert "乌日娜（东乌珠穆沁旗教育局）" in who
    assert not any("改名" in each or "更名" in each for each in who)


def test_the_register_of_refusals_names_the_unit_as_it_signed(world, case):
    world.decide(case, outcome="refuse", reason="reason_untrue", opinion=UNTRUE)
    Unit.objects.filter(pk=world.east.pk).update(name="更名教育局", short_name="更名局")
    rows = at(world.head(world.league)).get("/refusals/").context["rows"]
    assert [row["unit"] for row in rows] == ["东乌珠穆沁旗教育局"]


def test_the_shares_of_refusals_name_each_unit_as_it_signed(world, case):
    def shares():
        groups = at(world.head(world.league)).get("/refusals/shares/").context["groups"]
        return [(group["name"], group["total"]) for group in groups[1:]]

    refused = {"outcome": "refuse", "reason": "reason_untrue", "opinion": UNTRUE}
    world.decide(case, **refused)
    Unit.objects.filter(pk=world.east.pk).update(name="更名教育局", short_name="更名局")
    assert shares() == [("东乌珠穆沁旗教育局", 1)]
    again = world.decide(world.submitted(world.first, world.pupil(world.third)))
    world.decide(again, **refused)
    Unit.objects.filter(pk=world.east.pk).update(name="再更名教育局")
    assert shares() == [("更名教育局（此前称东乌珠穆沁旗教育局）", 2)]
