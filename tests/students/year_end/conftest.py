"""After every row of the truth table: what must be nowhere is nowhere (section by section in students/year_end/checking.py)."""

import pytest

from students.year_end import checking as year_end_check
from tests.clock import frozen, shanghai


@pytest.fixture(autouse=True)
def nothing_left_over(request, db):
    """Rows end with no pupil whose phase, status and papers do not fit together."""
    yield
    if request.node.path.name.startswith("test_rows"):
        # Rows act in years to come: looked at when all of them are over.
        with frozen(shanghai(2035, 9, 7)):
            assert year_end_check.found() == {}
