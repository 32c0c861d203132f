"""Chinese text that can be read in English: what is stored, sent and compared is the Chinese."""

import copy
import json
import pickle
from datetime import date

import pytest
from django.db import connection
from django.utils.html import format_html

from tests.clock import shanghai
from web.clock import brief, moment, spoken, spoken_month
from web.words import Words, in_chinese, in_english, joined, zh

SAVED = zh("已保存。")


@pytest.fixture
def english():
    with in_english():
        yield


def test_words_are_the_chinese_text_wherever_they_are_kept_or_sent():
    assert SAVED == "已保存。"
    assert {SAVED: 1}["已保存。"] == 1
    assert json.dumps(SAVED, ensure_ascii=False) == '"已保存。"'
    assert type(pickle.loads(pickle.dumps(SAVED))) is str
    assert copy.deepcopy(SAVED) is SAVED
    assert f"{SAVED}" == str(SAVED) == "".join([SAVED]) == "已保存。"


@pytest.mark.django_db
def test_the_database_gets_the_chinese_even_while_a_page_is_rendered_in_english(english):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s", [SAVED])
        assert cursor.fetchone() == ("已保存。",)


def test_a_page_in_english_shows_the_line_of_the_catalogue(english):
    assert str(SAVED) == f"{SAVED}" == SAVED.__html__() == "Saved."
    assert format_html("<p>{}</p>", SAVED) == "<p>Saved.</p>"


def test_what_the_catalogue_does_not_have_is_read_in_chinese(english):
    assert str(zh("目录里没有的一句话")) == "目录里没有的一句话"


def test_holes_are_filled_in_both_languages():
    left = zh("还剩 {left} 个工作日", left=3)
    assert left == "还剩 3 个工作日"
    assert zh("还剩 {left} 个工作日").format(left=3) == left
    with in_english():
        assert str(left) == "3 working days left"


def test_words_in_words_are_read_in_the_same_language():
    told = zh("退回{beginner}补正", beginner=zh("本校"))
    parts = joined("、", [zh("本校"), "张三"])
    assert (told, parts) == ("退回本校补正", "本校、张三")
    with in_english():
        assert str(told) == "Send back for correction to: this school"
        assert str(parts) == "this school, 张三"


def test_a_part_of_an_english_page_can_be_chinese(english):
    with in_chinese():
        assert str(SAVED) == "已保存。"
    assert str(SAVED) == "Saved."


def test_words_put_together_stay_words():
    both = "甲" + SAVED + "乙"
    assert isinstance(both, Words)
    assert both == "甲已保存。乙"
    with in_english():
        assert str(both) == "甲Saved.乙"
        assert str(zh("已保存。").rstrip("。")) == "Saved"
    assert zh("已保存。").rstrip("。") == "已保存"


def test_dates_are_read_as_their_readers_write_them():
    day, at = date(2026, 11, 23), shanghai(2026, 11, 23, 10, 12)
    assert [spoken(day), spoken_month(day), brief(at), moment(at)] == [
        "2026年11月23日",
        "2026年11月",
        "11月23日 10:12",
        "2026年11月23日 10:12",
    ]
    with in_english():
        assert [str(each) for each in (spoken(day), spoken_month(day), brief(at), moment(at))] == [
            "23 November 2026",
            "November 2026",
            "23 November 10:12",
            "23 November 2026 10:12",
        ]


def test_what_is_put_into_a_page_is_escaped_in_both_languages():
    sharp = zh("退回{beginner}补正", beginner="<b>")
    assert sharp.__html__() == "退回&lt;b&gt;补正"
    with in_english():
        assert "&lt;b&gt;" in sharp.__html__()
