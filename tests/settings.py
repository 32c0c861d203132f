"""Settings of the tests: the program's own, on servers of their own in ``var/test``."""

import os
from pathlib import Path

os.environ.setdefault("XUEJI_VAR", str(Path(__file__).resolve().parent.parent / "var" / "test"))

from xueji.settings import *  # noqa: F403

# Real hashing costs a second an account; what it protects is not under test.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
