"""What an account is told inside the program (R3.7)."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from orgs.people.models import Account
from web.words import zh


class Notice(models.Model):
    """Something told to an account inside the program; each ``dedup`` once for each account."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="notices")
    case = models.ForeignKey(
        "reviews.Case", on_delete=models.PROTECT, null=True, blank=True, related_name="notices"
    )
    text = models.CharField(zh("内容"), max_length=300)
    # Where a notice about no case leads; an address of the program's own, without any person in it.
    link = models.CharField(zh("去处"), max_length=60, blank=True, default="", db_default="")
    created_at = models.DateTimeField(zh("时间"), db_default=Now())
    read_at = models.DateTimeField(zh("已读"), null=True, blank=True)
    mailed_at = models.DateTimeField(zh("已发邮件"), null=True, blank=True)
    dedup = models.CharField(max_length=120)

    class Meta:
        verbose_name = verbose_name_plural = zh("通知")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["account", "dedup"], name="notice_once")]
        indexes = [
            models.Index(fields=["account"], name="notice_unread", condition=Q(read_at__isnull=True)),
            models.Index(fields=["account", "-id"], name="notice_list"),
        ]

    def __str__(self) -> str:
        return self.text
