"""Finding a pupil by number and name, and what the trail keeps of it (R1.8, R3.1b)."""

import pytest
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ledger.models import AuditEntry
from students.pupil import records
from students.pupil.identity import IdentityError

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(world):
    return world.registrar(world.first)


@pytest.mark.rule("R1.8")
@pytest.mark.parametrize("letter", ["L", "J", "G"])
def test_a_pupil_is_found_by_its_number_whatever_the_letter(world, account, letter):
    pupil = world.pupil(world.third, letter=letter)
    assert records.find(records.current_number(pupil), pupil.name, account, timezone.now()) == pupil


@pytest.mark.parametrize(
    "typed",
    ["阿拉坦 · 其其格", "阿拉坦•其其格", "阿拉坦.其其格", "阿拉坦・其其格", "　阿拉坦·其其格　"],
)
def test_a_name_is_compared_as_written_whatever_dot_the_keyboard_has(world, account, typed):
    pupil = world.pupil(world.third, name="阿拉坦·其其格")
    assert records.find(records.current_number(pupil), typed, account, timezone.now()) == pupil


@pytest.mark.parametrize("name", ["㐆䶮", "𠅤小明", "阿拉坦·其其格"])
def test_rare_characters_are_found(world, account, name):
    pupil = world.pupil(world.third, name=name)
    assert records.find(records.current_number(pupil), name, account, timezone.now()) == pupil


def test_a_number_without_its_name_and_a_name_without_its_number_find_nobody(world, account):
    one, other = world.pupil(world.third), world.pupil(world.third, grade=3)
    now = timezone.now()
    assert records.find(records.current_number(one), f"{other.name}某", account, now) is None
    if one.name != other.name:
        assert records.find(records.current_number(one), other.name, account, now) is None


def test_an_empty_number_is_asked_for_by_both_its_names(world, account):
    with pytest.raises(IdentityError, match="请填写学籍号或身份证号"):
        records.find(" \u3000", "阿拉坦", account, timezone.now())


def test_no_match_costs_the_same_queries_whatever_was_wrong(world, account):
    pupil = world.pupil(world.third)
    unknown = world.inventor.l_number("152522", pupil.birth_date)
    counts = set()
    for number, name in ((records.current_number(pupil), "查无此人"), (unknown, pupil.name)):
        with CaptureQueriesContext(connection()) as captured:
            assert records.find(number, name, account, timezone.now()) is None
        counts.add(len(captured))
    assert len(counts) == 1


def connection():
    from django.db import connection as default

    return default


def test_every_look_up_is_in_the_trail_without_number_or_name(world, account):
    pupil = world.pupil(world.third)
    number = records.current_number(pupil)
    records.find(number, pupil.name, account, timezone.now())
    records.find(number, "查无此人", account, timezone.now())
    entries = list(
        AuditEntry.objects.filter(subject=f"lookup:{account.pk}").values("action", "body", "chain")
    )
    assert entries == [
        {"action": "student.lookup", "body": {"student": pupil.pk}, "chain": "access"},
        {"action": "student.lookup_missed", "body": {}, "chain": "access"},
    ]


def test_who_misses_too_often_within_the_hour_is_told_to_wait(world, account, monkeypatch):
    monkeypatch.setattr(records, "MISSES_AN_HOUR", 2)
    pupil = world.pupil(world.third)
    number, now = records.current_number(pupil), timezone.now()
    for _ in range(2):
        records.find(number, "查无此人", account, now)
    with pytest.raises(records.TooManyMisses):
        records.find(number, pupil.name, account, timezone.now())
    later = timezone.now() + timezone.timedelta(hours=1, seconds=5)
    assert records.find(number, pupil.name, account, later) == pupil


@pytest.mark.parametrize("number", ["", "12", "G1", "X" * 19, "152522201009010019", "L152522209909010019"])
def test_what_cannot_be_a_number_is_said_so(world, account, number):
    with pytest.raises(IdentityError) as told:
        records.find(number, "王伟", account, timezone.now())
    assert number not in told.value.sentence or not number
