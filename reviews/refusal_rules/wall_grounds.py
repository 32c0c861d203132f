"""The lawful grounds that can be read in a text (R3.4): what a refusal may rest on, by the codes of the closed lists.

A ground is read from a word of its own, or from two that stand near one another in one sentence: who and what.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from reviews.refusal_rules import wall_lexicon
from reviews.refusal_rules.wall_scan import Scan, Token, overlap

_NEAR = 14
# What is told of somebody is a fact; what is asked of him is none: “应留在本县”, “请家长另行联系”.
_ASKED = (
    "应",
    "应当",
    "应该",
    "请",
    "须",
    "望",
    "劝",
    "宜",
    "不如",
    "最好",
    "还是",
    "建议",
    "要求",
    "可以",
    "可",
    "一律",
    "只能",
)
_FAMILY = ("家长", "监护人", "父母", "父亲", "母亲", "爸爸", "妈妈")


class _Ground(NamedTuple):
    key: str
    single: str
    pairs: tuple[tuple[str, str], ...]
    near: int
    ordered: bool
    clause: bool
    told: bool
    child: bool


def words() -> list[tuple[str, str]]:
    """(word, label) of the grounds and of the halves of those that need two."""
    found = []
    for ground in wall_lexicon.shipped()["grounds"]:
        key = ground["key"]
        found += [(word, f"ground.{key}") for word in wall_lexicon.expanded(ground.get("single", ""))]
        for number, halves in enumerate(ground.get("pairs", [])):
            for side, half in zip(("left", "right"), halves, strict=True):
                found += [(word, f"{side}.{key}.{number}") for word in _of(half)]
    return found


def _of(half: str) -> Sequence[str]:
    return [] if half.startswith("@") else wall_lexicon.expanded(half)


def _half(half: str, concept: str) -> str:
    """What one half of a pair is found by: the scan's own, or the concept made of its words."""
    return half[1:] if half.startswith("@") else concept


@lru_cache(maxsize=1)
def _grounds() -> tuple[_Ground, ...]:
    """The grounds as they are looked for; “@date” is what the scan makes out by itself."""
    return tuple(
        _Ground(
            each["key"],
            f"ground.{each['key']}",
            tuple(
                (_half(left, f"left.{each['key']}.{number}"), _half(right, f"right.{each['key']}.{number}"))
                for number, (left, right) in enumerate(each.get("pairs", []))
            ),
            each.get("near", _NEAR),
            each.get("ordered", False),
            each.get("clause", False),
            each.get("told", False),
            each.get("child", False),
        )
        for each in wall_lexicon.shipped()["grounds"]
    )


@lru_cache(maxsize=1)
def _codes() -> tuple[dict[str, frozenset[str]], frozenset[str]]:
    """Which grounds fit a code, and those that fit every one."""
    by_code: dict[str, set[str]] = {}
    for each in wall_lexicon.shipped()["grounds"]:
        for code in each["codes"]:
            by_code.setdefault(code, set()).add(each["key"])
    always = by_code.pop("*", set())
    return {code: frozenset(keys | always) for code, keys in by_code.items()}, frozenset(always)


def read(scan: Scan) -> frozenset[str]:
    """The kinds of lawful grounds that can be read."""
    return frozenset(each.key for each in _grounds() if _reads(each, scan))


def _reads(ground: _Ground, scan: Scan) -> bool:
    return next(_told(ground, scan), None) is not None


def _told(ground: _Ground, scan: Scan) -> Iterator[Token]:
    """Where a ground is told, a pair from its first word to its second."""
    yield from (token for token in scan.of(ground.single) if _tells(ground, token, scan))
    for left_label, right_label in ground.pairs:
        if not scan.of(right_label):
            continue
        for left in scan.of(left_label):
            for right in scan.near(right_label, left, ground.near, clause=ground.clause):
                ordered = left.end <= right.start or not ground.ordered
                if (
                    ordered
                    and not overlap(left, right)
                    and not (_asked(left, scan) or _guessed(left, scan))
                    and _tells(ground, right, scan)
                ):
                    yield Token(min(left.start, right.start), max(left.end, right.end))


def places(keys: frozenset[str], scan: Scan) -> list[Token]:
    """Where these grounds, those of this text, are told; found once."""
    if scan.grounds is None:
        scan.grounds = [place for ground in _grounds() if ground.key in keys for place in _told(ground, scan)]
    return scan.grounds


def _tells(ground: _Ground, token: Token, scan: Scan) -> bool:
    """Whether a fact is told of whom the ground is about: what is asked is none, nor that the family did not come."""
    if (ground.told and _asked(token, scan)) or _guessed(token, scan):
        return False
    before = scan.text.plain[max(token.start - 5, 0) : token.start]
    return not (ground.child and before.endswith(_FAMILY))


def _asked(token: Token, scan: Scan) -> bool:
    before = scan.text.plain[max(token.start - 5, 0) : token.start]
    # “劝家长放弃”: who is asked stands between.
    for name in _FAMILY:
        before = before.removesuffix(name)
    return before.rstrip("到去向往").endswith(_ASKED)


# What is guessed or only imagined of somebody is no fact either: “恐怕不会被录取”.
_GUESSES = (
    "可能",
    "恐怕",
    "恐",
    "估计",
    "未必",
    "也许",
    "或许",
    "万一",
    "如果",
    "若",
    "要是",
    "一旦",
    "很难",
    "难以",
    "不会",
    "怕是",
    "生怕",
)


def _guessed(token: Token, scan: Scan) -> bool:
    start = max(token.start - 6, 0)
    clause = scan.text.clause
    before = "".join(
        scan.text.plain[at] for at in range(start, token.start) if clause[at] == clause[token.start]
    )
    return any(word in before for word in _GUESSES)


def fits(found: frozenset[str], reason: str) -> bool:
    """Whether one of the grounds read fits the chosen code; any does where the code is a province's own."""
    by_code, _ = _codes()
    return bool(found) and (reason not in by_code or bool(found & by_code[reason]))
