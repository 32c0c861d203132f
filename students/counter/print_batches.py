"""The sheets of a class or a whole cohort in one file: asked for at the counter, drawn by the worker, fetched within a day
(R8.4). Whoever has a character that no font shows is left out and named; the others are printed."""

import hashlib
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from ledger import audit
from orgs.people.models import PostRole, Unit
from orgs.people.seats import acting_seats, seat_at
from reviews.engine import seating
from reviews.evidence import files
from reviews.vocabulary.public_numbers import public_number
from students.counter import finding as counter
from students.counter import sheet, sheet_pdf
from students.counter.models import BatchState, PrintBatch
from students.counter.sheet_pdf import Paper
from students.pupil.models import SchoolClass, Student
from web.clock import local_date
from web.refusals import Refusal, Refused, refuse
from web.words import zh

MOST = 1500
KEPT = timedelta(hours=24)
# A worker that was killed while it drew is known by this silence; the file is then begun anew.
STUCK = timedelta(minutes=10)
CHUNK = 50


def pupils_of(school: Unit, phase: str, cohort: int, school_class: SchoolClass | None):
    """The pupils on the books of a school in a cohort of a phase, or one class of it."""
    rows = Student.objects.filter(school=school, phase=phase, cohort=cohort)
    return rows.filter(school_class=school_class) if school_class else rows


def ask(
    unit: Unit | None,
    school: Unit,
    phase: str,
    cohort: int,
    school_class: SchoolClass | None,
    by,
    now: datetime,
) -> PrintBatch:
    """Ask for the file. Raises Refused: no seat, nobody there, too many, one of the same is being drawn."""
    day = local_date(now)
    if unit is None or counter.unit_for(by, school, day, acting_seats) != unit:
        raise Refused(seating.no_seat(by, day, counter.NO_SEAT))
    total = pupils_of(school, phase, cohort, school_class).count()
    if not total:
        refuse("batch_empty", zh("这个班级（年级）没有在籍学生，请另选。"), counter.CLAUSE)
    if total > MOST:
        refuse(
            "batch_large",
            zh("共 {total} 人，一个文件最多 {most} 人；请按班打印。", total=total, most=MOST),
            counter.CLAUSE,
        )
    with transaction.atomic():
        Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
        same = PrintBatch.objects.filter(
            unit=unit,
            school=school,
            phase=phase,
            cohort=cohort,
            school_class=school_class,
            state__in=[BatchState.WAITING, BatchState.DRAWING],
        ).first()
        if same is not None:
            refuse(
                "batch_running",
                zh("同一份文件（{same_number}）正在生成，请稍候。", same_number=same.number),
                counter.CLAUSE,
            )
        batch = PrintBatch.objects.create(
            number=public_number("DP", day.year),
            unit=unit,
            school=school,
            phase=phase,
            cohort=cohort,
            school_class=school_class,
            total=total,
            asked_by=by,
        )
        audit.record(
            "access",
            audit.actor_of(by),
            "student.print_batch",
            {"batch": batch.number, "school": school.code, "cohort": cohort, "pupils": total},
            subject=f"print:{batch.number}",
        )
    return batch


def carry_on(now: datetime) -> int:
    """Draw whatever waits, and take away what is older than a day; how many files were drawn."""
    clear_old(now)
    drawn = 0
    while (batch := _next(now)) is not None:
        _draw(batch, now)
        drawn += 1
    return drawn


def _next(now: datetime) -> PrintBatch | None:
    with transaction.atomic():
        stuck = Q(state=BatchState.DRAWING, begun_at__lt=now - STUCK)
        batch = (
            PrintBatch.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(Q(state=BatchState.WAITING) | stuck)
            .select_related("unit", "school__authority", "asked_by__person", "school_class")
            .order_by("id")
            .first()
        )
        if batch is not None:
            PrintBatch.objects.filter(pk=batch.pk).update(
                state=BatchState.DRAWING, begun_at=now, done=0, left_out=[]
            )
    return batch


def _draw(batch: PrintBatch, now: datetime) -> None:
    papers = _papers(batch, now)
    data, left_out = _drawn(papers) if papers else (b"", [])
    rows = [counter.row_of(paper, batch.unit, batch.asked_by, batch=batch) for paper in papers]
    if not data:
        _finish(batch, now, BatchState.FAILED, left_out)
        return
    with files.stored(batch.key, data), transaction.atomic():
        counter.record(rows, batch.asked_by, batch=batch)
        digest = hashlib.sha256(data).hexdigest()
        _finish(batch, now, BatchState.READY, left_out, done=len(rows), sha256=digest, size=len(data))


def _finish(batch: PrintBatch, now: datetime, state: str, left_out: list, **more) -> None:
    PrintBatch.objects.filter(pk=batch.pk, state=BatchState.DRAWING).update(
        state=state, finished_at=now, left_out=left_out, **more
    )


def _papers(batch: PrintBatch, now: datetime) -> list[Paper]:
    """A paper for each pupil, by class and name; progress is told after every chunk."""
    day, by = local_date(now), batch.asked_by.display_name
    wanted = pupils_of(batch.school, batch.phase, batch.cohort, batch.school_class)
    wanted = wanted.select_related("school__authority", "school_class")
    students = list(wanted.order_by(F("school_class__number").asc(nulls_last=True), "pinyin", "pk")[:MOST])
    papers: list[Paper] = []
    for at in range(0, len(students), CHUNK):
        for content in sheet.contents_of(students[at : at + CHUNK], day):
            paper = Paper(content, counter.serial(now), counter.new_code(), batch.unit.name, by, now)
            papers.append(paper)
        PrintBatch.objects.filter(pk=batch.pk).update(done=len(papers))
    return papers


def _drawn(papers: list[Paper]) -> tuple[bytes, list[dict]]:
    """The file, and who had to be left out of it; those are taken out of ``papers``."""
    left_out: list[dict] = []
    while papers:
        try:
            return sheet_pdf.draw(papers), left_out
        except sheet_pdf.GlyphMissing as error:
            lacking = set(error.characters)
            without = [paper for paper in papers if not lacking & _characters(paper)]
            if len(without) == len(papers):
                raise  # a character of the form itself: nothing a registrar could do
            for paper in papers:
                if lacking & _characters(paper):
                    who = paper.content.student
                    left_out.append({"student": str(who.key), "why": error.sentence})
            papers[:] = without
    return b"", left_out


def _characters(paper: Paper) -> set[str]:
    said = [entry.value for _, rows in paper.content.blocks for row in rows for entry in row]
    return set("".join([*said, *(word for row in paper.content.schools for word in row)]))


def clear_old(now: datetime) -> int:
    """Take away the files that are older than a day; the rows stay."""
    old = PrintBatch.objects.filter(state=BatchState.READY, finished_at__lt=now - KEPT)
    gone = 0
    for batch in old.only("key"):
        files.path_of(batch.key).unlink(missing_ok=True)
        gone += PrintBatch.objects.filter(pk=batch.pk, state=BatchState.READY).update(state=BatchState.GONE)
    return gone


def fetch_refusal(batch: PrintBatch, by, day: date) -> Refusal | None:
    """Why ``by`` may not fetch the file: only the unit that asked for it hands it out."""
    roles = (PostRole.REGISTRAR, PostRole.HEAD)
    if not any(seat_at(by, batch.unit_id, role, day) for role in roles):
        return seating.no_seat(by, day, counter.NO_SEAT)
    if batch.state != BatchState.READY:
        return Refusal(
            "batch_not_ready",
            zh("这份文件{state}，请重新生成。", state=batch.get_state_display()),
            counter.CLAUSE,
        )
    return None


def fetch(batch: PrintBatch, by, day: date) -> bytes:
    """The file; every fetching is recorded. Raises Refused."""
    refused = fetch_refusal(batch, by, day)
    if refused is not None:
        raise Refused(refused)
    try:
        data = files.read(batch.key, batch.sha256)
    except ValueError:
        refuse("batch_gone", zh("文件已损坏或缺失，请重新生成。"), counter.CLAUSE)
    with transaction.atomic():
        audit.record(
            "access",
            audit.actor_of(by),
            "student.print_fetch",
            {"batch": batch.number},
            subject=f"print:{batch.number}",
        )
    return data
