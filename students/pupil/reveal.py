"""A recorded reveal: the full numbers of a pupil, shown once, for a listed purpose.

The purpose is chosen from a list, so that nobody writes a child's data into the trail.
"""

from django.db import transaction

from ledger import audit
from students.pupil import records
from students.pupil.models import Student
from web.words import zh

PURPOSES = (
    ("parents", zh("家长查询学籍号")),
    ("papers", zh("与证件原件核对")),
    ("problem", zh("处理问题学籍")),
    ("superior", zh("上级核查")),
)


def numbers_of(student: Student, by, purpose: str) -> list[tuple[str, str]]:
    """The full numbers with their labels; the act is in the chain “access” before anything is returned.

    Raises ValueError for a purpose that is not listed.
    """
    if purpose not in dict(PURPOSES):
        raise ValueError("purpose")
    with transaction.atomic():
        audit.record(
            "access",
            audit.actor_of(by),
            "student.reveal",
            {"student": student.pk, "purpose": purpose},
            subject=f"student:{student.key}",
        )
    return [
        (zh("学籍号"), records.current_number(student)),
        (zh("身份证号"), records.id_number(student) or zh("未提供")),
    ]
