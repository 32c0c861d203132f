"""Processes of the embedded servers: under which account they run, which of them live, how they end."""

import contextlib
import fcntl
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

SERVER_ACCOUNT = "xueji-trial"


class ServerTrouble(RuntimeError):
    """A server cannot run. The text is one sentence for the person at the keyboard."""


def server_account(var: Path) -> pwd.struct_passwd | None:
    """The account the servers run under: the caller's own for an ordinary user, another one for root.

    PostgreSQL refuses to run as root. Data that already belongs to somebody keeps its owner; otherwise a
    system account is made, and where none can be made ``nobody`` serves.
    """
    if os.geteuid() != 0:
        return None
    if (var / "pg").exists() and (owner := (var / "pg").stat().st_uid):
        return pwd.getpwuid(owner)
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(SERVER_ACCOUNT)
    if useradd := shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin"):
        command = [useradd, "--system", "--no-create-home", "--home-dir", "/nonexistent"]
        command += ["--shell", "/usr/sbin/nologin", SERVER_ACCOUNT]
        subprocess.run(command, capture_output=True, check=False)
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(SERVER_ACCOUNT)
    return pwd.getpwnam("nobody")


def run_as(
    command: list[str], account: pwd.struct_passwd | None, *reached: Path
) -> subprocess.CompletedProcess[str]:
    """Run a server program, stepping down from root. Output goes to files: a daemon would keep a pipe open."""
    if account is not None:
        command = [*step_down(account, reached), *command]
    environment = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    environment |= {"LC_ALL": "C", "TZ": "UTC"}
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        result = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env=environment,
            cwd="/",
            start_new_session=True,
            umask=0o077,
            check=False,
        )
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(command, result.returncode, out.read(), err.read())


def step_down(account: pwd.struct_passwd, reached: tuple[Path, ...]) -> list[str]:
    """The command prefix that gives root up.

    A checkout under ``/root`` is closed to every other account. Instead of opening its directories, the server
    keeps the one capability that lets it pass through them.
    """
    setpriv = shutil.which("setpriv", path="/usr/bin:/bin:/usr/sbin:/sbin")
    if setpriv is None:
        raise ServerTrouble(
            "以 root 启动需要 setpriv（util-linux 软件包），请安装它或改用普通用户启动。"
            "（Starting as root needs setpriv from util-linux; install it or start as an ordinary user.）"
        )
    prefix = [setpriv, f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    closed = any(not parent.stat().st_mode & stat.S_IXOTH for path in reached for parent in path.parents)
    if not closed:
        return [*prefix, "--bounding-set=-all", "--inh-caps=-all", "--"]
    allowed = int(status_field("self", "CapBnd") or "0", 16)
    capability = "dac_read_search" if allowed & 1 << 2 else "dac_override"
    # access(2) forgets capabilities unless told otherwise, and initdb asks it whether postgres is there.
    keep = ["--securebits=+no_setuid_fixup", f"--inh-caps=+{capability}", f"--ambient-caps=+{capability}"]
    return [*prefix, *keep, "--"]


def give(path: Path, account: pwd.struct_passwd | None) -> None:
    if account is not None:
        os.chown(path, account.pw_uid, account.pw_gid)


def living(program: str, folder: Path) -> set[int]:
    """Processes of this program that work in this folder. Both servers change into their data directory."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                same = os.readlink(entry / "cwd").removesuffix(" (deleted)") == str(folder)
                if same and Path(os.readlink(entry / "exe").removesuffix(" (deleted)")).name == program:
                    found.add(int(entry.name))
    return found


def status_field(pid: int | str, name: str) -> str:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return line.partition(":")[2].strip()
    return ""


def finish(pids: set[int], first: signal.Signals, patience: float = 20) -> None:
    """End processes: the given signal, then SIGKILL for whatever outlives the patience (seconds)."""
    for number in (first, signal.SIGKILL):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        deadline = time.monotonic() + patience
        while pids and time.monotonic() < deadline:
            pids = {pid for pid in pids if status_field(pid, "State")[:1] not in ("", "Z")}
            time.sleep(0.02 if pids else 0)
        if not pids:
            return


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    with open(path, "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
