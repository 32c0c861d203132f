"""When a closing takes effect, how often, and what the database refuses about it (R3.1, R3.1b, ADR 37)."""

from datetime import date, timedelta

import pytest
from django.db import connection

from ledger.models import AuditEntry
from orgs.people.models import Unit
from reviews.notices.models import Notice
from students.pupil.models import Enrolment
from tests import late_children
from tests.clock import frozen, shanghai
from tests.refusals import refused, refused_by_database
from tests.students.merged_school.scenes import (
    AFTER,
    CLOSING,
    ROUND,
    begin_leave,
    looks,
    merged,
    now_of,
    round_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R3.1", "R3.1b")]


def test_a_closing_that_is_planned_does_nothing_and_can_be_taken_back(world):
    pupil = world.pupil(world.first)
    world.closed(world.first, world.second, on=date(2026, 12, 1))
    assert round_of() == 0
    assert now_of(pupil).school == world.first
    Unit.objects.filter(pk=world.first.pk).update(closed_on=None, successor=None)
    assert round_of(shanghai(2026, 12, 2, 9)) == 0
    assert now_of(pupil).school == world.first
    assert not Notice.objects.filter(dedup__startswith="succession").exists()


def test_after_an_outage_it_is_done_once_and_what_is_done_is_not_undone(world):
    pupil = world.pupil(world.first)
    late = shanghai(2026, 11, 20, 9)
    world.closed(world.first, world.second, on=CLOSING)
    with frozen(shanghai(2026, 11, 10, 9)):
        # No round has come, and yet nobody is left without: the successor sees from its own seat.
        assert looks(world.registrar(world.second), f"/students/{pupil.key}/").status_code == 200
    assert round_of(late) == 1
    assert [round_of(late + timedelta(minutes=10 * n)) for n in (1, 2)] == [0, 0]
    assert now_of(pupil).school == world.second
    assert AuditEntry.objects.filter(action="unit.taken_over").count() == 1
    for said in ({"closed_on": None, "successor": None}, {"successor": world.third}):
        with refused_by_database("unit_taken_over"):
            Unit.objects.filter(pk=world.first.pk).update(**said)


def test_a_chain_of_successors_ends_at_the_school_that_stands(world):
    pupil = world.pupil(world.first)
    heir = world.school("示例第六小学", world.east)
    world.closed(world.second, heir, on=date(2026, 11, 6))
    merged(world)
    assert now_of(pupil).school == world.second
    assert round_of(shanghai(2026, 11, 6, 0, 10)) == 1
    assert now_of(pupil).school == heir
    with frozen(shanghai(2026, 11, 6, 10)):
        copy = Enrolment.objects.get(student=pupil, school=world.first)
        assert looks(world.registrar(heir), f"/students/archive/{copy.pk}/").status_code == 200


def test_without_a_successor_the_pupils_stay_listed_and_the_authority_is_told_once(world):
    pupil = world.pupil(world.first)
    world.closed(world.first, on=CLOSING)
    assert [round_of(ROUND + timedelta(minutes=10 * n)) for n in range(2)] == [0, 0]
    told = Notice.objects.get(account=world.head(world.east), dedup__startswith="orphan:")
    assert "还没有确定承接单位：学籍保留在册，学生照常就读。请东乌珠穆沁旗教育局尽快确定承接单位" in told.text
    with frozen(AFTER):
        roster = looks(world.registrar(world.east), f"/students/?school={world.first.code}")
        assert pupil.name in roster.content.decode()
        with refused("school_closed"):
            begin_leave(world, pupil, world.registrar(world.first))
    Unit.objects.filter(pk=world.first.pk).update(successor=world.second)
    assert round_of(shanghai(2026, 11, 9, 9)) == 1
    assert now_of(pupil).school == world.second


def test_pupils_of_a_phase_that_the_successor_lacks_stay_and_are_told(world):
    """The successor was to have the grades when the closing was entered: nobody is put where none is taught."""
    school = world.school("示例九年一贯制学校", world.east, 1, 9, "nine")
    junior, primary = world.pupil(school, grade=8), world.pupil(school, grade=3)
    nine = {"school_system": "nine", "lowest_grade": 1, "highest_grade": 9, "source": "旗政发〔2026〕8号"}
    planned = world.second.system_periods.create(valid_from=CLOSING, **nine)
    world.closed(school, world.second, on=date(2026, 11, 6))
    planned.delete()
    assert round_of(shanghai(2026, 11, 6, 0, 10)) == 1
    assert (now_of(primary).school, now_of(junior).school) == (world.second, school)
    assert now_of(junior).school_class.school == school
    said = "有 1 名学生的学段在示例第二小学没有年级"
    assert Notice.objects.filter(account=world.head(world.east), text__contains=said).count() == 1
    assert round_of(shanghai(2026, 11, 6, 0, 20)) == 0
    world.second.system_periods.create(valid_from=date(2026, 11, 7), **nine)
    assert round_of(shanghai(2026, 11, 7, 0, 10)) == 1
    assert now_of(junior).school == world.second


# ---------------------------------------------------------------- the walls


@pytest.mark.parametrize(
    ("change", "wall"),
    [
        ("UPDATE students_latechild SET school_id = {third} WHERE id = {row}", "late_fixed"),
        ("UPDATE students_latechild SET grade = grade - 1 WHERE id = {row}", "late_fixed"),
        ("UPDATE students_latechild SET phase = 'junior' WHERE id = {row}", "late_fixed"),
        (
            "UPDATE students_latechild SET school_id = {heir}, name = '别人' WHERE id = {row}",
            "succession_only_unit",
        ),
    ],
)
def test_a_paper_goes_to_the_successor_only_and_unchanged(world, change, wall):
    row = late_children.listed(world, world.first)
    world.closed(world.first, world.second, on=CLOSING)
    with (
        frozen(AFTER),
        refused_by_database(wall),
        connection.cursor() as cursor,
    ):
        cursor.execute(change.format(third=world.third.pk, heir=world.second.pk, row=row.pk))
