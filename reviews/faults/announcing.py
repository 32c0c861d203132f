"""Fault notices (R0.4): who announces and ends one, which of them cover a unit, who is told.

While one covers a school, or within ``offline_days`` after, transfers are done offline first there; how they are
kept stands on a higher floor.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any, cast

from django.db import IntegrityError, connection, transaction
from django.db.models import Q, QuerySet

from ledger import audit, outbox, statements
from orgs.people.models import Account, PostRole, Unit
from orgs.people.seats import Seat, acting_seats
from reviews.engine import seating
from reviews.engine.book import Rulebook, current
from reviews.engine.grounds import held as held_by_wall
from reviews.engine.opinions import free_text
from reviews.faults.models import Fault
from reviews.notices import digests
from reviews.vocabulary.public_numbers import public_number
from web import clock
from web.clock import local_date
from web.refusals import Refusal, Refused, refuse
from web.text import says
from web.words import zh

CLAUSE = zh("函 一；正文一")
SHORTEST, LONGEST = 4, 200
NO_OFFICE = Refusal(
    "no_office",
    zh("故障公告只能由旗县区及以上主管部门的学籍管理员或负责人，为本单位或下属单位发布和结束。"),
    zh("函 一"),
)
PREFIX = "GZ"
_CLERKS = (PostRole.REGISTRAR, PostRole.HEAD)


# ---------------------------------------------------------------- which cover a unit


def days_after(book: Rulebook, unit: Unit, day: date) -> int:
    """For how many days after a fault its offline transfers may still be recorded at ``unit`` (R0.7)."""
    return book.limit("offline_days", day, unit.province_id)


def last_day(fault: Fault, unit: Unit, day: date, book: Rulebook) -> date | None:
    """The last day on which an offline transfer under the fault may be recorded; ``None`` while it lasts."""
    if fault.closed_at is None:
        return None
    return local_date(fault.closed_at) + timedelta(days=days_after(book, unit, day))


def covering(unit: Unit, day: date, book: Rulebook | None = None) -> list[Fault]:
    """Faults that cover ``unit`` on ``day``, or ended within the limit before it (R0.4); those that last first."""
    book = book or current()
    found = Fault.objects.over(unit).filter(since__lte=day).select_related("unit").order_by("-id")
    first = day - timedelta(days=days_after(book, unit, day))
    kept = [fault for fault in found if fault.is_open or local_date(fault.closed_at) >= first]
    return sorted(kept, key=lambda fault: not fault.is_open)


def banner(lasting: bool, seats: Iterable[Seat]) -> dict | None:
    """What the pages of covered schools say while a fault lasts; registrars are shown the way to the form.

    ``lasting``: whether a fault lasts anywhere at all; if not, nothing is read."""
    schools = [seat.unit for seat in seats if seat.unit.is_school and seat.role in _CLERKS]
    if not lasting or not schools:
        return None
    fault = Fault.objects.open().over(*schools).select_related("unit").order_by("id").first()
    if fault is None:
        return None
    records = any(seat.role == PostRole.REGISTRAR and fault.unit.stands_above(seat.unit) for seat in seats)
    return {
        "text": zh(
            "故障期间可先线下办理：家长要求转学的，先登记，学生即视为在校，系统恢复后再补办电子转接。"
        ),
        "reason": zh(
            "{unit_short_name}：{fault_reason}（{day}起）。",
            unit_short_name=fault.unit.short_name,
            fault_reason=fault.reason,
            day=clock.spoken(fault.since),
        ),
        "clause": CLAUSE,
        "fault_url": f"/faults/{fault.number}/",
        "record_url": "/offline/new/" if records else "",
    }


# ---------------------------------------------------------------- announcing and ending


def offices_of(account: Account, day: date) -> list[Seat]:
    """The seats from which the account may announce and end faults, the highest first."""
    found = {
        seat.unit.pk: seat
        for seat in reversed(acting_seats(account, day))
        if seat.role in _CLERKS and not seat.unit.is_school
    }
    return sorted(found.values(), key=lambda seat: len(seat.unit.path))


def office_over(account: Account, unit: Unit, day: date) -> Unit | None:
    """The account's office that stands at or above ``unit``, the nearest one, or ``None``; an office that has succeeded
    a closed one acts as that one (R3.1)."""
    offices = offices_of(account, day)
    if any(unit.pk in seat.units for seat in offices):
        return unit
    over = [seat.unit for seat in offices if seat.unit.stands_above(unit)]
    return over[-1] if over else None


def scopes(account: Account, day: date) -> QuerySet[Unit]:
    """The units for which the account may announce a fault: its offices and all under them."""
    condition = Q(pk__in=[])
    for seat in offices_of(account, day):
        condition |= Q(path__startswith=seat.unit.path)
    return Unit.objects.filter(condition)


def open_fault(
    unit: Unit,
    by: Account,
    now: datetime,
    *,
    since: date,
    reason: str,
    kept: Callable[[Fault], None] | None = None,
) -> Fault:
    """Announce a fault for ``unit`` and all under it. Raises Refused with a sentence.

    ``kept`` is called in the same transaction, e.g. to keep an idempotency key with it.
    """
    day, reason = local_date(now), " ".join(free_text(reason, zh("故障情况"), zh("函 一")).split())
    office = office_over(by, unit, day)
    if office is None:
        raise Refused(seating.no_seat(by, day, NO_OFFICE))
    if not says(reason, SHORTEST) or len(reason) > LONGEST:
        refuse(
            "fault_reason",
            zh(
                "请写明什么出了故障（{shortest}–{longest} 字），如“学籍系统无法登录”。",
                shortest=SHORTEST,
                longest=LONGEST,
            ),
            zh("函 一"),
        )
    held_by_wall(reason, unit, act=zh("发布"))
    days = days_after(current(), unit, day)
    if not day - timedelta(days=days) <= since <= day:
        refuse(
            "fault_since",
            zh("故障起始日期不能晚于今天，也不能早于 {days} 天前，请核对。", days=days),
            zh("函 一"),
        )
    values: dict[str, Any] = {
        "unit": unit.pk,
        "since": since,
        "reason": reason,
        "opened_by": by.pk,
        "opened_from": office.pk,
    }
    number = public_number(PREFIX, day.year)
    try:
        with transaction.atomic():
            pk = statements.insert(Fault, returning=True, number=number, **values)
            fault = Fault.objects.select_related("unit").get(pk=pk)
            _tell(fault, by, "opened", {"unit": unit.pk, "since": since.isoformat()})
            if kept is not None:
                kept(fault)
    except IntegrityError as error:
        if "fault_one_open_a_unit" not in str(error):
            raise
        refuse(
            "fault_open_already",
            zh("这一范围已有尚未结束的故障公告，不需重复发布；请在列表中查看。"),
            zh("函 一"),
        )
    return fault


def close_refusal(fault: Fault, by: Account, day: date) -> Refusal | None:
    """Why the account cannot end the fault, or ``None``."""
    if not fault.is_open:
        return Refusal(
            "fault_closed",
            zh("故障公告 {fault_number} 已经结束，不需再办。", fault_number=fault.number),
            zh("函 一"),
        )
    return None if office_over(by, fault.unit, day) else seating.no_seat(by, day, NO_OFFICE)


def close_fault(
    fault: Fault, by: Account, now: datetime, *, kept: Callable[[Fault], None] | None = None
) -> Fault:
    """End a fault; from now on the limit of ``offline_days`` runs. Raises Refused."""
    with transaction.atomic():
        rows = Fault.objects.select_for_update(of=("self",), no_key=True).select_related("unit")
        held = rows.get(pk=fault.pk)
        found = close_refusal(held, by, local_date(now))
        if found is not None:
            raise Refused(found)
        # Whoever may close it sits over the unit.
        office = cast(Unit, office_over(by, held.unit, local_date(now)))
        statements.update(Fault, held.pk, closed_at=now, closed_by=by.pk, closed_from=office.pk)
        held.refresh_from_db(fields=["closed_at", "closed_by", "closed_from"])
        _tell(held, by, "closed", {"unit": held.unit_id})
        if kept is not None:
            kept(held)
    return held


def _tell(fault: Fault, by: Account, event: str, body: dict) -> None:
    """The trail, and one message however many are to be told."""
    subject = f"fault:{fault.number}"
    audit.record("faults", audit.actor_of(by), f"fault.{event}", {"fault": fault.pk, **body}, subject=subject)
    outbox.post("fault", {"fault": fault.pk, "event": event}, f"fault:{fault.pk}:{event}")


# ---------------------------------------------------------------- notices

# Every registrar and head under the fault's unit, by own or lent post, in one statement: a province has thousands.
_FAN_OUT = """
WITH seated AS (
    SELECT p.id, p.account_id FROM orgs_post p JOIN orgs_unit u ON u.id = p.unit_id
    WHERE starts_with(u.path, %(path)s) AND p.role IN ('registrar', 'head')
      AND p.valid_from <= %(day)s AND (p.valid_until IS NULL OR p.valid_until > %(day)s) AND p.confirmed_at IS NOT NULL
), people AS (
    SELECT account_id FROM seated
    UNION
    SELECT d.account_id FROM orgs_delegation d JOIN seated s ON s.id = d.post_id
    WHERE d.valid_from <= %(day)s AND d.valid_until > %(day)s AND NOT d.waiting
)
INSERT INTO reviews_notice (account_id, text, link, dedup)
SELECT a.id, %(text)s, %(link)s, %(dedup)s FROM people JOIN orgs_account a ON a.id = people.account_id
WHERE a.is_active ON CONFLICT (account_id, dedup) DO NOTHING RETURNING account_id
"""


def fan_out(fault: Fault, event: str, dedup: str, now: datetime) -> None:
    """Tell everyone who keeps records under the fault's unit that it began or ended."""
    day = clock.local_date(now)
    days = days_after(current(), fault.unit, day)
    if event == "opened":
        text = zh(
            (
                "{unit_name}发布故障公告 {fault_number}：{fault_reason}（{day}起）。家长要求转学的可先线下办理，学生即视为在校，"
                "系统恢复后补办（函 一）。"
            ),
            unit_name=fault.unit.name,
            fault_number=fault.number,
            fault_reason=fault.reason,
            day=clock.spoken(fault.since),
        )
    else:
        text = zh(
            "故障公告 {fault_number}（{unit_name}）已于{moment}结束。期间的线下转学请在 {days} 天内登记，并尽快补办电子转接（函 一）。",
            fault_number=fault.number,
            unit_name=fault.unit.name,
            moment=clock.moment(cast(datetime, fault.closed_at)),
            days=days,
        )
    told: dict[str, Any] = {"path": fault.unit.path, "day": day, "text": text[:300], "dedup": dedup}
    with connection.cursor() as cursor:
        cursor.execute(_FAN_OUT, told | {"link": f"/faults/{fault.number}/"})
        accounts = {account for (account,) in cursor.fetchall()}
    digests.schedule(accounts, now)
