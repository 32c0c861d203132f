from django.apps import AppConfig


class TransfersConfig(AppConfig):
    """Floor 4: moves between schools."""

    name = "transfers"
    verbose_name = "转学"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        """Make the kinds of transfer known to the engine."""
        from transfers import procedures  # noqa: F401
