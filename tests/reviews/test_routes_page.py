"""流程图 draws each route in force from the rows that a submission would take (R3.1, R0.7)."""

from datetime import date

import pytest

from reviews.engine import book as rulebook
from reviews.engine.models import Case
from reviews.rulebook.models import Route
from reviews.rulebook_pages.route_pages import drawn
from tests.api import Program, refusal
from tests.clock import shanghai

NOW = shanghai(2026, 10, 14, 10)
pytestmark = [pytest.mark.django_db, pytest.mark.rule("R3.1"), pytest.mark.world_at(NOW)]
PLAIN = ["receiving_school", "receiving_authority", "sending_school", "sending_authority"]


def row(province, stages, relation="same_province", phase="", start=date(2026, 10, 14), **more):
    more = {"kind": "in_province_transfer", "source": "示例〔2026〕8号"} | more
    return Route.objects.create(
        province=province, stages=stages, relation=relation, phase=phase, valid_from=start, **more
    )


def shown(client, **asked):
    """Labels of the stages by kind and title, as the page draws them."""
    answer = client.get("/routes/", asked)
    assert answer.status_code == 200
    return {
        (kind["key"], route["title"]): [stage["label"] for stage in route["stages"]]
        for kind in answer.context["kinds"]
        for route in kind["routes"]
    }


def test_a_visitor_sees_the_nations_routes_with_days_source_and_validity(client, world):
    found = shown(client)
    assert found[("in_province_transfer", "同一主管部门 · 各学段")] == [
        "转入学校",
        "转出学校",
        "转出主管部门",
    ]
    assert found[("in_province_transfer", "省内跨主管部门 · 各学段")] == [
        "转入学校",
        "转入主管部门",
        "转出学校",
        "转出主管部门",
    ]
    assert found[("cross_province_transfer", "跨省 · 各学段")][-1] == "待调档"
    assert found[("post_graduation_enrolment", "跨省 · 各学段")] == [
        "转入学校",
        "转入主管部门",
        "毕业学校主管部门",
        "待调档",
    ]
    page = client.get("/routes/").content.decode()
    assert "10 个工作日" in page
    assert "教基一厅〔2016〕2号，2016年6月8日起有效" in page
    assert not any("跨盟市" in title for _, title in found)


def test_a_league_stage_for_senior_schools_is_drawn_from_its_day_and_for_its_province_only(client, world):
    row(world.im, [*PLAIN, "sending_league"], "across_leagues", "senior", date(2026, 11, 1))
    key = ("in_province_transfer", "省内跨盟市 · 高中")
    assert key not in shown(client, province=world.im.code, on="2026-10-31")
    assert shown(client, province=world.im.code, on="2026-11-01")[key][-1] == "转出盟市"
    assert key not in shown(client, province=world.hebei.code, on="2026-11-01")
    assert key not in shown(client, province="", on="2026-11-01")
    # The other phases go the plain way still.
    plain = shown(client, province=world.im.code, on="2026-11-01")
    assert plain[("in_province_transfer", "省内跨主管部门 · 各学段")][-1] == "转出主管部门"


def test_a_provinces_own_row_takes_the_place_of_the_nations_and_both_are_listed_with_their_standing(
    client, world
):
    row(world.im, [*PLAIN, "sending_province"])
    row(world.im, PLAIN, start=date(2027, 9, 1))
    row(
        world.im,
        ["receiving_school", "sending_school"],
        start=date(2020, 1, 1),
        valid_until=date(2021, 1, 1),
    )
    answer = client.get("/routes/", {"province": world.im.code, "on": "2026-12-01"})
    found = shown(client, province=world.im.code, on="2026-12-01")
    assert found[("in_province_transfer", "省内跨主管部门 · 各学段")][-1] == "转出省"
    standing = [
        (each["scope"], each["from"], each["state"][1])
        for each in answer.context["rows"]
        if each["kind"] == "省内转学" and each["relation"] == "省内跨主管部门"
    ]
    assert sorted(standing) == sorted(
        [
            ("全国", "2016年6月8日", "另有规定"),
            (world.im.short_name, "2020年1月1日", "已失效"),
            (world.im.short_name, "2026年10月14日", "在行"),
            (world.im.short_name, "2027年9月1日", "将生效"),
        ]
    )


def test_between_two_provinces_each_ones_row_gives_its_own_side(client, world):
    across = {"kind": "cross_province_transfer", "relation": "cross_province"}
    row(world.hebei, [*PLAIN, "sending_province", "awaiting_file"], **across)
    row(
        world.im,
        ["receiving_school", "receiving_authority", "receiving_province", *PLAIN[2:], "awaiting_file"],
        **across,
    )
    key = ("cross_province_transfer", "跨省 · 各学段")
    alone = shown(client, province=world.im.code)[key]
    assert alone == ["转入学校", "转入主管部门", "转入省", "转出学校", "转出主管部门", "待调档"]
    both = shown(client, province=world.im.code, other=world.hebei.code)[key]
    assert both == ["转入学校", "转入主管部门", "转入省", "转出学校", "转出主管部门", "转出省", "待调档"]


def test_what_is_drawn_is_what_a_case_submitted_that_day_gets(client, world):
    row(world.im, [*PLAIN, "sending_league"], "same_province", "primary")
    case = Case.objects.get(pk=world.submitted(world.first, world.pupil(world.third)).pk)
    routes = drawn(rulebook.current(), date(2026, 10, 14), world.im.pk)
    mine = next(
        route
        for route in routes
        if (route.kind, route.relation) == (case.kind, case.relation) and "primary" in route.phases
    )
    assert case.route_id == mine.row.pk
    assert case.stages == [stage for stage in mine.stages if stage in case.stages]
    other = next(route for route in routes if route.phases == ("junior", "senior"))
    assert other.row.pk != case.route_id


def test_ones_own_province_is_drawn_unless_another_is_chosen(client, world):
    client.force_login(world.registrar(world.abroad))
    row(world.hebei, [*PLAIN, "sending_province"])
    key = ("in_province_transfer", "省内跨主管部门 · 各学段")
    assert shown(client)[key][-1] == "转出省"
    assert shown(client, province=world.im.code)[key][-1] == "转出主管部门"


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"on": "2026-13-01"}, "这个日期看不懂或不存在"),
        ({"on": "1999-12-31"}, "只能计算 2000 年至 2100 年之间的日期"),
        ({"on": ""}, "请填写日期"),
        ({"province": "no-such"}, "没有这个省（自治区）"),
        ({"other": "T9999999"}, "没有这个省（自治区）"),
    ],
)
def test_a_wrong_date_or_province_is_told_in_words_and_what_was_typed_stays(client, world, asked, sentence):
    answer = client.get("/routes/", asked)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert not answer.context["kinds"]
    if asked.get("on"):
        assert f'value="{asked["on"]}"' in page


def test_before_the_first_row_there_is_no_route_and_the_page_says_so(client, world):
    answer = client.get("/routes/", {"on": "2010-01-01"})
    assert answer.status_code == 200
    assert "这一天没有在行的流程" in answer.content.decode()


def test_the_api_lists_the_same_routes(client, world):
    row(world.im, [*PLAIN, "sending_league"], "across_leagues", "senior", date(2026, 11, 1))
    routes = Program().get("/routes/", province=world.im.code, on="2026-11-01").json()
    page = shown(client, province=world.im.code, on="2026-11-01")
    assert {
        (each["kind"], each["title"]): [stage["label"] for stage in each["stages"]] for each in routes
    } == page
    league = next(each for each in routes if each["relation"] == "across_leagues")
    assert (league["phases"], league["valid_from"], league["valid_until"]) == (["senior"], "2026-11-01", None)
    assert {stage["days"] for stage in league["stages"]} == {10}


def test_the_api_tells_a_wrong_province_or_day(world):
    assert "没有这个省" in refusal(Program().get("/routes/", other="T0000000"), 400)["sentence"]
    assert "2000 年至 2100 年" in refusal(Program().get("/routes/", on="1900-01-01"), 400)["sentence"]
