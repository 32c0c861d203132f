"""A guard carries its own sentence and clause; what it finds is a refusal that every surface shows."""

import pytest

from reviews.engine.routing import joined
from reviews.rulebook.models import Route
from reviews.vocabulary.refusals import refusal_context
from tests.refusals import refused
from web.refusals import Refusal, guard, refuse


@guard("差 {count} 天，由{who}办理。", "附件1 三.7", "{who}办理")
def days_enough(facts):
    """天数足够。

    Further words are not the label.
    """
    return {"count": facts, "who": "学校"} if facts else None


@guard("提醒。", "函 一", stops=False)
def only_a_warning(facts):
    """提醒"""
    return {}


def test_a_guard_that_holds_says_nothing_and_one_that_does_not_fills_its_sentence():
    assert days_enough(0) is None
    assert days_enough(3) == Refusal("days_enough", "差 3 天，由学校办理。", "附件1 三.7", "学校办理", True)
    assert only_a_warning(None) == Refusal("only_a_warning", "提醒。", "函 一", "", False)
    assert (days_enough.label, days_enough.clause, days_enough.__name__) == (
        "天数足够",
        "附件1 三.7",
        "days_enough",
    )


def test_a_refusal_is_raised_with_its_code_sentence_and_clause():
    with refused("no", match="不能办理") as raised:
        refuse("no", "不能办理。", "附件1 三.7")
    assert str(raised.value) == raised.value.sentence == "不能办理。"
    assert (raised.value.code, raised.value.clause) == ("no", "附件1 三.7")
    assert raised.value.refusal == Refusal("no", "不能办理。", "附件1 三.7", "", True)


def test_a_page_shows_a_refusal_with_the_way_to_its_clause():
    assert refusal_context(None) is None
    assert refusal_context(Refusal("no", "不能办理。", "附件1 三.7")) == {
        "sentence": "不能办理。",
        "clause": "附件1 三.7",
        "clause_url": "/rules/#b1-3-7",
    }
    assert refusal_context(Refusal("no", "不能办理。"))["clause_url"] == ""


@pytest.mark.rule("R3.1")
def test_between_two_provinces_each_says_what_happens_on_its_own_side():
    ours = Route(pk=1, stages=["receiving_authority", "sending_authority", "awaiting_file"])
    theirs = Route(pk=2, stages=["receiving_province", "sending_school", "sending_province"])
    assert joined(ours, ours) == ours.stages
    assert joined(ours, theirs) == [
        "receiving_authority",
        "sending_school",
        "sending_province",
        "awaiting_file",
    ]
