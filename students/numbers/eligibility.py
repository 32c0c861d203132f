"""Who gets which formal number, and who is held back and why: the one place that decides it (R1.1, R1.2, R1.7).

Asked twice for each pupil: by the comparison (with the register's answers), and again under the pupils' row locks
when numbers are given, whether anything has changed since.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from django.db import connection

from students.numbers.models import HeldBack
from students.numbers.population import Asked, Found, Register
from students.pupil import identity, sealing
from students.pupil.models import NumberKind
from web.text import folded_in_sql

RESIDENT_CARD = "1"
_REASON = {
    Found.NOT_FOUND: HeldBack.NOT_FOUND,
    Found.NAME_MISMATCH: HeldBack.NAME_MISMATCH,
    Found.CHANGED: HeldBack.ID_CHANGED,
    Found.UNAVAILABLE: HeldBack.UNAVAILABLE,
}


@dataclass(frozen=True)
class Candidate:
    """A holder of L with all that decides about its formal number."""

    student_id: int
    school_id: int
    division: str
    name: str
    sex: str
    birth_date: date
    id_type: str
    id_number_sealed: bytes | None
    id_number_index: bytes | None
    letter: str
    problem: bool
    id_twin: bool
    person_twin: bool

    @property
    def wanted(self) -> str:
        """G with a resident identity number, J without one (R1.2)."""
        return NumberKind.G if self.id_number_sealed and self.id_type == RESIDENT_CARD else NumberKind.J

    @property
    def seen(self) -> bytes:
        """A keyed digest of what was compared: another name, number, sex, birth date or division is another digest."""
        told = (self.name, self.sex, self.birth_date, self.id_type, self.division)
        text = "\x1f".join(map(str, told)) + (bytes(self.id_number_index or b"").hex())
        return sealing.blind_index(text, "issuing.seen")

    @property
    def obstacle(self) -> str:
        """What the program's own records say against a formal number; the duplicate check's part (查重)."""
        if self.problem:
            return HeldBack.PROBLEM
        if self.wanted == NumberKind.G:
            return HeldBack.ID_DUPLICATE if self.id_twin else ""
        if self.person_twin:
            return HeldBack.PERSON_DUPLICATE
        return "" if len(self.division) == 6 else HeldBack.NO_DIVISION

    def id_number(self) -> str:
        """The identity number in clear, in memory only."""
        sealed = cast("bytes", self.id_number_sealed)  # asked of who is to have a G, which is made of it
        return sealing.unseal(sealed, "students_student", "id_number_sealed", self.student_id)


@dataclass(frozen=True)
class Verdict:
    """A pupil's ``letter`` to be given, or the ``reason`` for holding back."""

    candidate: Candidate
    letter: str
    reason: str = ""


def read(ids: Sequence[int], lock: bool = False) -> list[Candidate]:
    """The pupils among ``ids`` who hold a current number and are at a school; with their rows locked when asked.

    The lock is taken by a statement of its own, so that what is read afterwards is what the lock holds still.
    """
    with connection.cursor() as cursor:
        if lock:
            cursor.execute(
                "SELECT id FROM students_student WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [list(ids)]
            )
        cursor.execute(_READ, [list(ids)])
        return [Candidate(*row) for row in cursor.fetchall()]


# What the register said of a pupil is no obstacle: it is asked anew, and by its number a child is told from a namesake. Pairs known to be two children are no longer asked about; a record that was removed is nobody's twin (R1.9).
_TWO = """EXISTS (SELECT FROM students_knowntwins k
           WHERE k.first_id = least(s.id, t.id) AND k.second_id = greatest(s.id, t.id))"""
_READ = f"""
SELECT s.id, s.school_id, u.division_code, s.name, s.sex, s.birth_date, s.id_type, s.id_number_sealed,
       s.id_number_index, n.kind,
       EXISTS (SELECT FROM students_problemrecord p
               WHERE p.student_id = s.id AND p.closed_at IS NULL
                 AND p.kind NOT IN ('no_id', 'id_not_found', 'id_name_mismatch', 'id_changed')
                 AND NOT (p.kind = 'person_duplicate' AND s.id_number_sealed IS NOT NULL AND s.id_type = '{RESIDENT_CARD}')),
       s.id_number_index IS NOT NULL AND EXISTS (SELECT FROM students_student t
               WHERE t.id_number_index = s.id_number_index AND t.id <> s.id AND t.school_id IS NOT NULL
                 AND NOT {_TWO}),
       EXISTS (SELECT FROM students_student t
               WHERE {folded_in_sql("t.name")} = {folded_in_sql("s.name")} AND t.birth_date = s.birth_date AND t.sex = s.sex AND t.id <> s.id
                 AND t.school_id IS NOT NULL AND NOT {_TWO})
FROM students_student s
JOIN students_registrationnumber n ON n.student_id = s.id AND n.closed_at IS NULL
JOIN orgs_unit u ON u.id = s.school_id
WHERE s.id = ANY(%s) ORDER BY s.id
"""  # noqa: S608 - put together from the fixed texts above


def judge(candidates: Sequence[Candidate], register: Register, today: date) -> list[Verdict]:
    """One verdict a pupil. Without the register's ``MATCH`` nobody gets a G. Asks the register outside of any lock."""
    verdicts, asked = [], []
    for candidate in candidates:
        if candidate.obstacle or candidate.wanted == NumberKind.J:
            verdicts.append(Verdict(candidate, candidate.wanted, candidate.obstacle))
            continue
        number = _valid(candidate, today)
        if number is None:
            verdicts.append(Verdict(candidate, NumberKind.G, HeldBack.ID_INVALID))
        else:
            asked.append((candidate, number))
    answers = register.compare([Asked(number.text, candidate.name) for candidate, number in asked])
    for (candidate, _), found in zip(asked, answers, strict=True):
        reason = "" if found is Found.MATCH else _REASON[found]
        verdicts.append(Verdict(candidate, NumberKind.G, reason))
    return verdicts


def _valid(candidate: Candidate, today: date) -> identity.IdNumber | None:
    """The identity number where it is well formed and says the same sex and birth date as the record."""
    try:
        number = identity.check_id_number(candidate.id_number(), today)
    except identity.IdentityError:
        return None
    return None if identity.cross_check(number, candidate.birth_date, candidate.sex) else number
