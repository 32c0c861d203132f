"""学制 is a dated fact of a school (R4.3): which row speaks for a day, and that the school's own columns follow."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from ledger.models import AuditEntry
from orgs import tasks
from orgs.people.models import Account, Unit, UnitLevel
from orgs.people.school_system import SchoolSystemPeriod, system_on, systems_on
from tests.api import Program
from tests.clock import frozen, shanghai
from tests.world import PASSWORD, World

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R4.3")]


def period(school, valid_from, system="5-4", lowest=1, highest=5, source="盟教发〔2027〕3号"):
    return SchoolSystemPeriod.objects.create(
        school=school,
        school_system=system,
        lowest_grade=lowest,
        highest_grade=highest,
        valid_from=valid_from,
        source=source,
    )


def columns(school) -> tuple:
    school.refresh_from_db()
    return school.school_system, school.lowest_grade, school.highest_grade


def test_a_new_school_has_its_first_row_at_once_and_an_office_has_none(world):
    (row,) = world.first.system_periods.all()
    assert (row.school_system, row.lowest_grade, row.highest_grade) == ("6-3", 1, 6)
    assert row.valid_from == world.today
    assert not SchoolSystemPeriod.objects.filter(school__level=UnitLevel.COUNTY).exists()


def test_an_office_that_becomes_a_school_has_its_first_row_then(world):
    unit = world.unit("实验小学筹备处", UnitLevel.COUNTY, world.league)
    grades = {"lowest_grade": 1, "highest_grade": 9, "school_system": "nine"}
    Unit.objects.filter(pk=unit.pk).update(level="school", **grades)
    assert system_on(unit, world.today)[:3] == ("nine", 1, 9)


def test_the_day_decides_which_row_speaks(world):
    school, began = world.first, world.today
    period(school, began + timedelta(days=30), "5-4", 1, 5)
    period(school, began + timedelta(days=60), "nine", 1, 9)
    told = {
        -400: ("6-3", 1, 6),
        0: ("6-3", 1, 6),
        29: ("6-3", 1, 6),
        30: ("5-4", 1, 5),
        59: ("5-4", 1, 5),
        60: ("nine", 1, 9),
        9999: ("nine", 1, 9),
    }
    for days, expected in told.items():
        assert system_on(school, began + timedelta(days=days))[:3] == expected, days


def test_several_schools_are_asked_in_one_statement_and_one_without_rows_says_what_its_unit_says(
    world, django_assert_num_queries
):
    bare = Unit(pk=987654321, school_system="5-4", lowest_grade=6, highest_grade=9)
    period(world.second, world.today - timedelta(days=10))
    with django_assert_num_queries(1):
        found = systems_on([world.first, world.second, bare], world.today)
    assert found[world.first.pk][:3] == ("6-3", 1, 6)
    assert found[world.second.pk][:3] == ("6-3", 1, 6)  # the row of today began later
    assert found[bare.pk][:3] == ("5-4", 6, 9)
    assert found[bare.pk].label == "五四制"
    assert list(found[bare.pk].grades) == [6, 7, 8, 9]


def test_the_schools_columns_follow_its_rows_whoever_writes(world):
    school = world.first
    row = school.system_periods.get()
    row.highest_grade = 7
    row.save()
    assert columns(school) == ("6-3", 1, 7)
    Unit.objects.filter(pk=school.pk).update(school_system="twelve", highest_grade=12)
    assert columns(school) == ("6-3", 1, 7)
    school.highest_grade = 9
    school.save()
    assert columns(school) == ("6-3", 1, 7)


def test_a_row_of_a_later_day_waits_and_one_of_an_earlier_day_speaks_at_once(world):
    SchoolSystemPeriod.objects.filter(school=world.first).update(valid_from=date(2015, 9, 1))
    later = period(world.first, world.today + timedelta(days=1))
    assert columns(world.first) == ("6-3", 1, 6)
    period(world.first, world.today - timedelta(days=1), "nine", 1, 9)
    assert columns(world.first) == ("nine", 1, 9)
    later.delete()
    assert columns(world.first) == ("nine", 1, 9)


def test_the_clock_brings_the_columns_up_to_date_after_midnight_and_once():
    with frozen(shanghai(2027, 8, 31, 23, 59)):
        world = World(now=shanghai(2027, 8, 31, 23, 59))
        period(world.first, date(2027, 9, 1))
        assert tasks.bring_systems_up_to_date() == 0
        assert columns(world.first) == ("6-3", 1, 6)
    with frozen(shanghai(2027, 9, 1, 0, 2)):
        assert system_on(world.first, date(2027, 9, 1))[:3] == (
            "5-4",
            1,
            5,
        )  # rules do not wait for the clock
        assert tasks.bring_systems_up_to_date() == 1
        assert columns(world.first) == ("5-4", 1, 5)
        assert tasks.bring_systems_up_to_date() == 0


def test_a_week_without_the_clock_leaves_what_seven_days_with_it_leave():
    found = []
    for days in ([3, 4, 5, 6, 7], [7]):
        with transaction.atomic():
            with frozen(shanghai(2027, 9, 2)):
                world = World(now=shanghai(2027, 9, 2))
                period(world.first, date(2027, 9, 4))
                period(world.first, date(2027, 9, 6), "nine", 1, 9)
            for day in days:
                with frozen(shanghai(2027, 9, day)):
                    tasks.bring_systems_up_to_date()
            found.append(columns(world.first))
            transaction.set_rollback(True)
    assert found == [("nine", 1, 9)] * 2


def test_what_has_begun_cannot_be_taken_away_and_belongs_to_its_school(world):
    row = world.first.system_periods.get()
    with pytest.raises(IntegrityError, match="已经生效的学制不可删除"), transaction.atomic():
        row.delete()
    with pytest.raises(IntegrityError, match="不能改到另一所学校"), transaction.atomic():
        SchoolSystemPeriod.objects.filter(pk=row.pk).update(school=world.second)


@pytest.mark.parametrize(("lowest", "highest"), [(0, 6), (1, 13), (7, 6)])
def test_grades_stay_within_1_and_12(world, lowest, highest):
    with pytest.raises(IntegrityError, match="school_system_grades"), transaction.atomic():
        period(world.first, world.today + timedelta(days=1), lowest=lowest, highest=highest)


def test_one_row_a_day_for_a_school(world):
    with pytest.raises(IntegrityError, match="school_system_once"), transaction.atomic():
        period(world.first, world.today)


# ---------------------------------------------------------------- administrators and programs


@pytest.fixture
def boss(world, client):
    account = Account.objects.create_user(
        "boss", password=PASSWORD, person=world.person("管理员"), is_staff=True
    )
    client.force_login(account)
    return account


def unit_form(unit, *rows) -> dict:
    """The unit's form as an administrator sends it, with new rows of its 学制."""
    names = ("code", "name", "short_name", "level", "division_code")
    data = {name: getattr(unit, name) for name in names} | {"authority": unit.authority_id}
    kept = unit.system_periods.get()
    sent = [{"id": kept.pk, **values(kept)}, *rows]
    data |= {"system_periods-TOTAL_FORMS": len(sent), "system_periods-INITIAL_FORMS": 1}
    for at, row in enumerate(sent):
        data |= {f"system_periods-{at}-{name}": value for name, value in row.items()}
        data[f"system_periods-{at}-school"] = unit.pk
    return data


def values(row) -> dict:
    names = ("school_system", "lowest_grade", "highest_grade", "valid_from", "source")
    return {name: getattr(row, name) for name in names}


NEXT = {"school_system": "5-4", "lowest_grade": 1, "highest_grade": 5, "source": "旗政办发〔2027〕12号"}


def test_an_administrator_enters_a_further_row_and_does_not_type_todays_grades(boss, world, client):
    address = f"/admin/orgs/unit/{world.first.pk}/change/"
    page = client.get(address).content.decode()
    assert 'name="system_periods-0-valid_from"' in page
    assert 'name="highest_grade"' not in page
    tomorrow = world.today + timedelta(days=1)
    answer = client.post(address, unit_form(world.first, {**NEXT, "valid_from": tomorrow}))
    assert answer.status_code == 302, answer.content.decode()
    assert system_on(world.first, tomorrow)[:3] == ("5-4", 1, 5)
    assert columns(world.first) == ("6-3", 1, 6)
    entry = AuditEntry.objects.filter(chain="orgs").order_by("-seq").first()
    assert entry.action == "schoolsystemperiod.added"
    assert entry.body["changes"]["school_system"] == [None, "5-4"]


def test_the_administrator_reads_why_a_row_cannot_be(boss, world, client):
    address = f"/admin/orgs/unit/{world.first.pk}/change/"
    for wrong, told in (
        ({"valid_from": world.today}, "已有一行学制"),
        ({"valid_from": "2029-09-01", "highest_grade": 13}, "年级须在 1–12 之间"),
        ({"valid_from": "2029-09-01", "source": ""}, "该字段是必填项"),
    ):
        answer = client.post(address, unit_form(world.first, NEXT | wrong))
        assert answer.status_code == 422
        assert told in answer.content.decode()
    assert world.first.system_periods.count() == 1


def test_a_row_that_has_not_begun_may_be_taken_back_and_no_other(boss, world, client):
    later = period(world.first, world.today + timedelta(days=5))
    for row, status, left in ((later, 302, 1), (world.first.system_periods.first(), 403, 1)):
        answer = client.post(f"/admin/orgs/schoolsystemperiod/{row.pk}/delete/", {"post": "yes"})
        assert (answer.status_code, world.first.system_periods.count()) == (status, left)


def test_an_office_has_no_rows_to_fill_in(boss, world, client):
    assert "system_periods" not in client.get(f"/admin/orgs/unit/{world.east.pk}/change/").content.decode()
    assert 'name="highest_grade"' in client.get("/admin/orgs/unit/add/").content.decode()


def test_programs_read_the_periods_of_a_school(world):
    period(world.first, world.today + timedelta(days=5))
    told = Program(world.registrar(world.second)).get(f"/units/{world.first.code}/").json()
    assert [(row["school_system"], row["highest_grade"]) for row in told["systems"]] == [
        ("6-3", 6),
        ("5-4", 5),
    ]
    assert told["systems"][1]["source"] == "盟教发〔2027〕3号"
    assert (told["school_system"], told["highest_grade"]) == ("6-3", 6)
