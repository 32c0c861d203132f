"""Calls to other machines: only to the address that the operator named, never to this machine's own ends (R1.7)."""

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured

from ledger import outgoing
from students.numbers.population import Asked, Found
from students.numbers.population_http import HttpRegister

pytestmark = pytest.mark.rule("R1.7")
ASKED = [Asked("152522201503120028", "阿拉坦·其其格")]


def told(settings, name, url):
    """What the system check says of the address in production."""
    settings.TRIAL = False
    setattr(settings, name, url)
    return [found.msg for found in run_checks() if found.id == "ledger.E001"]


@pytest.mark.parametrize("name", outgoing.ADDRESSES)
@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://register.example.cn/", "应为 https:// 开头的地址"),
        ("file:///etc/passwd", "应为 https:// 开头的地址"),
        ("gopher://127.0.0.1:6379/_FLUSHALL", "应为 https:// 开头的地址"),
        ("ftp://register.example.cn/", "应为 https:// 开头的地址"),
        ("https://", "应为 https:// 开头的地址"),
        ("https://register.example.cn:port/", "应为 https:// 开头的地址"),
        ("https://name:secret@register.example.cn/", "不得写用户名和密码"),
        ("https://register.example.cn@127.0.0.1/", "不得写用户名和密码"),
        ("https://127.0.0.1/", "不得指向本机、链路本地或云平台元数据地址"),
        ("https://127.1/", "不得指向本机、链路本地或云平台元数据地址"),
        ("https://2130706433/", "不得指向本机、链路本地或云平台元数据地址"),
        ("https://0x7f000001/", "不得指向本机、链路本地或云平台元数据地址"),
        ("https://0/", "不得指向本机、链路本地或云平台元数据地址"),
        ("https://localhost:5432/", "不得指向本机、链路本地或云平台元数据地址"),
        ("https://LOCALHOST./", "不得指向本机、链路本地或云平台元数据地址"),
        ("https://[::1]/", "不得指向本机、链路本地或云平台元数据地址"),
        ("https://[::ffff:127.0.0.1]/", "不得指向本机、链路本地或云平台元数据地址"),
        ("https://[fe80::1]/", "不得指向本机、链路本地或云平台元数据地址"),
        ("https://169.254.169.254/latest/meta-data/", "不得指向本机、链路本地或云平台元数据地址"),
        ("https://100.100.100.200/latest/meta-data/", "不得指向本机、链路本地或云平台元数据地址"),
    ],
)
def test_an_address_that_points_inside_is_told_in_one_sentence_and_never_called(
    settings, name, url, sentence
):
    (found,) = told(settings, name, url)
    assert found.startswith(f"{name} ")
    assert sentence in found
    with pytest.raises(ImproperlyConfigured, match=sentence):
        outgoing.checked(name)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://register.example.cn/compare",
        "https://10.20.30.40:8443/",
        "https://192.168.3.4/",
        "https://[fd12::7]/",
    ],
)
def test_a_register_in_the_inner_network_of_the_government_may_stand_there(settings, url):
    assert told(settings, "POPULATION_URL", url) == []


def test_whoever_is_in_the_trial_may_ask_the_own_machine(settings):
    settings.TRIAL, settings.POPULATION_URL = True, "http://127.0.0.1:9/"
    assert outgoing.checked("POPULATION_URL") == "http://127.0.0.1:9/"


# ---------------------------------------------------------------- the end that is connected


class Answering(BaseHTTPRequestHandler):
    """Says yes to everybody; ``server.drip``: whether byte by byte, for longer than anybody waits."""

    def do_POST(self):
        self.server.seen.append(self.path)
        people = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["people"]
        answer = json.dumps({"answers": ["match"] * len(people)}).encode()
        if self.server.drip:
            answer += b" " * 100
        head = f"HTTP/1.0 200 OK\r\nConnection: close\r\nContent-Length: {len(answer)}\r\n\r\n".encode()
        try:
            for piece in [bytes([one]) for one in head + answer] if self.server.drip else [head, answer]:
                self.wfile.write(piece)
                self.server.never.wait(0.05 if self.server.drip else 0)
        except OSError:
            self.server.hung_up = True
        self.server.ended.set()

    def log_message(self, *args):
        pass


@pytest.fixture
def inside(settings):
    """A machine inside, and a name that leads to it."""
    found = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    found.daemon_threads, found.seen, found.drip, found.hung_up = True, [], False, False
    found.never, found.ended = threading.Event(), threading.Event()
    threading.Thread(target=found.serve_forever, daemon=True).start()
    settings.POPULATION_TIMEOUT, settings.POPULATION_RETRIES, settings.TRIAL = 0.5, 0, True
    settings.POPULATION_URL = f"http://register.example.cn:{found.server_address[1]}/compare"
    yield found
    found.never.set()
    found.shutdown()
    found.server_close()


@pytest.fixture
def rebound(monkeypatch):
    """The name of the register resolves to this machine."""
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *more, **kept: real("127.0.0.1", *more, **kept))


def test_a_name_that_resolves_inside_leads_nowhere_and_nothing_was_said(settings, inside, rebound):
    register = HttpRegister()
    assert register.compare(ASKED) == [Found.MATCH]
    settings.TRIAL = False
    inside.seen.clear()
    assert register.compare(ASKED) == [Found.UNAVAILABLE]
    assert inside.seen == []
    with pytest.raises(OSError, match="end not allowed"):
        outgoing.post(settings.POPULATION_URL, b"{}", {}, seconds=1, largest=10)


def test_an_answer_that_drips_counts_as_none(inside, rebound):
    inside.drip = True
    assert HttpRegister().compare(ASKED) == [Found.UNAVAILABLE]
    assert inside.seen == ["/compare"]
    assert inside.ended.wait(60)
    assert inside.hung_up, "not waited for to the end"


def test_when_time_is_over_before_it_is_connected_nothing_is_said(settings, inside, rebound, monkeypatch):
    connect = socket.create_connection

    def late(*args, **kept):
        for watch in [one for one in threading.enumerate() if isinstance(one, threading.Timer)]:
            watch.join()
        return connect(*args, **kept)

    monkeypatch.setattr(socket, "create_connection", late)
    with pytest.raises(TimeoutError, match="not done in time"):
        outgoing.post(settings.POPULATION_URL, b'{"people": []}', {}, seconds=0.05, largest=1000)
    assert inside.seen == []


def test_no_page_and_no_row_holds_such_an_address(settings):
    """It is a setting of the server, of the environment; no form of the program writes settings."""
    from django.apps import apps

    names = {field.name for model in apps.get_models() for field in model._meta.get_fields()}
    assert not names & {name.lower() for name in outgoing.ADDRESSES}
