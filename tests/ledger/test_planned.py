"""Statements that the server keeps planned, and texts composed once from a queryset."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.composed import Slots, Statement
from ledger.statements import planned
from orgs.people.models import Post, Unit, UnitLevel
from tests.world import rewritten

pytestmark = pytest.mark.django_db


def kept():
    """The texts that the server holds planned for this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [text for (text,) in cursor.fetchall()]


def test_the_server_plans_such_a_statement_once_and_no_other():
    with planned() as cursor:
        for number in (1, 2):
            cursor.execute("SELECT %s + 40 AS planned_here", [number])
            assert cursor.fetchone() == (number + 40,)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 3 AS plainly_sent")
    assert len([text for text in kept() if "planned_here" in text]) == 1
    assert not [text for text in kept() if "plainly_sent" in text]


def test_what_is_logged_is_logged_with_its_text():
    with CaptureQueriesContext(connection) as captured, planned() as cursor:
        cursor.execute("SELECT %s::int AS told", [7])
    assert [query["sql"] for query in captured.captured_queries] == ["SELECT 7::int AS told"]


def test_a_text_is_composed_once_and_filled_for_each_asker():
    above, made = None, {}
    for level in (UnitLevel.MINISTRY, UnitLevel.PROVINCE):
        above = Unit.objects.create(code=level, name=level, short_name=level, level=level, authority=above)
    for name, path in (("one", "/1/"), ("two", "/12/"), ("percent", "/1%/")):
        made[name] = Unit.objects.create(
            code=name, name=name, short_name=name, level=UnitLevel.COUNTY, authority=above
        )
        rewritten(Unit.objects.filter(pk=made[name].pk), path=path)
    slots = Slots()
    rows = Unit.objects.filter(
        path__startswith=slots.text("path"), pk__gte=slots.number("least"), level__in=[UnitLevel.COUNTY]
    )
    statement = Statement(slots.compose(rows.order_by("pk").values_list("name")), slots)
    least = made["one"].pk
    assert statement.rows({"path": "/1/", "least": least}) == [("one",)]
    assert statement.rows({"path": "/12/", "least": least}) == [("two",)]
    assert statement.rows({"path": "/", "least": made["two"].pk}) == [("two",), ("percent",)]
    assert statement.rows({"path": "/1%", "least": least}) == [("percent",)], (
        "nothing in a value is a wildcard"
    )
    assert str(-1_000_000_000) not in str(slots.filled({"path": "/1/", "least": least}))


def test_days_and_the_parts_of_paths_are_slots_too():
    slots = Slots()
    rows = Post.objects.filter(
        valid_from__lte=slots.day("today"), unit__path__contains=f"/{slots.number('unit')}/"
    )
    text = slots.compose(rows.values_list("id"))
    filled = slots.filled({"today": date(2026, 11, 23), "unit": 17})
    assert date(2026, 11, 23) in filled.values()
    assert "%/17/%" in filled.values()
    assert Statement(text, slots).rows({"today": date(2026, 11, 23), "unit": 17}) == []


def test_a_queryset_that_can_hold_nothing_is_a_text_all_the_same():
    slots = Slots()
    assert Statement(slots.compose(Unit.objects.filter(pk__in=[])), slots).rows({}) == []
