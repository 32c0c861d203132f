"""The photograph of a pupil, every sheet and slip that was printed, and files of whole classes (R8.4)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from orgs.people import scope
from orgs.people.kept_names import KeepsNames
from orgs.people.models import Unit
from reviews.vocabulary.relations import PHASES
from students.pupil.models import Enrolment, Student
from web.words import zh


class PupilPhoto(models.Model):
    """A photograph for the record, 26 × 32 mm at 300 dpi, sealed on disk under its key. The last one counts."""

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    student = models.ForeignKey(
        Student, verbose_name=zh("学生"), on_delete=models.PROTECT, related_name="photos"
    )
    size = models.PositiveIntegerField(zh("字节数"))
    sha256 = models.CharField(zh("摘要"), max_length=64)
    taken_at = models.DateTimeField(zh("采集时间"), db_default=Now())
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=zh("采集人"), on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = zh("学生照片")
        ordering = ["-id"]
        indexes = [models.Index(fields=["student", "-id"], name="photo_of_student")]

    def __str__(self):
        return str(self.key)


class PrintKind(models.TextChoices):
    """What a parent takes home."""

    SHEET = "sheet", zh("学生基本信息表")
    ARCHIVE = "archive", zh("学生基本信息表（转出存档）")
    SLIP = "slip", zh("学籍号查询单")


class BatchState(models.TextChoices):
    """Where a file of many sheets stands; ``GONE``: kept for a day, then taken away."""

    WAITING = "waiting", zh("排队中")
    DRAWING = "drawing", zh("正在生成")
    READY = "ready", zh("可以下载")
    FAILED = "failed", zh("没有生成")
    GONE = "gone", zh("文件已过期删除")


class PrintBatchQuerySet(models.QuerySet):
    """Who may see a file of sheets."""

    def visible_to(self, account, day):
        """Files of the account's own units; those above have their own counter."""
        return self.filter(unit__in=scope.own_units(account, day))


class PrintBatch(KeepsNames, models.Model):
    """The sheets of a class or a cohort in one file; drawn by the worker, fetched within a day."""

    number = models.CharField(zh("编号"), max_length=20, unique=True, editable=False)
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    unit = models.ForeignKey(Unit, verbose_name=zh("打印单位"), on_delete=models.PROTECT, related_name="+")
    school = models.ForeignKey(Unit, verbose_name=zh("学校"), on_delete=models.PROTECT, related_name="+")
    phase = models.CharField(zh("学段"), max_length=7, choices=PHASES)
    cohort = models.PositiveSmallIntegerField(zh("级（一年级入学年）"))
    school_class = models.ForeignKey(
        "students.SchoolClass",
        verbose_name=zh("班级"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    state = models.CharField(
        zh("状态"), max_length=10, choices=BatchState.choices, default=BatchState.WAITING
    )
    total = models.PositiveIntegerField(zh("人数"), default=0)
    done = models.PositiveIntegerField(zh("已生成"), default=0)
    left_out = models.JSONField(zh("未能打印"), default=list, blank=True)
    sha256 = models.CharField(zh("摘要"), max_length=64, blank=True)
    size = models.PositiveIntegerField(zh("字节数"), default=0)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=zh("打印人"), on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(zh("申请时间"), db_default=Now())
    begun_at = models.DateTimeField(zh("开始时间"), null=True, blank=True)
    finished_at = models.DateTimeField(zh("完成时间"), null=True, blank=True)

    objects = PrintBatchQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = zh("成批打印")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["unit", "-id"], name="print_batch_unit"),
            models.Index(
                fields=["id"],
                name="print_batch_open",
                condition=Q(state__in=[BatchState.WAITING, BatchState.DRAWING, BatchState.READY]),
            ),
        ]

    def __str__(self):
        return self.number


class SheetPrint(KeepsNames, models.Model):
    """That a sheet or slip was printed: by whom, where, when, of what content. Never changed, never deleted (R8.4).

    ``code_hash`` stands for the random 128 bits in the QR code, which only the paper bears; ``mark`` is a keyed digest of what was
    printed, so that a record that has changed since can be told without keeping the sheet.
    """

    serial = models.CharField(zh("打印编号"), max_length=20, unique=True, editable=False)
    code_hash = models.BinaryField(max_length=32, unique=True)
    kind = models.CharField(zh("种类"), max_length=10, choices=PrintKind.choices)
    student = models.ForeignKey(
        Student, verbose_name=zh("学生"), on_delete=models.PROTECT, related_name="prints"
    )
    enrolment = models.ForeignKey(
        Enrolment, verbose_name=zh("存档"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    unit = models.ForeignKey(Unit, verbose_name=zh("打印单位"), on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=zh("打印人"), on_delete=models.PROTECT, related_name="+"
    )
    batch = models.ForeignKey(
        PrintBatch,
        verbose_name=zh("成批打印"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="prints",
    )
    printed_at = models.DateTimeField(zh("打印时间"), db_default=Now())
    last_four = models.CharField(zh("学籍号末四位"), max_length=4)
    mark = models.BinaryField(max_length=16)

    class Meta:
        verbose_name = verbose_name_plural = zh("打印记录")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["student", "-id"], name="print_of_student"),
            models.Index(fields=["unit", "-id"], name="print_of_unit"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=PrintKind.ARCHIVE, enrolment__isnull=False)
                | ~Q(kind=PrintKind.ARCHIVE) & Q(enrolment__isnull=True),
                name="print_archive_of_enrolment",
            ),
            models.CheckConstraint(condition=Q(last_four__regex=r"^[0-9X*]{4}$"), name="print_last_four"),
        ]

    def __str__(self):
        return self.serial
