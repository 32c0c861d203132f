"""Sheets as PDF: typst sets the page, the data come beside the template and are never read as markup (R8.4).

Always PDF/A-2b, which refuses a character that no font can show instead of printing an empty box.
"""

import io
import json
import re
import tempfile
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import pikepdf
import segno
import typst
from django.conf import settings
from django.urls import reverse

from reviews.evidence import files
from students.counter.sheet import PHOTO_ROWS, Content, Entry
from students.pupil import chinese_fonts, typesetting
from web.clock import SHANGHAI, local_date, moment, spoken
from web.words import zh

TEMPLATE = Path(settings.BASE_DIR) / "templates" / "print" / "sheet.typ"
NOTES = {
    "check": "扫码可核对本件是否由学籍管理系统打印：只显示真伪、学籍号末四位和打印日期，不显示其他信息。",
    "transfer": "供家长办理转学使用。转学只需学籍信息和转学原因证明，各地各校不得要求提供其他材料"
    "（教基一厅〔2016〕2号 附件1 三.1）。",
    "right": "信息以学籍管理系统为准；有误请当场向学校学籍管理员提出更正。",
    "archive": "本件为学生转出时的学籍存档，只供查证；转出后的变动以现学校的学籍为准。",
    "slip": "转学时把学籍号告知转入学校即可，不需要其他证明学籍的材料。",
}
# Debian's packages of fonts for names: where they lie, and the family that goes before all others of the folder.
RARE_FONTS = {
    "fonts-babelstone-han": (Path("/usr/share/fonts/truetype/babelstone"), "BabelStone Han"),
    "fonts-noto-core": (Path("/usr/share/fonts/truetype/noto"), "Noto Sans Mongolian"),
}
_missing = re.compile(r'the text `"(.+?)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
# A file of many sheets is set in pieces, each in so many pages of memory, and bound together.
PIECE = 30


class GlyphMissing(Exception):
    """No font of the printer knows these characters."""

    def __init__(self, characters: Iterable[str]):
        self.characters = sorted(set(characters))
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        """What to tell the registrar."""
        shown = "、".join(f"“{one}”（U+{ord(one):04X}）" for one in self.characters[:8])
        lacking = sorted({_package_for(one) for one in self.characters} - _installed().keys())
        if not lacking:
            return zh(
                "打印字库里没有{characters}这个字，不能生成 PDF；请用“网页打印”，或请系统管理员在打印字库中补充字体。",
                characters=shown,
            )
        return zh(
            "打印字库里没有{characters}这个字，不能生成 PDF；请用“网页打印”，或请系统管理员安装字体软件包 {packages}。",
            characters=shown,
            packages="、".join(lacking),
        )


class FontsMissing(GlyphMissing):
    """Neither source of the Chinese faces is installed: typst would leave every character out without a word."""

    def __init__(self):
        super().__init__(())

    @property
    def sentence(self) -> str:
        """What to tell the registrar."""
        return zh(
            "没有打印用的中文字体，不能生成 PDF；请用“网页打印”，或请系统管理员安装字体软件包 {package}。",
            package=chinese_fonts.PACKAGE,
        )


def _package_for(character: str) -> str:
    """The package that may know a character: one for Han, one for the other scripts."""
    han = unicodedata.name(character, "").startswith("CJK ") or ord(character) > 0x1FFFF
    return "fonts-babelstone-han" if han else "fonts-noto-core"


def _installed() -> dict[str, tuple[Path, str]]:
    """The packages of RARE_FONTS that this machine has."""
    return {name: place for name, place in RARE_FONTS.items() if place[0].is_dir()}


@dataclass(frozen=True)
class Paper:
    """One printing: what is said, and serial, code and person that belong to this piece of paper alone."""

    content: Content
    serial: str
    code: str
    unit: str
    by: str
    at: datetime

    @property
    def footer(self) -> tuple[str, str, str]:
        """The line at the foot."""
        return (f"打印编号 {self.serial}", f"{self.unit}　打印人：{self.by}", moment(self.at))

    @property
    def check_url(self) -> str:
        """Where anyone may check the paper."""
        return f"{settings.PUBLIC_ADDRESS}{reverse('print-check', args=[self.code])}"

    @property
    def heading(self) -> tuple[str, str]:
        """School on the left, day on the right."""
        content = self.content
        school = f"学校：{content.school}　学校标识码：{content.school_code}　主管部门：{content.authority}"
        return school, f"截至 {spoken(local_date(self.at))}"

    @property
    def notes(self) -> list[str]:
        """The small print."""
        kinds = {"archive": ("check", "archive"), "slip": ("check", "slip")}
        told = [NOTES[name] for name in kinds.get(self.content.kind, ("check", "transfer", "right"))]
        return [f"核对码 {self.grouped_code}", *told]

    @property
    def grouped_code(self) -> str:
        """The code as people copy it."""
        return " ".join(self.code[at : at + 4] for at in range(0, len(self.code), 4))

    def qr(self) -> str:
        """The QR code as SVG."""
        drawn = io.BytesIO()
        segno.make(self.check_url, error="m", micro=False).save(
            drawn, kind="svg", border=0, xmldecl=False, omitsize=True
        )
        return drawn.getvalue().decode()


def draw(papers: list[Paper]) -> bytes:
    """One PDF with a page for each paper. Raises GlyphMissing."""
    if len(papers) <= PIECE:
        return _set(papers)
    lacking: set[str] = set()
    with pikepdf.Pdf.new() as bound:
        for at in range(0, len(papers), PIECE):
            try:
                piece = _set(papers[at : at + PIECE])
            except FontsMissing:
                raise
            except GlyphMissing as error:
                lacking |= set(error.characters)
                continue
            _bind(bound, piece)
        if lacking:
            raise GlyphMissing(lacking)
        out = io.BytesIO()
        bound.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate, linearize=False)
        return out.getvalue()


def _bind(bound: pikepdf.Pdf, piece: bytes) -> None:
    """Add the pages of a piece; the first gives the whole its metadata and colour intent, which make it PDF/A."""
    with pikepdf.Pdf.open(io.BytesIO(piece)) as more:
        if not bound.pages:
            for name in ("/Metadata", "/OutputIntents", "/Lang"):
                if name in more.Root:
                    value = more.Root[name]
                    bound.Root[name] = (
                        bound.copy_foreign(value) if value.is_indirect else _copied(bound, more, value)
                    )
        bound.pages.extend(more.pages)


def _copied(bound: pikepdf.Pdf, more: pikepdf.Pdf, value: pikepdf.Object) -> pikepdf.Object:
    return bound.copy_foreign(more.make_indirect(value))


def _set(papers: list[Paper]) -> bytes:
    """A piece, by typst."""
    with tempfile.TemporaryDirectory(prefix="xueji-print-", dir=_memory()) as folder:
        root = Path(folder)
        data = {
            "title": papers[0].content.title,
            "date": _date(papers[0].at),
            "pages": [_page(paper, root, at) for at, paper in enumerate(papers)],
        }
        return _compiled(root, TEMPLATE, data, len(papers))


def typeset(template: Path, data: dict) -> bytes:
    """One page of another form, set by its own template from ``data``. Raises GlyphMissing."""
    with tempfile.TemporaryDirectory(prefix="xueji-print-", dir=_memory()) as folder:
        return _compiled(Path(folder), template, data, 1)


def _compiled(root: Path, template: Path, data: dict, pages: int) -> bytes:
    families = [family for _, family in _installed().values()]
    data = data | {"fonts": [*_families_in(settings.SHEET_FONTS), *families]}
    (root / "data.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    (root / "main.typ").write_bytes(template.read_bytes())
    try:
        return typesetting.typesetter(_font_folders()).compile(root, pages)
    except typesetting.TypesettingFailed as error:
        lacking = _missing.findall(error.diagnostic)
        if not lacking:
            raise
        raise GlyphMissing("".join(map(_unescaped, lacking))) from error


def _unescaped(text: str) -> str:
    """typst writes characters that no font can know, such as those for private use, as their code."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _memory() -> str | None:
    """Photographs in clear touch no disk where the machine has a folder in memory."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108


def _page(paper: Paper, root: Path, at: int) -> dict:
    content = paper.content
    school, day = paper.heading
    blocks = [
        {
            "label": label,
            "photo": PHOTO_ROWS if index == 0 and content.kind != "slip" else 0,
            "rows": [_cells(row) for row in rows],
        }
        for index, (label, rows) in enumerate(content.blocks)
    ]
    long = any(
        len(entry.value) > entry.value_width * 2
        for _, rows in content.blocks
        for row in rows
        for entry in row
    )
    return {
        "title": f"{content.title}（存档）" if content.kind == "archive" else content.title,
        "school": school,
        "as-of": day,
        "mark": "存档" if content.kind == "archive" else "",
        "measure": long,
        "photo": _photo(content, root, at),
        "blocks": blocks,
        "history": [list(row) for row in content.schools],
        "qr": paper.qr(),
        "notes": paper.notes,
        "footer": list(paper.footer),
    }


def _cells(row: list[Entry]) -> list[dict]:
    cells = []
    for entry in row:
        if entry.label:
            cells.append({"kind": "label", "text": entry.label, "span": entry.label_width, "strong": False})
        cells.append({"kind": "value", "text": entry.value, "span": entry.cell_width, "strong": entry.strong})
    return cells


def _photo(content: Content, root: Path, at: int) -> str:
    """The photograph beside the template; one that is damaged or missing leaves its place empty."""
    if content.photo is None:
        return ""
    try:
        data = files.read(content.photo.key, content.photo.sha256)
    except ValueError:
        return ""
    (root / f"{at}.jpg").write_bytes(data)
    return f"{at}.jpg"


def _date(at: datetime) -> dict[str, int]:
    local = at.astimezone(SHANGHAI)
    return {name: getattr(local, name) for name in ("year", "month", "day", "hour", "minute", "second")}


@lru_cache
def _families_in(folder: str) -> list[str]:
    """The fonts that ``SHEET_FONTS`` adds; read once a process."""
    if not folder:
        return []
    own = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
    return [name for name in own.families() if name not in chinese_fonts.FAMILIES]


def _font_folders() -> list[str]:
    own = [settings.SHEET_FONTS] if settings.SHEET_FONTS else []
    rare = [str(folder) for folder, _ in _installed().values()]
    ground = chinese_fonts.folder()
    if ground is None:
        raise FontsMissing
    return [str(ground), *own, *rare]
