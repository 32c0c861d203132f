"""The units and people of a county whose school is to be closed."""

import pytest

from tests.clock import frozen
from tests.students.merged_school.scenes import NOW
from tests.world import World


@pytest.fixture
def world(db):
    with frozen(NOW):
        made = World(NOW)
        for unit in (made.first, made.second, made.east):
            made.registrar(unit), made.head(unit)
        yield made
