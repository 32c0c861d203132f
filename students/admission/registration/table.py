"""The table of 一年级新生: its lines judged together, those that are sound written together (R2.1)."""

from collections.abc import Callable
from datetime import date, datetime

from ledger import audit
from orgs.people.models import Unit
from students.admission.registration import actions as registration
from students.admission.registration import table_remarks
from students.admission.registration import writing as registration_writing
from students.admission.registration.actions import Newcomer
from students.duplicates.matching import NUMBER
from students.record import values as record_values
from students.tables import imports
from students.tables.columns import Column, Table
from students.tables.models import ImportBatch, ImportKind
from web.clock import local_date
from web.text import folded
from web.words import zh

TITLE = zh("一年级新生")
NOTES = (
    "第 1 行是列名，不要改；从第 2 行起每行填一名学生。带 * 的必填，其余可以以后在学籍信息中补。",
    "号码、电话请保持“文本”格式，不要改成数字，否则后几位会被表格程序改成 0。",
    "上传后先核对，确认后才写入。有错误的，可以改好后重新上传，也可以先写入无误的行，有误的行退回改好再传。已经在册的学生不会重复建立。",
)


def judge(
    table: Table,
    unit: Unit,
    day: date,
    progress: Callable[[int], None],
    answers: imports.Answers,
) -> imports.Verdict:
    """Every line by itself, then against the other lines, then against all pupils."""
    codes = record_values.code_names()
    columns = {column.key: column for column in registration.columns(codes)}
    verdict, read = imports.Verdict(answers), []
    for done, row in enumerate(table.rows, 1):
        newcomer = registration.read(row.cells, codes, day, row.bad)
        verdict.faults += table.told_at(row.line, columns, newcomer.errors)
        if not newcomer.errors:
            read.append((row, newcomer))
        if done % imports.CHUNK == 0:
            progress(done)
    registration.match([newcomer for _, newcomer in read])
    seen: dict[tuple, tuple[int, Newcomer]] = {}
    for row, newcomer in read:
        column = columns["id_number" if newcomer.who.index else "name"]
        if newcomer.here(unit):
            verdict.same.append(row.line)
        elif told := _wrong(newcomer, unit) or _twice(newcomer, row.line, seen):
            verdict.faults.append(table.fault(row.line, column, told))
        elif (asked := _question(table, row.line, column, newcomer, unit, seen)) is None or verdict.ask(
            asked
        ):
            verdict.ready[row.line] = newcomer
    verdict.told += table_remarks.of_newcomers(
        verdict.ready.items(), unit, dict.fromkeys(verdict.ready, 1), day
    )
    if verdict.same:
        verdict.told.append(f"{len(verdict.same)} 行的学生已在本校学籍中，不会重复建立，也不会改动。")
    return verdict


def _key(newcomer: Newcomer) -> tuple:
    who = newcomer.who
    return (who.index,) if who.index else (folded(who.name), who.sex, who.birth_date)


def _twice(newcomer: Newcomer, line: int, seen: dict[tuple, tuple[int, Newcomer]]) -> str:
    """The sentence for a line that says the same child as an earlier one: by identity number; without one by name, sex,
    birth date and a guardian."""
    first, other = seen.setdefault(_key(newcomer), (line, newcomer))
    if first == line:
        return ""
    if newcomer.who.index:
        return f"与第 {first} 行的身份证件号相同，请核对后删去重复的一行。"
    if newcomer.guardian_names().isdisjoint(other.guardian_names()):
        return ""
    return f"与第 {first} 行的姓名、性别、出生日期相同，请核对后删去重复的一行。"


def _wrong(newcomer: Newcomer, unit: Unit) -> str:
    """The sentence for a child whose number is on record under another name, or at another school; or nothing."""
    if (match := newcomer.misnamed(unit)) is not None:
        return registration.misnamed_sentence(match)
    return _elsewhere(newcomer, unit)


def _question(
    table: Table, line: int, column: Column, newcomer: Newcomer, unit: Unit, seen: dict
) -> imports.Question | None:
    """What is asked of a line: whether a pupil of the school, or an earlier line, who is called and born alike, is it."""
    alike = newcomer.alike(unit)
    first = seen.get(_key(newcomer), (line, newcomer))[0]
    if not alike and first == line:
        return None
    told = registration.alike_sentence(bool(alike), f"第 {first} 行" if not alike else "")
    about = "+".join(
        [*(str(match.student_id) for match in alike), *([f"line{first}"] if first != line else [])]
    )
    return imports.Question(line, table.places.get(column.key, ""), column.label, told, about)


def _elsewhere(newcomer: Newcomer, unit: Unit) -> str:
    """The sentence for a child who has a record at another school, or nothing. One who is only called and born alike
    is written and becomes a problem record."""
    same = [match for match in newcomer.elsewhere(unit) if match.kind == NUMBER]
    if not same:
        return ""
    return (
        f"查重没有通过：该生已在{same[0].school}有学籍。请从表中删去这一行，改办转学；"
        "确属两校都登记的，请用“登记一名新生”单独登记，按问题学籍处理。"
    )


def write(ready: list[Newcomer], batch: ImportBatch, now: datetime) -> int:
    """Write the lines of an import."""
    into = registration.entering(batch.unit, local_date(now))
    actor = audit.actor_of(batch.asked_by)
    return len(registration_writing.write(ready, batch.unit, into, now, actor))


imports.register(
    imports.Kind(
        ImportKind.REGISTRATION,
        TITLE,
        registration.CLAUSE,
        NOTES,
        registration.columns,
        registration.refusal,
        judge,
        write,
    )
)
