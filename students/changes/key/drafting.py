"""Drafts of 关键信息变更: begin one, change what it says, begin anew. Sending is the door's business (R1.6)."""

from datetime import date, datetime

from reviews.engine import door
from reviews.engine.grounds import held as held_by_wall
from reviews.engine.models import Case
from reviews.engine.opinions import free_text
from reviews.vocabulary.states import MOVED_NOTHING, State
from students.changes import pupil_drafts
from students.changes.key import rules as key_rules
from students.changes.key.models import KeyInformationChange
from students.changes.key.procedure import row_of
from students.pupil import identity, sealing
from students.pupil.models import Student
from web.clock import now
from web.refusals import Refused, refuse
from web.words import zh

NO_SEAT = zh("只有学籍所在学校的学籍管理员可以发起关键信息变更。")


def begin(
    student: Student, by, now: datetime, *, copied_from: KeyInformationChange | None = None, kept=None
) -> Case:
    """A draft of the pupil's school; its own draft is taken up again if there is one. ``kept`` is called in the
    transaction that writes it. Raises Refused."""
    return pupil_drafts.begin(
        student,
        key_rules.KIND,
        by,
        now,
        no_seat=(NO_SEAT, key_rules.CLAUSE),
        checks=key_rules.BEFORE,
        facts=lambda: key_rules.facts_before(student, now),
        fill=lambda case: _fill(case, student, copied_from),
        kept=kept,
        copied_from=copied_from.case if copied_from else None,
    )


def _fill(case: Case, student: Student, old: KeyInformationChange | None) -> None:
    source = old or student
    row = KeyInformationChange.objects.create(
        case=case,
        student=student,
        name=source.name,
        sex=source.sex,
        birth_date=source.birth_date,
        phase=source.phase or student.phase,
        cohort=source.cohort or student.cohort,
        basis=old.basis if old else "",
        note=old.note if old else "",
    )
    if old is not None:
        _seal(row, key_rules.number_in(old))


def copy_as_new(case: Case, by, now: datetime) -> Case:
    """A new draft from a case that ended without changing anything (R3.1b). Raises Refused."""
    if case.state not in MOVED_NOTHING:
        refuse("not_copied", zh("只有已驳回、已撤销或已清理的业务可以复制为新申请。"), zh("附件1 三.7"))
    row = row_of(case)
    row.case = case
    return begin(row.student, by, now, copied_from=row)


def change(
    case: Case,
    by,
    *,
    name: str,
    sex: str,
    birth_date: date | None,
    id_number: str,
    basis: str,
    note: str = "",
    phase: str = "",
    cohort: int | None = None,
    revision: int | None = None,
) -> Case:
    """Write what the form says; an empty ``id_number`` takes a number typed before away. Raises Refused,
    :class:`students.pupil.identity.IdentityError`."""
    with door.edit(case, by, "edit", revision=revision) as held:
        held_by_wall(note, row_of(held).student.school, act=zh("填写"), told=True)
        row = row_of(held)
        row.name, row.sex, row.birth_date = identity.check_name(name), sex, birth_date
        row.phase, row.cohort = phase or row.student.phase, cohort or row.student.cohort
        row.basis, row.note, row.conflict = basis, free_text(note, zh("说明"), key_rules.CLAUSE, 300), ""
        row.answer, row.answered_at, row.answered_of = "", None, None
        row.save()
        _seal(row, id_number)
        if held.state != State.DRAFT:
            _refuse_unsendable(row, held)
    return held


def _seal(row: KeyInformationChange, number: str) -> None:
    sealed = sealing.seal(number, key_rules.TABLE, "id_number_sealed", row.pk) if number else None
    row.id_number_sealed = sealed
    row.save(update_fields=["id_number_sealed"])


def _refuse_unsendable(row: KeyInformationChange, case: Case) -> None:
    """What was sent off may be corrected, not emptied."""
    known = key_rules.facts_of(row, case, row.student, now())
    for check in key_rules.TYPED:
        found = check(known)
        if found is not None:
            raise Refused(found)
