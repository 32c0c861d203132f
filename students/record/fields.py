"""The dictionary of the record: 72 items in eight blocks, the residence permit and the system's own three, as data.

The list is ``data/student_fields.csv``; form, check, display, history and API are all driven by it, so that no field
is named in two places. A value is always a text: a code, a date as 2026-11-23, “0” or “1”, a number; empty for none.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from web.words import zh

DATA = Path(__file__).resolve().parent.parent / "data"
SEALED = ("sealed", "student_sealed", "guardian_sealed")
GUARDIANS = ("guardian1", "guardian2")
KEY_SENTENCE = zh(
    "姓名、性别、出生日期和身份证件类型、号码是关键信息，不在这里修改：由学校上传证明照片，"
    "县级核办，重新查重和比对后变更（附件1 一.3）。"
)


@dataclass(frozen=True)
class RecordField:
    """One item. ``no`` is its number in the national form; ``store`` says where it stands; ``edit`` who changes it:
    ``registrar`` directly, ``key`` by key information change only (R1.6), ``fixed`` by no form of the record."""

    no: str
    key: str
    label: str
    block: str
    block_label: str
    kind: str
    store: str
    edit: str
    required: bool
    volatile: bool
    longest: int
    table: str
    codes: str

    @property
    def secret(self) -> bool:
        """Stored sealed, shown masked, never written to the history in clear."""
        return self.store in SEALED

    @property
    def column(self) -> str:
        """The name inside its table or block: ``phone`` of ``guardian1.phone``."""
        return self.key.rpartition(".")[2]

    @property
    def place(self) -> int:
        """1 or 2 for an item of a guardian, else 0."""
        return GUARDIANS.index(self.block) + 1 if self.block in GUARDIANS else 0

    @cached_property
    def offered(self) -> frozenset[str]:
        """The codes that the national form lists for this item; empty where any code of the table fits."""
        if self.codes != "form":
            return frozenset()
        with (DATA / f"{self.table}.csv").open(encoding="utf-8", newline="") as file:
            return frozenset(
                row["code"] for row in csv.DictReader(file) if row["used_in_student_form"] == "1"
            )

    @cached_property
    def other_names(self) -> dict[str, tuple[str, ...]]:
        """What a choice is called besides its name, by code: short names, what the paper is called today."""
        path = DATA / f"{self.table}.csv"
        if not self.table or self.kind != "code" or not path.exists():
            return {}
        with path.open(encoding="utf-8", newline="") as file:
            rows = [
                (row.get("code") or row.get("order") or "", _names_in(row)) for row in csv.DictReader(file)
            ]
        return {code: names for code, names in rows if names and (not self.offered or code in self.offered)}


def _names_in(row: dict[str, str]) -> tuple[str, ...]:
    said = "；".join(row.get(column) or "" for column in ("short_name", "alias", "other_names"))
    return tuple(name.strip() for name in said.split("；") if name.strip())


def _read() -> tuple[RecordField, ...]:
    with (DATA / "student_fields.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            RecordField(
                no=row["no"],
                key=row["key"],
                label=zh(row["field"]),
                block=row["block_key"],
                block_label=zh(row["block"].replace("（2016 新增）", "")),
                kind=row["kind"],
                store=row["store"],
                edit=row["edit"],
                required=row["required"] == "1",
                volatile=row["volatile_per_seed_6"] == "1",
                longest=int(row["max_len_inferred"] or 0) or 200,
                table=row["code_table"].removesuffix(".csv"),
                codes=row["codes"],
            )
            for row in csv.DictReader(file)
        )


FIELDS = _read()
BY_KEY = {field.key: field for field in FIELDS}
BLOCKS = {field.block: field.block_label for field in FIELDS}
EDITABLE = {field.key: field for field in FIELDS if field.edit == "registrar"}
SECRET_KEYS = tuple(sorted(field.key for field in FIELDS if field.secret))


def of_block(block: str) -> tuple[RecordField, ...]:
    """The items of a block, in the order of the national form."""
    return tuple(field for field in FIELDS if field.block == block)


def missing(values: dict[str, str], fields: Iterable[RecordField] = FIELDS) -> list[RecordField]:
    """Required items that are still empty; they are told, and stop nothing (R0.1)."""
    return [field for field in fields if field.required and _kept(field) and not values.get(field.key)]


def _kept(field: RecordField) -> bool:
    return field.store != "elsewhere"
