from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Floor 0: what happened — append-only audit chain, outbox, idempotency, sweep runs."""

    name = "ledger"
    verbose_name = "台账与审计"
    default_auto_field = "django.db.models.BigAutoField"
