"""docs/glossary.md binds: every identifier it names stands in the code, every word of the field is explained once."""

import ast
import re
from collections import Counter
from functools import lru_cache

from docs import measures

PAGE = measures.ROOT / "docs" / "glossary.md"
ROW = re.compile(r"^\| (?!中文|---)(.+?) \| (.*?) \| (.*?) ?\|$", re.MULTILINE)
QUOTED = re.compile(r"`([^`]+)`")
NAME = re.compile(r"[A-Za-z_]\w*")


@lru_cache(maxsize=1)
def names() -> frozenset[str]:
    """Whatever the product defines, imports, uses as a name or attribute, and the names of its modules."""
    found: set[str] = set()
    for module, tree in measures.modules().items():
        found |= set(module.split("."))
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                found.add(node.name)
            elif isinstance(node, ast.Name):
                found.add(node.id)
            elif isinstance(node, ast.Attribute):
                found.add(node.attr)
            elif isinstance(node, ast.arg | ast.keyword):
                found.add(node.arg or "")
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
                found.add(node.value)
    return frozenset(found)


def unknown(page: str, known: frozenset[str]) -> list[str]:
    """Identifiers of the page's second column that the code does not have; paths as ``locale/en`` are files."""
    quoted = [text for _, code, _ in ROW.findall(page) for text in QUOTED.findall(code)]
    paths = [text for text in quoted if "/" in text]
    assert not [text for text in paths if not (measures.ROOT / text).exists()]
    return [name for text in quoted if text not in paths for name in NAME.findall(text) if name not in known]


def words(page: str) -> Counter:
    """The words of the field, one by one: a row may explain several."""
    return Counter(
        word.strip()
        for first, _, _ in ROW.findall(page)
        for word in re.split(r"\s/\s|、", re.sub(r"（[^）]*）", "", first))
    )


def test_every_identifier_stands_in_the_code():
    page = PAGE.read_text(encoding="utf-8")
    assert len(ROW.findall(page)) > 40
    assert unknown(page, names()) == []


def test_every_word_is_explained_once():
    counted = words(PAGE.read_text(encoding="utf-8"))
    assert [word for word, times in counted.items() if times > 1] == []


def test_an_identifier_that_is_gone_and_a_word_said_twice_are_found():
    page = "| 学籍 | `Enrolment`, `Gone.of` | x |\n| 转入 / 学籍 | `receiving` | |\n"
    assert unknown(page, frozenset({"Enrolment", "receiving", "of"})) == ["Gone"]
    assert words(page)["学籍"] == 2
