"""升级后本校未开设的年级: who was promoted into a grade that the own school does not have, as at a 教学点 that ends with grade 4
(R3.5c). Nobody is held back: each is taken in by another school, by an ordinary transfer which that school begins
(:mod:`transfers.moving.untaught`)."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Q, prefetch_related_objects

from orgs.people import scope
from orgs.people.models import Unit, UnitLevel
from orgs.people.school_system import system_on
from orgs.people.successors import not_closed
from students.pupil.grades import grade_of, untaught
from students.pupil.models import SchoolClass, Student
from students.pupil.statuses import AWAY, StudentStatus

_ON_THE_BOOKS = (StudentStatus.ENROLLED, *AWAY)


def pupils(schools: Sequence[Unit], day: date) -> list[Student]:
    """Of the schools the pupils whose grade is none of theirs; a handful of statements for any number of schools."""
    prefetch_related_objects(list(schools), "system_periods")
    known = {school.pk: school for school in schools}
    books = Student.objects.filter(school__in=known, status__in=_ON_THE_BOOKS, graduated_on=None)
    found = Q(pk__in=[])
    for school, phase, cohort in books.order_by().values_list("school", "phase", "cohort").distinct():
        placed, system = SchoolClass(phase=phase, cohort=cohort), system_on(known[school], day, cohort)
        if untaught(placed, day, system.grades, system):
            found |= Q(school=school, phase=phase, cohort=cohort)
    rows = books.filter(found).select_related("school__authority", "school_class")
    return list(rows.order_by("school__code", "-cohort", "pinyin", "pk"))


def own_schools(account, day: date) -> list[Unit]:
    """The account's schools, and those directly under its offices."""
    own = scope.own_units(account, day)
    rows = Unit.objects.filter(Q(pk__in=own) | Q(authority__in=own), level=UnitLevel.SCHOOL)
    return list(rows.select_related("authority").order_by("code"))


def neighbours(school: Unit, day: date) -> list[Unit]:
    """The schools under the same office: their pupils are taken in here without being sent about."""
    rows = Unit.objects.filter(not_closed(day), authority=school.authority_id, level=UnitLevel.SCHOOL)
    return list(rows.exclude(pk=school.pk).select_related("authority").order_by("code"))


def wanted_by(school: Unit, day: date) -> list[Student]:
    """Pupils of the neighbours whom the school may take in: it has the grade."""
    system = system_on(school, day)
    found = pupils(neighbours(school, day), day)
    prefetch_related_objects(found, "school__system_periods")
    return [one for one in found if grade_of(one, day) in system.grades]


def concerned(account, schools: Sequence[Unit], day: date) -> int:
    """How many such pupils the account finds listed: of its own schools and those directly under its offices, and of the
    neighbours those whom one of ``schools`` may take in."""
    own = own_schools(account, day)
    found = {student.pk for student in (pupils(own, day) if own else ())}
    for school in schools:
        found |= {student.pk for student in wanted_by(school, day)}
    return len(found)
