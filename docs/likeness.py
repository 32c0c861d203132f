"""reviews/data/likeness.txt: the weights of the refusal wall's measure of likeness, learned from the sentences that the
tests hold. ``python -m docs.likeness`` writes it anew; the same sentences give the same file.

A logistic regression over runs of one to three characters of the folded sentence. What refuses and what agrees share
weights and have some of their own beside them.
"""

import hashlib
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from math import exp, sqrt
from pathlib import Path

from reviews.refusal_rules import wall_values
from reviews.refusal_rules.likeness import SCALE, runs, sentences
from reviews.refusal_rules.phrases_in_text import read

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "reviews" / "data" / "likeness.txt"
WORDINGS = [ROOT / "tests" / "reviews" / name for name in ("wordings.txt", "measured.txt")]
# (is forbidden, refuses or sends back) of the kinds of sentences in the files of wordings.
_KINDS = {
    "unlawful": (True, True),
    "demand": (True, False),
    "lawful": (False, True),
    "agreed": (False, False),
}
_ROUNDS, _STEP, _SHRINK = 30, 2.0, 1e-3
# Runs that are met once tell nothing; nor do weights that are next to none.
_MET, _LEAST = 2, 2

Sentence = tuple[bool, bool, str]


def told() -> Iterator[Sentence]:
    """(is forbidden, refuses or sends back, text) of every sentence there is to learn from."""
    for file in WORDINGS:
        for line in file.read_text(encoding="utf-8").splitlines():
            kind, _, text = line.split("|", 2) if not line.startswith("#") else ("", "", "")
            if kind in _KINDS:
                yield (*_KINDS[kind], text)
    for _, reason, text in wall_values.lawful_sentences():
        yield False, bool(reason), text


def learned(known: Iterable[Sentence]) -> dict[str, tuple[int, int]]:
    """(where it agrees, where it refuses) of each run of characters; of the empty one what every text begins with."""
    texts = [
        (forbidden, refuses, found) for forbidden, refuses, text in known for found in _parts(forbidden, text)
    ]
    met = Counter(run for _, _, found in texts for run in set(found))
    texts = [
        (forbidden, refuses, [run for run in found if met[run] >= _MET])
        for forbidden, refuses, found in texts
    ]
    shared: dict[str, float] = defaultdict(float)
    own: dict[bool, dict[str, float]] = {False: defaultdict(float), True: defaultdict(float)}
    start = {False: 0.0, True: 0.0}
    order = random.Random(1)  # noqa: S311
    for number in range(_ROUNDS):
        order.shuffle(texts)
        step = _STEP / (1 + number / 2)
        for forbidden, refuses, found in texts:
            mine, size = own[refuses], 1 / sqrt(max(len(found), 1))
            measure = start[refuses] + size * sum(shared[run] + mine[run] for run in found)
            wrong = (forbidden - 1 / (1 + exp(-measure))) * step
            start[refuses] += wrong
            for run in set(found):
                shared[run] += wrong * size - step * _SHRINK * shared[run]
                mine[run] += wrong * size - step * _SHRINK * mine[run]
    weights = {
        run: (round(SCALE * (shared[run] + own[False][run])), round(SCALE * (shared[run] + own[True][run])))
        for run in shared
    }
    kept = {run: pair for run, pair in weights.items() if max(map(abs, pair)) >= _LEAST}
    return kept | {"": (round(SCALE * start[False]), round(SCALE * start[True]))}


def _parts(forbidden: bool, text: str) -> Iterator[list[str]]:
    """The runs of a text; of a lawful one also those of each of its sentences."""
    parts = [runs(sentence) for sentence in sentences(read(text))]
    yield [run for part in parts for run in part]
    if len(parts) > 1 and not forbidden:
        yield from parts


def digest() -> str:
    """What makes these very sentences, as the file names them."""
    known = "\n".join(f"{forbidden:d}{refuses:d}{text}" for forbidden, refuses, text in told())
    return hashlib.sha256(known.encode()).hexdigest()[:16]


def page() -> str:
    """The whole file."""
    lines = [
        "# How much a run of characters speaks for what the notice forbids (R3.4), in hundredths: run, weight in what",
        f"# agrees, weight in what refuses. Written by: python -m docs.likeness (sentences {digest()})",
    ]
    lines += [f"{run}\t{agrees}\t{refuses}" for run, (agrees, refuses) in sorted(learned(told()).items())]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    FILE.write_text(page(), encoding="utf-8")
