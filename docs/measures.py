"""Figures of the house, each by a stated way of counting: ``python -m docs.measures``. Reads the source, runs nothing of it."""

import ast
import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ("web", "ledger", "orgs", "reviews", "students", "transfers", "tickets", "xueji")
LONG_FILE, LONG_FUNCTION = 500, 40
_DEFINED = re.compile(r"CREATE (?:OR REPLACE )?FUNCTION (\w+)\(")


def modules() -> dict[str, ast.Module]:
    """The product's modules but migrations and demonstration data, by name."""
    found = {}
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if not {"migrations", "demo"} & set(path.parts):
                name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
                found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def imports(trees: dict[str, ast.Module]) -> dict[str, set[str]]:
    """What each module imports when it is loaded; imports inside functions are none."""
    found: dict[str, set[str]] = {}
    for name, tree in trees.items():
        named = set()
        for node in tree.body:
            if isinstance(node, ast.Import):
                named |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                whole = {f"{node.module}.{alias.name}" for alias in node.names}
                named |= {each if each in trees else node.module for each in whole}
        found[name] = {each for each in named if each in trees and each != name}
    return found


def circles(edges: dict[str, set[str]]) -> list[list[str]]:
    """Groups of modules each of which reaches every other (Tarjan)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        index[name] = low[name] = len(index)
        stack.append(name)
        for other in edges[name]:
            if other not in index:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], index[other])
        if low[name] == index[name]:
            at = stack.index(name)
            group = stack[at:]
            del stack[at:]
            if len(group) > 1:
                found.append(sorted(group))

    for name in edges:
        if name not in index:
            visit(name)
    return found


def packages(edges: dict[str, set[str]]) -> dict[str, set[str]]:
    """The same between packages: the folder a module lies in."""
    found: dict[str, set[str]] = {}
    for name, others in edges.items():
        own = name.rpartition(".")[0] or name
        found.setdefault(own, set())
        for other in others:
            its = other.rpartition(".")[0] or other
            found.setdefault(its, set())
            if its != own:
                found[own].add(its)
    return found


def _lines(pattern: str) -> int:
    return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in ROOT.glob(pattern))


def _longest(trees: dict[str, ast.Module]) -> list[tuple[int, str]]:
    found = []
    for name, tree in trees.items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef):
                continue
            more = (node.end_lineno or node.lineno) - node.lineno
            if more >= LONG_FUNCTION:
                found.append((more + 1, f"{name}.{node.name}"))
    return sorted(found, reverse=True)


def figures() -> list[tuple[str, object, str]]:
    """(what, figure, how it is counted)."""
    trees = modules()
    edges = imports(trees)
    defined = Counter(
        name
        for path in ROOT.glob("*/sql/*.sql")
        for name in _DEFINED.findall(path.read_text(encoding="utf-8"))
    )
    product = sum(len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in _product())
    long_files = [path for path in _product() if len((ROOT / path).read_text().splitlines()) > LONG_FILE]
    matrix = (ROOT / "tests/security/matrix.txt").read_text(encoding="utf-8")
    return [
        ("files flat in students/", len(list((ROOT / "students").glob("*.py"))), "students/*.py"),
        ("files flat in reviews/", len(list((ROOT / "reviews").glob("*.py"))), "reviews/*.py"),
        ("lines of migrations", _lines("*/migrations/*.py"), "*/migrations/*.py"),
        ("lines of SQL", _lines("*/sql/*.sql"), "*/sql/*.sql"),
        (
            "SQL functions defined more than once",
            sum(count > 1 for count in defined.values()),
            "CREATE FUNCTION in */sql/*.sql",
        ),
        ("circles of modules", len(circles(edges)), "imports at the head of modules"),
        ("circles of packages", len(circles(packages(edges))), "the same, by folder"),
        ("lines of product", product, "*.py of the apps without migrations and demo"),
        (f"files over {LONG_FILE} lines", len(long_files), "the same files"),
        (f"functions over {LONG_FUNCTION} lines", len(_longest(trees)), "ast, the same files"),
        (
            "rows of the matrix",
            len(re.findall(r"^(?:GET|POST|PUT|PATCH|DELETE) ", matrix, re.M)),
            "matrix.txt",
        ),
    ]


def _product() -> list[str]:
    return [
        path.relative_to(ROOT).as_posix()
        for app in APPS
        for path in sorted((ROOT / app).rglob("*.py"))
        if not {"migrations", "demo"} & set(path.parts)
    ]


if __name__ == "__main__":
    for what, figure, how in figures():
        print(f"{what:40} {figure:>8}   {how}")
    trees = modules()
    edges = imports(trees)
    for group in [*circles(edges), *circles(packages(edges))]:
        print("circle:", " ".join(group))
    for length, name in _longest(trees)[:20]:
        print(f"{length:4} {name}")
