"""Real servers for every test: PostgreSQL and Valkey of their own in ``var/test``, one database a test run."""

import gc
import os

import hypothesis
import pytest
from django.conf import settings
from django.test import TransactionTestCase
from whitenoise.middleware import WhiteNoiseMiddleware

from tests import ordinary_day, rule_marks, spread
from tests.clock import frozen
from tests.databases import TestDatabase
from tests.world import World
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


@pytest.fixture(scope="session", autouse=True)
def files_listed_once():
    """Each of Django's clients has WhiteNoise look for all the files there are: here it is told what the first one found."""
    found = {}

    def once(listing):
        def listed(middleware, *places):
            key = listing.__name__, places, middleware.max_age, middleware.static_prefix, settings.STATIC_ROOT
            if key not in found:
                own, middleware.files = middleware.files, {}
                listing(middleware, *places)
                found[key], middleware.files = middleware.files, own
            middleware.files.update(found[key])

        return listed

    with pytest.MonkeyPatch.context() as patch:
        for name in ("update_files_dictionary", "add_files_from_finders"):
            patch.setattr(WhiteNoiseMiddleware, name, once(getattr(WhiteNoiseMiddleware, name)))
        yield


@pytest.fixture(scope="session")
def django_db_setup(servers, django_test_environment, django_db_blocker):
    """One migrated database for the run; a test that commits leaves a fresh clone behind instead of empty tables."""
    database = TestDatabase()
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        database.create()
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: database.renew())
        yield
        database.drop()


@pytest.fixture
def world(request, db):
    """Units, with clerks and pupils as a test asks for them (tests/world.py); on the ordinary day, or with the mark
    ``world_at`` at that instant, at which both clocks stand unless ``stands=False``."""
    mark = request.node.get_closest_marker("world_at")
    if mark is None:
        yield World()
    elif not mark.kwargs.get("stands", True):
        yield World(*mark.args)
    else:
        with frozen(*mark.args) as now:
            yield World(now)


@pytest.fixture
def evidence(settings, tmp_path):
    """A folder for this test's proofs alone."""
    settings.EVIDENCE_ROOT = tmp_path
    return tmp_path


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
    """The longest files first, so that no process ends the run alone."""
    spread.longest_first(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Who gets which tests (tests/spread.py)."""
    return spread.Spread(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_terminal_summary(terminalreporter):
    """With ``DURATIONS=write`` the seconds of each file are kept."""
    reports = [report for kind in ("passed", "failed", "") for report in terminalreporter.getreports(kind)]
    spread.write_down(report for report in reports if hasattr(report, "duration"))


def pytest_collection_finish(session):
    """A mark that names no rule is a mistake; with ``--rules-doc`` the page is written."""
    # What is loaded by now stays until the end: not walked again at every collection, a seventh of the time is saved.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    if session.config.getoption("--rules-doc"):
        rule_marks.write(session.items)
