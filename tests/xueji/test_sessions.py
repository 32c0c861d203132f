"""A session ends after 15 minutes without a request and after eight hours in all, and is written once a minute."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext

from xueji import sessions

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch):
    """Moves the session's clock and Django's together."""
    from django.contrib.sessions.backends import base, db
    from django.utils import timezone

    class Clock:
        ahead = timedelta()

        def move(self, **parts):
            self.ahead += timedelta(**parts)

    clock, now, seconds = Clock(), timezone.now, sessions.time.time

    class Shifted:
        def __getattr__(self, name):
            return getattr(timezone, name)

        @staticmethod
        def now():
            return now() + clock.ahead

    monkeypatch.setattr(base, "timezone", Shifted())
    monkeypatch.setattr(db, "timezone", Shifted())
    monkeypatch.setattr(sessions.time, "time", lambda: seconds() + clock.ahead.total_seconds())
    return clock


@pytest.fixture
def browser(client):
    account = get_user_model().objects.create_user("registrar", password="does-not-matter-7")
    client.force_login(account)
    client.get("/health/")
    return client


def signed_in(client):
    client.get("/health/")
    return "_auth_user_id" in client.session


def test_fourteen_quiet_minutes_keep_the_session(browser, clock):
    clock.move(minutes=14)
    assert signed_in(browser)


def test_fifteen_quiet_minutes_end_the_session(browser, clock):
    clock.move(minutes=15, seconds=1)
    assert not signed_in(browser)


def test_a_request_starts_the_quarter_of_an_hour_again(browser, clock):
    for _ in range(4):
        clock.move(minutes=10)
        assert signed_in(browser)


def test_eight_hours_end_the_session_however_busy_it_was(browser, clock):
    for _ in range(47):
        clock.move(minutes=10)
        assert signed_in(browser)
    clock.move(minutes=10)
    assert not signed_in(browser)
    assert not Session.objects.exists()


def test_a_session_is_written_at_most_once_a_minute(browser, clock):
    def writes():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            browser.get("/health/")
        return sum("UPDATE" in query["sql"] and "django_session" in query["sql"] for query in queries)

    assert [writes(), writes()] == [0, 0]
    clock.move(seconds=61)
    assert [writes(), writes()] == [1, 0]


def test_a_visitor_without_a_session_gets_none(client):
    client.get("/health/")
    assert not Session.objects.exists()
    assert "xueji_session" not in client.cookies
