"""The guide for parents says where to go, what to bring and how long it takes, by the limits of today (R8.5, R0.6)."""

from datetime import timedelta

import pytest
from django.test import Client

from reviews.rulebook.models import Limit
from web import clock

pytestmark = pytest.mark.django_db


@pytest.mark.rule("R8.5", "R0.6")
def test_the_guide_says_start_at_the_new_school_and_that_only_two_things_are_needed():
    page = Client().get("/parents/").content.decode()
    assert "先找新学校" in page
    assert "只要两样" in page
    assert "任何单位不得要求家长另交材料" in page
    for link in ("/progress/", "/contacts/", "/complaints/new/", "/check/", "/possible/"):
        assert f'href="{link}"' in page


@pytest.mark.rule("R3.7")
def test_its_limits_are_those_in_force():
    assert Client().get("/parents/").content.decode().count("10 个工作日") == 5
    Limit.objects.filter(key="step_days").update(valid_until=clock.local_date(clock.now()))
    Limit.objects.create(
        key="step_days", value=7, valid_from=clock.local_date(clock.now()) - timedelta(days=0), source="测试"
    )
    assert Client().get("/parents/").content.decode().count("7 个工作日") >= 4
