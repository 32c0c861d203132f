"""Row “merged school”: what a school with 10,000 pupils leaves behind goes to its successor in one round of the clock, timed
for each pupil against the same of a tenth as many; and how many statements it takes."""

from collections.abc import Iterator
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import BinaryField, Count

from bench import ground
from bench.measure import Row, in_turn
from ledger.pieces import Pieces
from orgs.people.models import Unit, UnitLevel
from reviews.clock import succession
from students.pupil.models import Enrolment, Student
from web import clock

_PUPILS = (10_000, 1_000)
_IDS = 1_000_000_000
# What is sealed is bound to its row: copies have none of it, and opening it is not measured.
_UNSEALED = {
    field.column: "NULL"
    for field in Student._meta.concrete_fields
    if isinstance(field, BinaryField) and field.null
}


def rows(sizes: tuple[int, ...]) -> Iterator[Row]:
    """One row; nothing of it is kept."""
    ground.use(sizes[0])
    old, heir = _pair()
    asked: dict[int, int] = {}

    def merged(pupils: int) -> int:
        with transaction.atomic():
            _fill(old, pupils)
            Unit.objects.filter(pk=old.pk).update(
                closed_on=clock.local_date(clock.now()) - timedelta(days=1), successor=heir
            )
            asked[pupils] = _round(heir, pupils)
            transaction.set_rollback(True)
        return pupils

    many, few = _PUPILS
    row = in_turn(
        "merged school",
        f"{many:,} pupils",
        many,
        lambda: merged(many),
        lambda: merged(few),
        1.5,
        higher=False,
    )
    row.note = f"each pupil; {asked[many]} statements, {asked[few]} for {few:,}"
    yield row


def _pair() -> tuple[Unit, Unit]:
    """A school that is closed, and another of its office with the same grades: the two with most pupils."""
    schools = Unit.objects.filter(level=UnitLevel.SCHOOL, closed_on=None)
    counts = dict(Student.objects.order_by().values_list("school").annotate(Count("pk")))
    by_office: dict[tuple, list[Unit]] = {}
    for school in sorted(schools.prefetch_related("system_periods"), key=lambda one: -counts.get(one.pk, 0)):
        taught = tuple((one.lowest_grade, one.highest_grade) for one in school.system_periods.all())
        by_office.setdefault((school.authority_id, taught), []).append(school)
    return next(tuple(found[:2]) for found in by_office.values() if len(found) > 1)


def _fill(school: Unit, pupils: int) -> None:
    """Copies of one of its pupils, and of the enrolment of each, until there are so many."""
    like = Enrolment.objects.filter(school=school, period__endswith__isnull=True).select_related("student")
    one = like.first()
    more = pupils - Student.objects.filter(school=school).count()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for model, pk, other in (
            (Student, one.student_id, _UNSEALED | {"id": f"{_IDS} + n", "key": "gen_random_uuid()"}),
            (Enrolment, one.pk, {"id": f"{_IDS} + n", "student_id": f"{_IDS} + n"}),
        ):
            columns = [field.column for field in model._meta.concrete_fields]
            values = ", ".join(other.get(name, f'"{name}"') for name in columns)
            names = ", ".join(f'"{name}"' for name in columns)
            table = model._meta.db_table
            cursor.execute(
                f"INSERT INTO {table} ({names}) SELECT {values} FROM {table}, generate_series(1, %s) n WHERE id = %s",
                [more, pk],
            )
        cursor.execute("SET LOCAL session_replication_role = origin")


def _round(heir: Unit, pupils: int) -> int:
    """Take over; returns in how many statements. Raises when somebody was left."""
    asked = 0

    def count(execute, sql, parameters, many, context):
        nonlocal asked
        asked += 1
        return execute(sql, parameters, many, context)

    pieces = Pieces("bench")
    with connection.execute_wrapper(count):
        succession.take_over(clock.now(), pieces)
    pieces.end()
    if Student.objects.filter(school=heir).count() < pupils:
        raise RuntimeError("pupils were left behind")
    return asked
