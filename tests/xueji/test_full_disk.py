"""A disk that is really full: a small one of its own, filled to the last block."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.xueji.small_disk import NOT_ALLOWED

ROOT = Path(__file__).resolve().parent.parent.parent


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def on_a_small_disk(folder: Path, megabytes: int, *program: str) -> subprocess.CompletedProcess:
    folder.mkdir()
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-m", "tests.xueji.small_disk", str(folder), str(megabytes), *program],
        cwd=ROOT,
        env=environment | {"XUEJI_VAR": str(folder), "PORT": free_port()},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    if done.returncode == NOT_ALLOWED:
        why = "the kernel gives this account no mounts of its own, so no small disk can be made (unshare -rm)"
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)
    return done


def test_the_program_on_a_full_disk_says_one_sentence_and_leaves_nothing_behind(tmp_path):
    inside = f"{sys.executable} -m trial.run; echo code=$?; ls {tmp_path / 'var'}"
    done = on_a_small_disk(tmp_path / "var", 60, "sh", "-c", inside)
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("磁盘空间不足"), done.stderr
    assert str(tmp_path / "var") in done.stderr
    assert "code=1" in done.stdout, done.stdout
    assert "pg" not in done.stdout.split()[1:], done.stdout


def test_a_disk_that_fills_up_under_a_running_database_loses_no_acknowledged_row(tmp_path):
    done = on_a_small_disk(tmp_path / "var", 420, "rehearse")
    assert not done.returncode, done.stderr
    told = json.loads(done.stdout)
    assert len(told["acknowledged"]) >= 20
    assert told["there"][: len(told["acknowledged"])] == told["acknowledged"]
    # The row in hand when the disk filled up may stand or not; more than that nobody sent.
    assert len(told["there"]) - len(told["acknowledged"]) in (0, 1)
    assert told["said"].startswith("磁盘空间不足"), told
