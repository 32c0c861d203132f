#!/usr/bin/env python3
"""Make ``.venv``, put the locked requirements into it and compile the catalogue; nothing is done again while the files stay the same.

Runs under the system's own Python, before anything is installed, so it uses the standard library only.
``python3 bootstrap.py`` installs what the program needs and the servers of a trial, ``python3 bootstrap.py dev`` what tests
need as well. The real servers need requirements/base.txt alone (deploy/Dockerfile).
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
OLDEST = (3, 11)
# Published as source only, pure Python: what the mutation tests' library writes its own reports with. Everything else comes
# ready built.
SOURCE_ONLY = ("--no-binary=yattag",)


def main(wanted: list) -> int:
    if sys.version_info < OLDEST:
        return fail(
            "需要 Python 3.11 或更新的版本，请用 make PYTHON=python3.12 指定。",
            "Python 3.11 or newer is needed.",
        )
    names = ["base", "trial", "dev"] if "dev" in wanted else ["base", "trial"]
    with open(ROOT / ".venv.lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not python_works() and (code := make_venv()):
            return code
        for name in names:
            if code := install(name):
                return code
        return compile_catalogue()


def python_works() -> bool:
    """A checkout that was moved, or a Python that was upgraded, leaves a venv that no longer starts."""
    python = VENV / "bin" / "python"
    if not python.exists():
        return False
    probe = [python, "-c", "import pip, sys; print(sys.prefix)"]
    answer = subprocess.run(probe, capture_output=True, text=True, check=False)
    return answer.returncode == 0 and Path(answer.stdout.strip()).resolve() == VENV


def make_venv() -> int:
    print("正在建立 .venv ……", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    command = [sys.executable, "-m", "venv", str(VENV)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode and os.geteuid() == 0 and shutil.which("apt-get"):
        # Debian keeps ensurepip in a package of its own.
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        subprocess.run(["apt-get", "install", "-y", "-qq", "python3-venv"], check=False)
        made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        return fail(
            "无法建立 .venv，请先运行 sudo apt-get install python3-venv。",
            "Cannot make .venv: " + (made.stdout + made.stderr).strip().replace("\n", " ")[-200:],
        )
    return 0


def install(name: str) -> int:
    locked = ROOT / "requirements" / f"{name}.txt"
    digest = hashlib.sha256(locked.read_bytes()).hexdigest()
    done = VENV / f".{name}.installed"
    if done.exists() and done.read_text() == digest:
        return 0
    print(f"正在安装 requirements/{name}.txt ……", flush=True)
    command = [VENV / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--require-hashes", "--only-binary=:all:", *SOURCE_ONLY, "-r", locked]
    if subprocess.run(command, check=False).returncode:
        return fail(
            f"安装 requirements/{name}.txt 失败，请检查网络或软件源后重试。",
            "Installing the requirements failed; check the network or the package index.",
        )
    done.write_text(digest)
    return 0


def compile_catalogue() -> int:
    """The English catalogue as the program loads it; made anew only where its source is newer."""
    source = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
    made = source.with_suffix(".mo")
    if made.exists() and made.stat().st_mtime_ns >= source.stat().st_mtime_ns:
        return 0
    command = [VENV / "bin" / "python", "-m", "xueji.english.compiling"]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        return fail(
            "编译英文目录（locale/en）失败，请按上面的说明改正后重试。",
            "Compiling the English catalogue failed; see above.",
        )
    return 0


def fail(sentence: str, english: str) -> int:
    print(f"{sentence}（{english}）", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
