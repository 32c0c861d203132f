"""Millions of pupils and cases for measurements: made in several processes, written by COPY, streamed throughout.

Counties and their schools with staff and classes are real rows of the program; pupils and cases come past the
triggers like the demonstration's past. There are no guardians, photographs, notices or audit entries.
"""

import multiprocessing
import os
import pickle
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import cast

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction

from demo import bulk_process, bulk_rows, inspection, people
from demo.bulk_rows import CHUNK, Ground, Plan, WorkingDay
from demo.loading import as_replica, begin, reserve
from demo.seeding import CHAIN, NotPossible, refuse_outside_trial
from ledger import audit
from orgs.people.models import Account, Post, PostRole, Unit, UnitLevel
from orgs.people.reference import load_units
from reviews.engine import book as rulebook
from reviews.engine.deadlines import due_of
from reviews.rulebook.models import Route
from reviews.rulebook.notice_values import IN_PROVINCE
from students.pupil import identity
from students.pupil.grades import cohort_of, phase_of
from students.pupil.identity import FEMALE, MALE
from students.pupil.invented import Inventor
from students.pupil.models import SchoolClass
from transfers.moving.models import TransferReason
from web import pinyin
from web.clock import SHANGHAI, local_date

# Below this the start of processes costs more than they bring.
_ALONE = 4 * CHUNK
_NAMES = 4_000
_PUPILS_A_SCHOOL = 600
_PHASES = [("小学", "21", 1, 6, 4), ("中学", "31", 7, 9, 2), ("高级中学", "34", 10, 12, 2)]
_FIRST_SCHOOL = 800_001
# Working days of history: from the last one back to well before 90 days and a summer.
_HISTORY = 160


@dataclass
class Progress:
    """How far it is: pupils of the total, rows written so far."""

    done: int
    total: int
    rows: int


def fill(
    now: datetime, pupils: int, cases: int, seed: int, tell: Callable[[Progress], None] = lambda p: None
) -> Progress:
    """Write ``pupils`` pupils, the first ``cases`` of them with a case; all or nothing.

    Raises :class:`NotPossible` outside the trial, for more cases than pupils, and for a second time.
    """
    refuse_outside_trial()
    if not 0 <= cases <= pupils or not pupils:
        raise NotPossible(
            "业务数不能多于学生数：一名学生同时只能有一件在办业务（三.1），请调整 --pupils 和 --cases。"
        )
    with transaction.atomic():
        begin(CHAIN)
        if Unit.objects.filter(code__regex=rf"^\d{{4}}{_FIRST_SCHOOL // 100_000}\d{{5}}$").exists():
            raise NotPossible("这个数据库已经生成过大批量数据；要重新生成请先执行 make reset。")
        load_units()
        plan = _plan(local_date(now), pupils, cases, seed)
        progress = Progress(0, pupils, 0)
        with as_replica():
            for texts, made in _chunks(plan):
                _copy(texts)
                progress = Progress(min(progress.done + CHUNK, pupils), pupils, progress.rows + made)
                tell(progress)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        found = inspection.faults()
        if found:
            raise NotPossible("大批量数据自查不符，未写入任何数据：" + "；".join(found))
        audit.record(CHAIN, "system", "demo.bulk", {"pupils": pupils, "cases": cases, "seed": seed})
    return progress


def _chunks(plan: Plan) -> Iterator[tuple[dict[str, bytes], int]]:
    """The text of every chunk, in order; only a few are in memory at a time."""
    starts = range(0, plan.pupils, CHUNK)
    if plan.pupils <= _ALONE:
        writer = bulk_rows.Writer(plan)
        yield from (writer.rows(start, CHUNK) for start in starts)
        return
    workers = max(1, len(os.sched_getaffinity(0)))
    # Not forked: a child must not inherit the database connection.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, bulk_process.begin, (pickle.dumps(plan),)) as pool:
        waiting: deque = deque()
        for start in starts:
            waiting.append(pool.submit(bulk_process.rows, start))
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _copy(texts: dict[str, bytes]) -> None:
    with connection.cursor() as cursor:
        for table, text in texts.items():
            with cursor.copy(f"COPY {table} ({bulk_rows.TABLES[table]}) FROM STDIN") as copy:
                copy.write(text)


# ---------------------------------------------------------------- the plan


def _plan(today: date, pupils: int, cases: int, seed: int) -> Plan:
    inventor = Inventor(seed)
    counties = list(Unit.objects.filter(level=UnitLevel.COUNTY, code__startswith="15").order_by("code"))
    # A small run keeps to few counties, so that its schools are not empty.
    counties = counties[: max(2, min(len(counties), pupils // 500))]
    schools = _schools(counties, pupils, today)
    staff = _staff(counties, [ground for grounds in schools.values() for ground in grounds], inventor, today)
    days = _days(today)
    expiring = [place for place, day in enumerate(days) if 91 <= (today - day.day).days <= 120]
    size = {"students_student": 1, "reviews_case": 1, "transfers_transfer": 1}
    size |= {"students_registrationnumber": bulk_rows.NUMBERS, "students_enrolment": bulk_rows.ENROLMENTS}
    size |= {"reviews_step": bulk_rows.STEPS, "reviews_act": bulk_rows.ACTS}
    return Plan(
        seed=seed,
        pupils=pupils,
        cases=cases,
        today=today,
        field_keys=settings.FIELD_KEYS,
        suite=settings.CRYPTO_SUITE,
        names=_names(inventor),
        grounds=_by_grade(schools),
        divisions=[county.code for county in counties],
        places={county.code: county.name.removesuffix("教育局") for county in counties},
        staff=staff,
        called=dict(Account.objects.filter(pk__in=_accounts(staff)).values_list("pk", "person__name")),
        unit_names={
            pk: f"{name}\t{short}"
            for pk, name, short in Unit.objects.filter(pk__in=staff).values_list("pk", "name", "short_name")
        },
        days=days,
        expiring=(expiring[0], expiring[-1]),
        routes={
            row.relation: (row.pk, row.stages) for row in Route.objects.filter(kind=IN_PROVINCE, phase="")
        },
        reason=TransferReason.objects.get(key="house").pk,
        kind=IN_PROVINCE,
        first={table: reserve(_model(table), pupils * size[table]) for table in bulk_rows.TABLES},
    )


def _accounts(staff: dict[int, tuple]) -> set[int]:
    return {account for clerk, _, head, _ in staff.values() for account in (clerk, head)}


def _model(table: str):
    return next(model for model in apps.get_models() if model._meta.db_table == table)


def _names(inventor: Inventor) -> list[tuple]:
    found = []
    for place in range(_NAMES):
        sex, ethnic = (MALE, FEMALE)[place % 2], inventor.ethnic()
        name = inventor.name(sex, ethnic)
        found.append((name, sex, ethnic, pinyin.readings(name), identity.mask_name(name)))
    return found


def _schools(counties: list[Unit], pupils: int, today: date) -> dict[str, list[Ground]]:
    """Schools of every phase in every county, at least two of each, with a class of every cohort."""
    each = max(1, pupils // len(counties) // _PUPILS_A_SCHOOL // 8)
    units: list[Unit] = []
    for county in counties:
        for noun, class_code, lowest, highest, share in _PHASES:
            for number in range(1, max(2, each * share) + 1):
                name = f"{county.short_name}示例{100 + number}{noun}"
                units.append(
                    Unit(
                        code=f"{class_code}15{_FIRST_SCHOOL + len(units)}",
                        name=name,
                        short_name=name,
                        level=UnitLevel.SCHOOL,
                        authority=county,
                        province_id=county.province_id,
                        league_id=county.league_id,
                        division_code=county.division_code,
                        lowest_grade=lowest,
                        highest_grade=highest,
                        school_system="6-3",
                    )
                )
    for pk, unit in enumerate(units, reserve(Unit, len(units))):
        unit.pk, unit.path = pk, f"{cast(Unit, unit.authority).path}{pk}/"
    Unit.objects.bulk_create(units, batch_size=1000)
    classes = [
        SchoolClass(school=unit, phase=phase_of(grade, "6-3"), cohort=cohort_of(grade, today), number=1)
        for unit in units
        for grade in range(cast(int, unit.lowest_grade), cast(int, unit.highest_grade) + 1)
    ]
    SchoolClass.objects.bulk_create(classes, batch_size=2000)
    of_school: dict[int, dict[int, int]] = {}
    for row in classes:
        of_school.setdefault(row.school_id, {})[row.cohort] = row.pk
    found: dict[str, list[Ground]] = {}
    for unit in units:
        ground = Ground(
            unit.pk,
            cast(int, unit.authority_id),
            unit.division_code,
            cast(int, unit.lowest_grade),
            cast(int, unit.highest_grade),
            unit.name,
            of_school[unit.pk],
        )
        found.setdefault(unit.division_code, []).append(ground)
    return found


def _by_grade(schools: dict[str, list[Ground]]) -> dict[tuple[str, int], list[Ground]]:
    return {
        (division, grade): [ground for ground in grounds if ground.lowest <= grade <= ground.highest]
        for division, grounds in schools.items()
        for grade in range(1, 13)
    }


def _staff(counties: list[Unit], grounds: list[Ground], inventor: Inventor, today: date) -> dict[int, tuple]:
    """Registrar and head (account, person, account, person) of every unit; those missing are appointed."""
    roles = (PostRole.REGISTRAR, PostRole.HEAD)
    ids = [county.pk for county in counties] + [ground.pk for ground in grounds]
    posts = Post.objects.filter(unit__in=ids, role__in=roles, valid_until__isnull=True)
    held = {(post.unit_id, post.role): (post.account_id, post.person_id) for post in posts}
    wanted = [
        (f"u{unit.code}", unit, role)
        for unit in Unit.objects.filter(pk__in=ids).order_by("pk")
        for role in roles
        if (unit.pk, role) not in held
    ]
    new = people.appoint(wanted, date(2020, 9, 1), inventor, "U", today)
    held |= {key: (account.pk, cast(int, account.person_id)) for key, account in new.items()}
    return {pk: held[pk, PostRole.REGISTRAR] + held[pk, PostRole.HEAD] for pk in ids}


def _days(today: date) -> list[WorkingDay]:
    """Working days before today, the last one first."""
    book = rulebook.current()
    region = Unit.objects.get(code="150000")
    days, day = [], today
    for _ in range(_HISTORY):
        day = book.calendar.add(day, -1)
        days.append(day)
    shut = [
        book.closed(IN_PROVINCE, region.pk, datetime.combine(day, time(12), SHANGHAI)) is not None
        for day in days
    ]
    found = []
    for place, day in enumerate(days):
        due = due_of(book, day, region, day)
        opens = next((later for later in range(place, _HISTORY) if not shut[later]), place)
        found.append(
            WorkingDay(
                day,
                due.due_on.isoformat(),
                due.bulletin_due_on.isoformat(),
                max(due.next_warn_on, today - timedelta(days=1)).isoformat(),
                "t" if due.provisional else "f",
                opens,
            )
        )
    return found
