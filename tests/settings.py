"""Settings of the tests: the program's own, on servers of their own in ``var/test`` and on the tests' own day.

Tests may run in several processes at once (pytest-xdist). They share the servers; each has a database of its own (see
tests/databases.py), a number of its own at the broker, and its own folders.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

os.environ.setdefault("XUEJI_VAR", str(Path(__file__).resolve().parent.parent / "var" / "test"))

from tests import ordinary_day

ordinary_day.begin()

from xueji.settings import *  # noqa: E402, F403


def numbered(url: str, number: int) -> str:
    """The same broker, another of its numbered databases."""
    if url.startswith("unix:"):
        return f"{url}{'&' if '?' in url else '?'}db={number}"
    return urlsplit(url)._replace(path=f"/{number}").geturl()


# Number 0 is for runs of one process; a run beside another begins behind the numbers of that one (tests/run).
_first = int(os.environ.get("XUEJI_TESTS_FIRST_PROCESS") or 1)
_worker = os.environ.get("PYTEST_XDIST_WORKER", "")
if _worker:
    _number = int(_worker.removeprefix("gw")) + _first
    EVIDENCE_ROOT = VAR / f"process{_number}" / "evidence"  # noqa: F405
    AUDIT_HEADS_DIR = VAR / f"process{_number}" / "audit-heads"  # noqa: F405
    STORAGES["default"]["OPTIONS"]["location"] = EVIDENCE_ROOT  # noqa: F405
    REDIS_URL = numbered(REDIS_URL, _number)  # noqa: F405
    CACHES["default"]["LOCATION"] = REDIS_URL  # noqa: F405

# Real hashing costs a second an account; what it protects is not under test.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]

# People of the tests are in post since long ago, as people of an installation are whom a command on the server takes
# over. What the program itself gives is asked for by an account and waits like everywhere (orgs/sql/triggers.sql).
DATABASES["default"]["OPTIONS"]["options"] += " -c xueji.installing=on"  # noqa: F405
