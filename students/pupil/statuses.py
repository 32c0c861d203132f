"""学籍状态 as a machine: which status may become which, by what (R5.1–R5.3, R3.2, R4.1, R4.4, R4.5).

The transitions change the field only; who may ask for one, and under which conditions, is the business of the change's
own case (:mod:`students.changes.rules`) or act. The database refuses every pair that does not stand here.
"""

from django.db import models
from django_fsm import transition

from web.words import zh


class StudentStatus(models.TextChoices):
    """学籍状态. Which of them may transfer is decided in transfers.moving.rules (R3.2)."""

    ENROLLED = "enrolled", zh("在校")
    SUSPENDED = "suspended", zh("休学")
    WITHDRAWN = "withdrawn", zh("退学")
    EXPELLED = "expelled", zh("开除")
    ABROAD = "abroad", zh("出国")
    LEFT_OTHER = "left_other", zh("其他离校")
    MISSING = "missing", zh("失踪")
    GRADUATED = "graduated", zh("毕业")
    COMPLETED = "completed", zh("结业")
    INCOMPLETE = "incomplete", zh("肄业")
    DECEASED = "deceased", zh("死亡")
    REMOVED = "removed", zh("已删除（重复学籍）")


S = StudentStatus
# Not at school, but the record stands at one: the pupil may come back.
AWAY = (S.SUSPENDED, S.WITHDRAWN, S.ABROAD, S.LEFT_OTHER, S.MISSING)
# The statuses that the notice lets transfer directly and keeps until the pupil arrives (R3.2).
KEPT = (S.ABROAD, S.LEFT_OTHER, S.WITHDRAWN, S.EXPELLED)
# The record has come to its end: its pupil stands at no school any more (also in sql/triggers.sql; a test holds one against
# the other).
OVER = (S.DECEASED, S.REMOVED)
# The phase is over for them, with a paper or without one: what a list of 毕业 makes of a pupil.
LEFT = (S.GRADUATED, S.COMPLETED, S.INCOMPLETE)
# The record has run its course; every status is either here or in LIVING.
ENDED = (*LEFT, *OVER)
_AT_SCHOOL = (S.ENROLLED, S.SUSPENDED)
# Not at an end: time moves the grade up, a way back to 在校 exists.
LIVING = (S.ENROLLED, *AWAY, S.EXPELLED)


def _to(source, target, **more):
    return transition(field="status", source=list(source), target=target, **more)


def compulsory(student) -> bool:
    """小学 or 初中."""
    return student.phase != "senior"


class StatusTransitions:
    """The changes of a pupil's status as django-fsm transitions; mixed into :class:`students.pupil.models.Student`."""

    @_to([S.ENROLLED], S.SUSPENDED)
    def suspend(self):
        """休学 (R5.3)."""

    @_to(AWAY, S.ENROLLED)
    def resume(self):
        """复学: back from 休学, or from having left (R5.3)."""

    @_to(_AT_SCHOOL, S.WITHDRAWN)
    def withdraw(self):
        """退学 (R5.3)."""

    @_to(_AT_SCHOOL, S.EXPELLED)
    def expel(self):
        """开除; never in compulsory education (R5.3)."""

    @_to([*_AT_SCHOOL, S.LEFT_OTHER], S.ABROAD)
    def go_abroad(self):
        """出国 (R5.3)."""

    @_to([*LIVING, S.GRADUATED], S.DECEASED)
    def die(self):
        """死亡 (R5.3)."""

    @_to(_AT_SCHOOL, S.LEFT_OTHER)
    def leave(self):
        """其他离校: without notice, for more than three months, unreachable (R5.2)."""

    @_to([S.ENROLLED], S.ENROLLED)
    def stay(self):
        """跳级, 留级: another grade, the same status (R5.1)."""

    @_to(KEPT, S.ENROLLED)
    def settle(self):
        """办理到校手续: a status kept through a transfer becomes 在校 (R3.2)."""

    @_to([S.ENROLLED], S.GRADUATED)
    def graduate(self):
        """毕业 (R4.1)."""

    @_to([S.ENROLLED], S.COMPLETED)
    def complete(self):
        """结业 (R4.1)."""

    @_to([S.ENROLLED], S.INCOMPLETE)
    def end_incomplete(self):
        """肄业: senior secondary not finished (R4.1)."""

    @_to([S.GRADUATED], S.ENROLLED)
    def recruit(self):
        """Reported at the next school (R3.3, R4.5)."""

    @_to(LEFT, S.ENROLLED)
    def take_back(self):
        """毕业回退 (R4.4)."""

    @_to(LIVING, S.GRADUATED)
    def give_back(self):
        """招生回退: recruited by mistake, 毕业 again (R4.4)."""

    @_to([S.COMPLETED], S.GRADUATED, conditions=[compulsory])
    def correct(self):
        """结业更正: of compulsory education there is 毕业 only (R4.1)."""

    @_to([status for status in S if status != S.REMOVED], S.REMOVED)
    def remove(self):
        """删除: the record of a child who has another (R1.9)."""


def becoming(name: str) -> StudentStatus:
    """The status that the transition called ``name`` leads to."""
    return StudentStatus(next(target for _, by, target in edges() if by == name))


def edges() -> list[tuple[str, str, str]]:
    """Every (from, by, to) that the transitions allow, sorted: the golden state graph."""
    from students.pupil.models import Student

    steps = Student._meta.get_field("status").get_all_transitions(Student)
    return sorted((str(step.source), step.name, str(step.target)) for step in steps)
