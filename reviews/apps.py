from django.apps import AppConfig

from ledger.words import zh


class ReviewsConfig(AppConfig):
    """Floor 2: how anything is decided — case, step, deadline, the one door. Knows no pupil."""

    name = "reviews"
    verbose_name = zh("审核")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        """Make the handlers of this floor's messages known to the outbox."""
        from reviews import handover, notices, weekly_login  # noqa: F401
