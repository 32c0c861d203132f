"""The dashboard: every number is what its list shows, for county, league, province and ministry (R3.7b)."""

import re
from collections import Counter

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reviews.dashboard import counting
from reviews.rulebook import calendar
from tests.clock import frozen, shanghai
from tests.world import World, rewritten

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R3.7b")]
BEGUN, NOW = shanghai(2026, 10, 9, 9), shanghai(2026, 11, 3, 10)


@pytest.fixture
def world(db):
    with frozen(BEGUN) as now:
        world = World(now)
        world.cases = [world.decide(world.submitted(world.first, world.pupil(world.third))) for _ in range(3)]
        world.done = world.finish(world.submitted(world.first, world.pupil(world.third)))
        world.abroad_case = world.submitted(world.second, world.pupil(world.abroad))
    with frozen(shanghai(2026, 10, 30, 9)):
        world.fresh = world.decide(world.submitted(world.first, world.pupil(world.third)))
    return world


def at(account):
    client = Client()
    client.force_login(account)
    return client


def told(text, url_part):
    """Every number of the page that is a link to a list, with its address."""
    return [
        (int(number), url.replace("&amp;", "&"))
        for url, number in re.findall(rf'href="({url_part}[^"]*)">([0-9]+)<', text)
    ]


@pytest.mark.parametrize("level", ["east", "league", "im", "ministry"])
def test_every_number_opens_a_list_of_so_many(world, level):
    with frozen(NOW):
        client = at(world.registrar(getattr(world, level)))
        page = client.get("/dashboard/").content.decode()
        links = told(page, "/dashboard/cases/")
        assert len(links) > 4
        assert any("receiving=" in url for _, url in links) == (level in ("east", "league"))
        for number, url in links:
            if "decided=" in url:
                continue  # a median: its list is of the stages it was taken from
            found = client.get(url).content.decode()
            assert f"共 {number} 件" in found, (level, url)


def test_open_cases_stand_by_stage_and_age_and_the_late_ones_apart(world):
    with frozen(NOW):
        cells = counting.open_cells(world.im, NOW.date(), calendar.current())
    ages = Counter()
    for cell in cells:
        ages[cell.stage, cell.age] += cell.count
    assert ages["receiving_authority", 2] == 3
    assert ages["receiving_authority", 0] == 1
    assert sum(cell.late for cell in cells) >= 3


def test_a_county_is_shown_its_schools_and_a_province_its_leagues(world):
    with frozen(NOW):
        county = at(world.head(world.east)).get("/dashboard/").content.decode()
        province = at(world.head(world.im)).get("/dashboard/").content.decode()
    assert world.first.short_name in county
    assert world.league.short_name in province
    assert world.first.short_name not in province
    assert f"?unit={world.league.code}" in province, "a league opens its own"


def test_what_moved_between_counties_is_told_with_its_direction(world):
    with frozen(NOW):
        found = counting.flows(world.league, NOW.date())
    assert [(row.sending, row.receiving, row.count) for row in found] == [(world.west.pk, world.east.pk, 1)]


def test_the_time_a_stage_takes_is_told_in_working_days(world):
    with frozen(NOW):
        by_stage, _, whole = counting.decided(
            world.im, NOW.date(), calendar.current().for_province(world.im.pk)
        )
    assert by_stage["receiving_school"].median == 0
    assert whole.rate(0) == 1000
    assert whole.rate(whole.total) == 500, "what is open and late counts against the rate"


def test_the_share_in_time_opens_what_was_late_and_the_median_what_was_decided(world):
    with frozen(NOW):
        client = at(world.registrar(world.im))
        page = client.get("/dashboard/").content.decode().replace("&amp;", "&")
        late = client.get(f"/dashboard/cases/?unit={world.im.code}&decided=late").content.decode()
        decided = client.get(f"/dashboard/cases/?unit={world.im.code}&decided=all").content.decode()
        school = client.get(f"/dashboard/cases/?unit={world.first.code}&decided=all&stage=receiving_school")
    assert f"/dashboard/cases/?unit={world.im.code}&decided=late" in page
    assert f"unit={world.im.code}&decided=all&stage=receiving_school" in page
    assert all(case.number in late for case in world.cases), "overdue now"
    assert world.done.number not in late
    assert world.fresh.number not in late
    assert world.done.number in decided
    assert world.fresh.number in decided
    assert world.done.number in school.content.decode()


def test_a_stage_decided_after_its_time_is_behind_the_share_even_when_its_case_goes_on(world):
    with frozen(NOW):
        case = world.decide(world.cases[0])
        client = at(world.registrar(world.east))
        late = client.get(f"/dashboard/cases/?unit={world.east.code}&decided=late&own=1").content.decode()
        other = client.get(f"/dashboard/cases/?unit={world.west.code}&decided=late&own=1")
    assert case.holder != world.east
    assert case.number in late
    assert other.status_code == 404


def test_what_came_to_a_unit_is_listed_without_what_moved_within_it(world):
    with frozen(NOW):
        client = at(world.registrar(world.im))
        came = client.get(f"/dashboard/cases/?unit={world.league.code}&receiving={world.east.code}")
        within = client.get(f"/dashboard/cases/?unit={world.im.code}&receiving={world.league.code}")
    assert world.done.number in came.content.decode()
    assert world.done.number not in within.content.decode(), "it moved between two counties of the league"


def test_nobody_looks_at_a_unit_beyond_the_own(world):
    with frozen(NOW):
        client = at(world.registrar(world.east))
        for code in (world.west.code, world.im.code, "nowhere"):
            assert client.get(f"/dashboard/?unit={code}").status_code == 404
            assert client.get(f"/dashboard/cases/?unit={code}").status_code == 404
        assert at(world.registrar(world.first)).get("/dashboard/").status_code == 404
        assert client.get(f"/dashboard/cases/?unit={world.first.code}").status_code == 200


def test_filters_that_do_not_fit_are_left_aside(world):
    with frozen(NOW):
        client = at(world.registrar(world.east))
        assert client.get("/dashboard/cases/?stage=nonsense&age=99&late=x&page=abc").status_code == 200
        assert client.get("/dashboard/cases/?sending=%00&receiving=nowhere").status_code == 200


def test_the_page_asks_as_much_of_a_large_country_as_of_a_small_one(world):
    with frozen(NOW):
        client = at(world.registrar(world.im))
        client.get("/dashboard/")
        with CaptureQueriesContext(connection) as few:
            client.get("/dashboard/")
        for _ in range(4):
            world.decide(world.submitted(world.first, world.pupil(world.second)))
        with CaptureQueriesContext(connection) as many:
            client.get("/dashboard/")
    assert len(few) == len(many)


def test_the_leagues_of_the_region_stand_as_tiles(world):
    from orgs.people.models import Unit

    rewritten(Unit.objects.filter(pk=world.league.pk), code="152500")
    with frozen(NOW):
        page = at(world.head(world.im)).get("/dashboard/").content.decode()
    assert '<title id="tiles-title">' in page
    assert 'href="?unit=152500" aria-label="' in page
