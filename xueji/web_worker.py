"""The web server's process: reads each request wholly before a thread is taken for it (docs/adr/0031).

gunicorn watches the processes, stops and replaces them; inside each, waitress' loop holds every connection and gives
a request to a thread only when its last byte is there. Who sends a byte now and then costs a socket and no thread.
"""

import logging
import os
import resource
import time
from typing import Any

from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import BaseWSGIServer, TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher, WSGITask
from waitress.utilities import Error, RequestEntityTooLarge

MB = 1024 * 1024
# Six proofs of 2 MB and a form (R3.1); deploy/Caddyfile says the same.
LARGEST_BODY = 14 * MB
# Announced as larger: read to its end and thrown away up to here, so that a browser shows the sentence.
READ_AND_DROPPED = 64 * MB
LARGEST_HEAD = 32 * 1024
# Seconds for the head; then for the body, and one more for each so many bytes of it that came.
HEAD_SECONDS, BODY_SECONDS, SLOWEST = 15, 30, 4096
# Seconds between two requests of one connection, or without taking anything of an answer.
IDLE_SECONDS = 60
# Connections of one process, as far as the system grants so many files; then the longest unfinished one makes room.
CONNECTIONS = 4096
ACCEPTED_AT_ONCE = 64


class TooSlow(Error):
    """The request did not arrive in time."""

    code, reason = 408, "Request Timeout"


class Parser(HTTPRequestParser):
    """Reads what is too large to its end, unless it is far too large: who still sends does not hear an answer."""

    dropped: int | None = None

    def received(self, data: bytes) -> int:
        """How many bytes belong to this request."""
        if self.dropped is not None:
            used = min(len(data), self.dropped)
            self.dropped -= used
            self.body_bytes_received += used
            self.completed = not self.dropped
            return used
        used = super().received(data)
        announced = not self.chunked and isinstance(self.error, RequestEntityTooLarge)
        if announced and self.completed and self.content_length <= READ_AND_DROPPED:
            self.dropped, self.completed = self.content_length, False
        return used


class Refused(ErrorTask):
    """What the server itself does not pass on, in the words and the dress of the program's own refusals."""

    request: HTTPRequestParser

    def execute(self) -> None:
        """Answer with the sentence of the error, then close the connection."""
        from xueji.errors import unread

        error = self.request.error
        content_type, body = unread(error.code, getattr(self.request, "path", ""))
        self.status = f"{error.code} {error.reason}"
        self.response_headers += [("Content-Type", content_type), ("Cache-Control", "no-store")]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class Answer(WSGITask):
    """An answer of the program; to HEAD without its body."""

    request: HTTPRequestParser

    def write(self, data: bytes) -> None:
        """Send a piece of the body, before the first one the head."""
        super().write(b"" if self.request.command == "HEAD" else data)
        self.chunked_response &= self.request.command != "HEAD"


class Channel(HTTPChannel):
    """One connection. ``begun`` is when the request that is still arriving began."""

    parser_class, task_class, error_task_class = Parser, Answer, Refused
    begun = 0.0
    request: Any  # the one that is arriving, or None

    def received(self, data: bytes) -> bool:
        """Take what arrived; note when a new request begins with it."""
        before = self.request
        taken = super().received(data)
        if self.request is not before or before is None:
            self.begun = time.monotonic()
        return taken

    def overdue(self, now: float) -> bool:
        """Whether the request that is arriving should have been here by now."""
        if self.request is None or self.requests:
            return False
        if not self.request.headers_finished:
            return now - self.begun > HEAD_SECONDS
        return now - self.begun > BODY_SECONDS + self.request.body_bytes_received / SLOWEST

    def give_up(self) -> None:
        """Answer 408 in place of the request that does not come."""
        with self.requests_lock:
            request, self.request = self.request, None
            request.error = TooSlow("")
            request.completed = True
            self.requests.append(request)
        self.server.add_task(self)

    @property
    def idle(self) -> bool:
        """Nothing is being done for it."""
        return not self.requests and not self.total_outbufs_len

    @property
    def since(self) -> float:
        """Since when it is waited for (time.time)."""
        return self.last_activity if self.request is None else time.time() - time.monotonic() + self.begun


class _Server(BaseWSGIServer):
    """What both kinds of listening socket do otherwise than waitress."""

    channel_class = Channel

    def handle_accept(self) -> None:
        """Take all that wait for whom there is room, not one a turn; in a full house make room for the next turn.

        Never both in one turn: a newcomer would get the number of the connection just closed, and what the system has
        still to report of that one.
        """
        if self._full:
            idle = sorted(self._idle, key=lambda channel: channel.since)
            for channel in idle[: max(1, len(idle) // 20)]:
                channel.handle_close()
            return
        for _ in range(ACCEPTED_AT_ONCE):
            before = len(self._map)
            super().handle_accept()
            if len(self._map) == before or self._full:
                return

    def readable(self) -> bool:
        """Whether to hear of newcomers: while there is room, or somebody waited for who could make it."""
        return super().readable() or (self.accepting and bool(self._idle))

    @property
    def _full(self) -> bool:
        return len(self._map) >= self.adj.connection_limit

    @property
    def _idle(self) -> list[Channel]:
        return [channel for channel in self.active_channels.values() if channel.idle]

    def maintenance(self, now: float) -> None:
        """Once a second: give up what takes too long."""
        super().maintenance(now)
        moment = time.monotonic()
        for channel in list(self.active_channels.values()):
            if channel.overdue(moment):
                channel.give_up()

    def fix_addr(self, addr: Any) -> Any:
        """A unix socket knows no address of its caller."""
        return addr if isinstance(addr, tuple) else ("", 0)


class TcpServer(_Server, TcpWSGIServer):
    """Listens on an address."""


class UnixServer(_Server):
    """Listens on a unix socket."""

    def getsockname(self) -> tuple[str, str]:
        """In place of host and port."""
        return "unix", str(self.socket.getsockname())


def adjustments(threads: int, backlog: int, connections: int = CONNECTIONS) -> Adjustments:
    """How waitress is used. X-Forwarded-* stay as they came: xueji.addresses judges them."""
    return Adjustments(
        threads=threads,
        backlog=backlog,
        ident=None,
        clear_untrusted_proxy_headers=False,
        connection_limit=connections,
        channel_timeout=IDLE_SECONDS,
        cleanup_interval=1,
        max_request_header_size=LARGEST_HEAD,
        max_request_body_size=LARGEST_BODY + 1,
        # An answer larger than this would hold its thread until it is fetched.
        outbuf_high_watermark=256 * MB,
        asyncore_use_poll=True,
    )


def files_granted() -> int:
    """Ask the system for as many open files as it grants; how many connections that makes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS * 2 if hard == resource.RLIM_INFINITY else min(hard, CONNECTIONS * 2)
    if wanted > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    # Each connection may have a file for its body beside its socket.
    return min(CONNECTIONS, max(soft - 200, 100) // 2)


class WholeRequests(Worker):
    """gunicorn's worker class: ``--worker-class xueji.web_worker.WholeRequests``."""

    def run(self) -> None:
        """Serve until told to stop, then finish what was begun, at most ``graceful_timeout`` seconds."""
        # It would write a line for each request that waits for a thread.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        channels: dict[int, wasyncore.dispatcher] = {}
        threads = ThreadedTaskDispatcher()
        threads.set_thread_count(self.cfg.threads)
        how = adjustments(self.cfg.threads, self.cfg.backlog, files_granted())
        servers = [self._listen(listener, channels, threads, how) for listener in self.sockets]
        while self.alive and self.ppid == os.getppid():
            self._turn(channels, 1)
        for server in servers:
            wasyncore.dispatcher.close(server)
        deadline = time.monotonic() + self.cfg.graceful_timeout
        while (
            any(not c.idle for s in servers for c in s.active_channels.values())
            and time.monotonic() < deadline
        ):
            self._turn(channels, 0.1)
        threads.shutdown(timeout=max(0.1, deadline - time.monotonic()))
        wasyncore.close_all(channels)

    def _listen(
        self, listener: Any, channels: dict, threads: ThreadedTaskDispatcher, how: Adjustments
    ) -> Any:
        name = listener.getsockname()
        kind = TcpServer if isinstance(name, tuple) else UnixServer
        described = (listener.family, listener.type, listener.proto, name)
        return kind(self.wsgi, channels, True, listener, threads, how, described, bind_socket=False)

    def _turn(self, channels: dict, seconds: float) -> None:
        self.notify()
        wasyncore.loop(timeout=seconds, use_poll=True, map=channels, count=1)
