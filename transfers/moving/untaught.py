"""升级后本校未开设的年级: by whom the pupils are taken in whose own school does not have their grade (R3.5c), and the
transfers which that school begins."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from orgs.people.models import Unit
from orgs.people.school_system import system_on
from reviews.engine.models import Case
from students.pupil import identity
from students.pupil.grades import grade_of
from students.pupil.models import Student
from students.year_end.beyond_school import wanted_by
from transfers.moving import drafting
from web.refusals import Refusal, Refused, refuse
from web.words import zh

CLAUSE = zh("附件1 三.5")
# So many drafts are begun at once.
MOST = 50


def takers(student: Student, near: Iterable[Unit], day: date) -> list[Unit]:
    """Of schools read with their ``system_periods`` those under the same office that have the pupil's grade."""
    grade = grade_of(student, day)
    return [
        school
        for school in near
        if student.school is not None
        and school.authority_id == student.school.authority_id
        and school.pk != student.school_id
        and grade in system_on(school, day).grades
    ]


def begin_all(keys: Iterable[str], school: Unit, by, now: datetime, day: date) -> list[Case]:
    """A draft of an ordinary transfer for each of the chosen pupils, as if begun one by one; each is completed and sent
    off like any other (R3.1b). Raises Refused; drafts begun before the refusal stay, and it tells how many."""
    chosen = {str(key) for key in keys}
    found = [one for one in wanted_by(school, day) if str(one.key) in chosen]
    if not found:
        refuse("nobody", zh("请勾选要转入本校的学生；名单可能刚刚有变化，请刷新后重新勾选。"), CLAUSE)
    if len(found) > MOST:
        refuse("many", zh("一次最多起草 {most} 名学生的转学，请分几次办理。", most=MOST), CLAUSE)
    made: list[Case] = []
    for student in found:
        try:
            made.append(drafting.begin(student, school, by, now))
        except Refused as error:
            raise Refused(_stopped(error.refusal, len(made), len(found), student)) from error
    return made


def _stopped(refusal: Refusal, count: int, total: int, student: Student) -> Refusal:
    """The refusal of one of several, with what was done before it."""
    told = zh(
        "已起草 {count} 件（共选 {total} 名），到{name}时停下：{sentence}已起草的在“我发起”中，其余可以重新勾选。",
        count=count,
        total=total,
        name=identity.mask_name(student.name),
        sentence=refusal.sentence,
    )
    return replace(refusal, sentence=told)
