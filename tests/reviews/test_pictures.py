"""Pictures of every kind that a scanner or a telephone writes come out as they look, eight bits a colour."""

import io
import struct
import zlib

import pytest
from PIL import Image

from reviews.evidence import pictures

GREY, COLOUR, PALETTE, GREY_ALPHA, COLOUR_ALPHA = 0, 2, 3, 4, 6


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(
    depth: int, kind: int, row: bytes, width: int = 4, more: bytes = b"", times: int = 1, height: int = 2
):
    """A PNG as the standard writes it, of ``times`` times the row in each line."""
    head = struct.pack(">IIBBBBB", width * times, height, depth, kind, 0, 0, 0)
    lines = zlib.compress((b"\0" + row * times) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + more + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def deep(*values: int) -> bytes:
    return struct.pack(f">{len(values)}H", *values)


STEPS = deep(0, 20000, 40000, 65535)
COLOURS = deep(0, 0, 0, 20000, 30000, 40000, 65535, 0, 0, 9, 9, 9)
THREE = chunk(b"PLTE", bytes([255, 0, 0, 0, 255, 0, 0, 0, 255]))
BLACK, WHITE = (0, 0, 0), (255, 255, 255)


def grey(*values: int) -> list[tuple]:
    return [(value,) * 3 for value in values]


def jpeg(mode: str, colour) -> bytes:
    data = io.BytesIO()
    Image.new(mode, (4, 2), colour).save(data, "JPEG", quality=100)
    return data.getvalue()


CASES = {
    "16-bit grey": (png(16, GREY, STEPS), grey(0, 78, 156, 255)),
    "16-bit grey, one shade clear": (
        png(16, GREY, STEPS, more=chunk(b"tRNS", deep(20000))),
        [BLACK, WHITE, *grey(156, 255)],
    ),
    "16-bit grey with alpha": (
        png(16, GREY_ALPHA, deep(0, 65535, 20000, 0, 40000, 65535, 65535, 65535)),
        [BLACK, WHITE, *grey(156, 255)],
    ),
    "16-bit colour": (png(16, COLOUR, COLOURS), [BLACK, (78, 117, 156), (255, 0, 0), BLACK]),
    "16-bit colour, one colour clear": (
        png(16, COLOUR, COLOURS, more=chunk(b"tRNS", deep(20000, 30000, 40000))),
        [BLACK, WHITE, (255, 0, 0), BLACK],
    ),
    "16-bit colour with alpha": (
        png(16, COLOUR_ALPHA, deep(0, 0, 0, 65535, 9, 9, 9, 0, 65535, 0, 0, 65535, 0, 0, 65535, 65535)),
        [BLACK, WHITE, (255, 0, 0), (0, 0, 255)],
    ),
    "palette with transparency": (
        png(8, PALETTE, bytes([0, 1, 2, 0]), more=THREE + chunk(b"tRNS", bytes([0, 128]))),
        [WHITE, (127, 255, 127), (0, 0, 255), WHITE],
    ),
    "1-bit": (png(1, GREY, b"\xa0"), [WHITE, BLACK, WHITE, BLACK]),
    "2-bit grey": (png(2, GREY, b"\x1b"), grey(0, 85, 170, 255)),
    "CMYK": (jpeg("CMYK", (0, 255, 255, 0)), [(255, 0, 0)] * 4),
    "grey JPEG": (jpeg("L", 128), grey(128, 128, 128, 128)),
}


@pytest.mark.rule("R0.6")
@pytest.mark.parametrize("name", CASES)
def test_a_picture_comes_out_as_it_looks(name):
    data, wanted = CASES[name]
    made = pictures.plain(pictures.decoded(data, ""))
    assert made.mode == "RGB"
    assert [made.getpixel((at, 0)) for at in range(4)] == wanted


def test_a_picture_that_was_taken_on_its_side_stands_upright():
    picture, exif, data = Image.new("RGB", (40, 20), (255, 0, 0)), Image.Exif(), io.BytesIO()
    picture.paste((0, 0, 255), (20, 0, 40, 20))
    exif[0x0112] = 6
    picture.save(data, "JPEG", exif=exif.tobytes(), quality=100)
    made = pictures.plain(pictures.decoded(data.getvalue(), ""))
    assert made.size == (20, 40)
    assert made.getpixel((10, 5))[0] > 200 > 60 > made.getpixel((10, 35))[0]
