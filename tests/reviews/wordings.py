"""Wordings for the refusal wall, from ``wordings.txt``."""

from pathlib import Path

_LINES = Path(__file__).with_name("wordings.txt").read_text(encoding="utf-8").splitlines()
_ROWS = [line.split("|", 2) for line in _LINES if not line.startswith("#")]


def _of(what: str) -> list[tuple[str, str]]:
    return [(stage, text) for kind, stage, text in _ROWS if kind == what]


UNLAWFUL, DOUBTFUL, AGREEING, AGREED = map(_of, ("unlawful", "doubt", "demand", "agreed"))
# (stage, code of the reason or nothing, sentence).
LAWFUL = [(stage, "", text) for stage, text in _of("lawful")]
