"""学籍异动: what a case of changing a pupil's status or grade is about, and what a province lets be done (R5.1–R5.3)."""

from django.db import models
from django.db.models import F, Q

from ledger.kept_texts import no_numbers
from orgs.people.models import Unit
from reviews.engine.models import Case
from reviews.rulebook.models import Validity
from reviews.vocabulary.relations import PHASES
from students.pupil.models import CodeTable, SchoolClass, Student
from web.words import zh


class ChangePolicy(Validity):
    """What may be done of one kind of change, in a province or where none has said otherwise (R5.1).

    Who approves is a row of :class:`reviews.rulebook.models.Route`; here stand the conditions. ``most_times`` counts completed
    changes of the kind in one phase; ``longest_months`` is how long a 休学 may last; ``not_after`` the day of the school
    year after which nobody skips into a last grade.
    """

    kind = models.CharField(zh("异动类型"), max_length=30)
    phase = models.CharField(zh("学段（空为不限）"), max_length=10, choices=PHASES, blank=True)
    province = models.ForeignKey(
        Unit,
        verbose_name=zh("省（空为全国）"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"level": "province"},
    )
    allowed = models.BooleanField(zh("可以办理"), default=True)
    most_times = models.PositiveSmallIntegerField(zh("同一学段最多次数（空为不限）"), null=True, blank=True)
    longest_months = models.PositiveSmallIntegerField(zh("最长月数（空为不限）"), null=True, blank=True)
    not_after = models.CharField(
        zh("每年最迟日期（月-日，空为不限；限跳入毕业年级）"),
        max_length=5,
        blank=True,
        db_default="",
        default="",
    )
    condition = models.CharField(zh("条件（告知经办人）"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = zh("学籍异动规定")
        ordering = ["kind", "phase", "-valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="change_policy_period",
                violation_error_message=zh("失效日期须晚于生效日期。"),
            ),
            models.CheckConstraint(
                condition=Q(not_after="") | Q(not_after__regex=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"),
                name="change_policy_month_day",
                violation_error_message=zh("日期须写成“月-日”，如 03-31。"),
            ),
            models.UniqueConstraint(
                fields=["kind", "phase", "province", "valid_from"],
                nulls_distinct=False,
                name="change_policy_once",
                violation_error_message=zh("同一异动、同一范围、同一生效日期已有一行，请改用别的生效日期。"),
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.get_phase_display() or '不限学段'}"


class StatusChange(models.Model):
    """学籍异动, one-to-one with its case: from when, why, and what its kind asks for beside (R5.1–R5.3).

    ``reason`` is a row of JY/T 1001's list. ``until`` is the day on which a 休学 ends; ``last_seen_on`` the day a
    pupil who left without notice was last seen (R5.2). ``status_was`` and ``grade_from`` keep what was before.
    ``reminded`` is how many reminders of the end of a 休学 have gone out.
    """

    case = models.OneToOneField(
        Case, verbose_name=zh("业务"), on_delete=models.PROTECT, related_name="status_change"
    )
    student = models.ForeignKey(
        Student, verbose_name=zh("学生"), on_delete=models.PROTECT, related_name="status_changes"
    )
    on = models.DateField(zh("异动日期"), null=True, blank=True)
    until = models.DateField(zh("休学截止日期"), null=True, blank=True)
    reason = models.ForeignKey(
        CodeTable,
        verbose_name=zh("异动原因"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    note = models.CharField(zh("异动说明"), max_length=300, blank=True)
    last_seen_on = models.DateField(zh("最后在校日期"), null=True, blank=True)
    status_was = models.CharField(zh("原学籍状态"), max_length=12)
    grade_from = models.PositiveSmallIntegerField(zh("原年级"))
    grade_to = models.PositiveSmallIntegerField(zh("编入年级"), null=True, blank=True)
    school_class = models.ForeignKey(
        SchoolClass, verbose_name=zh("编入班级"), on_delete=models.PROTECT, null=True, blank=True
    )
    # 按原届复学: cohort and class stay what they were; and why nobody has to sit the year again.
    own_cohort = models.BooleanField(zh("按原届复学"), default=False, db_default=False)
    own_cohort_reason = models.CharField(zh("按原届复学的理由"), max_length=200, blank=True, db_default="")
    reminded = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = zh("学籍异动")
        indexes = [
            models.Index(fields=["until"], name="change_until", condition=Q(until__isnull=False)),
            models.Index(fields=["student", "-id"], name="change_student"),
        ]
        constraints = [
            no_numbers("change_no_numbers", "note"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(on__isnull=True) | Q(until__gt=F("on")),
                name="change_ends_after_it_begins",
            ),
            no_numbers("change_own_cohort_no_numbers", "own_cohort_reason"),
        ]

    def __str__(self):
        return str(self.case_id)


class ContactWay(models.TextChoices):
    """How a school tried to reach a pupil who left without notice (R5.2)."""

    TELEPHONE = "telephone", zh("电话")
    VISIT = "visit", zh("家访")
    LETTER = "letter", zh("书面或短信")
    OTHER = "other", zh("其他")


class ContactAttempt(models.Model):
    """One dated attempt to reach the pupil or its guardians, in vain (R5.2)."""

    change = models.ForeignKey(
        StatusChange, verbose_name=zh("异动"), on_delete=models.CASCADE, related_name="contacts"
    )
    on = models.DateField(zh("日期"))
    way = models.CharField(zh("方式"), max_length=10, choices=ContactWay.choices)
    result = models.CharField(zh("结果"), max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = zh("联系记录")
        ordering = ["on", "id"]
        constraints = [no_numbers("contact_no_numbers", "result")]

    def __str__(self):
        return f"{self.on} {self.get_way_display()}"
