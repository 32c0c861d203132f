"""Typed text made comparable: what is dropped, what is kept, what is counted, what is no formula."""

import pytest

from web.text import (
    holds_number,
    is_han,
    is_mark,
    no_formula,
    normalised,
    plain_characters,
    plain_name,
    says,
    simplified,
    unreadable,
    written_characters,
)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("王　伟", "王伟"),
        ("  王伟 ", "王伟"),
        ("John   Smith", "John Smith"),
        ("博尔济吉特•阿拉坦", "博尔济吉特·阿拉坦"),
        ("博尔济吉特 · 阿拉坦", "博尔济吉特·阿拉坦"),
        ("博尔济吉特.阿拉坦", "博尔济吉特·阿拉坦"),
        ("A. B", "A. B"),
        ("·王伟·", "王伟"),
        ("王\u200b伟", "王伟"),
        ("Ｊｏｈｎ", "John"),
        ("凞", "凞"),
        ("\U00020164", "\U00020164"),
    ],
)
def test_a_name_is_stored_in_one_form_and_its_characters_as_written(typed, kept):
    assert plain_name(typed) == kept


def test_normalising_leaves_every_chinese_character_as_written():
    assert normalised("NFKC", "Ａ\uf9d2Ｂ") == "A\uf9d2B"
    assert normalised("NFKC", "\uf9d2Ｂ") == "\uf9d2B"
    assert normalised("NFD", "é") == "e\u0301"
    assert normalised("NFC", "abc") == "abc"


def test_numbers_are_read_without_width_blanks_and_what_cannot_be_seen():
    assert plain_characters("１１０ 101\u200b ｘ") == "110101x"
    assert plain_characters("abc123") == "abc123"
    assert plain_characters("a b") == "ab"
    # The dropped space stood between a letter and its mark.
    assert plain_characters("e \u0301") == "é"


def test_the_first_character_that_cannot_be_seen_is_named():
    assert unreadable("王伟 \u3000A") == ""
    assert unreadable("王\u202e伟\u0007") == "\u202e"
    assert unreadable("\U0003fffd王") == ""  # newer than our tables, yet a Chinese character
    assert unreadable("") == ""


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("号码110101201001011234。", True),
        ("１１０１０１ 20100101 1234", True),
        ("110101-20100101-123x", True),
        ("g11010120100101123x", True),
        ("11010120100101123", False),
        ("110101201013011234", False),
        ("没有号码", False),
    ],
)
def test_a_number_is_found_however_it_is_written(text, held):
    assert holds_number(text) is held


def test_a_reader_counts_a_base_with_its_marks_as_one():
    assert written_characters("e\u0301a") == ["e\u0301", "a"]
    assert written_characters("凞\ufe00王") == ["凞\ufe00", "王"]
    # A mark that stands first has nothing to change.
    assert written_characters("\u0301a") == ["\u0301", "a"]
    assert written_characters("") == []
    assert [is_mark(each) for each in ("\u0301", "\u20dd", "\u0903", "a", "王")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_chinese_characters_are_told_from_others_rare_ones_included():
    assert all(map(is_han, "王〇㐀\uf900\U00020164"))
    assert not any(map(is_han, "aあ1。"))


def test_other_forms_of_a_character_are_compared_as_the_simplified_one():
    assert simplified("漢満") == "汉满"


@pytest.mark.parametrize("first", "=+-@\t\r\n＝＋－＠")
def test_what_a_spreadsheet_program_takes_for_a_formula_is_quoted(first):
    assert no_formula(f"{first}1+1") == f"'{first}1+1"
    assert no_formula(f"1{first}") == f"1{first}"


def test_signs_digits_and_pictures_say_nothing():
    assert all(map(says, ("同意", "OK", " 同意 ")))
    assert says("a1b", 3)
    assert not any(map(says, ("", "同", " 同 ", "。。", "11", "😀😀", "同1")))
    assert not says("同意", 3)
    assert says("同意了", 3)
