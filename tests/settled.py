"""Problem records on their way, for the tests that need them (R1.9)."""

from reviews.engine import door
from reviews.engine.models import Case
from reviews.evidence.proofs import take_in
from students.duplicates import problems
from students.problems import answering
from students.pupil.models import ProblemRecord, Student
from tests.world import png, rewritten
from web import clock

WORDS = "材料齐全，情况属实。"


def claimed(world, one="first", other="third", letters=("L", "L")) -> tuple[ProblemRecord, ProblemRecord]:
    """Two records with one identity number, at two schools; the problems that the check has opened."""
    a, b = (
        world.pupil(getattr(world, school), letter=letter)
        for school, letter in zip((one, other), letters, strict=True)
    )
    rewritten(Student.objects.filter(pk=b.pk), id_number_index=a.id_number_index, name=a.name)
    problems.check([a.pk], "nightly")
    return tuple(ProblemRecord.objects.get(student=pupil, closed_at=None) for pupil in (a, b))


def answered(world, problem, answer="vouch", note="与户口簿核对无误，学生在校就读。") -> Case:
    """The school's answer, agreed to by its authority."""
    registrar = world.registrar(problem.student.school)
    case = answering.begin(problem, registrar, clock.now())
    take_in(case, registrar, png())
    answering.change(Case.objects.get(pk=case.pk), registrar, answer=answer, note=note)
    case = door.perform(Case.objects.get(pk=case.pk), "submit", registrar, opinion=WORDS)
    return agreed(world, case)


def agreed(world, case) -> Case:
    while case.is_live:
        case = world.decide(case, opinion=WORDS)
    return case
