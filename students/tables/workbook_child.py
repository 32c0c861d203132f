"""The program that reads one xlsx file for :mod:`students.tables.workbooks`: a process of its own, with nothing of ours in it.

The file comes in on standard input, what stands in its first visible sheet goes out line by line as JSON. A hostile file
harms only this process: memory and processor time are limited by the kernel before a byte is read, every count is asked
while reading, nothing is allocated by what a file claims of itself. Cells are streamed; a far cell costs as much as a
near one.

Out: ``[line, column, value, column, value, …]`` for each line that holds anything (columns from 0; a value is a text, or
``["n" | "d" | "b" | "e", text]`` for a number as it is stored, a date, a truth value, an error value), then one object:
``sheet``, ``others`` (names of other sheets that hold anything), ``hidden`` (lines), ``merged`` (``[line, column, last
line, last column]``), ``blank`` (a far cell that holds only spaces), or ``refused`` with ``at``.
"""

import json
import re
import resource
import sys
import zipfile
import zlib
from datetime import UTC, datetime, timedelta
from io import BytesIO
from posixpath import join, normpath
from xml.parsers import expat

_CHUNK = 64 * 1024
# What a spreadsheet program itself allows in a cell, and more than any item of a record takes.
_LONGEST_CELL, _KEPT_OF_CELL = 32_767, 2_000
_LONGEST_TOKEN = 1024 * 1024
_MOST_SHEETS, _MOST_MERGED, _MOST_PARTS = 50, 20_000, 5_000
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_DATE_FORMATS = {*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)}
_BLANK = " \t\r\n\u00a0\u3000\u200b\u200c\u200d\u2060\ufeff"
# What is read of how a sheet looks, when somebody asks: elements and attributes, in all not more than so many.
_LOOK_OF_STYLES = ("numFmts", "numFmt", "fonts", "font", "b", "color", "fills", "fill", "patternFill", "fgColor", "borders",
                   "cellStyleXfs", "cellXfs", "dxfs", "xf")  # fmt: skip
_LOOK_OF_THEME = (
    "dk1",
    "lt1",
    "dk2",
    "lt2",
    *(f"accent{at}" for at in range(1, 7)),
    "hlink",
    "folHlink",
    "srgbClr",
    "sysClr",
)
_LOOK_OF_SHEET = ("col", "pane")
_MOST_OF_LOOK, _MOST_OF_THEME = 40_000, 24
_OLE = b"\xd0\xcf\x11\xe0"


class Refused(Exception):
    """The file is not read; ``code`` is a word that the parent has a sentence for, ``at`` what it is about."""

    def __init__(self, code: str, at: object = ""):
        self.code, self.at = code, at
        super().__init__(code)


class _Enough(Exception):
    """What was asked of a part is known."""


class Package:
    """The parts of the file; what they unpack to together is counted."""

    def __init__(self, data: bytes, most: int):
        if data.startswith(_OLE):
            raise Refused("encrypted" if "EncryptedPackage".encode("utf-16-le") in data else "old_xls")
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            raise Refused("no_xlsx") from None
        self._parts = {part.filename.lower(): part for part in self._zip.infolist()[:_MOST_PARTS]}
        self._left = most

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._parts

    def parse(self, name: str, handler: "Handler") -> None:
        """Send a part through the handler; a part that is absent is empty."""
        part = self._parts.get(name.lower())
        if part is None:
            return
        if part.flag_bits & 1:
            raise Refused("encrypted")
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused("damaged")
        parser = expat.ParserCreate(namespace_separator=None)
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _no_doctype
        parser.StartElementHandler, parser.EndElementHandler = handler.start, handler.end
        parser.CharacterDataHandler = handler.text
        fed = 0
        try:
            with self._zip.open(part) as stream:
                while chunk := stream.read(_CHUNK):
                    self._left -= len(chunk)
                    if self._left < 0:
                        raise Refused("unpacked")
                    parser.Parse(chunk)
                    fed += len(chunk)
                    if fed - parser.CurrentByteIndex > _LONGEST_TOKEN:
                        raise Refused("damaged")
                parser.Parse(b"", True)
        except _Enough:
            return
        except (expat.ExpatError, zlib.error, zipfile.BadZipFile, OSError, EOFError, ValueError, IndexError):
            raise Refused("damaged") from None


def _no_doctype(*_: object) -> None:
    raise Refused("damaged")


class Handler:
    """Element names without their prefix; ``text`` is ignored unless a part says otherwise."""

    def start(self, name: str, given: dict) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, data: str) -> None:
        """Text inside an element."""


def _local(name: str) -> str:
    return name.rpartition(":")[2] if ":" in name else name


class Collected(Handler):
    """The attributes of some elements, in order."""

    def __init__(self, *names: str):
        self.names = names
        self.found: list[tuple[str, dict]] = []

    def start(self, name, given):
        name = _local(name)
        if name in self.names:
            self.found.append((name, {_local(key): value for key, value in given.items()}))
            if len(self.found) > 100_000:
                raise Refused("damaged")


class Strings(Handler):
    """The texts that cells name by their number."""

    def __init__(self, most: int):
        self.most = most
        self.found: list[str] = []
        self._parts: list[str] | None = None
        self._inside = self._spoken = False

    def start(self, name, given):
        name = _local(name)
        if name == "si":
            self._parts = []
        elif name == "t":
            self._inside = not self._spoken
        elif name == "rPh":
            self._spoken = True

    def end(self, name):
        name = _local(name)
        if name == "si" and self._parts is not None:
            self.found.append(_cell_text(self._parts))
            self._parts = None
            if len(self.found) > self.most:
                raise Refused("cells")
        elif name == "t":
            self._inside = False
        elif name == "rPh":
            self._spoken = False

    def text(self, data):
        if self._inside and self._parts is not None:
            self._parts.append(data)


def _cell_text(parts: list[str]) -> str:
    text = "".join(parts)
    if len(text) > _LONGEST_CELL:
        raise Refused("long_cell")
    text = text[:_KEPT_OF_CELL]
    return _ESCAPED.sub(_unescaped, text) if "_x" in text else text


def _unescaped(found: re.Match) -> str:
    code = int(found[1], 16)
    return found[0] if 0xD800 <= code < 0xE000 else chr(code)


def _is_blank(text: str) -> bool:
    return not text.strip(_BLANK)


class Sheet(Handler):
    """One sheet, cell by cell. ``wanted`` is what to do with a line; without it only whether anything stands here."""

    def __init__(self, limits: dict, strings: list[str], dates: set[int], epoch: datetime, wanted=None):
        self.limits, self.strings, self.dates, self.epoch, self.wanted = limits, strings, dates, epoch, wanted
        self.filled = False
        self.hidden: list[int] = []
        self.merged: list[list[int]] = []
        self.blank = ""
        self._line = self._column = 0
        self._row: list | None = None
        self._kind = self._style = ""
        self._parts: list[str] = []
        self._inside = self._spoken = self._is_hidden = False
        self._lines = self._cells = self._characters = 0
        self._known: dict[str, int] = {}
        self.look = Collected(*_LOOK_OF_SHEET) if limits.get("look") else None
        self._bare: list = []

    def start(self, name, given):
        if self.look is not None:
            self.look.start(name, given)
        name = _local(name)
        if name == "c":
            self._begin_cell(given)
        elif name in ("v", "t"):
            self._inside = not self._spoken
        elif name == "row":
            self._begin_row(given)
        elif name == "rPh":
            self._spoken = True
        elif name == "mergeCell":
            self._merge(given.get("ref", ""))

    def end(self, name):
        name = _local(name)
        if name == "c":
            self._end_cell()
        elif name in ("v", "t"):
            self._inside = False
        elif name == "row":
            self._end_row()
        elif name == "rPh":
            self._spoken = False

    def text(self, data):
        if self._inside:
            self._parts.append(data)
            self._characters += len(data)
            if len(data) > _LONGEST_CELL:
                raise Refused("long_cell", _address(self._line, self._column))

    def _begin_row(self, given):
        line = _whole(given.get("r"), self._line + 1)
        if line <= self._line:
            raise Refused("damaged")
        self._line, self._column, self._row, self._bare = line, -1, [line], []
        self._is_hidden = given.get("hidden") in ("1", "true")

    def _begin_cell(self, given):
        column = self._column + 1
        if "r" in given:
            letters = given["r"].rstrip("0123456789")
            column = self._known.get(letters, -1)
            if column < 0:
                column = _column(letters)
                if len(self._known) < 20_000:
                    self._known[letters] = column
        if self._row is None or column <= self._column:
            raise Refused("damaged")
        self._column = column
        self._kind, self._style, self._parts = given.get("t", "n"), given.get("s", ""), []

    def _end_cell(self):
        parts, self._parts = self._parts, []
        value = self._value(parts) if parts else ""
        if value == "":
            # An empty cell may have its colour; it makes no line, and nothing far away counts.
            if self.look is not None and self._style and self._column < self.limits["columns"]:
                self._bare += [self._column, "", self._style]
            return
        at = (self._line, self._column)
        far = self._column >= self.limits["columns"] or self._line > self.limits["lines"]
        if isinstance(value, str) and _is_blank(value):
            self.blank = self.blank or (_address(*at) if far else "")
            return
        if self.wanted is None:
            self.filled = True
            raise _Enough
        if far and (self._lines >= self.limits["rows"]):
            raise Refused("rows", self.limits["rows"])
        if far:
            raise Refused("far", _address(*at))
        self._cells += 1
        if self._cells > self.limits["cells"] or self._characters > self.limits["characters"]:
            raise Refused("cells")
        self._row += [self._column, value] if self.look is None else [self._column, value, self._style]

    def _end_row(self):
        if self._row is not None and len(self._row) > 1:
            self.filled = True
            self._lines += 1
            if self._is_hidden:
                self.hidden.append(self._line)
            self.wanted(self._row + self._bare)
        self._row = None

    def _value(self, parts: list[str]):
        kind, text = self._kind, _cell_text(parts)
        if kind == "s":
            text = self.strings[_whole(text, -1)] if _whole(text, -1) < len(self.strings) else ""
            self._characters += len(text)
            return text
        if kind in ("inlineStr", "str"):
            return text
        if kind in ("e", "b"):
            return [kind, text.strip()]
        if kind == "d":
            return ["d", text.strip()[:19]]
        if _whole(self._style, -1) in self.dates and (day := _moment(text, self.epoch)):
            return ["d", day]
        return ["n", text.strip()] if text.strip() else ""

    def _merge(self, reference: str) -> None:
        if len(self.merged) >= _MOST_MERGED:
            raise Refused("damaged")
        first, _, last = reference.partition(":")
        ends = [*_place(first), *_place(last or first)]
        if -1 not in ends:
            self.merged.append(ends)


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 9 else otherwise


def _place(reference: str) -> tuple[int, int]:
    found = re.fullmatch(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})", reference)
    return (int(found[2]), _column(found[1])) if found else (-1, -1)


def _column(reference: str) -> int:
    """The column, from 0, of a cell's name; letters after the first digit are not looked at."""
    number = 0
    for letter in reference[:4]:
        if letter.isascii() and letter.isalpha():
            number = number * 26 + ord(letter.upper()) - 64
        else:
            break
    return number - 1


def _address(line: int, column: int) -> str:
    letters, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{line}"


def _moment(text: str, epoch: datetime) -> str:
    """The day, with its time where it has one, that a number stands for in a cell of a date's format."""
    try:
        number = float(text)
        if not 0 < number < 2_958_466:
            return ""
        if epoch.year == 1899 and number < 60:
            number += 1  # the spreadsheet programs' 29 February 1900
        when = epoch + timedelta(days=int(number), seconds=round(number % 1 * 86_400))
    except (ValueError, OverflowError):
        return ""
    return when.strftime("%Y-%m-%d" if when.time() == datetime.min.time() else "%Y-%m-%d %H:%M:%S")


def _dates(package: Package, name: str) -> set[int]:
    """The styles whose numbers are dates, by their place in the list of cell styles."""
    styles = Collected("numFmt", "cellXfs", "cellStyleXfs", "dxfs", "xf")
    package.parse(name, styles)
    own = {
        _whole(given.get("numFmtId"), -1)
        for name, given in styles.found
        if name == "numFmt" and re.search("[ymdhYMDH年月日]", _QUOTED.sub("", given.get("formatCode", "")))
    }
    inside, at, found = "", 0, set()
    for name, given in styles.found:
        if name != "xf":
            inside = name
        elif inside == "cellXfs":
            if _whole(given.get("numFmtId"), -1) in own | _DATE_FORMATS:
                found.add(at)
            at += 1
    return found


def _look(package: Package, by_kind: dict[str, str], sheet: Sheet) -> list:
    """Elements of the parts for styles, theme and sheet that say how the sheet looks, each with its attributes."""
    styles, theme = Collected(*_LOOK_OF_STYLES), Collected(*_LOOK_OF_THEME)
    package.parse(by_kind.get("styles", ""), styles)
    package.parse(by_kind.get("theme", ""), theme)
    of_sheet = sheet.look.found if sheet.look is not None else []
    found = [
        *theme.found[:_MOST_OF_THEME],
        *styles.found[:_MOST_OF_LOOK],
        *of_sheet[: 2 * sheet.limits["columns"]],
    ]
    return [[name, {key: value[:200] for key, value in given.items()}] for name, given in found]


def _relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """What a part points at: its name for it → (the last word of the kind, the part)."""
    folder, _, name = part.rpartition("/")
    relations = Collected("Relationship")
    package.parse(join(folder, "_rels", f"{name}.rels"), relations)
    return {
        given.get("Id", ""): (
            given.get("Type", "").rpartition("/")[2],
            normpath(join("/", folder, given.get("Target", ""))).lstrip("/"),
        )
        for _, given in relations.found
    }


def read(data: bytes, limits: dict, out) -> dict:
    """Send the lines of the first visible sheet to ``out``; returns what is known at the end. Raises Refused."""
    package = Package(data, limits["unpacked"])
    start = next((part for kind, part in _relations(package, "").values() if kind == "officeDocument"), "")
    if start not in package or not start.endswith(".xml"):
        raise Refused("no_xlsx")
    book = Collected("sheet", "workbookPr")
    package.parse(start, book)
    parts = _relations(package, start)
    by_kind = dict(parts.values())
    sheets = [
        (given.get("name", ""), given.get("state", "visible"), parts[given.get("id", "")][1])
        for name, given in book.found[:_MOST_SHEETS]
        if name == "sheet" and parts.get(given.get("id", ""), ("",))[0] == "worksheet"
    ]
    old = any(given.get("date1904") in ("1", "true") for name, given in book.found if name == "workbookPr")
    strings = Strings(limits["cells"])
    package.parse(by_kind.get("sharedStrings", ""), strings)
    known = (
        limits,
        strings.found,
        _dates(package, by_kind.get("styles", "")),
        datetime(1904, 1, 1, tzinfo=UTC) if old else datetime(1899, 12, 30, tzinfo=UTC),
    )
    own = set(limits["own_sheets"])
    chosen = next((one for one in sheets if one[1] == "visible" and one[0] not in own), None)
    if chosen is None:
        raise Refused("no_sheet")
    sheet = Sheet(*known, out)
    package.parse(chosen[2], sheet)
    look = _look(package, by_kind, sheet) if limits.get("look") else []
    others = []
    for one in sheets:
        if one is not chosen and one[0] not in own:
            other = Sheet(*known)
            package.parse(one[2], other)
            if other.filled:
                others.append(one[0][:31])
    return {
        "sheet": chosen[0][:31],
        "others": others,
        "hidden": sheet.hidden,
        "merged": sheet.merged,
        "blank": sheet.blank,
        "look": look,
    }


def main() -> None:
    """Limits in the first argument, the file on standard input."""
    limits = json.loads(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory"], limits["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["seconds"], limits["seconds"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    out = sys.stdout

    def send(row: object) -> None:
        out.write(json.dumps(row, separators=(",", ":")) + "\n")

    try:
        send(read(sys.stdin.buffer.read(), limits, send))
    except Refused as error:
        send({"refused": error.code, "at": error.at})
    except MemoryError:
        send({"refused": "memory", "at": ""})


if __name__ == "__main__":
    main()
