"""表格导入: one uploaded table, its dry run and what came of it (R2.1, R2.2, R4.5, R6.1)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from orgs.people import scope
from orgs.people.kept_names import KeepsNames
from orgs.people.models import Unit
from web.words import zh


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


MOST_TRIES = 2
"""How often the worker begins one table; who broke it twice is not tried a third time."""

# Somebody or the worker still has something to do with it.
LIVE = (ImportState.WAITING, ImportState.CHECKING, ImportState.READY, ImportState.WRITING)


class ImportBatchQuerySet(models.QuerySet):
    """Who may read of an import."""

    def visible_to(self, account, day):
        """Imports of the units in the account's scope."""
        return self.filter(scope.under("unit", account, day))


class ImportBatch(KeepsNames, models.Model):
    """An uploaded table. The file stands sealed under ``key`` until the import has ended; the row keeps no personal data.

    ``faults``: the first of them as ``[line, column, label, sentence]``; ``faulty`` counts all, ``bad`` are their lines
    and ``ready`` those that are sound. ``same``: how many were on record already and change nothing; ``told``: what is
    remarked and stops nothing. ``questions``: ``[line, column, label, sentence, about]``; ``answers``: by line
    ``[answer, about]``. ``chosen`` are the lines that were confirmed, ``to_write`` and ``left_over`` how many are written
    and given back. ``returned``: the sealed file with the lines that are given back.
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
    tries = models.PositiveSmallIntegerField(zh("核对次数"), default=0)
    total = models.PositiveIntegerField(zh("行数"), default=0)
    checked = models.PositiveIntegerField(zh("已核对"), default=0)
    same = models.PositiveIntegerField(zh("已在册"), default=0)
    written = models.PositiveIntegerField(zh("已写入"), default=0)
    faulty = models.PositiveIntegerField(zh("错误"), default=0)
    faults = models.JSONField(zh("错误明细"), default=list, blank=True)
    told = models.JSONField(zh("提示"), default=list, blank=True)
    ready = models.JSONField(default=list, blank=True)
    bad = models.JSONField(default=list, blank=True)
    questions = models.JSONField(zh("待回答"), default=list, blank=True)
    answers = models.JSONField(zh("回答"), default=dict, blank=True)
    chosen = models.JSONField(default=list, blank=True)
    to_write = models.PositiveIntegerField(zh("确认写入"), default=0)
    left_over = models.PositiveIntegerField(zh("退回"), default=0)
    returned = models.UUIDField(null=True, blank=True, editable=False)
    returned_sha256 = models.CharField(max_length=64, blank=True, editable=False)

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
            models.CheckConstraint(condition=Q(tries__lte=MOST_TRIES), name="import_tries"),
            # All that was confirmed, or nothing.
            models.CheckConstraint(
                condition=Q(state=ImportState.DONE, written=models.F("to_write"))
                | (~Q(state=ImportState.DONE) & Q(written=0)),
                name="import_whole",
            ),
        ]

    def __str__(self):
        return self.number

    @property
    def undecided(self) -> bool:
        """Whether it was looked at and somebody may still confirm what is sound in it, or drop it."""
        kept = self.state == ImportState.FAULTY and self.returned is not None and self.confirmed_at is None
        return self.state == ImportState.READY or kept

    def answered(self, answer: str) -> list[int]:
        """The lines of which that was answered."""
        return sorted(int(line) for line, (said, _) in self.answers.items() if said == answer)

    def open_questions(self) -> list[int]:
        """The lines of which something is asked and nothing was answered."""
        return [question[0] for question in self.questions if str(question[0]) not in self.answers]
