"""The table of 招生: each line names a graduate by number and name; what cannot be recruited is told line by line (R4.5)."""

from collections.abc import Callable
from datetime import date, datetime

from orgs.people.models import Unit
from students.admission.recruitment import actions as recruitment
from students.admission.registration import table_remarks
from students.onward.models import RecruitedPupil, Recruiting
from students.pupil import identity, sealing
from students.pupil.models import RegistrationNumber, Student
from students.tables import columns as tables
from students.tables import imports
from students.tables.columns import Column, Fault, Row, Table
from students.tables.models import ImportBatch, ImportKind
from web.text import folded
from web.words import zh

TITLE = zh("招生名册")
NOTES = (
    "第 1 行是列名，不要改；从第 2 行起每行填一名被录取的毕业生。",
    "学籍号或身份证件号填一个即可，请保持“文本”格式；姓名用来核对，须与学籍一致。",
    "只列本省（自治区）的毕业生；外省毕业的用“毕业后就学”办理。学生报到后学籍才转入。",
)
_NUMBER, _NAME, _CLASS = (
    Column(
        "number",
        "学籍号或身份证件号",
        required=True,
        hint="现用或曾用的学籍号都可以；请把单元格设为文本",
        own=True,
    ),
    Column("name", "姓名", required=True, own=True),
    Column("class", "班级", hint="班号，如 1；还没有编班的不填"),
)
COLUMNS = [_NUMBER, _NAME, _CLASS]


def judge(
    table: Table,
    unit: Unit,
    day: date,
    progress: Callable[[int], None],
    answers: imports.Answers,
) -> imports.Verdict:
    """Every line: whom it names, and whether the school may recruit that pupil."""
    verdict = imports.Verdict(answers)
    read = [(row, *_read(table, row, day, verdict.faults)) for row in table.rows]
    progress(len(table.rows))
    pupils = _pupils({index for _, index, _, _ in read if index is not None})
    own = _listed_here(unit, {pupil.pk for pupil in pupils.values()})
    found = recruitment.troubles(pupils.values(), unit, day, list(own.values()))
    seen: dict[int, int] = {}
    for row, index, name, number in read:
        if index is None or name is None or row.bad:
            continue
        pupil = pupils.get(index)
        if pupil is None or folded(pupil.name) != folded(name):
            told = "没有这个号码和姓名都相符的学生，请核对号码和姓名（两项都要与学籍一致）。"
            verdict.faults.append(table.fault(row.line, _NUMBER, told))
        elif (first := seen.setdefault(pupil.pk, row.line)) != row.line:
            told = f"与第 {first} 行是同一名学生，请删去重复的一行。"
            verdict.faults.append(table.fault(row.line, _NUMBER, told))
        elif pupil.pk in found:
            why = found[pupil.pk]
            verdict.faults.append(table.fault(row.line, _NAME, f"{why.sentence}（{why.clause}）。"))
        elif pupil.pk in own:
            verdict.same.append(row.line)
        else:
            verdict.ready[row.line] = (pupil, number)
    verdict.told += table_remarks.unplaced([number for _, number in verdict.ready.values()])
    if verdict.same:
        verdict.told.append(f"{len(verdict.same)} 行的学生已在本校招生名册中，不会重复列入。")
    return verdict


def _read(table: Table, row: Row, day: date, faults: list[Fault]) -> tuple:
    """Blind index, name and class number of a line; ``None`` where one cannot be read."""
    index = name = number = None
    try:
        index = sealing.blind_index(identity.check_any_number(row.cells.get(_NUMBER.key, ""), day)[0])
    except identity.IdentityError as error:
        if _NUMBER.key not in row.bad:
            faults.append(table.fault(row.line, _NUMBER, error.sentence))
    try:
        name = identity.check_name(row.cells.get(_NAME.key, ""))
    except identity.IdentityError as error:
        if _NAME.key not in row.bad:
            faults.append(table.fault(row.line, _NAME, error.sentence))
    told = tables.class_number(row.cells.get(_CLASS.key, ""))
    if told is None:
        faults.append(table.fault(row.line, _CLASS, tables.CLASS_WANTED))
    else:
        number = told or None
    return index, name, number


def _pupils(indexes: set[bytes]) -> dict[bytes, Student]:
    """The pupils with these numbers, by what was asked for; two statements."""
    rows = Student.objects.select_related("school__authority")
    named = rows.filter(id_number_index__in=indexes)
    found = {bytes(index): pupil for pupil in named if (index := pupil.id_number_index) is not None}
    numbers = RegistrationNumber.objects.filter(index__in=indexes).values_list("index", "student_id")
    by_number = {bytes(index): pk for index, pk in numbers}
    pupils = rows.in_bulk(by_number.values())
    return found | {index: pupils[pk] for index, pk in by_number.items()}


def _listed_here(unit: Unit, students: set[int]) -> dict[int, int]:
    """Who is on the school's list already: pupil → row."""
    rows = RecruitedPupil.objects.filter(school=unit, student__in=students)
    rows = rows.filter(state__in=[Recruiting.LISTED, Recruiting.SENT, Recruiting.ADMITTED])
    return dict(rows.values_list("student_id", "pk"))


def write(ready: list[tuple[Student, int | None]], batch: ImportBatch, now: datetime) -> int:
    """List the pupils of an import."""
    classes = {pupil.pk: number for pupil, number in ready if number}
    school, by = batch.unit, batch.asked_by
    return len(recruitment.add([pupil for pupil, _ in ready], school, by, now, classes))


def refusal(unit: Unit | None, by, day: date):
    """Who may bring such a table."""
    return recruitment.seat_refusal(unit, by, day)


imports.register(
    imports.Kind(
        ImportKind.RECRUITMENT, TITLE, recruitment.CLAUSE, NOTES, lambda: COLUMNS, refusal, judge, write
    )
)
