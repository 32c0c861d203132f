"""Looking for words in a text however they are dressed up: full-width, spaced out, broken, with marks between.

Both are reduced to their letters and digits: compatibility forms resolved (NFKD), case folded, everything else left
out — white space, punctuation, symbols, combining and zero-width characters. What is written in other words
altogether is no business of a list; for that every refusal is listed for the province (R3.4).
"""

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

# Letters by category, but they show nothing: the Hangul fillers, and half-width forms of them.
_BLANK = "\u115f\u1160\u3164\uffa0"
# Letters that serve as strokes between others: long-vowel and iteration marks, raised letters.
_LEFT_OUT = ("Lm",)


@lru_cache(maxsize=8192)
def _character(character: str) -> str:
    """What is left of one character: none, one or several."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    return "".join(
        each
        for each in plain
        if (category := unicodedata.category(each))[0] in "LN"
        and category not in _LEFT_OUT
        and each not in _BLANK
    )


def folded(text: str) -> str:
    """The letters and digits of ``text``, in one form."""
    return "".join(map(_character, text))


def found_in(text: str, rows: Iterable) -> list:
    """Those of ``rows`` (whose ``folded`` is not empty) that stand in ``text``, in their order."""
    plain = folded(text)
    return [row for row in rows if row.folded and row.folded in plain]


def marked(text: str, rows: Iterable) -> list[tuple[str, bool]]:
    """``text`` in pieces, each with whether it belongs to words of ``rows``; the marked pieces as they were typed."""
    plain, origin = [], []
    for at, character in enumerate(text):
        for each in _character(character):
            plain.append(each)
            origin.append(at)
    whole, hit = "".join(plain), [False] * len(text)
    for row in rows:
        start = whole.find(row.folded) if row.folded else -1
        while start >= 0:
            for at in range(origin[start], origin[start + len(row.folded) - 1] + 1):
                hit[at] = True
            start = whole.find(row.folded, start + 1)
    return _pieces(text, hit)


def _pieces(text: str, hit: list[bool]) -> list[tuple[str, bool]]:
    pieces: list[tuple[str, bool]] = []
    for character, inside in zip(text, hit, strict=True):
        if pieces and pieces[-1][1] == inside:
            pieces[-1] = (pieces[-1][0] + character, inside)
        else:
            pieces.append((character, inside))
    return pieces
