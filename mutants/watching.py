"""A plugin for pytest: which test reaches which line of the modules that are mutated, and how long a test takes.

``pytest -p mutants.watching`` with the patterns of the modules in ``MUTANTS_TARGETS`` and the file for the answer in
``MUTANTS_REACH``. Only those modules are watched, so that it costs little.
"""

import json
import os
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import coverage
import pytest

ROOT = Path.cwd()
_watch = coverage.Coverage(
    data_file=None,
    config_file=False,
    include=[str(ROOT / each) for each in os.environ["MUTANTS_TARGETS"].split()],
)
_watch.set_option("run:disable_warnings", ["no-data-collected", "module-not-measured", "already-imported"])
_watch.start()
_took: dict[str, float] = defaultdict(float)
_failed: set[str] = set()
_once = [0.0]


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any) -> Any:
    """What is made once for the whole run (the database) is not the time of the test that happens to come first."""
    since = time.perf_counter()
    try:
        return (yield)
    finally:
        if fixturedef.scope == "session":
            _once.append(time.perf_counter() - since)


def pytest_runtest_logstart(nodeid: str) -> None:
    """From here on what is reached is reached by this test."""
    _watch.switch_context(nodeid)


def pytest_runtest_logreport(report: Any) -> None:
    """Its length, and whether it can be asked at all: a test that is red without a fault says nothing of one."""
    # One session fixture asks for another: the longest holds the others.
    _took[report.nodeid] += max(0.0, report.duration - max(_once))
    _once[:] = [0.0]
    if not report.passed:
        _failed.add(report.nodeid)


def pytest_sessionfinish() -> None:
    """The answer: seconds of every green test; for every module and line the tests that reach it."""
    _watch.stop()
    data = _watch.get_data()
    reached = {
        Path(file).relative_to(ROOT).as_posix(): {
            line: named
            for line, tests in data.contexts_by_lineno(file).items()
            if (named := [t for t in tests if t])
        }
        for file in data.measured_files()
    }
    answer = {"took": {test: took for test, took in _took.items() if test not in _failed}, "reached": reached}
    Path(os.environ["MUTANTS_REACH"]).write_text(json.dumps(answer), encoding="utf-8")
