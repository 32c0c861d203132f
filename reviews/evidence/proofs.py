"""Take in a photograph of the reason proof (R0.6): allow-list, size before decoding, re-encode, strip, digest, seal.

What is kept is always our own encoding of the picture; the bytes that were sent are never stored or served. On disk
a file stands sealed under its random key, so a copied disk shows no child's papers.
"""

import hashlib
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile

from orgs.people.models import Account
from reviews.engine import book as rulebook
from reviews.engine import door, procedures
from reviews.engine.models import Attachment, Case
from reviews.evidence import files, pictures
from reviews.vocabulary.states import State
from web import clock
from web.refusals import Refused, refuse
from web.words import zh

LONGEST_EDGE = 2400
CLAUSE = zh("函 一；附件1 三.1")


def take_in(
    case: Case,
    by: Account,
    upload: UploadedFile | None,
    *,
    rotate: int = 0,
    revision: int | None = None,
    kept: Callable[[Attachment], object] | None = None,
) -> Attachment:
    """Keep ``upload`` as a proof of ``case``; ``rotate`` is in degrees clockwise (0, 90, 180, 270).

    ``kept`` is called in the transaction that writes the row, e.g. to keep an idempotency key with it.
    Raises Refused with a sentence for a file that is too large, no JPEG or PNG, not readable, or one too many.
    """
    picture = pictures.turned(
        pictures.plain(pictures.decoded(pictures.bytes_of(upload, CLAUSE), CLAUSE)), rotate
    )
    picture.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
    data = pictures.jpeg(picture)
    key = uuid.uuid4()
    with (
        files.stored(key, data),
        door.edit(case, by, "attach", revision=revision, detail={"attachment": str(key)}) as held,
    ):
        most = most_proofs(rulebook.current(), held, clock.local_date(clock.now()))
        rows = Attachment.objects.filter(case=held, removed_at__isnull=True)
        if rows.count() >= most:
            told = zh(
                "{proof_name}最多 {most} 张，请先移除不需要的一张。",
                proof_name=procedures.of(held).proof_name,
                most=most,
            )
            refuse("proof_count", told, CLAUSE)
        last = rows.order_by("-position").values_list("position", flat=True).first() or 0
        attachment = Attachment.objects.create(
            key=key,
            case=held,
            position=last + 1,
            media_type="image/jpeg",
            size=len(data),
            width=picture.width,
            height=picture.height,
            sha256=hashlib.sha256(data).hexdigest(),
            uploaded_by=by,
        )
        if kept is not None:
            kept(attachment)
    return attachment


def most_proofs(book: rulebook.Rulebook, case: Case, today: date) -> int:
    """How many photographs a case may carry (R0.6), by the row in force at its submission (R0.7)."""
    return book.limit("attachments", case.ruled_on(today), case.receiving_unit.province_id)


@contextmanager
def copied(source: Case, by: Account) -> Iterator[Callable[[Case], list[Attachment]]]:
    """The proofs of an ended case as rows for its copy: files are written before the block, rows by calling the
    yielded function with the new case. A damaged file is left out; it can be uploaded anew."""
    with ExitStack() as written:
        rows: list[dict] = []
        for old in Attachment.objects.filter(case=source, removed_at__isnull=True):
            try:
                data = read(old)
            except Refused:
                continue
            key = uuid.uuid4()
            written.enter_context(files.stored(key, data))
            values = {
                name: getattr(old, name) for name in ("media_type", "size", "width", "height", "sha256")
            }
            rows.append({"key": key, "position": len(rows) + 1, "uploaded_by": by, **values})
        yield lambda case: [Attachment.objects.create(case=case, **row) for row in rows]


def remove(case: Case, by: Account, key: UUID | str, *, revision: int | None = None) -> None:
    """Take a proof out of the case; the row stays with its time of removal.

    What has been sent keeps at least one: a correction changes proofs, it does not do without (R0.6).
    """
    with door.edit(case, by, "detach", revision=revision, detail={"attachment": str(key)}) as held:
        kept = Attachment.objects.filter(case=held, removed_at__isnull=True).exclude(key=key)
        if held.state != State.DRAFT and procedures.of(held).fewest_proofs and not kept.exists():
            refuse("proof_last", zh("业务已发起，至少要有一张证明：请先上传新的照片，再移除这一张。"), CLAUSE)
        changed = Attachment.objects.filter(case=held, key=key, removed_at__isnull=True).update(
            removed_at=clock.now()
        )
        if not changed:
            refuse("proof_gone", zh("这张照片已经移除，页面已更新。"), CLAUSE)


def read(attachment: Attachment) -> bytes:
    """The picture as kept. Raises Refused when the file is missing or does not fit its digest."""
    try:
        return files.read(attachment.key, attachment.sha256)
    except ValueError:
        refuse("proof_damaged", zh("这张证明材料的文件已损坏或缺失，请联系系统管理员；业务记录不受影响。"))
