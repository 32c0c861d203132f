"""docs/clauses.md leads from every clause to what judges it, proves it and shows it."""

import csv

import pytest

from docs import clauses
from tests.xueji.test_settings import ROOT

CSV = (ROOT / "docs" / "rules.csv").read_text("utf-8")
RULES = {row["id"] for row in csv.DictReader(CSV.splitlines())}
README = (ROOT / "docs" / "README.md").read_text("utf-8")


def test_every_clause_is_judged_somewhere_and_the_code_names_no_other():
    assert set(clauses.definitions()) == RULES


def test_every_clause_is_proven():
    assert {rule for rule, found in clauses.tests().items() if found} == RULES


def test_triggers_and_pages_name_no_other_clause():
    named = {rule for rule in clauses.triggers() if clauses.RULE.fullmatch(rule)}
    assert named
    assert named <= RULES
    shown = clauses.pages()
    assert set(shown) <= RULES
    assert "/directory/" in shown["R8.2"]
    assert not [address for found in shown.values() for address in found if address.startswith("/admin/")]


def test_the_page_has_a_section_for_every_clause():
    page = clauses.page()
    kept = clauses.TARGET.read_text("utf-8")
    assert headings(page) == headings(kept)
    assert len(headings(page)) == len(RULES)
    for label in ("依据", "包", "判定", "触发器", "测试", "页面"):
        assert page.count(f"\n- {label}") == len(RULES)


def headings(page: str) -> list[str]:
    return [line for line in page.splitlines() if line.startswith("## ")]


@pytest.mark.parametrize("name", ["clauses", "rules", "walls"])
def test_the_map_of_the_documentation_leads_to_it(name):
    assert f"({name}.md)" in README
