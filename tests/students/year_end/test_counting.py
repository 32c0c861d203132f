"""What is counted round the promotion (R3.5c, R4.1): who stays and who waits stand in columns and lines of their own."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from students.bulletins import counting, figures, showing
from students.bulletins.counting import Month
from students.statistics import headcount
from students.statistics.models import HeadcountCell
from students.year_end import promotion
from students.year_end.models import PromotionCount
from tests.clock import frozen, shanghai
from tests.students.year_end.test_rows import on, recruited, run_of
from tests.students.year_end.truth import JULY, Rows, july, played

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R3.5c", "R4.1")]


row = Rows()


def placed(world, letter="L"):
    """Two of P's sixth-graders, one on the list; the graduate reports at J in July, another of the West does not."""
    one, _ = (
        world.pupil(world.first, grade=6, letter=letter),
        world.pupil(world.first, grade=6, letter=letter),
    )
    run_of(world.first, world)  # both
    world.stays = world.pupil(world.first, grade=6, letter=letter)
    world.goes_up = world.pupil(world.first, grade=5, letter=letter)
    world.graduate(world.third, letter=letter, on=date(2026, 7, 6))
    with on(2026, 7, 25):
        recruited(world, one, world.junior)
    return world


@pytest.fixture
def world():
    with frozen(JULY):
        return placed(july())


def by_grade(unit, day):
    """The lines of a table by grade, and what is counted in them."""
    table = headcount.table(unit, "grade", day)
    return {line.label: dict(zip(table.columns, line.figures, strict=True)) for line in table.lines}


def told(found, label):
    return {key: found[label][key] for key in ("合计", "应毕业未毕业", "新生")}


@row("Y120")
def a_headcount_on_both_sides_of_the_promotion(world, letter):
    """Not graduated six before and after; graduates in neither; who entered in July waits, then is in grade 7."""
    placed(world, letter)
    for nightly in (False, True):
        counted_on_both_sides(world, nightly)


def counted_on_both_sides(world, nightly):
    unit = world.im if nightly else world.east
    counted = {}
    for day in (date(2026, 8, 10), date(2026, 8, 11)):
        if nightly:
            HeadcountCell.objects.all().delete()
            headcount.count(day)
        counted[day] = by_grade(unit, day)
    before, after = counted.values()
    assert set(before) == {"五年级", "六年级", "七年级（新生）"}
    assert told(before, "六年级") == {"合计": 1, "应毕业未毕业": 0, "新生": 0}
    assert told(before, "七年级（新生）") == {"合计": 1, "应毕业未毕业": 0, "新生": 1}
    assert set(after) == {"六年级", "六年级（应毕业未毕业）", "七年级（初中）"}
    assert told(after, "六年级（应毕业未毕业）") == {"合计": 1, "应毕业未毕业": 1, "新生": 0}
    assert told(after, "六年级") == {"合计": 1, "应毕业未毕业": 0, "新生": 0}
    assert told(after, "七年级（初中）") == {"合计": 1, "应毕业未毕业": 0, "新生": 0}


def test_every_table_has_the_two_columns_and_none_asks_for_each_pupil(world):
    day = date(2026, 8, 11)
    with CaptureQueriesContext(connection) as few:
        table = headcount.table(world.east, "unit", day)
    (line,) = (line for line in table.lines if line.label == world.first.name)
    assert dict(zip(table.columns, line.figures, strict=True))["应毕业未毕业"] == 1
    with frozen(JULY):
        for _ in range(5):
            world.pupil(world.first, grade=6)
    with CaptureQueriesContext(connection) as many:
        headcount.table(world.east, "unit", day)
    assert len(few) == len(many)


@row("Y121")
def the_promotion_counts_who_stayed_and_who_came_by_recruitment(world, letter):
    """Before, after, stayed by grade; grade 7 holds who came by 招生, none by time."""
    placed(world, letter)
    with frozen(shanghai(2026, 8, 11, 1)) as now:
        assert promotion.record(now) > 0
    rows = PromotionCount.objects.filter(province=world.im)
    found = {row.grade: (row.before, row.after, row.stayed) for row in rows}
    assert found[6] == (1, 1, 1)
    assert found[7] == (0, 1, 0)
    assert found[5] == (1, 0, 0)


@row("Y122")
def the_bulletin_names_who_should_have_graduated_every_month(world, letter):
    """In July those of the last grade once the day is over, from August on who stays; by school, every month."""
    placed(world, letter)
    for month, count in ((6, 0), (7, 1), (8, 1), (9, 1), (12, 1)):
        found = counting._late_graduations(world.im, Month.of(date(2026, month, 1)))
        assert found == ({world.first.pk: count} if count else {}), month
    assert counting._late_graduations(world.im, Month.of(date(2027, 3, 1))) == {world.first.pk: 1}
    # Who goes up into grade 6 is not among them before its own year's day, and then is.
    assert counting._late_graduations(world.im, Month.of(date(2027, 7, 1))) == {world.first.pk: 2}


def test_a_month_in_words_says_how_many_and_names_their_schools(world):
    found = figures.figures({"graduation": 1})
    assert figures.is_named(found | dict.fromkeys(("late", "open_late", "lapsed", "expired", "logins"), 0))
    assert (
        showing._left_undone(None, found | {"unverified": 0, "problems": {}})[0]
        == "应毕业未毕业的学生 1 人。"
    )


@row.each
def test_row(act):
    played(act)
