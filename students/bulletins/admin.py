"""What administrators see of bulletins: to look at only (R3.7b)."""

from django.contrib import admin

from ledger.administration import ReadOnlyAdmin
from students.bulletins.models import Bulletin
from web.words import zh


@admin.register(Bulletin)
class BulletinAdmin(ReadOnlyAdmin):
    """月度通报; its lines and replies stand on its page."""

    list_display = ("number", "province", "month", "state", "reply_until", "published_at")
    list_filter = ("state", "month")
    search_fields = ("number",)
    search_help_text = zh("按编号查找")
    list_select_related = ("province",)
    fields = (
        "number",
        "province",
        "month",
        "state",
        "made_at",
        "reply_until",
        "proposed_by",
        "proposed_at",
        "published_by",
        "published_at",
        "digest",
    )
