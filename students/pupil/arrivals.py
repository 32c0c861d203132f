"""By which act a graduate's record came to the school where it is: 招生, or 毕业后跨省就学 of the floor above (R4.4).

What a roll-back has to know of either: who took the pupil in, where, when and in which class it had graduated, whose act
it was. A kind of case that receives graduates registers how it is read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from orgs.people.models import Unit
from orgs.people.school_system import system_on
from reviews.engine.models import Case
from students.pupil.grades import Entering, clamp, nominal_grade
from students.pupil.models import Enrolment, SchoolClass, Student


@dataclass(frozen=True)
class Arrival:
    """How a graduate came: by ``case`` to ``school``; ``act`` tells in words who began it and who registered the
    reporting. The rest is what was before."""

    case: Case
    school: Unit
    act: str
    graduated_from: Unit
    graduated_on: date
    phase: str
    cohort: int
    school_class: SchoolClass | None

    def back_at(self, school: Unit) -> Entering:
        """The place the record had, at the school of graduation or its successor."""
        system = system_on(school, self.graduated_on, self.cohort)
        grade = clamp(nominal_grade(self.cohort, self.graduated_on), self.phase, system)
        return Entering(self.phase, self.cohort, grade)

    def class_at(self, school: Unit) -> SchoolClass | None:
        """The class it sat in, where the school that takes it back has it."""
        found = self.school_class
        return found if found is not None and found.school_id == school.pk else None


_readers: dict[str, Callable[[Case, Student], Arrival | None]] = {}


def register(kind: str, read: Callable[[Case, Student], Arrival | None]) -> None:
    """Called once at start by whoever owns the kind of case."""
    _readers[kind] = read


def by(case: Case, student: Student) -> Arrival | None:
    """How ``student`` came by ``case``; None where the case is none that receives graduates."""
    read = _readers.get(case.kind)
    return read(case, student) if read else None


def of(student: Student) -> Arrival | None:
    """How the pupil came to where it is: None where its last move was anything else. A school that was merged moves
    records without a case; such a move is passed over."""
    moves = Enrolment.objects.filter(student=student).exclude(case_number="").order_by("-period")
    last = moves.values("case_number")[:1]
    case = Case.objects.filter(number__in=last).first()
    return by(case, student) if case is not None else None
