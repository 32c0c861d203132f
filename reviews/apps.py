from django.apps import AppConfig

from ledger.words import zh


class ReviewsConfig(AppConfig):
    """Floor 2: how anything is decided — case, step, deadline, the one door. Knows no pupil."""

    name = "reviews"
    verbose_name = zh("审核")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        """Make the handlers of this floor's messages known to the outbox, and the bar of R8.1 to the seats."""
        from orgs.seats import BAR
        from reviews import confirmations, handover, notices, seating, succession, training, weekly_login  # noqa: F401

        BAR.why = seating.untrained
