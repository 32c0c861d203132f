"""The monthly bulletin: counted in one statement, rolled up, answered to, published, frozen, reproducible (R3.7b, R8.3)."""

import json
from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from ledger import clock, outbox
from orgs.models import Unit
from orgs.presence_models import Presence
from reviews import calendar
from reviews.models import Notice, Step, Vacation
from reviews.refusals import Refused
from reviews.shares import percentile, share
from students.bulletins import counting, drafting, publishing
from students.bulletins.counting import Month
from students.bulletins.models import Bulletin
from students.models import ProblemRecord
from tests.clock import frozen, shanghai
from tests.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R3.7b")]
OCTOBER = Month(date(2026, 10, 1), date(2026, 11, 1))
DRAFTED = shanghai(2026, 11, 1, 2)


@pytest.fixture
def world(db):
    with frozen(shanghai(2026, 9, 1, 9)) as now:
        return World(now)


def moved(world, submitted, decided=None, sender=None):
    """A transfer to ``first``; its county decides on a day of October, or never."""
    with frozen(submitted):
        case = world.decide(world.submitted(world.first, world.pupil(sender or world.third)))
    if decided is not None:
        with frozen(decided):
            world.decide(case)
    return case


def drafted(world):
    with frozen(DRAFTED):
        drafting.draft_all(DRAFTED)
    return Bulletin.objects.get(province=world.im)


def line_of(bulletin, unit):
    return bulletin.lines.get(unit=unit).figures


def test_a_unit_is_told_what_came_what_was_in_time_and_what_was_late(world):
    moved(world, shanghai(2026, 10, 9, 10), shanghai(2026, 10, 13, 10))
    moved(world, shanghai(2026, 10, 9, 11), shanghai(2026, 10, 30, 10))
    left = moved(world, shanghai(2026, 10, 9, 12))
    told = line_of(drafted(world), world.east)
    # The county's three, and the three of its school, each done the same day.
    assert (told["received"], told["in_time"], told["late"], told["open"], told["open_late"]) == (
        6,
        4,
        1,
        1,
        1,
    )
    assert told["rate"] == 666
    assert (told["median"], told["p90"]) == (0, 16)  # 10 October is worked
    assert (told["longest"], told["longest_case"]) == (16, told["longest_case"])
    assert told["longest_case"] in {left.number, *_numbers(world)}


def _numbers(world):
    return Step.objects.filter(unit=world.east).values_list("case__number", flat=True)


def test_what_a_county_let_pass_counts_for_its_league_and_province_as_well(world):
    moved(world, shanghai(2026, 10, 9, 10))
    bulletin = drafted(world)
    for unit in (world.east, world.league, world.im):
        assert line_of(bulletin, unit)["open_late"] == 1
    assert line_of(bulletin, world.west)["open_late"] == 0
    assert not bulletin.lines.filter(unit=world.third).exists(), "a school that let nothing pass is not named"


def test_the_worst_stands_first_in_each_level(world):
    for hour in (10, 11):
        moved(world, shanghai(2026, 10, 9, hour))
    counties = [line.unit for line in drafted(world).lines.filter(level="county").select_related("unit")]
    assert counties[0] == world.east
    levels = list(drafted(world).lines.order_by("place").values_list("level", flat=True))
    assert levels == sorted(levels, key=["province", "league", "county", "school"].index)


def test_vacation_days_count_against_nobody(world):
    Vacation.objects.create(
        province=world.im, name="测试假", starts_on="2026-10-10", ends_on="2026-10-31", source="测试"
    )
    calendar.forget()
    moved(world, shanghai(2026, 10, 9, 10))
    told = line_of(drafted(world), world.east)
    assert (told["open"], told["open_late"], told["longest"]) == (1, 0, 0)


def test_what_was_decided_in_another_month_is_not_told_again(world):
    moved(world, shanghai(2026, 9, 7, 10), shanghai(2026, 9, 28, 10))
    told = line_of(drafted(world), world.east)
    assert (told["received"], told["in_time"], told["late"]) == (0, 0, 0)


def test_a_unit_that_was_merged_is_told_of_under_its_heir(world):
    moved(world, shanghai(2026, 10, 9, 10), shanghai(2026, 10, 30, 10))
    Unit.objects.filter(pk=world.east.pk).update(closed_on="2026-10-31", successor=world.west)
    bulletin = drafted(world)
    assert not bulletin.lines.filter(unit=world.east).exists()
    assert line_of(bulletin, world.west)["late"] == 1


def test_expired_and_lapsed_cases_are_told(world):
    case = moved(world, shanghai(2026, 10, 9, 10))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE reviews_step SET outcome = 'expired', closed_at = '2026-10-30 12:00+08' WHERE case_id = %s AND closed_at IS NULL",
            [case.pk],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    told = line_of(drafted(world), world.east)
    assert (told["expired"], told["late"], told["open"]) == (1, 1, 0)


@pytest.mark.rule("R8.3")
def test_weeks_without_a_sign_in_are_told_by_unit(world):
    with frozen(shanghai(2026, 9, 1, 9)):
        account = world.registrar(world.east)
    type(account).objects.filter(pk=account.pk).update(date_joined=shanghai(2026, 9, 1, 9))
    Presence.objects.create(account=account, week=date(2026, 10, 12))
    told = line_of(drafted(world), world.east)
    # Weeks that end in October: of 28 September (three days before the holiday), 5, 12 and 19; that of the 26th goes on.
    weeks = [date(2026, 9, 28), date(2026, 10, 5), date(2026, 10, 12), date(2026, 10, 19)]
    from reviews import weekly_login

    counted = weekly_login.weeks(OCTOBER.first, OCTOBER.last, calendar.current().for_province(world.im.pk))
    assert set(counted) <= set(weeks)
    assert told["logins"] == len(counted) - 1


@pytest.mark.rule("R1.9")
def test_problem_records_are_told_by_kind_with_their_change(world):
    with frozen(shanghai(2026, 9, 20, 9)):
        old, new = world.pupil(world.first), world.pupil(world.first)
        ProblemRecord.objects.create(student=old, kind="id_duplicate")
    with frozen(shanghai(2026, 10, 20, 9)):
        ProblemRecord.objects.create(student=new, kind="id_duplicate")
    with connection.cursor() as cursor:  # the time is the database's own
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE students_problemrecord SET opened_at = CASE WHEN student_id = %s"
            " THEN timestamptz '2026-09-20 09:00+08' ELSE '2026-10-20 09:00+08' END",
            [old.pk],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert line_of(drafted(world), world.east)["problems"] == {"id_duplicate": [2, 1]}


def test_the_draft_comes_on_the_first_at_two_and_only_once(world):
    assert drafting.due(shanghai(2026, 11, 1, 1)) is None
    assert drafting.due(DRAFTED) == OCTOBER
    assert drafting.due(shanghai(2026, 11, 20, 5)) == OCTOBER, "a machine that was off makes up for it"
    drafted(world)
    with frozen(DRAFTED):
        assert drafting.draft_all(DRAFTED) == 0


def test_the_steps_are_counted_in_one_statement(world):
    moved(world, shanghai(2026, 10, 9, 10))
    counted = calendar.current().for_province(world.im.pk)
    with CaptureQueriesContext(connection) as asked:
        counting.count_steps(world.im, OCTOBER, counted)
    assert len(asked) == 2, "the steps, and the numbers of the cases held longest"


# ---------------------------------------------------------------- reply and publication


def test_named_units_are_told_and_their_head_may_answer_until_the_limit(world):
    with frozen(shanghai(2026, 9, 2, 9)):
        head, registrar = world.head(world.east), world.registrar(world.east)
    moved(world, shanghai(2026, 10, 9, 10))
    bulletin = drafted(world)
    outbox.relay(clock.now() + timedelta(minutes=1))
    assert Notice.objects.filter(account=head, link=f"/bulletins/{bulletin.number}/").exists()
    assert bulletin.reply_until == date(2026, 11, 4)
    line = bulletin.lines.get(unit=world.east)
    with pytest.raises(Refused, match="负责人"):
        publishing.reply(line, registrar, shanghai(2026, 11, 3, 9), "该件因学生材料补正，已于月初办结。")
    with pytest.raises(Refused, match="5–500 字"):
        publishing.reply(line, head, shanghai(2026, 11, 3, 9), "好")
    with pytest.raises(Refused, match="身份证号"):
        publishing.reply(line, head, shanghai(2026, 11, 3, 9), "学生 11010519491231002X 的业务。")
    publishing.reply(line, head, shanghai(2026, 11, 4, 23), "该件因学生材料补正，已于月初办结。")
    line.refresh_from_db()
    assert line.reply
    with pytest.raises(Refused, match="已过"):
        publishing.reply(line, head, shanghai(2026, 11, 5, 0), "该件因学生材料补正，已于月初办结。")


def test_the_provinces_head_publishes_after_the_replies_and_then_nothing_changes(world):
    moved(world, shanghai(2026, 10, 9, 10))
    bulletin, head = drafted(world), world.head(world.im)
    with pytest.raises(Refused, match="提交说明"):
        publishing.publish(bulletin, head, shanghai(2026, 11, 3, 9))
    with pytest.raises(Refused, match="负责人"):
        publishing.publish(bulletin, world.registrar(world.im), shanghai(2026, 11, 5, 9))
    publishing.publish(bulletin, head, shanghai(2026, 11, 5, 9))
    with pytest.raises(Refused, match="已经发布"):
        publishing.publish(bulletin, head, shanghai(2026, 11, 6, 9))
    for statement in (
        "UPDATE students_bulletin SET digest = 'x'",
        "DELETE FROM students_bulletin",
        "UPDATE students_bulletinline SET reply = '事后修改的说明'",
        "UPDATE students_bulletinline SET figures = '{}'",
        "DELETE FROM students_bulletinline",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_published_bulletin_is_reproduced_from_its_stored_inputs(world):
    moved(world, shanghai(2026, 10, 9, 10), shanghai(2026, 10, 30, 10))
    moved(world, shanghai(2026, 10, 12, 10))
    bulletin = drafted(world)
    publishing.publish(bulletin, world.head(world.im), shanghai(2026, 11, 5, 9))
    assert drafting.reproduced(Bulletin.objects.get(pk=bulletin.pk))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE students_bulletin SET inputs = jsonb_set(inputs, '{units,0,steps}', %s)",
            [json.dumps(dict.fromkeys(counting.COUNTS, 0) | {"took": {}, "longest": 0, "longest_case": ""})],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert not drafting.reproduced(Bulletin.objects.get(pk=bulletin.pk))


def test_a_draft_whose_figures_were_touched_is_not_published(world):
    moved(world, shanghai(2026, 10, 9, 10))
    bulletin = drafted(world)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE students_bulletinline SET figures = jsonb_set(figures, '{open_late}', '0')")
        cursor.execute("SET LOCAL session_replication_role = origin")
    with pytest.raises(Refused, match="不符"):
        publishing.publish(bulletin, world.head(world.im), shanghai(2026, 11, 5, 9))


def test_a_draft_is_seen_by_the_province_and_the_units_it_names_and_a_published_one_by_all_in_it(world):
    moved(world, shanghai(2026, 10, 9, 10))
    bulletin = drafted(world)
    day = date(2026, 11, 5)

    def seen(unit):
        return Bulletin.objects.visible_to(world.registrar(unit), day).filter(pk=bulletin.pk).exists()

    assert seen(world.im)
    assert seen(world.ministry)
    assert seen(world.east)
    assert not seen(world.third)
    assert not seen(world.abroad)
    publishing.publish(bulletin, world.head(world.im), shanghai(2026, 11, 5, 9))
    assert seen(world.third)
    assert not seen(world.abroad)


# ---------------------------------------------------------------- reckoning


@given(st.lists(st.integers(0, 60), min_size=1, max_size=200), st.sampled_from([50, 90]))
def test_a_percentile_is_the_least_number_of_days_that_covers_so_many(days, percent):
    found = percentile(dict(Counter(days)), percent)
    covered = sum(day <= found for day in days)
    assert covered * 100 >= percent * len(days)
    assert sum(day < found for day in days) * 100 < percent * len(days)


@given(st.lists(st.lists(st.integers(0, 30), max_size=30), max_size=5))
def test_the_percentile_of_a_county_is_that_of_all_its_steps_together(schools):
    merged: Counter = Counter()
    for days in schools:
        merged.update(days)
    together = [day for days in schools for day in days]
    assert percentile(dict(merged), 50) == percentile(dict(Counter(together)), 50)


def test_a_rate_short_of_all_is_never_told_as_all():
    assert share(9999, 10000) == 999
    assert share(0, 0) is None
