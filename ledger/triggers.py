"""What the database refuses: the living functions and triggers of every app, each once, in ``<app>/sql/triggers.sql``.

They are no part of any migration: whenever ``migrate`` has run and a file has changed, all of them are written anew in
one transaction, and what no file names any more is dropped. The digest of the files stands as the comment of one of
the functions, so that nothing happens where nothing changed.
"""

import hashlib
import re
from pathlib import Path

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

_FUNCTION = re.compile(r"^CREATE OR REPLACE FUNCTION (\w+)\(", re.MULTILINE)
_TRIGGER = re.compile(r"^CREATE (?:OR REPLACE |CONSTRAINT )TRIGGER (\w+)\s[^;]*?\bON (\w+)", re.MULTILINE)
# Which of the functions bears the digest.
BEARER = "ledger_now()"
_STANDING = """
SELECT t.tgname, t.tgrelid::regclass::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace"""
_DEFINED = """
SELECT p.oid::regprocedure::text, p.proname FROM pg_proc p
WHERE p.pronamespace = 'public'::regnamespace AND p.proname ~ %s
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')"""


def files() -> list[Path]:
    """The files of all apps, lower apps first."""
    found = (Path(config.path) / "sql" / "triggers.sql" for config in apps.get_app_configs())
    return [path for path in found if path.is_file()]


def text() -> str:
    """All files, one below the other."""
    return "\n".join(path.read_text(encoding="utf-8") for path in files())


def after_migrate(using: str = DEFAULT_DB_ALIAS, **_: object) -> None:
    """The receiver of ``post_migrate``. Where only some apps were migrated the rest is waited for."""
    connection = connections[using]
    if {table for _, table in _TRIGGER.findall(text())} <= set(connection.introspection.table_names()):
        apply(connection)


def apply(connection: BaseDatabaseWrapper) -> bool:
    """Write them all, unless they stand there as the files have them. Returns whether anything was written."""
    wanted = text()
    digest = hashlib.sha256(wanted.encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description(to_regprocedure(%s), 'pg_proc')", [BEARER])
        if cursor.fetchone() == (digest,):
            return False
        with transaction.atomic(using=connection.alias):
            # Written in the order of the tables: a function may call one that comes later.
            cursor.execute("SET LOCAL check_function_bodies = off")
            cursor.execute(wanted)
            _drop_the_rest(cursor, wanted)
            cursor.execute(f"COMMENT ON FUNCTION {BEARER} IS '{digest}'")
    return True


def _drop_the_rest(cursor: CursorWrapper, wanted: str) -> None:
    """Triggers and functions that stood in the files once. A function belongs to an app by its name."""
    named = set(_FUNCTION.findall(wanted))
    cursor.execute(_STANDING)
    for name, table in set(cursor.fetchall()) - set(_TRIGGER.findall(wanted)):
        cursor.execute(f"DROP TRIGGER {name} ON {table}")
    cursor.execute(_DEFINED, [f"^({'|'.join(path.parents[1].name for path in files())})_"])
    for signature, name in cursor.fetchall():
        if name not in named:
            cursor.execute(f"DROP FUNCTION {signature}")
