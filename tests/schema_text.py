"""A schema as pg_dump tells it, put in an order of its own: by kind and name of what is made, columns by name."""

import re
import subprocess

from django.db import connection

from trial import embedded

_PIECE = re.compile(
    r"^-- Name: (.*?); Type: (.*?); Schema: .*?\n--\n\n(.*?)(?=^--\n-- Name:|^--\n-- PostgreSQL database dump complete)",
    re.DOTALL | re.MULTILINE,
)
_REACHED = {"dbname": "dbname", "host": "host", "port": "port", "username": "user"}
# The tests move these (tests/ordinary_day.py).
_CLOCKS = ("FUNCTION ledger_now()", "FUNCTION ordinary_now()")


def dumped() -> str:
    """The schema of this run's database."""
    reached = connection.get_connection_params()
    to = [f"--{ours}={reached[its]}" for ours, its in _REACHED.items() if reached.get(its)]
    program = embedded.postgres_programs() / "pg_dump"
    command = [program, "--schema-only", "--no-owner", "--no-privileges", *to]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def pieces(text: str) -> dict[str, str]:
    """By kind and name; read again from what :func:`written` gave."""
    found = {}
    for name, kind, body in _PIECE.findall(text):
        lines = [line for line in body.strip().split("\n") if not line.startswith("SET ")]
        if kind == "TABLE":
            inside = sorted(line.rstrip(",") for line in lines if line.startswith("    "))
            lines = [lines[0], *inside, *(line for line in lines[1:] if not line.startswith("    "))]
        body = "\n".join(lines).strip().replace("public.ordinary_now()", "statement_timestamp()")
        title = f"{kind} {name}"
        if title not in _CLOCKS and not title.startswith("COMMENT "):
            found[title] = body.replace("STATEMENT_TIMESTAMP()", "statement_timestamp()")
    return found


def written(found: dict[str, str]) -> str:
    """All of it, for the golden file."""
    return "".join(f"-- {title}\n{body}\n\n" for title, body in sorted(found.items()))
