"""The last grade of a phase (R3.5c, R4.1): only a graduation leads on, and a plain transfer never does.

The guards take the facts of :mod:`transfers.moving.rules`, which puts them among its own.
"""

from students.changes.rules import policies_on
from students.changes.values import TRANSFER_REPEAT
from students.pupil.grades import grade_label, grade_name, is_graduating, last_grade, stays
from students.pupil.statuses import StudentStatus
from students.pupil.year_rows import next_graduation_due
from web.clock import spoken
from web.refusals import guard
from web.words import zh


def has_to_graduate(facts) -> bool:
    """Whether only a graduation leads on to the receiving school: the pupil is in the last grade of its phase, and the
    school, which may well have the next phase, has not this grade."""
    student, system = facts.student, facts.sending_system
    if student.graduated_on is not None or facts.grade in facts.receiving_system.grades:
        return False
    return facts.sending is not None and facts.grade == last_grade(student, facts.ruled_on, system)


@guard(
    "{why}：请{school}{what}，再由本校按{instead}办理；学生照常就读，不受影响。",
    "附件1 三.5、四.3",
    "{school}办理毕业",
)
def must_graduate(facts):
    """不须先毕业再升入本校"""
    if not has_to_graduate(facts):
        return None
    late = stays(facts.student, facts.ruled_on, facts.sending_system)
    told = {"grade": grade_name(facts.grade, facts.student.phase)}
    why = zh("该生应毕业未毕业（{grade}）") if late else zh("该生在毕业年级（{grade}），还没有毕业")
    same = facts.sending.province_id == facts.receiving.province_id
    return {
        "why": why.format(**told),
        "school": facts.sending.name,
        "what": zh("补办毕业") if late else zh("办理毕业"),
        "instead": zh("招生") if same else zh("毕业后跨省就学"),
    }


@guard(
    "该生应毕业未毕业，转入即重读{grade}；如已完成学业，请由{school}补办毕业，再按招生或毕业后跨省就学办理。",
    "附件1 三.5、四.2",
    "{school}补办毕业",
    stops=False,
)
def repeats_grade(facts):
    """不是应毕业未毕业"""
    student = facts.student
    if facts.sending is None or facts.grade not in facts.receiving_system.grades:
        return None
    if not stays(student, facts.ruled_on, facts.sending_system):
        return None
    return {"grade": grade_name(facts.grade, student.phase), "school": facts.sending.name}


@guard(
    "按规定（{source}），应毕业未毕业的学生不能转学重读{grade}；请由{school}补办毕业，再按招生或毕业后跨省就学办理。",
    "附件1 三.5、四.2",
    "{school}补办毕业",
)
def repeat_allowed(facts):
    """本省（自治区）允许应毕业未毕业的学生转学重读"""
    told = repeats_grade(facts) if facts.student.status == StudentStatus.ENROLLED else None
    if told is None:
        return None
    found = policies_on(
        facts.receiving.province_id, facts.student.phase, facts.ruled_on, kind=TRANSFER_REPEAT
    )
    row = found.get(TRANSFER_REPEAT)
    if row is None or row.allowed:
        return None
    grade = grade_name(facts.grade, facts.student.phase)
    return {"source": row.source, "grade": grade, "school": facts.sending.name}


@guard(
    "该生在毕业年级（{grade}）：须在{school}毕业操作（{day}前）之前办结，否则业务会被清理，须重新发起。",
    "附件1 三.5",
    "双方学校和主管部门及时核办",
    stops=False,
)
def not_graduating(facts):
    """不在毕业年级"""
    sending = facts.sending
    at = facts.sending_system
    if sending is None or not is_graduating(facts.grade, at) or stays(facts.student, facts.ruled_on, at):
        return None
    due = next_graduation_due(facts.ruled_on, sending.province_id, facts.book)
    return {"grade": grade_label(facts.grade, at), "school": sending.name, "day": spoken(due)}


# Told at the look-up; the last two stop nothing.
GUARDS = (must_graduate, repeat_allowed, repeats_grade, not_graduating)
