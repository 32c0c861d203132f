"""Rows “one decision” and “decisions, 8 clients”: the door, against exactly its own statements through psycopg.

The statements are recorded while the door decides other cases in a transaction that is rolled back, and then sent as
they are, those that the program lets the server keep planned likewise. What is left is the price of reading, asking,
deciding and composing in Python.
"""

import multiprocessing
import os
import threading
from unittest.mock import patch

import psycopg
from django.db import connection, connections, transaction

from bench import ground
from bench.measure import PAIRS, Row, in_turn

OPINION = "情况属实，同意转入。"
CLIENTS, PROCESSES = 8, 4
_BATCH = {"one decision": 40, "decisions, 8 clients": 120}


def rows(sizes: tuple[int, ...]) -> list[Row]:
    """Both rows at every size."""
    found = []
    for size in sizes:
        ground.use(size)
        found += [_one(size), _many(size)]
    return found


class Supply:
    """Cases that wait for the signature of a school's head, each with the account of that head; taken once each."""

    def __init__(self, wanted: int):
        with ground.bare() as link:
            self.pairs = link.execute(
                "SELECT c.id, p.account_id FROM reviews_case c JOIN orgs_post p ON p.unit_id = c.holder_id"
                " WHERE c.state = 'receiving_school' AND c.awaiting = 'sign' AND c.closed_at IS NULL"
                " AND p.role = 'head' AND p.valid_until IS NULL AND c.expires_at > now() + interval '1 day'"
                " ORDER BY c.id %% 97, c.id LIMIT %s",
                [wanted],
            ).fetchall()
        self.each = min(wanted, len(self.pairs)) // (2 * PAIRS + 2)
        self.at = 0

    def take(self) -> list[tuple[int, int]]:
        """The next batch."""
        taken = self.pairs[self.at : self.at + self.each]
        self.at += self.each
        return taken


def _supplied(name: str) -> Supply:
    supply = Supply((2 * PAIRS + 2) * _BATCH[name])
    ground.keep("c.id = ANY(%s)", [[pk for pk, _ in supply.pairs]])
    return supply


def loaded(pairs: list[tuple[int, int]]) -> list[tuple]:
    """Cases and accounts as a view would hand them to the door."""
    from orgs.people.models import Account
    from reviews.engine.models import Case

    cases = Case.objects.in_bulk([pk for pk, _ in pairs])
    accounts = Account.objects.select_related("person").in_bulk([pk for _, pk in pairs])
    return [(cases[pk], accounts[account]) for pk, account in pairs]


def decide(ready: list[tuple]) -> int:
    """One decision each through the door. The account's seats are asked for each time, as for each request."""
    from reviews.engine import door

    for case, account in ready:
        account._seats = None
        door.perform(case, "sign", account, opinion=OPINION, outcome="agree")
    return len(ready)


def recorded(ready: list[tuple]) -> list[list[tuple]]:
    """The statements of each decision; nothing of them stays."""
    found = []
    for one in ready:
        found.append(statements := [])

        def note(execute, sql, params, many, context, statements=statements):
            if not sql.startswith(("SAVEPOINT", "RELEASE")):
                statements.append(sent(sql, params, context))
            return execute(sql, params, many, context)

        # The door insists on a transaction of its own; here it has to be one that can be taken back.
        real = transaction.atomic
        undone = patch("reviews.engine.door.transaction.atomic", lambda durable=False, real=real: real())
        with undone, real(), connection.execute_wrapper(note):
            decide([one])
            transaction.set_rollback(True)
    return found


def sent(sql: str, params, context: dict) -> tuple:
    """A statement as the program has just sent it, and whether by :func:`ledger.statements.planned`."""
    return sql, params, not isinstance(context["cursor"].cursor, psycopg.ClientCursor)


def replayed(link: psycopg.Connection, decisions: list[list[tuple]]) -> int:
    """The statements alone, a transaction for each decision."""
    for statements in decisions:
        with link.transaction():
            send(link, statements)
    return len(decisions)


def send(link: psycopg.Connection, statements: list[tuple]) -> None:
    """Send statements as the program does, and fetch what they answer."""
    with psycopg.ClientCursor(link) as plain, psycopg.Cursor(link) as planned:
        for sql, params, prepared in statements:
            cursor = planned if prepared else plain
            cursor.execute(sql, params)
            if cursor.description:
                cursor.fetchall()


def bare_link() -> psycopg.Connection:
    """A connection to send statements by, each in a transaction of its own unless one is begun."""
    link = ground.bare()
    link.autocommit = True
    return link


# ---------------------------------------------------------------- one after the other


def _one(size: int) -> Row:
    supply = _supplied("one decision")
    link = bare_link()
    statements = recorded(loaded(supply.take()))
    decide(loaded(supply.take()[:5]))
    batches = {}

    def prepare() -> None:
        batches["door"] = loaded(supply.pairs[supply.at : supply.at + supply.each])
        batches["psycopg"] = recorded(batches["door"])
        supply.at += supply.each

    try:
        return in_turn(
            "one decision",
            f"{size:,} cases",
            size,
            lambda: decide(batches["door"]),
            lambda: replayed(link, batches["psycopg"]),
            0.5,
            between=prepare,
            note=f"{len(statements[-1])} statements and a commit, fsync on",
        )
    finally:
        link.close()
        connections.close_all()
        ground.put_back()


# ---------------------------------------------------------------- many at once


def _many(size: int) -> Row:
    supply = _supplied("decisions, 8 clients")
    context = multiprocessing.get_context("spawn")
    connections.close_all()
    pipes, processes = [], []
    for _ in range(PROCESSES):
        here, there = context.Pipe()
        process = context.Process(target=client_process, args=(there,), daemon=True)
        process.start()
        pipes.append(here)
        processes.append(process)

    def run(kind: str) -> int:
        for pipe in pipes:
            pipe.send("go")
            pipe.send(kind)
        for pipe in pipes:
            pipe.recv()
        return len(batch)

    batch: list = []

    def prepare() -> None:
        batch[:] = supply.take()
        for place, pipe in enumerate(pipes):
            pipe.send(batch[place::PROCESSES])
        for pipe in pipes:
            pipe.recv()

    try:
        prepare()
        run("door")
        supply.at = supply.each
        return in_turn(
            "decisions, 8 clients",
            f"{size:,} cases",
            size,
            lambda: run("door"),
            lambda: run("psycopg"),
            0.6,
            between=prepare,
            note=f"{CLIENTS} clients in {PROCESSES} processes; the time for each decision of all together",
        )
    finally:
        for pipe in pipes:
            pipe.send(None)
        for process in processes:
            process.join(10)
        ground.put_back()


def client_process(pipe) -> None:
    """A worker process with its share of the clients, each a thread with a connection of its own."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
    import django

    django.setup()
    from reviews.engine import book as rulebook

    rulebook.current()
    share = CLIENTS // PROCESSES
    links = [bare_link() for _ in range(share)]
    workers = [Client(links[place]) for place in range(share)]
    while (pairs := pipe.recv()) is not None:
        if pairs == "go":
            kind = pipe.recv()
            for worker in workers:
                worker.begin(kind)
            for worker in workers:
                worker.done.wait()
            pipe.send("done")
            continue
        for place, worker in enumerate(workers):
            worker.ready = loaded(pairs[place::share])
            worker.statements = recorded(worker.ready)
        pipe.send("ready")
    for link in links:
        link.close()


class Client(threading.Thread):
    """One client: keeps its thread, and so its connection, from one round to the next."""

    def __init__(self, link: psycopg.Connection):
        super().__init__(daemon=True)
        self.link, self.ready, self.statements, self.kind = link, [], [], ""
        self.wanted, self.done = threading.Event(), threading.Event()
        self.start()

    def begin(self, kind: str) -> None:
        """Start a round."""
        self.kind = kind
        self.done.clear()
        self.wanted.set()

    def run(self) -> None:
        """Rounds until the process ends."""
        while True:
            self.wanted.wait()
            self.wanted.clear()
            if self.kind == "door":
                decide(self.ready)
            else:
                replayed(self.link, self.statements)
            self.done.set()
