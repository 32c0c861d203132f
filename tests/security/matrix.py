"""Reads ``matrix.txt``: what every address answers to everyone, written by hand."""

import itertools
import os
import zlib
from dataclasses import dataclass
from pathlib import Path

from tests.security.scene import MEMBERS, OTHERS, OUTSIDERS, PLACES, ROLES

FILE = Path(__file__).with_name("matrix.txt")
# While one works six people ask at every address; in continuous integration everyone does.
EVERYONE = os.environ.get("CI", "") not in ("", "0", "false")
SIX = 6


@dataclass(frozen=True)
class Row:
    """One address, method and thing, with what each actor is answered: a status, or ``in`` for “sign in first”."""

    method: str
    route: str
    thing: str
    answers: dict[str, str]

    @property
    def title(self) -> str:
        """How a failure names the row."""
        return f"{self.method} {self.route}" + (f" ({self.thing})" if self.thing else "")


def asking(row: Row, everyone: bool = EVERYONE) -> list[str]:
    """Who asks at this row's address: everyone, or six: one for each answer of the row, then whoever comes next in a turn
    of its own, so that over all rows everyone asks."""
    if everyone:
        return list(row.answers)
    names = list(row.answers)
    start = zlib.crc32(row.title.encode()) % len(names)
    turn = names[start:] + names[:start]
    first = {row.answers[name]: name for name in reversed(turn)}
    chosen = dict.fromkeys(itertools.chain(first.values(), turn))
    return list(chosen)[: max(SIX, len(first))]


def read(text: str | None = None) -> list[Row]:
    """All rows. Raises ValueError for a row that leaves anyone out."""
    rows: list[Row] = []
    for number, line in enumerate((FILE.read_text() if text is None else text).splitlines(), 1):
        line = line.partition("#")[0].rstrip()
        if not line:
            continue
        if not line.startswith(" "):
            method, _, rest = line.partition(" ")
            # The front page's address is empty.
            route, _, thing = rest.strip().partition(" for ")
            rows.append(Row(method, route.strip().removeprefix("/"), thing.strip(), {}))
            continue
        who, _, cells = line.partition(":")
        if not cells:
            raise ValueError(f"line {number}: no colon")
        rows[-1].answers.update(_answers(who.split(), cells.split(), number))
    for row in rows:
        for stranger in OUTSIDERS[:2]:
            row.answers.setdefault(stranger, "in")
        missing = ({*MEMBERS, *OUTSIDERS}) - set(row.answers)
        if missing:
            raise ValueError(f"{row.title}: nothing said of {sorted(missing)}")
    return rows


def _answers(who: list[str], cells: list[str], number: int) -> dict[str, str]:
    if len(cells) not in (1, len(PLACES)):
        raise ValueError(f"line {number}: one answer or one a place")
    found: dict[str, str] = {}
    for name in who:
        if name == "everyone":
            found |= dict.fromkeys((*MEMBERS, *OUTSIDERS[2:]), cells[0])
        elif name == "anyone":
            found |= dict.fromkeys((*MEMBERS, *OUTSIDERS), cells[0])
        elif name == "others":
            found |= dict.fromkeys(OTHERS, cells[0])
        elif name in ROLES:
            each = cells * (len(PLACES) // len(cells))
            told = {f"{name}@{place}": cell for place, cell in zip(PLACES, each, strict=True)}
            found |= {member: cell for member, cell in told.items() if member in MEMBERS}
        elif name in MEMBERS or name in OUTSIDERS:
            found[name] = cells[0]
        else:
            raise ValueError(f"line {number}: nobody is called {name}")
    return found
