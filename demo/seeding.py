"""The whole demonstration in one transaction: either all of it stands or none."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from demo import cases, desks, inspection, offline, people, places, policies, pupils, writing
from demo.loading import begin
from ledger import audit
from ledger.models import AuditEntry
from orgs.people.models import Unit, UnitLevel
from orgs.people.reference import load_units
from students.pupil.invented import Inventor
from web.clock import local_date

CHAIN = "demo"
SEEDED = "demo.seeded"
DEFAULT_SEED = 2018


class NotPossible(Exception):
    """The demonstration cannot be loaded here; the text is one sentence for the person at the keyboard."""


def refuse_outside_trial() -> None:
    """Raises :class:`NotPossible` where real data may stand."""
    if not settings.TRIAL:
        raise NotPossible("演示数据只能载入试用环境（未设置 DATABASE_URL 时）；正式数据库不得混入虚构人员。")


def seeded() -> bool:
    """True when the demonstration stands already."""
    return AuditEntry.objects.filter(chain=CHAIN, action=SEEDED).exists()


def seed(now: datetime, number: int = DEFAULT_SEED, say: Callable[[str], None] = lambda text: None) -> dict:
    """Load everything, dated up to the last working day before ``now``; returns how much of what.

    Raises :class:`NotPossible` outside the trial, and where pupils stand already that are not the demonstration's.
    """
    refuse_outside_trial()
    today = local_date(now)
    files: list[Path] = []
    try:
        with transaction.atomic():
            begin(CHAIN)
            if seeded():
                return {}
            load_units()
            counts, files = _load(now, number, say)
            found = inspection.faults()
            if found:
                raise NotPossible("演示数据自查不符，未写入任何数据：" + "；".join(found))
            audit.record(CHAIN, "system", SEEDED, {"today": today.isoformat(), "seed": number, **counts})
    except BaseException:
        for path in files:
            path.unlink(missing_ok=True)
        raise
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return counts


def _load(now: datetime, number: int, say) -> tuple[dict, list]:
    today = local_date(now)
    division_names = {
        unit.division_code: unit.name.removesuffix("教育局")
        for unit in Unit.objects.filter(level__in=[UnitLevel.COUNTY, UnitLevel.LEAGUE])
    }
    inventor = Inventor(number, division_names)
    say("学校、班级和账号")
    schools = places.build(today)
    policies.build()
    staff = people.build(schools, today, inventor)
    say("学生")
    register = pupils.build(schools, today, number, inventor)
    say("业务和证明材料")
    stories = cases.tell(schools, register, staff, today, number)
    files = writing.write(stories, today)
    taken = offline.write(stories, schools, register, staff, today, number)
    say("变动表、补建、问题学籍和核查")
    desks.write({school.word: school.unit for school in schools}, staff, now, inventor)
    counts = {
        "schools": len(schools),
        "accounts": len(staff.holders),
        "pupils": len(register.pupils),
        "cases": len(stories),
        "photographs": len(files),
        "offline": taken,
    }
    return counts, files
