"""Papers are printed without the wheel of fonts as well, with those of Debian's package; without either its name is told."""

import io
from importlib.util import find_spec

import pikepdf
import pytest

from demo import photographs
from students.counter import sheet_pdf
from students.counter.models import PrintKind
from students.counter.sheet_pdf import FontsMissing
from students.pupil import chinese_fonts
from tests.students.test_rare_characters import not_drawn
from tests.students.test_sheet_golden import TEXTS, paper

# In both sources; the sample's rare characters are left to their own tests.
PLAIN = TEXTS | {"address": "内蒙古自治区锡林郭勒盟阿巴嘎旗别力古台镇示例街1号"}


@pytest.fixture
def no_wheel(monkeypatch):
    def found(name):
        return None if name == chinese_fonts.WHEEL else find_spec(name)

    monkeypatch.setattr(chinese_fonts, "find_spec", found)
    photographs._font.cache_clear()
    yield
    photographs._font.cache_clear()


def faces(data: bytes) -> set[str]:
    """The fonts of a PDF, without the prefix of a subset."""
    with pikepdf.Pdf.open(io.BytesIO(data)) as document:
        fonts = [font for page in document.pages for font in page.Resources.Font.values()]
        return {str(font.BaseFont).rpartition("+")[2].partition("-")[0].strip("/") for font in fonts}


@pytest.mark.parametrize("kind", [PrintKind.SHEET, PrintKind.SLIP])
def test_the_wheel_comes_first(kind):
    assert faces(sheet_pdf.draw([paper(kind, PLAIN)])) == {"NotoSansSC"}


@pytest.mark.parametrize("kind", [PrintKind.SHEET, PrintKind.SLIP])
def test_without_the_wheel_the_same_paper_is_set_in_debians_face(no_wheel, kind):
    data = sheet_pdf.draw([paper(kind, PLAIN)])
    assert faces(data) == {"NotoSansCJKsc"}
    assert not_drawn(data) == 0


def test_without_the_wheel_the_photographs_of_the_demonstration_are_drawn_too(no_wheel):
    assert photographs._font(20).getname()[0] == "Noto Serif CJK SC"


@pytest.mark.parametrize("form", ["bulletin", "report", "sheet", "ticket"])
def test_every_form_names_both_sources(form):
    template = sheet_pdf.TEMPLATE.with_name(f"{form}.typ").read_text()
    assert all(f'"{family}"' in template for family in chinese_fonts.FAMILIES)


@pytest.mark.parametrize("papers", [1, sheet_pdf.PIECE + 1])
def test_without_either_no_paper_is_made_and_the_package_is_named(no_wheel, monkeypatch, tmp_path, papers):
    """typst itself would set empty paper."""
    monkeypatch.setattr(chinese_fonts, "DEBIAN", tmp_path)
    with pytest.raises(FontsMissing) as raised:
        sheet_pdf.draw([paper(PrintKind.SLIP, PLAIN)] * papers)
    assert raised.value.sentence.endswith("请系统管理员安装字体软件包 fonts-noto-cjk。")
