"""Photographs of reason proofs as telephones take them: a sheet on a desk, a stamp, and 示例 across it."""

import io
import math
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from students.pupil import chinese_fonts

SIZE = (900, 1200)
_SHEET = (760, 1040)
_PAPER, _INK, _MARK, _STAMP = 246, 40, 216, (196, 42, 38)
# White paper under a lamp: red as it is, a little less green and blue.
_TINT = [[round(value * share) for value in range(256)] for share in (1.0, 0.99, 0.965)]
_DESKS = [(112, 88, 66), (84, 92, 100), (141, 125, 104), (70, 84, 74)]

# Title and lines of the paper that fits each reason; braces are filled from the case.
_PAPERS = {
    "hukou_move": (
        "户口迁移情况证明",
        "现将{parent}及子女{pupil}的户口由原址迁入{to}，迁移手续已办结。",
        "示例派出所",
    ),
    "migrant_child": (
        "务工就业证明",
        "{parent}自今年起在我单位务工，住{to}，其子女{pupil}随同居住。",
        "示例农牧业有限公司",
    ),
    "house": (
        "房屋租赁合同（节选）",
        "承租人{parent}，房屋坐落{to}，租期三年；随住子女{pupil}。",
        "示例房屋租赁服务部",
    ),
    "job_transfer": (
        "工作调动证明",
        "兹证明{parent}因工作需要调入{to}工作，其子女{pupil}需随同转学。",
        "示例建设集团有限公司",
    ),
    "special_group": (
        "监护情况说明",
        "{pupil}现由{parent}监护并在{to}居住，情况属实，特此说明。",
        "示例社区居民委员会",
    ),
}


def take_all(wanted: list[dict]) -> list[bytes]:
    """A JPEG for each description (see :func:`take`), in order."""
    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(lambda one: take(**one), wanted))


def take(reason: str, pupil: str, parent: str, to: str, day: date, seed: int) -> bytes:
    """One photograph as JPEG bytes without metadata; ``seed`` decides desk, tilt and stamp."""
    chance = random.Random(seed)  # noqa: S311 - it must repeat
    sheet = _sheet(reason, {"pupil": pupil, "parent": parent, "to": to}, day)
    # A telephone is never held straight: the sheet's corners move a little, as one affine step.
    lean, left, top = chance.uniform(-0.03, 0.03), chance.randint(50, 90), chance.randint(60, 100)
    matrix = (math.cos(lean), math.sin(lean), -left, -math.sin(lean), math.cos(lean), -top)
    seen = sheet.transform(SIZE, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)
    mask = Image.new("L", SIZE)
    right, bottom = _SHEET[0] - 3, _SHEET[1] - 3
    corners = [(2, 2), (right, 2), (right, bottom), (2, bottom)]
    ImageDraw.Draw(mask).polygon([_seen(corner, lean, left, top) for corner in corners], fill=255)
    photograph = _desk(chance.randrange(len(_DESKS))).copy()
    # Paper is nearly grey, so it is turned as grey, three times faster, and tinted afterwards.
    photograph.paste(Image.merge("RGB", [seen.point(table) for table in _TINT]), mask=mask)
    stamped = (590 + chance.randint(-20, 20), 820 + chance.randint(-15, 15))
    _stamp(ImageDraw.Draw(photograph), *_seen(stamped, lean, left, top))
    data = io.BytesIO()
    photograph.save(data, "JPEG", quality=78)
    return data.getvalue()


def _seen(corner: tuple[int, int], lean: float, left: int, top: int) -> tuple[float, float]:
    """Where a corner of the sheet lies on the photograph: the way back of the affine step."""
    x, y = corner[0] + left, corner[1] + top
    return math.cos(lean) * x - math.sin(lean) * y, math.sin(lean) * x + math.cos(lean) * y


def _sheet(reason: str, words: dict, day: date) -> Image.Image:
    title, body, issuer = _PAPERS[reason]
    sheet = _marked_paper().copy()
    draw = ImageDraw.Draw(sheet)
    draw.text((_SHEET[0] / 2, 110), title, _INK, _font(44), anchor="mm")
    height = 210
    for line in _lines("　　" + body.format(**words) + "以上内容均为示例，人物与单位均属虚构。"):
        draw.text((80, height), line, _INK, _font(28))
        height += 58
    draw.text((680, 800), issuer, _INK, _font(26), anchor="rm")
    draw.text((680, 860), f"{day.year}年{day.month}月{day.day}日", _INK, _font(26), anchor="rm")
    draw.text((380, 990), "示例材料　仅供演示　不具任何效力", 142, _font(20), anchor="mm")
    return sheet


def _stamp(draw: ImageDraw.ImageDraw, x: float, y: float) -> None:
    draw.ellipse((x - 95, y - 95, x + 95, y + 95), outline=_STAMP, width=5)
    draw.text((x, y - 14), "示 例 专 用 章", _STAMP, _font(22), anchor="mm")
    draw.text((x, y + 26), "仅供演示", _STAMP, _font(20), anchor="mm")


def _lines(text: str, width: int = 21) -> list[str]:
    """Lines of at most ``width`` characters; no line begins with a punctuation mark."""
    lines = []
    while text:
        end = width + (text[width : width + 1] in tuple("，。；、"))
        lines.append(text[:end])
        text = text[end:]
    return lines


@lru_cache(maxsize=1)
def _marked_paper() -> Image.Image:
    """The empty sheet, 示例 across it."""
    sheet = Image.new("L", _SHEET, _PAPER)
    mark = Image.new("L", _SHEET, _PAPER)
    draw = ImageDraw.Draw(mark)
    for row in range(5):
        draw.text((380, 130 + 200 * row), "示　例", _MARK, _font(90), anchor="mm")
    sheet.paste(mark.rotate(24, Image.Resampling.BICUBIC, fillcolor=_PAPER))
    return sheet


@lru_cache(maxsize=8)
def _desk(number: int) -> Image.Image:
    """A desk with a little grain and light falling from one side."""
    red, green, blue = _DESKS[number]
    grain = Image.effect_noise((SIZE[0] // 3, SIZE[1] // 3), 12).resize(SIZE)
    light = Image.linear_gradient("L").rotate(90 * number).resize(SIZE)
    plain = Image.merge("RGB", [Image.new("L", SIZE, value) for value in (red, green, blue)])
    shaded = Image.blend(plain, Image.merge("RGB", [light] * 3), 0.18)
    return Image.blend(shaded, Image.merge("RGB", [grain] * 3), 0.10)


@lru_cache(maxsize=16)
def _font(size: int) -> ImageFont.FreeTypeFont:
    path, face = chinese_fonts.serif()
    return ImageFont.truetype(str(path), size, index=face)
