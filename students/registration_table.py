"""The table of 一年级新生: its lines judged together, those that are sound written together (R2.1)."""

from collections.abc import Callable
from datetime import date, datetime

from ledger import audit
from ledger.clock import local_date
from ledger.words import zh
from orgs.models import Unit
from students import imports, record_values, registration, registration_writing
from students.duplicates import NUMBER
from students.import_models import ImportBatch, ImportKind
from students.registration import Newcomer
from students.tables import Column, Fault, Row, Table

TITLE = zh("一年级新生")
NOTES = (
    "第 1 行是列名，不要改；从第 2 行起每行填一名学生。带 * 的必填，其余可以以后在学籍信息中补。",
    "号码、电话请保持“文本”格式，不要改成数字，否则后几位会被表格程序改成 0。",
    "上传后先核对，全部无误并确认后才写入；有一处错误就一行也不写入，改好后重新上传。已经在册的学生不会重复建立。",
)


def judge(table: Table, unit: Unit, day: date, progress: Callable[[int], None]) -> imports.Verdict:
    """Every line by itself, then against the other lines, then against all pupils."""
    codes = record_values.code_names()
    columns = {column.key: column for column in registration.columns(codes)}
    verdict, read = imports.Verdict(), []
    bad = {fault.line for fault in table.faults}
    told = {(fault.line, fault.label) for fault in table.faults}
    for done, row in enumerate(table.rows, 1):
        newcomer = registration.read(row.cells, codes, day)
        for key, sentence in newcomer.errors.items():
            fault = table.fault(row.line, columns.get(key), sentence)
            if (fault.line, fault.label) not in told:
                verdict.faults.append(fault)
        if not newcomer.errors and row.line not in bad:
            read.append((row, newcomer))
        if done % imports.CHUNK == 0:
            progress(done)
    verdict.faults += _twice(table, columns, read)
    registration.match([newcomer for _, newcomer in read])
    for row, newcomer in read:
        if newcomer.here(unit):
            verdict.same += 1
        elif told := _elsewhere(newcomer, unit):
            verdict.faults.append(
                table.fault(row.line, columns["id_number" if newcomer.who.index else "name"], told)
            )
        else:
            verdict.ready.append(newcomer)
    if verdict.same:
        verdict.told.append(f"{verdict.same} 行的学生已在本校学籍中，不会重复建立，也不会改动。")
    return verdict


def _twice(table: Table, columns: dict[str, Column], read: list[tuple[Row, Newcomer]]) -> list[Fault]:
    """Lines that say the same child as an earlier line: by identity number, else by name, sex and birth date."""
    seen: dict[tuple, int] = {}
    found = []
    for row, newcomer in read:
        who = newcomer.who
        key = (who.index,) if who.index else (who.name, who.sex, who.birth_date)
        first = seen.setdefault(key, row.line)
        if first != row.line:
            what = "身份证件号" if who.index else "姓名、性别、出生日期"
            column = columns["id_number" if who.index else "name"]
            found.append(
                table.fault(row.line, column, f"与第 {first} 行的{what}相同，请核对后删去重复的一行。")
            )
    return found


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
    cohort = registration.cohort(local_date(now))
    actor = audit.actor_of(batch.asked_by)
    return len(registration_writing.write(ready, batch.unit, cohort, 1, now, actor))


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
