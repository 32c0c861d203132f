"""补建学籍: a child on a school's list, and the check of a province's month (R2.2)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ledger.kept_texts import no_numbers
from orgs.people import scope
from orgs.people.kept_names import KeepsNames
from orgs.people.models import Unit
from reviews.engine.models import Case, called_in
from reviews.vocabulary.relations import PHASES
from web.words import zh


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


class MonthState(models.TextChoices):
    """Where a province's list of a month stands; ``DROPPED`` gave its children back, and another may be closed."""

    CLOSED = "closed", zh("已收表，待负责人核办上报")
    SENT = "sent", zh("已上报，正在查重")
    DONE = "done", zh("已查重")
    DROPPED = "dropped", zh("已退回重收")


class MonthlyCheckQuerySet(models.QuerySet):
    """Who may read of these lists."""

    def visible_to(self, account, day):
        """The province its own, everyone else those with children of the own schools; nobody what was given back."""
        children = LateChild.objects.visible_to(account, day).filter(month=models.OuterRef("pk"))
        own = models.Q(province__in=scope.own_units(account, day))
        return self.exclude(state=MonthState.DROPPED).filter(own | models.Exists(children))


class MonthlyCheck(KeepsNames):
    """A province's list of one month: closed by its registrar, sent by its head, then answered by 全国学籍查重 (R2.2)."""

    number = models.CharField(zh("批次号"), max_length=20, unique=True, editable=False)
    province = models.ForeignKey(Unit, verbose_name=zh("省份"), on_delete=models.PROTECT, related_name="+")
    month = models.DateField(zh("月份（1日）"))
    state = models.CharField(zh("状态"), max_length=10, choices=MonthState.choices, default=MonthState.CLOSED)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=zh("收表人"), on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(zh("收表时间"), db_default=Now())
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=zh("上报人"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    sent_at = models.DateTimeField(zh("上报时间"), null=True, blank=True)
    opinion = models.CharField(zh("审核补充意见"), max_length=500, blank=True)
    total = models.PositiveIntegerField(zh("提交"), default=0)
    created = models.PositiveIntegerField(zh("查重通过，已建立"), default=0)
    refused = models.PositiveIntegerField(zh("查重不通过"), default=0)
    checked_at = models.DateTimeField(zh("查重时间"), null=True, blank=True)

    objects = MonthlyCheckQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = zh("补建学籍月末名单")
        ordering = ["-month", "province"]
        constraints = [
            no_numbers("month_no_numbers", "opinion"),
            models.UniqueConstraint(
                fields=["province", "month"],
                condition=~Q(state=MonthState.DROPPED),
                name="month_checked_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[MonthState.CLOSED, MonthState.DROPPED])
                | (Q(sent_by__isnull=False, sent_at__isnull=False) & ~Q(opinion="")),
                name="month_sent_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state=MonthState.DONE) | Q(checked_at__isnull=False), name="month_answered"
            ),
        ]

    def __str__(self):
        return self.number

    @property
    def province_called(self) -> dict[str, str] | None:
        """The province: as it was called when it sent the list, before as it is (R0.2)."""
        return self.with_code("province")


class LateChildQuerySet(models.QuerySet):
    """Who may read of these children."""

    def visible_to(self, account, day):
        """Those listed by schools in the account's scope."""
        return self.filter(scope.under("school", account, day))


class LateChild(models.Model):
    """One child as its school listed it. What the record is to hold stands sealed in ``said_sealed`` (JSON, item → text).

    ``phase`` and ``cohort`` say the grade on a day, ``grade`` in which the child begins; ``found`` is the pupil whose identity number is the same, when the check refused.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    school = models.ForeignKey(Unit, verbose_name=zh("学校"), on_delete=models.PROTECT, related_name="+")
    name = models.CharField(zh("姓名"), max_length=50)
    sex = models.CharField(zh("性别"), max_length=1)
    birth_date = models.DateField(zh("出生日期"))
    id_number_index = models.BinaryField(max_length=16, null=True, blank=True, editable=False)
    said_sealed = models.BinaryField(editable=False)
    phase = models.CharField(zh("学段"), max_length=7, choices=PHASES)
    cohort = models.PositiveSmallIntegerField(zh("级（一年级入学年）"))
    grade = models.PositiveSmallIntegerField(zh("就读年级"))
    class_number = models.PositiveSmallIntegerField(zh("班号"), null=True, blank=True)
    why = models.CharField(zh("原因"), max_length=10, choices=Why.choices)
    why_note = models.CharField(zh("原因说明"), max_length=200, blank=True)
    claimed = models.BooleanField(zh("学校说明是另一名学生"), default=False)
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
            no_numbers("late_no_numbers", "why_note"),
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

    @property
    def school_name(self) -> str:
        """The school: once its list is decided on as it was called then, before as it is (R0.2)."""
        return called_in(self.case, self.school)
