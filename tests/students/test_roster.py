"""A school's roster: filters, search, who may see it (`/students/`)."""

import re
from datetime import date
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from ledger.models import AuditEntry
from orgs.people.models import PostRole
from students.pupil import records
from students.pupil.models import SchoolClass
from tests.golden import assert_queries

pytestmark = pytest.mark.django_db
ROSTER = "/students/"


@pytest.fixture
def clerk(world):
    return signed_in(world.registrar(world.third))


def signed_in(account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def names(page) -> list[str]:
    return re.findall(r'<td class="c-name"><a href="[^"]+">([^<]+)</a>', page.content.decode())


def test_a_school_sees_its_own_pupils_by_name_with_masked_numbers(world, clerk):
    mine, other = world.pupil(world.third, name="王小花"), world.pupil(world.second, name="李大树")
    page = clerk.get(ROSTER)
    text = page.content.decode()
    assert names(page) == ["王小花"]
    assert other.name not in text
    assert records.card(mine, world.today).number in text
    assert records.current_number(mine) not in text
    assert records.id_number(mine) not in text
    assert "no-store" in page.headers["Cache-Control"]


@pytest.mark.parametrize("typed", ["阿拉坦", "其其格", "altqqg", "alatanqiqige", "ALT", "阿拉坦·其其格"])
def test_a_pupil_is_found_by_name_pinyin_or_initials(world, clerk, typed):
    world.pupil(world.third, name="阿拉坦·其其格")
    world.pupil(world.third, name="王小花", grade=3)
    answer = clerk.post(reverse("student-search"), {"q": typed, "school": world.third.code})
    assert answer.status_code == 303
    assert names(clerk.get(answer.headers["Location"])) == ["阿拉坦·其其格"]


def test_grade_class_status_and_order_filter_the_list(world, clerk):
    fourth = world.pupil(world.third, grade=4, name="赵四")
    world.pupil(world.third, grade=5, name="孙五")
    world.pupil(world.third, grade=4, name="周休", status="suspended")
    world.pupil(world.third, grade=6, name="吴毕", status="graduated")
    room = SchoolClass.objects.get(school=world.third, cohort=fourth.cohort)
    assert set(names(clerk.get(ROSTER))) == {"赵四", "孙五", "周休"}
    assert set(names(clerk.get(ROSTER, {"grade": 4}))) == {"赵四", "周休"}
    assert names(clerk.get(ROSTER, {"grade": 5})) == ["孙五"]
    assert set(names(clerk.get(ROSTER, {"class_id": room.pk}))) == {"赵四", "周休"}
    assert names(clerk.get(ROSTER, {"status": "suspended"})) == ["周休"]
    assert names(clerk.get(ROSTER, {"status": "graduated"})) == ["吴毕"]
    assert len(names(clerk.get(ROSTER, {"status": "all"}))) == 4
    assert names(clerk.get(ROSTER, {"order": "name"})) == ["孙五", "赵四", "周休"]


def test_the_grades_are_counted(world, clerk):
    for _ in range(3):
        world.pupil(world.third, grade=2)
    world.pupil(world.third, grade=2, status="suspended")
    text = clerk.get(ROSTER).content.decode()
    table = text[text.index('<table class="list counts">') : text.index("</table>")]
    rows = [re.findall(r'<td class="num">(\d+)</td>', row) for row in table.split("</tr>")]
    assert rows[1] == ["0", "4", "0", "0", "0", "0"]
    assert rows[2] == ["0", "3", "0", "0", "0", "0"]


def test_a_long_list_comes_in_pages_and_whole_for_paper(world, clerk, monkeypatch):
    from students.roster import listing as roster

    monkeypatch.setattr(roster, "PAGE", 3)
    for _ in range(7):
        world.pupil(world.third)
    first = clerk.get(ROSTER)
    assert len(names(first)) == 3
    assert "第 1–3 名，共 7 名" in first.content.decode()
    assert 'rel="next"' in first.content.decode()
    assert len(names(clerk.get(ROSTER, {"page": 3}))) == 1
    assert len(names(clerk.get(ROSTER, {"page": 99}))) == 1
    whole = clerk.get(ROSTER, {"whole": 1})
    assert len(names(whole)) == 7
    assert "data-print" in whole.content.decode()


# ---------------------------------------------------------------- numbers


def test_an_exact_number_leads_to_the_pupil_and_never_stands_in_an_address(world, clerk):
    pupil = world.pupil(world.third, letter="G")
    for number in (records.current_number(pupil), records.id_number(pupil)):
        answer = clerk.post(reverse("student-search"), {"q": number})
        assert answer.headers["Location"] == reverse("student-detail", args=[pupil.key])
    assert number not in str(list(AuditEntry.objects.filter(action="student.number_search").values()))


def test_a_number_from_elsewhere_and_an_unknown_one_answer_alike(world, clerk):
    foreign = records.current_number(world.pupil(world.second))
    unknown = world.inventor.l_number("152522", date(2016, 9, 1))
    for number in (foreign, unknown, "152522000000000000"):
        answer = clerk.post(reverse("student-search"), {"q": number}, follow=True)
        assert answer.redirect_chain == [(f"{ROSTER}?", 303)]
        assert "没有找到这个号码对应的学生" in answer.content.decode()


def test_a_name_that_was_typed_never_stands_in_an_address(world, clerk):
    for grade in (3, 4):
        world.pupil(world.third, name="王小花", grade=grade)
    answer = clerk.post(reverse("student-search"), {"q": "王小花", "school": world.third.code})
    assert quote("王小花") not in answer.headers["Location"]
    page = clerk.get(answer.headers["Location"])
    text = page.content.decode()
    assert names(page) == ["王小花", "王小花"]
    assert 'name="q" value="王小花"' in text, "what was typed stands in its field"
    addresses = re.findall(r'(?:href|action)="([^"]+)"', text)
    assert not [a for a in addresses if "王小花" in a or quote("王小花") in a]
    key = parse_qs(urlsplit(answer.headers["Location"]).query)["q"][0]
    assert f'type="hidden" name="q" value="{key}"' in text, "a filter keeps the search"
    assert len(names(clerk.get(ROSTER, {"q": key, "grade": 4}))) == 1


def test_the_key_of_a_search_means_nothing_to_another_session(world, clerk):
    world.pupil(world.third, name="王小花")
    world.pupil(world.third, name="李大树")
    address = clerk.post(reverse("student-search"), {"q": "王小花"}).headers["Location"]
    assert names(clerk.get(address)) == ["王小花"]
    other = signed_in(world.head(world.third))
    page = other.get(address)
    assert set(names(page)) == {"王小花", "李大树"}
    assert "请重新查找" in page.content.decode()


def test_a_name_typed_into_the_address_is_not_searched_nor_repeated(world, clerk, monkeypatch):
    from students.roster import listing as roster

    monkeypatch.setattr(roster, "PAGE", 1)
    world.pupil(world.third), world.pupil(world.third)
    page = clerk.get(ROSTER, {"q": "王小花"}).content.decode()
    assert "王小花" not in page
    assert quote("王小花") not in page


def test_a_number_typed_into_the_address_is_not_searched_nor_repeated(world, clerk):
    number = records.current_number(world.pupil(world.third))
    page = clerk.get(ROSTER, {"q": number})
    assert number not in page.content.decode()


# ---------------------------------------------------------------- who


def test_an_office_chooses_a_school_under_it(world):
    pupil = world.pupil(world.third, name="王小花")
    office = signed_in(world.registrar(world.west))
    world.school("示例第四小学", world.west)
    schools = office.get(ROSTER)
    assert set(names(schools)) == {"示例第三小学", "示例第四小学"}
    assert names(office.get(ROSTER, {"school": world.third.code})) == [pupil.name]
    league = signed_in(world.registrar(world.league))
    assert len(names(league.get(ROSTER))) == 5


@pytest.mark.parametrize("unit", ["east", "zhangbei", "second"])
def test_the_school_of_another_office_is_not_there(world, unit):
    world.pupil(world.third)
    client = signed_in(world.registrar(getattr(world, unit)))
    assert client.get(ROSTER, {"school": world.third.code}).status_code == 404
    assert client.get(ROSTER, {"school": world.third.code, "tab": "left"}).status_code == 404


def test_who_has_no_such_post_sees_no_school(world):
    client = signed_in(world.account(world.third, PostRole.TECHNICIAN))
    page = client.get(ROSTER)
    assert "没有你可以查看的学校" in page.content.decode()
    assert client.get(ROSTER, {"school": world.third.code}).status_code == 404


@pytest.mark.parametrize(
    "text", ["\x00", "\u202e", "𠅤" * 90, "%", "_", "\\", "' or 1=1", "-1", "9" * 50, "²"]
)
def test_hostile_text_in_any_parameter_never_breaks_the_page(world, clerk, text):
    world.pupil(world.third, name="王小花")
    for name in ("q", "grade", "class_id", "status", "order", "page", "whole", "tab", "unknown", text):
        assert clerk.get(ROSTER, {name: text}).status_code == 200, name
    assert clerk.get(ROSTER, {"school": text}).status_code == 404
    assert clerk.get(ROSTER, {"tab": "left", "q": text}).status_code == 200
    assert clerk.post(reverse("student-search"), {"q": text, "school": text}).status_code == 303
    if text not in ("\x00", "\u202e"):
        found = clerk.post(reverse("student-search"), {"q": text}, follow=True)
        assert names(found) == []


def test_the_roster_asks_the_same_number_of_statements_however_many_pupils(world, clerk):
    world.pupil(world.third)
    clerk.get(ROSTER)
    with assert_queries("roster page", most=14):
        clerk.get(ROSTER)
    for _ in range(10):
        world.pupil(world.third)
    with assert_queries("roster page", most=14):
        clerk.get(ROSTER)
