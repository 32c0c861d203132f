"""Calls to other machines: to the one that the operator named, over TLS, past no proxy, to no end that a machine may only
reach from itself.

What is allowed: the address is a setting of the server (environment), never typed into a page. Outside the trial it is
``https://``, without name or password in it; the machine may stand in an inner network (10.x, 172.16.x, 192.168.x: a
government's register does), never at this machine's own or link-local ends and those where clouds give out
credentials. The end that was connected is judged, not only the name, so a name that points inside leads nowhere.
Redirects are never followed; answer and time are limited as a whole.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from contextlib import suppress
from typing import Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured

# The settings that hold such an address.
ADDRESSES = ("POPULATION_URL", "SMS_URL")
# Where clouds answer with credentials, beside 169.254.169.254, which is link-local.
_METADATA = frozenset(map(ipaddress.ip_address, ("100.100.100.200", "192.0.0.192", "fd00:ec2::254")))


class Answered(OSError):
    """The machine has answered, and not with what was asked for. ``status``: its HTTP status."""

    def __init__(self, status: int):
        super().__init__(f"answered {status}")
        self.status = status


def barred_end(text: str) -> bool:
    """Whether an IP address may never be called: this machine itself, link-local, nobody's or everybody's, a cloud's own."""
    end = ipaddress.ip_address(text.partition("%")[0])
    end = getattr(end, "ipv4_mapped", None) or end
    nobody = end.is_loopback or end.is_link_local or end.is_multicast or end.is_unspecified
    return nobody or end.is_reserved or end in _METADATA


def wrong_address(name: str) -> str:
    """What is wrong with the address in the setting ``name``, in one sentence; empty when it may be called. A name is not
    looked up here: the end it leads to is judged when it is connected."""
    url = getattr(settings, name)
    told = f"{name} 应为 https:// 开头的地址，请改正。（{name} must be an https address.）"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return told
    if (parts.scheme != "https" and not (settings.TRIAL and parts.scheme == "http")) or not host:
        return told
    if parts.username is not None:
        return f"{name} 中不得写用户名和密码，令牌请另设。（No user name or password in {name}.）"
    if not settings.TRIAL and _is_own(host):
        return (
            f"{name} 不得指向本机、链路本地或云平台元数据地址，请填写对方服务器的地址。"
            f"（{name} must not point to this machine, a link-local or a metadata address.）"
        )
    return ""


def _is_own(host: str) -> bool:
    host = host.rstrip(".").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        # As the machine reads it: 127.1, 0x7f000001 and 2130706433 are the same end.
        return barred_end(host if ":" in host else socket.inet_ntoa(socket.inet_aton(host)))
    except (OSError, ValueError):
        return False


@checks.register(checks.Tags.security)
def check_addresses(app_configs: object = None, **kwargs: object) -> list[checks.CheckMessage]:
    """The addresses that are set, whenever the project is checked: ``manage.py check`` and most commands. A server or
    worker does not check itself; a call does (:func:`checked`)."""
    set_ = (name for name in ADDRESSES if getattr(settings, name))
    return [checks.Error(told, id="ledger.E001") for name in set_ if (told := wrong_address(name))]


def checked(name: str) -> str:
    """The address in the setting ``name``. Raises ImproperlyConfigured for one that may not be called."""
    if told := wrong_address(name):
        raise ImproperlyConfigured(told)
    return getattr(settings, name)


class _Call:
    """One call: judges the end it is connected to before anything is said, and hangs up when time is over, however slowly
    something still drips in."""

    def __init__(self, seconds: float):
        self.over = False
        self.line: socket.socket | None = None
        self.watch = threading.Timer(seconds, self._hang_up)
        self.watch.daemon = True
        self.watch.start()

    def connected(self, address: tuple[str, int], *args: Any, **kwargs: Any) -> socket.socket:
        """In place of socket.create_connection. Raises OSError for an end that may not be called or
        when time is over already."""
        found = socket.create_connection(address, *args, **kwargs)
        if not settings.TRIAL and barred_end(found.getpeername()[0]):
            found.close()
            raise OSError("end not allowed")
        self.line = found.dup()  # the other goes into TLS, which would hide it from the watch
        if self.over:  # the watch went off during look-up or connection, when there was nothing to hang up
            found.close()
            raise TimeoutError("not done in time")
        return found

    def ended(self) -> None:
        """The watch goes home."""
        self.watch.cancel()
        if self.line is not None:
            self.line.close()

    def _hang_up(self) -> None:
        self.over = True
        if self.line is not None:
            with suppress(OSError):
                self.line.shutdown(socket.SHUT_RDWR)


def post(url: str, body: bytes, headers: dict[str, str], *, seconds: float, largest: int) -> bytes:
    """What the machine at ``url`` (see :func:`checked`) answers. Raises OSError when it is away, is not done after
    ``seconds``, answers at more length than ``largest``, or its end may not be called; Answered for any status but
    200–299."""
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = cast(str, parts.hostname)  # an address without one is not let pass (wrong_address)
    machine: http.client.HTTPConnection
    if parts.scheme == "https":
        trusted = ssl.create_default_context()
        machine = http.client.HTTPSConnection(host, parts.port, timeout=seconds, context=trusted)
    else:
        machine = http.client.HTTPConnection(host, parts.port, timeout=seconds)
    call = _Call(seconds)
    cast(Any, machine)._create_connection = call.connected
    try:
        machine.request("POST", path, body, headers)
        with machine.getresponse() as answer:
            if not 200 <= answer.status < 300:
                raise Answered(answer.status)
            data = answer.read(largest + 1)
    except (http.client.HTTPException, UnicodeError) as error:
        raise OSError(type(error).__name__) from error
    finally:
        call.ended()
        machine.close()
    if call.over:
        raise TimeoutError("not done in time")
    if len(data) > largest:
        raise OSError("answer too large")
    return data
