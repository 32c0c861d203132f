"""How tests are given to the processes of a run (tests/spread.py)."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from tests import spread

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """What is known of two files, in a place of its own."""
    file = tmp_path / "durations.txt"
    file.write_text("# as measured\n90 tests/b.py\n7 tests/a.py\n")
    monkeypatch.setattr(spread, "FILE", file)
    return file


def test_a_file_stays_together_and_a_long_one_is_given_out_test_by_test():
    scheduler = spread.Spread.__new__(spread.Spread)
    assert scheduler._split_scope("tests/orgs/test_admin.py::test_a[x::y]") == "tests/orgs/test_admin.py"
    for name in ("tests/security/test_url_wall.py::test_a[1]", "tests/browser/test_axe.py::test_b"):
        assert scheduler._split_scope(name) == name


def test_the_longest_files_come_first_and_each_keeps_its_order(kept):
    names = ["tests/new.py::1", "tests/a.py::2", "tests/b.py::2", "tests/a.py::1", "tests/b.py::1"]
    items = [SimpleNamespace(nodeid=name) for name in names]
    spread.longest_first(items)
    told = [item.nodeid for item in items]
    assert told == ["tests/b.py::2", "tests/b.py::1", "tests/a.py::2", "tests/a.py::1", "tests/new.py::1"]


def test_durations_are_written_when_asked_and_keep_what_did_not_run(kept, monkeypatch):
    reports = [
        SimpleNamespace(nodeid=f"tests/{file}.py::{at}", duration=duration)
        for file, at, duration in [("a", 1, 30), ("a", 2, 70.4), ("short", 1, 1.0)]
    ]
    before = kept.read_text()
    monkeypatch.delenv("DURATIONS", raising=False)
    spread.write_down(reports)
    assert kept.read_text() == before
    monkeypatch.setenv("DURATIONS", "write")
    spread.write_down(reports)
    assert kept.read_text().splitlines()[1:] == ["100 tests/a.py", "90 tests/b.py"]


def test_every_file_named_is_there():
    named = [*spread.seconds_of_files(), *spread.ONE_BY_ONE]
    assert [path for path in named if not (ROOT / path).exists()] == []
