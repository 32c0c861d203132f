"""The state graph: reviewed as a golden file, and the same in the database's wall."""

import json

import pytest
from django.db import connection

from reviews.rulebook.models import Route
from reviews.vocabulary import states
from tests import golden


def test_the_state_graph_is_the_reviewed_one():
    golden.same(
        "states.json", "case", [f"{source} --{verb}--> {target}" for source, verb, target in states.edges()]
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "kind", ["in_province_transfer", "cross_province_transfer", "post_graduation_enrolment"]
)
def test_the_graph_of_each_kind_is_the_reviewed_one(kind):
    """What a case of the kind can go through on the notice's own routes (R3.1, R3.3, R3.6)."""
    found = set()
    for route in Route.objects.filter(kind=kind, province=None):
        found |= set(states.edges_of(route.stages))
    golden.same(
        "states.json", kind, [f"{source} --{verb}--> {target}" for source, verb, target in sorted(found)]
    )


def test_nothing_leads_out_of_an_end():
    assert not [edge for edge in states.edges() if edge[0] in states.ENDS]


def test_every_state_but_the_draft_can_be_reached():
    reached = {target for _, _, target in states.edges()}
    assert reached == set(states.State) - {states.State.DRAFT}


@pytest.mark.django_db
def test_the_database_allows_exactly_the_pairs_that_the_transitions_allow():
    """The wall's list (reviews/sql) and the transitions in states.py are one rule in two places: held together."""
    legal = {(a, b) for a, _, b in states.edges() if a != b}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a, b FROM unnest(%s::text[]) a, unnest(%s::text[]) b WHERE a <> b AND reviews_legal_pair(a, b)",
            [list(states.State), list(states.State)],
        )
        walls = set(cursor.fetchall())
    assert walls == legal, json.dumps(
        {"wall only": sorted(walls - legal), "code only": sorted(legal - walls)}
    )
