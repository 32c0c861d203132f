"""Shares and percentiles as they are told to people: whole numbers, never flattering."""

from collections.abc import Mapping
from math import ceil


def share(part: int, whole: int) -> int | None:
    """Per thousand, rounded down, so that nothing short of all is told as all; ``None`` of nothing."""
    return part * 1000 // whole if whole else None


def percentile(took: Mapping[int, int], percent: int) -> int | None:
    """The smallest number of days within which so many were done; ``took`` counts them by days; ``None`` of none."""
    total = sum(took.values())
    if not total:
        return None
    wanted, seen = ceil(total * percent / 100), 0
    for day in sorted(took):
        seen += took[day]
        if seen >= wanted:
            return day
    raise AssertionError("a percentile lies within")


def percent(per_thousand: int | None) -> str:
    """97.4%, or a dash of nothing."""
    return "—" if per_thousand is None else f"{per_thousand / 10:.1f}%"
