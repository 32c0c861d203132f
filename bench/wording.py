"""Row “refusal wall”: 500 typed characters held against all rules of a stage, against reading them alone (R3.4)."""

from pathlib import Path
from types import SimpleNamespace

from bench.ground import ROOT
from bench.measure import Row, in_turn
from reviews.engine.book import compiled
from reviews.refusal_rules import wall_values
from reviews.refusal_rules.phrases_in_text import read
from reviews.refusal_rules.wall import Wall

_LONG, _ROUNDS = 500, 10
_WORDINGS = Path(ROOT) / "tests" / "reviews" / "wordings.txt"


def rows(sizes: tuple[int, ...]) -> list[Row]:
    """What is lawful throughout, and what is forbidden throughout, which no opinion is; 1 ms each at the most."""
    rules = [SimpleNamespace(pk=at, **row) for at, row in enumerate(wall_values.rules())]
    wall = compiled(rules, [SimpleNamespace(**row) for row in wall_values.words()])
    lines = [line.split("|") for line in _WORDINGS.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    return [_row(wall, lines, what) for what in ("lawful", "unlawful")]


def _row(wall: Wall, lines: list[list[str]], what: str) -> Row:
    whole = "".join(line[-1] for line in lines if line[0] == what)
    texts = [whole[at : at + _LONG] for at in range(0, len(whole) - _LONG, _LONG)]

    def judge() -> int:
        for _ in range(_ROUNDS):
            for text in texts:
                wall.judge(text)
        return _ROUNDS * len(texts)

    def reading() -> int:
        for _ in range(_ROUNDS):
            for text in texts:
                read(text)
        return _ROUNDS * len(texts)

    size = f"{_LONG} characters, {what} throughout"
    return in_turn("refusal wall", size, _LONG, judge, reading, longest=1e-3, higher=False)
