"""Where the servers of a trial answer, once they run (trial/embedded.py starts them). Reads nothing, starts nothing."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

DATABASE = "xueji"
LONGEST_SOCKET_PATH = 107


@dataclass(frozen=True)
class Servers:
    """Addresses of the running servers, as the environment variables of the same names would carry them."""

    database_url: str
    redis_url: str


def socket_dir(var: Path) -> Path:
    """The private directory of both sockets for this ``var``; the same answer in every process of one user."""
    name = hashlib.sha256(str(Path(var).resolve()).encode()).hexdigest()[:12]
    return Path("/tmp") / f"xueji-{os.geteuid()}-{name}"  # noqa: S108 - private, and checked to be so


def addresses(var: Path) -> Servers:
    """Where the servers of ``var`` answer once they run. Starts nothing."""
    folder = socket_dir(var)
    return Servers(
        database_url=f"postgresql://{DATABASE}@/{DATABASE}?host={quote(str(folder), safe='')}",
        redis_url=f"unix://{folder}/valkey.sock",
    )
