"""The record of a pupil as one set of texts by key, gathered from where each item stands, and put back there."""

from dataclasses import dataclass, field
from datetime import date

from students.pupil import identity, sealing
from students.pupil.models import CodeTable, Guardian, PupilRecord, Student
from students.record.fields import BY_KEY, FIELDS, GUARDIANS, RecordField
from web import pinyin

_BOOLEAN = {"migrant_worker_child", "permit_held", "is_guardian"}
_DATES = {"birth_date", "entered_on", "permit_issued_on"}


@dataclass
class Record:
    """A pupil's record. ``values`` holds every item but the sealed ones; of those, ``given`` tells which exist."""

    student: Student
    row: PupilRecord
    guardians: dict[int, Guardian]
    values: dict[str, str]
    given: frozenset[str] = field(default_factory=frozenset)

    def plain(self, item: RecordField) -> str:
        """A sealed item in clear, or an empty text. For checks, masks and recorded reveals only."""
        table, row, pk = self._sealed(item)
        sealed = getattr(row, f"{item.column}_sealed", None)
        return "" if sealed is None else sealing.unseal(sealed, table, f"{item.column}_sealed", pk)

    def masked(self, item: RecordField) -> str:
        """A sealed item as a page may show it."""
        mask = identity.mask_phone if item.kind == "phone" else identity.mask_number
        return mask(self.plain(item))

    def complete(self) -> dict[str, str]:
        """All values, the sealed ones in clear: what the checks look at."""
        return self.values | {key: self.plain(BY_KEY[key]) for key in self.given}

    def _sealed(self, item: RecordField):
        if item.store == "student_sealed":
            return "students_student", self.student, self.student.pk
        if item.store == "sealed":
            return "students_pupilrecord", self.row, self.student.pk
        row = self.guardians.get(item.place)
        return "students_guardian", row, row.pk if row else None


def record_of(student: Student) -> Record:
    """The record of a pupil as it stands, in two queries."""
    return records_of([student])[0]


def records_of(students: list[Student]) -> list[Record]:
    """The records of pupils, in their order; two queries however many they are."""
    rows = {row.student_id: row for row in PupilRecord.objects.filter(student__in=students)}
    guardians: dict[int, dict[int, Guardian]] = {}
    for one in Guardian.objects.filter(student__in=students):
        guardians.setdefault(one.student_id, {})[one.place] = one
    return [
        _gathered(
            student, rows.get(student.pk) or PupilRecord(student=student), guardians.get(student.pk, {})
        )
        for student in students
    ]


def _gathered(student: Student, row: PupilRecord, guardians: dict[int, Guardian]) -> Record:
    record = Record(student, row, guardians, {})
    given = set()
    for item in FIELDS:
        if item.secret:
            if getattr(record._sealed(item)[1], f"{item.column}_sealed", None) is not None:
                given.add(item.key)
        elif item.store != "elsewhere":
            record.values[item.key] = _text(record, item)
    record.values["name_pinyin"] = record.values["name_pinyin"] or pinyin.main_reading(student.name)
    record.given = frozenset(given)
    return record


def _text(record: Record, item: RecordField) -> str:
    guardian = record.guardians.get(item.place) if item.place else None
    if item.place and guardian is None:
        return ""
    if item.store.endswith("details"):
        details = guardian.details if guardian else record.row.details
        return details.get(item.column, "")
    row = {"student": record.student, "record": record.row, "guardian": guardian}[item.store]
    value = getattr(row, item.column)
    if value is None:
        return ""
    if item.column in _BOOLEAN:
        return "1" if value else "0"
    return value.isoformat() if isinstance(value, date) else str(value)


def put(record: Record, changes: dict[str, str]) -> None:
    """Write the changed items where each stands; the caller holds the pupil's row lock and has checked them."""
    student_columns: list[str] = []
    for key, text in changes.items():
        item = BY_KEY[key]
        if item.secret:
            continue
        if item.store == "student":
            student_columns.append(item.column)
            setattr(record.student, item.column, typed(item, text))
        elif item.store == "record":
            setattr(record.row, item.column, typed(item, text))
        elif item.store == "details":
            _keep(record.row.details, item.column, text)
        else:
            guardian = _guardian(record, item)
            if item.store == "guardian":
                setattr(guardian, item.column, typed(item, text))
            else:
                _keep(guardian.details, item.column, text)
    if "name_pinyin" in changes:
        record.student.pinyin = pinyin.search_text(record.student.name, changes["name_pinyin"])
        student_columns.append("pinyin")
    if student_columns:
        record.student.save(update_fields=student_columns)
    _put_sealed(record, {key: text for key, text in changes.items() if BY_KEY[key].secret})
    record.row.revision += 1
    record.row.save()
    for place in {BY_KEY[key].place for key in changes} - {0}:
        record.guardians[place].save()


def _put_sealed(record: Record, changes: dict[str, str]) -> None:
    for key, text in changes.items():
        item = BY_KEY[key]
        if item.place and _guardian(record, item).pk is None:
            record.guardians[item.place].save()  # a number is bound to its row, which must have an id
        table, row, pk = record._sealed(item)
        column = f"{item.column}_sealed"
        setattr(row, column, sealing.seal(text, table, column, pk) if text else None)


def _guardian(record: Record, item: RecordField) -> Guardian:
    if item.place not in record.guardians:
        record.guardians[item.place] = Guardian(
            student=record.student, place=item.place, name="", relation="", is_guardian=False
        )
    return record.guardians[item.place]


def typed(item: RecordField, text: str):
    """A text of an item as its column holds it: a date, true or false, or the text itself."""
    if item.column in _BOOLEAN:
        return None if text == "" and item.column == "permit_held" else text == "1"
    if item.column in _DATES:
        return date.fromisoformat(text) if text else None
    return (text or None) if item.column == "local_number" else text


def _keep(details: dict, name: str, text: str) -> None:
    if text:
        details[name] = text
    else:
        details.pop(name, None)


def of_guardian(who: str) -> tuple[RecordField, ...]:
    """The items of one guardian that a record keeps."""
    return tuple(item for item in FIELDS if item.block == who and item.store != "elsewhere")


def code_names() -> dict[str, dict[str, str]]:
    """Table → code → name for every code table of the dictionary but the divisions; one query."""
    tables = {item.table for item in FIELDS if item.table and item.kind == "code"}
    found: dict[str, dict[str, str]] = {}
    for table, code, name in CodeTable.objects.filter(table__in=tables).values_list("table", "code", "name"):
        found.setdefault(table, {})[code] = name
    return found


def division_names(codes: set[str]) -> dict[str, str]:
    """What the first six digits of each code name, with the province and league before it; unknown ones are absent."""
    six = {code[:6] for code in codes if code}
    wanted = six | {f"{code[:4]}00" for code in six} | {f"{code[:2]}0000" for code in six}
    rows = CodeTable.objects.filter(table__in=("divisions_cn", "divisions_im_historic"), code__in=wanted)
    known = dict(rows.order_by("-table").values_list("code", "name")) if wanted else {}
    return {
        code: "".join(
            dict.fromkeys(known[part] for part in (f"{code[:2]}0000", f"{code[:4]}00", code) if part in known)
        )
        for code in six
        if code in known
    }


__all__ = ["GUARDIANS", "Record", "code_names", "division_names", "put", "record_of", "records_of"]
