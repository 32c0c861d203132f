"""The register over HTTP, asked of a small real server: its answers, its faults, its silence (R1.7)."""

import json
import logging
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.exceptions import ImproperlyConfigured

from students.numbers.population import Asked, Found, register
from students.numbers.population_http import CHUNK, HttpRegister

pytestmark = pytest.mark.rule("R1.7")
PERSON = Asked("152522201503120028", "阿拉坦·其其格")


class Register(ThreadingHTTPServer):
    """Answers by ``script``: for each request in turn a status and a body, or a pause in seconds before it."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.script, self.seen = [], []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/compare"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.seen.append((self.path, dict(self.headers), body))
        status, answer, pause = self.server.script.pop(0) if self.server.script else (200, None, 0)
        time.sleep(pause)
        if answer is None:
            answer = {"answers": ["match"] * len(body["people"])}
        data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        try:
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        except OSError:
            pass  # the asker has given up

    def log_message(self, *args):
        pass


@pytest.fixture
def server(settings):
    found = Register()
    settings.POPULATION_REGISTER = "students.numbers.population_http.HttpRegister"
    settings.POPULATION_URL, settings.POPULATION_TOKEN = found.url, "secret-token"
    settings.POPULATION_TIMEOUT, settings.POPULATION_RETRIES, settings.TRIAL = 0.5, 2, True
    yield found
    found.shutdown()
    found.server_close()


def answers(*people):
    return register().compare(people or [PERSON])


def test_each_question_gets_its_answer_in_order_with_the_token_in_one_request(server):
    server.script = [(200, {"answers": ["match", "not_found", "name_mismatch"]}, 0)]
    assert answers(PERSON, PERSON, PERSON) == [Found.MATCH, Found.NOT_FOUND, Found.NAME_MISMATCH]
    path, headers, body = server.seen[0]
    assert (path, headers["Authorization"]) == ("/compare", "Bearer secret-token")
    assert body["people"][0] == {"number": PERSON.id_number, "name": PERSON.name}
    assert len(server.seen) == 1


def test_many_people_are_asked_in_portions_and_a_portion_that_fails_fails_alone(server):
    server.script = [(200, None, 0), (400, {}, 0), (200, None, 0)]
    found = answers(*[PERSON] * (2 * CHUNK + 7))
    assert [found.count(Found.MATCH), found.count(Found.UNAVAILABLE)] == [CHUNK + 7, CHUNK]
    assert set(found[CHUNK : 2 * CHUNK]) == {Found.UNAVAILABLE}


def test_a_server_that_stumbles_is_asked_again(server):
    server.script = [(500, {}, 0), (503, b"busy", 0)]
    assert answers() == [Found.MATCH]
    assert len(server.seen) == 3


def test_one_that_is_too_slow_is_asked_again_and_then_counts_as_away(server):
    server.script = [(200, None, 1.2)] * 3
    assert answers() == [Found.UNAVAILABLE]
    assert len(server.seen) == 3


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<html>login</html>"),
        (200, {"answers": []}),
        (200, {"answers": ["match", "match"]}),
        (200, {"answers": ["unavailable"]}),
        (200, {"answers": ["yes"]}),
        (200, {"answers": [True]}),
        (200, {"answers": "match"}),
        (200, ["match"]),
        (200, b"x" * (1024 * 1024 + 10)),
        (302, {"answers": ["match"]}),
        (401, {"answers": ["match"]}),
        (500, {"answers": ["match"]}),
    ],
)
def test_nothing_but_a_proper_answer_passes_anybody(server, status, body):
    server.script = [(status, body, 0)] * 3
    assert answers() == [Found.UNAVAILABLE]
    assert all(path == "/compare" for path, _, _ in server.seen), "a redirect is not followed"


def test_a_refused_connection_counts_as_away(server):
    server.shutdown()
    server.server_close()
    assert answers() == [Found.UNAVAILABLE]


def test_neither_number_nor_name_stands_in_the_log(server, caplog):
    server.script = [(500, {}, 0)] * 3
    with caplog.at_level(logging.DEBUG):
        answers()
    assert "did not answer" in caplog.text
    assert PERSON.id_number not in caplog.text
    assert PERSON.name not in caplog.text


def test_outside_the_trial_only_https_is_taken(settings):
    settings.TRIAL = False
    for url in ("http://register.invalid/", "ftp://register.invalid/", ""):
        settings.POPULATION_URL = url
        with pytest.raises(ImproperlyConfigured):
            HttpRegister()
    settings.POPULATION_URL = "https://register.invalid/"
    HttpRegister()
