"""Making an export: short ones at once, those over 10,000 pupils by the worker with progress and a notice."""

import csv
import hashlib
import io
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import cast

from django.db import transaction
from django.db.models import Q, QuerySet

from ledger import audit, outbox
from orgs.people import scope
from orgs.people.models import Unit
from orgs.people.seats import acting_seats
from reviews.engine import seating
from reviews.evidence import files
from reviews.vocabulary.public_numbers import public_number
from students.pupil import identity, records, reveal
from students.pupil.grades import cohort_of, grade_at, label_of
from students.pupil.models import CodeTable, RegistrationNumber, Student
from students.pupil.statuses import ENDED
from students.roster import listing as roster
from students.roster.models import Making, RosterExport
from students.tables import columns as tables
from web.clock import local_date
from web.refusals import Refusal, Refused, refuse
from web.text import no_formula
from web.words import zh

CLAUSE = zh("函 一")
AT_ONCE = 10_000
# What a spreadsheet holds; a csv could hold more, nobody opens it.
MOST = 1_000_000
KEPT = timedelta(hours=24)
# A worker that was killed is known by this silence.
STUCK = timedelta(minutes=15)
CHUNK = 2000
HEAD = (
    zh("学校标识码"),
    zh("学校"),
    zh("姓名"),
    zh("性别"),
    zh("出生日期"),
    zh("民族"),
    zh("年级"),
    zh("班级"),
    zh("学籍状态"),
    zh("学籍号"),
    zh("入学日期"),
)


def pupils_of(export: RosterExport, day: date) -> QuerySet[Student]:
    """The pupils it is about. The unit's scope is the account's: judged when it was asked for, and again here."""
    schools = roster.schools_under(export.asked_by, day).filter(path__startswith=export.unit.path)
    rows = Student.objects.filter(school__in=schools.order_by())
    if export.status and export.status != "all":
        rows = rows.filter(status=export.status)
    elif not export.status:
        rows = rows.exclude(status__in=ENDED)
    if export.grade:
        # Of the running year: 应毕业未毕业 stand in no grade of it.
        rows = (
            rows.filter(cohort=cohort_of(export.grade, day)).alias(at=grade_at(day)).filter(at=export.grade)
        )
    return (
        rows.select_related("school", "school_class")
        .prefetch_related("school__system_periods")
        .order_by("pk")
    )


def ask(
    unit: Unit | None,
    by,
    now: datetime,
    *,
    form: str,
    grade: int | None = None,
    status: str = "",
    numbers: bool = False,
    purpose: str = "",
) -> RosterExport:
    """Ask for an export; a short one is ready when this returns. Raises Refused."""
    day = local_date(now)
    if not acting_seats(by, day) and (barred := seating.bar_of(by, day)):
        raise Refused(barred)
    if unit is None or not _in_scope(unit, by, day):
        refuse("no_seat", zh("只能导出本单位及所属学校的名册，请从列表中选择单位。"), CLAUSE)
    if form not in ("xlsx", "csv"):
        refuse("form", zh("请选择文件格式：xlsx 或 csv。"), CLAUSE)
    if numbers and purpose not in dict(reveal.PURPOSES):
        refuse("purpose", zh("含完整学籍号的名册请选择用途，将记入留痕。"), CLAUSE)
    export = RosterExport(
        number=public_number("MC", day.year),
        unit=unit,
        grade=grade,
        status=status,
        form=form,
        numbers=numbers,
        purpose=purpose if numbers else "",
        asked_by=by,
    )
    export.total = pupils_of(export, day).count()
    if not export.total:
        refuse("nobody", zh("没有符合条件的学生，请换一个条件。"), CLAUSE)
    if export.total > MOST:
        refuse(
            "too_many",
            zh(
                "共 {export_total} 人，一个文件最多 {most} 人，请按年级或下级单位分别导出。",
                export_total=export.total,
                most=MOST,
            ),
            CLAUSE,
        )
    with transaction.atomic():
        Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
        running = RosterExport.objects.filter(asked_by=by, state__in=[Making.WAITING, Making.MAKING]).first()
        if running is not None:
            refuse(
                "running",
                zh("你的另一份名册（{running_number}）正在生成，请稍候。", running_number=running.number),
                CLAUSE,
            )
        export.save()
        _note(export, by, "asked", {"total": export.total, "numbers": numbers, "purpose": export.purpose})
    if export.total <= AT_ONCE:
        _make(export, now)
        export.refresh_from_db()
    return export


def _in_scope(unit: Unit, by, day: date) -> bool:
    """Whether all of the unit is the account's to see, and not only some school under it."""
    return any(unit.path.startswith(path) for path in scope.paths(by, day))


def _note(export: RosterExport, by, what: str, body: dict) -> None:
    whole = {"export": export.number, "unit": export.unit.code, **body}
    audit.record(
        "access", audit.actor_of(by), f"roster.export_{what}", whole, subject=f"export:{export.number}"
    )


# ---------------------------------------------------------------- making


def carry_on(now: datetime) -> int:
    """Make whatever waits, and take away what is older than a day; how many were made."""
    clear_old(now)
    made = 0
    while (export := _next(now)) is not None:
        _make(export, now)
        outbox.post("export", {"export": export.pk}, f"export:{export.pk}")
        made += 1
    return made


def _next(now: datetime) -> RosterExport | None:
    with transaction.atomic():
        stuck = Q(state=Making.MAKING, begun_at__lt=now - STUCK)
        rows = RosterExport.objects.select_for_update(skip_locked=True, of=("self",))
        rows = rows.filter(Q(state=Making.WAITING) | stuck).select_related("unit", "asked_by")
        export = rows.order_by("id").first()
        if export is not None:
            RosterExport.objects.filter(pk=export.pk).update(state=Making.MAKING, begun_at=now, done=0)
    return export


def _make(export: RosterExport, now: datetime) -> None:
    rows = _rows(export, local_date(now), _progress(export))
    title = zh("{unit_name}学生名册", unit_name=export.called("unit"))
    data = (
        tables.xlsx(title, HEAD, rows, widths=(14, 30, 14, 6, 12, 10, 14, 10, 12, 24, 12))
        if (export.form == "xlsx")
        else _csv(rows)
    )
    with files.stored(export.key, data), transaction.atomic():
        RosterExport.objects.filter(pk=export.pk).update(
            state=Making.READY,
            finished_at=now,
            done=export.total,
            sha256=hashlib.sha256(data).hexdigest(),
            size=len(data),
        )


def _progress(export: RosterExport) -> Callable[[int], None]:
    def told(done: int) -> None:
        RosterExport.objects.filter(pk=export.pk).update(done=min(done, export.total))

    return told


def _rows(export: RosterExport, day: date, progress: Callable[[int], None]) -> Iterator[tuple]:
    """Lines of the roster, read in pieces: two statements a piece."""
    ethnic = dict(CodeTable.objects.filter(table="ethnic").values_list("code", "name"))
    pupils, last, done = pupils_of(export, day), 0, 0
    while piece := list(pupils.filter(pk__gt=last)[:CHUNK]):
        rows = RegistrationNumber.objects.filter(student__in=piece, closed_at__isnull=True)
        numbers = {row.student_id: records.opened_number(row) for row in rows}
        for pupil in piece:
            number = numbers.get(pupil.pk, "")
            yield _line(pupil, ethnic, number if export.numbers else identity.mask_number(number), day)
        last, done = piece[-1].pk, done + len(piece)
        progress(done)


def _line(pupil: Student, ethnic: dict[str, str], number: str, day: date) -> tuple[str, ...]:
    school = cast("Unit", pupil.school)  # pupils of a school are asked for
    return (
        school.code,
        school.name,
        pupil.name,
        pupil.get_sex_display(),
        pupil.birth_date.isoformat(),
        ethnic.get(pupil.ethnic, pupil.ethnic),
        label_of(pupil, day),
        str(pupil.school_class or ""),
        pupil.get_status_display(),
        number,
        pupil.entered_on.isoformat(),
    )


def _csv(rows: Iterator[tuple]) -> bytes:
    """With the mark by which spreadsheet programs know UTF-8; no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEAD)
    writer.writerows([no_formula(text) for text in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


# ---------------------------------------------------------------- fetching


def fetch_refusal(export: RosterExport, by, day: date) -> Refusal | None:
    """Why ``by`` may not fetch the file on ``day``: only who asked for it, while the unit is theirs, for a day."""
    if export.asked_by_id != by.pk or not _in_scope(export.unit, by, day):
        return Refusal("not_yours", zh("名册只由导出人本人下载，且须仍在这个单位（或其上级）任职。"), CLAUSE)
    if export.state != Making.READY:
        return Refusal(
            "not_ready", zh("这份名册{state}，请重新导出。", state=export.get_state_display()), CLAUSE
        )
    return None


def fetch(export: RosterExport, by, day: date) -> bytes:
    """The file; every fetching is recorded. Raises Refused."""
    refused = fetch_refusal(export, by, day)
    if refused is not None:
        raise Refused(refused)
    try:
        data = files.read(export.key, export.sha256)
    except ValueError:
        refuse("gone", zh("文件已损坏或缺失，请重新导出。"), CLAUSE)
    _note(export, by, "fetched", {})
    return data


def clear_old(now: datetime) -> int:
    """Take away the files that are older than a day; the rows stay."""
    gone = 0
    for export in RosterExport.objects.filter(state=Making.READY, finished_at__lt=now - KEPT).only("key"):
        files.path_of(export.key).unlink(missing_ok=True)
        gone += RosterExport.objects.filter(pk=export.pk).update(state=Making.GONE)
    return gone
