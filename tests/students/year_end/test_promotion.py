"""08-10 24:00 writes nothing to anybody (R3.5c): neither pupil, class nor enrolment, whatever the status."""

import pytest
from django.db import connection

from students.pupil.grades import grade_of
from students.pupil.models import Student
from students.pupil.statuses import StudentStatus
from tests.clock import frozen, shanghai
from tests.databases import outside
from xueji.celery import app

BEFORE, AFTER = shanghai(2026, 8, 10, 23, 59), shanghai(2026, 8, 11, 0, 1)
pytestmark = [pytest.mark.django_db, pytest.mark.rule("R3.5c"), pytest.mark.world_at(BEFORE)]
TABLES = ("students_student", "students_schoolclass", "students_enrolment")
PUPILS = 1000
# A thousand pupils are copied from these by the database, each of a school of its phase.
_MANY = """
INSERT INTO students_student (key, name, pinyin, sex, birth_date, ethnic, id_type, status, phase, cohort, school_id,
    school_class_id, entered_on, graduated_on, address, household_registration_place, left_behind_child,
    migrant_worker_child)
SELECT gen_random_uuid(), '示例学生', '', '1', '2014-01-01', '01', '1', s.status, c.phase, c.cohort, c.school_id, c.id,
    '2020-09-01', CASE WHEN s.status IN ('graduated', 'completed', 'incomplete') THEN date '2026-07-06' END, '', '', '0',
    false
FROM generate_series(1, %s) n
CROSS JOIN LATERAL (SELECT * FROM students_schoolclass ORDER BY id OFFSET n %% %s LIMIT 1) c
CROSS JOIN LATERAL (SELECT (%s::text[])[1 + n %% %s] AS status) s
"""
_ENROLLED = """
INSERT INTO students_enrolment (student_id, school_id, phase, period, grade_in, class_name, entered_by, left_by,
    case_number, left_case_number)
SELECT id, school_id, phase, tstzrange('2020-09-01', NULL), 1, '', '新生入学', '', '', '' FROM students_student
"""


@pytest.fixture
def world(world):
    world.school("示例高级中学", world.east, 10, 12)
    world.school("九年一贯制学校", world.east, 1, 9, "nine")
    assert world.junior
    statuses = [status for status in StudentStatus.values if status != "removed"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM students_schoolclass")
        (classes,) = cursor.fetchone()
        cursor.execute(_MANY, [PUPILS, classes, statuses, len(statuses)])
        cursor.execute(_ENROLLED)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    believed_empty()
    return world


def believed_empty():
    """The planner counts from outside, where this transaction's rows are not yet: as after a large import."""
    with outside(connection.settings_dict["NAME"]) as other:
        for table in TABLES:
            other.execute(f"ANALYZE {table}")


def versions():
    """Which version of each row stands: every UPDATE would change it, also one that writes what was there."""
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT id, xmin::text, ctid::text FROM {table} ORDER BY id")
            found[table] = cursor.fetchall()
    return found


def test_every_task_of_the_clock_runs_over_the_promotion_and_no_row_is_written(world):
    written, before = [], versions()
    assert len(before["students_student"]) == PUPILS

    def watch(execute, sql, params, many, context):
        text = str(sql).upper()
        if any(
            f"{verb} {table.upper()}" in text.replace('"', "")
            for table in TABLES
            for verb in ("UPDATE", "FROM ONLY", "INTO")
        ):
            written.append(sql)
        return execute(sql, params, many, context)

    grades = {pupil.pk: grade_of(pupil, BEFORE.date()) for pupil in Student.objects.select_related("school")}
    app.loader.import_default_modules()
    names = {row["task"] for row in app.conf.beat_schedule.values()}
    with connection.execute_wrapper(watch):
        for at in (BEFORE, AFTER):
            with frozen(at):
                for name in sorted(names):
                    app.tasks[name].apply(throw=True)
    assert written == []
    assert versions() == before
    after = {pupil.pk: grade_of(pupil, AFTER.date()) for pupil in Student.objects.select_related("school")}
    # And yet everybody who is not in a last grade, nor has left, is a grade higher.
    assert sum(after[pk] == grades[pk] + 1 for pk in after) > PUPILS // 3
    assert {after[pk] - grades[pk] for pk in after} == {0, 1}
