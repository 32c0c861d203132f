"""``make restore-drill``: back up, destroy, restore, and show what was lost and how long it took.

The drill works on a copy of the trial's database and never touches the original. While somebody writes, the copy is
backed up and its write-ahead log received elsewhere, as a real site does; then the copy is killed and erased.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg

from trial import embedded
from trial.processes import ServerTrouble, finish, give, living, run_as, server_account, step_down

WRITING_SECONDS = 6
CHAIN = SLOT = "drill"
# The log is received asynchronously: what was acknowledged in the last moments may be on its way.
LONGEST_LOSS_SECONDS = 1.0


class Writer(threading.Thread):
    """Appends audit entries one by one and remembers when the database acknowledged each."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.acknowledged: list[float] = []

    def run(self) -> None:
        from django.db import DatabaseError, connection, transaction

        from ledger import audit

        try:
            while True:
                with transaction.atomic():
                    audit.record(CHAIN, "system", "drill", {"number": len(self.acknowledged) + 1})
                self.acknowledged.append(time.monotonic())
        except DatabaseError:
            connection.close()


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xueji.settings")
    import django
    from django.conf import settings

    django.setup()
    try:
        if not settings.TRIAL:
            raise ServerTrouble(
                "演练只用试用数据，请去掉 DATABASE_URL 再运行。（The drill uses trial data; unset DATABASE_URL.）"
            )
        return drill(settings.VAR)
    except ServerTrouble as trouble:
        print(trouble, file=sys.stderr)
        return 1


def drill(var: Path) -> int:
    """Run the whole drill under ``var/drill`` and print each step. Returns 0 when no more than the last second was lost."""
    place = var / "drill"
    original, restored, log = place / "original", place / "restored", place / "wal"
    for old in (original, restored):
        embedded.stop(old)
    shutil.rmtree(place, ignore_errors=True)
    account = server_account(var)
    for folder in (original, restored, log):
        folder.mkdir(parents=True)
        give(folder, account)
    try:
        with embedded.held(var):
            _backup(var, original / "pg", account)
        embedded.ensure(original)
        receiver = _receive_log(original, log, account)
        started = time.monotonic()
        _backup(original, restored / "pg", account)
        print(f"备份完成：{time.monotonic() - started:.1f} 秒")
        writer = _write(original)
        destroyed = _destroy(original, receiver, writer)
        _restore(restored, log, account)
        seconds = time.monotonic() - destroyed
        return _report(restored, writer, destroyed, seconds)
    finally:
        for folder in (original, restored):
            embedded.stop(folder)
        shutil.rmtree(place, ignore_errors=True)


def _tool(var: Path, account, name: str, *arguments: str) -> None:
    program = embedded.postgres_programs() / name
    result = run_as([str(program), *arguments], account, program, var)
    if result.returncode:
        raise ServerTrouble(
            f"演练中断，{name} 失败：{result.stderr.strip()[-300:]}（The drill stopped at {name}.）"
        )


def _backup(source: Path, target: Path, account) -> None:
    address = embedded.addresses(source).database_url
    _tool(source, account, "pg_basebackup", "-d", address, "-D", str(target), "-c", "fast", "-X", "stream")
    _tool(source, account, "pg_verifybackup", str(target))


def _receive_log(source: Path, log: Path, account) -> subprocess.Popen:
    # Without a slot the server throws segments away before the receiver has them, as the first drill showed.
    address = embedded.addresses(source).database_url
    _tool(source, account, "pg_receivewal", "-d", address, "--slot", SLOT, "--create-slot")
    program = embedded.postgres_programs() / "pg_receivewal"
    command = [str(program), "-d", address, "--slot", SLOT, "-D", str(log), "--synchronous", "-n"]
    if account is not None:
        command = [*step_down(account, (program, log)), *command]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, stdout=quiet, stderr=quiet, start_new_session=True)


def _write(source: Path) -> Writer:
    _point_django_at(source)
    writer = Writer()
    writer.start()
    time.sleep(WRITING_SECONDS)
    return writer


def _destroy(original: Path, receiver: subprocess.Popen, writer: Writer) -> float:
    moment = time.monotonic()
    finish(living("postgres", original / "pg"), signal.SIGKILL)
    shutil.rmtree(original / "pg")
    writer.join(10)
    try:
        receiver.wait(10)
    except subprocess.TimeoutExpired:
        receiver.kill()
        receiver.wait()
    print("数据库已被杀死并删除，开始恢复")
    return moment


def _restore(restored: Path, log: Path, account) -> None:
    for part in log.glob("*.partial"):
        part.rename(part.with_suffix(""))
    data = restored / "pg"
    with open(data / "postgresql.auto.conf", "a") as settings:
        settings.write(f'\nrestore_command = \'cp "{log}/%f" "%p"\'\n')
    (data / "recovery.signal").touch()
    give(data / "recovery.signal", account)
    address = embedded.ensure(restored).database_url
    with psycopg.connect(address, autocommit=True) as connection:
        while connection.execute("SELECT pg_is_in_recovery()").fetchone() == (True,):
            time.sleep(0.1)


def _report(restored: Path, writer: Writer, destroyed: float, seconds: float) -> int:
    from django.db import connection

    from ledger import audit

    _point_django_at(restored)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_auditentry WHERE chain = %s", [CHAIN])
        found = cursor.fetchone()[0]
        cursor.execute("CREATE EXTENSION IF NOT EXISTS amcheck")
    connection.close()
    program = embedded.postgres_programs() / "pg_amcheck"
    address = embedded.addresses(restored).database_url
    damaged = run_as([str(program), address, "--heapallindexed"], server_account(restored), program, restored)
    faults = list(audit.verify())
    connection.close()
    lost = len(writer.acknowledged) - found
    span = destroyed - writer.acknowledged[found - 1] if lost > 0 and found else 0.0
    print(f"恢复用时：{seconds:.1f} 秒")
    print(
        f"已确认写入 {len(writer.acknowledged)} 条，恢复出 {found} 条，丢失 {max(0, lost)} 条（最后 {span:.2f} 秒）"
    )
    print("数据页与索引检查：" + ("完好" if not damaged.returncode else damaged.stdout.strip()[-300:]))
    print("审计链检查：" + ("完好" if not faults else faults[0].sentence))
    return 1 if not found or span > LONGEST_LOSS_SECONDS or damaged.returncode or faults else 0


def _point_django_at(var: Path) -> None:
    from django.conf import settings
    from django.db import connection

    from xueji.addresses import database

    connection.close()
    settings.DATABASES["default"] |= database(embedded.addresses(var).database_url)
    connection.settings_dict.update(settings.DATABASES["default"])


if __name__ == "__main__":
    sys.exit(main())
