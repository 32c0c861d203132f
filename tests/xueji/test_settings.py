"""Settings outside the trial: the program refuses to start with anything weak, in one sentence."""

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory

from xueji import addresses, keys

ROOT = Path(keys.__file__).resolve().parent.parent
GOOD = keys.make() | {
    "DATABASE_URL": "postgresql://xueji:p%40ss@db.invalid:6432/xueji?sslmode=require",
    "REDIS_URL": "redis://broker.invalid/0",
    "ALLOWED_HOSTS": "xueji.invalid",
}


def start(**changes):
    """Load the settings in a process of its own, with the good environment and these changes."""
    named = {**GOOD, **changes}
    environment = {name: value for name, value in named.items() if value is not None} | {
        "PATH": os.environ["PATH"]
    }
    command = [sys.executable, "-c", "from xueji import settings; print(settings.TRIAL)"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_good_secrets_start_outside_the_trial():
    result = start()
    assert (result.returncode, result.stdout.strip()) == (0, "False"), result.stderr


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"SECRET_KEY": None}, "SECRET_KEY 缺失"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY 缺失、过短"),
        ({"SECRET_KEY": "a" * 80}, "SECRET_KEY 缺失、过短"),
        ({"SECRET_KEY": "django-insecure-" + "abcdefghijk0123456789" * 4}, "SECRET_KEY"),
        ({"FIELD_KEYS": None}, "FIELD_KEYS 缺失"),
        ({"FIELD_KEYS": "{}"}, "FIELD_KEYS 缺失"),
        ({"FIELD_KEYS": "[1, 2]"}, "FIELD_KEYS 缺失"),
        ({"FIELD_KEYS": '{"active":"1","keys":{"1":"c2hvcnQ="},"index":"c2hvcnQ="}'}, "32 个随机字节"),
        ({"FIELD_KEYS": GOOD["FIELD_KEYS"].replace('"active": "1"', '"active": "2"')}, "FIELD_KEYS 缺失"),
        ({"AUDIT_SIGNING_KEY": None}, "AUDIT_SIGNING_KEY"),
        ({"AUDIT_SIGNING_KEY": "A" * 43 + "="}, "AUDIT_SIGNING_KEY"),
        ({"REDIS_URL": None}, "REDIS_URL"),
        ({"REDIS_URL": "broker.invalid"}, "REDIS_URL 应形如"),
        ({"DATABASE_URL": "mysql://db.invalid/xueji"}, "DATABASE_URL 应形如"),
        ({"DJANGO_DEBUG": "1"}, "DJANGO_DEBUG"),
        ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
    ],
)
def test_the_program_refuses_to_start_outside_the_trial_with(change, sentence):
    result = start(**change)
    assert result.returncode != 0
    last = result.stderr.strip().splitlines()[-1]
    assert last.startswith("django.core.exceptions.ImproperlyConfigured: ")
    assert sentence in last


def test_the_secrets_of_a_trial_are_made_once_and_private(tmp_path):
    for name in keys.NAMES:
        assert name not in os.environ
    first = keys.load(tmp_path, trial=True)
    assert keys.load(tmp_path, trial=True) == first
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
    assert keys.load(tmp_path / "other", trial=True)["SECRET_KEY"] != first["SECRET_KEY"]


def test_damaged_secrets_of_a_trial_are_told_and_not_replaced(tmp_path):
    (tmp_path / "secrets.json").write_text("{")
    with pytest.raises(ImproperlyConfigured, match="已损坏"):
        keys.load(tmp_path, trial=True)
    assert (tmp_path / "secrets.json").read_text() == "{"


def test_new_secrets_for_a_real_site_are_accepted(capsys):
    keys.main()
    lines = dict(line.split("=", 1) for line in capsys.readouterr().out.splitlines())
    assert start(**{name: lines[name].strip("'") for name in keys.NAMES}).returncode == 0
    assert json.loads(lines["FIELD_KEYS"].strip("'"))["active"] == "1"


def test_a_database_address_is_read_in_full():
    described = addresses.database(GOOD["DATABASE_URL"])
    assert (described["HOST"], described["PORT"], described["NAME"]) == ("db.invalid", "6432", "xueji")
    assert (described["USER"], described["PASSWORD"]) == ("xueji", "p@ss")
    assert described["OPTIONS"]["sslmode"] == "require"


def test_every_connection_gives_up_in_time():
    options = addresses.database(GOOD["DATABASE_URL"])["OPTIONS"]["options"]
    for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
        assert f"-c {limit}=" in options


def test_a_pooler_gets_nothing_it_refuses(monkeypatch):
    monkeypatch.setenv("DB_POOLER", "1")
    described = addresses.database(GOOD["DATABASE_URL"])
    assert "options" not in described["OPTIONS"]
    assert described["OPTIONS"]["prepare_threshold"] is None
    assert described["DISABLE_SERVER_SIDE_CURSORS"] is True
    assert described["CONN_MAX_AGE"] == 0


def test_a_unix_socket_is_written_the_way_celery_reads_it():
    assert addresses.celery_url("unix:///tmp/x/valkey.sock") == "redis+socket:///tmp/x/valkey.sock"
    numbered = addresses.celery_url("unix:///tmp/x/valkey.sock?password=a&db=3")
    assert numbered == "redis+socket:///tmp/x/valkey.sock?password=a&virtual_host=3"
    assert addresses.celery_url("valkeys://host:1/0") == "rediss://host:1/0"


@pytest.mark.parametrize(
    ("proxies", "claimed", "address"),
    [
        (0, "6.6.6.6", "10.0.0.1"),
        (1, "6.6.6.6, 203.0.113.5", "203.0.113.5"),
        (2, "6.6.6.6, 203.0.113.5, 10.0.0.9", "203.0.113.5"),
        (2, "203.0.113.5", "10.0.0.1"),
        (1, "", "10.0.0.1"),
    ],
)
def test_a_visitor_cannot_claim_an_address(settings, proxies, claimed, address):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": claimed})
    assert addresses.client_address(request) == address


def test_every_variable_that_is_read_is_documented():
    import re

    sources = [path.read_text() for path in (ROOT / "xueji").glob("*.py")] + [
        path.read_text() for path in (ROOT / "trial").glob("*.py")
    ]
    read = {
        name
        for text in sources
        for name in re.findall(r'(?:environ\.get\(|_flag\(|_list\()\s*"([A-Z_]+)"', text)
    }
    text = (ROOT / "docs" / "operations.md").read_text()
    known = set(re.findall(r"[A-Z][A-Z_]{2,}", text)) | {"WEB_WORKERS", "YES"}
    assert len(read) > 15
    assert read <= known, f"missing in docs/operations.md: {sorted(read - known)}"


def test_every_variable_stands_once_in_the_table_of_operations():
    text = (ROOT / "docs" / "operations.md").read_text()
    named = re.findall(r"`([A-Z][A-Z_0-9]+)`", " ".join(re.findall(r"^\|([^|]+)\|", text, re.MULTILINE)))
    assert {"DATABASE_URL", "NOTICE_EMAIL", "EMAIL_HOST"} <= set(named)
    assert len(named) == len(set(named)), [name for name in named if named.count(name) > 1]
