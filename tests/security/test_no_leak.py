"""Canary pupils go through everything; then their numbers, telephones and names are looked for everywhere.

Numbers and telephones stand nowhere in clear; names in tables and pages only, never in logs, broker, outbox or trail.
"""

import io
import json
import logging
from datetime import timedelta
from urllib.parse import unquote

import pytest
import redis
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ledger import outbox
from ledger.models import AuditEntry, OutboxMessage
from orgs.people.models import PostRole
from reviews.faults.models import Fault
from reviews.notices.models import Notice
from students.pupil import records, sealing
from students.pupil.models import Guardian
from tests.api import Program
from tests.clock import frozen, shanghai
from tests.refusals import sql_refused
from tests.world import World
from web import clock

CANARIES = 60
LETTERS = "LGJ"
WRONG = "查无此人"
pytestmark = pytest.mark.django_db


class Canary:
    """A pupil whose every secret is known to the test."""

    def __init__(self, world, at):
        # A name that stands nowhere else: no unit, no rule, no other person is called so.
        self.name = f"金丝雀{chr(0x4E00 + 7 * at)}{chr(0x9000 + 11 * at)}"
        self.student = world.pupil(world.third, letter=LETTERS[at % 3], name=self.name)
        self.number = records.current_number(self.student)
        self.phone = f"139{47_000_000 + 1_234 * at:08d}"
        guardian = Guardian.objects.create(student=self.student, name=f"{self.name}母", relation="母亲")
        sealed = sealing.seal(self.phone, "students_guardian", "phone_sealed", guardian.pk)
        Guardian.objects.filter(pk=guardian.pk).update(phone_sealed=sealed)
        rows = self.student.numbers.all()
        self.numbers = {records.opened_number(row) for row in rows} | {records.id_number(self.student)} - {""}

    @property
    def secrets(self) -> set[str]:
        """What stands nowhere in clear."""
        return self.numbers | {self.phone}


@pytest.fixture
def scene():
    """World, canaries, and whatever the logs say from now on."""
    cache.clear()
    with frozen(shanghai(2026, 10, 14, 10)) as now:
        world = World(now)
        for unit in (world.first, world.east, world.third, world.west):
            world.registrar(unit), world.head(unit)
        canaries = [Canary(world, at) for at in range(CANARIES)]
        world.fault(world.east)
        yield world, canaries


@pytest.fixture
def told(monkeypatch):
    """Everything the program's own handlers write, and what PostgreSQL adds to its log."""
    written = io.StringIO()
    for handler in logging.getLogger().handlers:
        if any(type(each).__name__ == "Impersonal" for each in handler.filters):
            monkeypatch.setattr(handler, "stream", written)
    server = settings.VAR / "pg.log"
    start = server.stat().st_size if server.exists() else 0

    def read() -> dict[str, str]:
        added = server.read_bytes()[start:].decode(errors="replace") if server.exists() else ""
        return {"the program's log": written.getvalue(), "PostgreSQL's log": added}

    return read


def found(needles, places: dict[str, str]) -> list[str]:
    """Where any of the needles stands, as text or as hex of its bytes."""
    both = {needle: (needle, needle.encode().hex()) for needle in needles}
    return [
        f"{place}: {needle[:3]}…"
        for place, text in places.items()
        for needle, forms in both.items()
        if any(form in text for form in forms)
    ]


def rows_of_all_tables() -> dict[str, str]:
    """Every table's rows as text."""
    names = connection.introspection.table_names()
    with connection.cursor() as cursor:
        texts = {}
        for name in names:
            cursor.execute(f"SELECT string_agg(t::text, E'\\n') FROM {connection.ops.quote_name(name)} t")
            texts[f"table {name}"] = cursor.fetchone()[0] or ""
    return texts


def sessions() -> dict[str, str]:
    """What the sessions carry, opened."""
    return {
        "a session": "\n".join(
            json.dumps(row.get_decoded(), ensure_ascii=False) for row in Session.objects.all()
        )
    }


def broker() -> dict[str, str]:
    """Every key and value of the broker."""
    parts = []
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        for key in client.scan_iter():
            kind = client.type(key)
            read = {
                b"list": lambda k: client.lrange(k, 0, -1),
                b"hash": client.hgetall,
                b"set": client.smembers,
            }
            value = read.get(kind, client.get if kind == b"string" else client.dump)(key)
            parts.append(
                f"{key!r} {value!r} {value.decode(errors='replace') if isinstance(value, bytes) else ''}"
            )
    return {"the broker": "\n".join(parts)}


def trail() -> dict[str, str]:
    """What goes out and what is recorded for ever."""

    def text(rows):
        return json.dumps([[str(part) for part in row] for row in rows], ensure_ascii=False)

    return {
        "the outbox": text(OutboxMessage.objects.values_list("payload", "dedup", "last_error")),
        "the trail": text(AuditEntry.objects.values_list("subject", "actor", "body")),
    }


class Desk:
    """A browser that remembers where it was sent and what refusals said."""

    def __init__(self, client, account):
        self.client, self.addresses, self.refusals = client, [], []
        if account is not None:
            client.force_login(account)

    def post(self, path, **data):
        """A form."""
        answer = self.client.post(path, data)
        self.addresses += [unquote(path), unquote(answer.headers.get("Location", ""))]
        return answer

    def get(self, path):
        """A page; of an error page what it says is kept."""
        answer = self.client.get(path)
        if answer.status_code >= 400:
            self.refusals.append(answer.content.decode())
        return answer


def walk(world, canary, desk, program) -> None:
    """One canary through look-up, draft, proof, sending, search, refusals, API, decision, reveal."""
    number, name = canary.number, canary.name
    typed = {"number": number, "name": name, "school": world.first.pk}
    desk.post("/transfers/new/", **typed | {"name": WRONG})
    sent_on = desk.post("/transfers/new/", **typed)
    assert sent_on.status_code == 303
    desk.get(sent_on.url)
    program.post("/look-up/", {"number": number, "name": name})
    program.post("/look-up/", {"number": number, "name": WRONG, "unknown": number})
    desk.post("/search/", q=number)
    desk.post("/search/", q=name)
    desk.post("/students/search/", q=number)
    desk.post("/accounts/sign-in/", username=number, password=canary.phone)
    desk.get(f"/cases/{number}/")
    desk.get(f"/students/?school={number}")
    desk.get(f"/offline/{number}/")
    paper = {"fault": Fault.objects.get().number, "paper_date": "2026-10-14", "requester": "mother"}
    program.post("/offline-transfers/", paper | {"number": number, "name": WRONG})
    offline(canary, desk)


def offline(canary, desk) -> None:
    """Taken in offline: every second one unknown at first, then matched by number and name (R0.4)."""
    born, sex = canary.student.birth_date, canary.student.sex
    paper = {
        "paper_date": "2026-10-14",
        "requester": "mother",
        "sex": sex,
        "birth_date": born,
        "origin": "示例",
    }
    known = {"number": canary.number, "name": canary.name}
    desk.post("/offline/new/", **paper | known | {"name": WRONG})
    sent_on = desk.post("/offline/new/", **paper | known | ({"number": ""} if born.day % 2 else {}))
    assert sent_on.status_code == 303
    desk.post(f"{sent_on.url}match/", **known | {"name": WRONG})
    desk.post(f"{sent_on.url}match/", **known)
    desk.get(sent_on.url)
    desk.get("/offline/")


def decided(world, canary, desk) -> None:
    """A whole case, its pages looked at on the way; the numbers shown once, on record."""
    case = world.submitted(world.first, canary.student)
    desk.get(f"/cases/{case.number}/")
    desk.post(f"/cases/{case.number}/reveal/", reason="verify")
    desk.post("/search/", q=canary.number)
    world.finish(case)
    desk.get(f"/students/{canary.student.key}/")
    revealed = desk.post(f"/students/{canary.student.key}/reveal/", purpose="parents")
    assert canary.number in revealed.content.decode()


def failing_statements(canary) -> None:
    """What the database refuses it may describe to us, but not to its log."""
    statements = [
        ('null value in column "sex"', "UPDATE students_student SET sex=NULL WHERE id=%s", [canary.student.pk]),
        ('null value in column "closed_reason"', "INSERT INTO students_registrationnumber (student_id, kind, sealed, index) VALUES (%s, 'G', %s, 'x')",
         [canary.student.pk, canary.number.encode()]),
    ]  # fmt: skip
    for wall, sql, parameters in statements:
        sql_refused(wall, sql, *parameters)


def test_nothing_of_a_canary_is_found_where_it_must_not_be(scene, client, told):
    world, canaries = scene
    desk = Desk(client, world.registrar(world.first))
    for at, canary in enumerate(canaries):
        if at % 10 == 0:
            # Who misses too often is made to wait: several people do this.
            cache.clear()
            account = world.account(world.first, PostRole.REGISTRAR)
            program = Program(account)
            client.force_login(account)
        walk(world, canary, desk, program)
    client.force_login(world.registrar(world.first))
    for canary in canaries[:6]:
        decided(world, canary, desk)
    failing_statements(canaries[-1])
    # Messages are stamped by the database's own clock, which does not stand still here.
    outbox.relay(max(clock.now(), timezone.now()) + timedelta(seconds=5))
    assert Notice.objects.exists()
    assert AuditEntry.objects.filter(action="student.lookup").count() >= CANARIES
    secrets = set().union(*(canary.secrets for canary in canaries))
    names = {canary.name for canary in canaries}
    logs = told()
    assert "Not Found: /cases/" in logs["the program's log"], "the log was not listened to"
    assert "ERROR" in logs["PostgreSQL's log"], "the server's log was not listened to"
    quiet = logs | broker() | trail() | {"an address": "\n".join(desk.addresses)}
    assert not found(names, quiet)
    everywhere = quiet | sessions() | rows_of_all_tables() | {"a refusal": "\n".join(desk.refusals)}
    assert not found(secrets, everywhere)


def test_the_search_for_leaks_finds_what_was_planted_for_it(scene, client, told, settings):
    settings.ROOT_URLCONF = "tests.security.holes"
    world, canaries = scene
    canary = canaries[0]
    desk = Desk(client, world.registrar(world.first))
    desk.post("/hole/leaks/", number=canary.number, name=canary.name)
    needles = {canary.number, canary.name}
    quiet = told() | broker() | trail() | sessions() | rows_of_all_tables()
    hits = {
        line.partition(":")[0] for line in found(needles, quiet | {"an address": "\n".join(desk.addresses)})
    }
    planted = {"the program's log", "the broker", "the outbox", "the trail", "a session", "an address"}
    assert planted <= hits, planted - hits
    assert "table ledger_auditentry" in hits
    assert found({canary.number}, {"a table": f"(7,\\x{canary.number.encode().hex()})"})


def test_whoever_asks_in_vain_is_told_the_same_at_the_same_cost(scene, client):
    """Wrong name, wrong number, a number of a former time: one sentence, one number of statements."""
    world, canaries = scene
    client.force_login(world.registrar(world.first))
    unknown = world.inventor.l_number("152522", canaries[0].student.birth_date)
    identity = records.id_number(canaries[0].student)
    asked = [(canaries[0].number, WRONG), (unknown, canaries[0].name), (canaries[1].number, canaries[0].name)]
    asked += [(identity, WRONG), (unknown, WRONG)]
    client.get("/transfers/new/")
    answers = []
    for number, name in asked:
        with CaptureQueriesContext(connection) as statements:
            answer = client.post(
                "/transfers/new/", {"number": number, "name": name, "school": world.first.pk}
            )
        page = answer.content.decode().replace(number, "").replace(name, "")
        answers.append(
            (
                answer.status_code,
                len(statements),
                len(page),
                dict(answer.headers) | {"Content-Length": 0, "Expires": ""},
            )  # the second may turn
        )
        assert "没有找到号码与姓名都相符的学生" in page
    assert all(answer == answers[0] for answer in answers[1:]), answers
