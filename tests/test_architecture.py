"""The house stands as drawn: imports only point down, rooms are small, no room is called by a name that says nothing."""

import ast
import re
from pathlib import Path

import pytest

from docs import measures

ROOT = Path(__file__).resolve().parent.parent
FLOORS = {
    "web": 0,
    "ledger": 1,
    "orgs": 2,
    "reviews": 3,
    "students": 4,
    "transfers": 5,
    "tickets": 5,
    "demo": 6,
    "xueji": 6,
    "trial": 7,
}
NAMELESS = {"utils", "helpers", "common", "core", "services", "selectors", "managers", "mixins"}
LONGEST_FILE = 500
LONGEST_FUNCTION = 60
MODULES = sorted(
    path
    for package in FLOORS
    for path in (ROOT / package).rglob("*.py")
    if (ROOT / package).exists() and "migrations" not in path.parts
)


def imported(path: Path) -> set[str]:
    """Top-level names of every import in a file, those inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(node.module.split(".")[0])
    return found


def where(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=where)
def test_an_import_only_points_down(path):
    package = path.relative_to(ROOT).parts[0]
    above = {
        name for name in imported(path) & set(FLOORS) if name != package and FLOORS[name] >= FLOORS[package]
    }
    assert not above, f"{where(path)} (floor {FLOORS[package]}) imports {sorted(above)}"


@pytest.mark.parametrize("path", MODULES, ids=where)
def test_a_file_holds_one_matter(path):
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= LONGEST_FILE, f"{where(path)} has {lines} lines"


@pytest.mark.parametrize("path", MODULES, ids=where)
def test_a_function_holds_one_matter(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = node.end_lineno - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{where(path)}:{node.lineno} {node.name} has {length} lines"


def test_nobody_imports_a_face():
    """Django finds tables, admin pages and addresses through these modules; everyone else goes where a thing stands."""
    faces = {
        f"{app}.{face}"
        for app in ("orgs", "reviews", "students", "tickets", "transfers")
        for face in ("models", "admin", "urls", "apps")
    }
    edges = measures.imports(measures.modules())
    assert not {(name, other) for name, others in edges.items() for other in others & faces}


def test_no_module_and_no_package_imports_itself_in_a_circle():
    edges = measures.imports(measures.modules())
    assert measures.circles(edges) == []
    assert measures.circles(measures.packages(edges)) == []


@pytest.mark.parametrize("app", ["orgs", "reviews", "students", "tickets", "transfers"])
def test_little_lies_flat_in_an_app(app):
    """What belongs together lies in one package; beside the packages only what Django looks for by name."""
    assert len(list((ROOT / app).glob("*.py"))) <= 8


def test_no_room_has_a_name_that_says_nothing():
    assert not {where(p) for p in MODULES if p.stem in NAMELESS or NAMELESS & set(p.parts)}


def test_the_clock_is_read_in_one_place_only():
    """Time is passed in: nobody but web.clock asks the machine what time it is."""
    readers = []
    for path in MODULES:
        if where(path) == "web/clock.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                base = node.func.value
                name = base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")
                if (name, node.func.attr) in {
                    ("date", "today"),
                    ("datetime", "now"),
                    ("datetime", "utcnow"),
                    ("timezone", "now"),
                    ("timezone", "localdate"),
                }:
                    readers.append(f"{where(path)}:{node.lineno}")
    assert not readers


# Where a request, a task, a message or an act comes in: there the time is read once and handed down.
SURFACES = re.compile(
    r"/management/|/((\w+_)?(views|api)|admin|tasks|middleware|api_access|signing_in)\.py$"
    r"|^reviews/(engine/|desk/context|case_page/form_pages)|^(ledger/(tally|outbox)|orgs/staff/presence|students/pupil/access)\.py$"
)
# Opened through the engine's ``edit``, which reads the clock and does not hand it on yet; and rounds that measure how long
# they have run. No name comes to this list; the engine takes most of them off it.
READ_YET = {
    "reviews/appeals/ruling.py",
    "reviews/clock/sweeps.py",
    "reviews/evidence/proofs.py",
    "students/changes/drafting.py",
    "students/changes/key/drafting.py",
    "students/changes/key/forms.py",
    "students/changes/status.py",
    "students/dropouts/models.py",
    "students/numbers/issuing.py",
    "students/problems/answering.py",
    "students/record/changes.py",
    "students/succession/open_papers.py",
    "students/tables/imports.py",
    "students/verification/yearly_reminders.py",
    "students/year_end/checking.py",
    "tickets/forms/asking.py",
    "transfers/moving/drafting.py",
}


def test_only_surfaces_and_the_engine_read_the_clock():
    """Everybody else is told the time: what is judged, written and shown in one act is of one instant."""
    readers = {
        where(path)
        for path in MODULES
        if where(path) != "web/clock.py" and not where(path).startswith(("demo/", "trial/", "xueji/"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("clock.now", "now")
    }
    assert {name for name in readers if not SURFACES.search(name)} == READ_YET


def test_no_day_is_taken_from_a_moment_but_in_shanghai():
    """A UTC day is no Shanghai day: web.clock.local_date is the one way from a moment to its day (R0.7)."""
    found = [
        f"{where(path)}:{node.lineno}"
        for path in MODULES
        if where(path) != "web/clock.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "date"
        and not node.args
    ]
    assert not found


def test_own_styles_stay_within_what_old_browsers_know():
    """County offices run Chromium 109: no colour functions, nesting or queries that came later (look.md)."""
    forbidden = ("oklch(", "color-mix(", "light-dark(", "@container", "anchor-name", "position-anchor")
    for path in (ROOT / "static" / "xueji").rglob("*.css"):
        text = path.read_text(encoding="utf-8")
        assert not [word for word in forbidden if word in text], where(path)


def test_what_the_fast_run_leaves_out_exists():
    """A renamed file would silently come back into ``make test-fast``."""
    lines = (ROOT / "tests" / "slow.txt").read_text(encoding="utf-8").split()
    assert not [line for line in lines if not (ROOT / line).exists()]


def test_a_page_shows_a_refusal_by_one_function():
    """Written by hand it pointed at the page of the rules, not at the clause; :func:`reviews.vocabulary.refusals.refusal_context`
    is asked by all."""
    by_hand = {
        path.relative_to(ROOT).as_posix()
        for app in ("web", "ledger", "orgs", "reviews", "students", "transfers", "tickets", "xueji")
        for path in (ROOT / app).rglob("*.py")
        if '"clause_url"' in path.read_text(encoding="utf-8")
    }
    assert by_hand == {"reviews/vocabulary/refusals.py"}
