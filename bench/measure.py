"""Pairs in turn, medians, and the table they are told in. No figure here is ever asserted by a test."""

import math
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

PAIRS = 5
RESULTS = Path(__file__).resolve().parent / "RESULTS.md"
_SCALE = {"ms": 1e3, "µs": 1e6, "s": 1.0}


@dataclass
class Row:
    """One line: what was done, what it is held against, both medians in seconds for each unit of work, the target.

    ``target`` is for the ratio: limit/work (1.0 is as fast as the limit) when ``higher``, else work/limit (how many
    times as long). ``longest`` is a target in seconds instead. Without either the row is told for scale only.
    ``amount`` is the size that a row has in common with its twin ten times as large.
    """

    name: str
    size: str
    amount: int
    work: float
    limit: float
    target: float | None = None
    higher: bool = True
    longest: float | None = None
    unit: str = "ms"
    note: str = ""
    spread: tuple[float, float] = (0.0, 0.0)
    exponent: float | None = field(default=None)

    @property
    def ratio(self) -> float:
        """As the target counts it."""
        return self.limit / self.work if self.higher else self.work / self.limit

    @property
    def met(self) -> bool | None:
        """Whether the target is met; ``None`` where there is none."""
        if self.longest is not None:
            return self.work <= self.longest
        if self.target is None:
            return None
        return self.ratio >= self.target if self.higher else self.ratio <= self.target

    @property
    def wanted(self) -> str:
        """The target in words."""
        if self.longest is not None:
            return f"≤ {self.longest * _SCALE[self.unit]:g} {self.unit}"
        return "" if self.target is None else f"{'≥' if self.higher else '≤'} {self.target}"

    @property
    def verdict(self) -> str:
        """Met, not met, or nothing where no target is set."""
        return {None: "", True: "met", False: "not met"}[self.met]


def in_turn(
    name: str,
    size: str,
    amount: int,
    work: Callable[[], int],
    limit: Callable[[], int],
    target: float | None = None,
    *,
    between: Callable[[], None] = lambda: None,
    **more,
) -> Row:
    """Run ``work`` and ``limit`` in turn, ``PAIRS`` times; each returns how many units it did. Medians of the pairs.

    Every other pair begins with the limit, so that neither side is always the one that finds the caches warm.
    ``between`` is called before each side, outside the time that is taken.
    """
    pairs = []
    for turn in range(PAIRS):
        sides = {}
        for side, job in ((0, work), (1, limit)) if turn % 2 == 0 else ((1, limit), (0, work)):
            between()
            sides[side] = _timed(job)
        pairs.append((sides[0], sides[1]))
    ratios = sorted(b / a for a, b in pairs)
    limit_time = statistics.median(b for _, b in pairs)
    row = Row(name, size, amount, limit_time / statistics.median(ratios), limit_time, target, **more)
    print(f"  {name}, {size}: ratio {row.ratio:.2f}", flush=True)
    row.spread = (ratios[0], ratios[-1]) if row.higher else (1 / ratios[-1], 1 / ratios[0])
    return row


def _timed(job: Callable[[], int]) -> float:
    began = time.perf_counter()
    done = job()
    return (time.perf_counter() - began) / done


def grown(rows: list[Row]) -> None:
    """Give every row that has a smaller twin the exponent by which its own side grows from one to the other."""
    for row in rows:
        twins = [other for other in rows if other.name == row.name and other.amount < row.amount]
        if twins:
            twin = max(twins, key=lambda other: other.amount)
            row.exponent = math.log(row.work / twin.work) / math.log(row.amount / twin.amount)


def tell(row: Row) -> None:
    """Print one line as soon as it is known."""
    scale = _SCALE[row.unit]
    target = f" (target {row.wanted})" if row.wanted else ""
    print(
        f"{row.name}, {row.size}: {row.work * scale:.3f} {row.unit} against {row.limit * scale:.3f} {row.unit},"
        f" ratio {row.ratio:.2f}{target} {row.verdict.upper()}"
        + (f"; growth exponent {row.exponent:.2f}" if row.exponent is not None else "")
        + (f"; {row.note}" if row.note else ""),
        flush=True,
    )


def table(rows: list[Row]) -> str:
    """All rows as a table of Markdown: both sides, ratio with its spread over the pairs, target, growth."""
    lines = [
        "| work | size | work | against | ratio (least–most of the pairs) | target | | growth |\n",
        "|---|---|---|---|---|---|---|---|\n",
    ]
    for row in rows:
        scale = _SCALE[row.unit]
        growth = "" if row.exponent is None else f"n^{row.exponent:.2f}"
        lines.append(
            f"| {row.name} | {row.size} | {row.work * scale:.3f} {row.unit} | {row.limit * scale:.3f} {row.unit} |"
            f" {row.ratio:.2f} ({row.spread[0]:.2f}–{row.spread[1]:.2f}) | {row.wanted} | {row.verdict} | {growth} |\n"
        )
    return "".join(lines)


def machine() -> dict[str, str]:
    """What the figures were taken on, without names or places."""
    import os

    processor = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            processor = line.partition(":")[2].strip()
            break
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 1024 / 1024
    return {
        "machine": f"{len(os.sched_getaffinity(0))} cores, {processor}, {platform.machine()}, {memory:.0f} GB",
        "Python": platform.python_version(),
    }
