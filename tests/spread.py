"""How the tests of a run are given to its processes: file by file, what takes longest first, so that none ends it alone.

A file's tests share what they have learnt (sessions of a client, compiled words), so they stay together; but those of a few
long ones are given out one by one. The seconds of each file are kept in durations.txt: ``DURATIONS=write tests/run``.
"""

import os
from collections import defaultdict
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

FILE = Path(__file__).with_name("durations.txt")
# Below this the order does not matter.
SHORT = 5
# Given out test by test: each needs as much as a whole file elsewhere.
ONE_BY_ONE = (
    "tests/browser/",
    "tests/security/test_asked_lists.py",
    "tests/security/test_hostile_pages.py",
    "tests/security/test_url_wall.py",
)


class Spread(LoadScopeScheduling):
    """The unit of work is a file, or a test where it is long."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if nodeid.startswith(ONE_BY_ONE) else nodeid.partition("::")[0]


def seconds_of_files() -> dict[str, float]:
    """What each file took when that was last written down."""
    lines = (line.split() for line in FILE.read_text().splitlines() if line and not line.startswith("#"))
    return {path: float(seconds) for seconds, path in lines}


def longest_first(items: list) -> None:
    """Order the collected tests; those of one file stay in theirs."""
    known = seconds_of_files()
    items.sort(key=lambda item: -known.get(item.nodeid.partition("::")[0], 0))


def write_down(reports) -> None:
    """Keep what each file of this run has taken; of others what was known."""
    if os.environ.get("DURATIONS") != "write":
        return
    found: dict[str, float] = defaultdict(float)
    for report in reports:
        found[report.nodeid.partition("::")[0]] += report.duration
    known = seconds_of_files() | found
    lines = [f"{seconds:.0f} {path}" for path, seconds in known.items() if seconds >= SHORT]
    lines.sort(key=lambda line: (-int(line.split()[0]), line))
    FILE.write_text(
        "# Seconds of each test file that takes longer (tests/spread.py).\n" + "\n".join(lines) + "\n"
    )
