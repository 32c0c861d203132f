"""``docs/rules.md`` from the marks: for every clause the tests that prove it.

``pytest --collect-only --rules-doc`` writes it; continuous integration writes it anew and refuses a difference.
"""

import csv
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "docs" / "rules.csv"
TARGET = ROOT / "docs" / "rules.md"
HEAD = """# 条款与证明 / The rules and their proof

由 `make docs` 根据测试上的 `@pytest.mark.rule("…")` 生成，请勿手改。
Generated from the marks by `make docs`; do not edit.

"""


def rules() -> dict[str, dict]:
    """Every rule by its id, in order."""
    with SOURCE.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def write(items) -> None:
    """Write the page from the collected tests."""
    proofs = defaultdict(set)
    for item in items:
        for mark in item.iter_markers("rule"):
            for rule in mark.args:
                proofs[rule].add(item.nodeid.partition("[")[0])
    known = rules()
    unknown = set(proofs) - set(known)
    assert not unknown, f"marks name rules that docs/rules.csv lacks: {sorted(unknown)}"
    lines = [HEAD]
    proven = [rule for rule in known if proofs[rule]]
    lines.append(f"有测试证明的 {len(proven)} 条，共 {len(known)} 条。\n\n")
    for rule, row in known.items():
        lines.append(f"## {rule}　{row['text']}\n\n依据：{row['clause']}\n\n")
        if not proofs[rule]:
            lines.append("尚无测试：本功能未实现。 (No test yet: not built.)\n\n")
            continue
        for nodeid in sorted(proofs[rule]):
            path, _, name = nodeid.partition("::")
            lines.append(
                f"- {name.replace('::', ' · ').removeprefix('test_').replace('_', ' ')} — `{path}`\n"
            )
        lines.append("\n")
    TARGET.write_text("".join(lines).rstrip() + "\n", encoding="utf-8")
