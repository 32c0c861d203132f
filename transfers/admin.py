"""Administrators' page of the reasons for a transfer; transfers themselves are looked at through their cases."""

from django.contrib import admin

from ledger.administration import ReadOnlyAdmin, WalledAdmin
from transfers.attendance.models import OfflineTransfer
from transfers.moving.models import TransferReason


@admin.register(TransferReason)
class TransferReasonAdmin(WalledAdmin):
    """转学原因: a closed list (R0.6). One that is no longer offered is ended by its date."""

    may_add = may_change = True
    chain = "rulebook"
    list_display = ("name", "key", "needs_note", "province", "valid_from", "valid_until", "position")
    list_select_related = ("province",)

    def get_readonly_fields(self, request, obj=None):
        """What a reason is called by stays."""
        return ("key", "province") if obj is not None else ()

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """A reason belongs to the nation or to a province."""
        if db_field.name == "province":
            kwargs["queryset"] = db_field.related_model.objects.filter(level="province")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(OfflineTransfer)
class OfflineTransferAdmin(ReadOnlyAdmin):
    """线下转学, for tracing a fault: without the pupil, who stands on the schools' own pages (R0.4)."""

    list_display = (
        "number",
        "school",
        "sending_school",
        "fault",
        "paper_date",
        "recorded_at",
        "outcome",
        "closed_at",
    )
    list_select_related = ("school", "sending_school", "fault__unit")
    list_filter = ("outcome", ("closed_at", admin.EmptyFieldListFilter))
    fields = (
        "number",
        "fault",
        "school",
        "sending_school",
        "paper_date",
        "requester",
        "recorded_by",
        "recorded_at",
        "confirmed_by",
        "confirmed_at",
        "case",
        "outcome",
        "closed_at",
        "closed_by",
    )
    ordering = ("-id",)
    sortable_by = ()
