"""Daily signed heads of the audit chains. A head leaves the system as a file, so that a rewritten trail shows.

Each head names the digest of the one before it, so a head taken out of the row shows as well; one taken off the end
shows against the files.
"""

import base64
import hashlib
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.db import connection, transaction

from ledger import audit
from ledger.models import AuditHead


def sign(day: date) -> AuditHead:
    """Sign the present end of every chain as the head of ``day``; a second call for the same day changes nothing.

    Files of earlier heads that are missing (the folder was away) are written as well. Raises OSError when the
    folder cannot be written; the head stands all the same and the next call writes its file.
    """
    with transaction.atomic():
        # One signer at a time: a task that overlaps itself waits, then finds the head that stands.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('ledger.heads'))")
        head = AuditHead.objects.filter(day=day).first() or _signed(day)
    export_missing(Path(settings.AUDIT_HEADS_DIR))
    return head


def export_missing(folder: Path) -> list[Path]:
    """Write a file for every head that has none in ``folder`` (mounted from another system in production)."""
    folder.mkdir(parents=True, exist_ok=True)
    days = AuditHead.objects.order_by("day").values_list("day", flat=True)
    missing = [day for day in days if not _path(folder, day).exists()]
    return [export(head, folder) for head in AuditHead.objects.filter(day__in=missing).order_by("day")]


def export(head: AuditHead, folder: Path) -> Path:
    """Write the head as a file into ``folder``; whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    path = _path(folder, head.day)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(_document(head)), encoding="utf-8")
    part.replace(path)
    return path


def holds(head: AuditHead) -> bool:
    """True when the signature of ``head`` is ours and fits what it says."""
    text = _canonical(head.day, head.previous, head.heads)
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(head.public_key))
        key.verify(bytes.fromhex(head.signature), text)
    except (InvalidSignature, ValueError):
        return False
    return head.public_key == _public(_key()) and head.digest == hashlib.sha256(text).hexdigest()


def faults(folder: Path) -> Iterator[str]:
    """What is wrong with the heads themselves: signature, order, and against the files that left; one sentence each."""
    digest, known = "", {}
    for head in AuditHead.objects.order_by("day"):
        if not holds(head):
            yield f"{head.day} 的签名无效：内容被改动，或不是用本系统的密钥签的"
        if head.previous != digest:
            yield f"{head.day} 的签名与前一日不相接，其间的签名被移走或改动"
        digest, known[f"{head.day}.json"] = head.digest, _document(head)
    for path in sorted(folder.glob("*.json")):
        if path.name not in known:
            yield f"已导出的签名文件 {path.name} 在数据库中没有对应的签名，签名被移走"
        elif _read(path) != known[path.name]:
            yield f"已导出的签名文件 {path.name} 与数据库中的签名不一致"


def _signed(day: date) -> AuditHead:
    before = AuditHead.objects.order_by("-day").first()
    previous = before.digest if before else ""
    heads = sorted([chain, seq, digest] for chain, (seq, digest) in audit.current_heads().items())
    text, key = _canonical(day, previous, heads), _key()
    return AuditHead.objects.create(
        day=day,
        heads=heads,
        previous=previous,
        digest=hashlib.sha256(text).hexdigest(),
        signature=key.sign(text).hex(),
        public_key=_public(key),
    )


def _key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(settings.AUDIT_SIGNING_KEY))


def _public(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def _canonical(day: date, previous: str, heads: list) -> bytes:
    said = {"day": day.isoformat(), "previous": previous, "heads": heads}
    return json.dumps(said, separators=(",", ":")).encode()


def _document(head: AuditHead) -> dict:
    return {
        "day": head.day.isoformat(),
        "previous": head.previous,
        "heads": head.heads,
        "digest": head.digest,
        "signature": head.signature,
        "public_key": head.public_key,
    }


def _path(folder: Path, day: date) -> Path:
    return folder / f"{day.isoformat()}.json"


def _read(path: Path) -> dict | None:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
