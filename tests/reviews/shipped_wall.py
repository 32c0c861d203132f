"""The shipped rules and words of the refusal wall, compiled without a database."""

from copy import copy
from functools import lru_cache
from types import SimpleNamespace

from reviews.engine.book import compiled
from reviews.refusal_rules import wall_values
from reviews.refusal_rules.wall import Wall
from reviews.rulebook.notice_values import IN_PROVINCE

_KINDS = {
    "graduation_authority": wall_values.POST_GRADUATION,
    "authority": wall_values.RECRUITMENT,
    "school": wall_values.LATE,
}


class _Without:
    """The words of a wall, but for those of one label: a meaning, a cue, or a ground with its halves."""

    def __init__(self, lexicon, label: str):
        self.lexicon, self.label = lexicon, label

    def find(self, plain: str) -> dict:
        kind, _, name = self.label.partition(".")
        left_out = (self.label, name) if kind in ("words", "cue") else (self.label,)
        halves = (f"left.{name}.", f"right.{name}.") if kind == "ground" else ("\0",)
        found = self.lexicon.find(plain)
        return {key: at for key, at in found.items() if key not in left_out and not key.startswith(halves)}


@lru_cache(maxsize=1)
def _whole() -> Wall:
    rules = [SimpleNamespace(pk=at, **row) for at, row in enumerate(wall_values.rules())]
    return compiled(rules, [SimpleNamespace(**row) for row in wall_values.words()])


@lru_cache(maxsize=512)
def shipped(stage: str, without: str = "") -> Wall:
    """The wall of a stage; ``without`` a rule's key, or a meaning, a cue or a ground ("words.", "cue.", "ground.")."""
    kind, wall = _KINDS.get(stage, IN_PROVINCE), copy(_whole())
    wall.rules = [
        rule
        for rule in wall.rules
        if rule.key != without
        and (not rule.row.kinds or kind in rule.row.kinds)
        and (not rule.row.stages or stage in rule.row.stages)
    ]
    if "." in without:
        wall.words = _Without(wall.words, without)
    return wall


def judged(
    stage: str,
    text: str,
    *,
    refuses: bool = True,
    reason: str = "",
    without: str = "",
    learned: bool | None = None,
):
    """The wall's answer at a stage; what is left when something is taken away is asked of the rows alone."""
    learned = not without if learned is None else learned
    return shipped(stage, without).judge(text, refuses=refuses, reason=reason, learned=learned)
