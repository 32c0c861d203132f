"""The sheet as it looks: set by typst, rendered, and held against the picture that was reviewed (R8.4).

``GOLDEN=write`` writes the picture anew; look at it before it is committed.
"""

from types import SimpleNamespace

import pypdfium2
import pytest
from PIL import Image

from students.counter import sheet, sheet_pdf
from students.counter.models import PrintKind
from tests import golden
from tests.clock import shanghai

TEXTS = {
    "name": "阿拉坦·其其格",
    "sex": "女",
    "birth_date": "2015年3月12日",
    "ethnic": "蒙古族",
    "id_type": "居民身份证",
    "id_number": "152522********0028",
    "registration_number": "G152522201503120028",
    "nationality": "中国",
    "overseas": "否",
    "political_status": "少先队员",
    "health": "健康或良好",
    "birth_place": "内蒙古自治区锡林郭勒盟阿巴嘎旗（152522）",
    "native_place": "内蒙古自治区锡林郭勒盟阿巴嘎旗（152522）",
    "name_pinyin": "a la tan qi qi ge",
    "household_registration_place": "内蒙古自治区锡林郭勒盟阿巴嘎旗别力古台镇（示例）",
    "household_type": "农业家庭户口",
    "status": "在校",
    "grade": "六年级",
    "school_class": "（2）班",
    "entered_on": "2021年9月",
    "entrance_mode": "就近入学",
    "boarding": "走读",
    "address": "内蒙古自治区锡林郭勒盟阿巴嘎旗别力古台镇示例街1号（生僻字：㐆䶮𠅤）",
    "phone": "139****0000",
    "postcode": "011400",
    "only_child": "否",
    "left_behind_child": "非留守儿童",
    "migrant_worker_child": "否",
    "guardian1.name": "那日苏",
    "guardian1.relation": "父亲",
    "guardian1.phone": "139****0000",
    "guardian1.workplace": "阿巴嘎旗示例苏木",
    "guardian2.name": "乌兰",
    "guardian2.relation": "母亲",
    "permit_held": "否",
}


def paper(kind: str, texts: dict[str, str]) -> sheet_pdf.Paper:
    """A paper of an invented pupil, the same every time."""
    blocks = [("学籍", sheet._slip(texts))] if kind == PrintKind.SLIP else sheet.blocks_of(texts)
    schools = [("2021年9月至今", "锡林郭勒盟阿巴嘎旗示例第一小学", "一年级起", "新生入学")]
    content = sheet.Content(
        kind,
        SimpleNamespace(key="0"),
        "锡林郭勒盟阿巴嘎旗示例第一小学",
        "2115250001",
        "阿巴嘎旗教育局",
        texts["registration_number"],
        blocks,
        [] if kind == PrintKind.SLIP else schools,
    )
    at = shanghai(2026, 11, 23, 9, 40)
    return sheet_pdf.Paper(
        content, "DY-2026-7K3M9QXP", "0123456789ABCDEFGHJKMNPQRS", "示例第一小学", "斯琴", at
    )


def drawn(one: sheet_pdf.Paper) -> Image.Image:
    with pypdfium2.PdfDocument(sheet_pdf.draw([one])) as document:
        assert len(document) == 1
        return document[0].render(scale=1.6).to_pil().convert("L")


@pytest.mark.rule("R8.4")
@pytest.mark.parametrize(
    ("name", "kind", "more"),
    [
        ("sheet", PrintKind.SHEET, {}),
        (
            "sheet_full",
            PrintKind.SHEET,
            {"mail_address": "长" * 200, "home_address": "址" * 200, "talents": "艺" * 100},
        ),
        ("sheet_archive", PrintKind.ARCHIVE, {"registration_number": "G1525**********0028"}),
        ("slip", PrintKind.SLIP, {}),
    ],
)
def test_the_paper_looks_as_it_was_reviewed(name, kind, more, settings):
    settings.PUBLIC_ADDRESS = "https://xueji.example"
    golden.looks(name, drawn(paper(kind, TEXTS | more)))


def test_the_same_paper_gives_the_same_bytes(settings):
    settings.PUBLIC_ADDRESS = "https://xueji.example"
    one = paper(PrintKind.SHEET, TEXTS)
    assert sheet_pdf.draw([one]) == sheet_pdf.draw([one])
