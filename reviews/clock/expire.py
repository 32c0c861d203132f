"""The clock's way through the door: end cases by themselves, many at once (R3.6, R3.7) or with a graduation (R3.5b).

The same walls, acts, audit and outbox as a verb that a person does (:mod:`reviews.engine.door`), only for a batch at once:
by nobody's account, without an opinion, in the audit chain ``clock``. Whether a case may be ended is judged by the
database's own clock too; one whose row a clerk holds at the moment, or whose reminders another round is still
writing, is left for the next round.
"""

from datetime import datetime

from django.db import connection, transaction

from reviews.engine.deadlines import EXPIRY_WARN_DAYS
from reviews.vocabulary.states import RUNNING, Outcome, State, Verb
from web.clock import local_date

# Cases that have run out; the rest of the sweep and its dry run read the same words.
DUE = """
    reviews_case c WHERE c.closed_at IS NULL AND c.expires_at <= %(now)s AND c.state = ANY(%(running)s)
"""
# Cases at 调档 whose last working day is over; begun at the steps, whose index on open due dates finds them.
LATE_FILE = """
    reviews_step s JOIN reviews_case c ON c.id = s.case_id
    WHERE s.closed_at IS NULL AND s.due_on < %(today)s AND s.stage = 'awaiting_file' AND c.closed_at IS NULL
      AND c.state = 'awaiting_file'
"""

_HOLD_EXPIRED = f"""
    SELECT c.id FROM {DUE} AND c.expires_at <= ledger_now()
      AND c.expiry_warned >= %(reminders)s AND NOT EXISTS (
        SELECT 1 FROM reviews_step s WHERE s.case_id = c.id AND s.closed_at IS NULL
          AND s.next_warn_on <= reviews_judged_on(%(now)s, c.expires_at))
    LIMIT %(batch)s FOR NO KEY UPDATE OF c SKIP LOCKED
"""  # noqa: S608 - put together from the fixed texts above
_HOLD_LATE = f"""
    SELECT c.id FROM {LATE_FILE} AND s.due_on < (ledger_now() AT TIME ZONE 'Asia/Shanghai')::date
      AND s.next_warn_on IS NULL
    LIMIT %(batch)s FOR NO KEY UPDATE OF c SKIP LOCKED
"""  # noqa: S608

# A statement of its own, so that it sees the step a decision has opened just before the lock was had.
_END = """
WITH held AS (
    SELECT c.id, c.number, c.state AS was, c.revision + 1 AS revision, s.id AS step_id, s.unit_id
    FROM reviews_case c LEFT JOIN reviews_step s ON s.case_id = c.id AND s.closed_at IS NULL
    WHERE c.id = ANY(%(ids)s)
), ended AS (
    UPDATE reviews_step SET outcome = %(outcome)s WHERE case_id = ANY(%(ids)s) AND closed_at IS NULL
), closed AS (
    UPDATE reviews_case SET state = %(end)s, awaiting = '', holder_id = NULL, due_on = NULL,
        exclusive_key = NULL, revision = revision + 1
    WHERE id = ANY(%(ids)s)
), acted AS (
    INSERT INTO reviews_act (case_id, step_id, stage, verb, opinion)
    SELECT id, step_id, was, %(verb)s, %(why)s FROM held
), told AS (
    INSERT INTO ledger_outboxmessage (topic, payload, dedup)
    SELECT 'notice', jsonb_build_object('case', id, 'event', %(event)s, 'by', NULL, 'unit', NULL, 'sentence', %(why)s),
           %(event)s || ':' || id || ':' || revision
    FROM held ON CONFLICT (dedup) DO NOTHING
), recorded AS (
    INSERT INTO ledger_auditentry (chain, seq, actor, action, subject, body)
    SELECT 'clock', 0, %(actor)s, 'case.' || %(verb)s, 'case:' || number, jsonb_build_object(
        'case', id, 'step', step_id, 'unit', unit_id, 'state', %(end)s, 'was', was, 'revision', revision)
    FROM held
)
SELECT count(*) FROM held
"""


def parameters(now: datetime) -> dict:
    """What :data:`DUE` and :data:`LATE_FILE` ask for."""
    return {"now": now, "today": local_date(now), "running": [str(state) for state in RUNNING]}


def expire(now: datetime, batch: int) -> int:
    """Clear up to ``batch`` cases whose 90 × 24 hours are over, in one transaction; returns how many (R3.7)."""
    bounds = {"batch": batch, "reminders": len(EXPIRY_WARN_DAYS)}
    return _end(_HOLD_EXPIRED, parameters(now) | bounds, Verb.EXPIRE, Outcome.EXPIRED, State.EXPIRED)


def lapse(now: datetime, batch: int) -> int:
    """Cancel up to ``batch`` cases whose file was not requested in time, in one transaction; returns how many (R3.6)."""
    return _end(_HOLD_LATE, parameters(now) | {"batch": batch}, Verb.LAPSE, Outcome.LAPSED, State.LAPSED)


# Not skipped: a graduation waits for the clerk who is just deciding, then clears what is still open.
_HOLD_SUBJECTS = """
    SELECT c.id FROM reviews_case c
    WHERE c.closed_at IS NULL AND c.state <> 'draft' AND c.exclusive_key = ANY(%(subjects)s) AND c.kind = ANY(%(kinds)s)
    ORDER BY c.id FOR NO KEY UPDATE OF c
"""


def clear(subjects: list[str], kinds: list[str], why: str, actor: str) -> int:
    """Clear the running cases about ``subjects``, in the caller's transaction; returns how many (R3.5b).

    ``why`` says also what may be done next: it is told in the log of each case, on its page and to everyone it concerned;
    ``actor`` names in the audit trail who carried out the graduation run.
    """
    wanted = {"subjects": subjects, "kinds": kinds}
    return _end(_HOLD_SUBJECTS, wanted, Verb.CLEAR, Outcome.CLEARED, State.CLEARED, why=why, actor=actor)


def give_way(subjects: list[str], kinds: list[str], why: str, actor: str) -> int:
    """End the running cases of ``kinds`` about ``subjects``, because another paper about them was completed first; in
    the caller's transaction, by nobody's fault; returns how many (R4.5). ``why`` is told in the log of each and to
    everyone it concerned."""
    wanted = {"subjects": subjects, "kinds": kinds}
    words = {"why": why, "actor": actor, "event": "gave_way"}
    return _end(_HOLD_SUBJECTS, wanted, Verb.GIVE_WAY, Outcome.WITHDRAWN, State.WITHDRAWN, **words)


def _end(
    hold: str,
    wanted: dict,
    verb: Verb,
    outcome: Outcome,
    end: State,
    why: str = "",
    actor: str = "clock",
    event: str = "",
) -> int:
    words = {"outcome": str(outcome), "end": str(end), "verb": str(verb), "why": why, "actor": actor}
    words["event"] = event or str(end)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(hold, wanted)
        ids = [pk for (pk,) in cursor.fetchall()]
        if ids:
            cursor.execute(_END, words | {"ids": ids})
        return len(ids)
