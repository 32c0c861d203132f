"""A text as the refusal wall reads it, however it is dressed up: one form of every character, and where it was typed.

Full-width, styled, spaced out, broken, with marks, emoji or unseen characters between: of each character its letters
and digits are left (NFKD, case folded). Traditional characters become simplified ones (OpenCC); key words written in
pinyin, or with other characters of the same sound, become the key words. A mark ends a clause only where words stand
on both sides of it: 违，规，招，生 is one word.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeVar

from opencc import OpenCC
from pypinyin import Style, pinyin

from reviews.refusal_rules import wall_lexicon

# Letters by category, but they show nothing: the Hangul fillers, and half-width forms of them.
_BLANK = "\u115f\u1160\u3164\uffa0"
# Letters that serve as strokes between others: long-vowel and iteration marks, raised letters.
_LEFT_OUT = ("Lm",)
_STRONG, _WEAK = frozenset("。！？；!?;…｡"), frozenset("，,：:")
# A stretch between two marks that is shorter is no clause: marks stand between the characters of one word.
_CLAUSE, _SENTENCE = 2, 3
_MARKS = re.compile("[" + re.escape("".join(sorted(_STRONG | _WEAK))) + "]")
_SIMPLIFIED = OpenCC("t2s")
_HAN = ("\u3400", "\U000323af")
# One letter by itself is no syllable of a key word.
_LATIN = re.compile("[a-z]{2}")


_Of = TypeVar("_Of")
_What = TypeVar("_What")


class _Known(dict[_Of, _What]):
    """What is known of each character, found out once."""

    def __init__(self, find: Callable[[_Of], _What]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, character: _Of) -> _What:
        found = self._find(character)
        if len(self) < _MOST_KNOWN:
            self[character] = found
        return found


_MOST_KNOWN = 16384


def _character(character: str) -> str:
    """What is left of one character: none, one or several."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    kept = "".join(
        each
        for each in plain
        if (category := unicodedata.category(each))[0] in "LN"
        and category not in _LEFT_OUT
        and each not in _BLANK
    )
    return kept if kept.isascii() else _SIMPLIFIED.convert(kept)


def _sound(character: str) -> str:
    """The syllable of one Han character, without its tone; empty for any other."""
    if not _HAN[0] <= character <= _HAN[1]:
        return ""
    found = pinyin(character, style=Style.NORMAL, errors="ignore")
    return found[0][0].replace("ü", "v") if found else ""


_CHARACTERS, _SOUNDS = _Known(_character), _Known(_sound)
# By code points, as ``str.translate`` asks.
_CODES: _Known[int, str] = _Known(lambda each: wall_lexicon.code(_SOUNDS[chr(each)]))


@dataclass
class Folded:
    """The letters and digits of a text (``plain``), where each was typed (``origin``), and after which of them a
    clause (``weak``) or a sentence (``strong``) ends. ``unread``: how many letters are of no script that is read."""

    plain: str = ""
    origin: list[tuple[int, int]] = field(default_factory=list)
    clause: list[int] = field(default_factory=list)
    sentence: list[int] = field(default_factory=list)
    unread: int = 0


def folded(text: str) -> str:
    """The letters and digits of ``text``, in one form."""
    return "".join([_CHARACTERS[each] for each in text])


def read(text: str) -> Folded:
    """``text`` as the wall reads it."""
    kept = list(map(_CHARACTERS.__getitem__, text))
    plain = "".join(kept)
    if len(plain) == len(kept) - kept.count(""):
        origin = [(at, at) for at, each in enumerate(kept) if each]
    else:
        origin = [(at, at) for at, each in enumerate(kept) for _ in each]
    found = Folded(plain, origin)
    marks, last, length = [], 0, 0
    for mark in _MARKS.finditer(text):
        length += sum(map(len, kept[last : mark.start()]))
        last = mark.start()
        marks.append((length, text[last] in _STRONG))
    _number_clauses(found, marks)
    _by_sound(found)
    found.unread = _unread(found.plain)
    return found


def _number_clauses(found: Folded, marks: list[tuple[int, bool]]) -> None:
    """Number clauses and sentences; a mark too near to the last that counted, or to the next, divides nothing."""
    length = len(found.plain)
    edges = sorted({at for at, _ in marks} | {length})
    strong = {at for at, ends in marks if ends}
    cuts, ends, last, full = set(), set(), 0, 0
    for at, following in pairwise(edges):
        after = following - at
        if min(at - last, after) >= _CLAUSE:
            cuts.add(at)
            last = at
            if at in strong and min(at - full, after) >= _SENTENCE:
                ends.add(at)
                full = at
    sentence = 0
    for clause, (at, following) in enumerate(pairwise([0, *sorted(cuts - {0, length}), length])):
        sentence += at in ends
        found.clause += [clause] * (following - at)
        found.sentence += [sentence] * (following - at)


# ---------------------------------------------------------------- by sound


def _by_sound(found: Folded) -> None:
    """Put key words for what sounds like them: pinyin, and other characters of the same sound."""
    plain = found.plain
    if plain.isascii() and not plain.isalpha() and len(plain) > 500:
        return
    units = _units(plain) if _LATIN.search(plain) else None
    heard = (
        plain.translate(_CODES) if units is None else "".join([wall_lexicon.code(each[2]) for each in units])
    )
    hits = sorted(
        (last - before, -last, words) for last, (before, words) in wall_lexicon.sounds().iter(heard)
    )
    end, pieces = 0, []
    for first, last, words in hits:
        # Of those that begin at one place the longest.
        if first < end:
            continue
        at = range(first, 1 - last)
        within = units[first : 1 - last] if units else [(each, each + 1, "") for each in at]
        meant = [word for word, by_han in words if _meant(within, word, by_han, plain)]
        if meant:
            pieces.append((within[0][0], within[-1][1], meant[-1]))
            end = 1 - last
    if pieces:
        _replace(found, pieces)


def _units(plain: str) -> list[tuple[int, int, str]]:
    """(from, to, syllable) of each character; a run of Latin letters in syllables where it is pinyin throughout."""
    units, at, length = [], 0, len(plain)
    while at < length:
        if "a" <= plain[at] <= "z":
            end = at
            while end < length and "a" <= plain[end] <= "z":
                end += 1
            units.extend(_syllables(plain, at, end))
            at = end
        else:
            units.append((at, at + 1, _SOUNDS[plain[at]]))
            at += 1
    return units


def _syllables(plain: str, start: int, end: int) -> list[tuple[int, int, str]]:
    """A run of letters as syllables, the longest first; letters that are none stand by themselves."""
    known, units, at = wall_lexicon.syllables(), [], start
    ways: dict[int, tuple[int, ...]] = {end: ()}
    for begin in range(end - 1, start - 1, -1):
        for size in range(min(6, end - begin), 0, -1):
            if begin + size in ways and plain[begin : begin + size] in known:
                ways[begin] = (size,)
                break
    while at < end:
        read = ways.get(at, ())
        step = read[0] if read else 1
        units.append((at, at + step, plain[at : at + step] if read else ""))
        at += step
    return units


def _meant(units: list[tuple[int, int, str]], word: str, by_han: bool, plain: str) -> bool:
    """Whether what sounds like ``word`` is meant for it: some of it in letters, or in few other characters."""
    typed = [plain[begin:end] for begin, end, _ in units]
    same = sum(one == character for one, character in zip(typed, word, strict=True))
    letters = sum(one.isascii() for one in typed)
    if same == len(word):
        return False
    if letters:
        return True
    heard = by_han and (same >= 1 or len(word) >= 4)
    return heard and "".join(typed) not in wall_lexicon.real_words()


def _replace(found: Folded, pieces: list[tuple[int, int, str]]) -> None:
    plain, origin, clause, sentence, at = [], [], [], [], 0
    for begin, end, word in pieces:
        whole = (found.origin[begin][0], found.origin[end - 1][1])
        plain += [found.plain[at:begin], word]
        origin += found.origin[at:begin] + [whole] * len(word)
        clause += found.clause[at:begin] + [found.clause[begin]] * len(word)
        sentence += found.sentence[at:begin] + [found.sentence[begin]] * len(word)
        at = end
    found.plain = "".join(plain) + found.plain[at:]
    found.origin = origin + found.origin[at:]
    found.clause = clause + found.clause[at:]
    found.sentence = sentence + found.sentence[at:]


def _is_strange(character: str) -> bool:
    return not (_HAN[0] <= character <= _HAN[1] or character.isascii() or character.isnumeric())


_STRANGE = _Known(_is_strange)
# So many letters of another script cannot be read; nor so many Latin ones without a Chinese word.
_FEW, _LATIN_RUN = 2, 6


def _unread(plain: str) -> int:
    """How many letters are of a script that the wall does not read: neither Han nor Latin, or Latin throughout."""
    if plain.isascii():
        letters = sum(each.isalpha() for each in plain)
        return letters if letters >= _LATIN_RUN else 0
    strange = [each for each in set(plain) if _STRANGE[each]]
    other = sum(map(plain.count, strange))
    return other if other >= _FEW else 0


# ---------------------------------------------------------------- marking


def marked(text: str, spans: Iterable[tuple[int, int]]) -> list[tuple[str, bool]]:
    """``text`` in pieces, each with whether it belongs to a span (from, to inclusive, as typed)."""
    hit = [False] * len(text)
    for start, end in spans:
        for at in range(start, min(end + 1, len(text))):
            hit[at] = True
    pieces: list[tuple[str, bool]] = []
    for character, inside in zip(text, hit, strict=True):
        if pieces and pieces[-1][1] == inside:
            pieces[-1] = (pieces[-1][0] + character, inside)
        else:
            pieces.append((character, inside))
    return pieces
