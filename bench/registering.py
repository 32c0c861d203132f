"""Rows “duplicate check”, “issue numbers” and “xlsx import”: the set-based work of the record, each against the same rows moved
by the database alone. And the promotion, which
writes no pupil. Everything is rolled back; children are invented."""

import io
from collections.abc import Callable, Iterator
from datetime import date, datetime

import xlsxwriter
from django.db import connection, transaction

from bench import ground, many_pupils
from bench.measure import Row, in_turn
from orgs.people.models import Unit, UnitLevel
from students.admission.registration import actions as registration
from students.admission.registration import table as registration_table
from students.admission.registration import writing as registration_writing
from students.duplicates import matching as duplicates
from students.duplicates.matching import Who
from students.numbers import numbering as numbers
from students.numbers.numbering import Place
from students.pupil.invented import Inventor
from students.pupil.models import Student
from students.pupil.reference import load_code_tables
from students.record import values as record_values
from students.tables import reading as table_reading
from students.year_end import promotion
from web import clock

_BORN = 2020
# A tenth of the pupils there are is looked for, issued, imported; a table holds 20,000 lines at most.
_SHARE, _LINES = 10, 20_000
_COPIED = 9


def rows(sizes: tuple[int, ...]) -> Iterator[Row]:
    """Each kind of work at every size."""
    for kind in (_duplicates, _issuing, _importing, _promotion):
        for size in sizes:
            ground.use(size)
            load_code_tables()
            yield kind(size)
        if kind is _duplicates and max(sizes) >= many_pupils.SEEDED:
            many_pupils.use()
            yield _duplicates(many_pupils.SIZE, many_pupils.LOOKED_FOR)


def _back(job: Callable[[], int]) -> Callable[[], int]:
    """The same, leaving nothing behind."""

    def done() -> int:
        with transaction.atomic():
            count = job()
            transaction.set_rollback(True)
        return count

    return done


# ---------------------------------------------------------------- 查重


def _duplicates(size: int, many: int | None = None) -> Row:
    many = many or size // _SHARE
    known = Student.objects.order_by("pk").values_list("id_number_index", "name", "sex", "birth_date")[:many]
    # Every other child has no number and is held against names and birth dates.
    children = [
        Who(bytes(index) if index and at % 2 else None, name, sex, born)
        for at, (index, name, sex, born) in enumerate(known)
    ]
    values = {
        "at": list(range(many)),
        "indexes": [one.index for one in children],
        "names": [one.name for one in children],
        "sexes": [one.sex for one in children],
        "births": [one.birth_date for one in children],
    }

    def checked() -> int:
        return len(duplicates.find(children)) and many

    def joined() -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM ({duplicates._FIND}) AS found", values)
            cursor.fetchone()
        return many

    return in_turn("duplicate check", f"{many:,} × {size:,}", size, checked, joined, 0.8, unit="µs")


# ---------------------------------------------------------------- numbers


def _issuing(size: int) -> Row:
    many = size // _SHARE
    pupils = list(
        Student.objects.filter(numbers__closed_at=None, numbers__kind="L", school__isnull=False)
        .order_by("pk")
        .values_list("pk", "school__division_code", "birth_date")[:many]
    )
    places = [Place(*pupil) for pupil in pupils]

    def issued() -> int:
        texts = numbers.free_texts(places, "J")
        return len(numbers.give(texts, reason="下发正式学籍号", actor="bench", action="number.issued"))

    return in_turn(
        "issue numbers",
        f"{len(places):,}",
        size,
        _back(issued),
        _back(lambda: _copied(len(places))),
        0.15,
        unit="µs",
    )


def _copied(many: int, columns: int = _COPIED) -> int:
    """So many rows of so many texts through COPY into a table of the session."""
    names = ", ".join(f"c{at} text" for at in range(columns))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE bench_copied ({names}) ON COMMIT DROP")
        with cursor.copy("COPY bench_copied FROM STDIN") as copy:
            for at in range(many):
                copy.write_row([f"{at} 示例"] * columns)
    return many


# ---------------------------------------------------------------- tables


def _importing(size: int) -> Row:
    many = min(size // _SHARE, _LINES)
    school = Unit.objects.filter(level=UnitLevel.SCHOOL, lowest_grade=1).order_by("pk").first()
    data, day = _table(many, school), clock.local_date(clock.now())
    columns = registration.columns()

    def imported() -> int:
        table = table_reading.read(data, columns)
        verdict = registration_table.judge(table, school, day, lambda done: None, {})
        if verdict.faults:
            raise RuntimeError(f"{len(verdict.faults)} faults: {verdict.faults[0]}")
        into, ready = registration.entering(day), list(verdict.ready.values())
        return len(registration_writing.write(ready, school, into, clock.now(), "bench"))

    return in_turn(
        "xlsx import", f"{many:,} lines", many, _back(imported), _back(lambda: _copied(many)), 0.25, unit="µs"
    )


def _table(many: int, school: Unit) -> bytes:
    """A filled template."""
    codes = record_values.code_names()
    columns = registration.columns(codes)
    inventor, out = Inventor(many), io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet()
    for at, column in enumerate(columns):
        sheet.write_string(0, at, column.head)
    for line in range(many):
        born = date(_BORN, 1 + line % 12, 1 + line // 12 % 28)
        division = f"{150000 + line % 7 * 100 + 2 + line // 40_000:06d}"
        one = inventor.pupil(division, born)
        said = {
            "name": one.name,
            "ethnic": one.ethnic,
            "id_type": "1",
            "id_number": one.id_number,
            "class": str(1 + line % 40),
            "guardian1.name": "那日苏",
            "guardian1.relation": "51",
            "guardian1.phone": f"1390000{line % 10_000:04d}",
        }
        for at, column in enumerate(columns):
            if column.key in said:
                sheet.write_string(line + 1, at, said[column.key])
    book.close()
    return out.getvalue()


# ---------------------------------------------------------------- promotion


def _promotion(size: int) -> Row:
    autumn = datetime(clock.local_date(clock.now()).year, 8, 11, 1, tzinfo=clock.SHANGHAI)
    counted = [str(status) for status in promotion.COUNTED]

    def recorded() -> int:
        before = _written()
        promotion.record(autumn)
        if _written() != before:
            raise RuntimeError("promotion wrote to pupils")
        return size

    def grouped() -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT u.province_id, s.cohort, count(*) FROM students_student s JOIN orgs_unit u ON u.id = s.school_id"
                " WHERE s.status = ANY(%s) GROUP BY 1, 2",
                [counted],
            )
            cursor.fetchall()
        return size

    return in_turn(
        "promotion",
        f"{size:,} pupils",
        size,
        _back(recorded),
        grouped,
        unit="µs",
        note="0 pupil rows written",
    )


def _written() -> int:
    """How many pupils' rows this transaction has written so far."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables WHERE relname = 'students_student'"
        )
        return cursor.fetchone()[0]
