"""Take in a photograph of the reason proof (R0.6): allow-list, size before decoding, re-encode, strip, digest, seal.

What is kept is always our own encoding of the picture; the bytes that were sent are never stored or served. On disk
a file stands sealed under its random key, so a copied disk shows no child's papers.
"""

import hashlib
import io
import uuid
import warnings
from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageOps, UnidentifiedImageError

from ledger import clock
from reviews import door, procedures, rulebook
from reviews.files import cipher
from reviews.models import Attachment, Case
from reviews.refusals import Refused, refuse
from reviews.states import State

LARGEST = 2 * 1024 * 1024
# A page photographed by a telephone has 12–50 megapixels; more is a bomb, and is refused before it is decoded.
MOST_PIXELS = 50_000_000
LONGEST_EDGE = 2400
_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png"}
CLAUSE = "函 一；附件1 三.1"


def take_in(
    case: Case,
    by,
    upload,
    *,
    rotate: int = 0,
    revision: int | None = None,
    kept: Callable[[Attachment], None] | None = None,
) -> Attachment:
    """Keep ``upload`` as a proof of ``case``; ``rotate`` is in degrees clockwise (0, 90, 180, 270).

    ``kept`` is called in the transaction that writes the row, e.g. to keep an idempotency key with it.
    Raises Refused with a sentence for a file that is too large, no JPEG or PNG, not readable, or one too many.
    """
    picture = _decoded(_bytes_of(upload))
    data, media_type, size = _encoded(picture, rotate)
    key = uuid.uuid4()
    with (
        _stored(key, data),
        door.edit(case, by, "attach", revision=revision, detail={"attachment": str(key)}) as held,
    ):
        most = most_proofs(rulebook.current(), held, clock.local_date(clock.now()))
        rows = Attachment.objects.filter(case=held, removed_at__isnull=True)
        if rows.count() >= most:
            told = f"{procedures.of(held).proof_name}最多 {most} 张，请先移除不需要的一张。"
            refuse("proof_count", told, CLAUSE)
        last = rows.order_by("-position").values_list("position", flat=True).first() or 0
        attachment = Attachment.objects.create(
            key=key,
            case=held,
            position=last + 1,
            media_type=media_type,
            size=len(data),
            width=size[0],
            height=size[1],
            sha256=hashlib.sha256(data).hexdigest(),
            uploaded_by=by,
        )
        if kept is not None:
            kept(attachment)
    return attachment


def most_proofs(book: rulebook.Rulebook, case: Case, today) -> int:
    """How many photographs a case may carry (R0.6), by the row in force at its submission (R0.7)."""
    return book.limit("attachments", case.ruled_on(today), case.receiving_unit.province_id)


@contextmanager
def copied(source: Case, by):
    """The proofs of an ended case as rows for its copy: files are written before the block, rows by calling the
    yielded function with the new case. A damaged file is left out; it can be uploaded anew."""
    with ExitStack() as files:
        rows = []
        for old in Attachment.objects.filter(case=source, removed_at__isnull=True):
            try:
                data = read(old)
            except Refused:
                continue
            key = uuid.uuid4()
            files.enter_context(_stored(key, data))
            values = {
                name: getattr(old, name) for name in ("media_type", "size", "width", "height", "sha256")
            }
            rows.append({"key": key, "position": len(rows) + 1, "uploaded_by": by, **values})
        yield lambda case: [Attachment.objects.create(case=case, **row) for row in rows]


def remove(case: Case, by, key, *, revision: int | None = None) -> None:
    """Take a proof out of the case; the row stays with its time of removal.

    What has been sent keeps at least one: a correction changes proofs, it does not do without (R0.6).
    """
    with door.edit(case, by, "detach", revision=revision, detail={"attachment": str(key)}) as held:
        kept = Attachment.objects.filter(case=held, removed_at__isnull=True).exclude(key=key)
        if held.state != State.DRAFT and procedures.of(held).fewest_proofs and not kept.exists():
            refuse("proof_last", "业务已发起，至少要有一张证明：请先上传新的照片，再移除这一张。", CLAUSE)
        changed = Attachment.objects.filter(case=held, key=key, removed_at__isnull=True).update(
            removed_at=clock.now()
        )
        if not changed:
            refuse("proof_gone", "这张照片已经移除，页面已更新。", CLAUSE)


def read(attachment: Attachment) -> bytes:
    """The picture as kept. Raises Refused when the file is missing or does not fit its digest."""
    path = path_of(attachment.key)
    try:
        data = cipher().open(path.read_bytes(), str(attachment.key))
    except (OSError, ValueError):
        data = b""
    if hashlib.sha256(data).hexdigest() != attachment.sha256:
        refuse("proof_damaged", "这张证明材料的文件已损坏或缺失，请联系系统管理员；业务记录不受影响。")
    return data


def path_of(key) -> Path:
    """Where the sealed file of a proof stands."""
    text = str(key)
    return Path(settings.EVIDENCE_ROOT) / text[:2] / text[2:4] / f"{text}.sealed"


@contextmanager
def _stored(key, data: bytes):
    """The sealed file stands before the case is locked (no I/O under a lock); it goes again when the row fails."""
    _store(key, data)
    try:
        yield
    except BaseException:
        path_of(key).unlink(missing_ok=True)
        raise


def _store(key, data: bytes) -> None:
    """Write whole or not at all."""
    path = path_of(key)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(cipher().seal(data, str(key)))
    part.replace(path)


def _bytes_of(upload) -> bytes:
    """The upload, read no further than the limit."""
    if upload is None:
        refuse("proof_missing", "没有收到照片，请重新选择。", CLAUSE)
    data = upload.read(LARGEST + 1)
    if len(data) > LARGEST:
        refuse("proof_large", "照片超过 2 MB，请压缩或重新拍摄后再传。", CLAUSE)
    if not data:
        refuse("proof_missing", "照片是空文件，请重新拍摄或选择。", CLAUSE)
    return data


def _decoded(data: bytes) -> Image.Image:
    if not (data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))):
        refuse("proof_format", "只收 JPEG 或 PNG 照片，请换一张。", CLAUSE)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=list(_FORMATS))
            if picture.width * picture.height > MOST_PIXELS:
                refuse("proof_pixels", "照片尺寸过大，请用普通拍照方式重新拍摄。", CLAUSE)
            picture.load()
            return ImageOps.exif_transpose(picture)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        refuse("proof_unreadable", "照片无法打开，可能已损坏，请重新拍摄。", CLAUSE)
    except Warning:
        refuse("proof_pixels", "照片尺寸过大，请用普通拍照方式重新拍摄。", CLAUSE)


def _encoded(picture: Image.Image, rotate: int) -> tuple[bytes, str, tuple[int, int]]:
    """Our own JPEG of the picture, upright, within the longest edge, without any metadata."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        ground = Image.new("RGB", picture.size, "white")
        ground.paste(picture, mask=picture.getchannel("A"))
        picture = ground
    picture = picture.convert("RGB")
    if rotate % 360:
        picture = picture.rotate(-(rotate % 360), expand=True)
    picture.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
    clean = Image.new("RGB", picture.size)
    clean.paste(picture)
    for quality in (88, 75, 60, 45):
        data = io.BytesIO()
        clean.save(data, "JPEG", quality=quality, optimize=True)
        if data.tell() <= LARGEST:
            break
    return data.getvalue(), "image/jpeg", clean.size
