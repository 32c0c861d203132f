"""docs/papers.md: every paper and what is proven of it, from the registry of the tests. Run by ``make docs``."""

import os
from importlib import import_module

from docs import measures

TARGET = measures.ROOT / "docs" / "papers.md"
HEAD = """# 单据与证明 / The papers and what is proven of each

由 `make docs` 根据测试中的登记表（`tests/papers/registry.py`）生成，请勿手改；`python -m docs.papers` 同时打印这张表。
登记表漏掉任何一种单据，测试不通过。✓ 有测试证明；“尚无”是这种单据还没有；“不适用”是依其性质没有。原因列在表后。

"""


def page() -> str:
    """The whole page."""
    # Of the tests: not walked by the types' check, and there only once Django is.
    cells = import_module("tests.papers.cells")
    properties, papers = cells.PROPERTIES, import_module("tests.papers.registry").PAPERS
    lines = [f"{len(papers)} 种单据，{len(properties)} 项。", ""]
    for at in range(0, len(properties), 13):
        names = list(properties)[at : at + 13]
        lines += ["| 单据 | " + " | ".join(properties[name] for name in names) + " |"]
        lines += ["|---" * (len(names) + 1) + "|"]
        for paper in papers:
            signs = (paper.cell(name).sign for name in names)
            lines.append(f"| {paper.title} | " + " | ".join(signs) + " |")
        lines.append("")
    for sign, title in (("尚无", "## 尚无 / Not yet"), ("不适用", "## 不适用 / Not applicable")):
        lines += [title, ""]
        for name, label in properties.items():
            why: dict[str, list[str]] = {}
            for paper in papers:
                cell = paper.cell(name)
                if cell.sign == sign:
                    why.setdefault(getattr(cell, "missing", getattr(cell, "why", "")), []).append(paper.title)
            lines += [f"- {label}：{reason}（{'、'.join(titles)}）" for reason, titles in why.items()]
        lines.append("")
    lines += ["## 另有专门的测试 / Proven by a test of its own", ""]
    for name, label in properties.items():
        tests: dict[str, list[str]] = {}
        for paper in papers:
            cell = paper.cell(name)
            if cell.sign == "✓" and not isinstance(cell, cells.Held):
                tests.setdefault(getattr(cell, "test", ""), []).append(paper.title)
        lines += [f"- {label}：`{test}`（{'、'.join(titles)}）" for test, titles in tests.items()]
    return HEAD + "\n".join(lines) + "\n"


def main() -> None:
    """Write the page and print it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    found = page()
    TARGET.write_text(found, encoding="utf-8")
    print(found)


if __name__ == "__main__":
    main()
