"""What a graduation does to open transfers: they are cleared with it and must be started anew (R3.5b); and what a
毕业后跨省就学 is to be told of when it is taken back (R4.4)."""

from datetime import date
from typing import cast

from orgs.people.models import Unit
from reviews.clock import expire as door_clock
from reviews.engine.models import Act, Case
from reviews.rulebook.notice_values import TRANSFERS
from reviews.vocabulary.states import Verb
from students.changes.procedures import subject_of
from students.pupil.arrivals import Arrival
from students.pupil.models import Student
from transfers.moving.models import Transfer
from web.clock import spoken
from web.words import zh


def clear_transfers(sender, school: Unit, students: list[int], day: date, actor: str, **more) -> int:
    """End the running transfers of pupils who have graduated, those at 调档 too; drafts stay and tell it themselves.

    毕业后跨省就学 is left alone: it begins with the graduation. Receiver of :data:`students.year_end.signals.graduated`.
    """
    why = zh(
        "{school_name}已于{day}办理毕业，业务在这以前没有办结，已随毕业操作清理；如仍需办理，请按毕业后的规定重新发起（附件1 三.5）。",
        school_name=school.name,
        day=spoken(day),
    )
    return door_clock.clear([subject_of(pk) for pk in students], TRANSFERS, why, actor)


def enrolled_after(case: Case, student: Student) -> Arrival | None:
    """How a graduate came by 毕业后跨省就学; see :mod:`students.pupil.arrivals`."""
    rows = Transfer.objects.filter(case=case, student=student, graduated_on__isnull=False)
    row = rows.select_related(
        "receiving_school", "sending_school__authority", "class_was", "reporting_by__person"
    ).first()
    if row is None:
        return None
    sent = Act.objects.filter(case=case, verb=Verb.SUBMIT).order_by("-id").first()
    act = zh(
        "{case_number}：{who}发起毕业后跨省就学，{reporting_by}登记{day}报到",
        case_number=case.number,
        who=sent.person_name if sent else "—",
        reporting_by=row.reporting_by or "—",
        day=spoken(row.reported_on) if row.reported_on else "—",
    )
    school, left = row.receiving_school, row.sending_school
    phase, cohort = row.phase_was or student.phase, row.cohort_was or student.cohort
    graduated_on = cast("date", row.graduated_on)  # kept at the end of the case
    return Arrival(case, school, act, left, graduated_on, phase, cohort, row.class_was)
