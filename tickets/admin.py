"""What administrators see of tickets: to look at only; every act goes through the pages (R8.6)."""

from django.contrib import admin

from ledger.administration import ReadOnlyAdmin, ReadOnlyInline
from tickets.forms.models import Entry, Ticket
from web.words import zh


class EntryInline(ReadOnlyInline):
    """办理记录."""

    model = Entry
    fields = ("at", "verb", "unit", "text")


@admin.register(Ticket)
class TicketAdmin(ReadOnlyAdmin):
    """单据; what is personal stands on the pages, for those who handle it."""

    list_display = ("number", "kind", "state", "issuing_unit", "handling_unit", "complete_by")
    list_filter = ("kind", "state")
    search_fields = ("number",)
    search_help_text = zh("按编号查找")
    list_select_related = ("issuing_unit", "handling_unit")
    fields = (
        *("number", "kind", "state", "issuing_unit", "handling_unit", "holder"),
        *(
            "issued_at",
            "complete_by",
            "accepted_at",
            "answered_at",
            "confirmed_at",
            "closed_at",
            "times_escalated",
        ),
    )
    inlines = (EntryInline,)
