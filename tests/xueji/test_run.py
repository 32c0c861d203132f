"""``make run``: one process that starts all, ends all, and keeps the data."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from trial import embedded, processes, run

ROOT = Path(run.__file__).resolve().parent.parent


class Program:
    """The program running in a ``var`` of its own, as somebody at a terminal would start it."""

    def __init__(self, var, port):
        self.var, self.port = var, port
        self.output = var.parent / "output.txt"

    def command(self, *arguments, **environment):
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return {
            "args": [sys.executable, "-m", "trial.run", *arguments],
            "cwd": ROOT,
            "env": inherited | {"XUEJI_VAR": str(self.var), "PORT": str(self.port)} | environment,
            "text": True,
        }

    def start(self, *arguments):
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                **self.command(*arguments), stdout=output, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + 300
        while "Ctrl-C" not in self.printed():
            assert self.process.poll() is None, self.printed()
            assert time.monotonic() < deadline, self.printed()
            time.sleep(0.1)

    def once(self, *arguments, **environment):
        """A run that is expected to end by itself: its exit code and what it said on stderr."""
        result = subprocess.run(
            **self.command(*arguments, **environment), capture_output=True, check=False, timeout=120
        )
        return result.returncode, result.stderr.strip()

    def printed(self):
        return self.output.read_text()

    def end(self, number=signal.SIGINT):
        self.process.send_signal(number)
        return self.process.wait(60)

    def processes(self):
        """Everything of this program that lives: children carry its ``var`` in their environment."""
        mark = f"XUEJI_VAR={self.var}\0".encode()
        found = processes.living("postgres", self.var / "pg") | processes.living(
            "valkey-server", self.var / "valkey"
        )
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    if mark in (entry / "environ").read_bytes():
                        found.add(int(entry.name))
                except OSError:
                    continue
        return found

    def parts(self):
        return self.processes() - self.servers()

    def servers(self):
        return processes.living("postgres", self.var / "pg") | processes.living(
            "valkey-server", self.var / "valkey"
        )

    def manage(self, *arguments):
        command = self.command()
        command["args"] = [sys.executable, "manage.py", *arguments]
        return subprocess.run(**command, capture_output=True, check=True, timeout=120).stdout

    def answers(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
            return answer.status, answer.read().decode()


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """Started for the first time, with the demonstration data."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = Program(tmp_path_factory.mktemp("run") / "var", port)
    try:
        program.start()
        yield program
    finally:
        if program.process.poll() is None:
            program.end()
        embedded.stop(program.var)


@pytest.fixture
def started(program):
    if program.process.poll() is not None:
        program.start()
    return program


def wait_until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.1)
    return condition()


def test_a_first_start_prints_the_address_and_the_accounts(started):
    printed = started.printed()
    assert f"http://127.0.0.1:{started.port}/" in printed
    table = printed.partition("学籍系统已启动")[2]
    assert len([line for line in table.splitlines() if line.strip()]) >= 8, printed


def test_the_address_answers(started):
    assert started.answers("/health/")[0] == 200
    status, page = started.answers("/")
    assert status == 200
    assert 'name="password"' in page


def test_the_style_sheet_of_the_first_page_is_served(started):
    _, page = started.answers("/")
    sheets = re.findall(r'href="(/static/[^"]+\.css)"', page)
    assert sheets
    assert {started.answers(sheet)[0] for sheet in sheets} == {200}


def test_the_worker_does_what_beat_asks(started):
    log = started.var / "log" / "worker.log"
    assert wait_until(lambda: re.search(r"ledger\.tasks\.relay.*succeeded", log.read_text()), 30), (
        log.read_text()
    )
    assert "unregistered task" not in log.read_text()


def test_a_second_start_from_the_same_folder_is_refused(started):
    code, said = started.once()
    assert code == 1
    assert said.startswith("本系统已在这个目录里运行")


def test_data_in_use_is_not_erased(started):
    code, said = started.once("reset", YES="1")
    assert code == 1
    assert "正在" in said or "运行" in said
    assert (started.var / "pg" / "PG_VERSION").exists()


def test_a_kill_leaves_no_part_behind_and_the_next_start_keeps_the_data(started):
    before = started.manage("demo_accounts")
    started.end(signal.SIGKILL)
    assert wait_until(lambda: not started.parts()), started.parts()
    started.start()
    assert "正在载入" not in started.printed()
    assert started.manage("demo_accounts") == before
    # What the parts said before is kept beside what they say now.
    assert "ready" in (started.var / "log" / "worker.before.log").read_text()


def command_of(pid) -> bytes:
    """What a process runs; nothing for one that has just ended, such as the helper of a part."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""


def test_the_whole_program_stops_when_a_part_dies_and_says_which(started):
    beat = next(pid for pid in started.parts() if b"\0beat\0" in command_of(pid))
    os.kill(beat, signal.SIGKILL)
    assert started.process.wait(60) == 1
    assert started.printed().strip().splitlines()[-1].startswith("beat 意外停止")
    assert wait_until(lambda: not started.processes())


def test_a_stop_ends_everything_servers_too(started):
    assert started.end(signal.SIGTERM) == 0
    assert wait_until(lambda: not started.processes()), started.processes()


def serving(program) -> set[int]:
    return {pid for pid in program.parts() if b"\0runserver\0" in command_of(pid)}


def well(program) -> bool:
    try:
        return program.answers("/health/")[0] == 200
    except OSError:
        return False


def test_for_development_a_saved_file_is_taken_up_and_the_clockwork_runs(program):
    if program.process.poll() is None:
        program.end()
    program.start("dev")
    assert program.answers("/health/")[0] == 200
    before = serving(program)
    os.utime(ROOT / "xueji" / "urls.py")
    assert wait_until(lambda: serving(program) - before, 30), program.printed()
    assert wait_until(lambda: well(program), 30), program.printed()
    waiting = (
        "from ledger.models import OutboxMessage as M; print(M.objects.filter(delivered_at=None).count())"
    )
    assert wait_until(lambda: program.manage("shell", "-v0", "-c", waiting).split()[-1] == "0", 60)
    assert program.end(signal.SIGTERM) == 0
    assert wait_until(lambda: not program.processes()), program.processes()


def test_a_port_in_use_is_told_in_one_sentence(program, tmp_path):
    other = Program(tmp_path / "var", 0)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        other.port = taken.getsockname()[1]
        code, said = other.once()
    assert code == 1
    assert said == said.splitlines()[0]
    assert said.startswith(f"端口 {other.port} 已被占用")


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "８０００"])
def test_a_port_that_is_none_is_told_in_one_sentence(tmp_path, port):
    code, said = Program(tmp_path / "var", port).once()
    assert code == 1
    assert said.startswith("PORT 应为 1 到 65535 之间的整数")


def test_a_reset_asks_first_and_then_erases_everything(started):
    assert started.end(signal.SIGINT) == 0
    assert wait_until(lambda: not started.processes()), started.processes()
    command = started.command("reset")
    refused = subprocess.run(**command, input="no\n", capture_output=True, check=False, timeout=60)
    assert refused.returncode == 1
    assert (started.var / "pg").exists()
    assert started.once("reset", YES="1")[0] == 0
    assert list(started.var.iterdir()) == []


@pytest.mark.parametrize(
    "path",
    [
        "students/migrations/0001_initial.py",
        "reviews/sql/triggers.sql",
        "students/data/student_fields.csv",
        "reviews/rulebook/notice_values.py",
        "tickets/notice_rows.py",
        "demo/seeding.py",
        "ledger/management/commands/relay.py",
        "requirements/base.txt",
    ],
)
def test_what_shapes_the_data_is_loaded_anew_when_it_changed(tmp_path, path):
    """Else a changed limit, wall or sample would reach nobody who has started the program before."""
    assert (run.ROOT / path).is_file(), "the example is a file of the project"
    for name in (path, "requirements/base.txt", "students/roster/views.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("before\n")
    before = run.program_digest(tmp_path)
    (tmp_path / "students/roster/views.py").write_text("a page only\n")
    assert run.program_digest(tmp_path) == before
    (tmp_path / path).write_text("after\n")
    assert run.program_digest(tmp_path) != before
