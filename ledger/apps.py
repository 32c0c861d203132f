from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig

from ledger.words import zh


class LedgerConfig(AppConfig):
    """Floor 0: what happened — append-only audit chain, outbox, idempotency, sweep runs."""

    name = "ledger"
    verbose_name = zh("台账与审计")
    default_auto_field = "django.db.models.BigAutoField"


class AdministrationConfig(AdminConfig):
    """Django's admin with this program's own site: staff only, refusals in words, every change recorded."""

    default_site = "ledger.administration.Site"
    verbose_name = zh("系统管理")
