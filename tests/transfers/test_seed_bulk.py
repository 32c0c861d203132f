"""Bulk rows for measurements: they fit like real ones, and follow from the seed alone."""

from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from demo import bulk, bulk_rows, inspection
from orgs.people.models import Unit
from orgs.people.reference import load_units
from reviews.engine.models import Case, Step
from students.pupil import identity, records
from students.pupil.models import RegistrationNumber, Student
from tests.clock import shanghai

pytestmark = pytest.mark.django_db
NOON = shanghai(2026, 11, 23, 12)
TODAY = NOON.date()


@pytest.fixture(autouse=True)
def trial():
    with override_settings(TRIAL=True):
        yield


def test_pupils_and_cases_come_in_the_wanted_number_and_fit():
    told = []
    done = bulk.fill(NOON, 6_000, 5_000, 7, told.append)
    assert (Student.objects.count(), Case.objects.count()) == (6_000, 5_000)
    assert [progress.done for progress in told] == [5_000, 6_000]
    assert done.rows > 40_000
    assert inspection.faults() == []
    states = Counter(Case.objects.values_list("state", flat=True))
    assert {"receiving_school", "receiving_authority", "sending_school", "sending_authority"} <= set(states)
    assert sum(states[end] for end in ("completed", "refused", "withdrawn")) < 0.2 * 5_000
    live = Case.objects.filter(closed_at__isnull=True)
    assert live.values("holder").distinct().count() >= 20
    expiring = live.filter(expires_at__lte=NOON).count()
    assert 0.08 * 5_000 < expiring < 0.16 * 5_000
    late = Step.objects.filter(closed_at__isnull=True, due_on__lt=TODAY, case__expires_at__gt=NOON).count()
    assert 0.06 * 5_000 < late < 0.16 * 5_000


def test_numbers_are_valid_sealed_and_belong_to_their_pupil():
    bulk.fill(NOON, 1_000, 0, 7)
    for row in RegistrationNumber.objects.order_by("?")[:100]:
        parsed = identity.check_registration_number(records.opened_number(row), TODAY)
        assert parsed.birth_date == row.student.birth_date
        assert bytes(row.index) == records.number_index(parsed.text)
    for student in Student.objects.exclude(id_number_sealed=None)[:100]:
        number = identity.check_id_number(records.id_number(student), TODAY)
        assert identity.cross_check(number, student.birth_date, student.sex) == []
        assert bytes(student.id_number_index) == records.number_index(number.text)


def test_several_processes_write_what_one_would_and_another_seed_something_else(monkeypatch):
    load_units()
    plan = bulk._plan(TODAY, 6_000, 6_000, 7)
    alone = list(bulk._chunks(plan))
    monkeypatch.setattr(bulk, "_ALONE", 0)
    together = list(bulk._chunks(plan))
    # Sealed columns differ each time, as they must.
    for table in ("students_enrolment", "reviews_case", "transfers_transfer", "reviews_step", "reviews_act"):
        assert [texts[table] for texts, _ in alone] == [texts[table] for texts, _ in together], table
    plan.seed = 8
    other, _ = bulk_rows.Writer(plan).rows(0, 100)
    first, _ = alone[0]
    assert not first["reviews_case"].startswith(other["reviews_case"])


def test_more_cases_than_pupils_and_a_second_time_are_refused_with_a_sentence():
    with pytest.raises(CommandError, match="业务数不能多于学生数"):
        call_command("seed_demo", pupils=10, cases=11)
    bulk.fill(NOON, 500, 0, 7)
    units = Unit.objects.count()
    with pytest.raises(CommandError, match="已经生成过大批量数据"):
        call_command("seed_demo", pupils=500, cases=10)
    assert Unit.objects.count() == units
