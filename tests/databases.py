"""Databases for tests, cloned from a migrated template.

Django empties tables after a test that commits, but this program's tables refuse to be emptied, and rightly. So such
a test simply gets its database thrown away: a clone of the template takes a tenth of a second. The template is kept
between runs and named after everything that shapes it.
"""

import ast
import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from psycopg import sql

from students.pupil import reference
from tests import ordinary_day

ROOT = Path(__file__).resolve().parent.parent
KEPT_TEMPLATES = 3
# Any number will do: it is the advisory lock under which one run at a time builds a template.
BUILDING = 20260101


class TestDatabase:
    """This run's database. All its connections, of live servers and subprocesses too, go to ``name``."""

    __test__ = False

    def __init__(self) -> None:
        self.name = f"test_{os.getpid()}"
        self.template = f"template_{_digest()}"

    def create(self) -> None:
        """Build the template unless an earlier run did, drop what killed runs left, and clone."""
        with _maintenance() as server:
            server.execute("SELECT pg_advisory_lock(%s)", [BUILDING])
            existing = _databases(server)
            if self.template not in existing:
                self._build(server)
            for name in existing:
                if name.startswith("building_") or (name.startswith("test_") and not _alive(name)):
                    _drop(server, name)
            for name in _oldest_templates(server)[:-KEPT_TEMPLATES]:
                if name != self.template:
                    _drop(server, name)
        self.renew()

    def renew(self) -> None:
        """Throw this run's database away and clone it anew."""
        connections.close_all()
        with _maintenance() as server:
            _drop(server, self.name)
            _clone(server, self.name, self.template)
            server.execute(ordinary_day.of_database(self.name))
        _point_at(self.name)

    def drop(self) -> None:
        """The run is over."""
        connections.close_all()
        with _maintenance() as server:
            _drop(server, self.name)

    def _build(self, server: psycopg.Connection) -> None:
        building = f"building_{os.getpid()}"
        _drop(server, building)
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(building)))
        _point_at(building)
        call_command("migrate", verbosity=0, interactive=False)
        # As on every installation; units come with each test (tests/world.py).
        reference.load_code_tables()
        ordinary_day.prepare_database()
        connections.close_all()
        names = sql.Identifier(building), sql.Identifier(self.template)
        server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*names))


def _digest() -> str:
    digest = hashlib.sha256(repr(settings.INSTALLED_APPS).encode())
    digest.update((ordinary_day.DATABASE_CLOCK + ordinary_day.DATABASE_DEFAULTS).encode())
    shaping = {path for kind in ("migrations", "sql", "data") for path in ROOT.glob(f"[a-z]*/{kind}/*.*")}
    shaping |= _imported(path for path in shaping if path.suffix == ".py")
    shaping.add(ROOT / "students/pupil/reference.py")
    for path in sorted(path for path in shaping if path.is_file()):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _imported(files: Iterable[Path]) -> set[Path]:
    """The project's own modules that these files import, and what those import in turn: their rows and rules are written
    into the database too. What a model's module imports is not followed: a migration that names one wants the model."""
    found, waiting = set(), list(files)
    while waiting:
        for name in _names_imported(waiting.pop()):
            path = ROOT.joinpath(*name.split(".")).with_suffix(".py")
            if path.is_file() and path not in found:
                found.add(path)
                if path.name != "models.py":
                    waiting.append(path)
    return found


def _names_imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _point_at(name: str) -> None:
    connections.close_all()
    connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = name


def _maintenance() -> psycopg.Connection:
    return outside("postgres")


def outside(name: str) -> psycopg.Connection:
    """A connection of its own to the database ``name``, where nothing of a test's transaction is seen."""
    parameters = connection.get_connection_params() | {"dbname": name, "autocommit": True}
    parameters = {
        key: value for key, value in parameters.items() if key not in {"cursor_factory", "context", "options"}
    }
    return psycopg.connect(**parameters)


def _databases(server: psycopg.Connection) -> list[str]:
    return [name for (name,) in server.execute("SELECT datname FROM pg_database")]


def _oldest_templates(server: psycopg.Connection) -> list[str]:
    rows = server.execute("SELECT datname FROM pg_database WHERE datname LIKE 'template\\_%' ORDER BY oid")
    return [name for (name,) in rows]


def _alive(name: str) -> bool:
    pid = name.removeprefix("test_")
    return not pid.isdecimal() or Path("/proc", pid).exists()


def _drop(server: psycopg.Connection, name: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _clone(server: psycopg.Connection, name: str, template: str) -> None:
    names = sql.Identifier(name), sql.Identifier(template)
    server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
