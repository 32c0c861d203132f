"""The words of one text, as the refusal wall finds them: by label, without those that are part of another word (R3.4)."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import partial
from typing import NamedTuple

from ahocorasick import Automaton

from reviews.refusal_rules import wall_lexicon
from reviews.refusal_rules.phrases_in_text import Folded, folded

NEAR = 12
# A word and what is joined of two are no longer.
_LONGEST = 24
# Of more words of a label those that may be near are looked up.
_FEW = 6


class Token(NamedTuple):
    """Where a word was found in the folded text."""

    start: int
    end: int


# Without the names of the fields: there are hundreds of places in a text.
_token = partial(tuple.__new__, Token)


class Lexicon:
    """Words with their labels; one automaton finds all of them in one walk over the text."""

    def __init__(self, words: Iterable[tuple[str, str]]):
        """``words``: (word, label); of a word that folds to nothing nothing is kept."""
        labels: dict[str, dict[str, None]] = {}
        for word, label in words:
            labels.setdefault(folded(word), {})[label] = None
        labels.pop("", None)
        self._automaton = Automaton()
        for plain, named in labels.items():
            self._automaton.add_word(plain, (len(plain) - 1, tuple(named)))
        self._automaton.make_automaton()

    def find(self, plain: str) -> dict[str, list[Token]]:
        """Every word at every place, by label."""
        found: dict[str, list[Token]] = defaultdict(list)
        for last, (before, labels) in self._automaton.iter(plain) if len(self._automaton) else ():
            place = _token((last - before, last + 1))
            for label in labels:
                found[label].append(place)
        return found


# Of these the longest word counts: in 购房合同 the 合同 is no second paper.
_NOUNS = frozenset(["paper", "fee", "temp", "full", "norecord"])
# A mask of rules hides nothing of what a ground says: it has masks of its own.
_GROUNDS = ("ground.", "left.", "right.")
_DIGITS = frozenset("0123456789一二三四五六七八九十百两几多来余好")

_PART_OF_MONTH = ("初", "中", "底", "末", "上", "下")


class Scan:
    """The words of one text, by label, without those that are part of another word; each label is looked at once, when
    it is first asked for."""

    def __init__(self, text: Folded, found: dict[str, list[Token]]):
        self.text = text
        self._found = found
        # Where a longer word hides others: what a rule finds, and what a ground says.
        self._masks, self._ground_masks = (
            self._covered(found.pop("mask", ())),
            self._covered(found.pop("mask.ground", ())),
        )
        self._kept: dict[str, list[Token]] = {}
        # Of a word: whether it is denied right where it stands (wall_beside).
        self.denied: dict[Token, bool] = {}
        # Where lawful grounds are told (wall_grounds).
        self.grounds: list[Token] | None = None
        self._add_points()
        self._add_dates()
        self._add_joins()

    def of(self, label: str) -> list[Token]:
        """The words of a label, in the order of the text."""
        kept = self._kept.get(label)
        if kept is None:
            found = self._found.get(label)
            kept = self._kept[label] = self._looked_at(label, found) if found else []
        return kept

    def _looked_at(self, label: str, found: list[Token]) -> list[Token]:
        clause = self.text.clause
        kept = sorted([each for each in found if clause[each[0]] == clause[each[1] - 1]])
        covered = self._ground_masks if label.startswith(_GROUNDS) else self._masks
        if covered:
            kept = [
                each
                for each in kept
                if (each[0] not in covered and each[1] - 1 not in covered) or not _masked(each, covered)
            ]
        return _longest(kept) if label in _NOUNS else kept

    def _whole(self, token: Token) -> bool:
        """A word does not go on over the end of a clause."""
        return self.text.clause[token.start] == self.text.clause[token.end - 1]

    def _covered(self, masks: Iterable[Token]) -> dict[int, list[Token]]:
        covered: dict[int, list[Token]] = {}
        for mask in masks:
            if self._whole(mask):
                for at in range(mask.start, mask.end):
                    covered.setdefault(at, []).append(mask)
        return covered

    def _add(self, label: str, made: list[Token]) -> None:
        if made:
            self._kept[label] = sorted(self.of(label) + made)

    def _add_points(self) -> None:
        """A number of points: 二十分, 20分; a minute, a part or a class is none."""
        plain, found = self.text.plain, []
        for at in _places("分", plain):
            if not at or plain[at - 1] not in _DIGITS:
                continue
            if plain[at + 1 : at + 2] in ("钟", "之", "别", "明", "清", "班") or "部" in plain[at - 1 : at]:
                continue
            start = at
            while start and plain[start - 1] in _DIGITS:
                start -= 1
            if plain[start - 1 : start] not in ("时", "点"):
                found.append(Token(start, at + 1))
        self._add("points", found)

    def _add_dates(self) -> None:
        """A day or a part of a month that is named: 7月15日, 三月初, 八月中旬."""
        plain, found = self.text.plain, []
        for at in _places("月", plain):
            start = at
            while start and plain[start - 1] in _DIGITS:
                start -= 1
            end = at + 1
            while plain[end : end + 1] in _DIGITS and end < len(plain):
                end += 1
            if start < at and (end > at + 1 or plain[end : end + 1] in _PART_OF_MONTH):
                found.append(Token(start, end))
        self._add("date", found)

    def _add_joins(self) -> None:
        for join in wall_lexicon.shipped()["joins"]:
            made = []
            seconds = self.of(join["second"])
            for first in self.of(join["first"]) if seconds else ():
                at = bisect_left(seconds, (first.end, 0))
                while at < len(seconds) and seconds[at].start - first.end <= join["gap"]:
                    if self.one_clause(first, seconds[at]):
                        made.append(Token(first.start, seconds[at].end))
                    at += 1
            self._add(join["gives"], made)

    def one_clause(self, one: Token, other: Token) -> bool:
        """Whether no mark stands between."""
        return self.text.clause[one.start] == self.text.clause[other.start]

    def one_sentence(self, one: Token, other: Token) -> bool:
        """Whether no full stop stands between."""
        return self.text.sentence[one.start] == self.text.sentence[other.start]

    def near(self, label: str, token: Token, reach: int = NEAR, *, clause: bool = False) -> list[Token]:
        """The words of ``label`` within ``reach`` characters of ``token``, in its sentence or only its clause."""
        found = self._kept.get(label)
        if found is None:
            found = self.of(label)
        if not found:
            return found
        begin, end = token
        before, after = begin - reach, end + reach
        if len(found) > _FEW:
            first = bisect_left(found, (before - _LONGEST,))
            found = found[first : bisect_left(found, (after + 1,), first)]
        numbers = self.text.clause if clause else self.text.sentence
        number = numbers[begin]
        return [
            each for each in found if each[0] <= after and each[1] >= before and numbers[each[0]] == number
        ]


def _masked(token: Token, covered: dict[int, list[Token]]) -> bool:
    for at in (token.start, token.end - 1):
        for mask in covered.get(at, ()):
            inside = mask.start <= token.start and token.end <= mask.end
            longer = mask.end - mask.start > token.end - token.start
            if longer and (inside or mask.start < token.start):
                return True
    return False


def _longest(found: list[Token]) -> list[Token]:
    """Without those that are part of another."""
    kept, end = [], -1
    for token in sorted(found, key=lambda each: (each.start, -each.end)):
        if token.end > end:
            kept.append(token)
            end = token.end
    return kept


def _places(character: str, plain: str) -> Iterator[int]:
    at = plain.find(character)
    while at >= 0:
        yield at
        at = plain.find(character, at + 1)


def gap(one: Token, other: Token) -> int:
    return max(one.start - other.end, other.start - one.end, 0)


def overlap(one: Token, other: Token) -> bool:
    return one.start < other.end and other.start < one.end
