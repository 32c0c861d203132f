"""The demonstration is dated by the day it is given, whatever the season, and only where real data cannot stand."""

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from demo import seeding
from reviews.engine import book as rulebook
from reviews.engine.models import Act, Case
from reviews.vocabulary.states import ENDS, OWN_SIDE, State
from students.pupil.models import Student
from tests.clock import shanghai
from web.clock import local_date

pytestmark = pytest.mark.django_db

# What a transfer within a province goes through.
SHOWN = (
    set(State.values)
    - {state for state in State.values if "league" in state or "province" in state}
    - {"graduation_authority", "awaiting_file", "lapsed", "cleared"}
    - set(OWN_SIDE)
)


def check_dates(today: date) -> None:
    book = rulebook.current()
    for case in Case.objects.filter(submitted_at__isnull=False).select_related("receiving_unit"):
        sent = local_date(case.submitted_at)
        assert sent < today
        assert book.calendar.is_working(sent)
        assert book.closed(case.kind, case.receiving_unit.province_id, case.submitted_at) is None
        assert case.state in ENDS or case.expires_at > case.submitted_at + timedelta(days=89)
    acts = Act.objects.exclude(verb="expire")
    days = {local_date(at) for at in acts.values_list("at", flat=True)}
    assert all(book.calendar.is_working(day) for day in days)
    assert max(days) == book.calendar.add(today, -1)
    live = Case.objects.exclude(state__in=ENDS).filter(submitted_at__isnull=False)
    assert min(local_date(at) for at in live.values_list("expires_at", flat=True)) >= today


@pytest.mark.rule("R3.5")
def test_in_the_closed_window_it_is_dated_before_it_and_still_shows_every_state(tmp_path):
    today = date(2026, 8, 3)
    with override_settings(EVIDENCE_ROOT=tmp_path, TRIAL=True):
        seeding.seed(shanghai(today.year, today.month, today.day, 9))
    check_dates(today)
    assert set(Case.objects.values_list("state", flat=True)) >= SHOWN


@pytest.mark.parametrize("asked", [{}, {"pupils": 1000, "cases": 10}])
def test_outside_the_trial_it_is_refused_with_a_sentence(asked):
    with override_settings(TRIAL=False), pytest.raises(CommandError, match="只能载入试用环境"):
        call_command("seed_demo", **asked)
    assert Student.objects.count() == 0
