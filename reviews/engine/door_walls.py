"""What a user is told when the database stops an act at the door: a race that the guards could not see."""

from django.db import IntegrityError

from reviews.engine import one_unit
from web.refusals import Refusal, Refused
from web.words import zh

# The walls' names and what a user is told when one is hit by a race that the guards could not see.
_WALLS = {
    "case_window_closed": (
        "window_closed",
        zh("刚刚进入暂停发起的时段，不能发起；草稿已保留。"),
        zh("附件1 三.5"),
    ),
    "exclusive_key": (
        "other_case",
        zh("刚刚有另一所学校先为这名学生发起了业务，同一学生同时只能有一件在办业务。"),
        zh("附件1 三.1"),
    ),
    "step_two_people": ("same_person", zh("办理与核办不能是同一人。"), zh("附件1 三.1")),
    "one_unit": (
        one_unit.CODE,
        zh("一人在一件业务中只能代表一个单位办理，你已代表另一单位办理过这件业务，请由本单位其他人员办理。"),
        zh("附件1 三.1"),
    ),
    "step_decided": ("stale", zh("这一步刚刚已由他人办结，页面已更新。"), ""),
    "case_closed": ("case_closed", zh("业务刚刚已经结束，页面已更新。"), ""),
}


def as_refusal(error: IntegrityError) -> Exception:
    """The refusal that tells of the wall; the error itself for one that no user should meet."""
    wall = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
    for name, (code, sentence, clause) in _WALLS.items():
        if name in wall:
            return Refused(Refusal(code, sentence, clause))
    return error
