"""Nothing half done: clients decide while processes are killed at random; afterwards every case is whole (``make soak``).

    python -m bench.soak [seconds] [cases] [clients]

Its servers and its database are its own, in ``var/soak``, and start empty each time. The clients and the worker are
processes that go through the door like any other, one of them through the web server (bench/soak_http.py); a client
writes each decision it was told of into a journal, after the door came back. Killed with SIGKILL, one at a time: a
client, a process of the web server or the whole of it, the worker, one connection's server process, all of PostgreSQL. Then nothing that was acknowledged may be missing, no case may stand half way, every decision has
its entry in the trail and its message, and the chain holds.
"""

import base64
import json
import os
import random
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path

from bench import soak_http
from tests import ordinary_day
from trial import embedded
from trial.processes import living

ROOT = Path(__file__).resolve().parent.parent
WORDS = "情况属实，同意转入。"


# ---------------------------------------------------------------- the one who kills


class Soak:
    """One run in a folder of its own. ``run`` returns what ``check`` found and how often who was killed."""

    def __init__(self, var: Path, cases: int, clients: int, seed: int):
        self.var, self.cases, self.clients = Path(var), cases, clients
        self.chance = random.Random(seed)
        self.killed: Counter[str] = Counter()
        self.turns = 0
        # How many decisions the web server had acknowledged when it was last started.
        self.served_before = 0
        self.processes: dict[str, subprocess.Popen] = {}
        shutil.rmtree(self.var, ignore_errors=True)
        self.var.mkdir(parents=True)
        self.environment = os.environ | self._secrets() | {"EVIDENCE_ROOT": str(self.var / "evidence")}

    def _secrets(self) -> dict[str, str]:
        def key():
            return base64.b64encode(secrets.token_bytes(32)).decode()

        servers = embedded.addresses(self.var)
        return {
            "DATABASE_URL": servers.database_url,
            "REDIS_URL": servers.redis_url,
            "SECRET_KEY": secrets.token_urlsafe(64),
            "FIELD_KEYS": json.dumps({"active": "1", "keys": {"1": key()}, "index": key()}),
            "AUDIT_SIGNING_KEY": key(),
            "ALLOWED_HOSTS": "localhost",
            # The callers stand where a proxy would.
            "TRUSTED_PROXIES": "1",
            "XUEJI_VAR": str(self.var),
            # In the yearly freeze no case could begin.
            "DJANGO_SETTINGS_MODULE": "tests.program",
            ordinary_day.SHARED: str(ordinary_day.SHIFT.total_seconds()),
            "LOG_LEVEL": "ERROR",
        }

    def run(self, seconds: float, at_least: dict[str, int] | None = None, longest: float = 0) -> dict:
        """Prepare, kill for so many seconds, stop, check.

        ``at_least`` names how many decisions must have been acknowledged by kind of caller (client, caller): on a
        busy machine the killing goes on until they are, for ``longest`` seconds at most.
        """
        embedded.ensure(self.var, durable=False)
        try:
            self._child("prepare", str(self.cases), str(self.var))
            with self._all_running():
                start = time.monotonic()
                self._kill_until(start + seconds)
                while time.monotonic() < start + longest and self._short_of(at_least or {}):
                    self._kill_until(time.monotonic() + 1)
            embedded.ensure(self.var, durable=False)
            report = json.loads(self._child("check", str(self.var)))
        finally:
            embedded.stop(self.var)
        return report | {"killed": dict(self.killed)}

    def _child(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "bench.soak", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{arguments[0]}: {done.stderr[-3000:]}")
        return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""

    @contextmanager
    def _all_running(self):
        for at in range(self.clients):
            self._start(f"client {at}")
        for name in ("worker", "web", "caller 0", "caller 1"):
            self._start(name)
        try:
            yield
        finally:
            for process in self.processes.values():
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait(20)

    def _start(self, name: str) -> None:
        kind, _, at = name.partition(" ")
        if kind in ("client", "caller"):
            journal = self.var / f"journal-{kind}-{at}"
            command = [sys.executable, "-m", "bench.soak", kind, str(journal), at or "0"]
        elif kind == "web":
            # Left by a killed server; the new one would not take it over while it answers to nobody.
            (self.var / "web.sock").unlink(missing_ok=True)
            bind = f"unix:{self.var / 'web.sock'}"
            command = [sys.executable, "-m", "gunicorn", "--config", "python:xueji.serving"]
            command += ["--bind", bind, "--workers", "2", "--preload"]
            self.served_before = len(told(self.var, "caller"))
        else:
            beat = ["--beat", "--schedule", str(self.var / "beat"), "--pidfile="]
            command = [
                sys.executable,
                "-m",
                "celery",
                "-A",
                "xueji",
                "worker",
                "-c",
                "1",
                "--pool",
                "solo",
                *beat,
            ]
        with open(self.var / f"{kind}.log", "a") as log:
            self.processes[name] = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )

    def _short_of(self, at_least: dict[str, int]) -> bool:
        return any(len(told(self.var, kind)) < least for kind, least in at_least.items())

    def _kill_until(self, end: float) -> None:
        while time.monotonic() < end:
            time.sleep(self.chance.uniform(0.3, 1.2))
            # Everything dies early at least once, however short the run; then chance decides.
            kinds = ["client", "connection", "web worker", "web", "client", "worker", "postgres"]
            kind = (
                kinds[self.turns]
                if self.turns < len(kinds)
                else self.chance.choice([*kinds, "client", "client"])
            )
            # A server that has not decided anything since its start is waited for.
            self.turns += self._kill(kind)

    def _kill(self, kind: str) -> bool:
        """Kill one of the kind; whether there was one at work.

        Where starting takes long, a web server killed at once, again and again, would never be hit in the middle.
        """
        if kind in ("web", "web worker") and len(told(self.var, "caller")) <= self.served_before:
            return False
        if kind in ("client", "worker"):
            name = self.chance.choice([name for name in self.processes if name.startswith(kind)])
            os.killpg(self.processes[name].pid, signal.SIGKILL)
            self.processes[name].wait(20)
            self._start(name)
        elif kind == "web":
            os.killpg(self.processes["web"].pid, signal.SIGKILL)
            self.processes["web"].wait(20)
            self._start("web")
        elif kind == "web worker":
            # One that serves requests; the server itself goes on and starts another.
            served = _children(self.processes["web"].pid)
            if not served:
                return False
            with suppress(ProcessLookupError):
                os.kill(self.chance.choice(served), signal.SIGKILL)
        else:
            pids = living("postgres", self.var / "pg")
            first = _postmaster(self.var)
            victims = {first} if kind == "postgres" else pids - {first}
            with suppress(ProcessLookupError, IndexError):
                os.kill(self.chance.choice(sorted(victims)), signal.SIGKILL)
            embedded.ensure(self.var, durable=False)
        self.killed[kind] += 1
        return True


def _children(pid: int) -> list[int]:
    with suppress(FileNotFoundError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _postmaster(var: Path) -> int:
    return int((var / "pg" / "postmaster.pid").read_text().split()[0])


# ---------------------------------------------------------------- those who are killed


def prepare(cases: int, var: Path) -> None:
    """Tables, the small world of the tests, and so many cases on their way."""
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0, interactive=False)
    ordinary_day.prepare_database()
    with connection.cursor() as cursor:
        cursor.execute(ordinary_day.of_database(connection.settings_dict["NAME"]))
    connection.close()
    from tests.world import World

    with connection.cursor() as cursor:
        # People who are in post already (orgs/sql/triggers.sql).
        cursor.execute("SET xueji.installing = 'on'")
    world = World()
    for unit in (world.first, world.second, world.third, world.east, world.west):
        world.registrar(unit), world.head(unit)
    for at in range(cases):
        world.submitted(world.first if at % 2 else world.second, world.pupil(world.third))
    soak_http.make_tokens(var / "tokens.json")


def client(journal: Path, seed: int) -> None:
    """Decide whatever waits, for ever; write down each decision after it was acknowledged."""
    from django.db import Error, connection

    from reviews.engine.models import Case
    from web.refusals import Refused

    chance = random.Random(f"{seed} {os.getpid()}")
    with open(journal, "ab", buffering=0) as kept:
        while True:
            try:
                # The door itself is so much faster than the web server that every third case is left to that.
                waiting = [pk for pk in Case.objects.live().values_list("pk", flat=True) if pk % 3]
                if not waiting:
                    time.sleep(0.2)
                for pk in chance.sample(waiting, min(len(waiting), 20)):
                    with suppress(Refused, LookupError):
                        token = decide(pk, chance)
                        kept.write(f"{token}\n".encode())
            except Error:
                connection.close()
                time.sleep(0.05)


def choose(pk: int, chance: random.Random) -> tuple:
    """The next act on a case, by whoever's turn it is: the words that name it, case, verb, account, what is sent.

    Raises LookupError when the case has ended meanwhile.
    """
    from orgs.people.models import Post
    from reviews.engine.models import Case

    case = Case.objects.get(pk=pk)
    role = "registrar" if case.awaiting == "handle" else "head"
    post = Post.objects.select_related("account__person").filter(unit=case.holder_id, role=role).first()
    if post is None:
        raise LookupError(case.number)
    token = secrets.token_hex(8)
    words = {"opinion": f"{WORDS}{token}"}
    # Now and then the registrar proposes to send back, and the head agrees all the same, or hands it back.
    back = case.state == "sending_school" and case.awaiting == "handle" and chance.random() < 0.2
    if case.awaiting == "sign" and chance.random() < 0.1:
        return token, case, "return_to_registrar", post.account, words
    outcome = {"outcome": "send_back", "reason": "proof_unreadable"} if back else {"outcome": "agree"}
    return token, case, case.awaiting, post.account, words | outcome


def decide(pk: int, chance: random.Random) -> str:
    """One act through the door; the words that name it. Raises Refused when another was faster."""
    from reviews.engine import door

    token, case, verb, account, words = choose(pk, chance)
    door.perform(case, verb, account, **words)
    return token


# ---------------------------------------------------------------- afterwards


def told(var: Path, kind: str = "*") -> list[str]:
    """The words of every decision that clients of a kind wrote down as acknowledged."""
    return [line for path in var.glob(f"journal-{kind}-*") for line in path.read_text().splitlines()]


def check(var: Path) -> dict:
    """What is wrong, and how much was done. Nothing may be wrong."""
    from datetime import timedelta

    from ledger import audit, outbox
    from reviews.engine.models import Act, Case
    from reviews.notices.models import Notice
    from web import clock

    written = told(var)
    kept = Counter(
        opinion[-16:] for opinion in Act.objects.exclude(verb="submit").values_list("opinion", flat=True)
    )
    wrong = [f"acknowledged and lost: {token}" for token in written if len(token) == 16 and not kept[token]]
    wrong += [f"done twice: {token}" for token, times in kept.items() if times > 1]
    for case in Case.objects.select_related("transfer__student"):
        wrong += [f"{case.number} {case.state}: {what}" for what in half_done(case)]
    wrong += [f"chain: {fault}" for fault in audit.verify()]
    outbox.relay(clock.now() + timedelta(minutes=10), limit=100_000)
    states = Counter(Case.objects.values_list("state", flat=True))
    return {
        "wrong": wrong,
        "acknowledged": len(written),
        "through_web": len(told(var, "caller")),
        "acts": sum(kept.values()),
        "notices": Notice.objects.count(),
        "states": dict(states),
    }


def half_done(case) -> list[str]:
    """What of a case does not fit together."""
    from ledger.models import AuditEntry, OutboxMessage
    from reviews.engine.models import Act, Step
    from students.pupil.models import Enrolment

    found = []
    acts = Counter(Act.objects.filter(case=case).values_list("verb", flat=True))
    entries = Counter(AuditEntry.objects.filter(subject=case.audit_subject).values_list("action", flat=True))
    if any(entries[f"case.{verb}"] != times for verb, times in acts.items()):
        found.append("an act without its entry in the trail")
    if OutboxMessage.objects.filter(payload__case=case.pk).count() < acts.total():
        found.append("an act without its message")
    steps = list(Step.objects.filter(case=case, closed_at__isnull=True))
    open_at = Enrolment.objects.get(student=case.transfer.student, period__endswith__isnull=True).school_id
    if case.is_live:
        if len(steps) != 1 or (steps[0].stage, steps[0].unit_id) != (case.state, case.holder_id):
            found.append("its open step is not where it stands")
        elif (case.awaiting == "sign") != (steps[0].handler_id is not None):
            found.append("it waits for an act that was done, or not for one that was not")
        if open_at != case.sending_unit_id:
            found.append("the record has moved too early")
    elif steps or open_at != case.receiving_unit_id or case.transfer.student.school_id != open_at:
        found.append("it has ended, and its record or a step has not")
    return found


def main() -> None:
    """The command: ten minutes unless told otherwise."""
    kind, *rest = sys.argv[1:] or ["600"]
    if kind in ("prepare", "client", "caller", "check"):
        import django

        django.setup()
        if kind == "prepare":
            prepare(int(rest[0]), Path(rest[1]))
        elif kind == "client":
            client(Path(rest[0]), int(rest[1]))
        elif kind == "caller":
            soak_http.client(Path(rest[0]), int(rest[1]), choose)
        else:
            print(json.dumps(check(Path(rest[0])), ensure_ascii=False))
        return
    seconds, cases, clients = (
        float(kind),
        int(rest[0]) if rest else 2000,
        int(rest[1]) if len(rest) > 1 else 8,
    )
    seed = random.SystemRandom().randrange(10**6)
    print(f"{seconds:.0f} s, {cases} cases, {clients} clients, seed {seed}", flush=True)
    report = Soak(ROOT / "var" / "soak", cases, clients, seed).run(seconds)
    print(json.dumps(report, ensure_ascii=False, indent=1))
    sys.exit(1 if report["wrong"] else 0)


if __name__ == "__main__":
    main()
