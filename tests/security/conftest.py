"""One scene for all scans of a file: it is costly to set, and each test undoes what it did there."""

import logging

import pytest
from django.conf import settings
from django.db import transaction
from django.test import override_settings

from tests.clock import frozen, shanghai
from tests.security.scene import Scene


@pytest.fixture(scope="module")
def scene(django_db_setup, django_db_blocker, tmp_path_factory):
    own = override_settings(
        EVIDENCE_ROOT=tmp_path_factory.mktemp("evidence"),
        # Each request is undone, and with it the renewal of the session: on a slow machine the walk outlasts 15 minutes.
        SESSION_COOKIE_AGE=int(settings.SESSION_LONGEST.total_seconds()),
    )
    # Thousands of refusals, each of them logged, are not what is looked at here.
    logging.disable(logging.ERROR)
    # A working day outside the closed season: on any other, some verbs are refused to everyone.
    at = shanghai(2026, 10, 14, 10)
    around = transaction.atomic()
    # As Django marks the transactions of its own test cases: within it the program's durable ones may begin.
    around._from_testcase = True
    with django_db_blocker.unblock(), around, own, frozen(at) as now:
        yield Scene(now)
        transaction.set_rollback(True)
    logging.disable(logging.NOTSET)
