"""docs/packages.md: what each package is for, from the ground floor up. Run by ``make docs``."""

import ast

from docs import measures

TARGET = measures.ROOT / "docs" / "packages.md"
HEAD = """# 代码包 / Packages

由 `make docs` 生成，请勿手改。由下往上排列：每个包只引用排在它前面的包（`tests/test_architecture.py`）。
从条款找代码见 [clauses.md](clauses.md)。

| 包 | 内容 |
|---|---|
"""


def packages() -> list[tuple[str, str]]:
    """(package, what it is for), from the ground floor up: each imports only such as stand before it in the list."""
    trees = measures.modules()
    below = measures.packages(measures.imports(trees))
    order: list[str] = []

    def visit(name: str) -> None:
        for other in sorted(below[name]):
            if other not in order:
                visit(other)
        if name not in order:
            order.append(name)

    for name in below:
        visit(name)
    return [(name, purpose) for name in order if (purpose := _purpose(trees, name))]


def _purpose(trees: dict[str, ast.Module], name: str) -> str:
    """The first line of a package's docstring; of an app, that of its configuration."""
    own: list[ast.Module | ast.ClassDef] = [trees[name]] if name in trees else []
    apps = trees.get(f"{name}.apps")
    own += [node for node in apps.body if isinstance(node, ast.ClassDef)] if apps else []
    return next((text.split("\n")[0] for node in own if (text := ast.get_docstring(node))), "")


def page() -> str:
    """The whole page."""
    lines = [f"| `{name}` | {purpose.replace('|', '｜')} |" for name, purpose in packages()]
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
