"""Real servers for every test: PostgreSQL and Valkey of their own in ``var/test``, one database a test run."""

import os

import pytest
from django.conf import settings

from xueji import embedded


@pytest.fixture(scope="session")
def servers():
    """The embedded servers, or whatever DATABASE_URL and REDIS_URL name."""
    if not settings.TRIAL:
        yield embedded.Servers(settings.DATABASE_URL, settings.REDIS_URL)
        return
    with embedded.held(settings.VAR, durable=False) as running:
        yield running


@pytest.fixture(scope="session")
def django_db_modify_db_settings(servers):
    """Several runs may share the servers; each has a database of its own."""
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = f"test_{os.getpid()}"
