"""Drafts of 学籍异动: begin one, change what it says, begin anew. Sending is the door's business (R5.1–R5.3)."""

from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from typing import cast

from orgs.people.models import Unit
from reviews.engine import book as rulebook
from reviews.engine import door
from reviews.engine.grounds import held as held_by_wall
from reviews.engine.models import Case
from reviews.engine.opinions import free_text
from reviews.vocabulary.states import MOVED_NOTHING, State
from students.changes import pupil_drafts
from students.changes import rules as change_rules
from students.changes.kinds import BY_KIND, OWN_COHORT, ChangeKind
from students.changes.models import ContactAttempt, StatusChange
from students.changes.procedures import change_of
from students.pupil.grades import grade_of
from students.pupil.models import CodeTable, SchoolClass, Student
from web import clock
from web.refusals import Refused, refuse
from web.words import zh

NO_SEAT = zh("只有学籍所在学校的学籍管理员可以办理学籍异动。")


def begin(
    student: Student,
    kind: ChangeKind,
    by,
    now: datetime,
    *,
    kept: Callable[[Case], None] | None = None,
    copied_from: StatusChange | None = None,
) -> Case:
    """A draft of the pupil's school; its own draft of the kind is taken up again if there is one.

    ``kept`` is called in the transaction that writes the draft, e.g. to keep an idempotency key with it. Raises
    Refused when ``by`` is not the school's registrar, or a rule forbids the kind for the pupil as it stands.
    """
    known = cache(lambda: change_rules.facts_before(student, cast("Unit", student.school), (kind,), now)[0])
    return pupil_drafts.begin(
        student,
        kind.kind,
        by,
        now,
        no_seat=(NO_SEAT, kind.clause),
        checks=change_rules.OFFERED,
        facts=known,
        fill=lambda case: _fill(case, student, known(), copied_from),
        kept=kept,
        copied_from=copied_from.case if copied_from else None,
    )


def _fill(case: Case, student: Student, known, old: StatusChange | None) -> None:
    """The draft's own row; an only grade and an only class in it are filled in."""
    grade = known.grades[0] if known.grades else None
    values = {}
    if old is not None:
        plain = ("on", "until", "reason", "note", "last_seen_on", *change_rules.OWN)
        values = {name: getattr(old, name) for name in plain}
    change = StatusChange.objects.create(
        case=case,
        student=student,
        status_was=student.status,
        grade_from=grade_of(student, known.today, known.system),
        grade_to=grade if len(known.grades) == 1 else None,
        **values,
    )
    if old is not None:
        rows = [
            ContactAttempt(change=change, on=c.on, way=c.way, result=c.result) for c in old.contacts.all()
        ]
        ContactAttempt.objects.bulk_create(rows)


def copy_as_new(case: Case, by, now: datetime) -> Case:
    """A new draft from a case that ended without changing anything: data and proofs are carried over (R3.1b, R3.7).
    Raises Refused for a case that is running or completed."""
    if case.state not in MOVED_NOTHING:
        refuse("not_copied", zh("只有已驳回、已撤销或已清理的业务可以复制为新申请。"), zh("附件1 三.7"))
    change = change_of(case)
    change.case = case
    return begin(change.student, BY_KIND[case.kind], by, now, copied_from=change)


def change(
    case: Case,
    by,
    *,
    on: date | None,
    until: date | None = None,
    reason: CodeTable | None = None,
    note: str = "",
    last_seen_on: date | None = None,
    grade_to: int | None = None,
    school_class: SchoolClass | None = None,
    own_cohort: bool = False,
    own_cohort_reason: str = "",
    contacts: list[ContactAttempt] | None = None,
    revision: int | None = None,
) -> Case:
    """Write what the form says, as far as the kind asks for it. Raises Refused when the case is not in hand, a reason
    holds a number of a person, or when
    what was sent already would be left in a state in which it could not have been sent."""
    asks, clause = BY_KIND[case.kind].asks, change_rules.STATUS_CLAUSE
    note = free_text(note, zh("异动说明"), clause, 300)
    own_cohort_reason = free_text(own_cohort_reason, zh("按原届复学的理由"), clause, 200)
    results = [free_text(one.result, zh("联系结果"), clause, 100) for one in contacts or ()]
    with door.edit(case, by, "edit", revision=revision) as held:
        book = rulebook.current()
        for text in (note, own_cohort_reason, *(each.result for each in contacts or [])):
            held_by_wall(text, held.receiving_unit, act=zh("填写"), told=True, book=book)
        row = StatusChange.objects.get(case=held)
        StatusChange.objects.filter(pk=row.pk).update(
            on=on,
            until=until if change_rules.UNTIL in asks else None,
            reason=reason if BY_KIND[case.kind].reasons else None,
            note=note,
            last_seen_on=last_seen_on if change_rules.LAST_SEEN in asks else None,
            grade_to=grade_to if change_rules.GRADE in asks else None,
            school_class=school_class if change_rules.GRADE in asks else None,
            own_cohort=own_cohort and OWN_COHORT in asks,
            own_cohort_reason=own_cohort_reason if OWN_COHORT in asks else "",
        )
        row.contacts.all().delete()
        kept = zip(contacts or (), results, strict=True) if change_rules.CONTACTS in asks else ()
        ContactAttempt.objects.bulk_create(
            ContactAttempt(change=row, on=c.on, way=c.way, result=result) for c, result in kept
        )
        if held.state != State.DRAFT:
            _refuse_unsendable(held)
    return held


def _refuse_unsendable(case: Case) -> None:
    """What was sent off may be corrected, not emptied."""
    row = change_of(case)
    known = change_rules.facts_of(row, case, row.student, clock.now())
    for check in change_rules.TYPED:
        found = check(known)
        if found is not None and found.stops:
            raise Refused(found)
