"""Clients that drip: connections that send their head, or the body of a form, a byte every two seconds.

One thread holds them all. What is measured meanwhile is the answer to ``/health/``, as a monitor asks for it.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

PAUSE = 2.0  # seconds between two bytes
HEAD = b"POST /progress/ HTTP/1.1\r\nHost: %s\r\nX-Slow: "
BODY = (
    b"POST /progress/ HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 100000\r\nCookie: xueji_csrf=%s\r\n\r\ncsrfmiddlewaretoken=%s&number="
)
TOKEN = b"a" * 32


class Drips:
    """So many connections that drip heads and so many that drip bodies, to ``address`` under the name ``host``.

    ``tls`` wraps each, in front of a proxy; whoever is cut off comes again, as an attacker would.
    """

    def __init__(
        self,
        address: tuple[str, int],
        heads: int,
        bodies: int,
        host: str = "localhost",
        tls: ssl.SSLContext | None = None,
    ):
        self.address, self.host, self.tls = address, host, tls
        self.beginnings = [HEAD % host.encode()] * heads + [BODY % (host.encode(), TOKEN, TOKEN)] * bodies
        self.open: dict[int, socket.socket] = {}
        self.cut = 0
        self._stop = threading.Event()

    @contextmanager
    def running(self) -> Iterator["Drips"]:
        """Open them all, keep them dripping until the block ends."""
        for at in range(len(self.beginnings)):
            self._begin(at)
        thread = threading.Thread(target=self._drip, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            thread.join()
            for line in self.open.values():
                line.close()

    def _begin(self, at: int) -> None:
        with suppress(OSError):
            line = socket.create_connection(self.address, 20)
            if self.tls:
                line = self.tls.wrap_socket(line, server_hostname=self.host)
            line.sendall(self.beginnings[at])
            line.setblocking(False)
            self.open[at] = line

    def _drip(self) -> None:
        while not self._stop.is_set():
            turn = time.monotonic()
            for at in range(len(self.beginnings)):
                self._one_byte(at)
                # Spread over the pause, as so many people would be.
                self._stop.wait(max(0, turn + PAUSE * (at + 1) / len(self.beginnings) - time.monotonic()))
                if self._stop.is_set():
                    return

    def _one_byte(self, at: int) -> None:
        line = self.open.get(at)
        try:
            if line is None:
                raise ConnectionError
            with suppress(BlockingIOError, ssl.SSLWantReadError):
                if not line.recv(4096):
                    raise ConnectionError
                raise ConnectionError
            line.send(b"a")
        except OSError:
            if line is not None:
                self.cut += 1
                self.open.pop(at).close()
            self._begin(at)


def health(
    address: tuple[str, int], headers: dict[str, str], patience: float, tls: ssl.SSLContext | None = None
) -> float:
    """Seconds until ``/health/`` answered 200 on a connection of its own. Raises OSError, or ValueError otherwise."""
    begun = time.monotonic()
    kind = http.client.HTTPSConnection if tls else http.client.HTTPConnection
    more = {"context": tls} if tls else {}
    line = kind(headers.get("Host", address[0]) if tls else address[0], address[1], timeout=patience, **more)
    try:
        line.request("GET", "/health/", headers=headers)
        answer = line.getresponse()
        answer.read()
        if answer.status != 200:
            raise ValueError(f"/health/ answered {answer.status}")
    finally:
        line.close()
    return time.monotonic() - begun
