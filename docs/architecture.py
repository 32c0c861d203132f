"""Draw docs/architecture.svg from the imports as they are: every app with its packages, each above all that it imports.

Run by ``make docs``. Reads the source as text, runs nothing of it.
"""

from docs import measures, packages

TARGET = measures.ROOT / "docs" / "architecture.svg"
APPS = [
    ("xueji", "装配：设置、地址、接口、进程"),
    ("tickets", "三张单与群众投诉"),
    ("transfers", "转学：规则、流程、预检、办结"),
    ("students", "学生：身份、学籍号、学籍、年级"),
    ("reviews", "审核：业务、环节、唯一入口、时限、日历"),
    ("orgs", "单位与人员：岗位、委托、可见范围"),
    ("ledger", "台账：审计链、待发消息、幂等"),
    ("web", "界面与文字：语言、日期、分页、接口线路"),
]
WIDTH, MARGIN, ROW, BOX, HEAD = 920, 16, 40, 28, 34
# Of a letter of a package's name in a box, at the size it is drawn in.
LETTER = 7.4


def levels(own: set[str], edges: dict[str, set[str]]) -> list[list[str]]:
    """The packages of one app in rows from the top: each stands above all that it imports of its app."""
    height: dict[str, int] = {}

    def of(name: str) -> int:
        if name not in height:
            height[name] = max((of(other) + 1 for other in edges[name] & own), default=0)
        return height[name]

    rows: dict[int, list[str]] = {}
    for name in sorted(own):
        rows.setdefault(of(name), []).append(name)
    return [rows[level] for level in sorted(rows, reverse=True)]


def _app(
    name: str, what: str, top: int, edges: dict[str, set[str]], purpose: dict[str, str]
) -> tuple[list[str], int]:
    """The parts of one app's panel and the height it takes."""
    own = {one for one in edges if one.startswith(f"{name}.") and one in purpose}
    rows = levels(own, edges)
    below = [
        other
        for other, _ in APPS
        if any(one.split(".")[0] == name and _reaches(edges[one], other) for one in edges)
    ]
    under = "、".join(other for other in below if other != name)
    height = HEAD + ROW * len(rows) + (6 if rows else 0)
    parts = [
        (
            f'<rect x="{MARGIN}" y="{top}" width="{WIDTH - 2 * MARGIN}" height="{height}" rx="6" fill="#f5f8fc" stroke="#1a5c9e"/>'
            f'<text x="{MARGIN + 12}" y="{top + 22}" font-weight="700" fill="#123e6b">{name}/</text>'
            f'<text x="{MARGIN + 110}" y="{top + 22}" fill="#33475b">{what}</text>'
            f'<text x="{WIDTH - MARGIN - 12}" y="{top + 22}" text-anchor="end" font-size="12" fill="#5b6b7f">'
            f"{'引用 ' + under if under else '不引用任何包'}</text>"
        )
    ]
    for at, row in enumerate(rows):
        x, y = MARGIN + 12.0, top + HEAD + at * ROW
        for one in row:
            label = one.removeprefix(f"{name}.")
            width = len(label) * LETTER + 20
            parts.append(
                f'<g><title>{_escaped(purpose[one])}</title><rect x="{x:.0f}" y="{y}" width="{width:.0f}" height="{BOX}" rx="4" '
                f'fill="#fff" stroke="#8aa4c0"/><text x="{x + 10:.0f}" y="{y + 19}" font-size="13" fill="#1d2b3a">{label}</text></g>'
            )
            x += width + 10
    return parts, height


def _reaches(targets: set[str], app: str) -> bool:
    return any(target.split(".")[0] == app for target in targets)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def drawing() -> str:
    """The picture as SVG text."""
    edges, purpose = measures.packages(measures.imports(measures.modules())), dict(packages.packages())
    parts, top = [], MARGIN
    for name, what in APPS:
        panel, height = _app(name, what, top, edges, purpose)
        parts += panel
        top += height + MARGIN
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" role="img" font-family="sans-serif" '
        'font-size="14"><title>各层与各包：上面的引用下面的，从不反过来</title>'
    )
    return "\n".join([head, *parts, "</svg>"]) + "\n"


if __name__ == "__main__":
    TARGET.write_text(drawing(), encoding="utf-8")
