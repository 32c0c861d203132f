"""Copies of the working tree in which faults are put: one for each core, each with servers and databases of its own."""

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LEFT_BEHIND = shutil.ignore_patterns(
    "var", ".git", ".venv", "__pycache__", ".*_cache", ".hypothesis", "node_modules"
)

OPTIONS = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--tb=no"]


class Copy:
    """One copy. ``put`` changes a module in it, ``run`` asks tests."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root, self.folder = root, folder
        # Bytecode is told apart by a file's whole seconds and size: every version of a module gets a second of its own.
        self._second = int(time.time())
        # What the waiting process loads: the settings by their name, and the modules that lead to all others.
        self.loads = {"MUTANTS_LOAD": ""}
        if (root / "xueji").exists():
            self.loads = {
                "MUTANTS_LOAD": "xueji.urls tests.world",
                "DJANGO_SETTINGS_MODULE": "tests.settings",
            }
        self._waiting: Any = None

    def refresh(self) -> None:
        """As the working tree is now. Its ``var`` stays: the servers' data and the migrated template."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for old in self.folder.iterdir():
            if old.name not in {"var", ".venv"}:
                shutil.rmtree(old) if old.is_dir() else old.unlink()
        shutil.copytree(self.root, self.folder, ignore=LEFT_BEHIND, dirs_exist_ok=True)
        (self.folder / "var" / "mutants").mkdir(parents=True, exist_ok=True)
        self.template.unlink(missing_ok=True)
        programs = self.root / ".venv"
        if programs.exists() and not (self.folder / ".venv").exists():
            (self.folder / ".venv").symlink_to(programs.resolve())

    @property
    def template(self) -> Path:
        """Where the name of the template stands that belongs to the source without any fault."""
        return self.folder / "var" / "mutants" / "template"

    @contextlib.contextmanager
    def put(self, module: str, source: str) -> Iterator[None]:
        """A block during which the module reads otherwise."""
        path = self.folder / module
        before = path.read_text(encoding="utf-8")
        try:
            self._write(path, source)
            yield
        finally:
            self._write(path, before)

    def _write(self, path: Path, source: str) -> None:
        path.write_text(source, encoding="utf-8")
        self._second += 1
        os.utime(path, (self._second, self._second))

    def run(
        self, arguments: list[str], environment: dict[str, str], seconds: float | None
    ) -> tuple[int | None, str]:
        """pytest's exit code (None: time was up) and what it printed; the files are loaded as they are."""
        program = subprocess.Popen(
            [sys.executable, "-m", "pytest", *OPTIONS, *arguments],
            cwd=self.folder,
            env=self._environment() | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            printed, _ = program.communicate(timeout=seconds)
            return program.returncode, printed
        except subprocess.TimeoutExpired:
            return None, ""
        finally:
            _end(program.pid)
            with program:
                pass

    def run_waiting(
        self, arguments: list[str], environment: dict[str, str], seconds: float, fault: tuple[str, str, str]
    ) -> int | None:
        """The same by the process that waits with the program loaded; a fault is (module, source, changed source)."""
        order = {
            "arguments": [*OPTIONS, *arguments],
            "environment": environment,
            "printed": str(self.folder / "var" / "mutants" / "printed"),
            "fault": fault,
        }
        if self._waiting is None:
            raise RuntimeError("nobody waits")
        self._waiting.stdin.write(json.dumps(order).encode() + b"\n")
        child = int(self._waiting.stdout.readline())
        in_time = bool(select.select([self._waiting.stdout], [], [], seconds)[0])
        _end(child)
        code = int(self._waiting.stdout.readline())
        return code if in_time else None

    def open(self) -> None:
        """Let a process load the program as it is now and wait. Its clock began with it: it must not grow old."""
        self.close()
        self._waiting = subprocess.Popen(
            [sys.executable, "-m", "mutants.waiting"],
            cwd=self.folder,
            env=self._environment() | self.loads,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,  # a line is waited for only when it has not been read yet
        )

    def close(self) -> None:
        """Let the waiting process go."""
        if self._waiting is not None:
            with self._waiting:
                pass
            self._waiting = None

    def _environment(self) -> dict[str, str]:
        own = {"PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
        return own | os.environ | {"MUTANTS_TEMPLATE": str(self.template)}


def _end(process: int) -> None:
    """A run is over; what a test started goes with it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)


@contextlib.contextmanager
def copies(root: Path, number: int, with_servers: bool) -> Iterator[list[Copy]]:
    """Fresh copies, their servers held for the length of the block: a test run then need not start them."""
    made = [Copy(root, root / "var" / "mutants" / f"copy-{each}") for each in range(number)]
    with contextlib.ExitStack() as stack:
        for each in made:
            each.refresh()
            stack.callback(each.close)
            if with_servers:
                from trial import embedded

                stack.enter_context(embedded.held(each.folder / "var" / "test", durable=False))
        yield made
