"""The refusal wall (R3.4, R0.6, R1.8, R0.1): what was typed, held against the meaning of the clauses.

Three answers. ``stop``: concepts of a rule stand near one another in one sentence and nothing lawful beside them.
``doubt``: a hit beside a lawful cue, no lawful ground read that fits the chosen reason, or a script that cannot be
read; it stops nobody, the writer states the facts and the mark goes with the text. ``clear``: neither. Exceptions go
by the meaning near the hit (:mod:`reviews.refusal_rules.wall_beside`), never by the reason's code and never by words elsewhere.

Beside the words a learned measure (:mod:`reviews.refusal_rules.likeness`) marks what no row found, and makes a doubt of a
hit in a sentence that is like lawful ones. It stops nobody: without words that a row found there is no stop.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from reviews.refusal_rules import wall_beside, wall_grounds, wall_lexicon
from reviews.refusal_rules.likeness import Likeness
from reviews.refusal_rules.phrases_in_text import Folded, read
from reviews.refusal_rules.wall_beside import CLEAR, DOUBT, STOP, Manner
from reviews.refusal_rules.wall_scan import Lexicon, Scan, Token, gap, overlap

if TYPE_CHECKING:
    from reviews.refusal_rules.models import ForbiddenPhrase

NO_GROUND, UNREAD, CONDITION, LIKE = "no_ground", "unread", "condition", "like"


class _Limits(NamedTuple):
    """By likeness: above the first a text is marked though nothing was found. In a sentence under the second a hit of
    words that would be the only ground is a doubt, under the third one of others; under the last two even the doubt is
    none, for a lawful ground is told, or nothing asked, in words that are not known."""

    marked: float
    bare: float
    hit: float
    bare_none: float
    none: float


# An agreement is marked that seems to demand something, or to depend on it.
_REFUSING, _AGREEING = _Limits(-0.5, -0.3, -1.2, -0.8, -2.8), _Limits(-1.0, -0.2, -0.8, -1.0, -2.5)
_UNMEASURED = inf
# Marked are at most so many words that stop.
_MOST = 12


@dataclass(frozen=True)
class Rule:
    """One row: the concepts (or its own words) that stand within ``reach`` characters of one another."""

    key: str
    name: str
    concepts: tuple[str, ...]
    reach: int
    answer: str = STOP
    groundless: bool = False
    row: "ForbiddenPhrase" = field(kw_only=True)


@dataclass(frozen=True)
class Hit:
    """Words that a rule found: where, as typed (from, to inclusive), and whether they stop."""

    rule: Rule
    spans: tuple[tuple[int, int], ...]
    answer: str

    def words(self, text: str) -> str:
        """What was found, as it was typed; dots stand for what is between."""
        found, last = "", None
        for start, end in sorted(set(self.spans)):
            if last is not None and start > last + 1:
                found += "……"
            found += text[start if last is None or start > last else last + 1 : end + 1]
            last = end if last is None else max(end, last)
        return found


@dataclass
class Answer:
    """What the wall says of a text. ``why`` is empty where words were found; else it says where a doubt comes from:
    NO_GROUND, UNREAD, CONDITION (of an agreement), or LIKE (what is forbidden)."""

    verdict: str = CLEAR
    hits: list[Hit] = field(default_factory=list)
    why: str = ""
    grounds: frozenset[str] = frozenset()

    @property
    def spans(self) -> list[tuple[int, int]]:
        """The words to be marked."""
        return [span for hit in self.hits for span in hit.spans]


class Wall:
    """The rules and words of one time and place, compiled. ``own_words`` are those of rules without concepts."""

    def __init__(self, rules: Iterable[Rule], words: Lexicon, own_words: Iterable[tuple[str, str]] = ()):
        self.rules = list(rules)
        self.words, self.own_words = words, Lexicon(own_words)

    def judge(
        self,
        text: str,
        *,
        refuses: bool = True,
        opinion: bool = True,
        reason: str = "",
        grounds: bool = True,
        told: bool = False,
        learned: bool = True,
    ) -> Answer:
        """What ``text`` says. ``refuses``: it is to refuse or send back, so that a lawful ground must be read, one
        that fits ``reason`` where that is a code the program knows; ``grounds``: whether grounds are asked at all.
        ``told``: it only tells what happened, so it is held to what it demands.
        ``opinion``: a whole one, which rests on nothing where it agrees; facts and listed reasons are none.
        ``learned``: whether the measure of likeness is asked; rows are tried without."""
        found = read(text)
        if not found.plain:
            return Answer(DOUBT, why=NO_GROUND) if refuses and grounds else Answer()
        scan = Scan(found, self.words.find(found.plain) | self.own_words.find(found.plain))
        read_grounds = wall_grounds.read(scan)
        wants = refuses and grounds
        manner = wall_beside.manner(scan, refuses=refuses, opinion=opinion, grounds=read_grounds, told=told)
        depends = manner.agrees and not told
        rules = [
            rule
            for rule in self.rules
            if not rule.groundless or wants or (depends and rule.key in wall_beside.DEPENDED)
        ]
        like = Likeness(found, refuses=refuses) if learned and opinion and grounds and not told else None
        # What neither refuses nor agrees rests on nothing that a hit could stand among.
        hits = _first(rules, scan, manner, like if refuses or manner.agrees else None)
        answer = Answer(CLEAR, _deduplicated(hits), grounds=read_grounds)
        if any(hit.answer == STOP for hit in hits):
            answer.verdict = STOP
        elif hits:
            answer.verdict = DOUBT
        elif found.unread:
            answer.verdict, answer.why = DOUBT, UNREAD
        elif wants and not wall_grounds.fits(read_grounds, reason) and not _told(read_grounds, like):
            answer.verdict, answer.why = DOUBT, NO_GROUND
        elif like and like.highest() > _limits(like).marked:
            answer.verdict, answer.why = DOUBT, LIKE if wants else CONDITION
        return answer


# A hundred thousand words; a few lists of them are in use at a time: the nation's, with those of some provinces.
@lru_cache(maxsize=8)
def lexicon(cells: tuple[tuple[str, str], ...]) -> Lexicon:
    """The words of these cells, each with its concept, and the program's own."""
    words = ((word, concept) for cell, concept in cells for word in wall_lexicon.expanded(cell))
    return Lexicon(chain(words, _program()))


@lru_cache(maxsize=1)
def _program() -> list[tuple[str, str]]:
    """(word, label) of what no row can change: masks, cues, grounds."""
    data = wall_lexicon.shipped()
    masks = {"mask": data["masks"]["words"], "mask.ground": data["masks"]["grounds"]}
    found = [(word, label) for label, words in masks.items() for word in wall_lexicon.expanded(words)]
    for name, words in data["cues"].items():
        found += [(word, f"cue.{name}") for word in wall_lexicon.expanded(words)]
    return found + wall_grounds.words()


def _told(grounds: frozenset[str], like: Likeness | None) -> bool:
    """Whether a lawful ground is told in words of which none is known."""
    return not grounds and like is not None and like.of_whole() < _REFUSING.bare_none


def _limits(like: Likeness) -> _Limits:
    return _REFUSING if like.refuses else _AGREEING


def _left(rule: Rule, answer: str, measure: float, limits: _Limits) -> str:
    """What is left of an answer in a sentence that measures so much."""
    return DOUBT if measure < (limits.bare if rule.groundless else limits.hit) else answer


def _first(rules: list[Rule], scan: Scan, manner: Manner, like: Likeness | None) -> list[Hit]:
    """As many hits as anybody reads: those of a text that is full of them are all of one kind. Where something stops,
    what would only be a doubt, or the only ground, is not looked for."""
    kept, stopping = [], 0
    for rule in sorted(rules, key=lambda each: (each.answer != STOP, each.groundless)):
        if stopping and (rule.answer != STOP or rule.groundless):
            break
        for hit in _hits(rule, scan, manner, like):
            kept.append(hit)
            stopping += hit.answer == STOP
            if stopping == _MOST:
                return kept
    return kept


def _deduplicated(hits: list[Hit]) -> list[Hit]:
    """Those that stop before the others; of a rule the first few."""
    kept: dict[tuple, Hit] = {}
    for hit in sorted(hits, key=lambda each: each.answer != STOP):
        kept.setdefault((hit.rule.key, hit.spans), hit)
    stopping = [hit for hit in kept.values() if hit.answer == STOP]
    return stopping or list(kept.values())


def _hits(rule: Rule, scan: Scan, manner: Manner, like: Likeness | None) -> Iterator[Hit]:
    for concept in rule.concepts:
        if not scan.of(concept):
            return
    first, *others = rule.concepts
    for token in scan.of(first):
        # Nothing spares a province's own words.
        measure = like.of_sentence(scan.text.sentence[token.start]) if like and rule.key else _UNMEASURED
        if like and measure < (_limits(like).bare_none if rule.groundless else _limits(like).none):
            continue
        partners = [token]
        for concept in others:
            near = [
                each
                for each in scan.near(concept, token, rule.reach)
                if not overlap(each, token) and _sense(rule, token, each)
            ]
            if not near:
                break
            partners.append(near[0] if len(near) == 1 else min(near, key=lambda each: gap(each, token)))
        else:
            answer = wall_beside.answer_of(rule, partners, scan, manner)
            if answer != CLEAR and like:
                answer = _left(rule, answer, measure, _limits(like))
            if answer != CLEAR:
                yield Hit(rule, tuple(_typed(each, scan.text) for each in partners), answer)


def _typed(token: Token, text: Folded) -> tuple[int, int]:
    return text.origin[token.start][0], text.origin[token.end - 1][1]


def _sense(rule: Rule, token: Token, partner: Token) -> bool:
    """Order where it matters: less than so many points stands before the number, or right behind it."""
    return rule.key != "points" or partner.end <= token.start or partner.start - token.end <= 2
