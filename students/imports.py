"""表格导入: upload, dry run by the worker, a person's confirmation, everything written at once or nothing (R2.1).

The web writes the row and the sealed file; :func:`carry_on`, called by beat, does the work. What a table is of is said
by a :class:`Kind`: its columns, what a line must be, how the good lines are written. The lines are checked again in
the transaction that writes them, so that what changed between dry run and confirmation is found.
"""

import hashlib
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from ledger import audit, clock, outbox
from ledger.words import zh
from orgs.models import PostRole, Unit
from orgs.seats import seat_at
from reviews import files
from reviews.public_numbers import public_number
from reviews.refusals import Refusal, Refused, refuse
from students import tables
from students.import_models import LIVE, ImportBatch, ImportState
from students.tables import Column, Fault, Table, TableRefused

log = logging.getLogger(__name__)
CHAIN = "students"
# What is kept of the faults; a registrar mends some and uploads again.
SHOWN = 1000
# A dry run that nobody confirmed, and a worker that was killed while it worked, are known by this silence.
WAITS, STUCK = timedelta(days=7), timedelta(minutes=30)
CHUNK = 500


@dataclass
class Verdict:
    """What came of the lines of a table: those to be written, how many stand already, what is wrong, what is remarked."""

    ready: list = field(default_factory=list)
    same: int = 0
    faults: list[Fault] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Kind:
    """What a table is of. ``refusal(unit, by, day)`` says who may; ``judge(table, unit, day, progress)`` looks at the
    lines and writes nothing; ``write(ready, batch, now)`` writes them in the caller's transaction and returns how many;
    ``title``, ``clause`` and ``notes`` stand on the template and the page."""

    kind: str
    title: str
    clause: str
    notes: tuple[str, ...]
    columns: Callable[[], list[Column]]
    refusal: Callable[[Unit | None, object, date], Refusal | None]
    judge: Callable[[Table, Unit, date, Callable[[int], None]], Verdict]
    write: Callable[[list, ImportBatch, datetime], int]


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Make a kind of table known."""
    _kinds[kind.kind] = kind
    return kind


def of(kind: str) -> Kind | None:
    """The kind called so, or ``None``."""
    return _kinds.get(kind)


# ---------------------------------------------------------------- by people


def ask(kind: Kind, unit: Unit, by, data: bytes, now: datetime) -> ImportBatch:
    """Take a table in; the dry run begins within seconds. Raises Refused."""
    day = clock.local_date(now)
    if refusal := kind.refusal(unit, by, day):
        raise Refused(refusal)
    if len(data) > tables.LARGEST:
        refuse(
            "table_large",
            zh("文件超过 {count} MB，请分成几个文件上传。", count=tables.LARGEST // 1024 // 1024),
            kind.clause,
        )
    batch = ImportBatch(
        number=public_number("DR", day.year),
        kind=kind.kind,
        unit=unit,
        key=uuid.uuid4(),
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        asked_by=by,
    )
    with files.stored(batch.key, data), transaction.atomic():
        Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
        running = ImportBatch.objects.filter(unit=unit, kind=kind.kind, state__in=LIVE).first()
        if running is not None:
            told = zh(
                "导入 {running_number} 还没有结束（{state}），请先确认或放弃。",
                running_number=running.number,
                state=running.get_state_display(),
            )
            refuse("import_live", told, kind.clause)
        batch.save()
        _note(batch, by, "asked", {"size": batch.size})
    return batch


def act_refusal(batch: ImportBatch, by, day: date) -> Refusal | None:
    """Why ``by`` cannot confirm or drop the import: only a registrar of its unit, only after the dry run."""
    if seat_at(by, batch.unit_id, PostRole.REGISTRAR, day) is None:
        return Refusal("no_seat", zh("只有本单位的学籍管理员可以确认或放弃导入。"), of(batch.kind).clause)
    if batch.state not in (ImportState.READY, ImportState.WAITING):
        return Refusal(
            "import_state",
            zh("这份表格{state}，现在不能确认或放弃。", state=batch.get_state_display()),
            of(batch.kind).clause,
        )
    return None


def confirm(batch: ImportBatch, by, now: datetime) -> ImportBatch:
    """Have the lines of the dry run written. Raises Refused."""
    with transaction.atomic():
        held = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
        refused = act_refusal(held, by, clock.local_date(now))
        if refused is None and held.state != ImportState.READY:
            refused = Refusal("import_state", zh("还没有核对完，请稍候再确认。"), of(held.kind).clause)
        if refused is not None:
            raise Refused(refused)
        held.state, held.confirmed_at, held.begun_at = ImportState.WRITING, now, None
        held.save(update_fields=["state", "confirmed_at", "begun_at"])
        _note(held, by, "confirmed", {})
    return held


def drop(batch: ImportBatch, by, now: datetime) -> None:
    """Give the table up; nothing was written. Raises Refused."""
    with transaction.atomic():
        held = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
        if refused := act_refusal(held, by, clock.local_date(now)):
            raise Refused(refused)
        _end(held, ImportState.DROPPED, now)
        _note(held, by, "dropped", {})
    forget(held)


def _note(batch: ImportBatch, by, what: str, body: dict) -> None:
    audit.record(
        CHAIN,
        audit.actor_of(by),
        f"import.{what}",
        {"import": batch.number, "kind": batch.kind, **body},
        subject=f"import:{batch.number}",
    )


def forget(batch: ImportBatch) -> None:
    """Take the file away: it bears numbers in clear under its seal, and has done its work."""
    files.path_of(batch.key).unlink(missing_ok=True)


# ---------------------------------------------------------------- by the worker


def carry_on(now: datetime) -> int:
    """Check and write whatever waits; dry runs nobody confirmed are dropped. Returns how many were worked on."""
    _drop_old(now)
    done = 0
    while (batch := _next(now)) is not None:
        (_write if batch.state == ImportState.WRITING else _check)(batch, now)
        done += 1
    return done


def _next(now: datetime) -> ImportBatch | None:
    """One that waits for the worker, marked as begun; one whose worker was killed is begun anew."""
    fresh = Q(begun_at__isnull=True) | Q(begun_at__lt=now - STUCK)
    with transaction.atomic():
        batch = (
            ImportBatch.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(fresh, state__in=[ImportState.WAITING, ImportState.CHECKING, ImportState.WRITING])
            .select_related("unit__authority", "asked_by__person")
            .order_by("pk")
            .first()
        )
        if batch is not None:
            batch.begun_at = now
            if batch.state == ImportState.WAITING:
                batch.state = ImportState.CHECKING
            batch.save(update_fields=["begun_at", "state"])
    return batch


def _check(batch: ImportBatch, now: datetime) -> None:
    """The dry run: every line is judged, nothing is written."""
    verdict, total = _judged(batch, clock.local_date(now), _progress(batch))
    state = ImportState.FAULTY if verdict.faults else ImportState.READY
    with transaction.atomic():
        held = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
        if held.state != ImportState.CHECKING:
            return
        held.total = held.checked = total
        _tell(held, verdict)
        if state == ImportState.FAULTY:
            _end(held, state, now)
        else:
            held.state = state
            held.save()
        outbox.post("import", {"import": held.pk}, f"import:{held.pk}:{state}")
    if state == ImportState.FAULTY:
        forget(batch)


def _write(batch: ImportBatch, now: datetime) -> None:
    """All lines in one transaction; what went wrong since the dry run leaves nothing behind."""
    with transaction.atomic():
        held = (
            ImportBatch.objects.select_for_update(of=("self",))
            .select_related("unit__authority", "asked_by")
            .get(pk=batch.pk)
        )
        if held.state != ImportState.WRITING:
            return
        # Two imports of one school, or an import and a form, do not create the same child twice.
        Unit.objects.select_for_update(no_key=True).get(pk=held.unit_id)
        verdict, total = _judged(held, clock.local_date(now), lambda done: None)
        _tell(held, verdict)
        if verdict.faults:
            _end(held, ImportState.FAULTY, now)
        else:
            held.written = of(held.kind).write(verdict.ready, held, now)
            _end(held, ImportState.DONE, now)
        _note(
            held, held.asked_by, str(held.state), {"total": total, "written": held.written, "same": held.same}
        )
        outbox.post("import", {"import": held.pk}, f"import:{held.pk}:{held.state}")
    forget(held)


def _judged(batch: ImportBatch, day: date, progress: Callable[[int], None]) -> tuple[Verdict, int]:
    kind = of(batch.kind)
    try:
        table = tables.read(files.read(batch.key, batch.sha256), kind.columns())
    except TableRefused as error:
        return Verdict(faults=[Fault(0, "", "", error.sentence)]), 0
    except ValueError:
        return Verdict(faults=[Fault(0, "", "", zh("上传的文件已损坏或缺失，请重新上传。"))]), 0
    if any(fault.line == 1 for fault in table.faults):
        heads = [fault for fault in table.faults if fault.line == 1]
        return Verdict(faults=sorted(heads, key=_place)), len(table.rows)
    verdict = kind.judge(table, batch.unit, day, progress)
    verdict.faults = sorted([*table.faults, *verdict.faults], key=_place)
    return verdict, len(table.rows)


def _place(fault: Fault) -> tuple[int, int, str]:
    """By line, then by column: A, B, … Z, AA."""
    return fault.line, len(fault.column), fault.column


def _progress(batch: ImportBatch) -> Callable[[int], None]:
    def told(done: int) -> None:
        ImportBatch.objects.filter(pk=batch.pk, state=ImportState.CHECKING).update(checked=done)

    return told


def _tell(batch: ImportBatch, verdict: Verdict) -> None:
    batch.same, batch.faulty = verdict.same, len(verdict.faults)
    batch.faults = [list(fault) for fault in verdict.faults[:SHOWN]]
    batch.told = verdict.told[:50]


def _end(batch: ImportBatch, state: str, now: datetime) -> None:
    batch.state, batch.finished_at = state, now
    if state != ImportState.DONE:
        batch.written = 0
    batch.save()


def _drop_old(now: datetime) -> None:
    for batch in ImportBatch.objects.filter(state=ImportState.READY, asked_at__lt=now - WAITS):
        _end(batch, ImportState.DROPPED, now)
        forget(batch)
