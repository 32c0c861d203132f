"""Idempotency keys: the same request twice is one act and one answer."""

import hashlib
import json

from ledger.models import IdempotencyKey


class KeyReused(Exception):
    """The key was used before for a different request."""

    sentence = "这个幂等键（Idempotency-Key）已用于另一项不同的请求，请换一个新的键重试。"


def digest_of(*parts: object) -> str:
    """A digest of what was asked, so that a key cannot be re-used for something else."""
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, default=str).encode()).hexdigest()


def earlier(account_id: int, key: str, digest: str) -> dict | None:
    """The answer already given to this key, or ``None``. Raises :class:`KeyReused` for another request's key."""
    row = IdempotencyKey.objects.filter(account_id=account_id, key=key).first()
    if row is None:
        return None
    if row.digest != digest:
        raise KeyReused
    return row.response


def keep(account_id: int, key: str, digest: str, response: dict) -> bool:
    """Keep the answer in the caller's transaction; False when a twin request was faster (it holds the row)."""
    rows = IdempotencyKey.objects.bulk_create(
        [IdempotencyKey(account_id=account_id, key=key, digest=digest, response=response)]
    )
    return bool(rows)
