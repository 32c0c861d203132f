"""The learned measure beside the refusal wall: it marks and spares, and stops nobody (R3.4)."""

from collections import Counter

import pytest

from docs import likeness as learning
from reviews.refusal_rules import likeness, wall
from tests.reviews import wordings
from tests.reviews.shipped_wall import judged, shipped

pytestmark = pytest.mark.rule("R3.4")
SENDING, RECEIVING = "sending_authority", "receiving_authority"


def test_the_weights_are_learned_from_the_sentences_that_stand_here():
    """Else: python -m docs.likeness."""
    assert f"(sentences {learning.digest()})" in likeness._FILE.read_text(encoding="utf-8")


def test_the_same_sentences_give_the_same_weights():
    few = list(learning.told())[::40]
    assert learning.learned(few) == learning.learned(iter(few))
    assert len(learning.learned(few)) > 100


@pytest.mark.parametrize(("what", "stage", "text"), wordings.MEASURED)
def test_what_is_unlawful_is_never_clear_and_what_is_lawful_never_stopped(what, stage, text):
    answer = judged(stage, text, refuses=what in ("unlawful", "lawful"))
    if what in ("unlawful", "demand"):
        assert answer.verdict in (wall.STOP, wall.DOUBT)
    else:
        assert answer.verdict in (wall.CLEAR, wall.DOUBT)


def test_most_of_what_is_unlawful_is_stopped_and_little_that_is_lawful_is_marked():
    found = Counter(
        (what, judged(stage, text, refuses=what in ("unlawful", "lawful")).verdict)
        for what, stage, text in wordings.MEASURED
    )
    for what, verdict, least in (
        ("unlawful", wall.STOP, 0.92),
        ("demand", wall.STOP, 0.85),
        ("lawful", wall.CLEAR, 0.94),
        ("agreed", wall.CLEAR, 0.94),
    ):
        assert found[what, verdict] >= least * sum(n for (kind, _), n in found.items() if kind == what), what


def test_it_stops_nobody():
    """Where no row finds a word, the most that is said is a doubt."""
    unlawful = [(stage, text) for what, stage, text in wordings.MEASURED if what == "unlawful"]
    bare = shipped(SENDING)
    bare.rules = []
    answers = [bare.judge(text, refuses=True) for _, text in unlawful]
    assert wall.STOP not in {answer.verdict for answer in answers}
    marked = [answer for answer in answers if answer.verdict == wall.DOUBT]
    assert len(marked) > 0.97 * len(answers)


def test_words_in_a_sentence_that_is_like_lawful_ones_are_no_stop():
    text = "不是班额问题，孩子根本没来该校，请核实。"
    assert judged(RECEIVING, text, learned=False).verdict != wall.CLEAR
    assert judged(RECEIVING, text).verdict == wall.CLEAR


def test_what_seems_to_depend_on_something_is_marked_where_it_agrees():
    text = "可接收，学籍号正式下发之日起办理。"
    answer = judged(RECEIVING, text, refuses=False)
    assert answer.verdict != wall.CLEAR
    assert judged(RECEIVING, "经核，年级对应无误，同意接收。", refuses=False).verdict == wall.CLEAR


def test_an_account_of_what_happened_is_not_measured():
    text = "同意，待学校另行安排后办理。"
    wide = shipped(SENDING)
    assert wide.judge(text, refuses=False).why == wall.CONDITION
    assert wide.judge(text, refuses=False, told=True).verdict == wall.CLEAR
    assert wide.judge(text, refuses=False, opinion=False).verdict == wall.CLEAR


def test_a_sentence_is_measured_by_itself():
    """A hundred lawful words around it hide nothing."""
    lawful = "".join(text for what, _, text in wordings.MEASURED if what == "lawful")[:300]
    for text in (
        "该学区适龄儿童已超学校承载能力，请调剂到第三小学。",
        "走一个好的带走一片，学校顶不住，不签。",
    ):
        assert judged(RECEIVING, f"{lawful}。{text}{lawful}。").verdict != wall.CLEAR
