"""The truth table is whole: every row of it is shown by a test, for holders of L, J and G alike (R1.8, R3.5c, R4.1)."""

import importlib
from pathlib import Path

import pytest

from tests.students.year_end.truth import LETTERS, SHOWN, table

pytestmark = pytest.mark.rule("R1.8", "R3.5c", "R4.1")
FILES = sorted(path.stem for path in Path(__file__).parent.glob("test_*.py"))


@pytest.fixture(scope="module")
def shown():
    """Of every row the letters for which it is shown."""
    modules = [importlib.import_module(f"tests.students.year_end.{name}") for name in FILES]
    unplayed = [
        module.__name__ for module in modules if hasattr(module, "row") and not hasattr(module, "test_row")
    ]
    assert unplayed == []
    return {name: {letter for _, letters in tests for letter in letters} for name, tests in SHOWN.items()}


def test_every_row_of_the_table_is_shown_for_every_letter(shown):
    assert len(table()) == 123
    missing = {name: sorted(set(LETTERS) - shown.get(name, set())) for name in table()}
    assert {name: letters for name, letters in missing.items() if letters} == {}


def test_no_test_names_a_row_that_the_table_does_not_have(shown):
    assert (
        sorted(name for name in shown if name[0] == "Y" and name[1:].isdecimal() and name not in table())
        == []
    )


def test_every_row_says_what_is_tried_and_what_is_right():
    assert [name for name, line in table().items() if not (line["situation"] and line["answer"])] == []
