"""辍学标识: who stays away in compulsory education, since when, what was done, and that it was reported (R5.2)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from orgs import scope
from orgs.models import Unit
from students.models import Student


def _who(label: str, **more):
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=label, on_delete=models.PROTECT, related_name="+", **more
    )


class Dropout(models.TextChoices):
    """Where a mark stands: two people make the report, its sending is noted, the pupil's return ends it."""

    MARKED = "marked", "待负责人签核"
    SIGNED = "signed", "已签核，待报送"
    SENT = "sent", "已书面报告"
    ENDED = "ended", "已返校"
    DROPPED = "dropped", "已撤销"


LIVE = (Dropout.MARKED, Dropout.SIGNED, Dropout.SENT)


class Reason(models.TextChoices):
    """Why a pupil stays away."""

    HARDSHIP = "hardship", "家庭经济困难"
    UNWILLING = "unwilling", "厌学或学习困难"
    WORK = "work", "务工或随父母外出"
    ILLNESS = "illness", "身体原因"
    OTHER = "other", "其他"


class DropoutMarkQuerySet(models.QuerySet):
    """Who may read marks."""

    def visible_to(self, account, day):
        """Those of schools in the account's scope."""
        return self.filter(scope.under("school", account, day))


class DropoutMark(models.Model):
    """One mark; the pupil's status stays what it is."""

    number = models.CharField("编号", max_length=20, unique=True, editable=False)
    student = models.ForeignKey(
        Student, verbose_name="学生", on_delete=models.PROTECT, related_name="dropouts"
    )
    school = models.ForeignKey(Unit, verbose_name="学校", on_delete=models.PROTECT, related_name="+")
    grade = models.PositiveSmallIntegerField("年级")
    last_seen_on = models.DateField("最后到校日期")
    reason = models.CharField("原因", max_length=12, choices=Reason.choices)
    efforts = models.CharField("劝返经过", max_length=500)
    state = models.CharField("状态", max_length=8, choices=Dropout.choices, default=Dropout.MARKED)
    marked_by = _who("填报人")
    marked_at = models.DateTimeField("填报时间", db_default=Now())
    signed_by = _who("签核人", null=True, blank=True)
    signed_at = models.DateTimeField("签核时间", null=True, blank=True)
    sent_on = models.DateField("报送日期", null=True, blank=True)
    sent_to = models.CharField("报送单位", max_length=100, blank=True)
    ended_on = models.DateField("返校日期", null=True, blank=True)

    objects = DropoutMarkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "辍学标识"
        ordering = ["-id"]
        indexes = [models.Index(fields=["school", "state"], name="dropout_of_school")]
        constraints = [
            models.UniqueConstraint(fields=["student"], condition=Q(state__in=LIVE), name="dropout_once"),
            models.CheckConstraint(
                condition=Q(signed_by__isnull=True) | ~Q(signed_by=F("marked_by")),
                name="dropout_by_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[Dropout.SIGNED, Dropout.SENT])
                | Q(signed_by__isnull=False, signed_at__isnull=False),
                name="dropout_signed_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state=Dropout.SENT) | Q(sent_on__isnull=False) & ~Q(sent_to=""),
                name="dropout_sent_on",
            ),
            models.CheckConstraint(condition=Q(grade__range=(1, 9)), name="dropout_compulsory"),
        ]

    def __str__(self):
        return self.number
