"""A disk that is really full, for tests: ``python -m tests.xueji.small_disk FOLDER MEGABYTES PROGRAM [ARGUMENT…]``.

Runs the program where FOLDER is a disk of its own of so many megabytes, seen by nobody else and gone with it. No right
is needed beyond the kernel's leave to have one's own mounts; without it the exit code is 71 (EX_OSERR).
"""

import contextlib
import ctypes
import errno
import json
import os
import signal
import sys
from pathlib import Path

NOT_ALLOWED = 71
CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000
MS_REC, MS_PRIVATE = 0x4000, 0x40000
_libc = ctypes.CDLL(None, use_errno=True)


def _call(result: int) -> None:
    if result:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def mount(folder: Path, megabytes: int) -> None:
    """Make ``folder`` a disk of its own for this process and its children. Raises OSError where that is forbidden."""
    user, group = os.geteuid(), os.getegid()
    if user == 0:
        _call(_libc.unshare(CLONE_NEWNS))
    else:
        _call(_libc.unshare(CLONE_NEWNS | CLONE_NEWUSER))
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    _call(_libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None))
    _call(_libc.mount(b"tmpfs", bytes(folder), b"tmpfs", 0, f"size={megabytes}m,mode=755".encode()))


def fill(file: Path, leave: int = 0) -> None:
    """Fill the disk of ``file`` up to the last block, or to ``leave`` megabytes before it."""
    with open(file, "wb", buffering=0) as taken:
        room = os.statvfs(file.parent)
        os.posix_fallocate(taken.fileno(), 0, max(room.f_bavail * room.f_bsize - leave * 1024 * 1024, 1))


def fills_up_while_running(var: Path) -> dict:
    """What becomes of rows when the disk fills up under a running database: which were acknowledged, which are there
    after room was made, and what was said when the database was started on the full disk."""
    import psycopg

    from trial import embedded
    from trial.processes import living

    servers = embedded.ensure(var)
    acknowledged = []
    with psycopg.connect(servers.database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (id int PRIMARY KEY, words text)")
        fill(var / "filler", leave=24)
        with contextlib.suppress(psycopg.OperationalError):
            for number in range(100_000):
                words = "SELECT string_agg(md5(random()::text), '') FROM generate_series(1, 3000)"
                connection.execute(f"INSERT INTO kept VALUES (%s, ({words}))", [number])
                acknowledged.append(number)
    for process in living("postgres", var / "pg"):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    try:
        embedded.ensure(var)
        said = ""
    except embedded.ServerTrouble as trouble:
        said = str(trouble)
    (var / "filler").unlink()
    try:
        with psycopg.connect(embedded.ensure(var).database_url) as connection:
            there = [row[0] for row in connection.execute("SELECT id FROM kept ORDER BY id")]
    finally:
        embedded.stop(var)
    return {"acknowledged": acknowledged, "there": there, "said": said}


def main() -> None:
    """The command; with the word ``rehearse`` as program, the scene above, told as JSON."""
    folder, megabytes, *program = Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:]
    try:
        mount(folder, megabytes)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EACCES, errno.ENOSPC, errno.EINVAL):
            raise
        sys.exit(NOT_ALLOWED)
    if program == ["rehearse"]:
        print(json.dumps(fills_up_while_running(folder)))
        return
    os.execvp(program[0], program)


if __name__ == "__main__":
    main()
