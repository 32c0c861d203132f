"""On the 1st at 02:00 a draft for each province, of the month before; what is named is told and may answer (R3.7b)."""

from datetime import date, datetime, time

from django.db import connection, transaction
from django.db.models import Max

from ledger import audit, outbox
from ledger.pieces import Pieces
from orgs.people.models import Unit, UnitLevel
from orgs.people.successors import not_closed
from reviews.rulebook import calendar
from reviews.rulebook.calendar import Calendar
from reviews.vocabulary.public_numbers import public_number
from students.bulletins import counting, figures
from students.bulletins.counting import Month
from students.bulletins.models import Bulletin, BulletinLine
from web.clock import SHANGHAI, local_date
from web.words import zh

CHAIN = "bulletins"
CLAUSE = zh("附件1 三.7")
# 02:00 on the 1st: the night's other work is done, and no step of the month is still being decided.
AT = time(2, 0)
# Working days in which a unit may answer.
REPLY_DAYS = 3


def due(now: datetime) -> Month | None:
    """The month whose drafts are to be there by now; ``None`` in the first two hours of the 1st."""
    local = now.astimezone(SHANGHAI)
    month = Month.before(local_date(now))
    ready = datetime.combine(month.next, AT, SHANGHAI)
    return month if local >= ready else None


def draft_all(now: datetime) -> int:
    """Draft what is due, of each province every month since its last bulletin, in order; returns how many. A bulletin
    that stands is left alone, however often this runs. Raises ExceptionGroup once the other provinces are through."""
    last, made = due(now), 0
    if last is None:
        return 0
    provinces = Unit.objects.filter(not_closed(local_date(now)), level=UnitLevel.PROVINCE)
    with_schools = Unit.objects.filter(level=UnitLevel.SCHOOL).values("province")
    drafted = dict(Bulletin.objects.order_by().values_list("province").annotate(Max("month")))
    pieces = Pieces("bulletins")
    for province in provinces.filter(pk__in=with_schools).order_by("code"):
        # In order: of a province whose month fails the later ones wait.
        with pieces.alone(province.code):
            for month in _missed(drafted.get(province.pk), last):
                draft(province, month, calendar.current(), now)
                made += 1
    pieces.end()
    return made


def _missed(drafted: date | None, last: Month) -> list[Month]:
    """The months after the one ``drafted`` last up to ``last``; only that one where there is no bulletin yet."""
    found = [last]
    while drafted is not None and found and found[0].first > drafted:
        found.insert(0, Month.before(found[0].first))
    return found if drafted is None else found[1:]


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
        BulletinLine.objects.bulk_create(lines_of(made, told), batch_size=1000)
        keep_names(made)
        body = {"bulletin": made.number, "digest": made.digest, "lines": len(told)}
        audit.record(CHAIN, "clock", "bulletin.drafted", body, subject=f"bulletin:{made.number}")
        outbox.post("bulletin", {"bulletin": made.pk, "event": "drafted"}, f"bulletin:{made.number}:drafted")
    return made


def lines_of(bulletin: Bulletin, told: list[dict]) -> list[BulletinLine]:
    """Rows for the reckoned lines, in their order; nothing is written yet."""
    return [
        BulletinLine(
            bulletin=bulletin, unit_id=line["unit"], level=line["level"], place=place, figures=line["figures"]
        )
        for place, line in enumerate(told, 1)
    ]


_NAMES = """
UPDATE students_bulletinline l SET unit_code = u.code, unit_name = u.name, unit_short_name = u.short_name
FROM orgs_unit u WHERE u.id = l.unit_id AND l.bulletin_id = %s
"""


def keep_names(bulletin: Bulletin) -> None:
    """Write the names of today's units into the bulletin: at the draft, and once more when it is published."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, [bulletin.pk])
    bulletin.province_name = Unit.objects.values_list("name", flat=True).get(pk=bulletin.province_id)
    bulletin.save(update_fields=["province_name"])


def reproduced(bulletin: Bulletin) -> bool:
    """Whether the stored inputs still give the stored lines, and both the digest that was kept with them."""
    told = figures.lines(bulletin.inputs)
    kept = [
        {"unit": line.unit_id, "level": line.level, "figures": line.figures}
        for line in bulletin.lines.order_by("place")
    ]
    return kept == told and figures.digest(bulletin.inputs, kept) == bulletin.digest
