"""How a row of the year's end is written and read by people: 06-01, 是, 小学、初中, 高三 (R0.7)."""

import re
from datetime import date

from reviews.rulebook.year_values import DAYS, MAY_BE_EMPTY, OFF, ON, SWITCHES, WORDS, YearKey
from reviews.vocabulary.relations import PHASES
from web.words import joined, zh

HELP = zh("日期写成“月-日”，如 06-01；可否写“是”或“否”；学段写“小学、初中、高中”；年级写“高一、高二、高三”。")
_SWITCH = {ON: zh("是"), OFF: zh("否")}
_GRADES = {"10": zh("高一"), "11": zh("高二"), "12": zh("高三")}
_WRONG: dict[str, str] = {
    **dict.fromkeys(DAYS, zh("请写成“月-日”，如 06-01，并在 1月1日至 8月10日之间（升级以前）。")),
    **dict.fromkeys(SWITCHES, zh("请写“是”或“否”。")),
    YearKey.COMPLETION_PHASES: zh("请写学段，如“高中”，几个学段以顿号分开；都不可以的留空。"),
    YearKey.INCOMPLETE_GRADES: zh("请写年级，如“高三”，几个年级以顿号分开；都不可以的留空。"),
}


def _names(key: str) -> dict[str, str]:
    if key in SWITCHES:
        return _SWITCH
    named: dict[str, dict[str, str]] = {
        YearKey.COMPLETION_PHASES: dict(PHASES),
        YearKey.INCOMPLETE_GRADES: _GRADES,
    }
    return named.get(key, {})


def told(key: str, value: str, empty: str = "—") -> str:
    """The word of a row as people say it."""
    names = _names(key)
    return joined("、", (names.get(part, part) for part in value.split(","))) if value else empty


def read(key: str, text: str) -> str:
    """The word of a row from what was typed: in people's words or the row's own. Raises ValueError with what may be
    written instead."""
    codes = {str(name).lower(): code for code, name in _names(key).items()}
    parts = [part.strip() for part in re.split("[、，,]", text) if part.strip()]
    value = ",".join(codes.get(part.lower(), part.lower()) for part in parts)
    if not value and key in MAY_BE_EMPTY:
        return ""
    words = next(words for keys, words in WORDS if key in keys)
    if not re.fullmatch(words, value, re.ASCII) or (key in DAYS and not _in_calendar(value)):
        raise ValueError(_WRONG[key])
    return value


def _in_calendar(value: str) -> bool:
    try:
        return bool(date(2024, *(int(part) for part in value.split("-"))))
    except ValueError:
        return False
