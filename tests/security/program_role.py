"""The program's role on real servers, inside a test's own database: exactly the grants of ``deploy/postgres-roles.sh``.

The script is read, not repeated: what it grants or revokes is done here word for word, only the database's name is
another, and what it promises for tables to come is given on those that stand.
"""

import re
from contextlib import contextmanager

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

SCRIPT = (settings.BASE_DIR / "deploy" / "postgres-roles.sh").read_text(encoding="utf-8")
ROLE = "xueji_app"
_TO_COME = re.compile(
    rf"ALTER DEFAULT PRIVILEGES FOR ROLE xueji_owner IN SCHEMA public GRANT (.+) ON (TABLES|SEQUENCES) TO {ROLE};"
)


def grants(database: str) -> list[str]:
    """The statements of the script that say what the role may, for ``database``."""
    found = []
    for line in SCRIPT.splitlines():
        if to_come := _TO_COME.fullmatch(line):
            found.append("GRANT {} ON ALL {} IN SCHEMA public TO xueji_app".format(*to_come.groups()))
        elif line.startswith(("GRANT", "REVOKE")) and "xueji_owner" not in line:
            found.append(re.sub(r"ON DATABASE xueji\b", f'ON DATABASE "{database}"', line).rstrip(";"))
    return found


@contextmanager
def connected():
    """A connection of that role to the test's database (which must have committed what it is to see)."""
    database = settings.DATABASES["default"]["NAME"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('program role of the tests'))")
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE ROLE {ROLE} LOGIN")
        cursor.execute("SELECT pg_advisory_unlock(hashtext('program role of the tests'))")
        for statement in grants(database):
            cursor.execute(statement)
    parameters = connection.get_connection_params() | {"user": ROLE, "dbname": database}
    parameters = {
        k: v for k, v in parameters.items() if k not in ("cursor_factory", "context", "options", "password")
    }
    with psycopg.connect(**parameters, autocommit=True) as role:
        (who,) = role.execute("SELECT current_user").fetchone()
        assert who == ROLE
        yield role


@contextmanager
def owning():
    """A connection as the database's owner, who may do what the role may not."""
    parameters = connection.get_connection_params() | {"dbname": settings.DATABASES["default"]["NAME"]}
    parameters = {k: v for k, v in parameters.items() if k not in ("cursor_factory", "context", "options")}
    with psycopg.connect(**parameters, autocommit=True) as owner:
        yield owner


class Program:
    """What somebody does who has got hold of the role: plain SQL, each attempt a transaction of its own."""

    def __init__(self, role: psycopg.Connection):
        self.role = role

    def does(self, *statements: str, **values) -> None:
        """All of them, committed."""
        with self.role.transaction():
            for statement in statements:
                self.role.execute(statement, values)

    def is_refused(self, *statements: str, **values) -> tuple[str, str]:
        """All of them in one transaction, which must not commit: (wall, sentence) of what refused it."""
        try:
            self.does(*statements, **values)
        except psycopg.Error as error:
            return error.diag.constraint_name or "", error.diag.message_primary or ""
        raise AssertionError(f"nothing refused: {statements}")

    def value(self, statement: str, **values):
        """The first column of the first row."""
        return self.role.execute(sql.SQL(statement), values).fetchone()[0]
