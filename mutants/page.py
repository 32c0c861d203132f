"""docs/mutants.md: what was drawn, how much of it the tests noticed, and every fault they did not, with the reason."""

import textwrap
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

from mutants.drawing import Mutant
from mutants.faults import LONGEST

NO_REASON = "尚无说明"
HEAD = """# 变异测试 / Mutants

由 `make mutants` 生成，请勿手改；存活的理由写在 `mutants/reasons.toml`。每次在一条规则里放进一个小错（比较换向、条件取反、数字加减一、
返回值扣下、一次调用或一个具名参数去掉、装饰器去掉……），只运行到得了那一行的测试，一个变红就算被发现；每个错最多 {longest:.0f} 秒。
算子取自 cosmic-ray，另有五个自写的（`mutants/operators.py`）；改哪些模块列在 `mutants/drawing.py`。文字、注解、日志不改；没有任何一行
可以免于变异。到点仍无测试变红、没有测试到得了，都算存活。再抽同一批：`make mutants SEED={seed} N={number}`。

种子 **{seed}**，抽取 **{drawn}** 个，发现 **{killed}** 个，存活 **{alive}** 个：**{share:.1f} %**。
每十个被发现的再在没有错的源码上运行同一测试：{controls} 次，全部变绿的 {green} 次（变红的不算发现）。
"""


def reasons(path: Path) -> dict[tuple[str, str, str], str]:
    """Why a fault survives, by module, line and what became of it."""
    rows = tomllib.loads(path.read_text(encoding="utf-8")).get("survivor", []) if path.exists() else []
    return {(row["module"], row["was"], row["became"]): row["reason"] for row in rows}


def write(target: Path, seed: int, drawn: list[Mutant], known: dict[str, dict[str, Any]], why: dict) -> None:
    """The page, of the faults that have been asked."""
    asked = [each for each in drawn if each.key in known]
    alive = [each for each in asked if known[each.key]["verdict"] != "killed"]
    controls = [known[each.key]["control"] for each in asked if "control" in known[each.key]]
    killed = len(asked) - len(alive)
    parts = [
        HEAD.format(
            longest=LONGEST,
            seed=seed,
            number=len(drawn),
            drawn=len(asked),
            killed=killed,
            alive=len(alive),
            share=100 * killed / max(1, len(asked)),
            controls=len(controls),
            green=controls.count("survived"),
        )
    ]
    if len(asked) < len(drawn):
        parts.append(
            f"**未完**：还有 {len(drawn) - len(asked)} 个没有运行；存活的也只用已测得的一部分测试文件问过，还要再问（`make mutants`，`ONLY=survivors`）。\n"
        )
    parts += ["| 模块 | 抽取 | 发现 |", "|---|---|---|"]
    of, lost = Counter(each.module for each in asked), Counter(each.module for each in alive)
    parts += [f"| `{module}` | {count} | {count - lost[module]} |" for module, count in of.items()]
    parts += ["", "## 存活的", "", "| 位置 | 改动 | 理由 |", "|---|---|---|"]
    parts += [_row(each, known[each.key], why) for each in alive]
    target.write_text("\n".join(parts) + "\n", encoding="utf-8")


def _row(mutant: Mutant, answer: dict[str, Any], why: dict) -> str:
    reason = why.get((mutant.module, mutant.was, mutant.became)) or answer.get("why") or NO_REASON
    change = (
        f"`{_short(mutant.was)}` → `{_short(mutant.became)}`"
        if mutant.became
        else f"去掉 `{_short(mutant.was)}`"
    )
    return f"| `{mutant.module}:{mutant.line}` | {change} | {reason} |"


def _short(text: str) -> str:
    return textwrap.shorten(text.replace("`", "'"), 160, placeholder=" …").replace("|", "\\|")
