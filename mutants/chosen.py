"""A plugin for pytest: only the chosen tests, in the chosen order, until one is red; says which and why.

``pytest -p mutants.chosen`` with a file in ``MUTANTS_CHOSEN``: ``{"tests": […]}``; the answer is written beside them.
"""

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

# Seconds of this process' own time after which a test that ends by itself would long have ended.
ENDLESS = 25
_asked = Path(os.environ["MUTANTS_CHOSEN"])
_answer: dict[str, Any] = {"passed": 0}


def _endless(*_: object) -> None:
    pytest.fail(f"did not end within {ENDLESS} seconds of processor time")


signal.signal(signal.SIGVTALRM, _endless)
signal.setitimer(signal.ITIMER_VIRTUAL, ENDLESS)


def pytest_sessionstart() -> None:
    """The migrated template is that of the source without a fault: what was installed before it came in."""
    template = Path(os.environ["MUTANTS_TEMPLATE"])
    if (template.parent.parent.parent / "tests" / "databases.py").exists():
        from tests import databases

        if not template.exists():
            template.write_text(databases._digest())
        name = template.read_text()
        databases._digest = lambda: name


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The chosen ones, as chosen."""
    rank = {test: place for place, test in enumerate(json.loads(_asked.read_text())["tests"])}
    items[:] = sorted((item for item in items if item.nodeid in rank), key=lambda item: rank[item.nodeid])


def pytest_runtest_logstart() -> None:
    """Every test has its own time."""
    signal.setitimer(signal.ITIMER_VIRTUAL, ENDLESS)


def pytest_runtest_logreport(report: Any) -> None:
    """The first red test is the answer."""
    if report.failed and "by" not in _answer:
        crash = getattr(report.longrepr, "reprcrash", None)
        _answer.update(by=report.nodeid, why=str(crash.message if crash else report.longrepr)[:300])
    _answer["passed"] += report.passed and report.when == "call"
    # Beside the question, at once: who is stopped by the clock has asked some tests too.
    _asked.with_suffix(".answer").write_text(json.dumps(_answer))
