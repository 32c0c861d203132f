"""2027 before the State Council arranged it: the days of its standing principles, and how an installed system gets them."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from ledger import outbox
from ledger.models import AuditEntry
from orgs.people.reference import load_units
from reviews.engine.models import Case
from reviews.notices.models import Notice
from reviews.rulebook import calendar
from reviews.rulebook.models import CalendarDay
from tests.clock import frozen, shanghai
from tests.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R3.7")]
FRIDAY = shanghai(2027, 1, 22, 10)
# As the program first shipped it: the statutory days alone.
STATUTORY = "《全国年节及纪念日放假办法》法定日推算，国务院办公厅 2027 年安排公布前暂定"
FIRST_SHIPPED = [
    "01-01",
    *(f"02-{day:02}" for day in range(5, 11)),
    "04-05",
    *(f"05-0{day}" for day in range(1, 5)),
]
FIRST_SHIPPED += ["06-09", "09-15", *(f"10-0{day}" for day in range(1, 6))]


@pytest.fixture(autouse=True)
def nothing_in_memory():
    calendar.forget()
    yield
    calendar.forget()


@pytest.fixture
def installed(db):
    """Units and calendar of a system that was installed before."""
    load_units()
    CalendarDay.objects.filter(date__year=2027).delete()
    CalendarDay.objects.bulk_create(
        CalendarDay(date=f"2027-{day}", kind="holiday", name="节日", source=STATUTORY, confirmed=False)
        for day in FIRST_SHIPPED
    )


def brought_up_to_date() -> str:
    out = StringIO()
    call_command("load_reference", stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("day", ["02-11", "02-12", "05-05", "10-06", "10-07"])
def test_the_days_that_the_principles_give_are_off_and_provisional(day):
    now = calendar.current()
    assert not now.is_working(date.fromisoformat(f"2027-{day}"))
    assert now.provisional(date.fromisoformat(f"2027-{day}"))


def test_make_up_days_stay_open():
    assert not CalendarDay.objects.filter(date__year=2027).exclude(kind="holiday").exists()
    assert calendar.current().confirmed_until == date(2026, 12, 31)


def test_an_installed_system_reckons_running_limits_anew_and_tells_who_has_them(installed):
    with frozen(FRIDAY):
        world = World(now=FRIDAY)
        sent = world.submitted(world.first, world.pupil(world.third))
        before, people = sent.due_on, {world.registrar(world.first).pk, world.head(world.first).pk}
        said = brought_up_to_date()
        outbox.relay(FRIDAY)
    moved = Case.objects.get(pk=sent.pk).due_on
    assert (before, moved) == (date(2027, 2, 11), date(2027, 2, 15))
    assert "1 件在办业务的时限随之重新计算并通知" in said
    told = (
        f"放假安排或时限有调整，本单位 1 件业务的本环节时限已重新计算：{sent.number} 由2027年2月11日改为2027年2月15日"
        "（附件1 三.7）。"
    )
    assert set(Notice.objects.filter(text=told).values_list("account_id", flat=True)) == people
    assert AuditEntry.objects.filter(action="step.due_moved", subject=sent.audit_subject).count() == 1
    with frozen(FRIDAY):
        assert "暂定日历" not in brought_up_to_date()


@pytest.mark.parametrize(
    "own",
    [{"confirmed": True, "source": "国办发明电〔2026〕9号"}, {"confirmed": False, "source": "自治区通知"}],
)
def test_what_an_administrator_entered_stays(installed, own):
    CalendarDay.objects.filter(date="2027-10-05").update(**own)
    before = list(CalendarDay.objects.order_by("date").values())
    assert "暂定日历" not in brought_up_to_date()
    assert list(CalendarDay.objects.order_by("date").values()) == before
