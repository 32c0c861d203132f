"""每季度确认 (R8.3): that the head of a unit has looked at who has access, once a quarter."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from orgs.people.models import Unit
from web.words import zh


class AccessReview(models.Model):
    """One confirmation; ``accounts`` are the ids of those who had access then."""

    unit = models.ForeignKey(
        Unit, verbose_name=zh("单位"), on_delete=models.PROTECT, related_name="access_reviews"
    )
    quarter = models.DateField(zh("季度（首日）"))
    accounts = models.JSONField(zh("账号"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=zh("确认人"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(zh("确认时间"), db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = zh("权限确认")
        constraints = [models.UniqueConstraint(fields=["unit", "quarter"], name="access_review_once")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.quarter}"


class Arrangement(models.Model):
    """由上级代核 (R0.5): at a unit with fewer than two deciding people somebody of the unit above signs for a period. The
    post is an ordinary one with an end; this tells who arranged it and why."""

    post = models.OneToOneField(
        "orgs.Post", verbose_name=zh("岗位"), on_delete=models.PROTECT, related_name="arrangement"
    )
    above = models.ForeignKey(
        Unit, verbose_name=zh("上级单位"), on_delete=models.PROTECT, related_name="arrangements"
    )
    reason = models.CharField(zh("事由"), max_length=100)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=zh("安排人"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(zh("安排时间"), db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = zh("上级代核")

    def __str__(self) -> str:
        return f"{self.post_id} ← {self.above_id}"
