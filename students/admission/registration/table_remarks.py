"""What is remarked of the sound lines of a table of new pupils and stops nothing: ages, classes, who has none (R0.1, R2.1)."""

from collections.abc import Iterable, Sequence
from datetime import date

from orgs.people.models import Unit
from students.admission.registration.actions import Newcomer
from students.pupil.grades import grade_label, phase_of
from students.pupil.models import SchoolClass
from students.pupil.year_rows import entry_year
from students.tables.reading import listed
from web.clock import spoken
from web.words import zh

# Six or seven on 1 September of grade 1 is usual; a year more surprises nobody.
_YOUNGEST, _OLDEST = 5, 7
_NAMED = 20


def age_remark(born: date, grade: int, cohort: int) -> str:
    """A sentence where somebody's age is far from what is usual in a grade, or nothing. Never a reason to refuse."""
    first = date(cohort + grade - 1, 9, 1)
    age = first.year - born.year - ((first.month, first.day) < (born.month, born.day))
    if grade + _YOUNGEST <= age <= grade + _OLDEST:
        return ""
    return zh(
        "{born}出生，{first}满 {age} 周岁，与{grade}的一般年龄（{youngest}–{oldest} 周岁）相差较大，请核对；不影响登记。",
        born=spoken(born),
        first=spoken(first),
        age=age,
        grade=grade_label(grade),
        youngest=grade + _YOUNGEST,
        oldest=grade + _YOUNGEST + 1,
    )


def of_newcomers(
    lines: Iterable[tuple[int, Newcomer]], school: Unit, grades: dict[int, int], day: date, *, late=False
) -> list[str]:
    """The remarks on lines of new pupils; ``grades`` by line; ``late`` of those who are registered late (R2.2)."""
    lines, year = list(lines), entry_year(day, school.province_id, late=late)
    ages = [
        zh("第 {line} 行：{remark}", line=line, remark=remark)
        for line, one in lines
        if (remark := age_remark(one.who.birth_date, grades[line], year - grades[line] + 1))
    ]
    if len(ages) > _NAMED:
        ages = [*ages[:_NAMED], zh("另有 {count} 行的年龄请一并核对。", count=len(ages) - _NAMED)]
    return [
        *unplaced([one.class_number for _, one in lines]),
        *_new_classes(lines, school, grades, year),
        *ages,
    ]


def unplaced(numbers: Sequence[int | None]) -> list[str]:
    """How many of the lines name no class."""
    count = sum(not number for number in numbers)
    return [zh("未编班 {count} 人：没有填班级，写入后再编班。", count=count)] if count else []


def _new_classes(
    lines: list[tuple[int, Newcomer]], school: Unit, grades: dict[int, int], year: int
) -> list[str]:
    """Classes that the grade does not have yet: they come into being with the table, or are a slip."""
    wanted: dict[tuple[int, int], list[int]] = {}
    for line, one in lines:
        if one.class_number:
            wanted.setdefault((grades[line], one.class_number), []).append(line)
    places = {grade: (phase_of(grade, school.school_system), year - grade + 1) for grade, _ in wanted}
    rows = SchoolClass.objects.filter(school=school, cohort__in={cohort for _, cohort in places.values()})
    there = set(rows.values_list("phase", "cohort", "number"))
    return [
        zh(
            "{grade}（{number}）班在本校还没有，写入时新建（第 {lines} 行）；写错了的请改正。",
            grade=grade_label(grade, school.school_system),
            number=number,
            lines=listed(at),
        )
        for (grade, number), at in sorted(wanted.items())
        if (*places[grade], number) not in there
    ]
