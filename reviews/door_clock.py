"""The clock's way through the door: clear cases whose 90 × 24 hours are over (R3.7).

The same walls, acts, audit and outbox as a verb that a person does (:mod:`reviews.door`), only for a batch at once:
by nobody's account, without an opinion, in the audit chain ``clock``. Whether a case may be cleared is judged by the
database's own clock too; one whose row a clerk holds at the moment, or whose reminders another round is still
writing, is left for the next round.
"""

from datetime import datetime

from django.db import connection, transaction

from reviews.deadlines import EXPIRY_WARN_DAYS
from reviews.states import RUNNING, Outcome, State, Verb

# Cases that have run out; the rest of the sweep and its dry run read the same words.
DUE = """
    reviews_case c WHERE c.closed_at IS NULL AND c.expires_at <= %(now)s AND c.state = ANY(%(running)s)
"""

_HOLD = f"""
    SELECT c.id FROM {DUE} AND c.expires_at <= ledger_now()
      AND c.expiry_warned >= %(reminders)s AND NOT EXISTS (
        SELECT 1 FROM reviews_step s WHERE s.case_id = c.id AND s.closed_at IS NULL
          AND s.next_warn_on <= reviews_judged_on(%(now)s, c.expires_at))
    LIMIT %(batch)s FOR NO KEY UPDATE OF c SKIP LOCKED
"""  # noqa: S608 - put together from the fixed texts above

# A statement of its own, so that it sees the step a decision has opened just before the lock was had.
_EXPIRE = """
WITH held AS (
    SELECT c.id, c.number, c.state AS was, c.revision + 1 AS revision, s.id AS step_id, s.unit_id
    FROM reviews_case c LEFT JOIN reviews_step s ON s.case_id = c.id AND s.closed_at IS NULL
    WHERE c.id = ANY(%(ids)s)
), ended AS (
    UPDATE reviews_step SET outcome = %(outcome)s WHERE case_id = ANY(%(ids)s) AND closed_at IS NULL
), expired AS (
    UPDATE reviews_case SET state = %(expired)s, awaiting = '', holder_id = NULL, due_on = NULL,
        exclusive_key = NULL, revision = revision + 1
    WHERE id = ANY(%(ids)s)
), acted AS (
    INSERT INTO reviews_act (case_id, step_id, stage, verb) SELECT id, step_id, was, %(verb)s FROM held
), told AS (
    INSERT INTO ledger_outboxmessage (topic, payload, dedup)
    SELECT 'notice', jsonb_build_object('case', id, 'event', 'expired', 'by', NULL, 'unit', NULL),
           'expired:' || id || ':' || revision
    FROM held ON CONFLICT (dedup) DO NOTHING
), recorded AS (
    INSERT INTO ledger_auditentry (chain, seq, actor, action, subject, body)
    SELECT 'clock', 0, 'clock', 'case.' || %(verb)s, 'case:' || number, jsonb_build_object(
        'case', id, 'step', step_id, 'unit', unit_id, 'state', %(expired)s, 'was', was, 'revision', revision)
    FROM held
)
SELECT count(*) FROM held
"""


def parameters(now: datetime) -> dict:
    """What :data:`DUE` asks for."""
    return {"now": now, "running": [str(state) for state in RUNNING]}


def expire(now: datetime, batch: int) -> int:
    """Clear up to ``batch`` cases in one transaction; returns how many."""
    bounds = {"batch": batch, "reminders": len(EXPIRY_WARN_DAYS)}
    words = {"outcome": str(Outcome.EXPIRED), "expired": str(State.EXPIRED), "verb": str(Verb.EXPIRE)}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_HOLD, parameters(now) | bounds)
        ids = [pk for (pk,) in cursor.fetchall()]
        if ids:
            cursor.execute(_EXPIRE, words | {"ids": ids})
        return len(ids)
