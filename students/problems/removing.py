"""A superfluous record is removed in favour of the child's other one (R1.9 删除): nothing is erased.

The record leaves its school, which keeps the archived copy; its number is closed and never given again; whoever looks
up one of its numbers finds the record that was kept.
"""

from datetime import datetime

from reviews.engine.models import Case
from students.duplicates import problems
from students.numbers import numbering as numbers
from students.onward import one_way
from students.problems.models import RecordRemoval
from students.pupil.models import NumberKind, RegistrationNumber, Settlement, Student
from students.record import moving
from web.refusals import Refusal
from web.words import zh

CLAUSE = zh("附件1 一.2")
HOW, ALONE = zh("删除重复学籍"), zh("删除学籍")


def g_refusal(student: Student) -> Refusal | None:
    """Why the record of ``student`` is not removed by a county: it bears, or bore, a G (R1.4)."""
    if not RegistrationNumber.objects.filter(student=student, kind=NumberKind.G).exists():
        return None
    sentence = zh(
        "{student_name}的学籍持有正式学籍号（G），原则上不允许删除；确需删除的，由省级教育行政部门提交佐证材料报教育部处理。",
        student_name=student.name,
    )
    return Refusal("bears_g", sentence, CLAUSE)


def remove(student: Student, kept: Student | None, case: Case, now: datetime) -> dict:
    """Remove ``student``'s record, in favour of ``kept``'s where there is one; the caller holds the locks and has
    decided. Returns ids for the audit trail."""
    how = HOW if kept is not None else ALONE
    # The database lets nobody be removed without this row, and nobody with a G but by the ministry.
    RecordRemoval.objects.create(student=student, kept=kept, case=case)
    one_way.leave_lists([student.pk], zh("该生的学籍已删除（{number}）", number=case.number), case)
    student.remove()
    closed = moving.end(student, now, how=how, case_number=case.number)
    numbers.close(student.pk, reason=how, actor=f"case:{case.number}", case_number=case.number)
    settled = problems.recheck([student.pk], case.number, Settlement.REMOVED)
    return {"removed": student.pk, "kept": kept.pk if kept else None, "closed": closed, "settled": settled}
