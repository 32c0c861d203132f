"""Papers keep the names of who signed them and of the units that did (R0.2): renaming changes no past page or print.

The names are written by the database beside the keys (sql/triggers.sql); acts of a case have columns of their own. A
case keeps the names of its schools from its end on, a step who viewed it first (reviews/sql/triggers.sql).
"""

from django.db import models

from web.words import zh


class KeepsNames(models.Model):
    """``names``: by the key's column, what the person or the unit was called when the key was written."""

    names = models.JSONField(zh("当时的名称"), default=dict, db_default={}, blank=True, editable=False)

    class Meta:
        abstract = True

    def called(self, field: str) -> str:
        """The name of then; of a row older than its names, or written past the walls, the one of today. None: empty."""
        if getattr(self, f"{field}_id") is None:
            return ""
        return self.names.get(f"{field}_id") or str(getattr(self, field))

    def with_code(self, field: str) -> dict[str, str] | None:
        """Code and name of a unit for the API, the name as :meth:`called` has it."""
        unit = getattr(self, field)
        return {"code": unit.code, "name": self.called(field)} if unit else None
