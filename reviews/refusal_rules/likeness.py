"""How much a text is like what the notice forbids (R3.4): a linear measure over its characters, learned from sentences.

It stops nobody. Words that the rows find stop; this marks what no row found, and spares what stands among words that
are used lawfully: there a hit is a doubt. Weights come from ``data/likeness.txt`` (``python -m docs.likeness``).
"""

from functools import lru_cache
from itertools import groupby, repeat
from math import sqrt
from operator import add
from pathlib import Path
from typing import NamedTuple

from reviews.refusal_rules.phrases_in_text import Folded

_FILE = Path(__file__).resolve().parent.parent / "data" / "likeness.txt"
# What stands before the first and behind the last character of a sentence.
EDGE = "^", "$"
# Weights are whole numbers of so many to one.
SCALE = 100


# A weight and that it is one, in a single number: what is added up is their sum, with how many there are.
_ONE = 1 << 16


class Weights(NamedTuple):
    """By run of characters, each as so many times _ONE and one more; and what every text begins with."""

    of: dict[str, int]
    start: int


@lru_cache(maxsize=1)
def weights() -> tuple[Weights, Weights]:
    """Those of texts that agree or decide nothing, and those of texts that refuse or send back."""
    agreeing: dict[str, int] = {}
    refusing: dict[str, int] = {}
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        run, agrees, refuses = line.split("\t")
        agreeing[run], refusing[run] = int(agrees), int(refuses)
    return _weights(agreeing), _weights(refusing)


def _weights(found: dict[str, int]) -> Weights:
    start = found.pop("")
    return Weights({run: weight * _ONE + 1 for run, weight in found.items()}, start)


def runs(sentence: str) -> list[str]:
    """Every run of one to three characters of a sentence, with its edges."""
    text = EDGE[0] + sentence + EDGE[1]
    pairs = list(map(add, text, text[1:]))
    return [*text, *pairs, *map(add, pairs, text[2:])]


def sentences(text: Folded) -> list[str]:
    """The sentences of a text, by their numbers."""
    found, start = [], 0
    for _, places in groupby(text.sentence):
        end = start + sum(1 for _ in places)
        found.append(text.plain[start:end])
        start = end
    return found


class Likeness:
    """What the measure says of one text; above nought it is rather like what is forbidden."""

    def __init__(self, text: Folded, *, refuses: bool):
        self.refuses = refuses
        self._weights, self._start = weights()[refuses]
        self._sums: dict[int, tuple[int, int]] = {}
        self._measured: dict[int, float] = {}
        self._parts = sentences(text)

    def of_sentence(self, number: int) -> float:
        """Of one of its sentences."""
        found = self._measured.get(number)
        if found is None:
            found = self._measured[number] = self._measure(*self._sum(number))
        return found

    def of_whole(self) -> float:
        """Of all of it together."""
        parts = [self._sum(number) for number in range(len(self._parts))]
        return self._measure(sum(each[0] for each in parts), sum(each[1] for each in parts))

    def highest(self) -> float:
        """Of its sentence that is most like it, or of all of it."""
        return max([self.of_whole(), *map(self.of_sentence, range(len(self._parts)))])

    def _sum(self, number: int) -> tuple[int, int]:
        found = self._sums.get(number)
        if found is None:
            both = sum(map(self._weights.get, runs(self._parts[number]), repeat(0)))
            found = self._sums[number] = both // _ONE, both % _ONE
        return found

    def _measure(self, total: int, count: int) -> float:
        return (self._start + total / sqrt(max(count, 1))) / SCALE
