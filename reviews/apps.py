# ruff: noqa: F401 - what is imported in ``ready`` makes itself known.
from django.apps import AppConfig

from web.words import zh


class ReviewsConfig(AppConfig):
    """Floor 3: how anything is decided — case, step, deadline, the one door. Knows no pupil."""

    name = "reviews"
    verbose_name = zh("审核")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the handlers of this floor's messages known to the outbox, and the bar of R8.1 to the seats."""
        from orgs.people.seats import BAR
        from reviews.clock import succession
        from reviews.engine import seating
        from reviews.faults import notices
        from reviews.notices import confirmations, sending
        from reviews.staff import handover, training, weekly_login

        BAR.why = seating.untrained
