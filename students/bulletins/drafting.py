"""On the 1st at 02:00 a draft for each province, of the month before; what is named is told and may answer (R3.7b)."""

from datetime import datetime, time

from django.db import transaction

from ledger import audit, outbox
from ledger.clock import SHANGHAI, local_date
from ledger.words import zh
from orgs.models import Unit, UnitLevel
from reviews import calendar
from reviews.calendar import Calendar
from reviews.public_numbers import public_number
from students.bulletins import counting, figures
from students.bulletins.counting import Month
from students.bulletins.models import Bulletin, BulletinLine

CHAIN = "bulletins"
CLAUSE = zh("附件1 三.7")
# 02:00 on the 1st: the night's other work is done, and no step of the month is still being decided.
AT = time(2, 0)
# Working days in which a unit may answer.
REPLY_DAYS = 3


def due(now: datetime) -> Month | None:
    """The month whose drafts are to be there by now; ``None`` in the first two hours of the 1st."""
    local = now.astimezone(SHANGHAI)
    month = Month.before(local.date())
    ready = datetime.combine(month.next, AT, SHANGHAI)
    return month if local >= ready else None


def draft_all(now: datetime) -> int:
    """Draft what is due; returns how many. A bulletin that stands is left alone, however often this runs."""
    month, made = due(now), 0
    if month is None:
        return 0
    standing = Bulletin.objects.filter(month=month.first).values("province")
    provinces = Unit.objects.filter(level=UnitLevel.PROVINCE, closed_on=None).exclude(pk__in=standing)
    with_schools = Unit.objects.filter(level=UnitLevel.SCHOOL).values("province")
    for province in provinces.filter(pk__in=with_schools).order_by("code"):
        draft(province, month, calendar.current(), now)
        made += 1
    return made


def draft(province: Unit, month: Month, known: Calendar, now: datetime) -> Bulletin:
    """Count, reckon, write, and tell the units that are named."""
    inputs = counting.inputs(province, month, known, now)
    told = figures.lines(inputs)
    day = local_date(now)
    with transaction.atomic():
        made = Bulletin.objects.create(
            number=public_number("TB", month.first.year),
            province=province,
            month=month.first,
            inputs=inputs,
            digest=figures.digest(inputs, told),
            reply_until=known.add(day, REPLY_DAYS),
        )
        BulletinLine.objects.bulk_create(
            (
                BulletinLine(
                    bulletin=made,
                    unit_id=line["unit"],
                    level=line["level"],
                    place=place,
                    figures=line["figures"],
                )
                for place, line in enumerate(told, 1)
            ),
            batch_size=1000,
        )
        body = {"bulletin": made.number, "digest": made.digest, "lines": len(told)}
        audit.record(CHAIN, "clock", "bulletin.drafted", body, subject=f"bulletin:{made.number}")
        outbox.post("bulletin", {"bulletin": made.pk, "event": "drafted"}, f"bulletin:{made.number}:drafted")
    return made


def reproduced(bulletin: Bulletin) -> bool:
    """Whether the stored inputs still give the stored lines, and both the digest that was kept with them."""
    told = figures.lines(bulletin.inputs)
    kept = [
        {"unit": line.unit_id, "level": line.level, "figures": line.figures}
        for line in bulletin.lines.order_by("place")
    ]
    return kept == told and figures.digest(bulletin.inputs, kept) == bulletin.digest
