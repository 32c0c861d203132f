"""问题学籍: opened by checks, never by hand; a record of the problem on each pupil it concerns (R1.9).

Which pairs are asked about is decided by :mod:`students.duplicates.matching`. Two who are called and born alike: a pupil with an
identity number is not troubled because a child without one turns up, and who holds a formal number has passed the check
and keeps that. So the record stands on the newcomer alone; one whose identity number the register then confirms is rid of
it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models.functions import Now

from ledger import audit
from students.duplicates.matching import PAIRS
from students.pupil.models import ProblemKind, ProblemRecord, Settlement, Student
from web.text import folded_in_sql
from web.words import zh

CHAIN = "students"
CLAUSE = zh("附件1 四.1")
PIECE = 20_000

# Of a pupil it says only that something is missing: nothing that is asked for waits for it (R1.2, R1.8).
HOLD_NOBODY = (ProblemKind.NO_ID,)

_FORMAL = """EXISTS (SELECT FROM students_registrationnumber n
                     WHERE n.student_id = {}.id AND n.closed_at IS NULL AND n.kind IN ('J', 'G'))"""
# Whether s of the pair s, t is to be asked about: it has not passed the check, and either has no number to tell it from
# the other, or the other has passed without one.
_ASKED = f"""NOT {_FORMAL.format("s")}
      AND (s.id_number_index IS NULL OR t.id_number_index IS NULL AND {_FORMAL.format("t")})"""

_OPEN = f"""
WITH pairs AS ({PAIRS}), both_sides AS (
    SELECT student_id, twin_id, kind FROM pairs UNION SELECT twin_id, student_id, kind FROM pairs
), asked AS (
    SELECT DISTINCT ON (b.student_id, b.kind) b.student_id, b.twin_id, b.kind
    FROM both_sides b JOIN students_student s ON s.id = b.student_id JOIN students_student t ON t.id = b.twin_id
    WHERE (b.kind = '{ProblemKind.ID_DUPLICATE.value}' OR {_ASKED})
      AND NOT EXISTS (SELECT FROM students_knowntwins k
                      WHERE k.first_id = least(b.student_id, b.twin_id) AND k.second_id = greatest(b.student_id, b.twin_id))
    ORDER BY b.student_id, b.kind, b.twin_id
)
INSERT INTO students_problemrecord (student_id, kind, twin_id, found_by, vouched_case, settled, case_number)
SELECT student_id, kind, twin_id, %(found_by)s, '', '', '' FROM asked
ON CONFLICT (student_id, kind) WHERE closed_at IS NULL DO NOTHING
RETURNING id, student_id, kind
"""  # noqa: S608 - put together from the fixed texts above


def check(ids: Sequence[int], found_by: str) -> int:
    """查重 of these pupils against all: a record on each side of every new pair. Returns how many were opened."""
    if not ids:
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_OPEN, {"ids": list(ids), "found_by": found_by})
        return _told(cursor.fetchall(), found_by)


def open_for(reasons: dict[int, str], found_by: str) -> int:
    """Problems of one pupil alone: what the population register says of it, by the pupil's id (R1.7). One that was
    vouched for is not asked again as long as name and identity number stay what they were."""
    if not reasons:
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO students_problemrecord (student_id, kind, found_by, vouched_case, settled, case_number)"
            " SELECT w.student, w.kind, %s, '', '', '' FROM unnest(%s::bigint[], %s::text[]) AS w(student, kind)"
            " WHERE NOT EXISTS (SELECT FROM students_problemrecord p WHERE p.student_id = w.student AND p.kind = w.kind"
            "     AND p.settled = 'vouched' AND NOT EXISTS (SELECT FROM students_fieldchange c"
            "         WHERE c.student_id = w.student AND c.field IN ('name', 'id_number') AND c.at > p.closed_at))"
            " ON CONFLICT (student_id, kind) WHERE closed_at IS NULL DO NOTHING RETURNING id, student_id, kind",
            [found_by, list(reasons), [str(kind) for kind in reasons.values()]],
        )
        return _told(cursor.fetchall(), found_by)


_CHANGED = """
SELECT s.id FROM students_populationperson p JOIN students_student s ON s.id_number_index = p.index
WHERE p.replaced AND s.school_id IS NOT NULL ORDER BY s.id
"""


def open_changed(found_by: str) -> int:
    """Pupils, whatever number they hold, whose identity number the register says was replaced by another (R1.5)."""
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED)
        changed = [pk for (pk,) in cursor.fetchall()]
    return open_for(dict.fromkeys(changed, ProblemKind.ID_CHANGED), found_by)


def of(student: Student) -> list[ProblemRecord]:
    """The open problem records for which what is asked for waits (R3.1b); see :data:`HOLD_NOBODY`."""
    return list(ProblemRecord.objects.filter(student=student, closed_at=None).exclude(kind__in=HOLD_NOBODY))


def _told(rows: list[tuple], found_by: str) -> int:
    """One line of the trail for all that were opened at once."""
    if rows:
        opened = [{"problem": pk, "student": student, "kind": kind} for pk, student, kind in rows[:500]]
        body = {"found_by": found_by, "count": len(rows), "opened": opened}
        audit.record(CHAIN, "checks", "problem.opened", body)
    return len(rows)


_HOLDERS = """
SELECT n.student_id FROM students_registrationnumber n
WHERE n.closed_at IS NULL AND n.kind = 'L' AND n.student_id > %s ORDER BY n.student_id LIMIT %s
"""


def sweep(piece: int = PIECE) -> int:
    """The nightly 查重: all who hold no formal number yet against everybody, piece by piece (R1.7)."""
    last, opened = 0, 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_HOLDERS, [last, piece])
            ids = [pk for (pk,) in cursor.fetchall()]
        if not ids:
            return opened
        opened += check(ids, "nightly")
        last = ids[-1]


# A pair that no longer agrees in what it was asked about, or of which one record is gone, is no question any more.
_STALE = f"""
UPDATE students_problemrecord p SET closed_at = ledger_now(), settled = %(how)s, case_number = %(case)s
FROM students_student s, students_student t
WHERE p.closed_at IS NULL AND s.id = p.student_id AND t.id = p.twin_id
  AND (p.student_id = ANY(%(ids)s) OR p.twin_id = ANY(%(ids)s))
  AND (s.school_id IS NULL OR t.school_id IS NULL
       OR p.kind = '{ProblemKind.ID_DUPLICATE.value}' AND s.id_number_index IS DISTINCT FROM t.id_number_index
       OR p.kind = '{ProblemKind.PERSON_DUPLICATE.value}'
          AND (({folded_in_sql("s.name")}, s.sex, s.birth_date) IS DISTINCT FROM ({folded_in_sql("t.name")}, t.sex, t.birth_date)
               OR NOT ({_ASKED})))
RETURNING p.id
"""  # noqa: S608 - put together from the fixed texts above


def recheck(ids: Iterable[int], case_number: str, how: str = Settlement.AMENDED) -> int:
    """After a pupil's key information or record changed: problems of pairs that no longer agree are settled by it."""
    with connection.cursor() as cursor:
        cursor.execute(_STALE, {"ids": list(ids), "how": str(how), "case": case_number})
        return len(cursor.fetchall())


# What the population register says of one pupil alone; asked anew at every comparison.
OF_REGISTER = (ProblemKind.ID_NOT_FOUND, ProblemKind.ID_NAME_MISMATCH, ProblemKind.ID_CHANGED)


def answered(ids: Iterable[int], case_number: str, kinds: Sequence[str] = OF_REGISTER) -> int:
    """The register knows these pupils now: what it had said of them is settled. How many problems."""
    rows = ProblemRecord.objects.filter(student__in=list(ids), kind__in=kinds, closed_at=None)
    return rows.update(closed_at=Now(), settled=Settlement.AMENDED, case_number=case_number)


def settle(problem: ProblemRecord, how: str, case_number: str, now: datetime) -> None:
    """One problem is answered; in the transaction of the case that decided it."""
    ProblemRecord.objects.filter(pk=problem.pk, closed_at__isnull=True).update(
        closed_at=now, settled=how, case_number=case_number
    )
