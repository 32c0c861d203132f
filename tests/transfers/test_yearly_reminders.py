"""What is to be done by a date of the year is told in time, once a level, however often or late the clock comes round:
毕业年级 30 and 10 days before 30 July (R3.5b), 招生处理 from 16 to 30 November (R3.5)."""

from datetime import date, timedelta

import pytest

from ledger import outbox
from ledger.models import OutboxMessage
from reviews.clock import yearly_dates
from reviews.engine import book as rulebook
from reviews.engine.models import Case
from reviews.notices.models import Notice
from reviews.rulebook.models import Window
from reviews.rulebook.windows import reminders_due, window_state
from students.pupil.year_rows import next_graduation_due
from tests.api import Program
from tests.clock import frozen, shanghai
from tests.world import World
from transfers.graduating import running as graduating

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R3.5b")]
JUNE = shanghai(2026, 6, 8, 9)
NOVEMBER = shanghai(2026, 11, 9, 9)
KEYS = ("graduation_due", "recruitment_due")


@pytest.fixture
def june():
    with frozen(JUNE):
        world = World(now=JUNE)
        world.leaving = world.submitted(world.first, world.pupil(world.third, grade=6))
        world.staying = world.submitted(world.first, world.pupil(world.third, grade=5))
        world.far = world.decide(world.submitted(world.second, world.pupil(world.abroad, grade=6)))
        yield world


@pytest.fixture
def november():
    with frozen(NOVEMBER):
        world = World(now=NOVEMBER)
        world.case = world.decide(world.enrolling(world.junior, world.graduate(world.abroad)))
        yield world


def round_on(day):
    at = shanghai(day.year, day.month, day.day, 8, 15)
    before = len(told())
    with frozen(at):
        yearly_dates.remind(at)
    return len(told()) - before


def told():
    """The reminders of open cases that are written, as (key, days before, unit)."""
    rows = OutboxMessage.objects.filter(topic="yearly").values_list("dedup", flat=True)
    found = {(key, int(days), int(unit)) for _, key, _, days, unit in (row.split(":") for row in rows)}
    return {one for one in found if one[0] in KEYS}


def days(start, end):
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]


def test_thirty_and_ten_days_before_30_july_both_schools_both_authorities_and_the_holder_are_told(june):
    counts = {day: round_on(day) for day in days(date(2026, 6, 25), date(2026, 8, 5))}
    assert [day for day, found in counts.items() if found] == [date(2026, 6, 30), date(2026, 7, 20)]
    concerned = {
        unit.pk
        for unit in (june.first, june.third, june.east, june.west, june.second, june.abroad, june.zhangbei)
    }
    assert told() == {("graduation_due", level, unit) for level in (30, 10) for unit in concerned}


def test_the_notice_says_how_many_until_when_and_leads_to_the_list(june, client):
    round_on(date(2026, 6, 30))
    with frozen(shanghai(2026, 6, 30, 9)):
        outbox.relay(shanghai(2100, 1, 1))
        notice = Notice.objects.get(account=june.registrar(june.first), dedup__startswith="yearly:")
        assert notice.text == (
            "本单位有 1 件毕业年级的转学在办，须在毕业操作（2026年7月30日前）之前办结，"
            "否则随毕业操作清理，须重新发起（附件1 三.5）。"
        )
        client.force_login(june.registrar(june.first))
        page = client.get(notice.link)
        assert [row["number"] for row in page.context["rows"]] == [june.leaving.number]
        assert "距2026年7月30日还有 30 天，在办 1 件" in page.content.decode()
        listed = Program(june.registrar(june.east)).get("/graduating/").json()["results"]
        assert {row["number"] for row in listed} == {june.leaving.number, june.far.number}
        assert Program(june.registrar(june.league_school)).get("/graduating/").json()["results"] == []


@pytest.mark.parametrize(
    ("start", "end"),
    [(date(2026, 6, 26), date(2026, 7, 2)), (date(2026, 7, 15), date(2026, 7, 21))],
)
def test_a_week_without_the_clock_ends_as_seven_daily_rounds(june, start, end):
    for day in days(start, end):
        round_on(day)
    daily = told()
    assert round_on(end) == 0
    with frozen(shanghai(end.year, end.month, end.day, 8, 15)):
        due = reminders_due(rulebook.current().windows, None, end)
    of_cases = {(r.window.key, r.days) for r in due if r.window.key in KEYS}
    assert {(key, level) for key, level, _ in daily} == of_cases


def test_one_late_round_writes_what_the_daily_ones_would_have_written(june):
    assert round_on(date(2026, 7, 21)) == 14
    assert {level for _, level, _ in told()} == {30, 10}


@pytest.mark.rule("R3.5")
def test_from_16_to_30_november_counties_with_open_enrolments_are_told(november):
    counts = {day: round_on(day) for day in days(date(2026, 11, 10), date(2026, 12, 5))}
    assert [day.isoformat()[5:] for day, found in counts.items() if found] == [
        "11-16",
        "11-23",
        "11-27",
        "11-30",
    ]
    units = {unit for _, _, unit in told()}
    assert units == {november.east.pk, november.zhangbei.pk}
    head = november.head(november.east)
    with frozen(shanghai(2026, 11, 16, 9)):
        outbox.relay(shanghai(2100, 1, 1))
        text = Notice.objects.filter(account=head, dedup__startswith="yearly:").first().text
    assert text == "有 1 件毕业后跨省就学在办，招生处理须在2026年11月30日前完成，请尽快核办（附件1 三.5）。"


@pytest.mark.rule("R3.5")
def test_what_is_finished_is_not_reminded_of(november):
    with frozen(NOVEMBER + timedelta(days=1)):
        november.finish(november.case)
    assert round_on(date(2026, 11, 16)) == 0


@pytest.mark.rule("R3.5", "R0.7")
def test_a_province_sets_its_own_days_and_others_keep_the_nations(november):
    Window.objects.create(
        key="recruitment_due",
        name="招生处理办结",
        kinds=["post_graduation_enrolment"],
        closes=False,
        starts="11-16",
        ends="12-01",
        remind_days=[10],
        province=november.im,
        clause="附件1 三.5",
        valid_from=date(2026, 1, 1),
        source="内教基字〔2026〕1号",
    )
    assert round_on(date(2026, 11, 16)) == 1
    assert {unit for _, _, unit in told()} == {november.zhangbei.pk}
    assert round_on(date(2026, 11, 20)) == 1
    assert ("recruitment_due", 10, november.east.pk) in told()


@pytest.mark.rule("R3.5")
@pytest.mark.parametrize("year", range(2024, 2041))
def test_a_row_that_reminds_forbids_nothing_on_any_edge_of_any_year(year):
    windows = rulebook.current().windows
    tick = timedelta(microseconds=1)
    for month, day in ((6, 30), (7, 14), (11, 16), (12, 1)):
        for at in (
            shanghai(year, month, day) - tick,
            shanghai(year, month, day),
            shanghai(year, month, day) + tick,
        ):
            assert window_state(windows, "in_province_transfer", None, at).open
            expected = at < shanghai(year, 12, 15) and at >= shanghai(year, 8, 15)
            assert window_state(windows, "post_graduation_enrolment", None, at).open is expected


@pytest.mark.rule("R3.5")
@pytest.mark.parametrize("year", range(2024, 2041))
def test_the_reminders_of_every_year_come_on_their_days_and_end_with_the_last(year):
    windows = rulebook.current().windows

    def due(month, day):
        found = reminders_due(windows, None, date(year, month, day))
        return {(r.window.key, r.days) for r in found if r.window.key in KEYS}

    assert due(6, 29) == set()
    assert due(6, 30) == due(7, 19) == {("graduation_due", 30)}
    assert due(7, 20) == due(7, 30) == {("graduation_due", 30), ("graduation_due", 10)}
    assert due(7, 31) == due(11, 15) == set()
    assert due(11, 16) == due(11, 22) == {("recruitment_due", 14)}
    assert due(11, 30) == {("recruitment_due", level) for level in (14, 7, 3, 0)}
    assert due(12, 1) == set()


def test_the_list_knows_the_last_grade_of_every_system(june):
    five_four = june.school("示例五四制小学", june.west, 1, 5, "5-4")
    nine = june.school("示例九年制学校", june.west, 1, 9, "nine")
    rows = {
        (5, five_four): True,
        (4, five_four): False,
        (6, nine): True,
        (9, nine): True,
        (8, nine): False,
    }
    for (grade, school), _ in rows.items():
        into = june.junior if grade > 6 else june.first
        case = june.submitted(into, june.pupil(school, grade=grade))
        listed = graduating.running(next_graduation_due(JUNE.date(), None)).filter(case=case).exists()
        assert listed is rows[grade, school], (grade, school.name)
    assert Case.objects.filter(pk=june.staying.pk).exists()
    assert not graduating.running(next_graduation_due(JUNE.date(), None)).filter(case=june.staying).exists()
