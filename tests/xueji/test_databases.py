"""The test databases: a committed row of one test is not there in the next."""

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone


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
