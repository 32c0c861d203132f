"""The audit trail: record an act, prove later that nothing was changed.

Each chain is a SHA-256 hash chain, linked by a database trigger. A fixed number of chains (see :func:`case_chain`)
keeps clerks who decide different cases from waiting for one another, yet few enough to be signed every day.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import connection

from ledger.models import AuditHead
from ledger.statements import planned


class Signs(Protocol):
    """Who signs in the trail, by the key: an account, which stands on a floor above."""

    @property
    def pk(self) -> Any: ...


CASE_CHAINS = 256
_PAGE = 5000
# An instant that is no number (infinity) is read as nothing, so that it shows as a fault instead of stopping the walk.
_ENTRIES = """
    SELECT chain, seq, id, CASE WHEN isfinite(at) THEN (extract(epoch from at) * 1000000)::bigint END,
           actor, action, subject, body::text, previous_hash, hash
    FROM ledger_auditentry
    WHERE (chain, seq, id) > (%s, %s, %s) AND (%s::text[] IS NULL OR chain = ANY(%s))
    ORDER BY chain, seq, id LIMIT %s
"""


def case_chain(case_id: int) -> str:
    """The chain that a case's acts are written to."""
    return f"case/{case_id % CASE_CHAINS:02x}"


def record(chain: str, actor: str, action: str, body: dict | None = None, subject: str = "") -> None:
    """Append one act to ``chain`` inside the caller's transaction.

    ``actor`` is ``account:<id>``, ``clock`` or ``system``; ``body`` holds ids and codes only.
    """
    with planned() as cursor:
        cursor.execute(
            "INSERT INTO ledger_auditentry (chain, seq, actor, action, subject, body) VALUES (%s, 0, %s, %s, %s, %s)",
            [chain, actor, action, subject, json.dumps(body or {}, ensure_ascii=False)],
        )


def actor_of(account: Signs | None) -> str:
    """How an account, or the clock (``None``), signs in the trail."""
    return "clock" if account is None else f"account:{account.pk}"


@dataclass(frozen=True)
class Fault:
    """A place where the trail does not hold, with a sentence for the administrator."""

    chain: str
    seq: int
    sentence: str


def link(
    previous: bytes,
    chain: str,
    seq: int,
    pk: int,
    micros: int | None,
    actor: str,
    action: str,
    subject: str,
    body: str,
) -> bytes:
    """The hash of one entry: SHA-256 over the previous hash and all fields, parted by the unit separator."""
    text = "\x1f".join((chain, str(seq), str(pk), str(micros), actor, action, subject, body))
    return hashlib.sha256(previous + text.encode()).digest()


def verify(chains: list[str] | None = None, head: AuditHead | None = None) -> Iterator[Fault]:
    """Walk the chains, recompute every hash outside the database, and hold them against the signed ``head``.

    Without ``head`` the last one is taken. Whatever stood when it was signed cannot have been changed, removed, put
    in or moved unseen; what came later is held together by its own links only, until the next head is signed.
    """
    expected = _ends(head or AuditHead.objects.order_by("-day").first())
    seen: dict[str, int] = {}
    at, previous, last = None, b"", 0
    for chain, seq, pk, micros, actor, action, subject, body, prev, digest in _rows(chains):
        prev, digest = bytes(prev), bytes(digest)
        if chain != at:
            at, previous, last = chain, b"", 0
        if seq != last + 1:
            yield Fault(chain, seq, f"链 {chain} 第 {last + 1} 条起缺失，下一条是第 {seq} 条")
        if prev != previous:
            yield Fault(chain, seq, f"链 {chain} 第 {seq} 条与前一条不相接")
        if digest != link(prev, chain, seq, pk, micros, actor, action, subject, body):
            yield Fault(chain, seq, f"链 {chain} 第 {seq} 条内容与校验值不符")
        signed = expected.get(chain)
        if signed and signed[0] == seq and signed[1] != digest.hex():
            yield Fault(chain, seq, f"链 {chain} 第 {seq} 条与已签名的当日末尾不符")
        previous, last = digest, seq
        seen[chain] = seq
    for chain, (seq, _) in expected.items():
        if (chains is None or chain in chains) and seen.get(chain, 0) < seq:
            yield Fault(chain, seq, f"链 {chain} 只到第 {seen.get(chain, 0)} 条，已签名的末尾是第 {seq} 条")


def current_heads() -> dict[str, tuple[int, str]]:
    """The last entry of every chain: ``{chain: (seq, hash in hex)}``, one index look-up a chain."""
    with connection.cursor() as cursor:
        cursor.execute(_LAST_OF_EACH)
        return {chain: (seq, bytes(digest).hex()) for chain, seq, digest in cursor.fetchall()}


_LAST_OF_EACH = """
    WITH RECURSIVE chains AS (
        (SELECT chain, seq, hash FROM ledger_auditentry ORDER BY chain DESC, seq DESC LIMIT 1)
        UNION ALL
        SELECT lower.chain, lower.seq, lower.hash FROM chains, LATERAL (
            SELECT chain, seq, hash FROM ledger_auditentry e
            WHERE e.chain < chains.chain ORDER BY chain DESC, seq DESC LIMIT 1) AS lower
    )
    SELECT chain, seq, hash FROM chains
"""


def _ends(head: AuditHead | None) -> dict[str, tuple[int, str]]:
    return {} if head is None else {chain: (seq, digest) for chain, seq, digest in head.heads}


def _rows(chains: list[str] | None) -> Iterator[tuple]:
    """All entries in order, a page at a time: a trail of years is never held in memory."""
    last: tuple = ("", 0, 0)
    with connection.cursor() as cursor:
        while True:
            cursor.execute(_ENTRIES, [*last, chains, chains, _PAGE])
            rows = cursor.fetchall()
            yield from rows
            if len(rows) < _PAGE:
                return
            last = rows[-1][:3]
