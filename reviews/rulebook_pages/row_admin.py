"""What every administrator's page of rows of the rules shares (R0.7)."""

from django.db import models
from django.http import HttpRequest

from ledger.administration import WalledAdmin


class RulebookAdmin(WalledAdmin):
    """Rows of the rulebook. A row that was in force is ended by its date and followed by another, not deleted."""

    may_add = may_change = True
    chain = "rulebook"
    fixed: tuple[str, ...] = ()

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> tuple[str, ...]:
        """What a row is about stays; its value and its dates may change."""
        return self.fixed if obj is not None else ()
