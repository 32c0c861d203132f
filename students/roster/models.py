"""名册导出: what was asked for, by whom and for what purpose; the file is kept sealed for a day."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from orgs.people import scope
from orgs.people.kept_names import KeepsNames
from orgs.people.models import Unit
from web.words import zh


class Making(models.TextChoices):
    """Where an export stands."""

    WAITING = "waiting", zh("等待生成")
    MAKING = "making", zh("正在生成")
    READY = "ready", zh("可以下载")
    GONE = "gone", zh("文件已过期删除")


class ExportQuerySet(models.QuerySet):
    """Whose file it is."""

    def visible_to(self, account, day):
        """What the account asked for itself, of units that stand in its scope on ``day``: whoever has left the post,
        or to whom it is no longer lent, has no roster either."""
        return self.filter(scope.under("unit", account, day), asked_by=account)


class RosterExport(KeepsNames, models.Model):
    """One export of the pupils of a unit. ``numbers`` says whether registration numbers stand in it in full, for the
    ``purpose`` then given."""

    number = models.CharField(zh("编号"), max_length=20, unique=True, editable=False)
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    unit = models.ForeignKey(Unit, verbose_name=zh("单位"), on_delete=models.PROTECT, related_name="+")
    grade = models.PositiveSmallIntegerField(zh("年级"), null=True, blank=True)
    status = models.CharField(zh("学籍状态"), max_length=12, blank=True)
    form = models.CharField(zh("格式"), max_length=4, choices=[("xlsx", "xlsx"), ("csv", "csv")])
    numbers = models.BooleanField(zh("含完整学籍号"), default=False)
    purpose = models.CharField(zh("用途"), max_length=12, blank=True)
    state = models.CharField(zh("状态"), max_length=10, choices=Making.choices, default=Making.WAITING)
    total = models.PositiveIntegerField(zh("人数"), default=0)
    done = models.PositiveIntegerField(zh("已写出"), default=0)
    sha256 = models.CharField(zh("摘要"), max_length=64, blank=True)
    size = models.PositiveBigIntegerField(zh("字节数"), default=0)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=zh("导出人"), on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(zh("申请时间"), db_default=Now())
    begun_at = models.DateTimeField(zh("开始时间"), null=True, blank=True)
    finished_at = models.DateTimeField(zh("完成时间"), null=True, blank=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = zh("名册导出")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["asked_by", "-id"], name="export_of_account"),
            models.Index(
                fields=["id"], name="export_open", condition=Q(state__in=["waiting", "making", "ready"])
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(numbers=False) | ~Q(purpose=""), name="export_numbers_for_a_purpose"
            ),
        ]

    def __str__(self):
        return self.number
