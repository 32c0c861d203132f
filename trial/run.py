"""``make run`` and ``make dev``: prepare, start and watch the whole program on this machine until Ctrl-C.

Web, worker and beat are children of this one process. Each asks the kernel to be ended with its parent, so that
even ``kill -9`` of this process leaves none of them behind; servers left behind are taken up by the next start.
"""

import contextlib
import ctypes
import fcntl
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from trial.embedded import ServerTrouble, held, unheld

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
HEALTHY_SECONDS = 90
FAREWELL_SECONDS = 20
PR_SET_PDEATHSIG = 1
APPS = ("ledger", "orgs", "reviews", "students", "transfers", "tickets", "xueji", "demo")
SHAPES = {"migrations", "sql", "data", "demo", "commands"}

# A sweep may work longer than a page.
CHILD_ENVIRONMENT = {"worker": {"DB_STATEMENT_TIMEOUT_MS": "600000", "DB_IDLE_TIMEOUT_MS": "600000"}}


class Interrupted(Exception):
    """Ctrl-C, a closed terminal or a polite kill."""


def main() -> int:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        if sys.argv[1:] == ["reset"]:
            return reset(os.environ.get("YES", "") not in {"", "0"})
        develop = sys.argv[1:] == ["dev"]
        if develop:
            os.environ["DJANGO_DEBUG"] = "1"
        return run(os.environ.get("HOST", "127.0.0.1"), _port(os.environ.get("PORT", "8000")), develop)
    except (ServerTrouble, ImproperlyConfigured) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except Interrupted:
        return 0


def run(host: str, port: int, develop: bool = False) -> int:
    """Start everything, print where it is, and stay until interrupted (0) or until a part ends (1).

    ``develop`` (``make dev``): what is saved is taken up at once, and what the parts say stands in the terminal.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xueji.settings")
    from django.conf import settings

    var = settings.VAR
    (var / "log").mkdir(parents=True, exist_ok=True)
    with _alone(var / "run.lock"):
        _check_port(host, port)
        with held(var) if settings.TRIAL else contextlib.nullcontext():
            _prepare(var, settings.TRIAL)
            commands = _reloading(host, port) if develop else _commands(host, port, var)
            children = {name: _start(name, command, var, develop) for name, command in commands.items()}
            accounts = _demo_accounts() if settings.TRIAL else None
            try:
                _wait_until_healthy(f"http://{_browsable(host)}:{port}/health/", children, var)
                _announce(host, port, accounts)
                return _watch(children, var)
            except Interrupted:
                print("正在停止 ……", flush=True)
                return 0
            finally:
                _end(children)


def reset(sure: bool) -> int:
    """Erase the trial's data, keys and evidence, after asking; never while the program or its tests run."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xueji.settings")
    from django.conf import settings

    var = settings.VAR
    if not settings.TRIAL:
        raise ServerTrouble(
            "DATABASE_URL 指向正式数据库，make reset 只清空试用数据。（make reset erases trial data only.）"
        )
    if not sure and input(f"将删除 {var} 中的全部数据，不能恢复。输入 yes 继续：").strip().lower() != "yes":
        print("没有删除任何数据。")
        return 1
    with _alone(var / "run.lock"), contextlib.ExitStack() as stack:
        for place in (var, var / "test"):
            if place.is_dir():
                stack.enter_context(unheld(place))
        for left in var.iterdir():
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left)
            else:
                left.unlink()
    print("已清空。")
    return 0


# ------------------------------------------------------------------ preparation


def _prepare(var: Path, trial: bool) -> None:
    """Migrate and load whenever the program changed since the last start; otherwise lose no second on it."""
    stamp, digest = var / "prepared", program_digest()
    if trial and stamp.exists() and stamp.read_text() == digest:
        return
    steps = [("migrate", "正在建立数据表 ……"), ("load_reference", "正在载入单位、代码表、日历和路线 ……")]
    if trial:
        steps.append(("seed_demo", "正在生成演示数据（仅首次）……"))
        steps.append(("seed_tickets", "正在添上演示单据 ……"))
    for command, sentence in steps:
        print(sentence, flush=True)
        quiet = ["--verbosity", "0"] if command == "migrate" else []
        if subprocess.run([PYTHON, "manage.py", command, *quiet], cwd=ROOT, check=False).returncode:
            raise ServerTrouble(
                f"准备数据时 {command} 没有完成，请看上面的说明，改正后重新启动，已有数据没有丢失。"
                f"（The step {command} failed; see above and start again.）"
            )
    stamp.write_text(digest)


def shapes_data(path: Path) -> bool:
    """Whether tables, reference data (the rows that modules of values hold, too) or demonstration data come from it."""
    if "__pycache__" in path.parts:
        return False
    return bool(SHAPES & set(path.parts)) or path.name.endswith(("values.py", "notice_rows.py"))


def program_digest(root: Path = ROOT) -> str:
    """One digest over everything that shapes tables, reference data and demonstration data."""
    digest = hashlib.sha256()
    for app in APPS:
        for path in sorted((root / app).rglob("*")):
            if path.is_file() and shapes_data(path.relative_to(root)):
                digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    digest.update((root / "requirements" / "base.txt").read_bytes())
    return digest.hexdigest()


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    with open(path, "a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ServerTrouble(
                "本系统已在这个目录里运行，请先在原来的窗口按 Ctrl-C 停止它。（It is already running from this folder.）"
            ) from None
        yield


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or not 0 < int(text) < 65536:
        raise ServerTrouble(
            f"PORT 应为 1 到 65535 之间的整数，现在是“{text}”。（PORT must be a number from 1 to 65535.）"
        )
    return int(text)


def _check_port(host: str, port: int) -> None:
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, proto) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except PermissionError:
        raise ServerTrouble(
            f"没有权限使用端口 {port}，请换一个 1024 以上的端口，例如 make run PORT=8000。（No right to use this port.）"
        ) from None
    except OSError:
        raise ServerTrouble(
            f"端口 {port} 已被占用，请换一个，例如 make run PORT={port % 60000 + 1000}。（Port {port} is in use.）"
        ) from None


# -------------------------------------------------------------------- processes


def _commands(host: str, port: int, var: Path) -> dict[str, list[str]]:
    celery = [PYTHON, "-m", "celery", "-A", "xueji"]
    return {
        "web": [
            *(PYTHON, "-m", "gunicorn", "--config", "python:xueji.serving", "--preload"),
            *("--bind", _address(host, port)),
            *("--workers", os.environ.get("WEB_WORKERS", "2")),
        ],
        "worker": [
            *celery,
            *("worker", "--concurrency", "2", "--loglevel", "INFO"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        ],
        "beat": [*celery, "beat", "--loglevel", "WARNING", "--schedule", str(var / "beat"), "--pidfile="],
    }


def _address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _reloading(host: str, port: int) -> dict[str, list[str]]:
    """The web and the clockwork, each of which begins anew when a file of it is saved."""
    return {
        "web": [PYTHON, "manage.py", "runserver", "--nostatic", _address(host, port)],
        "clockwork": [PYTHON, "-m", "trial.clockwork"],
    }


def _start(name: str, command: list[str], var: Path, here: bool = False) -> subprocess.Popen:
    """``here``: what it says goes to this terminal, not to its log. The log of the time before is kept beside it."""
    path = var / "log" / f"{name}.log"
    if path.exists() and not here:
        path.replace(path.with_suffix(".before.log"))
    with contextlib.nullcontext() if here else open(path, "w") as log:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # Its own session: a Ctrl-C at the terminal reaches this process only, which then ends all in order.
            start_new_session=True,
            preexec_fn=_leash(os.getpid(), nice=0 if name == "web" else 5),
            env=os.environ | CHILD_ENVIRONMENT.get(name, {}),
        )


def _leash(parent: int, nice: int = 0) -> Callable[[], None]:
    """What a child does first: end with its parent, and let pages go before sweeps on a small machine."""
    libc = ctypes.CDLL(None, use_errno=True)

    def fasten() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        os.nice(nice)
        if os.getppid() != parent:
            os._exit(1)

    return fasten


def _end(children: dict[str, subprocess.Popen]) -> None:
    """Ask all to end, in every group, then insist. A second Ctrl-C does not cut this short."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + FAREWELL_SECONDS
    for child in children.values():
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def _wait_until_healthy(url: str, children: dict[str, subprocess.Popen], var: Path) -> None:
    deadline = time.monotonic() + HEALTHY_SECONDS
    while time.monotonic() < deadline:
        _raise_if_ended(children, var)
        with contextlib.suppress(urllib.error.URLError, OSError, ValueError):
            request = urllib.request.Request(url, headers=_health_headers())  # noqa: S310 - our own address
            with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
                if answer.status == 200 and json.load(answer)["database"]:
                    return
        time.sleep(0.1)
    raise ServerTrouble(
        f"{HEALTHY_SECONDS} 秒内没有启动成功，请查看 {var / 'log'} 中的日志。（It did not become healthy in time; see the logs.）"
    )


def _health_headers() -> dict[str, str]:
    from django.conf import settings

    return {"Host": settings.ALLOWED_HOSTS[0].removeprefix("."), "X-Forwarded-Proto": "https"}


def _watch(children: dict[str, subprocess.Popen], var: Path) -> int:
    while True:
        _raise_if_ended(children, var)
        time.sleep(0.5)


def _raise_if_ended(children: dict[str, subprocess.Popen], var: Path) -> None:
    for name, child in children.items():
        if child.poll() is not None:
            log = var / "log" / f"{name}.log"
            said = log.read_text(errors="replace") if log.exists() else ""
            lines = [line for line in said.splitlines() if line.strip()]
            raise ServerTrouble(
                f"{name} 意外停止，其余部分随之停止，已有数据没有丢失，详见 {log}：{lines[-1] if lines else ''}"
                f"（{name} ended unexpectedly; everything was stopped.）"
            )


# --------------------------------------------------------------------- terminal


def _demo_accounts() -> subprocess.Popen:
    """The table is looked up while the parts start: that saves its reader a second."""
    command = [PYTHON, "manage.py", "demo_accounts"]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, preexec_fn=_leash(os.getpid())
    )


def _announce(host: str, port: int, accounts: subprocess.Popen | None) -> None:
    print(f"\n学籍系统已启动：http://{_browsable(host)}:{port}/", flush=True)
    if accounts:
        print(accounts.communicate()[0], end="")
    print("按 Ctrl-C 停止；日志在 var/log。（Press Ctrl-C to stop.）", flush=True)


def _browsable(host: str) -> str:
    if host in {"0.0.0.0", "::", ""}:  # noqa: S104 - only how to call ourselves
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _interrupt(number: int, frame: object) -> None:
    raise Interrupted


if __name__ == "__main__":
    sys.exit(main())
