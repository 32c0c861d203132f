"""Schools are reminded of the graduation before 30 July, on the day, and after; their authority of who is late (R4.1)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ledger import outbox
from reviews.notices.models import Notice
from students.year_end import reminders as graduation_reminders
from tests.clock import frozen, shanghai
from web import clock

JUNE = shanghai(2026, 6, 20, 9)
pytestmark = [pytest.mark.django_db, pytest.mark.rule("R4.1"), pytest.mark.world_at(JUNE)]


def told(account) -> list[str]:
    outbox.relay(timezone.now() + timedelta(minutes=1))
    rows = Notice.objects.filter(account=account, link="/graduation/").order_by("pk")
    return [one.text for one in rows]


def on(month, day) -> None:
    with frozen(shanghai(2026, month, day, 7)):
        graduation_reminders.remind(clock.now())


def test_a_school_is_told_on_each_date_once_and_its_authority_when_it_is_late(world):
    for _ in range(2):
        world.pupil(world.first, grade=6)
    world.pupil(world.second, grade=5)
    school, office = world.registrar(world.first), world.registrar(world.east)
    for month, day, count in (
        (7, 9, 0),
        (7, 10, 1),
        (7, 11, 1),
        (7, 20, 2),
        (7, 27, 3),
        (7, 30, 4),
        (7, 31, 5),
        (8, 6, 5),
        (8, 7, 6),
    ):
        on(month, day)
        assert len(told(school)) == count, (month, day)
    assert "还有 2 名毕业年级学生没有毕业或结业，应在2026年7月30日前办理" in told(school)[0]
    assert "已过期限（2026年7月30日）" in told(school)[-1]
    assert [text.partition("2026")[0] for text in told(office)] == ["所属学校中有 1 所没有在"] * 2
    assert not told(world.registrar(world.second))
    assert not told(world.registrar(world.west))


def test_who_has_graduated_is_waited_for_no_more(world):
    world.graduate(world.first)
    on(7, 10)
    assert not told(world.registrar(world.first))


def test_a_day_without_a_round_is_made_up_for_and_autumn_is_silent(world):
    world.pupil(world.first, grade=6)
    on(7, 13)
    assert len(told(world.registrar(world.first))) == 1
    on(9, 20)
    on(2, 1)
    assert len(told(world.registrar(world.first))) == 1


def test_a_school_of_five_years_graduates_its_fifth_grade(world):
    school = world.school("五四制小学", world.east, lowest=1, highest=5, system="5-4")
    world.pupil(school, grade=5)
    on(7, 10)
    assert len(told(world.registrar(school))) == 1


def test_many_schools_are_asked_about_in_as_few_statements_as_one(world):
    def statements():
        with CaptureQueriesContext(connection) as taken:
            graduation_reminders.waiting(world.im, clock.now().date())
        return len(taken)

    world.pupil(world.first, grade=6)
    one = statements()
    for at in range(20):
        world.pupil(world.school(f"示例学校{at}", world.east), grade=6)
    assert statements() == one
