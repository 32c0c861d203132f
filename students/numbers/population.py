"""身份比对: the port to the national population register and its default, an imported table (R1.7).

A register answers one :class:`Found` for each question. Whatever it cannot answer is ``UNAVAILABLE``, which never
passes anyone: only ``MATCH`` does. ``POPULATION_REGISTER`` in the settings names the class; it is asked outside of any
transaction and lock, because another adapter may wait for a network.
"""

import csv
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple, Protocol, TextIO

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string

from ledger import audit
from students.duplicates import problems
from students.numbers.models import PopulationPerson
from students.pupil import identity, sealing
from web.text import folded

CLAUSE = "附件1 一.1"
_HEADER, _FORMER = ["身份证号", "姓名"], "原身份证号"
_CHUNK = 5000


class Found(Enum):
    """What the register says of a number and a name."""

    MATCH = "match"
    NOT_FOUND = "not_found"
    NAME_MISMATCH = "name_mismatch"
    CHANGED = "changed"
    UNAVAILABLE = "unavailable"


class Asked(NamedTuple):
    """One question: an identity number that is well formed, and the name it should belong to."""

    id_number: str
    name: str


class Register(Protocol):
    """What every adapter can do."""

    def compare(self, asked: Sequence[Asked]) -> list[Found]:
        """One answer a question, in order. Never raises for a register that is away: ``UNAVAILABLE``."""
        ...


class LocalRegister:
    """The imported table. While nothing has been imported it answers nobody: ``UNAVAILABLE``."""

    def compare(self, asked: Sequence[Asked]) -> list[Found]:
        """One statement however many are asked."""
        if not asked:
            return []
        keys = [sealing.blind_index(one.id_number) for one in asked]
        rows = PopulationPerson.objects.filter(index__in=keys).values_list("index", "name_index", "replaced")
        known = {bytes(key): (bytes(name), replaced) for key, name, replaced in rows}
        if not known and not PopulationPerson.objects.exists():
            return [Found.UNAVAILABLE] * len(asked)
        return [_answer(known.get(key), one.name) for key, one in zip(keys, asked, strict=True)]


def _answer(row: tuple[bytes, bool] | None, name: str) -> Found:
    if row is None:
        return Found.NOT_FOUND
    name_index, replaced = row
    if name_index != _name_index(name):
        return Found.NAME_MISMATCH
    return Found.CHANGED if replaced else Found.MATCH


def _name_index(name: str) -> bytes:
    return sealing.blind_index(folded(name), "population.name")


def register() -> Register:
    """The register of the settings."""
    return import_string(settings.POPULATION_REGISTER)()


class ImportRefused(Exception):
    """The file was not taken in, nothing of it; ``sentences`` say which line and why, never a number."""

    def __init__(self, sentences: list[str]):
        super().__init__(sentences[0])
        self.sentences = sentences


def import_csv(file: TextIO, today, actor: str) -> int:
    """Take in a UTF-8 csv with the columns 身份证号, 姓名 and, where known, 原身份证号; all of it or nothing. Returns the
    number of rows.

    A number that stands already gets the name of the file. Pupils who are registered under a number that the register
    says was replaced become 问题学籍 (R1.9, R1.5). Raises :class:`ImportRefused`.
    """
    try:
        rows, faults = _read(csv.reader(file), today)
    except (UnicodeDecodeError, csv.Error):
        raise ImportRefused(["文件不是 UTF-8 编码的 csv，请另存为“CSV UTF-8”后再导入。"]) from None
    if faults or not rows:
        raise ImportRefused(faults or ["文件里没有数据行，请核对后再导入。"])
    with transaction.atomic():
        keys = list(rows.items())
        for start in range(0, len(keys), _CHUNK):
            _store(keys[start : start + _CHUNK])
        changed = problems.open_changed("register")
        audit.record("numbers", actor, "population.imported", {"rows": len(rows), "changed": changed})
    return sum(not replaced for _, replaced in rows.values())


def _read(lines, today) -> tuple[dict[bytes, tuple[bytes, bool]], list[str]]:
    """By the index of a number: the name's, and whether the number was replaced by another."""
    header = [cell.strip().lstrip("\ufeff") for cell in next(lines, [])]
    if header[:2] != _HEADER or header[2:] not in ([], [_FORMER]):
        return {}, ["第 1 行应为列名“身份证号,姓名”，可加第三列“原身份证号”，请改正后再导入。"]
    rows: dict[bytes, tuple[bytes, bool]] = {}
    former: dict[bytes, bytes] = {}
    faults: list[str] = []
    for line, cells in enumerate(lines, 2):
        if not any(cell.strip() for cell in cells):
            continue
        try:
            number = identity.check_id_number(cells[0], today).text
            name = _name_index(identity.check_name(cells[1] if len(cells) > 1 else ""))
            if len(cells) > 2 and cells[2].strip():
                former[sealing.blind_index(identity.check_id_number(cells[2], today).text)] = name
        except identity.IdentityError as error:
            faults.append(f"第 {line} 行：{error.sentence}")
            continue
        rows[sealing.blind_index(number)] = (name, False)
    return {key: (name, True) for key, name in former.items()} | rows, faults[:20]


def _store(rows: list[tuple[bytes, tuple[bytes, bool]]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO students_populationperson (index, name_index, replaced)"
            " SELECT * FROM unnest(%s::bytea[], %s::bytea[], %s::boolean[])"
            " ON CONFLICT (index) DO UPDATE SET name_index = excluded.name_index, replaced = excluded.replaced,"
            " imported_at = now()",
            [[key for key, _ in rows], [name for _, (name, _) in rows], [gone for _, (_, gone) in rows]],
        )
