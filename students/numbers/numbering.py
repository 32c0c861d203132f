"""学籍号: L at creation; L→G, L→J, J→G, G→G; none is ever used twice (R1.1–R1.5, R1.8).

Every number is written by :func:`give`, a handful of statements however many pupils. Nothing here asks the letter
to refuse or delay anybody (R1.8). The caller holds the pupils' row locks; the database's walls (sql/triggers.sql) hold
whoever comes another way.
"""

import json
import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import NamedTuple

from django.db import connection

from ledger import audit
from students.numbers.models import HeldBack
from students.numbers.population import Found
from students.pupil import identity, sealing
from students.pupil.models import NumberKind, RegistrationNumber, Student
from web.refusals import refuse
from web.words import zh

CLAUSE = zh("附件1 一.1")
CHANGE_CLAUSE = zh("附件1 一.2")
CHAIN = "numbers"
FORMAL = zh("下发正式学籍号")
ID_SUPPLIED = zh("补充身份证号后换发")
ID_CHANGED = zh("身份证号变更后换发")
_TABLE = RegistrationNumber._meta.db_table


class Given(NamedTuple):
    """A number that was written: whose, its row's id, its letter."""

    student_id: int
    number_id: int
    letter: str


class Place(NamedTuple):
    """What L and J are made of: the school's division and the birth date."""

    student_id: int
    division: str
    birth_date: date


# ---------------------------------------------------------------- writing


def give(
    texts: dict[int, str],
    *,
    reason: str,
    actor: str,
    action: str,
    case_number: str = "",
    about: dict | None = None,
) -> list[Given]:
    """Close the current number of each pupil and open the new one; texts by the pupil's id, in clear.

    ``reason`` closes the old ones; ``about`` goes into every audit entry, which holds ids and letters only.
    Raises IntegrityError where a wall stands.
    """
    if not texts:
        return []
    pupils = sorted(texts)
    ids = _reserve(len(pupils))
    sealer = sealing.sealer(_TABLE, "sealed")
    letters = [texts[pk][0] for pk in pupils]
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE, [reason, case_number, pupils])
        cursor.execute(
            _OPEN,
            [
                ids,
                pupils,
                letters,
                [sealer.seal(texts[pk], row) for pk, row in zip(pupils, ids, strict=True)],
                [sealing.blind_index(texts[pk]) for pk in pupils],
            ],
        )
        cursor.execute(_AUDIT, [CHAIN, actor, action, _json(about), ids, pupils, letters])
    return [Given(*row) for row in zip(pupils, ids, letters, strict=True)]


def close(student: int, *, reason: str, actor: str, case_number: str) -> None:
    """Close a pupil's current number and open none: its record was removed (R1.9). The number is never given again."""
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE + " RETURNING id, kind", [reason, case_number, [student]])
        for pk, letter in cursor.fetchall():
            body = {"student": student, "number": pk, "letter": letter, "case": case_number}
            audit.record(CHAIN, actor, "number.closed", body, subject=f"number:{pk}")


_CLOSE = f"""
UPDATE {_TABLE} SET closed_at = greatest(ledger_now(), issued_at), closed_reason = %s, closed_case = %s
WHERE student_id = ANY(%s) AND closed_at IS NULL
"""  # noqa: S608
_OPEN = f"""
INSERT INTO {_TABLE} (id, student_id, kind, sealed, index, issued_at, closed_reason, closed_case)
SELECT w.id, w.student, w.kind, w.sealed, w.index, greatest(now(),
       (SELECT max(closed_at) FROM {_TABLE} o WHERE o.student_id = w.student)), '', ''
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::bytea[], %s::bytea[]) AS w(id, student, kind, sealed, index)
"""  # noqa: S608
_AUDIT = """
INSERT INTO ledger_auditentry (chain, seq, actor, action, subject, body)
SELECT %s, 0, %s, %s, 'student:' || s.key, %s::jsonb
       || jsonb_build_object('student', w.student, 'number', w.id, 'letter', w.kind)
FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS w(id, student, kind)
JOIN students_student s ON s.id = w.student
"""


def _json(about: dict | None) -> str:
    return json.dumps(about or {})


def _reserve(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [_TABLE, count]
        )
        return [row[0] for row in cursor.fetchall()]


def used(indexes: Iterable[bytes]) -> set[bytes]:
    """Which of the blind indexes belong to a number that was ever given, to whomever."""
    found = RegistrationNumber.objects.filter(index__in=list(indexes)).values_list("index", flat=True)
    return {bytes(index) for index in found}


# ---------------------------------------------------------------- L and J: made of place and birth date


def issue_first(places: list[Place], actor: str) -> list[Given]:
    """The L of pupils who were just created (R1.8). Raises IdentityError where a division's codes are used up."""
    texts = free_texts(places, NumberKind.L)
    if missing := [place for place in places if place.student_id not in texts]:
        identity.compose_l(missing[0].division, missing[0].birth_date, 10_000)
    return give(texts, reason="", actor=actor, action="number.first")


def free_texts(places: list[Place], letter: str) -> dict[int, str]:
    """A number never given before for each place, by the pupil's id; a pupil whose sequence is used up has none.

    L takes its last four by chance, J the lowest sequence that is free. Candidates are asked for in growing portions,
    so the number of statements does not grow with the pupils. Of two writers that choose the same, the unique
    index lets one through and the other's transaction begins anew.
    """
    groups: dict[tuple[str, date], list[int]] = defaultdict(list)
    for place in places:
        groups[place.division, place.birth_date].append(place.student_id)
    candidates = {(division, born): _candidates(division, born, letter) for division, born in groups}
    chosen: dict[int, str] = {}
    portion = 1
    while groups:
        offered = {
            key: [
                (text, sealing.blind_index(text)) for text in islice(candidates[key], len(waiting) * portion)
            ]
            for key, waiting in groups.items()
        }
        taken = used(index for texts in offered.values() for _, index in texts)
        for key, texts in offered.items():
            free = [text for text, index in texts if index not in taken]
            waiting = groups[key]
            chosen.update(zip(waiting, free, strict=False))
            groups[key] = waiting[len(free) :]
        groups = {key: waiting for key, waiting in groups.items() if waiting and offered[key]}
        portion *= 4
    return chosen


def _candidates(division: str, birth_date: date, letter: str) -> Iterator[str]:
    if letter == NumberKind.J:
        return (identity.compose_j(division, birth_date, code) for code in range(1000))
    return (identity.compose_l(division, birth_date, code) for code in _by_chance(10_000))


def _by_chance(many: int) -> Iterator[int]:
    """Every whole number below ``many`` once, in an order of chance; drawn one by one, because of a day's ten thousand
    codes a school takes a handful."""
    drawn: set[int] = set()
    while len(drawn) < many // 2:
        code = secrets.randbelow(many)
        if code not in drawn:
            drawn.add(code)
            yield code
    rest = [code for code in range(many) if code not in drawn]
    secrets.SystemRandom().shuffle(rest)
    yield from rest


# ---------------------------------------------------------------- J→G, G→G: another identity number


def change_identity(
    student: Student, id_number: str, today: date, found: Found, *, actor: str, case_number: str
) -> Given | None:
    """A supplied or changed identity number (R1.3, R1.5): stored, and the formal number follows it.

    ``found`` is the register's answer for this number and the pupil's name, asked for before the lock. A holder of L
    keeps it until a batch gives the G (R1.1). The caller holds the pupil's row lock. Raises Refused, IdentityError.
    """
    checked = identity.check_id_number(id_number, today)
    sentences = identity.cross_check(checked, student.birth_date, student.sex)
    if sentences:
        refuse("identity_contradiction", sentences[0], CHANGE_CLAUSE)
    _refuse_unmatched(found)
    index = sealing.blind_index(checked.text)
    if Student.objects.filter(id_number_index=index).exclude(pk=student.pk).exists():
        refuse(
            "id_duplicate", zh("查重没有通过：另有学生使用这个身份证号，请先按问题学籍处理。"), CHANGE_CLAUSE
        )
    text = identity.compose_g(checked)
    current = RegistrationNumber.objects.get(student=student, closed_at__isnull=True)
    formal = current.kind != NumberKind.L and bytes(current.index) != sealing.blind_index(text)
    if formal and used([sealing.blind_index(text)]):
        refuse(
            "number_taken",
            zh(
                "{number_taken_label}，学籍号不重复使用，请报自治区处理。",
                number_taken_label=HeldBack.NUMBER_TAKEN.label,
            ),
            CHANGE_CLAUSE,
        )
    student.id_type = "1"
    student.id_number_sealed = sealing.seal(checked.text, "students_student", "id_number_sealed", student.pk)
    student.id_number_index = index
    student.save(update_fields=["id_type", "id_number_sealed", "id_number_index"])
    if not formal:
        return None
    reason = ID_SUPPLIED if current.kind == NumberKind.J else ID_CHANGED
    return give(
        {student.pk: text}, reason=reason, actor=actor, action="number.changed", case_number=case_number
    )[0]


def _refuse_unmatched(found: Found) -> None:
    sentences = {
        Found.NOT_FOUND: zh("人口信息库中没有这个身份证号，请与证件原件核对。"),
        Found.NAME_MISMATCH: zh("身份证号与姓名不一致，请与证件原件核对。"),
        Found.CHANGED: zh("人口信息库中这个身份证号已变更，请按新证件填写。"),
        Found.UNAVAILABLE: zh("人口信息库暂时不能比对，未比对不能换号，请稍后再办。"),
    }
    if found is not Found.MATCH:
        refuse(f"population_{found.value}", sentences[found], CHANGE_CLAUSE)
