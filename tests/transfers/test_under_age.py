"""Under-age children from other provinces (R3.8): who is one, to the day; the warning, the note, the figures."""

from datetime import date

import pytest
from django.test import Client

from transfers import under_age

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R3.8")]


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


def test_a_school_is_told_that_the_page_is_for_offices():
    from tests.world import World

    world = World()
    client = Client()
    client.force_login(world.registrar(world.first))
    answer = client.get("/statistics/under-age/")
    assert answer.status_code == 403
    assert "附件1 三.8" in answer.content.decode()
