"""补建学籍: a child on a school's list, and the check of a province's month (R2.2)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ledger.words import zh
from orgs import scope
from orgs.models import Unit
from reviews.models import Case


class Late(models.TextChoices):
    """Where a child stands; nothing is registered before the check of the month."""

    LISTED = "listed", zh("待上报")
    SENT = "sent", zh("核办中")
    COLLECTED = "collected", zh("已列入省级名单，待月末查重")
    CREATED = "created", zh("查重通过，已建立")
    REFUSED = "refused", zh("查重不通过，应办理转学")
    RETURNED = "returned", zh("未办成")
    DROPPED = "dropped", zh("已删去")


# A child stands on one living list only.
LIVE = (Late.LISTED, Late.SENT, Late.COLLECTED)


class Why(models.TextChoices):
    """Why a child above grade 1 has no record."""

    ABROAD = "abroad", zh("从境外回国（来华）就读")
    NEVER = "never", zh("此前未入学")
    MISSED = "missed", zh("一年级入学时学校漏建学籍")
    OTHER = "other", zh("其他")


class MonthlyCheck(models.Model):
    """全国学籍查重 of a province's list of one month: done once, on its last day or when it is caught up."""

    number = models.CharField(zh("批次号"), max_length=20, unique=True, editable=False)
    province = models.ForeignKey(Unit, verbose_name=zh("省份"), on_delete=models.PROTECT, related_name="+")
    month = models.DateField(zh("月份（1日）"))
    total = models.PositiveIntegerField(zh("提交"), default=0)
    created = models.PositiveIntegerField(zh("查重通过，已建立"), default=0)
    refused = models.PositiveIntegerField(zh("查重不通过"), default=0)
    checked_at = models.DateTimeField(zh("查重时间"), db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = zh("补建学籍月末查重")
        ordering = ["-month", "province"]
        constraints = [models.UniqueConstraint(fields=["province", "month"], name="month_checked_once")]

    def __str__(self):
        return self.number


class LateChildQuerySet(models.QuerySet):
    """Who may read of these children."""

    def visible_to(self, account, day):
        """Those listed by schools in the account's scope."""
        return self.filter(scope.under("school", account, day))


class LateChild(models.Model):
    """One child as its school listed it. What the record is to hold stands sealed in ``said_sealed`` (JSON, item → text).

    ``cohort`` says the grade; ``found`` is the pupil whose identity number is the same, when the check refused.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    school = models.ForeignKey(Unit, verbose_name=zh("学校"), on_delete=models.PROTECT, related_name="+")
    name = models.CharField(zh("姓名"), max_length=50)
    sex = models.CharField(zh("性别"), max_length=1)
    birth_date = models.DateField(zh("出生日期"))
    id_number_index = models.BinaryField(max_length=16, null=True, blank=True, editable=False)
    said_sealed = models.BinaryField(editable=False)
    cohort = models.PositiveSmallIntegerField(zh("届（一年级入学年）"))
    class_number = models.PositiveSmallIntegerField(zh("班号"), null=True, blank=True)
    why = models.CharField(zh("原因"), max_length=10, choices=Why.choices)
    why_note = models.CharField(zh("原因说明"), max_length=200, blank=True)
    state = models.CharField(zh("状态"), max_length=10, choices=Late.choices, default=Late.LISTED)
    case = models.ForeignKey(
        Case,
        verbose_name=zh("业务"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="late_children",
    )
    listed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=zh("登记人"), on_delete=models.PROTECT, related_name="+"
    )
    listed_at = models.DateTimeField(zh("登记时间"), db_default=Now())
    collected_at = models.DateTimeField(zh("列入省级名单"), null=True, blank=True)
    month = models.ForeignKey(
        MonthlyCheck,
        verbose_name=zh("月末查重"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
    )
    student = models.OneToOneField(
        "students.Student",
        verbose_name=zh("建立的学籍"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="late",
    )
    found = models.ForeignKey(
        "students.Student",
        verbose_name=zh("已有的学籍"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = LateChildQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = zh("补建学籍")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["school", "state"], name="late_of_school"),
            models.Index(
                fields=["collected_at"], condition=Q(state="collected"), name="late_waiting_for_month"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["id_number_index"],
                condition=Q(state__in=LIVE, id_number_index__isnull=False),
                name="late_once",
            ),
            models.CheckConstraint(
                condition=~Q(state=Late.CREATED) | Q(student__isnull=False, month__isnull=False),
                name="late_created_is_checked",
            ),
            models.CheckConstraint(
                condition=~Q(state=Late.REFUSED) | Q(found__isnull=False, month__isnull=False),
                name="late_refused_names_whom",
            ),
        ]

    def __str__(self):
        return str(self.key)
