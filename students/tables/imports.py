"""表格导入: upload, dry run by the worker, a person's confirmation, everything written at once or nothing (R2.1).

The web writes the row and the sealed file; :func:`carry_on`, called by beat, does the work. What a table is of is said
by a :class:`Kind`: its columns, what a line must be, how the good lines are written. The lines are checked again in
the transaction that writes them, so that what changed between dry run and confirmation is found.
"""

import hashlib
import logging
import uuid
from collections.abc import Callable
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

from django.db import transaction
from django.db.models import Q

from ledger import audit, outbox
from orgs.people.models import PostRole, Unit
from reviews.engine import seating
from reviews.evidence import files
from reviews.vocabulary.public_numbers import public_number
from students.tables import columns as tables
from students.tables import reading as table_reading
from students.tables import returned as table_returned
from students.tables.columns import Column, Fault, Table
from students.tables.models import LIVE, MOST_TRIES, ImportBatch, ImportState
from students.tables.verdict import OTHER, SAME, Answers, Question, Verdict
from students.tables.workbooks import TableRefused
from web import clock
from web.refusals import Refusal, Refused, refuse
from web.words import zh

log = logging.getLogger(__name__)
CHAIN = "students"
# What is kept of the faults; a registrar mends some and uploads again.
SHOWN = 1000
# A dry run that nobody confirmed, and a worker that was killed while it worked, are known by this silence.
WAITS, STUCK = timedelta(days=7), timedelta(minutes=5)
CHUNK = 500
WORKED_ON = (ImportState.WAITING, ImportState.CHECKING, ImportState.WRITING)


@dataclass(frozen=True)
class Kind:
    """What a table is of. ``refusal(unit, by, day)`` says who may; ``judge(table, unit, day, progress, answers)`` looks at
    the lines and writes nothing; ``write(ready, batch, now)`` writes them in the caller's transaction and returns how many;
    ``title``, ``clause`` and ``notes`` stand on the template and the page."""

    kind: str
    title: str
    clause: str
    notes: tuple[str, ...]
    columns: Callable[[], list[Column]]
    refusal: Callable[[Unit | None, object, date], Refusal | None]
    judge: Callable[[Table, Unit, date, Callable[[int], None], Answers], Verdict]
    write: Callable[[list, ImportBatch, datetime], int]


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Make a kind of table known."""
    _kinds[kind.kind] = kind
    return kind


def of(kind: str) -> Kind | None:
    """The kind called so, or ``None``."""
    return _kinds.get(kind)


def kind_of(batch: ImportBatch) -> Kind:
    """The kind of a table that was taken in."""
    return _kinds[batch.kind]


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
        replaced = _replaced(batch, by, now)
        batch.save()
        _note(batch, by, "asked", {"size": batch.size})
    for old in replaced:
        forget(old)
    return batch


def _replaced(batch: ImportBatch, by, now: datetime) -> list[ImportBatch]:
    """Faulty tables of the same kind that the new one takes the place of: they are dropped."""
    rows = ImportBatch.objects.select_for_update(of=("self",)).filter(
        unit=batch.unit, kind=batch.kind, state=ImportState.FAULTY, returned__isnull=False
    )
    found = [held for held in rows if held.undecided]
    for held in found:
        _end(held, ImportState.DROPPED, now)
        _note(held, by, "dropped", {"replaced_by": batch.number})
    return found


def act_refusal(batch: ImportBatch, by, day: date) -> Refusal | None:
    """Why ``by`` cannot confirm or drop the import: only a registrar of its unit, only while it lives. It can be dropped
    at any time, also while it is being checked: nothing stands before everything does."""
    told = Refusal("no_seat", zh("只有本单位的学籍管理员可以确认或放弃导入。"), kind_of(batch).clause)
    if found := seating.seat_refusal(by, batch.unit_id, PostRole.REGISTRAR, day, told):
        return found
    if batch.state not in LIVE and not batch.undecided:
        return Refusal(
            "import_state",
            zh("这份表格{state}，现在不能确认或放弃。", state=batch.get_state_display()),
            kind_of(batch).clause,
        )
    return None


def confirm(batch: ImportBatch, by, now: datetime, partly: bool = False) -> ImportBatch:
    """Have the sound lines of the dry run written; which are written and which are given back is fixed here. ``partly``:
    that the others are left, as was asked for. Raises Refused."""
    with transaction.atomic():
        held = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
        refused = act_refusal(held, by, clock.local_date(now)) or _not_decided(held)
        chosen = sorted([*held.ready, *held.answered(OTHER)])
        left = len(held.bad) + len(held.open_questions())
        if refused is None:
            refused = _rest_refusal(held, len(chosen), left, partly)
        if refused is not None:
            raise Refused(refused)
        held.state, held.confirmed_at, held.begun_at, held.tries = ImportState.WRITING, now, None, 0
        held.chosen, held.to_write, held.left_over, held.finished_at = chosen, len(chosen), left, None
        held.save()
        _note(held, by, "confirmed", {"to_write": len(chosen), "left": left})
    return held


def _not_decided(held: ImportBatch) -> Refusal | None:
    if not held.undecided:
        return Refusal("import_state", zh("还没有核对完，请稍候再确认。"), kind_of(held).clause)
    running = ImportBatch.objects.filter(unit=held.unit_id, kind=held.kind, state__in=LIVE).exclude(
        pk=held.pk
    )
    if held.state == ImportState.FAULTY and (other := running.first()):
        told = zh("导入 {other} 正在办理，请先确认或放弃那一份。", other=other.number)
        return Refusal("import_live", told, kind_of(held).clause)
    return None


def _rest_refusal(held: ImportBatch, chosen: int, left: int, partly: bool) -> Refusal | None:
    clause = kind_of(held).clause
    if not chosen and (left or not held.same):
        told = (
            zh("没有可以写入的行：请先回答是不是同一名学生，或改好后重新上传。")
            if held.open_questions()
            else zh("没有可以写入的行：请放弃这份表格，或改好后重新上传。")
        )
        return Refusal("import_nothing", told, clause)
    if left and not partly:
        told = zh(
            "还有 {left} 行有误或没有回答：请改好后重新上传，或选择只写入其余 {chosen} 行。",
            left=left,
            chosen=chosen,
        )
        return Refusal("import_rest", told, clause)
    return None


def answer(batch: ImportBatch, by, line: int, said: str, now: datetime) -> None:
    """Answer what is asked of a line: that it is the child on record (it is not written), or another one (it is).
    Raises Refused."""
    with transaction.atomic():
        held = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
        refused = act_refusal(held, by, clock.local_date(now)) or _not_decided(held)
        about = {question[0]: question[4] for question in held.questions}.get(line)
        if refused is None and (about is None or said not in (SAME, OTHER)):
            refused = Refusal(
                "import_question", zh("这一行没有要回答的问题，请刷新后再办。"), kind_of(held).clause
            )
        if refused is not None:
            raise Refused(refused)
        held.answers = held.answers | {str(line): [said, about]}
        held.save(update_fields=["answers"])
        _note(held, by, "answered", {"line": line, "answer": said, "about": about})


def drop(batch: ImportBatch, by, now: datetime) -> None:
    """Give the table up; nothing was written. Raises Refused."""
    with transaction.atomic():
        held = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
        if refused := act_refusal(held, by, clock.local_date(now)):
            raise Refused(refused)
        give_up(held, by, now)


def give_up(held: ImportBatch, by, now: datetime) -> None:
    """What is left of the table, locked, goes; in the caller's transaction. ``by`` is ``None`` for the clock."""
    _end(held, ImportState.DROPPED, now)
    _note(held, by, "dropped", {})
    transaction.on_commit(lambda: forget(held))


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
    if batch.state == ImportState.DROPPED and batch.returned is not None:
        _take_back(batch)


def _take_back(batch: ImportBatch) -> None:
    """Take the rows that were given back away too."""
    key = cast("uuid.UUID", batch.returned)  # called only where there are some
    ImportBatch.objects.filter(pk=batch.pk).update(returned=None, returned_sha256="")
    files.path_of(key).unlink(missing_ok=True)


def returned_file(batch: ImportBatch, by) -> bytes:
    """The file with the lines that are given back; who fetched it is on record."""
    # Asked for only where there are such lines.
    data = files.read(cast("uuid.UUID", batch.returned), batch.returned_sha256)
    _note(batch, by, "returned", {})
    return data


# ---------------------------------------------------------------- by the worker


def carry_on(now: datetime) -> int:
    """Check and write whatever waits; dry runs nobody confirmed are dropped. Returns how many were worked on.

    A table that broke the work is left to the next try, so that it does not keep the others waiting.
    """
    _drop_old(now)
    _end_tried(now)
    done = 0
    while (batch := _next(now)) is not None:
        try:
            (_write if batch.state == ImportState.WRITING else _check)(batch, now)
        except Exception:
            log.exception("import %s broke off", batch.number)
        done += 1
    return done


def _next(now: datetime) -> ImportBatch | None:
    """One that waits for the worker, marked as begun and this try counted, before anything is read; one whose worker was
    killed is begun anew, :data:`MOST_TRIES` times in all."""
    fresh = Q(begun_at__isnull=True) | Q(begun_at__lt=now - STUCK)
    with transaction.atomic():
        batch = (
            ImportBatch.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(fresh, state__in=WORKED_ON, tries__lt=MOST_TRIES)
            .select_related("unit__authority", "asked_by__person")
            .order_by("pk")
            .first()
        )
        if batch is not None:
            batch.begun_at, batch.tries = now, batch.tries + 1
            if batch.state == ImportState.WAITING:
                batch.state = ImportState.CHECKING
            batch.save(update_fields=["begun_at", "state", "tries"])
    return batch


def _end_tried(now: datetime) -> None:
    """Tables that ended the worker as often as one may: told in a sentence, out of the way of another."""
    ended = []
    with transaction.atomic():
        rows = ImportBatch.objects.select_for_update(skip_locked=True, of=("self",)).select_related(
            "asked_by"
        )
        for held in rows.filter(state__in=WORKED_ON, tries__gte=MOST_TRIES, begun_at__lt=now - STUCK):
            told = zh(
                "这份表格两次使核对中断，没有写入任何内容：请把名单复制到新下载的模板里再上传；仍不行的，请分成几份。"
            )
            _tell(held, Verdict(faults=[Fault(0, "", "", told)]))
            _end(held, ImportState.FAULTY, now)
            _note(held, held.asked_by, "broken", {"tries": held.tries})
            outbox.post("import", {"import": held.pk}, f"import:{held.pk}:{held.state}")
            ended.append(held)
    for held in ended:
        forget(held)


def _check(batch: ImportBatch, now: datetime) -> None:
    """The dry run: every line is judged, nothing is written."""
    verdict, total = _judged(batch, clock.local_date(now), _progress(batch))
    given_back = _given_back(batch, verdict.faults, verdict.asked)
    state = ImportState.FAULTY if verdict.faults else ImportState.READY
    with _kept(batch, given_back) as kept, transaction.atomic():
        held = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
        if held.state != ImportState.CHECKING:
            raise _Gone
        held.total = held.checked = total
        held.ready, held.bad = sorted(verdict.ready), verdict.bad
        held.questions = [list(question) for question in verdict.asked]
        _tell(held, verdict)
        held.returned, held.returned_sha256 = kept
        if state == ImportState.FAULTY:
            _end(held, state, now)
        else:
            held.state = state
            held.save()
        outbox.post("import", {"import": held.pk}, f"import:{held.pk}:{state}")
    if not held.undecided or (state == ImportState.FAULTY and not held.ready and not held.questions):
        forget(held)


def _write(batch: ImportBatch, now: datetime) -> None:
    """All lines that were confirmed in one transaction; what went wrong since the dry run leaves nothing behind."""
    # Without questions what is given back lies there since the dry run.
    asked, before = bool(batch.questions), batch.returned
    with _kept(batch, _left_over(batch) if asked else b"") as kept, transaction.atomic():
        held = (
            ImportBatch.objects.select_for_update(of=("self",))
            .select_related("unit__authority", "asked_by")
            .get(pk=batch.pk)
        )
        if held.state != ImportState.WRITING:
            raise _Gone
        # Two imports of one school, or an import and a form, do not create the same child twice.
        Unit.objects.select_for_update(no_key=True).get(pk=held.unit_id)
        verdict, total = _judged(held, clock.local_date(now), lambda done: None)
        if asked:
            held.returned, held.returned_sha256 = kept
        if changed := _changed(held, verdict):
            _tell(held, Verdict(faults=changed))
            held.bad = sorted({fault.line for fault in changed})
            _end(held, ImportState.FAULTY, now)
        else:
            ready = [verdict.ready[line] for line in held.chosen]
            held.written = kind_of(held).write(ready, held, now)
            _end(held, ImportState.DONE, now)
        _note(
            held,
            held.asked_by,
            str(held.state),
            {"total": total, "written": held.written, "same": held.same, "left": held.left_over},
        )
        outbox.post("import", {"import": held.pk}, f"import:{held.pk}:{held.state}")
    if asked and before is not None:
        files.path_of(before).unlink(missing_ok=True)
    forget(held)


class _Gone(Exception):
    """It was dropped meanwhile."""


def _changed(held: ImportBatch, verdict: Verdict) -> list[Fault]:
    """What is no longer so of the lines that were confirmed; then none of them is written."""
    gone = {line for line in held.chosen if line not in verdict.ready}
    found = [fault for fault in verdict.faults if fault.line in gone or not fault.line]
    told = zh("确认以后这一行有了变化（该生已登记，或要问的学生不同了），没有写入任何内容：请重新上传核对。")
    silent = gone - {fault.line for fault in found}
    return sorted([*found, *(Fault(line, "", "", told) for line in silent)], key=_place)


def _judged(batch: ImportBatch, day: date, progress: Callable[[int], None]) -> tuple[Verdict, int]:
    kind = kind_of(batch)
    try:
        table = table_reading.read(files.read(batch.key, batch.sha256), kind.columns())
    except TableRefused as error:
        return Verdict(faults=[Fault(0, "", "", error.sentence)]), 0
    except ValueError:
        return Verdict(faults=[Fault(0, "", "", zh("上传的文件已损坏或缺失，请重新上传。"))]), 0
    if heads := [fault for fault in table.faults if fault.line == table.head_line]:
        return Verdict(faults=sorted(heads, key=_place)), len(table.rows)
    verdict = kind.judge(table, batch.unit, day, progress, batch.answers)
    verdict.faults = sorted([*table.faults, *verdict.faults], key=_place)
    verdict.told = [*table.told, *verdict.told]
    return verdict, len(table.rows)


def _given_back(batch: ImportBatch, faults: list[Fault], asked: list[Question]) -> bytes:
    """The lines that are wrong or asked about, as a file in the shape of the user's own; empty where there are none."""
    why: dict[int, list[str]] = {}
    for line, column, label, sentence in [*faults, *(question[:4] for question in asked)]:
        why.setdefault(line, []).append(f"{column}（{label}）：{sentence}" if column and label else sentence)
    if not why or not min(why):
        return b""
    try:
        return table_returned.build(files.read(batch.key, batch.sha256), kind_of(batch).columns(), why)
    except (TableRefused, ValueError):
        return b""


@contextmanager
def _kept(batch: ImportBatch, data: bytes):
    """Key and digest of the sealed file with the rows that are given back, ``None`` without any; dropped meanwhile, it
    goes."""
    key = uuid.uuid4() if data else None
    with suppress(_Gone), files.stored(key, data) if key else nullcontext():
        yield key, hashlib.sha256(data).hexdigest() if key else ""


def _left_over(batch: ImportBatch) -> bytes:
    """The file with the lines that were not confirmed."""
    left = {*batch.bad, *batch.open_questions()}
    asked = [Question(*question) for question in batch.questions if question[0] in left]
    faults = [Fault(*fault) for fault in batch.faults]
    untold = left - {line for line, *_ in [*faults, *asked]}
    more = [Fault(line, "", "", zh("这一行有误，请对照模板改正。")) for line in untold]
    return _given_back(batch, [*faults, *more], asked)


def _place(fault: Fault) -> tuple[int, int, str]:
    """By line, then by column: A, B, … Z, AA."""
    return fault.line, len(fault.column), fault.column


def _progress(batch: ImportBatch) -> Callable[[int], None]:
    def told(done: int) -> None:
        # The work is alive: nobody else begins it anew.
        rows = ImportBatch.objects.filter(pk=batch.pk, state=ImportState.CHECKING)
        rows.update(checked=done, begun_at=clock.now())

    return told


def _tell(batch: ImportBatch, verdict: Verdict) -> None:
    batch.same, batch.faulty = len(verdict.same), len(verdict.faults)
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
    for batch in ImportBatch.objects.filter(returned__isnull=False, asked_at__lt=now - WAITS):
        forget(batch)
        _take_back(batch)
