"""The rows that ship with tickets, as the first migration writes them (R0.7)."""

from reviews import notice_rows
from tickets.forms.limit_values import LIMITS


def fill(apps, schema_editor) -> None:
    """Within how many days a ticket is answered that names no date."""
    notice_rows.limits(apps, LIMITS, "本系统约定")
