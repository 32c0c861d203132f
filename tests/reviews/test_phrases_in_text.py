"""Words are found however they are dressed up, and where they were typed is known."""

from types import SimpleNamespace

import pytest

from reviews.engine.book import compiled
from reviews.refusal_rules.phrases_in_text import folded, marked, read


def found_in(text, *phrases):
    """The phrases that a wall of these alone finds, and the words marked."""
    rows = [
        SimpleNamespace(pk=at, key="", text=each, concepts=[], reach=12, answer="stop", groundless=False)
        for at, each in enumerate(phrases, 1)
    ]
    answer = compiled(rows, []).judge(text, refuses=False)
    return [hit.rule.name for hit in answer.hits], answer.spans


UNLAWFUL, LINE = "违规招生", "A类分数线2"
DRESSED = [
    "违规招生",
    "违 规 招 生",
    "违　规　招　生",
    "违\n规\r\n招\t生",
    "违\u200b规\u200c招\u200d生",
    "\ufeff违\u2060规\u00ad招\u034f生",
    "违·规·招·生",
    "违、规。招！生",
    "违，规，招，生",
    "违*规_招-生",
    "“违规”招生",
    "违（规）招《生》",
    "违规\u0301招\u20dd生",
    "违\ufe00规\U000e0100招生",
    "违\u202e规\u202c招生",
    "违\u3164规\uffa0招\u115f生",
    "违ー规ー招生",
    "违🙂规🙂招🙂生",
    "違規招生",
    "weigui招生",
    "wéi guī zhāo shēng",
    "WeiGui招sheng",
    "违归招生",
    "该校涉嫌违规招生，故不同意",
]


@pytest.mark.rule("R3.4")
@pytest.mark.parametrize("text", DRESSED)
def test_a_phrase_is_found_whatever_stands_between_its_characters(text):
    assert found_in(f"不同意：{text}。", UNLAWFUL, LINE)[0] == [UNLAWFUL]


@pytest.mark.rule("R3.4")
@pytest.mark.parametrize(
    "text", ["Ａ类分数线２", "a 类 分 数 线 2", "Ⓐ类分数线②", "𝐀类分数线２", "ａ类·分数线²", "A類分數線2"]
)
def test_full_width_circled_styled_and_traditional_characters_are_their_plain_ones(text):
    assert found_in(text, UNLAWFUL, LINE)[0] == [LINE]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "情况属实，同意。",
        "违章招生",
        "违规的招生办",
        "生招规违",
        "\u200b",
        "违规",
        "𠅤㐆",
        "有违。规定的招生",
    ],
)
def test_other_words_are_left_alone(text):
    assert found_in(text, UNLAWFUL, LINE)[0] == []


def test_a_row_without_letters_finds_nothing_rather_than_everything():
    assert found_in("情况属实", "……", "")[0] == []


def test_the_words_are_marked_as_they_were_typed():
    text = "经查，违 规\u200b招·生；分数尚可，又weigui招生。"
    pieces = marked(text, found_in(text, UNLAWFUL)[1])
    assert "".join(piece for piece, _ in pieces) == text
    assert [piece for piece, inside in pieces if inside] == ["违 规\u200b招·生", "weigui招生"]
    assert marked("", []) == []


def test_a_mark_ends_a_clause_only_between_words():
    found = read("违，规，招，生。学费没有交清。")
    assert found.plain == "违规招生学费没有交清"
    assert found.clause[0] == found.clause[3]
    assert found.sentence[3] != found.sentence[4]
    assert folded("違-規") == "违规"
