"""辍学标识: who stays away in compulsory education, since when, what was done, and that it was reported (R5.2)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ledger.kept_texts import no_numbers
from orgs.people import scope
from orgs.people.kept_names import KeepsNames
from orgs.people.models import Unit
from orgs.people.successors import heir_or_self
from students.pupil.models import Student
from web import clock
from web.words import zh


def _who(label: str, **more):
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=label, on_delete=models.PROTECT, related_name="+", **more
    )


class Dropout(models.TextChoices):
    """Where a mark stands: two people make the report, its sending is noted, the pupil's return ends it."""

    MARKED = "marked", zh("待负责人签核")
    SIGNED = "signed", zh("已签核，待报送")
    SENT = "sent", zh("已书面报告")
    ENDED = "ended", zh("已返校")
    DROPPED = "dropped", zh("已撤销")
    RENEWED = "renewed", zh("已由转入学校重新填报")


LIVE = (Dropout.MARKED, Dropout.SIGNED, Dropout.SENT)
# The report is written: it bears the head's signature.
REPORTED = (Dropout.SIGNED, Dropout.SENT)


class Reason(models.TextChoices):
    """Why a pupil stays away."""

    HARDSHIP = "hardship", zh("家庭经济困难")
    UNWILLING = "unwilling", zh("厌学或学习困难")
    WORK = "work", zh("务工或随父母外出")
    ILLNESS = "illness", zh("身体原因")
    OTHER = "other", zh("其他")


class DropoutMarkQuerySet(models.QuerySet):
    """Who may read marks."""

    def visible_to(self, account, day):
        """Those of schools in the account's scope, and of pupils whose record has come to one since."""
        return self.filter(scope.under("school", account, day) | scope.under("student__school", account, day))


class DropoutMark(KeepsNames, models.Model):
    """One mark; the pupil's status stays what it is. It goes with the record: ``school`` made it, the school that has the
    pupil now (:attr:`keeper`) ends it or renews it (R5.2)."""

    number = models.CharField(zh("编号"), max_length=20, unique=True, editable=False)
    student = models.ForeignKey(
        Student, verbose_name=zh("学生"), on_delete=models.PROTECT, related_name="dropouts"
    )
    school = models.ForeignKey(Unit, verbose_name=zh("学校"), on_delete=models.PROTECT, related_name="+")
    grade = models.PositiveSmallIntegerField(zh("年级"))
    last_seen_on = models.DateField(zh("最后到校日期"))
    reason = models.CharField(zh("原因"), max_length=12, choices=Reason.choices)
    efforts = models.CharField(zh("劝返经过"), max_length=500)
    state = models.CharField(zh("状态"), max_length=8, choices=Dropout.choices, default=Dropout.MARKED)
    marked_by = _who(zh("填报人"))
    marked_at = models.DateTimeField(zh("填报时间"), db_default=Now())
    signed_by = _who(zh("签核人"), null=True, blank=True)
    signed_at = models.DateTimeField(zh("签核时间"), null=True, blank=True)
    sent_on = models.DateField(zh("报送日期"), null=True, blank=True)
    sent_to = models.CharField(zh("报送单位"), max_length=100, blank=True)
    ended_on = models.DateField(zh("返校日期"), null=True, blank=True)

    objects = DropoutMarkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = zh("辍学标识")
        ordering = ["-id"]
        indexes = [models.Index(fields=["school", "state"], name="dropout_of_school")]
        constraints = [
            no_numbers("dropout_no_numbers", "efforts", "sent_to"),
            models.UniqueConstraint(fields=["student"], condition=Q(state__in=LIVE), name="dropout_once"),
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

    @property
    def addressee(self) -> str:
        """The authority to which the school reports: as it was called at the signature, before it as it is (R0.2)."""
        above = self.school.authority
        return self.names.get("above:school_id") or (above.name if above else "")

    @property
    def keeper(self) -> Unit:
        """The school that has the pupil's record, and with it the mark."""
        return self.student.school or self.school

    @property
    def has_moved(self) -> bool:
        """Whether the record has gone to another school since the mark was made; by a merger it has not (R3.1)."""
        if self.keeper.pk == self.school_id:
            return False
        return heir_or_self(self.school, clock.local_date(clock.now())) != self.keeper
