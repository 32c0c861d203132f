"""The table of 补建学籍: the items of a new record, the grade, the reason; judged line by line (R2.2)."""

from collections.abc import Callable
from datetime import date, datetime

from orgs.people.models import Unit
from reviews.engine import book as rulebook
from students.admission.late import actions as lists
from students.admission.late.actions import GRADE, NOTE, WHY, Said
from students.admission.late.models import Why
from students.admission.registration import actions as registration
from students.admission.registration import table_remarks
from students.record import values as record_values
from students.tables import imports
from students.tables.columns import Column, Row, Table
from students.tables.models import ImportBatch, ImportKind
from web.text import folded
from web.words import zh

TITLE = zh("补建学籍名单")
NOTES = (
    "第 1 行是列名，不要改；从第 2 行起每行填一名一年级以上、此前没有学籍的学生。带 * 的必填。",
    "号码、电话请保持“文本”格式，不要改成数字，否则后几位会被表格程序改成 0。",
    "导入后列入待上报名单；经主管部门核办，月底统一查重，通过的建立学籍，不通过的按转学办理（附件1 二）。",
)


def columns() -> list[Column]:
    """Grade and reason first, then what a record says."""
    return [
        Column(GRADE, "就读年级", required=True, hint="从小学一年级起数的年级，如 3、7；或写年级名称"),
        Column(WHY, "此前没有学籍的原因", required=True, choices=dict(Why.choices)),
        Column(NOTE, "原因说明", hint="原因选“其他”的必填，2–200 字"),
        *registration.columns(),
    ]


def judge(
    table: Table,
    unit: Unit,
    day: date,
    progress: Callable[[int], None],
    answers: imports.Answers,
) -> imports.Verdict:
    """Every line by itself, then against the other lines, the living lists, and all pupils."""
    codes, known = record_values.code_names(), {column.key: column for column in columns()}
    verdict, read, book = imports.Verdict(answers), [], rulebook.current()
    for done, row in enumerate(table.rows, 1):
        said = lists.read(row.cells, codes, unit, day, row.bad, book)
        verdict.faults += table.told_at(row.line, known, said.errors)
        if not said.errors:
            read.append((row, said))
        if done % imports.CHUNK == 0:
            progress(done)
    lists.match([said for _, said in read])
    _against_others(verdict, table, unit, read, known)
    ready = [(line, said.newcomer) for line, said in verdict.ready.items()]
    grades = {line: said.grade for line, said in verdict.ready.items()}
    verdict.told += table_remarks.of_newcomers(ready, unit, grades, day, late=True)
    if verdict.same:
        verdict.told.append(f"{len(verdict.same)} 行的学生已在本校补建名单中，不会重复登记。")
    return verdict


def _against_others(
    verdict: imports.Verdict, table: Table, unit: Unit, read: list[tuple[Row, Said]], known: dict[str, Column]
) -> None:
    children = [said for _, said in read]
    here, there = lists.listed_here(unit), lists.on_lists(children)
    seen: dict[tuple, int] = {}
    for row, said in read:
        who = said.newcomer.who
        person = (folded(who.name), who.sex, who.birth_date)
        key: tuple = (who.index,) if who.index else person
        column, what = (
            (known["id_number"], "身份证件号") if who.index else (known["name"], "姓名、性别、出生日期")
        )
        listed = there.get(who.index) if who.index else here.get(person)
        first = seen.setdefault(key, row.line)
        if first != row.line:
            told = f"与第 {first} 行的{what}相同，请核对后删去重复的一行。"
        elif said.match is not None:
            told = f"{lists.known_sentence(said.match, unit)}；请从表中删去这一行。"
        elif listed is not None and listed.school_id != unit.pk:
            told = f"该生已在{listed.school.name}的补建名单中，请与该校核对。"
        elif listed is not None and folded(listed.name) != folded(who.name):
            told = (
                "本校补建名单中已有学生使用同一身份证件号，姓名不同：是同一名学生的，请在名单中删去后按证件重新登记；"
                "是另一名学生的，证件号填错了，请按证件改正。"
            )
        elif listed is not None:
            verdict.same.append(row.line)
            continue
        else:
            _ready(verdict, table, row.line, column, said)
            continue
        verdict.faults.append(table.fault(row.line, column, told))


def _ready(verdict: imports.Verdict, table: Table, line: int, column: Column, said: Said) -> None:
    """A line that is sound; of a namesake without a number it is asked first whether it is the same child."""
    namesake = said.namesake
    if namesake is not None:
        told = (
            f"{namesake.school}有一名学生姓名、性别、出生日期相同，该生又没有身份证件号，月末查重不会通过：是同一名学生的，"
            "不补建，应办理转学；确是另一名学生的，列入名单，建立后按问题学籍佐证。"
        )
        place = table.places.get(column.key, "")
        question = imports.Question(line, place, column.label, told, str(namesake.student_id))
        if not verdict.ask(question):
            return
        said.claimed = True
    verdict.ready[line] = said


def write(ready: list[Said], batch: ImportBatch, now: datetime) -> int:
    """List the children of an import."""
    return len(lists.add(ready, batch.unit, batch.asked_by, now)) if ready else 0


imports.register(
    imports.Kind(ImportKind.LATE, TITLE, lists.CLAUSE, NOTES, columns, lists.seat_refusal, judge, write)
)
