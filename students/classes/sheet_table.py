"""The change sheet of a class as a table: the pupils with what the record says now, to be written over (R6.1)."""

from datetime import date

from students.admission.registration.actions import choices_of, hint_of, label_of
from students.classes import sheets
from students.classes.sheets import ITEMS, PupilsRefused
from students.pupil.models import SchoolClass
from students.record import values as record_values
from students.tables import columns as tables
from students.tables import reading as table_reading
from students.tables import workbooks
from students.tables.columns import Column, Fault
from web.text import folded, plain_name

KEY, NAME = "key", "name"
NOTES = (
    "每行一名本班学生，已填现在学籍中的内容；只改有变动的格，其他的不要动。空格表示不变，不表示清空。",
    "电话不显示现在的内容，有变动的才填，请保持“文本”格式。“编号”和“姓名”两列不要改。",
    "上传后变动列入本班变动表；送学籍管理员核对后，学籍才更新（附件1 六）。",
)


def columns(codes: dict[str, dict[str, str]] | None = None) -> list[Column]:
    """Whom a line is about, then the items."""
    codes = codes if codes is not None else record_values.code_names()
    items = [
        Column(k, label_of(item), choices=choices_of(item, codes), hint=hint_of(item), kind=item.kind)
        for k, item in ITEMS.items()
    ]
    return [Column(KEY, "编号", required=True, own=True), Column(NAME, "姓名", required=True), *items]


def of_class(school_class: SchoolClass) -> bytes:
    """The table with the pupils of the class; numbers are left out."""
    records = record_values.records_of(list(sheets.pupils_of(school_class)))
    rows = [
        {KEY: str(record.student.key), NAME: record.student.name}
        | {key: record.values.get(key, "") for key, item in ITEMS.items() if not item.secret}
        for record in records
    ]
    return tables.template("班级变动表", columns(), NOTES, rows)


def read(data: bytes, school_class: SchoolClass, day: date) -> dict[int, dict[str, str]]:
    """What a filled table says of the pupils of the class, by id. Raises :class:`TableRefused` for what is no such
    table, :class:`LinesRefused` with all that is wrong in it."""
    table = table_reading.read(data, columns(), workbooks.PAGE)
    pupils = {str(pupil.key): pupil for pupil in sheets.pupils_of(school_class)}
    known, faults = {column.key: column for column in columns()}, list(table.faults)
    said: dict[int, dict[str, str]] = {}
    lines: dict[int, int] = {}
    for row in table.rows:
        pupil = pupils.get(row.cells.get(KEY, ""))
        if row.bad & {KEY, NAME}:
            continue
        if pupil is None or folded(pupil.name) != folded(plain_name(row.cells.get(NAME, ""))):
            told = "编号和姓名与本班学生不符，请用本班下载的表格填写，这两列不要改。"
            faults.append(table.fault(row.line, known[KEY], told))
        elif pupil.pk in said:
            told = f"与第 {lines[pupil.pk]} 行是同一名学生，请删去重复的一行。"
            faults.append(table.fault(row.line, known[KEY], told))
        else:
            said[pupil.pk] = {key: text for key, text in row.cells.items() if key in ITEMS}
            lines[pupil.pk] = row.line
    try:
        sheets.judged([pupil for pupil in pupils.values() if pupil.pk in said], said, day)
    except PupilsRefused as error:
        for pk, errors in error.errors.items():
            faults += [table.fault(lines[pk], known.get(key), told) for key, told in errors.items()]
    if faults:
        raise LinesRefused(sorted(faults))
    return said


class LinesRefused(Exception):
    """Lines of a table cannot be so; ``faults`` says where and why. Nothing was written."""

    def __init__(self, faults: list[Fault]):
        self.faults = faults
        super().__init__(f"{len(faults)} faults")
