"""Statements composed once: a queryset is the rule, its text is kept, and only the values are put in each time.

Composing the worklist through the query compiler costs several times what running it does (``make bench``, row
“worklist page”). So a queryset is compiled with stand-ins in place of the values not yet known (which account, which
day), and every stand-in becomes a named parameter of the text. The rule, e.g. ``visible_to()``, stands once, in the
queryset. What changes the shape of a text (how many units, which filters) makes another text.
"""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from ledger.statements import planned

# No key is negative and no date of the program lies in year 1; all of one width, so that none is part of another.
_FIRST = -1_000_000_000
_PLACEHOLDER = re.compile(r"%s")


@dataclass
class Slots:
    """Stand-ins by name, for one statement, and what became of them in its text."""

    _of_name: dict[str, Any] = field(default_factory=dict)
    _fixed: dict[str, object] = field(default_factory=dict)
    _patterns: dict[str, tuple[str, str]] = field(default_factory=dict)

    def number(self, name: str) -> int:
        """The stand-in for a number, as itself or as part of a text (``/17/``)."""
        return self._of_name.setdefault(name, _FIRST - len(self._of_name))

    def day(self, name: str) -> date:
        """The stand-in for a date."""
        return self._of_name.setdefault(name, date.min + timedelta(days=len(self._of_name)))

    def text(self, name: str) -> str:
        """The stand-in for a text, as itself or as part of a pattern (what begins with it)."""
        return self._of_name.setdefault(name, f"<{-_FIRST + len(self._of_name)}>")

    def compose(self, rows: QuerySet) -> str:
        """The text of ``rows``, its parameters named."""
        try:
            sql, params = rows.query.sql_with_params()
        except EmptyResultSet:
            return "SELECT NULL WHERE false"
        names = iter([self._parameter(value) for value in params])
        return _PLACEHOLDER.sub(lambda _: f"%({next(names)})s", sql)

    def _parameter(self, value: object) -> str:
        for name, stand_in in self._of_name.items():
            if value == stand_in:
                return name
            if isinstance(value, str) and str(stand_in) in value:
                return self._under_a_name(
                    "pattern", self._patterns, (value.replace(str(stand_in), "\0"), name)
                )
        # A choice as the plain text it stands for.
        fixed = str(value) if isinstance(value, str) else value
        return self._under_a_name("fixed", self._fixed, fixed)

    @staticmethod
    def _under_a_name(kind: str, kept: dict[str, Any], value: object) -> str:
        key = f"{kind}{len(kept)}"
        kept[key] = value
        return key

    def filled(self, values: dict) -> dict:
        """All parameters of the text, once the ``values`` of the stand-ins are known."""
        literal = connection.ops.prep_for_like_query
        patterns = {
            key: form.replace("\0", literal(values[name])) for key, (form, name) in self._patterns.items()
        }
        return values | self._fixed | patterns


@dataclass(frozen=True)
class Statement:
    """A text with its slots."""

    text: str
    slots: Slots

    def rows(self, values: dict) -> list[tuple]:
        """What the database answers for ``values``."""
        with planned() as cursor:
            cursor.execute(self.text, self.slots.filled(values))
            return cursor.fetchall()
