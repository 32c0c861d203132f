"""No paper is left out of the registry, and the page that shows it is that of the registry."""

import ast
import re
from pathlib import Path

from django.apps import apps
from django.conf import settings

from docs import papers as page
from docs import walls
from orgs.people.models import Account
from reviews.engine import open_papers, procedures
from students.tables.models import ImportKind
from tests.papers.cells import PROPERTIES, Cell, Elsewhere, NotApplicable, NotYet
from tests.papers.registry import BESIDE, PAPERS
from tickets.forms.models import Kind

_OF_OTHERS = ("admin", "auth", "axes", "contenttypes", "otp_static", "otp_totp", "sessions")
TESTS = Path(__file__).resolve().parent.parent


def told_by_the_program() -> set[str]:
    """Whatever the program itself says is a paper, or has people, a state or a number."""
    found = {f"kind:{procedure.kind}" for procedure in procedures.all_procedures()}
    found |= {f"waiting:{label}" for label in open_papers._kinds}
    found |= {f"ticket:{kind}" for kind in Kind.values} | {f"import:{kind}" for kind in ImportKind.values}
    for model in apps.get_models():
        own = model._meta.local_concrete_fields
        columns = {field.name for field in own}
        people = [field for field in own if getattr(field, "related_model", None) is Account]
        ours = model._meta.app_label not in _OF_OTHERS
        if ours and (people or {"number", "state"} <= columns):
            found.add(f"model:{model._meta.label}")
    return found | {f"trigger:{table}" for table in guarded()}


def guarded() -> set[str]:
    """Tables on which the database itself asks for two persons."""
    text = "".join(
        (walls.ROOT / app / "sql" / "triggers.sql").read_text(encoding="utf-8") for app in walls.APPS
    )
    return set(re.findall(r"TRIGGER two_persons\s+BEFORE [A-Z ]+ ON (\w+)", text))


def test_no_paper_is_left_out():
    assert Account._meta.label == settings.AUTH_USER_MODEL
    assert len(guarded()) == 11, "the triggers are no longer found by their name"
    entered = [what for paper in PAPERS for what in paper.covers]
    assert len({paper.name for paper in PAPERS}) == len(PAPERS)
    told = told_by_the_program()
    assert sorted(told - set(entered) - set(BESIDE)) == [], "in no entry of tests/papers/registry.py"
    assert sorted((set(entered) | set(BESIDE)) - told) == [], "of an entry, but no longer in the program"
    assert not set(entered) & set(BESIDE)
    assert all(len(why) > 12 for why in BESIDE.values())


def test_every_cell_is_filled_and_says_why_where_it_is_empty():
    for paper in PAPERS:
        assert list(paper.cells) == list(PROPERTIES), paper.name
        for name, cell in paper.cells.items():
            assert isinstance(cell, Cell), (paper.name, name)
            said = {NotYet: "missing", NotApplicable: "why", Elsewhere: "test"}.get(type(cell))
            assert said is None or len(getattr(cell, said)) > 3, (paper.name, name)


def test_what_two_people_do_is_tested_to_be_done_by_two():
    """A trigger of two persons on a table: some entry of it has the test, not a reason for having none."""
    for table in guarded():
        own = [paper for paper in PAPERS if f"trigger:{table}" in paper.covers]
        assert any(paper.cell("same_person").sign == "✓" for paper in own), table


def test_a_test_that_is_named_in_the_table_exists():
    named = {cell.test for paper in PAPERS for cell in paper.cells.values() if isinstance(cell, Elsewhere)}
    for test in named:
        path, _, name = test.partition("::")
        tree = ast.parse((TESTS.parent / path).read_text(encoding="utf-8"))
        assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, test


def test_every_property_has_a_test_where_some_paper_holds_it():
    marks = {
        name
        for path in Path(__file__).parent.glob("test_*.py")
        for name in re.findall(r'holds\("(\w+)"\)', path.read_text())
    }
    held = {name for paper in PAPERS for name, cell in paper.cells.items() if type(cell).__name__ == "Held"}
    assert held <= marks <= set(PROPERTIES)


def test_the_page_is_that_of_the_registry():
    assert page.TARGET.read_text(encoding="utf-8") == page.page()
