"""One scene for each paper: made once, and what a test did with it undone after each."""

import pytest
from django.db import transaction
from django.test import override_settings

from students.pupil.reference import load_code_tables
from tests.clock import frozen, shanghai
from tests.papers.cells import HELD
from tests.papers.registry import PAPERS
from tests.papers.scene import Scene
from tests.undo import undo
from tests.world import World

# A working day outside the closed season, within half a year of the summer's graduation.
NOW = shanghai(2026, 10, 14, 10)


def pytest_generate_tests(metafunc):
    """A test marked ``holds`` runs for every paper in whose cell of that property it is said to hold."""
    mark = metafunc.definition.get_closest_marker("holds")
    if mark is None:
        return
    (name,) = mark.args
    held = [paper for paper in PAPERS if paper.cell(name) == HELD]
    metafunc.parametrize("made", held, ids=[paper.name for paper in held], indirect=True, scope="module")


@pytest.fixture(scope="module")
def made(request, django_db_setup, django_db_blocker, tmp_path_factory):
    """The paper, waiting: in a transaction of its own, as a test's is, for all tests of the file about it."""
    atomic = transaction.atomic()
    atomic._from_testcase = True
    root = tmp_path_factory.mktemp("evidence")
    with django_db_blocker.unblock(), override_settings(EVIDENCE_ROOT=root), atomic:
        with frozen(NOW) as now:
            load_code_tables()
            world = World(now)
            yield Scene(request.param, world, request.param.waits(world))
        transaction.set_rollback(True)


@pytest.fixture
def scene(made):
    """The same, for one test."""
    point = transaction.savepoint()
    yield made
    undo(point)
