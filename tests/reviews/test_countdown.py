"""How a due date stands: late, today, pressing within two working days, or with time left (R3.7)."""

from datetime import date, timedelta

import pytest

from reviews.rulebook.countdown import SOON, Countdown, countdown, soon_until

pytestmark = pytest.mark.rule("R3.7")
TODAY = date(2026, 11, 25)


class EveryDayWorks:
    """A calendar on which every day is a working day, but none between two that a test names."""

    def __init__(self, idle=0):
        self.idle = idle

    def between(self, first, last):
        return (last - first).days - self.idle

    def working_left(self, today, due_on):
        return (due_on - today).days

    def add(self, day, working_days):
        return day + timedelta(days=working_days)


@pytest.mark.parametrize(
    ("days", "shown"),
    [
        (-3, Countdown("逾期 3 个工作日", "late")),
        (-1, Countdown("逾期 1 个工作日", "late")),
        (0, Countdown("今天到期", "soon")),
        (1, Countdown("还剩 1 个工作日", "soon")),
        (2, Countdown("还剩 2 个工作日", "soon")),
        (3, Countdown("还剩 3 个工作日", "ok")),
    ],
)
def test_a_due_date_presses_from_two_working_days_before(days, shown):
    assert countdown(EveryDayWorks(), TODAY, TODAY + timedelta(days=days)) == shown


def test_passed_on_friday_it_is_late_on_saturday_though_no_working_day_went_by():
    assert countdown(EveryDayWorks(idle=1), TODAY, TODAY - timedelta(days=1)) == Countdown("已逾期", "late")


def test_what_presses_is_asked_by_its_last_day():
    assert SOON == 2
    assert soon_until(EveryDayWorks(), TODAY) == TODAY + timedelta(days=2)
