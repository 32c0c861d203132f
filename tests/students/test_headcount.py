"""Headcount and residence permits (R7.1, R4.2): figures by unit, grade, status, sex, letter and origin; only one's own."""

import csv
import io
import zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from students.pupil.models import PupilRecord, Student
from students.statistics import headcount
from students.statistics.models import HeadcountCell
from tests.clock import shanghai
from web.text import no_formula

NOW = shanghai(2026, 11, 27, 10)
DAY = NOW.date()
pytestmark = [pytest.mark.django_db, pytest.mark.rule("R7.1"), pytest.mark.world_at(NOW)]


@pytest.fixture
def world(world):
    for letter, grade in (("L", 3), ("G", 3), ("J", 4)):
        world.pupil(world.first, letter=letter, grade=grade)
    world.pupil(world.second, grade=5, status="suspended")
    world.pupil(world.third, grade=6, status="abroad")
    world.graduate(world.third)
    return world


def figures(unit, by, **more):
    table = headcount.table(unit, by, DAY, **more)
    labels = table.columns
    return {line.label: dict(zip(labels, line.figures, strict=True)) for line in table.lines}


def permit(pupil, division):
    PupilRecord.objects.update_or_create(
        student=pupil,
        defaults={
            "permit_held": True,
            "permit_issuer": "示例公安局",
            "permit_issued_on": DAY,
            "details": {"household_division": division},
        },
    )


def test_a_county_is_counted_by_its_schools(world):
    found = figures(world.east, "unit")
    assert {name: row["合计"] for name, row in found.items()} == {world.first.name: 3, world.second.name: 1}
    assert found[world.second.name]["休学"] == 1
    assert [found[world.first.name][f"{letter} 号"] for letter in "GJL"] == [1, 1, 1]


def test_a_province_is_counted_by_what_stands_directly_under_it(world):
    found = figures(world.im, "unit")
    assert {name: row["合计"] for name, row in found.items()} == {world.league.name: 5}
    below = figures(world.league, "unit")
    assert {name: row["合计"] for name, row in below.items()} == {world.east.name: 4, world.west.name: 1}


@pytest.mark.rule("R4.2")
def test_graduates_who_were_not_recruited_are_left_out(world):
    assert sum(row["合计"] for row in figures(world.third, "status").values()) == 1
    assert Student.objects.filter(school=world.third).count() == 2


@pytest.mark.parametrize("by", headcount.BY)
def test_every_way_of_counting_gives_the_same_total(world, by):
    table = headcount.table(world.league, by, DAY)
    assert table.total[0] == 5
    assert table.total[1] + table.total[2] == 5
    assert sum(table.total[3:6]) == 5
    assert sum(table.total[6:]) == 5


def test_grades_follow_from_cohorts_and_the_day(world):
    assert list(figures(world.first, "grade")) == ["三年级", "四年级"]
    later = headcount.table(world.first, "grade", shanghai(2027, 8, 11).date())
    assert [line.label for line in later.lines] == ["四年级", "五年级"]


def test_permit_holders_are_counted_by_unit_grade_and_province_of_origin(world):
    pupils = list(Student.objects.filter(school=world.first).order_by("pk"))
    permit(pupils[0], "130102")
    permit(pupils[1], "130102")
    permit(pupils[2], "")
    by_origin = figures(world.east, "origin", permit=True)
    assert {name: row["持居住证"] for name, row in by_origin.items()} == {
        "河北省": 2,
        "未填写户口所在地区划": 1,
    }
    assert figures(world.east, "unit", permit=True)[world.first.name]["小学"] == 3
    assert set(figures(world.east, "grade", permit=True)) == {"三年级", "四年级"}


@pytest.mark.rule("R4.3")
@pytest.mark.parametrize(
    ("lowest", "highest", "system", "column"),
    [(6, 9, "5-4", "初中"), (1, 6, "6-3", "小学"), (1, 9, "nine", "小学")],
)
def test_a_permit_holder_of_grade_six_counts_in_the_phase_of_the_school(
    world, lowest, highest, system, column
):
    school = world.school("示例六年级学校", world.east, lowest=lowest, highest=highest, system=system)
    permit(world.pupil(school, grade=6), "130102")
    told = figures(world.east, "unit", permit=True)[school.name]
    assert {name: told[name] for name in ("小学", "初中", "高中")} == {
        "小学": 0,
        "初中": 0,
        "高中": 0,
    } | {column: 1}


def test_offices_above_counties_read_the_count_of_the_night_and_say_so(client, world):
    assert headcount.count(DAY) > 0
    assert headcount.count(DAY) == 0, "the night is counted once"
    world.pupil(world.first)
    assert headcount.table(world.im, "unit", DAY).total[0] == 5
    assert headcount.table(world.east, "unit", DAY).total[0] == 5, "a county counts the present"
    client.force_login(world.registrar(world.im))
    assert "2026年11月27日零时统计" in client.get("/statistics/headcount/").content.decode()


def test_of_earlier_nights_the_first_of_each_month_stays(world):
    for day in ((2026, 10, 1), (2026, 10, 2), (2026, 11, 1), (2026, 11, 26), (2026, 11, 27)):
        headcount.count(shanghai(*day).date())
    kept = sorted({f"{day:%m-%d}" for day in HeadcountCell.objects.values_list("day", flat=True)})
    assert kept == ["10-01", "11-01", "11-27"]


def test_a_table_takes_the_same_statements_for_one_school_and_for_many(world):
    counts = []
    for unit in (world.east, world.im):
        with CaptureQueriesContext(connection) as captured:
            headcount.table(unit, "unit", DAY)
        counts.append(len(captured))
    assert counts[0] <= 2
    assert counts[1] <= 3


def test_the_figures_of_under_age_children_are_one_step_away_for_an_office_and_back(client, world):
    client.force_login(world.registrar(world.east))
    assert 'href="/statistics/under-age/"' in client.get("/statistics/headcount/").content.decode()
    assert 'href="/statistics/headcount/"' in client.get("/statistics/under-age/").content.decode()
    client.force_login(world.registrar(world.first))
    assert "/statistics/under-age/" not in client.get("/statistics/headcount/").content.decode()


def test_nobody_counts_another_unit(client, world):
    for account, status in (
        (world.registrar(world.east), 200),
        (world.head(world.league), 200),
        (world.registrar(world.second), 404),
        (world.registrar(world.west), 404),
        (world.account(world.east, "technician"), 403),
    ):
        client.force_login(account)
        for page in ("headcount", "permits"):
            answer = client.get(f"/statistics/{page}/?unit={world.first.code}")
            assert answer.status_code == status, account


def test_whatever_the_address_asks_a_table_comes_or_a_plain_404(client, world):
    client.force_login(world.registrar(world.east))
    for query in ("by=nonsense", "form=exe", "by=unit&by=grade", "unit=", "form="):
        assert client.get(f"/statistics/headcount/?{query}").status_code == 200, query
    for query in ("unit=%00", "unit=nosuch", "unit=" + "9" * 5000):
        assert client.get(f"/statistics/headcount/?{query}").status_code == 404, query


def test_csv_and_xlsx_hold_the_figures_of_the_page(client, world):
    client.force_login(world.registrar(world.east))
    answer = client.get("/statistics/headcount/?form=csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][:2] == ["单位", "合计"]
    assert rows[1][:2] == [world.first.name, "3"]
    assert rows[-1][:2] == ["合计", "4"]
    answer = client.get("/statistics/headcount/?form=xlsx")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        cells = book.read("xl/worksheets/sheet1.xml").decode()
    assert world.first.name in cells
    assert "<f>" not in cells
    assert "no-store" in answer["Cache-Control"]


def test_a_name_that_begins_a_formula_is_text():
    for text in ("=1+1", "+1", "-1", "@x", "\tx"):
        assert no_formula(text) == f"'{text}"
    assert no_formula("示例第一小学") == "示例第一小学"
