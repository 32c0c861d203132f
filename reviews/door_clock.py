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

_EXPIRE = f"""
WITH picked AS (
    SELECT c.id, c.number, c.state FROM {DUE} AND c.expires_at <= ledger_now()
      AND c.expiry_warned >= %(reminders)s AND NOT EXISTS (
        SELECT 1 FROM reviews_step s WHERE s.case_id = c.id AND s.closed_at IS NULL
          AND s.next_warn_on <= reviews_judged_on(%(now)s, c.expires_at))
    ORDER BY c.expires_at, c.id LIMIT %(batch)s FOR NO KEY UPDATE OF c SKIP LOCKED
), ended AS (
    UPDATE reviews_step s SET outcome = %(outcome)s FROM picked p
    WHERE s.case_id = p.id AND s.closed_at IS NULL RETURNING s.id, s.case_id, s.unit_id
), expired AS (
    UPDATE reviews_case c SET state = %(expired)s, awaiting = '', holder_id = NULL, due_on = NULL,
        exclusive_key = NULL, revision = c.revision + 1
    FROM picked p WHERE c.id = p.id RETURNING c.id, c.number, c.revision, p.state AS was
), acted AS (
    INSERT INTO reviews_act (case_id, step_id, stage, verb)
    SELECT x.id, e.id, x.was, %(verb)s FROM expired x JOIN ended e ON e.case_id = x.id
), told AS (
    INSERT INTO ledger_outboxmessage (topic, payload, dedup)
    SELECT 'notice', jsonb_build_object('case', id, 'event', 'expired', 'by', NULL, 'unit', NULL),
           'expired:' || id || ':' || revision
    FROM expired ON CONFLICT (dedup) DO NOTHING
), recorded AS (
    INSERT INTO ledger_auditentry (chain, seq, actor, action, subject, body)
    SELECT 'clock', 0, 'clock', 'case.' || %(verb)s, 'case:' || x.number, jsonb_build_object(
        'case', x.id, 'step', e.id, 'unit', e.unit_id, 'state', %(expired)s, 'was', x.was, 'revision', x.revision)
    FROM expired x JOIN ended e ON e.case_id = x.id
)
SELECT count(*) FROM picked
"""  # noqa: S608 - put together from the fixed texts above


def parameters(now: datetime) -> dict:
    """What :data:`DUE` asks for."""
    return {"now": now, "running": [str(state) for state in RUNNING]}


def expire(now: datetime, batch: int) -> int:
    """Clear up to ``batch`` cases in one transaction; returns how many."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _EXPIRE,
            parameters(now)
            | {
                "batch": batch,
                "reminders": len(EXPIRY_WARN_DAYS),
                "outcome": str(Outcome.EXPIRED),
                "expired": str(State.EXPIRED),
                "verb": str(Verb.EXPIRE),
            },
        )
        return cursor.fetchone()[0]
