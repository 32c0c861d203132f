"""The search box finds by number, name, sound and initials, in one's own scope, and leaves no trace of what was typed."""

import logging

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reviews.engine.models import Case
from students.pupil import records

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(client, world):
    """Search as an account; returns the numbers of the cases found and the last answer."""

    def search(account, text):
        client.force_login(account)
        answer = client.post("/search/", {"q": text})
        if answer.status_code == 303:
            if answer.url.startswith("/cases/"):
                return [answer.url.split("/")[2]], answer
            answer = client.get(answer.url)
        assert answer.status_code == 200
        return [row["number"] for row in answer.context["rows"]], answer

    return search


def test_a_case_number_goes_straight_to_the_case(client, world):
    case = world.submitted(world.first, world.pupil(world.third))
    client.force_login(world.head(world.first))
    short = case.number.replace("-", "").lower()
    for typed in (case.number, f"  {case.number.lower()} ", short, case.number.replace("-", "－")):
        answer = client.post("/search/", {"q": typed})
        assert (answer.status_code, answer.url) == (303, f"/cases/{case.number}/"), typed


def test_a_registration_number_or_identity_number_goes_straight_to_the_case(client, world):
    pupil = world.pupil(world.third, letter="G")
    case = world.submitted(world.first, pupil)
    client.force_login(world.head(world.first))
    former = records.opened_number(pupil.numbers.get(kind="L"))
    for number in (records.current_number(pupil), former, records.id_number(pupil)):
        for typed in (number, number.lower(), " ".join(number)):
            answer = client.post("/search/", {"q": typed})
            assert (answer.status_code, answer.url) == (303, f"/cases/{case.number}/")


def test_a_number_with_several_cases_lists_them_the_running_one_first(found, world):
    pupil = world.pupil(world.third)
    ended = world.decide(
        world.submitted(world.first, pupil), "refuse", "guardian_objects", "监护人来校明确表示不再转学。"
    )
    running = world.submitted(world.first, pupil)
    assert found(world.head(world.first), records.current_number(pupil))[0] == [running.number, ended.number]


@pytest.mark.parametrize(
    "typed",
    [
        "其木格",
        "乌兰",
        "乌兰其木格",
        "乌兰·其木格",
        "乌兰 · 其木格",
        "wulanqimuge",
        "WuLan",
        "wu lan",
        "wlqmg",
        "wlq",
        "ＷＬＱＭＧ",
    ],
)
def test_a_name_is_found_by_part_sound_and_initials(found, world, typed):
    case = world.submitted(world.first, world.pupil(world.third, name="乌兰·其木格"))
    world.submitted(world.first, world.pupil(world.third, name="欧阳示例"))
    assert found(world.head(world.first), typed)[0] == [case.number]


def test_a_surname_is_found_by_each_of_its_readings(found, world):
    case = world.submitted(world.first, world.pupil(world.third, name="单雨桐"))
    for typed in ("shanyutong", "danyutong", "syt", "dyt", "单"):
        assert found(world.head(world.first), typed)[0] == [case.number], typed


def test_nobody_finds_a_case_outside_the_own_scope(found, world):
    pupil = world.pupil(world.third, name="乌兰·其木格", letter="G")
    case = world.submitted(world.first, pupil)
    typed = [case.number, records.current_number(pupil), records.id_number(pupil), "乌兰·其木格", "wlqmg"]
    for unit in (world.second, world.league_school, world.zhangbei, world.hebei):
        for text in typed:
            assert found(world.registrar(unit), text)[0] == [], unit
    for unit in (world.first, world.third, world.east, world.west, world.league, world.im, world.ministry):
        for text in typed:
            assert found(world.registrar(unit), text)[0] == [case.number], (unit, text)


def test_a_draft_is_found_by_its_own_school_only(found, world):
    case = world.draft(world.first, world.pupil(world.third, name="乌兰·其木格"))
    assert found(world.registrar(world.first), "wlqmg")[0] == [case.number]
    assert found(world.registrar(world.third), "wlqmg")[0] == []
    assert found(world.registrar(world.east), case.number)[0] == []


def test_a_miss_says_what_to_try_and_keeps_a_name_but_never_a_number(found, world):
    head = world.head(world.first)
    _, answer = found(head, "没有此人")
    page = answer.content.decode()
    assert "在你的权限范围内没有找到符合的业务" in page
    assert 'value="没有此人"' in page
    number = world.inventor.l_number("152522", world.pupil(world.third).birth_date)
    for typed in (number, number[:12], f"张三{number}", "１５２５２２２０１６０１０１００１Ｘ"):
        _, answer = found(head, typed)
        assert typed not in answer.content.decode()


def test_what_was_typed_stands_in_no_address_no_session_and_no_log(client, world, caplog):
    pupil = world.pupil(world.third, name="乌兰·其木格")
    world.submitted(world.first, pupil)
    world.submitted(world.first, world.pupil(world.third, name="乌兰·其木格"))
    number = records.current_number(pupil)
    client.force_login(world.head(world.first))
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("django.db.backends").setLevel(logging.WARNING)
        answers = [client.post("/search/", {"q": typed}) for typed in (number, "乌兰·其木格", "wlqmg")]
    for answer in answers:
        assert answer.status_code == 303
        assert "wlqmg" not in answer.url
        assert number not in answer.url
    kept = str([session.get_decoded() for session in Session.objects.all()])
    for secret in (number, "其木格", "wlqmg"):
        assert secret not in kept
        assert secret not in caplog.text


def test_no_statement_carries_the_number(client, world):
    """The database log could hold it: only the keyed index is ever asked for."""
    pupil = world.pupil(world.third, letter="G")
    world.submitted(world.first, pupil)
    client.force_login(world.head(world.first))
    for number in (records.current_number(pupil), records.id_number(pupil)):
        with CaptureQueriesContext(connection) as statements:
            client.post("/search/", {"q": number})
        assert not [query for query in statements.captured_queries if number in query["sql"]]


def test_an_address_never_searches(client, world):
    client.force_login(world.head(world.first))
    assert client.get("/search/?q=wlqmg").url == "/worklist/"


def test_an_old_or_foreign_result_is_told_to_be_gone(client, world):
    client.force_login(world.head(world.first))
    answer = client.get("/search/nothing-here/", follow=True)
    assert "搜索结果已过期，请重新搜索。" in answer.content.decode()


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "\x00",
        "\u202e",
        "%",
        "_",
        "' OR 1=1 --",
        "·",
        "x" * 5000,
        "ZX-2026-",
        "𠅤",
        "\ud800",
        "٣٤٥",
    ],
)
def test_naughty_text_finds_nothing_and_breaks_nothing(found, world, typed):
    world.submitted(world.first, world.pupil(world.third, name="乌兰·其木格"))
    assert found(world.head(world.first), typed.encode("utf-8", "replace").decode())[0] == []


def test_a_search_lists_at_most_a_hundred_and_says_so(found, world):
    from tests.reviews.test_worklist import many

    case = many(world, 120)
    text = Case.objects.get(pk=case.pk).search_text.split()[-1]
    numbers, answer = found(world.head(world.first), text)
    assert len(numbers) == 25
    assert "只列出前 100 件" in answer.content.decode()
    assert answer.context["page"]["text"] == "第 1–25 件，共 100 件。"
