"""A transfer: what a case of moving a pupil from one school to another is about."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models

from ledger.kept_texts import no_numbers
from orgs.people.models import Account, Unit
from reviews.engine.models import Case
from reviews.rulebook.notice_values import TRANSFERS
from reviews.vocabulary.relations import PHASES
from students.pupil.models import SchoolClass, Student
from web.words import zh


def transfer_kinds() -> list[str]:
    """The kinds that share the reasons of a transfer."""
    return list(TRANSFERS)


class TransferReason(models.Model):
    """One of the closed list of reasons for a transfer; a province may set its own, over a period (R0.7)."""

    key = models.CharField(zh("代号"), max_length=30)
    name = models.CharField(zh("原因"), max_length=60)
    kinds = ArrayField(models.CharField(max_length=30), verbose_name=zh("业务类型"), default=transfer_kinds)
    needs_note = models.BooleanField(zh("须填写说明"), default=False)
    province = models.ForeignKey(
        Unit,
        verbose_name=zh("省（空为全国）"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    position = models.PositiveSmallIntegerField(zh("次序"), default=1)
    valid_from = models.DateField(zh("生效日期"))
    valid_until = models.DateField(zh("失效日期（不含）"), null=True, blank=True)
    source = models.CharField(zh("依据"), max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = zh("转学原因")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["key", "province", "valid_from"],
                nulls_distinct=False,
                name="transfer_reason_once",
                violation_error_message=zh("这个代号在同一范围、同一生效日期已有一行，请改用别的生效日期。"),
            )
        ]

    def __str__(self):
        return self.name


class Transfer(models.Model):
    """转学, one-to-one with its case: the pupil, both schools, why, and into which grade and class; at 调档 whether
    the pupil has reported (R3.6).

    Nothing else can be asked for (R0.6): there is no further field, and only the reason proof can be attached.
    Both grades are those of the day of submission (today before it). ``grade_reason`` stands exactly where the grade
    entered is not the pupil's own (R4.3).
    """

    case = models.OneToOneField(
        Case, verbose_name=zh("业务"), on_delete=models.PROTECT, related_name="transfer"
    )
    student = models.ForeignKey(
        Student, verbose_name=zh("学生"), on_delete=models.PROTECT, related_name="transfers"
    )
    receiving_school = models.ForeignKey(
        Unit, verbose_name=zh("转入学校"), on_delete=models.PROTECT, related_name="transfers_in"
    )
    sending_school = models.ForeignKey(
        Unit, verbose_name=zh("转出学校"), on_delete=models.PROTECT, related_name="transfers_out"
    )
    reason = models.ForeignKey(
        TransferReason, verbose_name=zh("转学原因"), on_delete=models.PROTECT, null=True, blank=True
    )
    reason_note = models.CharField(zh("原因说明"), max_length=200, blank=True)
    grade_from = models.PositiveSmallIntegerField(zh("原年级"))
    grade_to = models.PositiveSmallIntegerField(zh("转入年级"), null=True, blank=True)
    grade_reason = models.CharField(zh("变更年级的理由"), max_length=200, blank=True)
    school_class = models.ForeignKey(
        SchoolClass, verbose_name=zh("转入班级"), on_delete=models.PROTECT, null=True, blank=True
    )
    reported_on = models.DateField(zh("报到日期"), null=True, blank=True)
    did_not_report = models.BooleanField(zh("未报到"), default=False, db_default=False)
    reporting_by = models.ForeignKey(
        Account,
        verbose_name=zh("报到登记人"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    # Of 毕业后跨省就学: what its roll-back puts back; filled when the record moves.
    phase_was = models.CharField(zh("原学段"), max_length=7, choices=PHASES, blank=True, db_default="")
    cohort_was = models.PositiveSmallIntegerField(zh("原级"), null=True, blank=True)
    class_was = models.ForeignKey(
        SchoolClass,
        verbose_name=zh("原班级"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    graduated_on = models.DateField(zh("原毕业日期"), null=True, blank=True)

    said_at: datetime | None
    """When the pupil was said not to have come; a list reads it along with the row."""

    class Meta:
        verbose_name = verbose_name_plural = zh("转学")
        constraints = [
            no_numbers("transfer_no_numbers", "reason_note", "grade_reason"),
            models.CheckConstraint(
                condition=~models.Q(receiving_school=models.F("sending_school")), name="transfer_two_schools"
            ),
            models.CheckConstraint(
                condition=models.Q(reported_on__isnull=True, did_not_report=False, reporting_by__isnull=True)
                | models.Q(reported_on__isnull=False, did_not_report=False, reporting_by__isnull=False)
                | models.Q(reported_on__isnull=True, did_not_report=True, reporting_by__isnull=False),
                name="transfer_reported_or_not",
            ),
        ]

    def __str__(self):
        return str(self.case_id)
