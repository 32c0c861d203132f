"""Real servers for every test: PostgreSQL and Valkey of their own in ``var/test``, one database a test run."""

import gc
import os

import hypothesis
import pytest
from django.conf import settings
from django.test import TransactionTestCase

from tests import ordinary_day, rule_marks
from tests.databases import TestDatabase
from trial import embedded
from xueji.english import compiling

# A busy machine is slow, not wrong: nothing here is judged by the clock on the wall.
hypothesis.settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("untimed")

# bootstrap.py does so too; a change of English is then read without installing again.
if not compiling.is_current():
    compiling.make()


@pytest.fixture(scope="session")
def servers():
    """The embedded servers, or whatever DATABASE_URL and REDIS_URL name."""
    if not settings.TRIAL:
        yield embedded.Servers(settings.DATABASE_URL, settings.REDIS_URL)
        return
    with embedded.held(settings.VAR, durable=False) as running:
        yield embedded.Servers(running.database_url, settings.REDIS_URL)


@pytest.fixture(scope="session")
def django_db_setup(servers, django_test_environment, django_db_blocker):
    """One migrated database for the run; a test that commits leaves a fresh clone behind instead of empty tables."""
    database = TestDatabase()
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        database.create()
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: database.renew())
        yield
        database.drop()


def _environment(database_url: str, redis_url: str) -> dict[str, str]:
    own = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SECRET_KEY": settings.SECRET_KEY,
        "FIELD_KEYS": settings.FIELD_KEYS,
        "AUDIT_SIGNING_KEY": settings.AUDIT_SIGNING_KEY,
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "EVIDENCE_ROOT": str(settings.EVIDENCE_ROOT),
        "DJANGO_SETTINGS_MODULE": "tests.program",
        ordinary_day.SHARED: str(ordinary_day.SHIFT.total_seconds()),
    }
    return os.environ | own


@pytest.fixture
def program_environment(transactional_db, servers):
    """The environment in which a process of its own (worker, web, command) works on this test's database."""
    name = settings.DATABASES["default"]["NAME"]
    return _environment(
        servers.database_url.replace(f"/{embedded.DATABASE}?", f"/{name}?"), servers.redis_url
    )


@pytest.fixture(scope="session")
def servers_environment(servers):
    """The same on the servers' own database, which has no tables: for a process that is only asked whether it is well."""
    return _environment(servers.database_url, servers.redis_url)


def pytest_addoption(parser):
    """``--rules-doc``: write docs/rules.md from the marks of the collected tests."""
    parser.addoption("--rules-doc", action="store_true", help="write docs/rules.md")


def pytest_collection_modifyitems(items):
    """The longest files first, so that no process ends the run alone: they walk every address or start programs."""
    items.sort(key=lambda item: item.path.parent.name not in ("security", "xueji"))


def pytest_collection_finish(session):
    """A mark that names no rule is a mistake; with ``--rules-doc`` the page is written."""
    # What is loaded by now stays until the end: not walked again at every collection, a seventh of the time is saved.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    if session.config.getoption("--rules-doc"):
        rule_marks.write(session.items)
