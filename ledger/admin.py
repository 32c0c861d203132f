"""Administrators look at what happened; nothing here can be written."""

from django.contrib import admin

from ledger.administration import ReadOnlyAdmin
from ledger.models import AuditEntry, AuditHead, OutboxMessage, SweepRun
from web.words import zh


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """审计记录."""

    list_display = ("chain", "seq", "at", "actor", "action", "subject")
    search_fields = ("=subject", "=chain", "=actor")
    search_help_text = zh("按对象（如 case:ZX-2026-7K3M9QXP）、链、行为人（如 account:12）准确查找")
    fields = ("chain", "seq", "at", "actor", "action", "subject", "body", "link_before", "link")
    ordering = ("-id",)
    sortable_by = ()

    @admin.display(description=zh("前一条校验值"))
    def link_before(self, entry: AuditEntry) -> str:
        """The hash of the entry before, in hex."""
        return bytes(entry.previous_hash).hex() or zh("（链首）")

    @admin.display(description=zh("校验值"))
    def link(self, entry: AuditEntry) -> str:
        """The entry's own hash, in hex."""
        return bytes(entry.hash).hex()


@admin.register(AuditHead)
class AuditHeadAdmin(ReadOnlyAdmin):
    """审计链签名."""

    list_display = ("day", "digest", "created_at")
    ordering = ("-day",)


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnlyAdmin):
    """待发消息."""

    list_display = ("id", "topic", "created_at", "available_at", "attempts", "delivered_at", "last_error")
    list_filter = ("topic", ("delivered_at", admin.EmptyFieldListFilter))
    ordering = ("-id",)
    sortable_by = ()


@admin.register(SweepRun)
class SweepRunAdmin(ReadOnlyAdmin):
    """定时清扫."""

    list_display = ("judged_at", "started_at", "finished_at", "counts")
    ordering = ("-id",)
