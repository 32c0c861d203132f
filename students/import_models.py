"""表格导入: one uploaded table, its dry run and what came of it (R2.1, R2.2, R4.5, R6.1)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ledger.words import zh
from orgs import scope
from orgs.models import Unit


class ImportKind(models.TextChoices):
    """What a table is of."""

    REGISTRATION = "registration", zh("一年级新生")
    RECRUITMENT = "recruitment", zh("招生名册")
    LATE = "late", zh("补建学籍名单")


class ImportState(models.TextChoices):
    """Where an import stands; nothing is written before ``DONE``, and then all of it at once."""

    WAITING = "waiting", zh("等待核对")
    CHECKING = "checking", zh("正在核对")
    FAULTY = "faulty", zh("有错误，未导入")
    READY = "ready", zh("核对无误，待确认")
    WRITING = "writing", zh("正在导入")
    DONE = "done", zh("已导入")
    DROPPED = "dropped", zh("已放弃")


# Somebody or the worker still has something to do with it.
LIVE = (ImportState.WAITING, ImportState.CHECKING, ImportState.READY, ImportState.WRITING)


class ImportBatchQuerySet(models.QuerySet):
    """Who may read of an import."""

    def visible_to(self, account, day):
        """Imports of the units in the account's scope."""
        return self.filter(scope.under("unit", account, day))


class ImportBatch(models.Model):
    """An uploaded table. The file stands sealed under ``key`` until the import has ended; the row keeps no personal data.

    ``faults``: the first of them as ``[line, column, label, sentence]``; ``faulty`` counts all. ``same``: lines that
    were on record already and change nothing; ``told``: what is remarked and stops nothing.
    """

    number = models.CharField(zh("导入号"), max_length=20, unique=True, editable=False)
    kind = models.CharField(zh("内容"), max_length=14, choices=ImportKind.choices)
    unit = models.ForeignKey(Unit, verbose_name=zh("单位"), on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        zh("状态"), max_length=10, choices=ImportState.choices, default=ImportState.WAITING
    )
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField(zh("字节"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=zh("上传人"), on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(zh("上传时间"), db_default=Now())
    begun_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(zh("确认时间"), null=True, blank=True)
    finished_at = models.DateTimeField(zh("结束时间"), null=True, blank=True)
    total = models.PositiveIntegerField(zh("行数"), default=0)
    checked = models.PositiveIntegerField(zh("已核对"), default=0)
    same = models.PositiveIntegerField(zh("已在册"), default=0)
    written = models.PositiveIntegerField(zh("已写入"), default=0)
    faulty = models.PositiveIntegerField(zh("错误"), default=0)
    faults = models.JSONField(zh("错误明细"), default=list, blank=True)
    told = models.JSONField(zh("提示"), default=list, blank=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = zh("表格导入")
        ordering = ["-id"]
        indexes = [models.Index(fields=["id"], condition=Q(state__in=LIVE), name="import_live")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=[ImportState.WRITING, ImportState.DONE])
                | Q(confirmed_at__isnull=False),
                name="import_confirmed",
            ),
            models.CheckConstraint(condition=Q(written=0) | Q(state=ImportState.DONE), name="import_whole"),
        ]

    def __str__(self):
        return self.number
