"""Drafts that a school begins about one of its pupils: the same beginning for every kind of such a case."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime
from typing import cast

from orgs.people.models import PostRole, Unit
from orgs.people.successors import heir_or_self
from reviews.engine import door, seating
from reviews.engine.models import Case
from reviews.evidence import proofs as evidence
from reviews.vocabulary.states import State, Verb
from students.changes.procedures import subject_of
from students.pupil import identity
from students.pupil.models import Student
from web.clock import local_date
from web.refusals import Refusal, Refused
from web.text import folded

# Where a row of a list stands before and after it is bound to a case, and after that has ended.
LISTED, SENT, RETURNED = "listed", "sent", "returned"


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
    told, at = Refusal("no_seat", *no_seat), student.school_id
    if found := seating.seat_refusal(by, at, PostRole.REGISTRAR, local_date(now), told):
        raise Refused(found)
    # Who holds a post at its school was let through.
    school = heir_or_self(cast("Unit", student.school), local_date(now))
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
            search_text=f"{folded(student.name)} {student.pinyin}",
            now=now,
            copied_from=copied_from,
        ) as case,
    ):
        fill(case)
        add_proofs(case)
        kept(case)
    return case


def sent_by_office(
    student: Student,
    kind: str,
    by,
    now: datetime,
    *,
    office: Unit,
    opinion: str,
    checks: tuple[Callable, ...],
    facts: object,
    fill: Callable[[Case], None],
    proofs: Callable[[Case], None] | None = None,
) -> Case:
    """A case that an office begins of its own about a pupil of a school under it, sent to its own head at once.

    ``office`` and who may have been judged by the caller; ``checks`` judge ``facts``, ``fill`` writes the kind's own
    row, ``proofs`` adds what was uploaded. Raises Refused; then nothing stands but a withdrawn draft.
    """
    for check in checks:
        found = check(facts)
        if found is not None:
            raise Refused(found)
    with door.draft(
        kind=kind,
        by=by,
        receiving=office,
        sending=student.school or office,
        subject=subject_of(student.pk),
        headline=identity.mask_name(student.name),
        search_text=f"{folded(student.name)} {student.pinyin}",
        now=now,
    ) as case:
        fill(case)
    try:
        if proofs is not None:
            proofs(case)
        return door.perform(Case.objects.get(pk=case.pk), Verb.SUBMIT, by, opinion=opinion)
    except Refused:
        door.perform(Case.objects.get(pk=case.pk), Verb.WITHDRAW, by)
        raise


def sent_list(
    rows: list,
    kind: str,
    by,
    now: datetime,
    *,
    receiving: Unit,
    sending: Unit,
    subject: str,
    headline: str,
    words: str,
    opinion: str,
) -> Case:
    """A case about a list: its ``rows`` (of one table, with ``case`` and a ``state`` that goes from listed to sent) are
    bound to it and sent to the school's head. ``words`` are what it is searched by. Raises Refused; then the rows are
    listed as before and nothing stands but a withdrawn draft."""
    table, ids = type(rows[0]).objects, [row.pk for row in rows]
    with door.draft(
        kind=kind,
        by=by,
        receiving=receiving,
        sending=sending,
        subject=subject,
        headline=headline,
        search_text=words,
        now=now,
    ) as case:
        table.filter(pk__in=ids, state=LISTED).update(case=case, state=SENT)
    try:
        return door.perform(case, Verb.SUBMIT, by, opinion=opinion)
    except Refused:
        door.perform(case, Verb.WITHDRAW, by)
        # The wall has marked them as returned with the case; they were never sent. Who was taken off meanwhile stays off.
        table.filter(pk__in=ids, state=RETURNED).update(case=None, state=LISTED)
        raise
