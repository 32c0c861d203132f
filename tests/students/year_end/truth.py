"""The truth table of the year's end (truth_table.csv), and how a row of it is played: through the doors, in a world in which
it is July 2026, for holders of L, J and G alike (R1.8, R3.5c, R4.1).

P is a primary school of grades 1–6, J a junior of 7–9, S a senior of 10–12, N one of nine years, T of twelve; P5 and J4 are
those of a 5-4 area, TP a 教学点 of grades 1–4. Grade 6 of the school year 2025/26 is cohort 2020.
"""

import copy
import csv
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection, transaction

from students.year_end import checking as year_end_check
from tests.clock import frozen, shanghai
from tests.world import World

JULY = shanghai(2026, 7, 6, 10)
LETTERS = "LJG"
_FILE = Path(__file__).with_name("truth_table.csv")
# Whatever shows a row, by its id; filled as the files of tests are read.
SHOWN = defaultdict(list)


def table() -> dict[str, dict[str, str]]:
    """The rows by their ids: situation, when it is tried, the right answer, the record afterwards, the question of the
    law that stands behind it."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return {line["id"]: line for line in csv.DictReader(file)}


class Rows:
    """The rows that one file of tests plays: each a function of a world and of a pupil's letter."""

    def __init__(self):
        self.acts = {}

    def __call__(self, *names):
        """Names the rows that a function plays; what is no row of the table has a name of words."""

        def keep(act):
            assert not set(names) & set(self.acts), names
            self.acts.update(dict.fromkeys(names, act))
            for name in names:
                SHOWN[name].append((act, LETTERS))
            return act

        return keep

    @property
    def each(self):
        """One test for each function, named by the first of its rows."""
        by_act = defaultdict(list)
        for name, act in self.acts.items():
            by_act[act].append(name)
        ids = ["-".join(names) for names in by_act.values()]
        return pytest.mark.parametrize("act", by_act, ids=ids)


def shows(*names):
    """Marks a test of its own kind as one that shows rows; its letters are those of its parameter ``letter``."""

    def keep(test):
        letters = {
            letter
            for mark in getattr(test, "pytestmark", ())
            if mark.name == "parametrize" and mark.args[0] == "letter"
            for letter in mark.args[1]
        }
        for name in names:
            SHOWN[name].append((test, "".join(sorted(letters))))
        return test

    return keep


def july():
    """The world of a row."""
    world = World(now=JULY)
    assert world.junior
    return world


def played(act):
    """A row, for each letter from the same beginning; what is looked at only at the end of a transaction is looked at, and
    nobody is left whose phase, status and papers do not fit together."""
    with frozen(JULY):
        world = july()
        for letter in LETTERS:
            with given_back():
                act(copy.deepcopy(world), letter)
                settled()


@contextmanager
def given_back():
    """Whatever is written in between is taken back."""
    block = transaction.atomic()
    # As a test's own transaction: papers that begin one that must be outermost may begin it inside.
    block._from_testcase = True
    with block, frozen(JULY):
        yield
        transaction.set_rollback(True)


def settled():
    """The walls that wait for the end of a transaction have spoken, and the nightly look finds nothing."""
    connection.check_constraints()
    # Rows act in years to come: looked at when all of them are over.
    with frozen(shanghai(2035, 9, 7)):
        assert year_end_check.found() == {}
