"""The shipped words of the refusal wall, from ``data/refusal_wall.toml``: what becomes rows, and what is program only."""

import re
import tomllib
from functools import lru_cache
from itertools import product
from pathlib import Path

from ahocorasick import Automaton
from pypinyin import Style, pinyin

_FILE = Path(__file__).resolve().parent.parent / "data" / "refusal_wall.toml"
# Characters of nobody else.
_PRIVATE = 0xE000
_ALTERNATIVES = re.compile(r"\(([^()]*)\)")


@lru_cache(maxsize=1)
def shipped() -> dict:
    """The file as it stands."""
    with _FILE.open("rb") as file:
        return tomllib.load(file)


@lru_cache(maxsize=1024)
def expanded(words: str) -> tuple[str, ...]:
    """The words of a cell, each once: ``(a|b|)c`` stands for ``ac``, ``bc`` and ``c``."""
    found: dict[str, None] = {}
    for word in words.split():
        parts = _ALTERNATIVES.split(word)
        choices = [part.split("|") if at % 2 else [part] for at, part in enumerate(parts)]
        found |= dict.fromkeys("".join(each) for each in product(*choices))
    return tuple(found)


def _syllables_of(word: str) -> list[str]:
    return [each[0].replace("ü", "v") for each in pinyin(word, style=Style.NORMAL)]


@lru_cache(maxsize=1)
def syllables() -> frozenset[str]:
    """The syllables of the key words."""
    words = expanded(shipped()["sounds"]["words"])
    return frozenset(each for word in words for each in _syllables_of(word)) | frozenset(_initials())


def _initials() -> dict[str, str]:
    pairs = shipped()["sounds"]["short"].split()
    return dict(zip(pairs[::2], pairs[1::2], strict=True))


@lru_cache(maxsize=1)
def real_words() -> frozenset[str]:
    """Words that sound like a key word and are another."""
    return frozenset(shipped()["sounds"]["real"].split())


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    """One character for each syllable of the key words."""
    return {syllable: chr(_PRIVATE + at) for at, syllable in enumerate(sorted(syllables()))}


def code(syllable: str) -> str:
    """The character that stands for a syllable in :func:`sounds`; a blank for one that no key word has."""
    return _codes().get(syllable, " ")


@lru_cache(maxsize=1)
def sounds() -> Automaton:
    """Finds key words by their syllables, each written as its :func:`code`: (length less one, the words of that sound,
    each with whether other characters of the sound count too)."""
    by_han = set(shipped()["sounds"]["homophones"].split())
    found: dict[str, list[tuple[str, bool]]] = {}
    for word in expanded(shipped()["sounds"]["words"]):
        found.setdefault("".join(map(code, _syllables_of(word))), []).append((word, word in by_han))
    automaton = Automaton()
    for heard, words in found.items():
        automaton.add_word(heard, (len(heard) - 1, words))
    automaton.make_automaton()
    return automaton
