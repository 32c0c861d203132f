"""What must be nowhere at any time of the year: the queries the nightly check runs, each expected empty (R3.5c, R4.1).

Walls of the database refuse what a statement would do; these find what no single statement did: rows that came in before
the walls, or past them.
"""

import logging

from django.db.models import CharField, Exists, OuterRef, Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Concat

from ledger import audit
from reviews.engine.models import Case
from reviews.rulebook.notice_values import TRANSFERS
from reviews.vocabulary.states import State
from students.onward.models import LIVE, RecruitedPupil
from students.pupil.grades import JUNIOR, PRIMARY, SENIOR, bounds, cohort_of, grade_at
from students.pupil.models import Enrolment, Student
from students.pupil.statuses import LIVING, StudentStatus
from students.year_end.models import Correcting, GraduationCorrection
from web import clock
from web.words import zh

log = logging.getLogger(__name__)
CHAIN = "students"
# How an enrolment ends that leads on to the next phase, as students/sql/triggers.sql has it.
LEFT_GRADUATED = (zh("毕业"), zh("招生"), zh("毕业后跨省就学"), zh("直升"))
LATE = zh("补建学籍")
# By grades 1–9 (四.2): the first of a phase, and grade 6, which both 学制 know.
FIRST_GRADE = {JUNIOR: 7, SENIOR: 10}
BEFORE = {JUNIOR: (PRIMARY,), SENIOR: (PRIMARY, JUNIOR)}
# So many are named in the trail.
NAMED = 200


def not_graduated() -> Q:
    """Living pupils of junior or senior phase whose enrolments do not say how they came there: no earlier phase that ended
    with a graduation, no 补建, no grade 6 matched by number, not taken over in this phase when the system began."""
    return Q(status__in=LIVING) & (
        Q(phase=JUNIOR) & ~Exists(_led_into(JUNIOR)) & ~Exists(_entered(JUNIOR))
        | Q(phase=SENIOR) & ~Exists(_led_into(SENIOR)) & ~Exists(_entered(SENIOR))
    )


def _entered(phase: str):
    """Graduations of an earlier phase that an authority has entered since."""
    return GraduationCorrection.objects.filter(
        student=OuterRef("pk"),
        what=Correcting.UNRECORDED,
        phase__in=BEFORE[phase],
        case__state=State.COMPLETED,
    )


def _led_into(phase: str):
    """Enrolments that account for a pupil's being in ``phase``."""
    earlier = Enrolment.objects.filter(
        student=OuterRef("student"), period__startswith__lt=OuterRef("period__startswith")
    )
    found = Q(phase__in=BEFORE[phase], period__endswith__isnull=False, left_by__in=LEFT_GRADUATED)
    found |= Q(phase=phase, entered_by=LATE)
    found |= Q(phase=phase, grade_in__gte=FIRST_GRADE[phase]) & Q(~Exists(earlier))
    if phase == JUNIOR:
        # In grade 6 pupils of both 学制 are matched by number.
        found |= Q(phase=JUNIOR, grade_in=6)
    return Enrolment.objects.filter(found, student=OuterRef("pk"))


def _grade_outside():
    """Pupils of a cohort that comes into their phase later than with the coming school year. Who has gone past it stays in
    its last grade, which is no fault."""
    day = clock.local_date(clock.now())
    too_early = Q()
    for phase in (PRIMARY, JUNIOR, SENIOR):
        first, _ = bounds(phase, "")
        too_early |= Q(phase=phase, cohort__gt=cohort_of(first - 1, day))
    # In a 5-4 school junior secondary begins a grade earlier.
    first_here = grade_at(day)
    return Student.objects.filter(too_early).filter(cohort__gt=cohort_of(0, day) + 1 - first_here)


def _phase_never_had():
    # What each school teaches is made once: planned as one it was asked for every pupil when the tables had just grown.
    found = RawSQL(
        """
WITH taught AS MATERIALIZED (
    SELECT DISTINCT school_id, phase FROM students_student WHERE students_living(status)
), never AS MATERIALIZED (
    SELECT t.school_id, t.phase FROM taught t
    WHERE EXISTS (SELECT FROM orgs_schoolsystemperiod WHERE school_id = t.school_id) AND NOT EXISTS (
        SELECT FROM orgs_schoolsystemperiod p WHERE p.school_id = t.school_id
          AND p.highest_grade >= CASE t.phase WHEN 'primary' THEN 1 WHEN 'junior' THEN p.last_primary + 1 ELSE 10 END
          AND p.lowest_grade <= CASE t.phase WHEN 'primary' THEN p.last_primary WHEN 'junior' THEN 9 ELSE 12 END)
)
SELECT s.id FROM never n JOIN students_student s ON (s.school_id, s.phase) = (n.school_id, n.phase)
WHERE students_living(s.status)
""",
        (),
    )
    return Student.objects.filter(pk__in=found)


def _graduate_transferring():
    subject = Concat(Value("student:"), Cast(OuterRef("pk"), CharField()))
    running = Case.objects.filter(kind__in=TRANSFERS, exclusive_key=subject)
    return Student.objects.filter(Exists(running), status=StudentStatus.GRADUATED)


def _listed_not_graduated():
    listed = RecruitedPupil.objects.filter(state__in=LIVE, student=OuterRef("pk"))
    return Student.objects.filter(Exists(listed)).exclude(status=StudentStatus.GRADUATED)


# What is looked for, and how; every answer is a queryset of pupils.
QUERIES = {
    # 入学年份（级）与学段不符：要到以后的学年才到该学段
    "grade_outside_phase": _grade_outside,
    # 学校从未开设学生所在的学段
    "phase_never_had": _phase_never_had,
    # 毕业生仍有在办的转学
    "graduate_transferring": _graduate_transferring,
    # 招生名册中有不是毕业状态的学生
    "listed_not_graduated": _listed_not_graduated,
    # 没有毕业记录而在后一学段
    "phase_without_graduation": lambda: Student.objects.filter(not_graduated()),
}


def found() -> dict[str, list[int]]:
    """Of every query that is not empty the ids of its first pupils, as many as are named, by its name."""
    answers = {
        name: list(query().order_by("pk").values_list("pk", flat=True)[:NAMED])
        for name, query in QUERIES.items()
    }
    return {name: pupils for name, pupils in answers.items() if pupils}


def check() -> int:
    """The nightly check: what is found is told in the trail and to the operators' log. Returns how many pupils."""
    total = 0
    for name, pupils in found().items():
        count = len(pupils) if len(pupils) < NAMED else QUERIES[name]().count()
        total += count
        log.error("year's end: %s pupils, %s", count, name)
        audit.record(CHAIN, "checks", "year_end.found", {"query": name, "count": count, "students": pupils})
    return total
