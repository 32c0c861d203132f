"""The web server and the proxy as they are shipped, started on free ports for a measurement or a test."""

import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.drips import health
from trial import embedded, run

ROOT = Path(embedded.__file__).resolve().parent.parent
CADDY = Path(sys.executable).with_name("caddy")
Address = tuple[str, int]


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def started(
    command: list[str], environment: dict[str, str], port: int, log: Path
) -> Iterator[subprocess.Popen]:
    """A process of its own, from when it listens; ended at the end. Raises RuntimeError with its log."""
    with open(log, "w") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=out, stderr=out, start_new_session=True
        )
    try:
        deadline = time.monotonic() + 60
        while True:
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(log.read_text())
            time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def web(environment: dict[str, str], folder: Path) -> Iterator[Address]:
    """The web server as ``make run`` starts it, standing behind one proxy."""
    port = free_port()
    command = run._commands("127.0.0.1", port, folder)["web"]
    with started(command, environment | {"TRUSTED_PROXIES": "1"}, port, folder / "web.log"):
        yield "127.0.0.1", port


@contextmanager
def proxy(upstream: Address, folder: Path) -> Iterator[tuple[Address, ssl.SSLContext]]:
    """deploy/Caddyfile, with the ports and the upstream of this machine; its address and how to trust it."""
    ports = free_port(), free_port()
    here = f"{{\n\tadmin off\n\tskip_install_trust\n\thttp_port {ports[0]}\n\thttps_port {ports[1]}\n"
    text = (ROOT / "deploy" / "Caddyfile").read_text()
    text = text.replace("{\n", here, 1).replace("web:8000", f"{upstream[0]}:{upstream[1]}")
    (folder / "Caddyfile").write_text(text)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
        "SITE_ADDRESS": "localhost",
    }
    command = [str(CADDY), "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
    log = folder / "caddy.log"
    with started(command, environment, ports[1], log):
        root = folder / "caddy" / "pki" / "authorities" / "local" / "root.crt"
        trust = ssl.create_default_context(cafile=str(root))
        trust.set_alpn_protocols(["http/1.1"])
        address, deadline = ("localhost", ports[1]), time.monotonic() + 60
        while True:
            with suppress(OSError, ValueError):
                health(address, {}, 5, trust)
                break
            if time.monotonic() > deadline:
                raise RuntimeError(log.read_text())
            time.sleep(0.2)
        yield address, trust
