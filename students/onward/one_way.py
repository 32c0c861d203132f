"""One child, one way: a graduate goes on by one school only. Whichever paper is completed first ends the others, by
nobody's account and by nobody's fault, and everyone concerned is told why (R4.5, R3.3, R3.6)."""

from collections import defaultdict
from collections.abc import Iterable

from ledger import audit, outbox
from reviews.clock import expire as door_clock
from reviews.engine.models import Case
from reviews.rulebook.notice_values import POST_GRADUATION
from reviews.vocabulary.states import RUNNING, State
from students.onward.models import LIVE, RecruitedPupil, Recruiting
from students.pupil.models import Student
from students.pupil.subjects import subject_of
from web.words import zh

KIND = "recruitment"
# 佐证 and 关键信息: papers about the record hold no graduate up (四.1); the recruiting school begins them anew.
RECORD_PAPERS = ("problem", "key_information")
# What a graduate's reporting at a school ends elsewhere.
GIVES_WAY = (POST_GRADUATION, *RECORD_PAPERS)
_LONGEST = 200


def end_other_cases(students: Iterable[int], why: str, by_case: Case) -> int:
    """The pupils went on by ``by_case``: what still runs about them of :data:`GIVES_WAY` ends; returns how many. The
    caller holds the pupils' rows."""
    subjects = [subject_of(pk) for pk in students]
    return door_clock.give_way(subjects, list(GIVES_WAY), why, f"case:{by_case.number}")


def leave_lists(students: Iterable[int], why: str, by_case: Case) -> int:
    """The pupils went another way by ``by_case``: they stand on no list of recruited graduates any more, at whatever stage
    it is; returns how many. A running list on which nobody is left ends. Called before their status changes.

    Pupils before lists, as whoever puts a pupil on a list has them (:func:`students.admission.recruitment.actions.add`): a row that is being
    written meanwhile is there before the lists are read, or its writer finds what has become of the pupil."""
    held = Student.objects.select_for_update(no_key=True).filter(pk__in=students).order_by("pk")
    students = list(held.values_list("pk", flat=True))
    living = RecruitedPupil.objects.filter(student__in=students, state__in=LIVE)
    # List before rows, as whatever ends a list or corrects it has them.
    lists = Case.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=living.values("case"))
    list(lists.order_by("pk").values_list("pk", flat=True))
    rows = list(living.select_related("case", "school").select_for_update(of=("self",), no_key=True))
    take_off(dict.fromkeys(rows, why), f"case:{by_case.number}")
    running = {row.case_id: row.case for row in rows if row.case is not None and row.case.state in RUNNING}
    kept = set(
        RecruitedPupil.objects.filter(case__in=running, state=Recruiting.SENT).values_list("case", flat=True)
    )
    empty = [case.subject for pk, case in running.items() if pk not in kept]
    told = zh("名册中的学生都已另行就学或不能再招生。")
    door_clock.give_way(empty, [KIND], told, f"case:{by_case.number}")
    return len(rows)


def take_off(whys: dict[RecruitedPupil, str], actor: str) -> None:
    """Take rows off their lists with the reason; the recruiting school and, where the list was sent, the authority of the
    graduates are told. The reasons name no pupil: they are read by everyone who sees the list."""
    groups = defaultdict(list)
    for row, why in whys.items():
        row.state, row.off_why = Recruiting.OFF, why[:_LONGEST]
        groups[row.school, row.case, row.off_why].append(row)
    RecruitedPupil.objects.bulk_update(whys, ["state", "off_why"], batch_size=1000)
    for (school, case, why), rows in groups.items():
        body = {"school": school.code, "why": why, "students": [row.student_id for row in rows][:500]}
        if case is not None:
            body["case"] = case.number
        audit.record("students", actor, "recruitment.off", body, subject=f"school:{school.code}")
        units = (
            [school.pk] if case is None or case.state == State.DRAFT else [school.pk, case.sending_unit_id]
        )
        payload = {"units": units, "case": case.pk if case else None, "count": len(rows), "why": why}
        outbox.post("recruitment", payload, f"off:{min(row.pk for row in rows)}")
