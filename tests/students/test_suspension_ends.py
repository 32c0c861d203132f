"""The end of a 休学 is told in time, once each, however often or late the clock comes round (R5.3)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ledger import outbox
from reviews.notices.models import Notice
from students.changes import reminders as change_reminders
from tests.clock import frozen, shanghai
from tests.world import World
from web import clock

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R5.3")]
START = shanghai(2026, 9, 7, 10)


@pytest.fixture
def suspended():
    """A world whose pupil is suspended until 2026-12-31."""
    with frozen(START):
        world = World(START)
        pupil = world.pupil(world.first)
        until = clock.local_date(START) + timedelta(days=115)
        world.finish(world.changed(pupil, "suspension", until=until))
        world.until = until
        world.suspended = pupil
        yield world


def round_on(day):
    """The clock comes round at noon of ``day``; how many reminders it wrote."""
    at = shanghai(day.year, day.month, day.day, 12)
    with frozen(at):
        written = change_reminders.remind(at)
        outbox.relay(at + timedelta(seconds=5))
    return written


def told():
    return list(Notice.objects.filter(dedup__startswith="suspension:").order_by("id"))


def test_thirty_days_seven_days_before_and_on_the_day_registrar_and_head_are_told(suspended):
    days = [suspended.until - timedelta(days=d) for d in range(40, -3, -1)]
    written = {day: round_on(day) for day in days}
    assert [(suspended.until - day).days for day in days if written[day]] == [30, 7, 0]
    people = {suspended.registrar(suspended.first).pk, suspended.head(suspended.first).pk}
    assert {notice.account_id for notice in told()} == people
    assert len(told()) == 6
    assert "休学将于2026年12月31日期满" in told()[0].text
    assert "休学已于2026年12月31日期满" in told()[-1].text
    assert told()[0].link == f"/students/{suspended.suspended.key}/"


def test_a_round_that_comes_late_tells_once_and_a_repeated_one_nothing(suspended):
    assert round_on(suspended.until - timedelta(days=5)) == 1
    assert round_on(suspended.until - timedelta(days=5)) == 0
    assert len(told()) == 2


def test_a_week_without_the_clock_ends_as_seven_daily_rounds(suspended):
    for days in range(33, 26, -1):
        round_on(suspended.until - timedelta(days=days))
    daily = [(n.account_id, n.text) for n in told()]
    assert len(daily) == 2
    assert change_reminders.remind(timezone.now().replace(year=2026)) == 0


def test_who_is_back_is_not_reminded_of(suspended):
    with frozen(START + timedelta(days=30)):
        pupil = suspended.suspended
        pupil.refresh_from_db()
        suspended.finish(suspended.changed(pupil, "resumption"))
    assert round_on(suspended.until) == 0
