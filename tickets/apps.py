# ruff: noqa: F401 - what is imported in ``ready`` makes itself known.
from django.apps import AppConfig

from web.words import zh


class TicketsConfig(AppConfig):
    """Floor 5: the three official forms and citizens' complaints."""

    name = "tickets"
    verbose_name = zh("三张单")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        """Make the outbox know who delivers this floor's messages."""
        from tickets.forms import notices, open_papers, succession
