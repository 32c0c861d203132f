"""A picture that somebody sent: how large it may be, what it may be, and what we make of it.

What is kept is always our own encoding of the picture; the bytes that were sent are never stored or served.
"""

import io
import warnings
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from PIL import Image, ImageOps, UnidentifiedImageError

from web.refusals import refuse
from web.words import zh

LARGEST = 2 * 1024 * 1024
# A page photographed by a telephone has 12–50 megapixels; more is a bomb, and is refused before it is decoded.
MOST_PIXELS = 50_000_000
_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png"}


def bytes_of(upload: UploadedFile | None, clause: str) -> bytes:
    """The upload, read no further than the limit. Raises Refused when it is missing, empty or too large."""
    if upload is None:
        refuse("proof_missing", zh("没有收到照片，请重新选择。"), clause)
    data = upload.read(LARGEST + 1)
    if len(data) > LARGEST:
        refuse("proof_large", zh("照片超过 2 MB，请压缩或重新拍摄后再传。"), clause)
    if not data:
        refuse("proof_missing", zh("照片是空文件，请重新拍摄或选择。"), clause)
    return data


def decoded(data: bytes, clause: str) -> Image.Image:
    """The picture, upright. Raises Refused, with ``clause``, for what is no JPEG or PNG, too many pixels, or broken."""
    if not (data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))):
        refuse("proof_format", zh("只收 JPEG 或 PNG 照片，请换一张。"), clause)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=list(_FORMATS))
            if picture.width * picture.height > MOST_PIXELS:
                refuse("proof_pixels", zh("照片尺寸过大，请用普通拍照方式重新拍摄。"), clause)
            picture.load()
            return ImageOps.exif_transpose(picture)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        refuse("proof_unreadable", zh("照片无法打开，可能已损坏，请重新拍摄。"), clause)
    except Warning:
        refuse("proof_pixels", zh("照片尺寸过大，请用普通拍照方式重新拍摄。"), clause)


def plain(picture: Image.Image) -> Image.Image:
    """The picture on white, eight bits a colour, without transparency or metadata."""
    picture = _eight_bits(picture)
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        ground = Image.new("RGB", picture.size, "white")
        ground.paste(picture, mask=picture.getchannel("A"))
        picture = ground
    clean = Image.new("RGB", picture.size)
    clean.paste(picture.convert("RGB"))
    return clean


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Pillow cuts sixteen bits of grey off at 255 where it converts them, and keeps a transparent colour as written."""
    clear = picture.info.get("transparency")
    if picture.mode.startswith("I"):
        picture = picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
        if isinstance(clear, int):
            picture.info["transparency"] = clear >> 8
    elif isinstance(clear, tuple) and max(clear) > 255:
        picture.info["transparency"] = tuple(value >> 8 for value in clear)
    return picture


def turned(picture: Image.Image, degrees: int) -> Image.Image:
    """The picture turned clockwise."""
    return picture.rotate(-(degrees % 360), expand=True) if degrees % 360 else picture


def jpeg(picture: Image.Image, largest: int = LARGEST, **options: Any) -> bytes:
    """A JPEG of at most ``largest`` bytes, as good as that allows."""
    for quality in (88, 75, 60, 45):
        data = io.BytesIO()
        picture.save(data, "JPEG", quality=quality, optimize=True, **options)
        if data.tell() <= largest:
            break
    return data.getvalue()
