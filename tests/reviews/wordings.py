"""Wordings for the refusal wall, from ``wordings.txt`` and, as they were measured first, ``measured.txt``."""

from pathlib import Path


def _rows(name: str) -> list[tuple[str, str, str]]:
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    return [
        (what, stage, text) for what, stage, text in (each.split("|", 2) for each in lines if each[0] != "#")
    ]


_ROWS = _rows("wordings.txt")
# (what, stage, sentence): never clear where it is unlawful, never stopped where it is lawful.
MEASURED = _rows("measured.txt")


def _of(what: str) -> list[tuple[str, str]]:
    return [(stage, text) for kind, stage, text in _ROWS if kind == what]


UNLAWFUL, DOUBTFUL, AGREEING, AGREED = map(_of, ("unlawful", "doubt", "demand", "agreed"))
# (stage, code of the reason or nothing, sentence).
LAWFUL = [(stage, "", text) for stage, text in _of("lawful")]
