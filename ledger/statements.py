"""Statements written once and run often: insert, update and read back without composing SQL anew each time.

A decision is some nine statements; composing them through the query compiler costs more than running them
(``make bench``, row "one decision"). The columns still come from the models, so a model stays the one place.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeVar, cast

from django.db import connection, transaction
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper
from django.db.models import Model

_Row = TypeVar("_Row", bound=Model)


def planned() -> CursorWrapper:
    """A cursor for the statements of a page that is asked for all day: the server parses and plans each once a
    connection, which else takes longer than running it.

    Behind a pooler, where a connection is another's a moment later, they are sent plainly (``DB_POOLER``); as well
    where they are logged, because the log asks the ordinary cursor for their text.
    """
    cursor = connection.cursor()
    if not connection.queries_logged:
        cursor.cursor = cast(Any, ServerBindingCursor)(connection.connection)
    return cursor


def _column(model: type[Model], name: str) -> str:
    return cast(Any, model._meta.get_field(name.removesuffix("_id"))).column


@lru_cache(maxsize=64)
def _insert_sql(model: type[Model], names: tuple[str, ...], on_conflict: str, returning: bool) -> str:
    quoted = ", ".join(f'"{_column(model, name)}"' for name in names)
    values = ", ".join(["%s"] * len(names))
    back = f' RETURNING "{model._meta.pk.column}"' if returning else ""
    return f'INSERT INTO "{model._meta.db_table}" ({quoted}) VALUES ({values}) {on_conflict}{back}'  # noqa: S608


def insert(model: type[Model], *, on_conflict: str = "", returning: bool = False, **values: Any) -> Any:
    """Insert one row; ``values`` by field name (foreign keys by their id), the others by the database's defaults."""
    names = tuple(values)
    with planned() as cursor:
        cursor.execute(_insert_sql(model, names, on_conflict, returning), list(values.values()))
        return cursor.fetchone()[0] if returning else None


@lru_cache(maxsize=64)
def _update_sql(model: type[Model], names: tuple[str, ...]) -> str:
    sets = ", ".join(f'"{_column(model, name)}" = %s' for name in names)
    return f'UPDATE "{model._meta.db_table}" SET {sets} WHERE "{model._meta.pk.column}" = %s'  # noqa: S608


def update(model: type[Model], pk: int, **values: Any) -> None:
    """Update one row by its primary key; ``values`` by field name (foreign keys by their id)."""
    with planned() as cursor:
        cursor.execute(_update_sql(model, tuple(values)), [*values.values(), pk])


@lru_cache(maxsize=32)
def columns(model: type[Model], alias: str, names: tuple[str, ...] = ()) -> tuple[str, tuple[str, ...]]:
    """The select list of a model under ``alias`` and the attribute names that go with it, for :func:`read_back`."""
    fields = [f for f in model._meta.concrete_fields if not names or f.name in names or f.attname in names]
    return ", ".join(f'{alias}."{f.column}"' for f in fields), tuple(f.attname for f in fields)


def read_back(model: type[_Row], attributes: tuple[str, ...], values: Sequence[Any]) -> _Row:
    """An instance from a row's values; attributes left out are deferred."""
    return model.from_db(connection.alias, attributes, values)


@contextmanager
def told_to_triggers(name: str, value: object) -> Iterator[None]:
    """A transaction in which triggers read ``value`` as ``xueji.<name>``; not after it."""
    say = "SELECT set_config(%s, %s, true)"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(say, [f"xueji.{name}", str(value)])
        yield
        cursor.execute(say, [f"xueji.{name}", ""])
