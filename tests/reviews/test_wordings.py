"""The refusal wall over wordings that its words were not written from, one kind of construction beside another."""

import pytest

from reviews.refusal_rules import wall
from tests.reviews import wordings
from tests.reviews.shipped_wall import judged

pytestmark = pytest.mark.rule("R3.4")


@pytest.mark.parametrize(("stage", "text"), wordings.UNLAWFUL)
def test_what_is_unlawful_is_stopped_however_it_is_put(stage, text):
    answer = judged(stage, text)
    assert answer.verdict == wall.STOP
    assert all(hit.rule.row.clause and hit.words(text) for hit in answer.hits)


@pytest.mark.parametrize(("stage", "text"), wordings.DOUBTFUL)
def test_what_may_be_lawful_and_may_not_is_marked_and_never_stopped(stage, text):
    assert judged(stage, text).verdict == wall.DOUBT


@pytest.mark.parametrize(("stage", "text"), wordings.AGREEING)
def test_what_is_asked_beside_an_agreement_is_stopped(stage, text):
    assert judged(stage, text, refuses=False).verdict == wall.STOP


@pytest.mark.parametrize(("stage", "reason", "text"), wordings.LAWFUL)
def test_a_lawful_ground_is_read_however_it_is_put(stage, reason, text):
    answer = judged(stage, text, reason=reason)
    assert (answer.verdict, answer.why, [hit.words(text) for hit in answer.hits]) == (wall.CLEAR, "", [])


@pytest.mark.parametrize(("stage", "text"), wordings.AGREED)
def test_what_is_denied_told_or_done_is_no_demand(stage, text):
    answer = judged(stage, text, refuses=False)
    assert (answer.verdict, [hit.words(text) for hit in answer.hits]) == (wall.CLEAR, [])
