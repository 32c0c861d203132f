"""What a graduation does to open transfers: they are cleared with it and must be started anew (R3.5b)."""

from datetime import date

from ledger.clock import spoken
from ledger.words import zh
from orgs.models import Unit
from reviews import door_clock
from reviews.notice_values import TRANSFERS
from students.procedures import subject_of


def clear_transfers(sender, school: Unit, students: list[int], day: date, actor: str, **more) -> int:
    """End the running transfers of pupils who have graduated, those at 调档 too; drafts stay and tell it themselves.

    毕业后跨省就学 is left alone: it begins with the graduation. Receiver of :data:`students.yearend.graduated`.
    """
    why = zh(
        "{school_name}已于{day}办理毕业，业务在毕业操作之前没有办结，随之清理（附件1 三.5）。",
        school_name=school.name,
        day=spoken(day),
    )
    return door_clock.clear([subject_of(pk) for pk in students], TRANSFERS, why, actor)
