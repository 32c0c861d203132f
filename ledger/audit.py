"""The audit trail: record an act, prove later that nothing was changed.

Each chain is a SHA-256 hash chain, linked by a database trigger. A fixed number of chains (see :func:`case_chain`)
keeps clerks who decide different cases from waiting for one another, yet few enough to be signed every day.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from ledger.models import AuditEntry, AuditHead

CASE_CHAINS = 256
_FIELDS = (
    "chain, seq, (extract(epoch from at) * 1000000)::bigint, actor, action, subject, body::text,"
    " previous_hash, hash"
)


def case_chain(case_id: int) -> str:
    """The chain that a case's acts are written to."""
    return f"case/{case_id % CASE_CHAINS:02x}"


def record(chain: str, actor: str, action: str, body: dict | None = None, subject: str = "") -> None:
    """Append one act to ``chain`` inside the caller's transaction.

    ``actor`` is ``account:<id>``, ``clock`` or ``system``; ``body`` holds ids and codes only.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_auditentry (chain, seq, actor, action, subject, body) VALUES (%s, 0, %s, %s, %s, %s)",
            [chain, actor, action, subject, json.dumps(body or {}, ensure_ascii=False)],
        )


def actor_of(account) -> str:
    """How an account, or the clock (``None``), signs in the trail."""
    return "clock" if account is None else f"account:{account.pk}"


@dataclass(frozen=True)
class Fault:
    """A place where the trail does not hold, with a sentence for the administrator."""

    chain: str
    seq: int
    sentence: str


def link(previous: bytes, chain, seq, micros, actor, action, subject, body: str) -> bytes:
    """The hash of one entry: SHA-256 over the previous hash and all fields, parted by the unit separator."""
    text = "\x1f".join((chain, str(seq), str(micros), actor, action, subject, body))
    return hashlib.sha256(previous + text.encode()).digest()


def verify(chains: list[str] | None = None) -> Iterator[Fault]:
    """Walk the chains, recompute every hash outside the database, and hold them against the last signed head."""
    expected = _last_heads()
    seen: dict[str, int] = {}
    at, previous = None, b""
    for chain, seq, micros, actor, action, subject, body, prev, digest in _rows(chains):
        if chain != at:
            at, previous, last = chain, b"", 0
        if seq != last + 1:
            yield Fault(chain, seq, f"链 {chain} 第 {last + 1} 条起缺失，下一条是第 {seq} 条")
        if bytes(prev) != previous:
            yield Fault(chain, seq, f"链 {chain} 第 {seq} 条与前一条不相接")
        if bytes(digest) != link(bytes(prev), chain, seq, micros, actor, action, subject, body):
            yield Fault(chain, seq, f"链 {chain} 第 {seq} 条内容与校验值不符")
        head = expected.get(chain)
        if head and head[0] == seq and head[1] != bytes(digest).hex():
            yield Fault(chain, seq, f"链 {chain} 第 {seq} 条与已签名的当日末尾不符")
        previous, last = bytes(digest), seq
        seen[chain] = seq
    for chain, (seq, _) in expected.items():
        if (chains is None or chain in chains) and seen.get(chain, 0) < seq:
            yield Fault(chain, seq, f"链 {chain} 只到第 {seen.get(chain, 0)} 条，已签名的末尾是第 {seq} 条")


def current_heads() -> dict[str, tuple[int, str]]:
    """The last entry of every chain: ``{chain: (seq, hash in hex)}``."""
    rows = AuditEntry.objects.order_by("chain", "-seq").distinct("chain").values_list("chain", "seq", "hash")
    return {chain: (seq, bytes(digest).hex()) for chain, seq, digest in rows}


def _last_heads() -> dict[str, tuple[int, str]]:
    head = AuditHead.objects.order_by("-day").first()
    return {} if head is None else {chain: (seq, digest) for chain, seq, digest in head.heads}


def _rows(chains: list[str] | None):
    sql = "SELECT " + _FIELDS + " FROM ledger_auditentry"  # noqa: S608 - fixed text
    params: list = []
    if chains is not None:
        sql, params = sql + " WHERE chain = ANY(%s)", [chains]
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql + " ORDER BY chain, seq", params)
        while rows := cursor.fetchmany(5000):
            yield from rows
