"""Counting a draft anew before its publication: when what was counted has changed since (R3.7b)."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from ledger import audit, outbox
from orgs.people.models import PostRole
from orgs.people.seats import seat_at
from reviews.engine.grounds import held as held_by_wall
from reviews.engine.opinions import free_text
from reviews.rulebook import calendar
from students.bulletins import counting, drafting, figures, publishing
from students.bulletins.counting import Month
from students.bulletins.drafting import CHAIN, CLAUSE
from students.bulletins.models import Bulletin, BulletinLine, BulletinState
from web.clock import local_date
from web.refusals import Refusal, Refused, refuse
from web.words import zh

SHORTEST, LONGEST = 5, 200
_FIGURES = ("level", "place", "figures")
_RECOUNTED = (
    "inputs",
    "digest",
    "reply_until",
    "recounts",
    "recounted_by",
    "recount_reason",
    "state",
    "proposed_by",
    "proposed_at",
)


def refusal(bulletin: Bulletin, by, day: date) -> Refusal | None:
    """Why ``by`` cannot have it counted anew."""
    if seat_at(by, bulletin.province_id, PostRole.HEAD, day) is None:
        told = zh("通报由{province_name}的负责人重新统计。", province_name=bulletin.province.name)
        return Refusal("no_seat", told, CLAUSE)
    if bulletin.state == BulletinState.PUBLISHED:
        return Refusal("published", zh("通报已经发布，不能再重新统计。"), CLAUSE)
    return None


def recount(bulletin: Bulletin, by, now: datetime, reason: str) -> int:
    """Count the month again and put lines and digest in the place of the former; returns of how many units the figures
    changed. Replies stay beside their units, the days for them begin anew, and what was proposed is proposed no more.
    Raises Refused, also when nothing changed.
    """
    day, reason = local_date(now), free_text(reason, zh("重新统计的原因"), CLAUSE)
    with transaction.atomic():
        held = Bulletin.objects.select_for_update(of=("self",)).select_related("province").get(pk=bulletin.pk)
        if refused := refusal(held, by, day):
            raise Refused(refused)
        if not SHORTEST <= len(reason) <= LONGEST:
            refuse(
                "reason",
                zh("请写明重新统计的原因（{shortest}–{longest} 字）。", shortest=SHORTEST, longest=LONGEST),
                CLAUSE,
            )
        held_by_wall(reason, held.province, act=zh("重新统计"))
        former = held.digest
        changed = _replaced(held, by, now, reason)
        body: dict[str, Any] = {
            "bulletin": held.number,
            "former": former,
            "digest": held.digest,
            "units": changed[:200],
        }
        body |= {"changed": len(changed), "reason": reason}
        audit.record(CHAIN, audit.actor_of(by), "bulletin.recounted", body, subject=f"bulletin:{held.number}")
        said = {"bulletin": held.pk, "event": "recounted"}
        outbox.post("bulletin", said, f"bulletin:{held.number}:recounted:{held.recounts}")
    return len(changed)


def _replaced(held: Bulletin, by, now: datetime, reason: str) -> list[int]:
    """Write what is counted now over the draft; the units of which it differs."""
    month, known = Month.of(held.month), calendar.current()
    inputs = counting.inputs(held.province, month, known, now)
    told = figures.lines(inputs)
    kept = {line.unit_id: line for line in held.lines.all()}
    wanted = {line.unit_id: line for line in drafting.lines_of(held, told)}
    changed = [
        unit
        for unit in sorted(kept.keys() | wanted.keys())
        if unit not in kept or unit not in wanted or kept[unit].figures != wanted[unit].figures
    ]
    if not changed:
        refuse("same", zh("重新统计的结果与现在的数据一致，没有改动。"), CLAUSE)
    held.inputs, held.digest = inputs, figures.digest(inputs, told)
    held.reply_until = max(held.reply_until, known.add(local_date(now), drafting.REPLY_DAYS))
    held.recounts, held.recounted_by, held.recount_reason = held.recounts + 1, by, reason
    publishing.reopen(held)
    held.save(update_fields=_RECOUNTED)
    held.lines.exclude(unit__in=wanted).delete()
    for unit, line in kept.items():
        if unit in wanted:
            for name in _FIGURES:
                setattr(line, name, getattr(wanted[unit], name))
    BulletinLine.objects.bulk_update(
        [line for unit, line in kept.items() if unit in wanted], _FIGURES, batch_size=1000
    )
    new = [line for unit, line in wanted.items() if unit not in kept]
    BulletinLine.objects.bulk_create(new, batch_size=1000)
    drafting.keep_names(held)
    return changed
