"""复学 of who was away when its class graduated (R5.3, R3.5c): into the last grade with the class that is there now, or 按原届,
cohort and class unchanged, for whoever has finished the year's work and only lacks the graduation.

Who was promoted meanwhile into a grade that the school does not have keeps it without a class, for the transfer that follows.

The guard takes the facts of :mod:`students.changes.rules`, which puts it among its own.
"""

from datetime import date

from students.changes.kinds import OWN_COHORT, RESUMPTION, STATUS_CLAUSE
from students.pupil.grades import PROMOTION, bounds, grade_label, grade_of, school_year, stays
from students.pupil.models import SchoolClass
from students.pupil.year_rows import entry_year, resume_with_own_cohort
from web.clock import spoken
from web.refusals import guard
from web.text import says
from web.words import joined, zh


def own_cohort_open(facts) -> bool:
    """Whether the pupil may resume 按原届: it should have graduated while it was away, and its province has not ruled
    otherwise. Asked by the form, the API, the simulator and the door."""
    if OWN_COHORT not in facts.kind.asks or not stays(facts.student, facts.ruled_on, facts.system):
        return False
    return resume_with_own_cohort(facts.ruled_on, facts.school.province_id)


def classless(facts) -> bool:
    """Whether the pupil's own grade is none of the school's, as beyond the last of a 教学点: it resumes in it without a
    class, and is moved by a transfer of a school that has the grade (R5.3, 三.5)."""
    return RESUMPTION is facts.kind and facts.grade in facts.grades and facts.grade not in facts.system.grades


@guard("{told}", STATUS_CLAUSE)
def own_cohort_fits(facts):
    """按原届复学的，已写明如何完成学业"""
    if not facts.own_cohort:
        return None
    if not own_cohort_open(facts) and stays(facts.student, facts.ruled_on, facts.system):
        told = zh("按本省（自治区）的规定不按原届复学；请不要勾选“按原届复学”，选择编入的班级。")
    elif not own_cohort_open(facts):
        told = zh(
            "按原届复学只用于应毕业未毕业的学生，该生在{grade}；请不要勾选“按原届复学”，选择编入的班级。",
            grade=facts.grade_name,
        )
    elif facts.school_class is not None:
        told = zh("按原届复学的，级和班级都不变，不选班级；要编入现在的班级重读的，请不要勾选“按原届复学”。")
    elif not says(facts.own_cohort_reason):
        told = zh("按原届复学的，请写明学生在哪里、怎样完成了本学年的学业（2–200 字）。")
    else:
        return None
    return {"told": told}


def grade_chosen(facts, school_class: SchoolClass | None, own_cohort: bool) -> int | None:
    """The grade that was chosen: that of the class; 按原届 the last of the phase; without a class the pupil's own where the
    school does not have it."""
    if school_class is not None:
        return grade_of(school_class, facts.ruled_on, facts.system)
    own = classless(facts) or (own_cohort and own_cohort_open(facts))
    return facts.grade if own else None


def becomes(facts, grade: int) -> str:
    """What choosing ``grade`` means, where it does not go without saying: who should have graduated sits the year again;
    in summer, what the pupil is from the promotion on."""
    day = facts.ruled_on
    if grade not in facts.system.grades:
        return zh("本校未开设，不编班，复学后由有这个年级的学校按转学办理")
    if stays(facts.student, day, facts.system):
        return zh("编入现在的班级，重读本学年")
    if entry_year(day, facts.school.province_id) == school_year(day):
        return ""
    promoted = spoken(date(day.year, *PROMOTION))
    if grade >= bounds(facts.student.phase, facts.system)[1]:
        return zh("{day}起不升级，那时还没有毕业的，为应毕业未毕业，须补办毕业", day=promoted)
    return zh("{day}起为{grade}", day=promoted, grade=grade_label(grade + 1, facts.system))


def told_grade(facts, grade: int) -> str:
    """A grade that may be chosen, with what it becomes."""
    label, then = grade_label(grade, facts.system), becomes(facts, grade)
    return zh("{grade}（{then}）", grade=label, then=then) if then else label


def told_choices(facts) -> str:
    """All that may be chosen, in a sentence."""
    grades = joined("、", (told_grade(facts, grade) for grade in facts.grades))
    if own_cohort_open(facts):
        return zh(
            "可编入{grades}，也可以按原届复学（级和班级不变，写明理由，复学后补办毕业）。", grades=grades
        )
    return zh("可编入{grades}。", grades=grades)
