"""查重: who is perhaps the same child as whom, over all pupils, a set at once (R1.7, R1.9).

Two grades count. The same identity number is certain to be asked about. The same name, sex and birth date is asked
about only where one of the two has no identity number: two numbers tell two children apart. Pairs of which it was
settled that they are two (:class:`students.duplicates.models.KnownTwins`) are not found again.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db import connection

from students.pupil.models import ProblemKind
from web.text import folded_in_sql
from web.words import zh

CLAUSE = zh("附件1 一.1")
NUMBER, PERSON = ProblemKind.ID_DUPLICATE, ProblemKind.PERSON_DUPLICATE


@dataclass(frozen=True, slots=True)
class Who:
    """What is compared of a child: the blind index of its identity number (``None`` without one), and the rest."""

    index: bytes | None
    name: str
    sex: str
    birth_date: date


class Match(NamedTuple):
    """A pupil who may be the same child; ``kind`` says in what they agree, ``numbered`` whether it has an identity number."""

    at: int
    student_id: int
    key: str
    school_id: int
    school: str
    kind: str
    name: str = ""
    numbered: bool = False
    guardians: tuple[str, ...] = ()


_TOLD = """s.name, s.id_number_index IS NOT NULL,
       ARRAY(SELECT g.name::text FROM students_guardian g WHERE g.student_id = s.id AND g.name <> '' ORDER BY g.place)"""
_FIND = f"""
SELECT w.at, s.id, s.key::text, u.id, u.name, '{NUMBER.value}', {_TOLD}
FROM unnest(%(at)s::int[], %(indexes)s::bytea[]) AS w(at, index)
JOIN students_student s ON s.id_number_index = w.index
JOIN orgs_unit u ON u.id = s.school_id
UNION ALL
SELECT w.at, s.id, s.key::text, u.id, u.name, '{PERSON.value}', {_TOLD}
FROM unnest(%(at)s::int[], %(indexes)s::bytea[], %(names)s::text[], %(sexes)s::text[], %(births)s::date[])
     AS w(at, index, name, sex, birth_date)
JOIN students_student s ON {folded_in_sql("s.name")} = {folded_in_sql("w.name")} AND s.birth_date = w.birth_date AND s.sex = w.sex
JOIN orgs_unit u ON u.id = s.school_id
WHERE w.index IS NULL OR s.id_number_index IS NULL
ORDER BY 1, 2
"""  # noqa: S608 - put together from the fixed texts above


def find(children: Sequence[Who]) -> dict[int, list[Match]]:
    """For each child that is not registered yet, by its place in ``children``: the pupils it may be. One statement."""
    if not children:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            _FIND,
            {
                "at": list(range(len(children))),
                "indexes": [one.index for one in children],
                "names": [one.name for one in children],
                "sexes": [one.sex for one in children],
                "births": [one.birth_date for one in children],
            },
        )
        found: dict[int, list[Match]] = defaultdict(list)
        for row in cursor.fetchall():
            found[row[0]].append(Match._make([*row[:-1], tuple(row[-1])]))
    return dict(found)


# Pairs of registered pupils, each pupil on its own line; without those who are known to be two.
PAIRS = f"""
SELECT s.id AS student_id, t.id AS twin_id, '{NUMBER.value}' AS kind
FROM students_student s
JOIN students_student t ON t.id_number_index = s.id_number_index AND t.id <> s.id AND t.school_id IS NOT NULL
WHERE s.id = ANY(%(ids)s) AND s.school_id IS NOT NULL
UNION ALL
SELECT s.id, t.id, '{PERSON.value}'
FROM students_student s
JOIN students_student t ON {folded_in_sql("t.name")} = {folded_in_sql("s.name")} AND t.birth_date = s.birth_date AND t.sex = s.sex AND t.id <> s.id
     AND t.school_id IS NOT NULL AND (t.id_number_index IS NULL OR s.id_number_index IS NULL)
WHERE s.id = ANY(%(ids)s) AND s.school_id IS NOT NULL
"""  # noqa: S608 - put together from the fixed texts above
