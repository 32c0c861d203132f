"""Draw docs/architecture.svg from the imports as they are: packages on their floors, an arrow for every import.

Run by ``make docs``. Reads the source as text, runs nothing of it.
"""

import ast
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FLOORS = [
    [("web", "界面与文字：语言、日期、分页、接口线路")],
    [("ledger", "台账：审计链、待发消息、幂等")],
    [("orgs", "单位与人员：岗位、委托、可见范围")],
    [("reviews", "审核：业务、环节、唯一入口、时限、日历")],
    [("students", "学生：身份、学籍号、学籍、年级")],
    [("transfers", "转学：规则、流程、预检、办结"), ("tickets", "三张单与群众投诉")],
    [("xueji", "装配：设置、地址、接口、进程")],
]
WIDTH, HEIGHT, BOX, GAP = 860, 88, 56, 32


def imports() -> Counter:
    """How many imports go from package to package."""
    names = {name for floor in FLOORS for name, _ in floor}
    found: Counter = Counter()
    for package in names:
        for path in (ROOT / package).rglob("*.py"):
            if "migrations" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                modules = []
                if isinstance(node, ast.Import):
                    modules = [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom) and node.module:
                    modules = [node.module]
                for module in modules:
                    target = module.split(".")[0]
                    if target in names and target != package:
                        found[package, target] += 1
    return found


def drawing() -> str:
    """The picture as SVG text."""
    # Siblings of a floor stand one above the other, so that every arrow has its own way.
    shown = [(floor, name, what) for floor, rooms in enumerate(FLOORS) for name, what in rooms]
    count = len(shown)
    height = count * HEIGHT + GAP
    place = {}
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
            'font-family="sans-serif" font-size="14">'
        ),
        "<title>各层与依赖：箭头只向下</title>",
        (
            '<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
            'orient="auto"><path d="M0 0 8 4 0 8z" fill="#5b6b7f"/></marker></defs>'
        ),
    ]
    for at, (floor, name, what) in enumerate(shown):
        place[name] = top = (count - 1 - at) * HEIGHT + GAP / 2
        parts.append(
            f'<rect x="60" y="{top}" width="430" height="{BOX}" rx="6" fill="#eef4fb" stroke="#1a5c9e"/>'
            f'<text x="76" y="{top + 24}" font-weight="700" fill="#123e6b">{floor}　{name}/</text>'
            f'<text x="76" y="{top + 44}" fill="#33475b">{what}</text>'
        )
    for lane, ((source, target), number) in enumerate(
        sorted(imports().items(), key=lambda e: (place[e[0][1]], e[0]))
    ):
        x = 510 + lane * 22
        y1, y2 = place[source] + 20 + lane % 3 * 8, place[target] + 20 + lane % 4 * 8
        parts.append(
            f'<path d="M490 {y1}H{x}V{y2}H494" fill="none" stroke="#5b6b7f" marker-end="url(#a)"/>'
            f'<text x="{x + 3}" y="{(y1 + y2) / 2}" font-size="11" fill="#33475b">{number}</text>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


if __name__ == "__main__":
    (ROOT / "docs" / "architecture.svg").write_text(drawing(), encoding="utf-8")
