"""Names of rare Han characters and in Mongolian on paper: printed where Debian's fonts are, told by package where not."""

import io

import pikepdf
import pypdfium2
import pytest

from students.counter import sheet_pdf
from students.counter.models import PrintKind
from students.counter.sheet_pdf import GlyphMissing
from tests.students.test_sheet_golden import TEXTS, paper

# Planes 2 (extensions C and E) and 3 (extensions G and H), Mongolian.
NAMES = ["杨𬎆", "杨千𫰡", "王𰌂", "李\U00031350", "ᠪᠠᠭᠠᠲᠤᠷ"]


def not_drawn(data: bytes) -> int:
    """How many glyphs of the PDF are number 0 of their font, the empty box."""
    found = 0
    with pikepdf.Pdf.open(io.BytesIO(data)) as document:
        for page in document.pages:
            font = None
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) == "Tf":
                    font = page.Resources.Font[operands[0]]
                elif str(operator) in ("Tj", "TJ"):
                    assert font.Subtype == "/Type0"
                    parts = operands[0] if str(operator) == "TJ" else operands
                    shown = b"".join(bytes(part) for part in parts if isinstance(part, pikepdf.String))
                    found += sum(not any(shown[at : at + 2]) for at in range(0, len(shown), 2))
    return found


@pytest.mark.rule("R8.4")
@pytest.mark.parametrize("kind", [PrintKind.SHEET, PrintKind.SLIP])
@pytest.mark.parametrize("name", NAMES)
def test_names_of_planes_two_and_three_and_mongolian_are_printed(name, kind):
    data = sheet_pdf.draw([paper(kind, TEXTS | {"name": name})])
    with pypdfium2.PdfDocument(data) as document:
        told = document[0].get_textpage().get_text_range()
    assert name in "".join(told.split())
    assert not_drawn(data) == 0


@pytest.mark.parametrize("form", ["bulletin", "report", "ticket"])
def test_every_form_looks_for_the_same_fonts(form):
    template = sheet_pdf.TEMPLATE.with_name(f"{form}.typ").read_text()
    assert "+ data.fonts, lang:" in template


@pytest.mark.parametrize(
    ("name", "package"), [("王𰌂", "fonts-babelstone-han"), ("ᠪᠠᠭᠠᠲᠤᠷ", "fonts-noto-core")]
)
def test_without_the_fonts_the_package_is_named_and_the_way_by_browser(monkeypatch, tmp_path, name, package):
    nowhere = {each: (tmp_path / each, family) for each, (_, family) in sheet_pdf.RARE_FONTS.items()}
    monkeypatch.setattr(sheet_pdf, "RARE_FONTS", nowhere)
    with pytest.raises(GlyphMissing) as raised:
        sheet_pdf.draw([paper(PrintKind.SLIP, TEXTS | {"name": name})])
    assert raised.value.sentence.endswith(f"请用“网页打印”，或请系统管理员安装字体软件包 {package}。")


def test_a_character_that_no_package_knows_is_told_without_one(monkeypatch, tmp_path):
    here = {each: (tmp_path, family) for each, (_, family) in sheet_pdf.RARE_FONTS.items()}
    monkeypatch.setattr(sheet_pdf, "RARE_FONTS", here)
    assert GlyphMissing("\U0010fff0").sentence.endswith("或请系统管理员在打印字库中补充字体。")
