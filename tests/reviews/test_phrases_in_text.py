"""Words are found however they are dressed up, and nothing else is."""

from dataclasses import dataclass

import pytest

from reviews.phrases_in_text import folded, found_in, marked
from reviews.wall_values import FORBIDDEN


@dataclass
class Row:
    text: str

    @property
    def folded(self):
        return folded(self.text)


UNLAWFUL, LINE = Row("违规招生"), Row("A类分数线2")
DRESSED = [
    "违规招生",
    "违 规 招 生",
    "违　规　招　生",
    "违\n规\r\n招\t生",
    "违\u200b规\u200c招\u200d生",
    "\ufeff违\u2060规\u00ad招\u034f生",
    "违·规·招·生",
    "违、规。招！生",
    "违*规_招-生",
    "“违规”招生",
    "违（规）招《生》",
    "违规\u0301招\u20dd生",
    "违\ufe00规\U000e0100招生",
    "违\u202e规\u202c招生",
    "违\u3164规\uffa0招\u115f生",
    "违ー规ー招生",
    "违🙂规🙂招🙂生",
    "该校涉嫌违规招生，故不同意",
]


@pytest.mark.rule("R3.4")
@pytest.mark.parametrize("text", DRESSED)
def test_a_phrase_is_found_whatever_stands_between_its_characters(text):
    assert found_in(f"不同意：{text}。", [UNLAWFUL, LINE]) == [UNLAWFUL]


@pytest.mark.rule("R3.4")
@pytest.mark.parametrize(
    "text", ["Ａ类分数线２", "a 类 分 数 线 2", "Ⓐ类分数线②", "𝐀类分数线２", "ａ类·分数线²"]
)
def test_full_width_circled_and_styled_letters_and_digits_are_their_plain_ones(text):
    assert found_in(text, [UNLAWFUL, LINE]) == [LINE]


@pytest.mark.parametrize(
    "text", ["", " ", "情况属实，同意。", "违章招生", "违规的招生办", "生招规违", "\u200b", "违规", "𠅤㐆"]
)
def test_other_words_are_left_alone(text):
    assert found_in(text, [UNLAWFUL, LINE]) == []


def test_a_row_without_letters_finds_nothing_rather_than_everything():
    assert found_in("情况属实", [Row("……"), Row("")]) == []


def test_the_words_are_marked_as_they_were_typed():
    text = "经查，违 规\u200b招·生；分数尚可，又违规招生。"
    pieces = marked(text, [UNLAWFUL])
    assert "".join(piece for piece, _ in pieces) == text
    assert [piece for piece, inside in pieces if inside] == ["违 规\u200b招·生", "违规招生"]
    assert marked("", [UNLAWFUL]) == []
    assert marked("ﬁ", [Row("i")]) == [("ﬁ", True)]


@pytest.mark.rule("R3.4")
def test_the_nation_s_words_are_found_and_their_clauses_are_the_notice_s_own(settings):
    notice = (settings.BASE_DIR / "reviews/data/notice.txt").read_text(encoding="utf-8")
    for clause, quoted, _, _, _, _, words in FORBIDDEN:
        assert quoted in notice, clause
        texts = words.split()
        assert len(texts) == len(set(texts)), clause
        assert all(len(folded(text)) >= 2 for text in texts)
    assert {"违规招生", "违规录取", "分数不够", "分数未达", "未上线", "分数线"} <= set(
        FORBIDDEN[0][6].split()
    )


def test_a_text_of_the_longest_kind_is_looked_through_quickly():
    import time

    rows = [Row(text) for part in FORBIDDEN for text in part[6].split()]
    kept = [(row, row.folded) for row in rows]
    text = "学生的情况经核对属实，" * 46
    folded(text)
    began = time.perf_counter()
    for _ in range(100):
        plain = folded(text)
        assert not [row for row, words in kept if words in plain]
    assert (time.perf_counter() - began) / 100 < 0.005
