"""A name is found by every way it may be read, in full and by initials, and long names stay small."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web import pinyin


@pytest.mark.parametrize(
    ("name", "main"),
    [
        ("单雨桐", "shan yu tong"),
        ("曾国", "zeng guo"),
        ("仇英", "qiu ying"),
        ("解晓东", "xie xiao dong"),
        ("查良", "zha liang"),
        ("区宁", "ou ning"),
        ("翟志刚", "zhai zhi gang"),
        ("尉迟恭", "yu chi gong"),
        ("长孙涵", "zhang sun han"),
        ("吕绿", "lv lv"),
        ("单单", "shan dan"),
        ("乌云其其格", "wu yun qi qi ge"),
        ("呼格吉勒图", "hu ge ji le tu"),
        ("博尔济吉特·阿拉坦", "bo er ji ji te a la tan"),
        ("𠅤㐆䶮", "xi yin yan"),
        ("Anna Smith", "anna smith"),
        ("𰻝", "biang"),
        ("", ""),
        ("·", ""),
    ],
)
def test_the_main_reading_knows_surnames_and_mongolian_names(name, main):
    assert pinyin.main_reading(name) == main


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("单雨桐", ["shanyutong", "danyutong", "chanyutong", "syt", "dyt", "shan", "s"]),
        ("曾国", ["zengguo", "cengguo", "zg", "cg"]),
        ("仇英", ["qiuying", "chouying", "qy", "cy"]),
        ("解晓东", ["xiexiaodong", "jiexiaodong", "xxd", "jxd"]),
        ("查良", ["zhaliang", "chaliang", "zl", "cl"]),
        ("区宁", ["ouning", "quning", "on", "qn"]),
        ("尉迟恭", ["yuchigong", "weichigong", "ycg", "wcg"]),
        ("乌云其其格", ["wuyunqiqige", "wuyunjijige", "wyqqg", "Wu Yun Qi", "wu'yun"]),
        ("吕绿", ["lvlv", "lülü", "LÜ", "lǚ", "lu:", "ll"]),
        ("博尔济吉特·阿拉坦", ["boerjijitealatan", "boerjijite·alatan", "bejjtalt"]),
        ("王伟", ["wáng wěi", "ｗａｎｇ", "ww"]),
        ("Anna Smith", ["anna", "Anna Smith", "as"]),
    ],
)
def test_a_name_is_found_by_whatever_reading_is_typed(name, typed):
    found = pinyin.readings(name)
    assert [one for one in typed if not pinyin.matches(one, found)] == []


@pytest.mark.parametrize("typed", ["", " ", "'", "wangwei", "yutong", "hanyutong", "anyutong", "%", "_"])
def test_a_name_is_not_found_by_something_else(typed):
    assert not pinyin.matches(typed, pinyin.readings("单雨桐"))


def test_all_readings_of_a_short_name_are_kept_the_main_one_first():
    words = pinyin.readings("单曾").split(" ")
    assert words[0] == "shanceng"
    assert set(words) == {
        *("shanzeng", "shanceng", "danzeng", "danceng", "chanzeng", "chanceng"),
        *("sz", "sc", "dz", "dc", "cz", "cc"),
    }


@pytest.mark.parametrize("name", ["呼格吉勒图·" * 5, "单" * 30, "行" * 50, "窗" * 50, "王" * 50, "和" * 3])
def test_a_long_name_full_of_readings_does_not_explode(name):
    words = pinyin.readings(name).split(" ")
    assert len(pinyin.readings(name)) <= pinyin.LONGEST <= 300
    assert len(words) == len(set(words)) <= 2 * pinyin.MOST
    assert words[0] == pinyin.main_reading(name).replace(" ", "")[: len(words[0])]
    initials = "".join(syllable[0] for syllable in pinyin.main_reading(name).split())
    assert initials in words


@given(st.text())
def test_any_text_gives_lower_case_ascii_words_within_the_column(text):
    found = pinyin.readings(text)
    assert len(found) <= pinyin.LONGEST
    assert found == found.lower()
    assert found.replace(" ", "").isascii()
    assert found == " ".join(found.split())
    pinyin.matches(text, found)


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=12))
def test_every_chinese_name_is_found_by_its_main_reading_and_its_initials(name):
    main = pinyin.main_reading(name)
    found = pinyin.readings(name)
    assert pinyin.matches(main, found)
    assert pinyin.matches("".join(syllable[0] for syllable in main.split()), found)
