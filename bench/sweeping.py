"""Rows “sweep”, “expiry sweep”, “lapse sweep” and “clearing, row by row”: what the clock does to 1,000,000 open cases.

Of these 120,000 are late and 120,000 have run out; for the lapse 120,000 more wait for a file that nobody requested in
time. The sweep takes 5,000 a transaction, leaves what a clerk holds, and judges by two clocks. Held against it is the
same work as one plain statement each, with the same marks, records, acts, messages and audit entries.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from django.db import transaction

from bench import ground
from bench.measure import PAIRS, Row, in_turn

# So many are cleared one by one in each pair; the sweep takes its own batch.
_ALONE = 100


def rows(sizes: tuple[int, ...]) -> Iterator[Row]:
    """All rows at every size."""
    from reviews.clock import expire as door_clock

    for size in sizes:
        ground.use(size)
        ground.lay_out()
        yield _sweep(size)
        yield _ending("expiry sweep", size, door_clock.expire, "expired", ground.RUN_OUT)
        yield _ending("lapse sweep", size, door_clock.lapse, "lapsed", ground.AWAITED, ground.await_file)
        yield _row_by_row(size)


def _sweep(size: int) -> Row:
    from reviews.clock import sweeps
    from web.clock import local_date

    now = ground.laid_out_at()
    today = local_date(now)
    due = ground.keep(f"({ground.RUN_OUT}) OR ({ground.LATE})")

    def sweep() -> int:
        counts = sweeps.run(now)
        done = counts["overdue"] + counts["expired"]
        if done != due or counts["recorded"] != counts["overdue"]:
            raise RuntimeError(f"{due} were due, the sweep took up {counts}")
        return done

    def bare() -> int:
        with ground.bare() as link:
            marked = link.execute(_OVERDUE, {"now": now, "today": today}).fetchone()[0]
            recorded = link.execute(_RECORD, {"now": now, "today": today}).fetchone()[0]
            link.commit()
            done = (
                marked + link.execute(_END.format(due=_DUE["expired"]), _words("expired", now)).fetchone()[0]
            )
        if done != due or recorded != marked:
            raise RuntimeError(f"{due} were due, the plain statements took up {done}")
        return done

    try:
        return in_turn(
            "sweep",
            f"{due:,} of {ground.open_cases():,} open cases",
            size,
            sweep,
            bare,
            0.85,
            between=lambda: ground.put_back(forget=False),
            unit="µs",
            note="each case; marks, records, acts, messages and audit entries with all walls",
        )
    finally:
        ground.put_back()


def _ending(
    name: str,
    size: int,
    once: Callable,
    end: str,
    kept: str,
    stand: Callable[[], None] = lambda: None,
) -> Row:
    """One part of the sweep alone, to its end: cases that the clock ends. ``stand`` makes them due, where they are not."""
    from reviews.clock import sweeps

    now = ground.laid_out_at()
    words, due = _words(end, now), ground.keep(kept)

    def together() -> int:
        return _told(due, sweeps._until_dry(lambda: once(now, sweeps.BATCH), sweeps.BATCH))

    def bare() -> int:
        with ground.bare() as link:
            return _told(due, link.execute(_END.format(due=_DUE[end]), words).fetchone()[0])

    def between() -> None:
        ground.put_back(forget=False)
        stand()

    try:
        return in_turn(
            name,
            f"{due:,} of {ground.open_cases():,} open cases",
            size,
            together,
            bare,
            0.85,
            between=between,
            unit="µs",
            note="each case; ends, acts, messages and audit entries with all walls",
        )
    finally:
        ground.put_back()


def _told(due: int, done: int) -> int:
    if done != due:
        raise RuntimeError(f"{due} were due, {done} were taken up")
    return done


def _row_by_row(size: int) -> Row:
    from reviews.clock import expire as door_clock
    from reviews.clock import sweeps
    from reviews.engine.models import Case

    now = ground.laid_out_at()
    due = ground.keep(ground.RUN_OUT)
    each = min(_ALONE, due // (4 * PAIRS))
    batch = min(sweeps.BATCH, due // PAIRS - each)

    def together() -> int:
        return door_clock.expire(now, batch)

    def alone() -> int:
        ids = (
            Case.objects.live()
            .filter(expires_at__lte=now)
            .order_by("expires_at", "pk")
            .values_list("pk", flat=True)
        )
        for pk in ids[:each]:
            _expire_alone(pk)
        return each

    try:
        return in_turn(
            "clearing, row by row",
            f"{batch:,} of {size:,} cases",
            size,
            together,
            alone,
            60,
            unit="µs",
            note=f"each case; one batch of the sweep, against {each} through the ORM one by one",
        )
    finally:
        ground.put_back()


def _expire_alone(pk: int) -> None:
    """What a loop over the models would do."""
    from ledger import audit
    from ledger.models import OutboxMessage
    from reviews.engine.models import Act, Case, Step

    with transaction.atomic():
        case = Case.objects.select_for_update(no_key=True).get(pk=pk)
        step = Step.objects.get(case=case, closed_at__isnull=True)
        Step.objects.filter(pk=step.pk).update(outcome="expired")
        Case.objects.filter(pk=pk).update(
            state="expired",
            awaiting="",
            holder=None,
            due_on=None,
            exclusive_key=None,
            revision=case.revision + 1,
        )
        Act.objects.create(case=case, step=step, stage=case.state, verb="expire")
        OutboxMessage.objects.create(
            topic="notice",
            payload={"case": pk, "event": "expired"},
            dedup=f"expired:{pk}:{case.revision + 1}",
        )
        audit.record(
            "clock", "clock", "case.expire", {"case": pk, "step": step.pk}, subject=case.audit_subject
        )


# ---------------------------------------------------------------- the same as one plain statement each

_OVERDUE = """
WITH marked AS (
    UPDATE reviews_step s SET overdue_at = %(now)s FROM reviews_case c
    WHERE c.id = s.case_id AND s.closed_at IS NULL AND s.overdue_at IS NULL AND s.due_on < %(today)s RETURNING s.id
)
SELECT count(*) FROM marked
"""
_RECORD = """
WITH recorded AS (
    INSERT INTO reviews_overduerecord (step_id, case_id, unit_id, stage, due_on, bulletin_due_on)
    SELECT s.id, s.case_id, s.unit_id, s.stage, s.due_on, s.bulletin_due_on FROM reviews_step s
    WHERE s.closed_at IS NULL AND s.bulletin_due_on < %(today)s RETURNING *
), audited AS (
    INSERT INTO ledger_auditentry (chain, seq, actor, action, subject, body)
    SELECT 'clock', 0, 'clock', 'step.overdue', 'case:' || c.number, jsonb_build_object('case', r.case_id,
        'step', r.step_id, 'unit', r.unit_id, 'due_on', r.due_on, 'bulletin_due_on', r.bulletin_due_on)
    FROM recorded r JOIN reviews_case c ON c.id = r.case_id
)
SELECT count(*) FROM recorded
"""
_DUE = {
    "expired": "c.closed_at IS NULL AND c.expires_at <= %(now)s",
    "lapsed": "c.closed_at IS NULL AND s.stage = 'awaiting_file' AND s.due_on < %(today)s",
}
_END = """
WITH ended AS (
    UPDATE reviews_step s SET outcome = %(end)s FROM reviews_case c
    WHERE s.case_id = c.id AND s.closed_at IS NULL AND {due}
    RETURNING s.id, s.case_id, s.unit_id, c.state, c.number
), closed AS (
    UPDATE reviews_case c SET state = %(end)s, awaiting = '', holder_id = NULL, due_on = NULL,
        exclusive_key = NULL, revision = c.revision + 1
    FROM ended e WHERE c.id = e.case_id RETURNING c.id, c.revision, e.id AS step, e.unit_id, e.state AS was, e.number
), acted AS (
    INSERT INTO reviews_act (case_id, step_id, stage, verb) SELECT id, step, was, %(verb)s FROM closed
), told AS (
    INSERT INTO ledger_outboxmessage (topic, payload, dedup)
    SELECT 'notice', jsonb_build_object('case', id, 'event', %(end)s, 'by', NULL, 'unit', NULL),
           %(end)s || ':' || id || ':' || revision FROM closed
), recorded AS (
    INSERT INTO ledger_auditentry (chain, seq, actor, action, subject, body)
    SELECT 'clock', 0, 'clock', 'case.' || %(verb)s, 'case:' || number, jsonb_build_object(
        'case', id, 'step', step, 'unit', unit_id, 'state', %(end)s, 'was', was, 'revision', revision) FROM closed
)
SELECT count(*) FROM closed
"""


def _words(end: str, now: datetime) -> dict:
    from web.clock import local_date

    verb = {"expired": "expire", "lapsed": "lapse"}[end]
    return {"now": now, "today": local_date(now), "end": end, "verb": verb}
