from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate, pre_migrate

from web.words import zh


class LedgerConfig(AppConfig):
    """Floor 1: what happened — append-only audit chain, outbox, idempotency, sweep runs."""

    name = "ledger"
    verbose_name = zh("台账与审计")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """What is checked when the program starts, and what is written after ``migrate``."""
        from ledger import earlier_tables, outgoing, triggers  # noqa: F401

        pre_migrate.connect(earlier_tables.before_migrate, sender=self)
        post_migrate.connect(triggers.after_migrate, sender=self)


class AdministrationConfig(AdminConfig):
    """Django's admin with this program's own site: staff only, refusals in words, every change recorded."""

    default_site = "ledger.administration.Site"
    verbose_name = zh("系统管理")
