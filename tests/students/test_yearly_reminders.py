"""What offices are told every year while it is not done: the spring issuing (R1.1), each term's verification (R6.2)."""

from datetime import date, timedelta

import pytest

from ledger import outbox
from ledger.models import OutboxMessage
from reviews.clock import yearly_dates
from reviews.engine import book as rulebook
from reviews.notices.models import Notice
from students.bulletins import counting, drafting
from students.bulletins.models import Bulletin
from students.bulletins.showing import paragraphs
from students.numbers import issuing
from students.numbers.models import IssuingBatch
from students.pupil.models import Student
from students.pupil.statuses import StudentStatus
from students.verification import rounds, yearly_reminders
from tests.clock import frozen, shanghai
from tests.world import World, rewritten
from xueji.celery import app

pytestmark = pytest.mark.django_db
FEBRUARY = shanghai(2027, 2, 24, 9)
DECEMBER = shanghai(2026, 12, 1, 9)


def world_at(instant):
    with frozen(instant):
        return World(now=instant)


def round_on(day):
    at = shanghai(day.year, day.month, day.day, 7, 35)
    with frozen(at):
        yearly_dates.remind(at)
        outbox.relay(at + timedelta(minutes=1))


def written(key):
    rows = OutboxMessage.objects.filter(topic="yearly").values_list("dedup", flat=True)
    return sorted(
        (int(days), int(unit)) for _, k, _, days, unit in (row.split(":") for row in rows) if k == key
    )


@pytest.mark.rule("R0.7")
def test_every_row_that_reminds_of_a_date_has_its_matter_in_the_one_round():
    keys = {row.key for row in rulebook.current().windows if row.remind_days}
    assert keys == set(yearly_dates.matters)
    beat = {row["task"] for row in app.conf.beat_schedule.values() if "yearly" in row["task"]}
    assert beat == {"reviews.tasks.remind_of_yearly_dates"}


@pytest.mark.rule("R1.1", "R6.2")
def test_a_round_that_comes_late_tells_offices_the_last_reminder_only():
    world = world_at(DECEMBER)
    with frozen(DECEMBER):
        world.pupil(world.first)
    round_on(date(2027, 1, 24))
    assert written("verification_autumn") == [(7, world.east.pk)]


@pytest.mark.rule("R1.1")
def test_a_province_with_holders_of_l_is_told_on_1_march_and_again_while_nothing_is_begun():
    world = world_at(FEBRUARY)
    with frozen(FEBRUARY):
        clerks = [world.registrar(world.im), world.head(world.im)]
        world.pupil(world.first)
    round_on(date(2027, 2, 28))
    assert not written("number_issuing")
    round_on(date(2027, 3, 1))
    round_on(date(2027, 3, 2))
    assert written("number_issuing") == [(91, world.im.pk)], (
        "once, and no other province: it has nobody who waits"
    )
    told = Notice.objects.filter(account__in=clerks, link="/numbers/")
    assert told.count() == 2
    assert "请在2027年5月31日前准备下发正式学籍号（附件1 一.1）" in told.first().text
    round_on(date(2027, 4, 30))
    assert written("number_issuing") == [(31, world.im.pk), (91, world.im.pk)]


@pytest.mark.rule("R1.1")
def test_who_has_begun_the_issuing_of_this_spring_is_not_told():
    world = world_at(FEBRUARY)
    with frozen(shanghai(2027, 3, 1, 7)) as early:
        world.pupil(world.first)
        batch = issuing.prepare(world.registrar(world.im), early)
        IssuingBatch.objects.filter(pk=batch.pk).update(prepared_at=early)
    round_on(date(2027, 3, 1))
    assert not written("number_issuing")


@pytest.mark.rule("R1.1")
def test_nobody_is_told_where_nobody_waits():
    world = world_at(FEBRUARY)
    with frozen(FEBRUARY):
        world.pupil(world.first, letter="G")
    round_on(date(2027, 3, 1))
    assert not written("number_issuing")


@pytest.mark.rule("R6.2")
def test_an_authority_without_a_verification_is_told_60_30_and_7_days_before_the_term_ends():
    world = world_at(DECEMBER)
    with frozen(DECEMBER):
        world.pupil(world.first)
        world.pupil(world.third)
        rounds.open_round(
            world.west, world.registrar(world.west), DECEMBER, sample=20, due_on=date(2026, 12, 20)
        )
        clerk = world.registrar(world.east)
    for day in (date(2026, 12, 1), date(2026, 12, 2), date(2027, 1, 1), date(2027, 1, 24), date(2027, 2, 1)):
        round_on(day)
    pk = world.east.pk
    assert written("verification_autumn") == [(7, pk), (30, pk), (60, pk)]
    told = Notice.objects.filter(account=clerk, link="/verification/").latest("pk").text
    assert "还没有发起2026—2027学年第一学期的学籍核查" in told
    assert "2027年1月31日前完成（附件1 六）" in told


@pytest.mark.rule("R6.2")
@pytest.mark.parametrize(("month", "named"), [(date(2027, 1, 1), True), (date(2026, 12, 1), False)])
def test_the_bulletin_of_the_terms_last_month_names_who_opened_none(month, named):
    world = world_at(DECEMBER)
    with frozen(DECEMBER):
        world.pupil(world.first)
        world.pupil(world.third)
        rounds.open_round(
            world.west, world.registrar(world.west), DECEMBER, sample=20, due_on=date(2026, 12, 20)
        )
    after = counting.Month.of(month).next
    at = shanghai(after.year, after.month, 1, 2)
    with frozen(at):
        drafting.draft_all(at)
    bulletin = Bulletin.objects.get(province=world.im, month=month)
    whole = bulletin.lines.get(unit=world.im)
    assert whole.figures["unverified"] == int(named)
    assert bulletin.lines.get(unit=world.east).figures["unverified"] == int(named)
    assert bulletin.lines.get(unit=world.west).figures["unverified"] == 0
    said = f"本学期没有发起学籍核查的主管部门 1 个：{world.east.name}。"
    assert (said in paragraphs(bulletin, whole)) is named


@pytest.mark.rule("R6.2")
def test_an_authority_without_pupils_in_its_schools_has_nothing_to_verify():
    world = world_at(DECEMBER)
    with frozen(DECEMBER):
        pupil = world.pupil(world.first)
    rewritten(Student.objects.filter(pk=pupil.pk), status=StudentStatus.SUSPENDED)
    assert not yearly_reminders.unverified([world.im.pk], 2026, 1, DECEMBER.date())
