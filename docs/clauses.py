"""docs/clauses.md: from every clause to its packages, rules, triggers, tests and pages. Run by ``make docs``.

Read from what stands in the code: a rule's id in a docstring or in the comment of a trigger, in a view or in the template
that it shows, and on the marks of the tests (docs/rules.md, written before this page).
"""

import ast
import csv
import inspect
import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from docs import measures, walls

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "clauses.md"
PACKAGES = measures.APPS
RULE = re.compile(r"\bR\d+\.\d+[a-z]?\b")
TEMPLATE = re.compile(r"[\"']([\w/.-]+\.html)[\"']")
# Read by machines, by administrators or by nobody: no pages of the matter itself.
NO_PAGES = ("admin/", "api/", "health/", "language/")
HEAD = """# 从条款到实现 / From the clause to the code

由 `make docs` 生成，请勿手改。每一条：哪些包、在哪里判定（文档字符串写明了条款编号的函数和类）、数据库的哪些触发器、哪些测试、哪些页面。
条款全文在 `/rules/`；测试逐项见 [rules.md](rules.md)，触发器的语句见 [walls.md](walls.md)。

"""


def definitions() -> dict[str, dict[str, list[str]]]:
    """By rule and file, the functions and classes whose docstring names it; "" for the file itself."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            for name, docstring in _documented(ast.parse(path.read_text(encoding="utf-8"))):
                for rule in dict.fromkeys(RULE.findall(docstring)):
                    found[rule][path.relative_to(ROOT).as_posix()].append(name)
    return found


def _documented(tree: ast.Module) -> Iterator[tuple[str, str]]:
    yield "", ast.get_docstring(tree) or ""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name, ast.get_docstring(node) or ""


def triggers() -> dict[str, list[str]]:
    """By rule, the triggers whose comment names it, as ``table.trigger``."""
    found: dict[str, list[str]] = defaultdict(list)
    for table, trigger, _, _, named, _ in walls.rows():
        for rule in named:
            found[rule].append(f"{table}.{trigger}")
    return found


def tests() -> dict[str, Counter]:
    """By rule, how many tests of which file prove it."""
    found: dict[str, Counter] = defaultdict(Counter)
    rule = ""
    for line in (ROOT / "docs" / "rules.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            rule = RULE.findall(line)[0]
        elif line.startswith("- "):
            found[rule][line.rpartition("— `")[2].rstrip("`")] += 1
    return found


def pages() -> dict[str, list[str]]:
    """By rule, the addresses whose view, the head of its file or a template that it shows names it."""
    found: dict[str, list[str]] = defaultdict(list)
    for address, view in _addresses():
        module = inspect.getmodule(view)
        if module is None or module.__name__.partition(".")[0] not in PACKAGES:
            continue
        source = (module.__doc__ or "") + inspect.getsource(view)
        shown = [ROOT / "templates" / name for name in TEMPLATE.findall(source)]
        text = source + "".join(path.read_text(encoding="utf-8") for path in shown if path.exists())
        for rule in dict.fromkeys(RULE.findall(text)):
            if address not in found[rule]:
                found[rule].append(address)
    return found


def _addresses() -> Iterator[tuple[str, Callable]]:
    from django.urls import get_resolver

    def walk(patterns, before: str) -> Iterator[tuple[str, Callable]]:
        for pattern in patterns:
            address = before + str(pattern.pattern)
            if hasattr(pattern, "url_patterns"):
                yield from walk(pattern.url_patterns, address)
            elif not address.startswith(NO_PAGES):
                view = getattr(pattern.callback, "view_class", pattern.callback)
                yield "/" + address, inspect.unwrap(view)

    return walk(get_resolver().url_patterns, "")


def page() -> str:
    """The whole page."""
    judged, refused, proven, shown = definitions(), triggers(), tests(), pages()
    lines = [HEAD]
    with (ROOT / "docs" / "rules.csv").open(encoding="utf-8", newline="") as rules:
        for row in csv.DictReader(rules):
            rule = row["id"]
            files = judged[rule]
            packages = dict.fromkeys(name.rpartition("/")[0].replace("/", ".") for name in files)
            where = [f"`{name}`{_names(defined)}" for name, defined in files.items()]
            proof = [f"`{name}`（{count}）" for name, count in sorted(proven[rule].items())]
            lines += [
                f"## {rule}　{row['text']}\n\n",
                f"- 依据：{row['clause']}\n",
                f"- 包：{'、'.join(f'`{name}`' for name in packages) or '—'}\n",
                f"- 判定：{'；'.join(where) or '—'}\n",
                f"- 触发器：{'、'.join(f'`{name}`' for name in refused[rule]) or '—'}\n",
                f"- 测试（{sum(proven[rule].values())}）：{'、'.join(proof) or '—'}\n",
                f"- 页面：{'、'.join(f'`{address}`' for address in shown[rule]) or '—'}\n\n",
            ]
    return "".join(lines).rstrip() + "\n"


def _names(defined: list[str]) -> str:
    named = [f"`{name}`" for name in dict.fromkeys(defined) if name]
    return f" {'、'.join(named)}" if named else ""


def main() -> None:
    """Write the page."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xueji.settings")
    import django

    django.setup()
    TARGET.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
