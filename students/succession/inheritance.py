"""What becomes of pupils, classes and this floor's papers when their school is closed into another (R3.1, ADR 37)."""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Q

from reviews.clock.succession import ENDS, Succession, acts, kind, moved, stays
from students.admission.late.models import LIVE as LIVE_LATE
from students.admission.late.models import Late, LateChild, MonthlyCheck
from students.bulletins.models import Bulletin, BulletinLine
from students.changes.models import ChangePolicy, StatusChange
from students.classes.models import ChangeSheet, ClassCharge
from students.counter.models import PrintBatch, SheetPrint
from students.dropouts.models import Dropout, DropoutMark
from students.numbers.models import IssuingBatch, IssuingLine
from students.onward.models import LIVE as LIVE_RECRUITED
from students.onward.models import RecruitedPupil, Recruiting
from students.pupil.models import Enrolment, SchoolClass, Student
from students.record import moving
from students.roster.models import RosterExport
from students.statistics.models import HeadcountCell
from students.tables import imports
from students.tables.models import ImportBatch, ImportState
from students.verification.models import SchoolVerification, VerificationRound
from students.year_end.models import GraduationRun, PromotionCount, RunState
from web.words import joined, zh

_AT_ONCE = 1000

# ---------------------------------------------------------------- pupils and classes

# Of the classes that move: a number the successor has in the same phase and year is taken; the next free one follows.
_NUMBERS = """
SELECT c.id, c.phase, c.cohort, c.number, CASE WHEN taken.id IS NULL THEN c.number ELSE
    (SELECT max(number) FROM students_schoolclass m
     WHERE m.school_id IN (%(old)s, %(heir)s) AND (m.phase, m.cohort) = (c.phase, c.cohort))
    + row_number() OVER (PARTITION BY c.phase, c.cohort, taken.id IS NULL ORDER BY c.number) END
FROM students_schoolclass c LEFT JOIN students_schoolclass taken ON taken.school_id = %(heir)s
    AND (taken.phase, taken.cohort, taken.number) = (c.phase, c.cohort, c.number)
WHERE c.school_id = %(old)s ORDER BY c.phase, c.cohort DESC, c.number
"""
_MOVE_CLASSES = """
UPDATE students_schoolclass c SET school_id = %(heir)s, number = w.number
FROM unnest(%(ids)s::bigint[], %(numbers)s::int[]) AS w(id, number) WHERE c.id = w.id
"""


def _pupils_left(units: Iterable[int]) -> set[int]:
    """Where pupils are whom the successor can take: it has grades of their phase."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT s.school_id FROM students_student s WHERE s.school_id = ANY(%s)"
            " AND students_school_takes(orgs_standing(s.school_id, orgs_today()), s.phase, s.cohort, s.status)",
            [list(units)],
        )
        return {pk for (pk,) in cursor.fetchall()}


@kind(zh("学生"), Student, "school", waiting=_pupils_left)
def take_pupils(found: Succession) -> int:
    """Every record, in whatever status: the enrolment closed and its copy kept under the old school, a new one opened.

    Classes come along; with a number that the successor has already, they get the next free one, and that is told.
    """
    names = _new_numbers(found)
    left = Student.objects.filter(school=found.old).extra(
        where=["students_school_takes(%s, phase, cohort, status)"], params=[found.heir.pk]
    )
    ids = list(left.order_by("pk").values_list("pk", flat=True).select_for_update(no_key=True))
    for at in range(0, len(ids), _AT_ONCE):
        rows = Student.objects.filter(pk__in=ids[at : at + _AT_ONCE]).select_related("school", "school_class")
        moving.inherit(list(rows.order_by("pk")), found.heir, names, found.now, how=moving.MERGED)
    stayed = Student.objects.filter(school=found.old).count()
    if stayed:
        found.said.append(
            zh(
                "{old}有 {count} 名学生的学段在{heir}没有年级，没有转入，仍在原校名下：请主管部门为{heir}登记学制后自动转入，或另行转学（附件1 四.2）。",
                old=found.old.name,
                count=stayed,
                heir=found.heir.name,
            )
        )
    _move_classes(found, names)
    return len(ids)


def _new_numbers(found: Succession) -> dict[int, int]:
    """The number of each class that moves, by id; those that change are kept to be told."""
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERS, {"old": found.old.pk, "heir": found.heir.pk})
        rows = cursor.fetchall()
    found.renumbered = {
        (phase, cohort, was): number for _, phase, cohort, was, number in rows if number != was
    }
    return {pk: number for pk, _, _, _, number in rows}


def _move_classes(found: Succession, numbers: dict[int, int]) -> None:
    """All classes but those in which a pupil stays behind; nobody is in charge of them until the successor says who."""
    kept = set(Student.objects.filter(school=found.old).values_list("school_class", flat=True))
    numbers = {pk: number for pk, number in numbers.items() if pk not in kept}
    values: dict[str, Any] = {"heir": found.heir.pk, "ids": list(numbers), "numbers": list(numbers.values())}
    ClassCharge.objects.filter(school_class__in=numbers, until=None, since__lte=found.day).update(
        until=found.day
    )
    with connection.cursor() as cursor:
        cursor.execute(_MOVE_CLASSES, values)
    if found.renumbered:
        changed = joined(
            "、",
            (
                zh("{cohort}级（{was}）班改为（{number}）班", cohort=cohort, was=was, number=number)
                for (_, cohort, was), number in sorted(found.renumbered.items())
            ),
        )
        found.said.append(
            zh(
                "{old}并入{heir}的班级因班号相同改号：{changed}。",
                old=found.old.name,
                heir=found.heir.name,
                changed=changed,
            )
        )


def _classes_left(units: Iterable[int]) -> set[int]:
    """Where classes are in which nobody stays behind."""
    rows = SchoolClass.objects.filter(school__in=units).exclude(
        pk__in=Student.objects.filter(school__in=units, school_class__isnull=False).values("school_class")
    )
    return set(rows.order_by().values_list("school", flat=True).distinct())


@kind(zh("班级"), SchoolClass, "school", waiting=_classes_left)
def take_classes(found: Succession) -> int:
    """Those that came with the pupils are told of there."""
    return 0


stays("the copy of a record stays with the school that it left", Enrolment, "school")

# ---------------------------------------------------------------- lists of children

_LATE = Q(state__in=(*LIVE_LATE, Late.RETURNED))
_RECRUITED = Q(state__in=(*LIVE_RECRUITED, Recruiting.RETURNED))
_RENUMBER = """
UPDATE students_latechild l SET school_id = %(heir)s, class_number = coalesce(w.number, l.class_number)
FROM students_latechild k LEFT JOIN unnest(%(phases)s::text[], %(cohorts)s::int[], %(was)s::int[], %(numbers)s::int[])
    AS w(phase, cohort, was, number) ON (w.phase, w.cohort, w.was) = (k.phase, k.cohort, k.class_number)
WHERE k.id = l.id AND l.school_id = %(old)s AND l.state = ANY(%(states)s)
"""


@kind(zh("补建名单上的学生"), LateChild, "school", of=_LATE)
def take_late_children(found: Succession) -> int:
    """With the number that the class of the child has now."""
    keys = list(found.renumbered)
    values: dict[str, Any] = {
        "old": found.old.pk,
        "heir": found.heir.pk,
        "states": [str(state) for state in (*LIVE_LATE, Late.RETURNED)],
        "phases": [phase for phase, _, _ in keys],
        "cohorts": [cohort for _, cohort, _ in keys],
        "was": [was for _, _, was in keys],
        "numbers": list(found.renumbered.values()),
    }
    with connection.cursor() as cursor:
        cursor.execute(_RENUMBER, values)
        return cursor.rowcount


moved(zh("招生名册上的学生"), RecruitedPupil, "school", of=_RECRUITED)
stays(
    "where the pupil graduated: history; its authority is asked of orgs.people.successors",
    RecruitedPupil,
    "graduated_from",
)

# ---------------------------------------------------------------- what ends with the school


@kind(zh("未核办的毕业名单（已作废）"), GraduationRun, "school", of=Q(state=RunState.READY), how=ENDS)
def drop_lists(found: Succession) -> int:
    """A list that is not signed is dropped: the successor lists them anew, among its own (R4.1)."""
    rows = GraduationRun.objects.filter(school=found.old, state=RunState.READY)
    numbers = list(rows.order_by("number").values_list("number", flat=True))
    if numbers:
        rows.update(state=RunState.DROPPED)
        found.said.append(
            zh(
                "{old}的毕业名单 {numbers} 在撤并前没有核办，已作废：请由{heir}重新列出、核办，学生不受影响（附件1 三.5）。",
                old=found.old.name,
                numbers=joined("、", numbers),
                heir=found.heir.name,
            )
        )
    return len(numbers)


_TABLES = Q(state__in=[ImportState.WAITING, ImportState.CHECKING, ImportState.READY]) | Q(
    state=ImportState.FAULTY, returned__isnull=False, confirmed_at__isnull=True
)


@kind(zh("未写入的表格（已放弃）"), ImportBatch, "unit", of=_TABLES, how=ENDS)
def drop_tables(found: Succession) -> int:
    """A table was held against the classes of the closed school: the successor uploads it anew."""
    rows = list(ImportBatch.objects.filter(_TABLES, unit=found.old).select_for_update(skip_locked=True))
    for batch in rows:
        imports.give_up(batch, None, found.now)
    if rows:
        found.said.append(
            zh(
                "{old}上传未写入的表格 {numbers} 已放弃，没有写入任何学生：请由{heir}按现在的班级重新上传。",
                old=found.old.name,
                numbers=joined("、", (batch.number for batch in rows)),
                heir=found.heir.name,
            )
        )
    return len(rows)


# ---------------------------------------------------------------- papers

moved(zh("待签核的辍学报告"), DropoutMark, "school", of=Q(state=Dropout.MARKED))
acts("drawn at that school, submitted and signed by who stands for it", SchoolVerification, "school")
acts("submitted and signed by who stands for the office", VerificationRound, "authority")
acts("answered by the head of who stands for the unit; the line is a snapshot", BulletinLine, "unit")
_PROVINCE = "of a province: provinces are not merged by the program"
for _model in (Bulletin, IssuingBatch, MonthlyCheck, PromotionCount, ChangePolicy):
    stays(_PROVINCE, _model, "province")
stays("history of a number", IssuingLine, "school")
stays("counted on that day: history", HeadcountCell, "school")
stays("a sheet that was printed: history", SheetPrint, "unit")
stays("a file of one day; who needs it asks anew", PrintBatch, "unit", "school")
stays("a file of one day; who needs it asks anew", RosterExport, "unit")

_BY_CLASS = "goes with the class, which moves"
stays(_BY_CLASS, ChangeSheet, "school_class")
stays("ends when the class moves", ClassCharge, "school_class")
stays(_BY_CLASS, Student, "school_class")
stays(_BY_CLASS, StatusChange, "school_class")
stays(_BY_CLASS, PrintBatch, "school_class")
stays(_BY_CLASS, RecruitedPupil, "class_was")
