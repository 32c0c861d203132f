"""The state graph of a ticket: reviewed as a golden file, and the same in the database's wall (R8.6)."""

import pytest
from django.db import connection

from tests import golden
from tickets.forms import asking, states
from tickets.forms.states import State, Verb

pytestmark = pytest.mark.rule("R8.6")


def test_the_state_graph_is_the_reviewed_one():
    golden.same("states.json", "ticket", [f"{a} --{verb}--> {b}" for a, verb, b in states.edges()])


def test_every_verb_has_its_method():
    assert set(asking.METHODS) == set(Verb)


def test_nothing_leads_out_of_a_closed_ticket_and_every_state_is_reached():
    assert not [edge for edge in states.edges() if edge[0] == State.CLOSED]
    assert {b for _, _, b in states.edges()} == set(State)


@pytest.mark.django_db
def test_the_database_allows_exactly_the_pairs_that_the_transitions_allow():
    legal = {(a, b) for a, _, b in states.edges() if a != b}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a, b FROM unnest(%s::text[]) a, unnest(%s::text[]) b WHERE a <> b AND tickets_legal_pair(a, b)",
            [list(State), list(State)],
        )
        assert set(cursor.fetchall()) == legal
