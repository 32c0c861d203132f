"""一次性码: that the unit above gave one to an account; the code itself is told once and stored nowhere."""

from django.conf import settings
from django.db import models

from web.words import zh


class OneTimeCode(models.Model):
    """The last code of an account (ADR 32)."""

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=zh("账号"),
        on_delete=models.CASCADE,
        related_name="one_time_code",
    )
    digest = models.CharField(max_length=64, editable=False)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=zh("发放人"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    given_at = models.DateTimeField(zh("发放时间"))
    expires_at = models.DateTimeField(zh("有效期至"))
    used_at = models.DateTimeField(zh("使用时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = zh("一次性码")

    def __str__(self) -> str:
        return f"{self.account_id}"
