"""Every refusal of each stage stands in a list for the units above; the share of each reason at each unit (R3.4)."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from reviews.engine import door
from reviews.refusal_register.register import Wanted, portions, usual_since
from tests.clock import frozen, shanghai
from tests.golden import assert_queries
from tests.reviews.case_pages import MONDAY, at_the_authority, says

pytestmark = [pytest.mark.django_db, pytest.mark.world_at(MONDAY, stands=False)]
LIST, SHARES = "/refusals/", "/refusals/shares/"
OBJECTS = {"outcome": "refuse", "reason": "guardian_objects", "opinion": "监护人到校书面表示不再转学。"}
UNTRUE = {"outcome": "refuse", "reason": "reason_untrue", "opinion": "经核对，证明所写工作单位与实际不符。"}
BACK = {"outcome": "send_back", "reason": "class_mistaken", "opinion": "班级有误，请更正后再送。"}


@pytest.fixture(autouse=True)
def monday():
    with frozen(MONDAY):
        yield


def refused(world, stages=1, receiving=None, sending=None, **decided):
    """A case refused after so many stages had agreed."""
    case = world.submitted(receiving or world.first, world.pupil(sending or world.third))
    for _ in range(stages):
        case = world.decide(case)
    if case.awaiting == "sign":
        return door.perform(case, "sign", world.head(case.holder), **(OBJECTS | decided))
    return world.decide(case, **(OBJECTS | decided))


@pytest.fixture
def made(world):
    """One refusal at each stage of a transfer between two counties, and a second one of the county ``east``."""
    return [refused(world, stages) for stages in range(4)] + [refused(world, 1, **UNTRUE)]


def read(account, address=LIST, **query):
    client = Client()
    client.force_login(account)
    answer = client.get(address, query)
    assert answer.status_code == 200
    return answer


def numbers(answer):
    return [row["number"] for row in answer.context["rows"]]


def tabs(answer):
    return {tab["label"]: tab["count"] for tab in answer.context["tabs"]}


def follow(answer, url):
    """The list that a number leads to."""
    found = urlsplit(url)
    path = found.path or answer.request["PATH_INFO"]
    return answer.client.get(path, parse_qs(found.query, keep_blank_values=True))


# ---------------------------------------------------------------- the list


@pytest.mark.rule("R3.4")
def test_the_province_finds_every_refusal_of_each_stage_with_reason_and_words(world, made):
    page = read(world.registrar(world.im))
    assert set(numbers(page)) == {case.number for case in made}
    assert tabs(page) == {"全部环节": 5, "转入学校": 1, "转入主管部门": 2, "转出学校": 1, "转出主管部门": 1}
    row = next(row for row in page.context["rows"] if row["number"] == made[4].number)
    assert (row["unit"], row["stage"], row["kind"]) == ("东乌珠穆沁旗教育局", "转入主管部门", "省内转学")
    assert row["reason"].startswith("转学原因")
    assert row["opinion"] == UNTRUE["opinion"]
    assert row["name"] == made[4].headline
    for item in page.context["tabs"]:
        assert len(follow(page, item["url"]).context["rows"]) == item["count"]


@pytest.mark.rule("R3.4")
def test_a_refusal_of_the_graduation_authority_is_listed_for_its_province(world):
    with frozen(shanghai(2026, 9, 14, 9)):
        case = world.enrolling(world.junior, world.graduate(world.abroad))
        while case.state != "graduation_authority":
            case = world.decide(case)
        case = world.decide(case, "refuse", "grad_guardian_declines", "监护人明确表示不再去该校就读。")
    page = read(world.head(world.hebei))
    assert numbers(page) == [case.number]
    assert page.context["rows"][0]["stage"] == "毕业学校主管部门"
    assert page.context["rows"][0]["kind"] == "毕业后跨省就学"
    assert numbers(read(world.head(world.im))) == []


@pytest.mark.rule("R3.4")
def test_each_sees_its_own_and_those_under_it_and_nobody_else_s(world, made):
    first, east, third, west, again = (case.number for case in made)
    seen = {
        unit.name: set(numbers(read(world.registrar(unit))))
        for unit in (world.im, world.league, world.east, world.west, world.first, world.third, world.second)
    }
    assert list(seen.values()) == [
        {first, east, third, west, again},
        {first, east, third, west, again},
        {first, east, again},
        {third, west},
        {first},
        {third},
        set(),
    ]
    for account in (world.registrar(world.hebei), world.head(world.abroad)):
        page = read(account)
        assert numbers(page) == []
        assert says(page, "没有驳回")
        assert read(account, SHARES).context["groups"] == []
        wide = read(account, unit=world.east.code, since="")
        assert numbers(wide) == []
        assert not says(wide, "东乌珠穆沁旗教育局")


def test_only_offices_have_it_in_their_menu_and_a_place_of_its_own_there(world):
    for unit, shown in ((world.im, True), (world.east, True), (world.first, False)):
        pages = [page for item in read(world.head(unit)).context["nav"] for page in item["pages"]]
        assert ("驳回情况" in [page["label"] for page in pages]) is shown
        assert [page["label"] for page in pages if page["current"]] == (["驳回情况"] if shown else [])


def test_it_is_narrowed_by_stage_kind_reason_and_unit(world, made):
    first, east, _, _, again = (case.number for case in made)
    boss = world.registrar(world.im)
    assert set(numbers(read(boss, stage="receiving_authority"))) == {east, again}
    assert numbers(read(boss, reason="reason_untrue")) == [again]
    assert tabs(read(boss, reason="reason_untrue"))["全部环节"] == 1
    assert numbers(read(boss, kind="cross_province_transfer")) == []
    assert set(numbers(read(boss, unit=world.east.code))) == {first, east, again}
    assert set(numbers(read(boss, unit=world.east.code, own="1"))) == {east, again}
    assert set(numbers(read(boss, unit=world.first.code))) == {first}
    assert len(numbers(read(boss, unit="nosuchunit"))) == 5


def test_units_to_choose_from_are_one_s_own_those_right_under_and_around_the_chosen_one(world, made):
    def offered(account, **query):
        select = next(each for each in read(account, **query).context["selects"] if each["name"] == "unit")
        return [option["label"].strip("　") for option in select["options"]]

    boss, league, east = world.registrar(world.im), "锡林郭勒盟教育局", "东乌珠穆沁旗教育局"
    assert offered(boss) == ["全部单位", "内蒙古自治区教育厅", league]
    wide = offered(boss, unit=world.east.code)
    assert wide[:4] == ["全部单位", "内蒙古自治区教育厅", league, east]
    assert {"示例第一小学", "示例第二小学"} <= set(wide)
    assert "阿巴嘎旗教育局" not in wide
    county = offered(world.registrar(world.east), unit=world.west.code)
    assert county == ["全部单位", east, "示例第一小学", "示例第二小学"]


def test_a_period_goes_from_the_first_second_of_its_first_day_to_the_last_of_its_last(world):
    boss = world.registrar(world.im)
    with frozen(shanghai(2026, 11, 9, 23, 59, 59)):
        late = refused(world)
    with frozen(shanghai(2026, 11, 10, 0, 0, 0)):
        early = refused(world)
    assert numbers(read(boss, since="2026-11-09", until="2026-11-09")) == [late.number]
    assert numbers(read(boss, since="2026-11-10", until="2026-11-10")) == [early.number]
    assert numbers(read(boss)) == [early.number, late.number]
    assert read(boss).context["since"] == "2025-12-01"
    assert numbers(read(boss, since="2026-11-11")) == []
    with frozen(shanghai(2027, 12, 1, 9)):
        assert numbers(read(boss)) == []
        assert numbers(read(boss, since="")) == [early.number, late.number]
    turned = read(boss, since="2026-11-11", until="2026-11-09")
    assert says(turned, "起始日期晚于截止日期")


def test_the_usual_period_is_twelve_months_with_this_one():
    assert [usual_since(shanghai(2026, month, 30).date()).isoformat() for month in (1, 11, 12)] == [
        "2025-02-01",
        "2025-12-01",
        "2026-01-01",
    ]


def test_the_latest_come_first_or_in_the_order_of_units_or_reasons(world):
    made = []
    for day, decided in ((10, UNTRUE), (11, OBJECTS), (12, UNTRUE)):
        with frozen(shanghai(2026, 11, day, 9)):
            made.append(refused(world, 1 if day != 11 else 3, **decided).number)
    ten, eleven, twelve = made
    boss = world.registrar(world.im)
    assert numbers(read(boss)) == [twelve, eleven, ten]
    assert numbers(read(boss, order="unit")) == [twelve, ten, eleven]
    assert numbers(read(boss, order="reason")) == [eleven, twelve, ten]


def test_long_lists_come_in_pages_that_keep_the_filters(world, made, monkeypatch):
    monkeypatch.setattr("reviews.refusal_register.pages.PAGE", 2)
    monkeypatch.setattr("reviews.refusal_register.pages.UNITS", 2)
    page = read(world.registrar(world.im), order="unit", unit=world.league.code)
    found = numbers(page)
    while page.context["page"]["next_url"]:
        assert len(numbers(page)) == 2
        page = follow(page, page.context["page"]["next_url"])
        found += numbers(page)
    assert page.context["page"]["text"] == "第 5–5 件，共 5 件"
    assert sorted(found) == sorted(case.number for case in made)
    units = read(world.registrar(world.im), SHARES)
    assert units.context["page"]["text"] == "第 1–2 个单位，共 4 个单位"
    assert [group["total"] for group in units.context["groups"]] == [5, 2, 1]
    onward = follow(units, units.context["page"]["next_url"])
    assert [group["total"] for group in onward.context["groups"]] == [5, 1, 1]


def test_what_was_sent_back_is_another_list_and_a_recalled_sign_off_is_in_none(world, made):
    case = at_the_authority(world)
    sent = world.decide(case, **BACK)
    boss = world.registrar(world.im)
    page = read(boss, outcome="send_back")
    assert numbers(page) == [case.number]
    assert says(page, "退回补正情况")
    assert len(numbers(read(boss))) == 5
    door.perform(sent, "recall", world.head(world.east))
    assert numbers(read(boss, outcome="send_back")) == []
    assert read(boss, SHARES, outcome="send_back").context["groups"] == []


def test_whatever_stands_in_the_address_it_is_a_page(world, made):
    account = world.registrar(world.im)
    wild = ("\x00", "﷽", "-1", "9" * 40, "0001-01-01", "9999-12-31", "' OR 1=1", "2026-02-30", "<b>")
    for name in ("since", "until", "outcome", "stage", "kind", "reason", "unit", "own", "order", "page"):
        for value in wild:
            for address in (LIST, SHARES):
                answer = read(account, address, **{name: value})
                assert "<b>" not in answer.content.decode()
    assert len(numbers(read(account, page="9" * 40))) == 5


# ---------------------------------------------------------------- shares


@pytest.mark.rule("R3.4")
def test_each_reason_s_share_is_told_by_unit_and_all_figures_add_up(world, made):
    page = read(world.registrar(world.im), SHARES)
    whole, *units = page.context["groups"]
    assert whole["total"] == 5
    assert [(row["many"], row["part"]) for row in whole["rows"]] == [(4, 80), (1, 20)]
    assert units[0]["name"] == "东乌珠穆沁旗教育局"
    assert [(row["many"], row["part"]) for row in units[0]["rows"]] == [(1, 50), (1, 50)]
    assert sum(group["total"] for group in units) == whole["total"]
    for group in page.context["groups"]:
        assert sum(row["many"] for row in group["rows"]) == group["total"]
        assert sum(row["part"] for row in group["rows"]) == 100
    for reason in whole["rows"]:
        each = [row["many"] for group in units for row in group["rows"] if row["reason"] == reason["reason"]]
        assert sum(each) == reason["many"]


@pytest.mark.rule("R3.4")
def test_every_number_opens_to_a_list_of_just_so_many(world, made):
    for stage in ("", "receiving_authority"):
        page = read(world.registrar(world.im), SHARES, stage=stage)
        links = [(each["url"], each["total"]) for each in page.context["groups"]]
        links += [(row["url"], row["many"]) for group in page.context["groups"] for row in group["rows"]]
        assert len(links) > 3
        for url, many in links:
            assert len(follow(page, url).context["rows"]) == many
        drawn = re.findall(r'<td class="num"><a href="([^"]+)">(\d+)</a>', page.content.decode())
        assert [int(many) for _, many in drawn] != []
        assert {int(many) for _, many in drawn} == {many for _, many in links}


def test_shares_follow_the_filters_and_the_scope(world, made):
    boss = world.registrar(world.im)
    assert [g["total"] for g in read(boss, SHARES, stage="sending_school").context["groups"]] == [1, 1]
    assert [g["total"] for g in read(boss, SHARES, unit=world.east.code).context["groups"]] == [3, 2, 1]
    assert [g["total"] for g in read(boss, SHARES, unit=world.east.code, own="1").context["groups"]] == [2, 2]
    assert [g["total"] for g in read(world.head(world.west), SHARES).context["groups"]] == [2, 1, 1]
    assert [g["total"] for g in read(world.head(world.first), SHARES).context["groups"]] == [1, 1]


@given(st.lists(st.integers(0, 10**6), max_size=12))
def test_portions_add_up_to_a_hundred_and_are_off_by_less_than_one(counts):
    found, total = portions(counts), sum(counts)
    assert sum(found) == (100 if total else 0)
    for many, part in zip(counts, found, strict=True):
        assert not total or abs(many * 100 / total - part) < 1


# ---------------------------------------------------------------- what it costs


def test_a_page_costs_the_same_few_statements_however_many_there_are(world, made):
    client = Client()
    client.force_login(world.registrar(world.im))
    for address, name in ((LIST, "refusals"), (SHARES, "refusal shares")):
        client.get(address)
        with assert_queries(name):
            client.get(address)
    with frozen(MONDAY + timedelta(minutes=5)):
        for _ in range(3):
            refused(world, 3, **UNTRUE)
        client.force_login(world.registrar(world.im))
        for address, name in ((LIST, "refusals"), (SHARES, "refusal shares")):
            client.get(address)
            with assert_queries(name):
                client.get(address)


def test_an_address_says_what_is_wanted_and_reads_back_the_same():
    day = MONDAY.date()
    wanted = Wanted(
        since=day,
        outcome="send_back",
        stage="sending_school",
        kind="in_province_transfer",
        reason="class_mistaken",
        unit="T1",
        own=True,
        order="unit",
    )
    query = {name: found[0] for name, found in parse_qs(wanted.address()[1:], keep_blank_values=True).items()}
    assert Wanted.read(query, day) == wanted
