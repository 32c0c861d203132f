"""Settings of the bench: the program's own, on servers of its own in ``var/bench``, at one of several databases.

``BENCH_DATABASE`` names the database, so that worker processes and the web server find the one that is measured.
"""

import os
from pathlib import Path

os.environ.setdefault("XUEJI_VAR", str(Path(__file__).resolve().parent.parent / "var" / "bench"))
# Nothing here is cut off after seconds; the statements of a page are the same with or without a limit.
os.environ.setdefault("DB_STATEMENT_TIMEOUT_MS", "3600000")
os.environ.setdefault("DB_LOCK_TIMEOUT_MS", "60000")
os.environ.setdefault("DB_IDLE_TIMEOUT_MS", "3600000")
os.environ.setdefault("LOG_LEVEL", "WARNING")

from xueji.settings import *  # noqa: F403

DATABASES["default"]["NAME"] = os.environ.get("BENCH_DATABASE", "xueji")  # noqa: F405
ROOT_URLCONF = "bench.urls"
