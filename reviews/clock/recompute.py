"""Open due dates, reckoned again when the calendar, a vacation or a limit has changed (R3.7, R3.7b, R0.7).

Reckoned once for each day on which steps arrived, each day of submission and each province, then laid over the open steps in batches. Marks
and records of limits that had already passed stay.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection, transaction

from ledger import audit, outbox
from ledger.models import OutboxMessage
from orgs.people.models import Account, PostRole, Unit
from orgs.people.seats import holders_of
from reviews.engine.book import Rulebook
from reviews.engine.book import current as current_rulebook
from reviews.engine.deadlines import due_of, left_of, turn_of, warn_dates
from reviews.engine.models import Step
from reviews.notices.sending import Letter, tell
from web import clock
from web.words import joined, zh

BATCH = 5000
_SAMPLES = 5
_NAMED = 3  # cases named in a notice


class DueChange(NamedTuple):
    """A step whose limit moved."""

    case_number: str
    unit: str
    before: date
    after: date


@dataclass(frozen=True)
class Group:
    """Steps that moved from one day to another: how many, and the first few case numbers."""

    before: date
    after: date
    count: int
    numbers: list[str]


def recompute(now: datetime, account: Account | None = None, batch: int = BATCH) -> list[DueChange]:
    """Reckon the due dates of all open steps again; returns those that moved, and records each in the audit trail.

    ``account`` is the administrator who changed the calendar, ``None`` the clock. Runs in the caller's transaction
    where there is one. Steps on which a clerk is deciding at the moment come last and are waited for.
    """
    dates = _dates(current_rulebook())
    if not dates:
        return []
    parameters = dates | {"today": clock.local_date(now), "actor": audit.actor_of(account), "batch": batch}
    moved: list[DueChange] = []
    for waiting in (" SKIP LOCKED", ""):
        while True:
            taken, rows = _one_batch(_MOVE.format(waiting=waiting), parameters, now)
            moved += rows
            if taken < batch:
                break
    return sorted(moved, key=lambda row: (row.before, row.after, row.case_number))


def grouped(moved: list[DueChange]) -> list[Group]:
    """The changes as a list of old → new."""
    groups: dict[tuple[date, date], list[str]] = {}
    for row in moved:
        groups.setdefault((row.before, row.after), []).append(row.case_number)
    return [Group(*days, len(numbers), numbers[:_SAMPLES]) for days, numbers in sorted(groups.items())]


# ---------------------------------------------------------------- inside

_ARRIVED = """CASE WHEN s.recall_of_id IS NULL THEN (s.opened_at AT TIME ZONE 'Asia/Shanghai')::date
    ELSE reviews_arrived_on(s.id) END"""

_RULED = "(c.submitted_at AT TIME ZONE 'Asia/Shanghai')::date"
# 调档 has a limit of its own (R3.6); all other stages share one.
_STAGE = "CASE WHEN s.stage = 'awaiting_file' THEN s.stage ELSE '' END"

# A unit that takes a case up again after a correction has what was left (R3.7): such a step is reckoned by itself.
_OWN = "CASE WHEN s.resumes_id IS NULL THEN 0 ELSE s.id END"

_ARRIVALS = f"""
    SELECT DISTINCT {_ARRIVED}, {_RULED}, u.province_id, {_STAGE}, {_OWN} FROM reviews_step s
    JOIN reviews_case c ON c.id = s.case_id JOIN orgs_unit u ON u.id = s.unit_id
    WHERE s.closed_at IS NULL
"""  # noqa: S608 - put together from fixed texts

# How many of the three reminders still stand for sent: a limit that moved away is reminded of anew.
_SENT = """CASE WHEN d.due_on = s.due_on THEN s.warned ELSE least(s.warned, (d.first <= %(today)s)::int
    + (d.second <= %(today)s)::int + (d.third <= %(today)s)::int) END"""

_MOVE = f"""
WITH days AS (
    SELECT * FROM unnest(%(arrived)s::date[], %(ruled)s::date[], %(provinces)s::bigint[], %(stages)s::text[], %(own)s::bigint[], %(dues)s::date[], %(bulletins)s::date[],
        %(firsts)s::date[], %(seconds)s::date[], %(thirds)s::date[], %(provisional)s::boolean[])
        AS d (arrived_on, ruled_on, province_id, stage, own, due_on, bulletin_due_on, first, second, third, provisional)
), picked AS (
    SELECT s.id, s.case_id, c.number, u.short_name, s.unit_id, s.due_on AS was, d.due_on, d.bulletin_due_on,
           d.provisional, sent.warned, (ARRAY[d.first, d.second, d.third])[sent.warned + 1] AS next_warn_on
    FROM reviews_step s JOIN reviews_case c ON c.id = s.case_id JOIN orgs_unit u ON u.id = s.unit_id
    JOIN days d ON d.arrived_on = {_ARRIVED} AND d.ruled_on = {_RULED} AND d.stage = {_STAGE} AND d.own = {_OWN}
        AND d.province_id IS NOT DISTINCT FROM u.province_id
    CROSS JOIN LATERAL (SELECT {_SENT} AS warned) sent
    WHERE s.closed_at IS NULL AND (s.due_on, s.bulletin_due_on, s.due_provisional, s.warned, s.next_warn_on)
        IS DISTINCT FROM (d.due_on, d.bulletin_due_on, d.provisional, sent.warned::smallint,
            (ARRAY[d.first, d.second, d.third])[sent.warned + 1])
    ORDER BY c.id LIMIT %(batch)s FOR NO KEY UPDATE OF c{{waiting}}
), moved AS (
    UPDATE reviews_step s SET due_on = p.due_on, bulletin_due_on = p.bulletin_due_on, next_warn_on = p.next_warn_on,
        warned = p.warned, due_provisional = p.provisional
    FROM picked p WHERE s.id = p.id AND s.closed_at IS NULL
    RETURNING p.id, p.case_id, p.number, p.short_name, p.unit_id, p.was, p.due_on
), followed AS (
    UPDATE reviews_case c SET due_on = m.due_on FROM moved m
    WHERE c.id = m.case_id AND c.closed_at IS NULL AND c.due_on IS DISTINCT FROM m.due_on
), audited AS (
    INSERT INTO ledger_auditentry (chain, seq, actor, action, subject, body)
    SELECT 'rulebook', 0, %(actor)s, 'step.due_moved', 'case:' || number,
        jsonb_build_object('case', case_id, 'step', id, 'unit', unit_id, 'before', was, 'after', due_on)
    FROM moved WHERE due_on <> was
)
SELECT number, short_name, was, due_on, unit_id, id, (SELECT count(*) FROM picked) FROM moved ORDER BY id
"""  # noqa: S608


def _dates(book: Rulebook) -> dict:
    """The dates as columns, one place for each day of arrival, day of submission, province and limit."""
    with connection.cursor() as cursor:
        cursor.execute(_ARRIVALS)
        arrivals = cursor.fetchall()
    rows, turns = [], _turns([own for *_, own in arrivals if own])
    for arrived_on, ruled_on, province_id, stage, own in arrivals:
        left = left_of(book, turns[own], province_id, ruled_on) if own else None
        due = due_of(book, arrived_on, Unit(province_id=province_id), ruled_on, stage, left)
        reminders = warn_dates(book, due.due_on)
        dues = (due.due_on, due.bulletin_due_on, *reminders, due.provisional)
        rows.append((arrived_on, ruled_on, province_id, stage, own, *dues))
    names = (
        "arrived",
        "ruled",
        "provinces",
        "stages",
        "own",
        "dues",
        "bulletins",
        "firsts",
        "seconds",
        "thirds",
        "provisional",
    )
    return (
        {name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}
        if rows
        else {}
    )


def _turns(ids: list[int]) -> dict[int, list[Step]]:
    """Of the open steps ``ids``, which go on after a correction: how their units had the case before."""
    if not ids:
        return {}
    by_case: dict[int, list[Step]] = {}
    for step in Step.objects.filter(case__in=Step.objects.filter(pk__in=ids).values("case")):
        by_case.setdefault(step.case_id, []).append(step)
    found = {}
    for steps in by_case.values():
        by_id = {step.pk: step for step in steps}
        for step in (by_id[pk] for pk in ids if pk in by_id):
            first = step
            while first.recall_of_id is not None:
                first = by_id[first.recall_of_id]
            found[step.pk] = turn_of(first, steps)
    return found


def _one_batch(sql: str, parameters: dict, now: datetime) -> tuple[int, list[DueChange]]:
    """How many steps were taken up, and those of them whose limit itself moved; their units are told."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows = cursor.fetchall()
        moved = [row for row in rows if row[2] != row[3]]
        outbox.post_all("due_moved", _told(moved, now))
    return rows[0][6] if rows else 0, [DueChange(*row[:4]) for row in moved]


def _told(moved: list[tuple], now: datetime) -> dict[str, dict]:
    """One message a unit: how many of its limits moved, and the first few."""
    by_unit: dict[int, list[tuple]] = {}
    for row in moved:
        by_unit.setdefault(row[4], []).append(row)
    return {
        f"due_moved:{unit}:{rows[0][5]}:{now.isoformat()}": {
            "unit": unit,
            "count": len(rows),
            "first": [[row[0], row[2].isoformat(), row[3].isoformat()] for row in rows[:_NAMED]],
        }
        for unit, rows in by_unit.items()
    }


@outbox.handler("due_moved")
def tell_units(messages: list[OutboxMessage], now: datetime) -> None:
    """To registrar and head of the unit whose limits moved (R3.7)."""
    seats = holders_of({message.payload["unit"] for message in messages}, clock.local_date(now))
    people: dict[int, set[int]] = {}
    for unit, role, account in seats:
        if role in (PostRole.REGISTRAR, PostRole.HEAD):
            people.setdefault(unit, set()).add(account)
    tell(
        (
            Letter(account, None, _sentence(message.payload), message.dedup, "/worklist/")
            for message in messages
            for account in people.get(message.payload["unit"], ())
        ),
        now,
    )


def _sentence(said: dict) -> str:
    days = [
        zh(
            "{number} 由{before}改为{after}",
            number=number,
            before=clock.spoken(date.fromisoformat(before)),
            after=clock.spoken(date.fromisoformat(after)),
        )
        for number, before, after in said["first"]
    ]
    others = zh("，其余见待办") if said["count"] > len(days) else ""
    return zh(
        "放假安排或时限有调整，本单位 {count} 件业务的本环节时限已重新计算：{cases}{others}（附件1 三.7）。",
        count=said["count"],
        cases=joined("；", days),
        others=others,
    )
