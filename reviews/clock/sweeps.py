"""What the clock does every ten minutes (R3.5, R3.7, R3.7b): mark, record, warn, clear.

Every part finds out from stored dates what is due, so a round may be missed, repeated or run twice at once: a round
that comes a week late leaves what seven daily ones would have left, stamped with the true instant. Each part is one
set-based statement a batch, each batch its own transaction; rows a clerk is deciding on are left for the next round.

``preview`` asks the very same conditions and writes nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from ledger.models import SweepRun
from ledger.pieces import Pieces
from orgs.people import successors
from reviews.clock import expire as door_clock
from reviews.clock import succession
from reviews.clock import take_over as door_takeover
from reviews.engine.book import Rulebook
from reviews.engine.book import current as current_rulebook
from reviews.engine.deadlines import EXPIRY_WARN_DAYS, WARN_BEFORE, WINDOW_WARN_DAYS, warn_dates
from reviews.rulebook import windows
from reviews.vocabulary.states import State
from web import clock

BATCH = 5000
_LISTED = 10


@dataclass(frozen=True)
class Part:
    """One thing the sweep looks for. ``due`` is FROM … WHERE, ``does`` what follows ``WITH picked AS (…)``.

    ``maybe`` is as much of ``due`` as can be told without reading the cases, where that saves much.
    """

    key: str
    label: str
    due: str
    told: str
    order: str
    columns: str
    lock: str
    does: str
    maybe: str = ""

    @property
    def listing(self) -> str:
        """The statement that lists what may be due, once a round: asked for again for each batch, all that was done
        already would be passed over each time."""
        return f"SELECT {self.row} FROM {self.maybe or self.due}"  # noqa: S608

    @property
    def sql(self) -> str:
        """The statement for one batch of those; it looks again whether they are due, and answers how many it took."""
        return (
            f"WITH picked AS (SELECT {self.columns} FROM {self.due} AND {self.row} = ANY(%(ids)s)"  # noqa: S608
            f" FOR NO KEY UPDATE OF {self.lock} SKIP LOCKED), {self.does} SELECT count(*) FROM picked"
        )

    @property
    def row(self) -> str:
        """What is listed: the first of the columns."""
        return self.columns.partition(",")[0]


@dataclass(frozen=True)
class Finding:
    """What a round would do of one kind: how many, and the first few as ``(case number, unit, date)``."""

    label: str
    count: int
    first: list[tuple[str, str, str]] = field(default_factory=list)


_STEPS = "reviews_step s JOIN reviews_case c ON c.id = s.case_id"
_JUDGED = "reviews_judged_on(%(now)s, c.expires_at)"

# 调档 has a limit of its own, which ends the case instead (LAPSE).
_LATE = "s.closed_at IS NULL AND s.overdue_at IS NULL AND s.due_on < %(today)s AND s.stage <> 'awaiting_file'"
OVERDUE = Part(
    "overdue",
    "环节逾期标记",
    f"{_STEPS} WHERE {_LATE} AND s.due_on < {_JUDGED}",
    "'时限 ' || s.due_on",
    "s.due_on, s.id",
    "s.id",
    "s",
    """marked AS (UPDATE reviews_step s SET overdue_at = ledger_now() FROM picked p
        WHERE s.id = p.id AND s.closed_at IS NULL AND s.overdue_at IS NULL)""",
    maybe=f"reviews_step s WHERE {_LATE}",
)

# R3.7b: by the bulletin's own limit, which leaves vacation days out. One record a turn; it stays.
_UNRECORDED = """s.closed_at IS NULL AND s.bulletin_due_on < %(today)s AND s.stage <> 'awaiting_file'
    AND NOT EXISTS (SELECT 1 FROM reviews_overduerecord r WHERE r.step_id = s.id)"""
RECORD = Part(
    "recorded",
    "逾期记录（通报口径）",
    f"{_STEPS} WHERE {_UNRECORDED} AND s.bulletin_due_on < {_JUDGED} AND NOT reviews_turn_recorded(s.id)",
    "'通报时限 ' || s.bulletin_due_on",
    "s.bulletin_due_on, s.id",
    "s.id, s.case_id, s.unit_id, s.stage, s.due_on, s.bulletin_due_on, c.number",
    # The case: a record refers to it, and another round clearing it meanwhile would wait crosswise for the trail.
    "c",
    """recorded AS (
        INSERT INTO reviews_overduerecord (step_id, case_id, unit_id, stage, due_on, bulletin_due_on)
        SELECT id, case_id, unit_id, stage, due_on, bulletin_due_on FROM picked ON CONFLICT (step_id) DO NOTHING
        RETURNING step_id
    ), audited AS (
        INSERT INTO ledger_auditentry (chain, seq, actor, action, subject, body)
        SELECT 'clock', 0, 'clock', 'step.overdue', 'case:' || p.number, jsonb_build_object('case', p.case_id,
            'step', p.id, 'unit', p.unit_id, 'due_on', p.due_on, 'bulletin_due_on', p.bulletin_due_on)
        FROM picked p WHERE p.id IN (SELECT step_id FROM recorded))""",
    maybe=f"reviews_step s WHERE {_UNRECORDED}",
)

# The reminders of a limit: which of the three have come is reckoned from the dates handed in for each due date.
_REACHED = "(d.first <= judged.day)::int + (d.second <= judged.day)::int + (d.third <= judged.day)::int"
WARN = Part(
    "warned",
    "时限提醒",
    f"""{_STEPS} CROSS JOIN LATERAL (SELECT {_JUDGED} AS day) judged
        JOIN unnest(%(dues)s::date[], %(firsts)s::date[], %(seconds)s::date[], %(thirds)s::date[])
            AS d (due_on, first, second, third) ON d.due_on = s.due_on
        WHERE s.closed_at IS NULL AND s.next_warn_on <= %(today)s AND s.next_warn_on <= judged.day""",
    "'时限 ' || s.due_on",
    "s.next_warn_on, s.id",
    f"""s.id, s.case_id, s.unit_id, s.stage, s.due_on, c.awaiting, s.warned AS was, greatest(s.warned, {_REACHED}) AS reached,
        ARRAY[d.first, d.second, d.third] AS dates""",
    "s",
    """warned AS (
        UPDATE reviews_step s SET warned = p.reached, next_warn_on = p.dates[p.reached + 1] FROM picked p
        WHERE s.id = p.id AND s.closed_at IS NULL AND s.warned = p.was RETURNING p.*
    ), told AS (
        INSERT INTO ledger_outboxmessage (topic, payload, dedup)
        SELECT 'deadline', jsonb_build_object('case', case_id, 'step', id, 'unit', unit_id, 'due_on', due_on,
            'awaiting', awaiting, 'stage', stage, 'level', level), 'deadline:' || id || ':' || due_on || ':' || level
        FROM warned, generate_series(was + 1, reached) AS level ON CONFLICT (dedup) DO NOTHING)""",
)

_SOON = """(SELECT count(*) FROM unnest(%(expiry_days)s::int[]) AS n
    WHERE c.expires_at <= %(now)s + make_interval(hours => 24 * n))::int"""
WARN_EXPIRY = Part(
    "expiry_warned",
    "清理提醒",
    f"""reviews_case c CROSS JOIN LATERAL (SELECT {_SOON} AS reached) soon
        WHERE c.closed_at IS NULL AND c.expires_at <= %(now)s + make_interval(hours => 24 * %(expiry_first)s)
          AND c.state = ANY(%(running)s) AND c.expiry_warned < soon.reached""",
    "'清理时间 ' || to_char(c.expires_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI')",
    "c.expires_at, c.id",
    "c.id, c.holder_id, c.expiry_warned AS was, soon.reached",
    "c",
    """warned AS (
        UPDATE reviews_case c SET expiry_warned = p.reached FROM picked p
        WHERE c.id = p.id AND c.closed_at IS NULL RETURNING p.*
    ), told AS (
        INSERT INTO ledger_outboxmessage (topic, payload, dedup)
        SELECT 'expiry', jsonb_build_object('case', id, 'unit', holder_id, 'days', (%(expiry_days)s::int[])[level]),
               'expiry:' || id || ':' || (%(expiry_days)s::int[])[level]
        FROM warned, generate_series(was + 1, reached) AS level ON CONFLICT (dedup) DO NOTHING)""",
)

EXPIRE = Part(
    "expired",
    "满 90 天清理",
    door_clock.DUE,
    "'清理时间 ' || to_char(c.expires_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI')",
    "c.expires_at, c.id",
    "c.id",
    "c",
    "",  # carried out by door_clock, the clock's way through the door
)

# R3.6: the file was not requested by the end of the last working day.
LAPSE = Part(
    "lapsed",
    "逾期未调档取消",
    door_clock.LATE_FILE,
    "'调档时限 ' || s.due_on",
    "s.due_on, c.id",
    "c.id",
    "c",
    "",  # carried out by door_clock, like clearing
)

# R3.5: one message a draft, window, year and level. A province's own window of a key stands for the nation's.
WARN_DRAFT = Part(
    "drafts_warned",
    "草稿提醒（暂停发起前）",
    """reviews_case c JOIN orgs_unit u ON u.id = c.receiving_unit_id
        WHERE c.state = %(draft)s AND c.kind = %(kind)s AND c.created_at < %(starts)s
          AND CASE WHEN %(province)s::bigint IS NULL THEN u.province_id IS NULL OR u.province_id <> ALL(%(own)s)
                   ELSE u.province_id = %(province)s END
          AND NOT EXISTS (SELECT 1 FROM ledger_outboxmessage m
                          WHERE m.dedup = 'window:' || c.id || %(suffix)s)""",
    "'暂停发起 ' || (%(starts)s AT TIME ZONE 'Asia/Shanghai')::date",
    "c.id",
    "c.id",
    "c",
    """told AS (
        INSERT INTO ledger_outboxmessage (topic, payload, dedup)
        SELECT 'window', jsonb_build_object('case', id, 'window', %(window)s::bigint,
            'starts_on', (%(starts)s AT TIME ZONE 'Asia/Shanghai')::date, 'days', %(days)s::int),
            'window:' || id || %(suffix)s
        FROM picked ON CONFLICT (dedup) DO NOTHING)""",
)

# What is carried out case by case: a merger is rare (R3.1b).
TAKEN_OVER = "taken_over"
# A closed unit's pupils and papers, a unit at a time.
UNITS = "units_taken_over"
# What of a round went wrong, as people read it in its row.
FAILED = "failed"
_PARTS = (OVERDUE, RECORD, WARN, WARN_EXPIRY, EXPIRE, LAPSE, WARN_DRAFT)
LABELS = {part.key: part.label for part in _PARTS} | {
    UNITS: "撤并单位由承接单位接收",
    TAKEN_OVER: "由承接单位接办",
}


def run(now: datetime, batch: int = BATCH) -> dict[str, int]:
    """One round at ``now``; returns counts by kind, which the :class:`SweepRun` row keeps, with what failed.

    Each part is carried out though another fails, of mergers each unit and each case. Raises ExceptionGroup with what went
    wrong, once the round is through."""
    since = _last_judged() or now
    record = SweepRun.objects.create(judged_at=now)
    pieces, counts = Pieces("sweep"), {}
    for key, does in _parts(now, since, batch, pieces).items():
        with pieces.alone(LABELS[key]):
            counts[key] = does()
    record.counts = counts | ({FAILED: pieces.told} if pieces.told else {})
    if WARN_DRAFT.key in counts:
        # What closed since the last round that went through is told by the next one, unless it was told by this.
        record.finished_at = clock.now()
    record.save(update_fields=["counts", "finished_at"])
    pieces.end()
    return counts


def _parts(now: datetime, since: datetime, batch: int, pieces: Pieces) -> dict[str, Callable[[], int]]:
    """What a round does, in its order: each with how it is done, which tells how many."""
    book, common = current_rulebook(), _common(now)

    def move_subordinates() -> int:
        successors.move_subordinates(clock.local_date(now))
        return succession.take_over(now, pieces)

    return {
        OVERDUE.key: lambda: _repeat(OVERDUE, common, batch),
        RECORD.key: lambda: _repeat(RECORD, common, batch),
        WARN.key: lambda: sum(_repeat(WARN, common | dates, batch) for dates in _warn_dates(book, common)),
        WARN_EXPIRY.key: lambda: _repeat(WARN_EXPIRY, common, batch),
        EXPIRE.key: lambda: _until_dry(lambda: door_clock.expire(now, batch), batch),
        LAPSE.key: lambda: _until_dry(lambda: door_clock.lapse(now, batch), batch),
        UNITS: move_subordinates,
        TAKEN_OVER: lambda: door_takeover.take_over(now, pieces),
        WARN_DRAFT.key: lambda: sum(
            _repeat(WARN_DRAFT, wanted, batch) for wanted in _closings(book, since, now)
        ),
    }


def preview(now: datetime) -> list[Finding]:
    """What :func:`run` would do if it ran at ``now`` on what stands today; writes nothing."""
    book, common = current_rulebook(), _common(now)
    since = min(_last_judged() or now, now)
    found = [_find(OVERDUE, [common]), _find(RECORD, [common])]
    found.append(_find(WARN, [common | dates for dates in _warn_dates(book, common)]))
    found += [_find(WARN_EXPIRY, [common]), _find(EXPIRE, [common]), _find(LAPSE, [common])]
    found.append(_units(now))
    found.append(_taken_over(now))
    found.append(_find(WARN_DRAFT, list(_closings(book, since, now))))
    return found


# ---------------------------------------------------------------- carrying out


def _common(now: datetime) -> dict:
    return door_clock.parameters(now) | {
        "today": clock.local_date(now),
        "expiry_days": list(EXPIRY_WARN_DAYS),
        "expiry_first": EXPIRY_WARN_DAYS[0],
    }


def _repeat(part: Part, parameters: dict, batch: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(part.listing, parameters)
        ids = sorted(pk for (pk,) in cursor.fetchall())
    return sum(
        _one_batch(part, parameters | {"ids": ids[start : start + batch]})
        for start in range(0, len(ids), batch)
    )


def _until_dry(once: Callable[[], int], batch: int) -> int:
    total = 0
    while True:
        done = once()
        total += done
        if done < batch:
            return total


def _one_batch(part: Part, parameters: dict) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(part.sql, parameters)
        return cursor.fetchone()[0]


def _find(part: Part, wanted: list[dict]) -> Finding:
    """Count and list what is due, without taking or changing anything."""
    count = 0
    first: list[tuple] = []
    unit = "c.holder_id" if "orgs_unit u" not in part.due else "c.receiving_unit_id"
    listing = (
        f"SELECT c.number, (SELECT short_name FROM orgs_unit h WHERE h.id = {unit}), {part.told}"  # noqa: S608
        f" FROM {part.due} ORDER BY {part.order} LIMIT %(batch)s"
    )
    with connection.cursor() as cursor:
        for parameters in wanted:
            cursor.execute(f"SELECT count(*) FROM {part.due}", parameters)  # noqa: S608
            count += cursor.fetchone()[0]
            if len(first) < _LISTED:
                cursor.execute(listing, parameters | {"batch": _LISTED - len(first)})
                first += cursor.fetchall()
    return Finding(part.label, count, first)


def _units(now: datetime) -> Finding:
    rows = succession.waiting(clock.local_date(now))
    first = [(old, heir, "单位已撤并") for old, heir in rows[:_LISTED]]
    return Finding(LABELS[UNITS], len(rows), first)


def _taken_over(now: datetime) -> Finding:
    rows = door_takeover.waiting(clock.local_date(now))
    first = [(number, unit, "单位已撤并") for number, unit in rows[:_LISTED]]
    return Finding(LABELS[TAKEN_OVER], len(rows), first)


# ---------------------------------------------------------------- what the calendar and the windows say


def _warn_dates(book: Rulebook, common: dict) -> list[dict]:
    """The reminder dates of every due date that has a reminder waiting, reckoned once for each date."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT due_on FROM reviews_step WHERE closed_at IS NULL AND next_warn_on <= %(today)s",
            {"today": common["today"]},
        )
        dues: list[date] = [due_on for (due_on,) in cursor.fetchall()]
    if not dues:
        return []
    columns = list(zip(*(warn_dates(book, due_on) for due_on in dues), strict=True))
    names = ("firsts", "seconds", "thirds")
    assert len(names) == len(WARN_BEFORE)
    return [{"dues": dues} | {name: list(column) for name, column in zip(names, columns, strict=True)}]


def _closings(book: Rulebook, since: datetime, now: datetime) -> Iterator[Any]:
    """For each kind, province and level the window whose closing has to be told by ``now`` (R3.5).

    Windows that closed since the last round count as well: that is how a round catches up.
    """
    closing = [window for window in book.windows if window.closes]
    own = sorted({window.province_id for window in book.windows if window.province_id is not None})
    for kind in sorted({kind for window in closing for kind in window.kinds}):
        for province in (None, *own):
            change = windows.next_change(book.windows, kind, province, since)
            if change is None or change.opens or change.window is None:
                continue
            for days in WINDOW_WARN_DAYS:
                if change.at - timedelta(days=days) <= now:
                    yield {
                        "draft": str(State.DRAFT),
                        "kind": kind,
                        "province": province,
                        "own": own,
                        "starts": change.at,
                        "window": change.window.pk,
                        "days": days,
                        "suffix": f":{change.window.key}:{change.at.year}:{days}",
                    }


def _last_judged() -> datetime | None:
    """The instant of the last round that went through."""
    done = SweepRun.objects.filter(finished_at__isnull=False).order_by("-judged_at")
    return done.values_list("judged_at", flat=True).first()
