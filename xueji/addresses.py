"""Where things are: the database and broker behind a URL, the visitor behind the proxies."""

import os
import re
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest


def database(url: str) -> dict:
    """Django's description of the PostgreSQL database behind ``postgresql://user:password@host:port/name?…``.

    DB_POOLER=1 says that pgbouncer stands in between: it refuses start-up options, so the time-outs are then the
    server's own (see deploy/), and connections are not kept.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            "DATABASE_URL 应形如 postgresql://用户:口令@主机:5432/库名，请改正。"
            "（DATABASE_URL must name a PostgreSQL database.）"
        )
    query = dict(parse_qsl(parts.query))
    pooled = os.environ.get("DB_POOLER", "") == "1"
    # Only what is sent by ledger.statements.planned() is ever prepared.
    options = {"prepare_threshold": None if pooled else 0, "connect_timeout": 5, "application_name": "xueji"}
    if not pooled:
        options["options"] = " ".join(f"-c {name}={value}" for name, value in _limits().items())
    host = query.pop("host", "") or unquote(parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": int(os.environ.get("DB_CONN_MAX_AGE", "0" if pooled else "300")),
        "CONN_HEALTH_CHECKS": True,
        # A cursor on the server does not survive pgbouncer's change of connection between transactions.
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": options | query,
    }


def _limits() -> dict[str, int]:
    """Time-outs in milliseconds. A page gives up before its reader does; commands set longer ones."""
    return {
        "statement_timeout": int(os.environ.get("DB_STATEMENT_TIMEOUT_MS", "15000")),
        "lock_timeout": int(os.environ.get("DB_LOCK_TIMEOUT_MS", "5000")),
        "idle_in_transaction_session_timeout": int(os.environ.get("DB_IDLE_TIMEOUT_MS", "30000")),
    }


def celery_url(url: str) -> str:
    """A broker's unix socket: redis-py says ``unix://…?db=1`` where Celery says ``redis+socket://…?virtual_host=1``."""
    scheme, _, rest = url.partition("://")
    if scheme not in {"redis", "rediss", "unix", "valkey", "valkeys"} or not rest:
        raise ImproperlyConfigured(
            "REDIS_URL 应形如 redis://主机:6379/0 或 unix:///路径，请改正。（REDIS_URL is malformed.）"
        )
    if scheme == "unix":
        path, _, query = rest.partition("?")
        rest = path + ("?" + re.sub(r"(^|&)db=", r"\1virtual_host=", query) if query else "")
    scheme = {"unix": "redis+socket", "valkey": "redis", "valkeys": "rediss"}.get(scheme, scheme)
    return f"{scheme}://{rest}"


def client_address(request: HttpRequest) -> str:
    """The visitor's address: what the outermost of our own proxies saw, never what the visitor claims."""
    from django.conf import settings

    seen = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if settings.TRUSTED_PROXIES and len(seen) >= settings.TRUSTED_PROXIES:
        return seen[-settings.TRUSTED_PROXIES]
    return request.META.get("REMOTE_ADDR", "")
