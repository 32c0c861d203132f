"""Under-age children from other provinces (R3.8): who is one, to the day; the warning, the note, the figures."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client

from reviews.engine import book as rulebook
from reviews.engine import door
from students.pupil.models import Student
from tests.clock import frozen, shanghai
from tests.refusals import refused
from tests.world import World, rewritten
from transfers.moving import preflight, under_age


@pytest.mark.parametrize(
    ("born", "year", "young"),
    [
        (date(2020, 8, 31), 2026, False),
        (date(2020, 9, 1), 2026, True),
        (date(2020, 8, 30), 2026, False),
        (date(2020, 2, 29), 2026, False),  # six on 1 March 2026, whichever way it is counted
        (date(2020, 12, 31), 2026, True),
        (date(2021, 1, 1), 2026, True),
        (date(2024, 2, 29), 2030, False),
        (date(2024, 2, 29), 2029, True),
        (date(2022, 8, 31), 2028, False),
        (date(2022, 9, 1), 2028, True),
        (date(2014, 5, 5), 2026, False),
    ],
)
def test_six_by_31_august_is_old_enough_and_a_day_later_is_not(born, year, young):
    assert under_age.is_under_age(born, year) == young


@pytest.mark.parametrize("year", range(2016, 2041))
def test_the_edge_stands_at_the_same_day_every_year(year):
    assert not under_age.is_under_age(date(year - 6, 8, 31), year)
    assert under_age.is_under_age(date(year - 6, 9, 1), year)


# ---------------------------------------------------------------- a child from another province

IN_AUTUMN = shanghai(2026, 9, 14, 9)
pytestmark = [pytest.mark.django_db, pytest.mark.rule("R3.8"), pytest.mark.world_at(IN_AUTUMN)]
EDGE = date(2020, 8, 31)
OWN_WORDS = "已与家长面谈，确认在本地长期居住，同意接收。"


def child(world, born=EDGE + timedelta(days=1), grade=1, school=None):
    """A pupil of another province; by default a day too young."""
    pupil = world.pupil(school or world.abroad, grade=grade)
    rewritten(Student.objects.filter(pk=pupil.pk), birth_date=born)
    pupil.refresh_from_db()
    return pupil


def signed_in(account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def checks(pupil, school, at=IN_AUTUMN):
    """The pre-flight's warnings."""
    return [c for c in preflight.of_pupil(pupil, school, at, rulebook.current()) if c.warns]


def test_the_pre_flight_warns_and_does_not_stop(world):
    (warning,) = checks(child(world), world.first)
    assert "到2026年8月31日未满 6 周岁" in warning.text
    assert "慎重对待" in warning.text
    assert world.east.name in warning.text
    assert warning.clause == "附件1 三.8"
    assert "2020" not in warning.text  # the day of birth stays masked
    case = world.submitted(world.first, child(world))
    assert (case.kind, case.state) == ("cross_province_transfer", "receiving_school")


@pytest.mark.parametrize(
    ("born", "grade", "abroad"),
    [(EDGE, 1, True), (EDGE + timedelta(days=1), 1, False), (date(2019, 9, 1), 2, True)],
)
def test_nobody_else_is_warned_of(world, born, grade, abroad):
    """Old enough; of the same province; not into grade 1."""
    pupil = child(world, born, grade, None if abroad else world.third)
    assert checks(pupil, world.first) == []
    case = world.decide(world.submitted(world.first, pupil))
    assert world.decide(case).state == "sending_school"


def test_registrar_and_head_of_the_receiving_county_write_it_themselves(world):
    case = world.decide(world.submitted(world.first, child(world)))
    for account, verb in ((world.registrar(world.east), "handle"), (world.head(world.east), "sign")):
        with refused("note_wanted") as caught:
            door.perform(case, verb, account, opinion="情况属实，同意转入。", outcome="agree")
        assert caught.value.clause == "附件1 三.8"
        assert "用自己的话写明对未足龄儿童跨省入学的审核意见，不少于 10 字" in caught.value.sentence
        page = signed_in(account).get(f"/cases/{case.number}/").content.decode()
        assert "由外省转入一年级，须慎重对待" in page
        assert "请留意：</span>该生到2026年8月31日未满 6 周岁" in page
        case = door.perform(case, verb, account, opinion=OWN_WORDS, outcome="agree")
    assert case.state == "sending_school"
    assert world.decide(world.decide(case)).state == "awaiting_file"


def test_changed_grade_and_age_are_one_note_that_speaks_of_both(world):
    case = world.submitted(world.first, child(world, grade=2), grade_to=1, grade_reason="家长要求重读一年级")
    case = world.decide(case)
    with refused("note_wanted") as caught:
        world.decide(case)
    assert "同意变更年级的意见，以及对未足龄儿童跨省入学的审核意见" in caught.value.sentence
    assert caught.value.clause == "附件1 四.2；附件1 三.8"


def test_the_other_provinces_offices_need_no_note(world):
    case = world.decide(world.submitted(world.first, child(world)))
    case = world.decide(case, opinion=OWN_WORDS)
    while case.state != "awaiting_file":
        case = world.decide(case)


def test_bulk_leaves_it_out_by_name(world):
    case = world.decide(world.submitted(world.first, child(world)))
    door.perform(case, "handle", world.registrar(world.east), opinion=OWN_WORDS, outcome="agree")
    page = signed_in(world.head(world.east)).post("/worklist/bulk/", {"case": [case.number]}).content.decode()
    assert "未满 6 周岁" in page
    assert "请打开单独核办" in page


def test_the_week_before_promotion_it_is_still_the_old_years_first_grade():
    with frozen(shanghai(2027, 6, 1, 9)):
        world = World(now=shanghai(2027, 6, 1, 9))
        young, old = child(world, date(2020, 9, 1)), child(world, date(2020, 8, 31))
        at = shanghai(2027, 6, 1, 9)
        assert len(checks(young, world.first, at)) == 1
        assert checks(old, world.first, at) == []


# ---------------------------------------------------------------- figures


@pytest.fixture
def decided(world):
    """In the east four: one old enough, one agreed, one refused, one open; in the west one agreed; a draft nowhere."""
    world.decide(world.submitted(world.first, child(world, EDGE)))
    east = [world.decide(world.submitted(world.first, child(world))) for _ in range(3)]
    world.decide(east[0], opinion=OWN_WORDS)
    world.decide(east[1], "refuse", "reason_untrue", "经核对证明与申报原因不一致，不同意。")
    world.decide(world.decide(world.submitted(world.third, child(world))), opinion=OWN_WORDS)
    world.draft(world.first, child(world))
    world.submitted(world.first, child(world, grade=2, born=date(2019, 10, 1)))
    return world


def table(account, query="") -> dict:
    """The page's table: unit → numbers."""
    page = signed_in(account).get(f"/statistics/under-age/{query}")
    assert page.status_code == 200
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', page.content.decode(), re.S)
    return {unit: [int(n) for n in re.findall(r">(\d+)<", cells)] for unit, cells in rows}


def test_a_county_sees_itself_league_and_province_every_county(decided):
    east, west = decided.east.name, decided.west.name
    own, other = [4, 3, 1, 1, 1], [1, 1, 1, 0, 0]
    assert table(decided.head(decided.east)) == {east: own}
    assert table(decided.registrar(decided.west)) == {west: other}
    for unit in (decided.league, decided.im):
        assert table(decided.registrar(unit)) == {east: own, west: other, "合计": [5, 4, 2, 1, 1]}


def test_the_sending_province_sees_none_of_it_but_an_empty_page_that_says_what_comes(decided):
    page = signed_in(decided.head(decided.zhangbei)).get("/statistics/under-age/").content.decode()
    assert "2026—2027 学年没有跨省转入一年级的业务" in page
    assert "附件1 第三条第8款" in page


def test_a_school_year_runs_from_promotion_to_promotion(decided):
    head = decided.head(decided.east)
    with frozen(shanghai(2027, 8, 11, 0)):
        page = signed_in(head).get("/statistics/under-age/").content.decode()
        assert "2027—2028 学年没有" in page
        assert '<option value="2026">2026—2027 学年</option>' in page
        assert table(head, "?year=2026") == {decided.east.name: [4, 3, 1, 1, 1]}
        for wrong in ("1999", "abc", "²", "9" * 5000):
            assert signed_in(head).get(f"/statistics/under-age/?year={wrong}").status_code == 200


def test_a_decision_taken_back_counts_as_what_was_decided_last(world):
    case = world.decide(world.submitted(world.first, child(world)))
    case = world.decide(case, opinion=OWN_WORDS)
    assert table(world.head(world.east))[world.east.name] == [1, 1, 1, 0, 0]
    case = door.perform(case, "recall", world.head(world.east))
    world.decide(case, "refuse", "reason_untrue", "经核对证明与申报原因不一致，不同意。")
    assert table(world.head(world.east))[world.east.name] == [1, 1, 0, 1, 0]


def test_a_school_is_told_that_the_page_is_for_offices(world):
    answer = signed_in(world.registrar(world.first)).get("/statistics/under-age/")
    assert answer.status_code == 403
    assert "附件1 三.8" in answer.content.decode()
