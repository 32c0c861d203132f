"""How a test says that something is refused: by which rule of the program, by which wall of the database. A test that only
sees that something was refused stays green when it is refused for another reason."""

from contextlib import contextmanager

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from web.refusals import Refused


@contextmanager
def refused(code: str, match: str | None = None):
    """The door raises this refusal and no other; ``.value`` has its sentence and its clause afterwards."""
    with pytest.raises(Refused, match=match) as caught:
        yield caught
    assert caught.value.code == code, f"{caught.value.code}: {caught.value.sentence}"


@contextmanager
def refused_by_database(wall: str):
    """The database stops it in a transaction of its own: by the constraint or trigger of this name, or, where the wall has
    no name, with these words."""
    with pytest.raises((DatabaseError, psycopg.Error)) as caught, transaction.atomic():
        yield caught
    told = getattr(caught.value.__cause__ or caught.value, "diag", None)
    named = wall.isascii() and wall.isidentifier()
    found = told.constraint_name == wall if named else wall in str(caught.value)
    assert found, f"{told.constraint_name}: {caught.value}"


def sql_refused(wall: str, sql: str, *params):
    """A plain statement, past the program, is stopped by this wall."""
    with refused_by_database(wall), connection.cursor() as cursor:
        cursor.execute(sql, params)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def refuses(response, status: int, *said: str):
    """The answer has this status and says why: of the API, and of forms that a script sends, by its code; of a page by words
    that stand in it (all of them, if several are given). Gives the answer back."""
    text = response.content.decode(errors="replace")
    assert response.status_code == status, f"{response.status_code}: {text[-400:]}"
    assert "".join(said), "say which"
    if response.headers.get("Content-Type", "").startswith("application/json"):
        assert response.json()["code"] == "".join(said), text
    else:
        page = text.partition("<main")[2]
        assert [words for words in said if words not in page] == [], "not said"
    return response
