"""The test databases: a committed row of one test is not there in the next."""

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from tests import databases


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_a_committed_row_does_not_reach_the_next_test(turn):
    assert not Session.objects.exists()
    Session.objects.create(session_key=f"turn{turn}", session_data="", expire_date=timezone.now())


@pytest.mark.django_db
def test_rows_that_migrations_wrote_are_there_after_tests_that_committed():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM reviews_route")
        assert cursor.fetchone()[0] > 0


def test_a_changed_row_of_a_migration_is_not_tested_against_the_old_database(tmp_path, monkeypatch):
    """Rows that a migration takes from a module name the template too, and what that module imports."""
    for name, text in {
        "reviews/migrations/0001_rows.py": "from reviews import row_values",
        "reviews/row_values.py": "from reviews.limits import DAYS",
        "reviews/limits.py": "DAYS = 10",
        "reviews/pages.py": "TITLE = 'one'",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(databases, "ROOT", tmp_path)
    before = databases._digest()
    (tmp_path / "reviews/pages.py").write_text("TITLE = 'another'")
    assert databases._digest() == before
    (tmp_path / "reviews/limits.py").write_text("DAYS = 11")
    assert databases._digest() != before
