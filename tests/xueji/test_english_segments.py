"""A template's source cut into sentences: what is read is translated, nothing else is touched."""

from pathlib import Path

import pytest

from xueji.english.segments import translated

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def heard(source: str) -> list[str]:
    found: list[str] = []
    translated(source, found.append)
    return found


def said(source: str, **english: str) -> str:
    return translated(source, english.get)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_without_a_catalogue_a_template_stays_as_it_is(path):
    source = path.read_text(encoding="utf-8")
    assert translated(source, lambda sentence: None) == source


def test_text_is_cut_at_tags_of_the_template_and_at_blocks():
    source = "<h1>待办</h1>{% if a %}<p>共 {{ n }} 件</p>{% else %}没有{% endif %}<div>完 <p>了</p></div>"
    assert heard(source) == ["待办", "共 {{ n }} 件", "没有", "完", "了"]


def test_an_element_inside_a_sentence_is_a_numbered_mark():
    source = '<p>请到 <a href="{% url "x" %}">待办</a> 查看<b>{{ n }}</b>件。</p>'
    assert heard(source) == ["请到 <1>待办</1> 查看<2>{{ n }}</2>件。"]
    english = {"请到 <1>待办</1> 查看<2>{{ n }}</2>件。": "See <2>{{ n }}</2> cases in the <1>worklist</1>."}
    assert (
        translated(source, english.get)
        == '<p>See <b>{{ n }}</b> cases in the <a href="{% url "x" %}">worklist</a>.</p>'
    )


def test_elements_side_by_side_are_sentences_of_their_own():
    assert heard('<a href="/a">甲页</a> <a href="/b">乙页</a>') == ["甲页", "乙页"]


def test_attributes_that_are_read_out_are_sentences_and_others_are_not():
    source = '<input title="说明" placeholder="输入" name="姓名" class="类">'
    assert heard(source) == ["说明", "输入"]
    assert said(source, 说明="Note") == '<input title="Note" placeholder="输入" name="姓名" class="类">'


def test_what_a_variable_or_an_included_part_is_given_is_translated_in_its_place():
    assert said('{{ x|default:"无" }}', 无="none") == '{{ x|default:"none" }}'
    assert (
        said('{% include "a.html" with title="标题" %}', 标题="Title")
        == '{% include "a.html" with title="Title" %}'
    )


def test_a_comparison_a_comment_and_a_script_are_left_alone():
    source = (
        '{% if x == "退学" %}{% endif %}{# 说明 #}{% comment %}说明 {{ x }}{% endcomment %}'
        "<script>var a = '说明';</script><!-- 说明 -->"
    )
    assert heard(source) == []
    assert translated(source, lambda sentence: "!") == source


def test_blanks_around_a_sentence_stay_and_inside_count_as_one():
    source = "<p>\n  甲\n  乙 </p>"
    assert heard(source) == ["甲 乙"]
    assert translated(source, {"甲 乙": "A B"}.get) == "<p>\n  A B </p>"


def test_an_element_left_open_by_a_condition_does_not_swallow_the_rest():
    source = "<p>甲<b>{% if x %}乙</b>{% endif %}丙</p>"
    assert heard(source) == ["甲", "乙", "丙"]
    assert said(source, 甲="A", 乙="B", 丙="C") == "<p>A<b>{% if x %}B</b>{% endif %}C</p>"


def test_an_official_paper_stays_chinese_in_every_language():
    source = "<p>说明</p>{% chinese %}<td>姓名</td>{{ x }}{% endchinese %}"
    assert heard(source) == ["说明"]
    assert said(source, 说明="Note", 姓名="Name") == source.replace("说明", "Note")
