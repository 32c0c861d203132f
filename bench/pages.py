"""Rows “worklist page” and “worklist SQL”: the page against the least any page costs, its statements as tables grow."""

import http.client
import math
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection, connections

from bench import ground, wide
from bench.decisions import bare_link, send, sent
from bench.measure import Row, in_turn

_REQUESTS, _STATEMENTS = 25, 60
# A head who has about so many cases to sign: the page is full, and there is a next one.
_TO_SIGN = 60


def rows(sizes: tuple[int, ...]) -> list[Row]:
    """The page at every size, the statements at the largest against the smallest."""
    found = []
    for size in sizes:
        ground.use(size)
        found.append(_page(size))
    return [*found, *_sql([*sizes, 10 * sizes[-1]])]


def reader():
    """The account of the head that all of this is shown to."""
    from orgs.people.models import Account

    with ground.bare() as link:
        (pk,) = link.execute(
            "SELECT p.account_id FROM reviews_case c JOIN orgs_post p ON p.unit_id = c.holder_id AND p.role = 'head'"
            " JOIN orgs_unit u ON u.id = c.holder_id AND u.level = 'school'"
            " WHERE c.awaiting = 'sign' AND c.closed_at IS NULL AND p.valid_until IS NULL"
            " GROUP BY p.account_id HAVING count(*) > 25 ORDER BY abs(count(*) - %s), p.account_id LIMIT 1",
            [_TO_SIGN],
        ).fetchone()
    return Account.objects.select_related("person").get(pk=pk)


# ---------------------------------------------------------------- the page


def _page(size: int) -> Row:
    account = reader()
    with _served() as port, _kept_open(port) as link:
        cookie = _signed_in(account)

        def asking(address: str, expected: bytes):
            def ask() -> int:
                for _ in range(_REQUESTS):
                    link.request("GET", address, headers={"Cookie": cookie, "Host": "localhost"})
                    answer = link.getresponse()
                    body = answer.read()
                    if answer.status != 200 or expected not in body:
                        raise RuntimeError(
                            f"{address} answered {answer.status}, not the page that was to be measured"
                        )
                return _REQUESTS

            return ask

        page, hello = asking("/worklist/", "第 1–25 件".encode()), asking("/bench/hello/", b"<title>hello")
        page(), hello()
        return in_turn(
            "worklist page, 25 rows",
            f"{size:,} cases",
            size,
            page,
            hello,
            0.4,
            note="gunicorn, one worker, one connection kept open, one request after the other",
        )


def _signed_in(account) -> str:
    """The cookie of a new session of the account."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from orgs.sign_in.signing_in import hold

    session = SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = "orgs.sign_in.signing_in.AccountBackend"
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.create()
    hold(account, session.session_key)
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


@contextmanager
def _served() -> Iterator[int]:
    """One gunicorn worker at the database in use; yields its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        *("gunicorn", "--config", "python:xueji.serving", "--log-level", "error"),
        *("--bind", f"127.0.0.1:{port}", "--workers", "1"),
    ]
    server = subprocess.Popen(
        command, cwd=ground.ROOT, env=os.environ | {"DJANGO_SETTINGS_MODULE": "bench.settings"}
    )
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if server.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("the web server did not start") from None
                time.sleep(0.1)
        yield port
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


@contextmanager
def _kept_open(port: int) -> Iterator[http.client.HTTPConnection]:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        yield link
    finally:
        link.close()


# ---------------------------------------------------------------- its statements


def _sql(sizes: list[int]) -> list[Row]:
    """Each size against the one before it."""
    asked = []
    wide.use(sizes[-1])
    for size in sizes:
        ground.point_at(f"bench_{size}")
        asked.append((bare_link(), page_statements()))
    try:
        return [
            _grown(sizes[place - 1 : place + 1], asked[place], asked[place - 1])
            for place in range(1, len(sizes))
        ]
    finally:
        for link, _ in asked:
            link.close()
        connections.close_all()


def _grown(sizes: list[int], many: tuple, few: tuple) -> Row:
    row = in_turn(
        "worklist SQL",
        f"{sizes[1]:,} against {sizes[0]:,} cases",
        sizes[1],
        lambda: _run(*many),
        lambda: _run(*few),
        2,
        higher=False,
        note="the statements of counts and page for one head, alone",
    )
    row.exponent = math.log(row.ratio) / math.log(sizes[1] / sizes[0])
    return row


def page_statements() -> list[tuple]:
    """What the worklist asks for its counts and its first page, as text."""
    from reviews.desk.context import Desk
    from reviews.engine import book as rulebook
    from reviews.worklist import reading as worklist_read
    from reviews.worklist import tabs as worklist
    from web import clock

    now = clock.now()
    account, found = reader(), []
    desk = Desk(now, clock.local_date(now), rulebook.current(), 0)
    place = worklist.Place.of(account, desk.today)

    def note(execute, sql, params, many, context):
        found.append(sent(sql, params, context))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        worklist_read.counts(place, desk, worklist.SIGN, worklist.Filters())
        worklist_read.page(place, desk, worklist.SIGN, worklist.Filters(), 0)
    return found


def _run(link: psycopg.Connection, statements: list[tuple]) -> int:
    for _ in range(_STATEMENTS):
        send(link, statements)
    return _STATEMENTS
