"""How the user's own sheet looks, as far as a list that is given back shows it again: widths, fills, bold and coloured
letters, number formats, the lines that stay in view. Built from what :mod:`students.tables.workbook_child` read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from students.tables.workbooks import Cell

# A sheet with more kinds of cells than this was made by no hand: the rest of its cells come without their look.
_MOST_FORMATS = 2_000
_WIDEST = 120.0
# What a file says of a width has the margins of a cell in it; the writer adds them.
_MARGINS = 5 / 7
# Where an element stands says what it is of: a colour of letters, of a fill, or of a border.
_PARTS = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "dxfs")
_ON = ("", "1", "true")
# What a theme's colours are called by their number; light and dark stand the other way round in the part itself.
_THEME = (
    "lt1",
    "dk1",
    "lt2",
    "dk2",
    "accent1",
    "accent2",
    "accent3",
    "accent4",
    "accent5",
    "accent6",
    "hlink",
    "folHlink",
)
# The first colours of the old palette, twice.
_PALETTE = ("000000", "FFFFFF", "FF0000", "00FF00", "0000FF", "FFFF00", "FF00FF", "00FFFF") * 2
_BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 14: "yyyy/m/d", 15: "d-mmm-yy",
    16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm",
    27: 'yyyy"年"m"月"', 28: 'm"月"d"日"', 31: 'yyyy"年"m"月"d"日"', 49: "@", 57: 'yyyy"年"m"月"', 58: 'm"月"d"日"',
}  # fmt: skip

Attributes = dict[str, str]


class Look:
    """The look of one sheet. ``found``: (element, attributes) of the parts for styles, theme and sheet, in their order."""

    def __init__(self, found: Sequence[Sequence[Any]]):
        self.widths: list[tuple[int, int, float]] = []
        self.frozen = (0, 0)
        self._theme: dict[str, str] = {}
        self._numbers: dict[int, str] = {}
        self._fonts: list[Attributes] = []
        self._fills: list[Attributes] = []
        self._cells: list[Attributes] = []
        self._inside = self._named = ""
        for name, given in found:
            self._take(str(name), given)

    def _take(self, name: str, given: Attributes) -> None:
        if name in _PARTS:
            self._inside = name
        elif name in _THEME:
            self._named = name
        elif name == "col":
            self._width(given)
        elif name == "pane":
            if given.get("state") in ("frozen", "frozenSplit"):
                self.frozen = (_whole(given.get("ySplit")), _whole(given.get("xSplit")))
        elif name == "xf":
            if self._inside == "cellXfs":
                self._cells.append(given)
        else:
            self._take_colour(name, given)

    def _take_colour(self, name: str, given: Attributes) -> None:
        if name in ("srgbClr", "sysClr") and self._named:
            self._theme.setdefault(self._named, given.get("val" if name == "srgbClr" else "lastClr", "")[-6:])
        elif name == "numFmt":
            self._numbers[_whole(given.get("numFmtId"))] = given.get("formatCode", "")
        elif name in ("font", "fill"):
            (self._fonts if name == "font" else self._fills).append({})
        elif self._inside == "fonts" and self._fonts and name in ("b", "color"):
            self._fonts[-1].setdefault(name, _said(given) if name == "b" else self._colour(given))
        elif self._inside == "fills" and self._fills and name in ("patternFill", "fgColor"):
            told = given.get("patternType", "") if name == "patternFill" else self._colour(given)
            self._fills[-1].setdefault(name, told)

    def _width(self, given: Attributes) -> None:
        try:
            width = min(float(given.get("width", "")), _WIDEST) - _MARGINS
        except ValueError:
            return
        first, last = _whole(given.get("min")), _whole(given.get("max"))
        if 0 < first <= last and width > 0 and given.get("hidden") not in ("1", "true"):
            self.widths.append((first - 1, last - 1, width))

    def _colour(self, given: Attributes) -> str:
        if given.get("rgb"):
            return given["rgb"][-6:]
        if "theme" in given:
            at = _whole(given["theme"])
            return _tinted(self._theme.get(_THEME[at], "") if at < len(_THEME) else "", given.get("tint", ""))
        at = _whole(given.get("indexed"), 64)
        return _PALETTE[at] if at < len(_PALETTE) else ""

    def of(self, style: str) -> dict[str, object] | None:
        """How a cell of the style looks, in the words of the writer; ``None`` for no style of the sheet."""
        at = _whole(style, -1)
        if not 0 <= at < min(len(self._cells), _MOST_FORMATS):
            return None
        cell = self._cells[at]
        found: dict[str, object] = {}
        number = _whole(cell.get("numFmtId"))
        if told := self._numbers.get(number) or _BUILT_IN.get(number):
            found["num_format"] = told
        font, fill = _at(self._fonts, cell.get("fontId")), _at(self._fills, cell.get("fillId"))
        if font.get("b"):
            found["bold"] = True
        if _is_colour(font.get("color", "")):
            found["font_color"] = f"#{font['color']}"
        if fill.get("patternFill") == "solid" and _is_colour(fill.get("fgColor", "")):
            found["bg_color"] = f"#{fill['fgColor']}"
        return found


def day_of(value: Cell) -> datetime | None:
    """The day of a cell that holds one, as the writer takes it; ``None`` for other cells and days it cannot write."""
    if not isinstance(value, list) or value[0] != "d":
        return None
    try:
        day = datetime.fromisoformat(value[1])
    except ValueError:
        return None
    return day if day.year >= 1900 and day.tzinfo is None else None


def _at(found: list[Attributes], place: str | None) -> Attributes:
    at = _whole(place)
    return found[at] if at < len(found) else {}


def _whole(text: str | None, otherwise: int = 0) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 9 else otherwise


def _said(given: Attributes) -> str:
    return "1" if given.get("val", "") in _ON else ""


def _is_colour(text: str) -> bool:
    return len(text) == 6 and all(sign in "0123456789abcdefABCDEF" for sign in text)


def _tinted(colour: str, tint: str) -> str:
    """Lighter for a tint above nought, darker below."""
    try:
        by = max(-1.0, min(1.0, float(tint or 0)))
    except ValueError:
        by = 0.0
    if not _is_colour(colour):
        return ""
    parts = [int(colour[at : at + 2], 16) for at in (0, 2, 4)]
    return "".join(f"{round(part + (255 - part) * by if by > 0 else part * (1 + by)):02X}" for part in parts)
