"""Told stories become rows: the past past the triggers, the record and the audit trail with all triggers on."""

import hashlib
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

from django.db import models

from demo import photographs
from demo.loading import as_replica, reserve, store
from demo.story import Story
from ledger import audit
from ledger.models import AuditEntry
from reviews.engine.models import Act, Attachment, Case, OverdueRecord, Step
from reviews.evidence.files import cipher, path_of
from reviews.notices.models import Notice
from students.pupil.grades import Entering, grade_of
from students.pupil.models import Guardian
from students.record import moving
from transfers.moving.models import Transfer
from transfers.moving.procedures import InProvinceTransfer
from web.clock import local_date


def write(stories: list[Story], day) -> list[Path]:
    """Write all rows and pictures; returns the files written, so that a failed run can take them away again."""
    _number_rows(stories)
    files = _photographs(stories, day)
    with as_replica():
        for rows in _rows(stories):
            store(rows)
    # No record comes or goes on a day that is over, but for the demonstration's past.
    with as_replica():
        moved = {story.case.pk: _move(story) for story in stories if story.moved_at}
    _record(stories, moved)
    return files


def _rows(stories: list[Story]):
    """The rows of each table, those of several stories in the order in which they were written."""
    yield [story.case for story in stories]
    yield [story.transfer for story in stories]
    yield [step for story in stories for step in story.steps]
    yield sorted((act for story in stories for act in story.acts), key=lambda act: act.pk)
    yield [proof for story in stories for proof in story.proofs]
    yield [row for story in stories for row in story.overdue]
    yield sorted((row for story in stories for row in story.notices), key=lambda row: row.pk)


def _number_rows(stories: list[Story]) -> None:
    """Ids in the order in which things happened, as if they had been written then."""
    told = (
        (Case, [story.case for story in stories]),
        (Transfer, [story.transfer for story in stories]),
        (Step, sorted((step for s in stories for step in s.steps), key=lambda step: step.opened_at)),
        (Act, sorted((act for s in stories for act in s.acts), key=lambda act: act.at)),
        (Attachment, [proof for story in stories for proof in story.proofs]),
        (OverdueRecord, [row for story in stories for row in story.overdue]),
        (Notice, sorted((row for s in stories for row in s.notices), key=lambda row: row.created_at)),
    )
    for model, rows in told:
        for pk, row in enumerate(rows, reserve(model, len(rows))):
            row.pk = pk
    for model, rows in told:
        for row in rows:
            _follow(model, row)


def _follow(model: type[models.Model], row: models.Model) -> None:
    """Django noted the ids of related rows when they had none: note them again."""
    field: Any
    for field in model._meta.concrete_fields:
        if field.is_relation and field.is_cached(row):
            related = field.get_cached_value(row)
            setattr(row, field.attname, related.pk if related else None)


# ---------------------------------------------------------------- the record


def _move(story: Story) -> dict:
    """The record moved at the last sign-off, at an instant of the past."""
    student, at = story.pupil.student, cast(datetime, story.moved_at)  # asked of those that moved
    grade = grade_of(student, local_date(at), "")
    return moving.move(
        student,
        story.receiving.unit,
        Entering(student.phase, student.cohort, grade),
        story.transfer.school_class,
        at,
        case_number=story.case.number,
        how=InProvinceTransfer.name,
    )


# ---------------------------------------------------------------- the proofs


def _photographs(stories: list[Story], day) -> list[Path]:
    """Make the pictures, seal them to disk, and fill in what the rows say of them."""
    parents = dict(
        Guardian.objects.filter(student__in=[s.pupil.student.pk for s in stories]).values_list(
            "student_id", "name"
        )
    )
    wanted = [(story, proof) for story in stories for proof in story.proofs]
    pictures = photographs.take_all(
        [
            {
                "reason": story.reason.key,
                "pupil": story.pupil.student.name,
                "parent": parents[story.pupil.student.pk],
                "to": f"{story.receiving.unit.short_name.partition('示例')[0]}示例小区{number % 30 + 1}号楼",
                "day": local_date(proof.uploaded_at),
                "seed": number,
            }
            for number, (story, proof) in enumerate(wanted)
        ]
    )
    files = []
    for (_, proof), data in zip(wanted, pictures, strict=True):
        proof.size, (proof.width, proof.height) = len(data), photographs.SIZE
        proof.sha256 = hashlib.sha256(data).hexdigest()
        path = path_of(proof.key)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(cipher().seal(data, str(proof.key)))
        files.append(path)
    return files


# ---------------------------------------------------------------- the trail


def _record(stories: list[Story], moved: dict[int, dict]) -> None:
    """One audit entry an act, in order; the trigger links and stamps it, ``at`` says when the act is told to be."""
    entries = sorted(
        ((entry, story) for story in stories for entry in story.trail), key=lambda pair: pair[0].at
    )
    rows = []
    for entry, story in entries:
        body = {name: _plain(value) for name, value in entry.body.items()} | {"at": entry.at.isoformat()}
        if entry.body.get("state") == "completed":
            body["moved"] = moved[story.case.pk]
        rows.append(
            AuditEntry(
                # The clock has a chain of its own.
                chain=audit.case_chain(story.case.pk) if entry.account else "clock",
                actor=audit.actor_of(entry.account),
                action=entry.action,
                subject=story.case.audit_subject,
                body=body,
            )
        )
    AuditEntry.objects.bulk_create(rows, batch_size=500)


def _plain(value):
    if isinstance(value, models.Model):
        return value.pk
    return value.isoformat() if isinstance(value, date) else value
