"""Daily signed heads of the audit chains. A head leaves the system as a file, so that a rewritten trail shows."""

import base64
import hashlib
import json
from datetime import date
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.db import connection, transaction

from ledger import audit
from ledger.models import AuditHead


def _key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(settings.AUDIT_SIGNING_KEY))


def _canonical(day: date, heads: list) -> bytes:
    return json.dumps({"day": day.isoformat(), "heads": heads}, separators=(",", ":")).encode()


def sign(day: date) -> AuditHead:
    """Sign the present end of every chain as the head of ``day``; a second call for the same day changes nothing."""
    with transaction.atomic():
        # One signer at a time: a task that overlaps itself waits, then finds the head that stands.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('ledger.heads'))")
        head = AuditHead.objects.filter(day=day).first()
        if head is None:
            heads = sorted([chain, seq, digest] for chain, (seq, digest) in audit.current_heads().items())
            text, key = _canonical(day, heads), _key()
            head = AuditHead.objects.create(
                day=day,
                heads=heads,
                digest=hashlib.sha256(text).hexdigest(),
                signature=key.sign(text).hex(),
                public_key=key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex(),
            )
    export(head, Path(settings.AUDIT_HEADS_DIR))
    return head


def export(head: AuditHead, folder: Path) -> Path:
    """Write the head as a file into ``folder`` (mounted from another system in production); whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{head.day.isoformat()}.json"
    part = path.with_suffix(".part")
    part.write_text(
        json.dumps(
            {
                "day": head.day.isoformat(),
                "heads": head.heads,
                "digest": head.digest,
                "signature": head.signature,
                "public_key": head.public_key,
            }
        )
    )
    part.replace(path)
    return path


def holds(head: AuditHead) -> bool:
    """True when the signature of ``head`` is ours and fits what it says."""
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(head.public_key))
    ours = _key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex() == head.public_key
    try:
        key.verify(bytes.fromhex(head.signature), _canonical(head.day, head.heads))
    except InvalidSignature:
        return False
    return ours
