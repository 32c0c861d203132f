"""Drafts that a school begins about one of its pupils: the same beginning for every kind of such a case."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime

from ledger.clock import local_date
from orgs.models import PostRole
from orgs.seats import seat_at
from reviews import door, evidence
from reviews.models import Case
from reviews.refusals import Refused, refuse
from reviews.states import State
from students import identity
from students.models import Student
from students.procedures import subject_of


def begin(
    student: Student,
    kind: str,
    by,
    now: datetime,
    *,
    no_seat: tuple[str, str],
    checks: tuple[Callable, ...],
    facts: Callable[[], object],
    fill: Callable[[Case], None],
    kept: Callable[[Case], None] | None = None,
    copied_from: Case | None = None,
) -> Case:
    """A draft of the pupil's school; its own draft of the kind is taken up again if there is one.

    ``no_seat``: sentence and clause for whoever is not the school's registrar; ``checks`` judge ``facts`` before
    anything is typed; ``fill`` writes the kind's own row into a new draft. ``kept`` is called in the transaction that
    writes the draft, e.g. to keep an idempotency key with it. Raises Refused.
    """
    school = student.school
    if school is None or seat_at(by, school.pk, PostRole.REGISTRAR, local_date(now)) is None:
        refuse("no_seat", *no_seat)
    known = facts()
    for check in checks:
        found = check(known)
        if found is not None:
            raise Refused(found)
    subject, kept = subject_of(student.pk), kept or (lambda case: None)
    mine = Case.objects.filter(subject=subject, receiving_unit=school, state=State.DRAFT, kind=kind).first()
    if mine is not None:
        kept(mine)
        return mine
    proofs = evidence.copied(copied_from, by) if copied_from else nullcontext(lambda case: None)
    with (
        proofs as add_proofs,
        door.draft(
            kind=kind,
            by=by,
            receiving=school,
            sending=school,
            subject=subject,
            headline=identity.mask_name(student.name),
            search_text=f"{student.name} {student.pinyin}",
            now=now,
            copied_from=copied_from,
        ) as case,
    ):
        fill(case)
        add_proofs(case)
        kept(case)
    return case
