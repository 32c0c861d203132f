"""Who drips stops nobody: the web server as it is shipped, alone and behind the shipped proxy (docs/adr/0031)."""

import contextlib
import http.client
import json
import signal
import socket
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from waitress import wasyncore
from waitress.task import ThreadedTaskDispatcher

from bench import shipped
from bench.drips import Drips, health
from tests.xueji.tiny_site import site
from trial import embedded
from xueji import web_worker
from xueji.errors import unread

ROOT = Path(embedded.__file__).resolve().parent.parent
MB = 1024 * 1024
PATIENCE = 20  # seconds for an answer on a busy machine; without the change none comes at all


@pytest.fixture(scope="module")
def web(servers_environment, tmp_path_factory):
    """The web server as ``make run`` starts it; its address."""
    with shipped.web(servers_environment, tmp_path_factory.mktemp("web")) as address:
        yield address


@pytest.fixture(scope="module")
def proxy(web, tmp_path_factory):
    """The shipped proxy in front of it; its address and how to trust it."""
    with shipped.proxy(web, tmp_path_factory.mktemp("proxy")) as address_and_trust:
        yield address_and_trust


@pytest.fixture(scope="module")
def tiny(servers_environment, tmp_path_factory):
    """A starter of the tiny site under the shipped server with one thread; its address and process."""

    @contextmanager
    def start():
        port, var = shipped.free_port(), tmp_path_factory.mktemp("tiny")
        command = [sys.executable, "-m", "gunicorn", "--config", "python:xueji.serving", "--threads", "1"]
        command += ["--workers", "1", "--bind", f"127.0.0.1:{port}", "tests.xueji.tiny_site:site"]
        with shipped.started(command, servers_environment, port, var / "tiny.log") as process:
            yield ("127.0.0.1", port), process

    return start


@pytest.fixture(scope="module")
def small(tiny):
    with tiny() as (address, _):
        yield address


@pytest.fixture
def listening():
    """The server's own loop in a thread, over the tiny site; its address and its connections."""

    @contextmanager
    def serve(connections=1000):
        channels, threads, stop = {}, ThreadedTaskDispatcher(), threading.Event()
        threads.set_thread_count(2)
        how = web_worker.adjustments(2, 64, connections)
        listener = socket.create_server(("127.0.0.1", 0))
        described = (listener.family, listener.type, listener.proto, listener.getsockname())
        web_worker.TcpServer(site, channels, True, listener, threads, how, described, bind_socket=False)

        def turn():
            while not stop.is_set():
                wasyncore.loop(timeout=0.1, use_poll=True, map=channels, count=1)

        loop = threading.Thread(target=turn)
        loop.start()
        try:
            yield listener.getsockname(), channels
        finally:
            stop.set()
            loop.join()
            threads.shutdown()
            wasyncore.close_all(channels)

    return serve


def ask(address, path, method="GET", body=None, headers=None, tls=None):
    """Status, headers and text of one answer."""
    line = (
        http.client.HTTPSConnection(*address, timeout=PATIENCE, context=tls)
        if tls
        else http.client.HTTPConnection(*address, timeout=PATIENCE)
    )
    try:
        line.request(method, path, body, headers or {})
        answer = line.getresponse()
        return answer.status, answer.headers, answer.read().decode()
    finally:
        line.close()


def whole(line):
    """Everything until the other side closes."""
    line.settimeout(PATIENCE)
    return b"".join(iter(lambda: line.recv(65536), b"")).decode()


def sentence(status):
    return json.loads(unread(status, "/api/v1/")[1])["sentence"]


# ---------------------------------------------------------------- who drips


def stays_well(address, seconds=10, tls=None):
    """Ask for /health/ for so long; every answer must be 200."""
    headers, asked, end = {"Host": "localhost"}, 0, time.monotonic() + seconds
    while time.monotonic() < end:
        health(address, headers, PATIENCE, tls)
        asked += 1
        time.sleep(0.5)
    return asked


def test_forty_connections_that_drip_stop_nobody(web):
    with Drips(web, 20, 20).running() as drips:
        assert stays_well(web)
        assert (len(drips.open), drips.cut) == (40, 0)


def test_forty_connections_that_drip_at_the_proxy_stop_nobody(proxy):
    address, trust = proxy
    with Drips(address, 20, 20, tls=trust).running() as drips:
        assert stays_well(address, tls=trust)
        assert len(drips.open) >= 35


def test_behind_the_proxy_the_real_pages_answer(proxy):
    address, trust = proxy
    status, headers, page = ask(address, "/", tls=trust)
    assert (status, headers["Server"]) == (302, None), page
    assert headers["Location"].startswith("/accounts/sign-in/")


@pytest.mark.parametrize(("limit", "path"), [("HEAD_SECONDS", "head"), ("BODY_SECONDS", "body")])
def test_what_does_not_come_in_time_is_answered_and_cut(listening, monkeypatch, limit, path):
    monkeypatch.setattr(web_worker, limit, 0.2)
    begun = b"POST /api/v1/ HTTP/1.1\r\nHost: a\r\n" + (
        b"Content-Length: 9\r\n\r\na" if path == "body" else b""
    )
    with listening() as (address, _), socket.create_connection(address) as line:
        line.sendall(begun)
        answer = whole(line)
    assert answer.startswith("HTTP/1.1 408 " if path == "body" else "HTTP/1.0 408 ")
    assert sentence(408) in answer


def test_who_sends_steadily_has_all_the_time_it_takes(listening, monkeypatch):
    monkeypatch.setattr(web_worker, "BODY_SECONDS", 0.2)
    monkeypatch.setattr(web_worker, "SLOWEST", 1)
    with listening() as (address, _), socket.create_connection(address) as line:
        line.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 200\r\n\r\n")
        for _ in range(10):
            line.sendall(b"a" * 20)
            time.sleep(0.3)
        assert '"body": 200' in whole(line)


def test_a_full_house_makes_room_for_a_newcomer(listening):
    with listening(connections=30) as (address, channels), contextlib.ExitStack() as lines:
        for _ in range(40):
            lines.enter_context(socket.create_connection(address)).sendall(b"GET / HTTP/1.1\r\n")
        assert ask(address, "/")[0] == 200
        assert len(channels) <= 30


# ---------------------------------------------------------------- what is kept of the server before


@pytest.mark.parametrize("path", ["/progress/", "/api/v1/complaints/"])
def test_a_body_that_is_too_large_is_told_in_a_sentence(web, path):
    status, headers, page = ask(web, path, "POST", b"a" * (15 * MB))
    assert status == 413
    assert sentence(413) in page
    assert headers["Content-Type"].startswith("application/json" if "api" in path else "text/html")


def test_the_proxy_says_the_same(proxy):
    address, trust = proxy
    status, _, said = ask(address, "/progress/", "POST", b"a" * (14 * MB + 1), tls=trust)
    assert (status, said) == (413, sentence(413))


def test_a_body_of_the_size_that_is_allowed_arrives_whole(small):
    assert json.loads(ask(small, "/", "POST", b"a" * (14 * MB))[2])["body"] == 14 * MB


def test_a_body_in_chunks_arrives_whole(small):
    told = json.loads(ask(small, "/", "POST", iter([b"a" * 70_000] * 3))[2])
    assert (told["body"], told["CONTENT_LENGTH"]) == (210_000, "210000")


def test_a_head_that_is_too_long_is_told_in_a_sentence(small):
    status, _, page = ask(small, "/", headers={"X-Long": "a" * 40_000})
    assert status == 431
    assert sentence(431) in page


def test_what_is_no_request_is_told_in_a_sentence(small):
    with socket.create_connection(small) as line:
        line.sendall(b"\x16\x03\x01 nonsense\r\n\r\n")
        answer = whole(line)
    assert answer.startswith("HTTP/1.0 400 ")
    assert sentence(400) in answer


def test_what_a_proxy_adds_arrives_as_it_was_sent(small):
    headers = {"X-Forwarded-For": "1.1.1.1, 2.2.2.2", "X-Forwarded-Proto": "https"}
    told = json.loads(ask(small, "/", headers=headers)[2])
    assert told["HTTP_X_FORWARDED_FOR"] == "1.1.1.1, 2.2.2.2"
    assert told["HTTP_X_FORWARDED_PROTO"] == "https"
    assert told["REMOTE_ADDR"] == "127.0.0.1"


def test_the_answer_to_head_has_no_body(small):
    with socket.create_connection(small) as line:
        line.sendall(b"HEAD /much HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        head, _, body = whole(line).partition("\r\n\r\n")
    assert f"Content-Length: {20 * MB}" in head
    assert body == ""


@pytest.mark.parametrize("path", ["/much", "/stream"])
def test_who_does_not_fetch_a_large_answer_holds_no_thread(small, path):
    with socket.create_connection(small) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        assert ask(small, "/")[0] == 200
        assert len(whole(line)) > 20 * MB


def test_a_stop_finishes_what_was_begun_and_waits_for_no_drip(tiny, tmp_path):
    with tiny() as (address, process), socket.create_connection(address) as drip:
        assert ask(address, "/")[0] == 200
        drip.sendall(b"GET / HTTP/1.1\r\n")
        with socket.create_connection(address) as line:
            line.sendall(
                f"GET /slow?{tmp_path / 'go'} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode()
            )
            time.sleep(0.5)
            process.send_signal(signal.SIGTERM)
            refused = False
            while not refused:
                try:
                    socket.create_connection(address, 1).close()
                except OSError:
                    refused = True
            (tmp_path / "go").touch()
            assert whole(line).startswith("HTTP/1.1 200 OK")
        assert process.wait(30) == 0


# ---------------------------------------------------------------- what is shipped


def test_proxy_and_server_name_the_same_limits():
    caddyfile = (ROOT / "deploy" / "Caddyfile").read_text()
    assert f"max_size {web_worker.LARGEST_BODY // MB}MB" in caddyfile
    assert f"max_header_size {web_worker.LARGEST_HEAD // 1024}KB" in caddyfile
    assert sentence(413) in caddyfile


def test_the_image_serves_with_the_same_settings():
    assert '["gunicorn", "--config", "python:xueji.serving",' in (ROOT / "deploy" / "Dockerfile").read_text()
