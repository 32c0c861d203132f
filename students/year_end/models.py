"""毕业、结业: a school's run over one cohort of a phase, its line for each pupil, and what was taken back (R4.1, R4.4)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ledger.kept_texts import no_numbers
from orgs.people import scope
from orgs.people.kept_names import KeepsNames
from orgs.people.models import Unit
from reviews.engine.models import Case
from reviews.vocabulary.relations import PHASES
from web.words import zh


class RunState(models.TextChoices):
    """Where a run stands; ``DROPPED`` has graduated nobody."""

    READY = "ready", zh("待核办")
    DONE = "done", zh("已毕业")
    DROPPED = "dropped", zh("已放弃")


class Leaving(models.TextChoices):
    """What a run does with a pupil of the cohort."""

    GRADUATED = "graduated", zh("毕业")
    COMPLETED = "completed", zh("结业")
    INCOMPLETE = "incomplete", zh("肄业")
    LEFT_OUT = "left_out", zh("不参与")


class Occasion(models.TextChoices):
    """A list of one cohort in its last year, or of 应毕业未毕业 of one phase, any cohorts, on any day."""

    REGULAR = "regular", zh("应届")
    LATE = "late", zh("补办")


class GraduationRunQuerySet(models.QuerySet):
    """Who may read of a run."""

    def visible_to(self, account, day):
        """Runs of the account's own schools and of those under its units."""
        return self.filter(scope.under("school", account, day))


class GraduationRun(KeepsNames, models.Model):
    """One school's graduation of one cohort: prepared by the registrar, signed by the head, two people (R4.1, R0.5).

    ``grade`` is the grade they leave, ``day`` the day they graduate on: the Shanghai day of the signature, never an
    earlier one. A late list is of no one cohort: each line says its own.
    ``cleared`` counts the transfers that were cleared with it (R3.5b).
    """

    number = models.CharField(zh("毕业号"), max_length=20, unique=True, editable=False)
    school = models.ForeignKey(Unit, verbose_name=zh("学校"), on_delete=models.PROTECT, related_name="+")
    phase = models.CharField(zh("学段"), max_length=7, choices=PHASES)
    occasion = models.CharField(
        zh("类别"),
        max_length=7,
        choices=Occasion.choices,
        default=Occasion.REGULAR,
        db_default=Occasion.REGULAR,
    )
    cohort = models.PositiveSmallIntegerField(zh("级（一年级入学年）"), null=True, blank=True)
    grade = models.PositiveSmallIntegerField(zh("毕业年级"))
    state = models.CharField(zh("状态"), max_length=8, choices=RunState.choices, default=RunState.READY)
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=zh("准备人"), on_delete=models.PROTECT, related_name="+"
    )
    prepared_at = models.DateTimeField(zh("准备时间"), db_default=Now())
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=zh("核办人"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    signed_at = models.DateTimeField(zh("核办时间"), null=True, blank=True)
    opinion = models.CharField(zh("核办意见"), max_length=500, blank=True)
    day = models.DateField(zh("毕业日期"), null=True, blank=True)
    cleared = models.PositiveIntegerField(zh("随之清理的转学"), default=0)

    objects = GraduationRunQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = zh("毕业办理")
        ordering = ["-id"]
        constraints = [
            no_numbers("graduation_no_numbers", "opinion"),
            models.UniqueConstraint(
                fields=["school", "phase", "cohort"],
                condition=Q(state=RunState.READY),
                name="graduation_one_live",
            ),
            models.UniqueConstraint(
                fields=["school", "phase"],
                condition=Q(state=RunState.READY, occasion=Occasion.LATE),
                name="graduation_one_late",
            ),
            models.CheckConstraint(
                condition=Q(occasion=Occasion.LATE, cohort__isnull=True)
                | Q(occasion=Occasion.REGULAR, cohort__isnull=False),
                name="graduation_occasion",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=RunState.DONE, signed_by__isnull=False, signed_at__isnull=False, day__isnull=False
                )
                & ~Q(opinion="")
                | Q(state__in=[RunState.READY, RunState.DROPPED], signed_by__isnull=True, day__isnull=True),
                name="graduation_signed",
            ),
        ]

    def __str__(self):
        return self.number


class GraduationLine(models.Model):
    """One pupil of a run: graduates, completes for a reason, or takes no part for one."""

    run = models.ForeignKey(GraduationRun, on_delete=models.PROTECT, related_name="lines")
    student = models.ForeignKey(
        "students.Student", verbose_name=zh("学生"), on_delete=models.PROTECT, related_name="+"
    )
    leaving = models.CharField(zh("结论"), max_length=10, choices=Leaving.choices)
    reason = models.CharField(zh("原因"), max_length=200, blank=True)
    # The registrar's own word, kept when the list is written anew.
    by_hand = models.BooleanField(zh("由学校认定"), default=False, db_default=False)
    cohort = models.PositiveSmallIntegerField(zh("级（一年级入学年）"))
    # A day of the year in which the cohort should have left, never after the act. Printed, never reckoned with.
    certificate_on = models.DateField(zh("证书日期"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = zh("毕业明细")
        constraints = [
            no_numbers("graduation_line_no_numbers", "reason"),
            models.UniqueConstraint(fields=["run", "student"], name="graduation_line_once"),
            models.CheckConstraint(
                condition=Q(leaving=Leaving.GRADUATED) | ~Q(reason=""), name="graduation_reason_given"
            ),
        ]

    def __str__(self):
        return f"{self.run_id}:{self.student_id}"


class TakenBack(models.Model):
    """毕业回退, one-to-one with its case: which pupil, whose original act, and why (R4.4 谁操作谁负责)."""

    case = models.OneToOneField(
        Case, verbose_name=zh("业务"), on_delete=models.PROTECT, related_name="taken_back"
    )
    student = models.ForeignKey(
        "students.Student", verbose_name=zh("学生"), on_delete=models.PROTECT, related_name="+"
    )
    line = models.ForeignKey(
        GraduationLine, verbose_name=zh("原毕业明细"), on_delete=models.PROTECT, null=True, blank=True
    )
    status_was = models.CharField(zh("原学籍状态"), max_length=12)
    graduated_on = models.DateField(zh("原毕业日期"))
    why = models.CharField(zh("回退原因"), max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = zh("毕业回退")
        constraints = [no_numbers("taken_back_no_numbers", "why")]

    def __str__(self):
        return str(self.case_id)


class Correcting(models.TextChoices):
    """What an authority sets right: a 结业 of compulsory education, or a graduation that stands in no record."""

    COMPLETION = "completion", zh("结业更正为毕业")
    UNRECORDED = "unrecorded", zh("补记毕业")


class GraduationCorrection(models.Model):
    """毕业更正, one-to-one with its case: which pupil, of which phase and day the graduation is, and why (R4.1)."""

    case = models.OneToOneField(
        Case, verbose_name=zh("业务"), on_delete=models.PROTECT, related_name="graduation_correction"
    )
    student = models.ForeignKey(
        "students.Student", verbose_name=zh("学生"), on_delete=models.PROTECT, related_name="corrections"
    )
    what = models.CharField(zh("更正事项"), max_length=10, choices=Correcting.choices)
    phase = models.CharField(zh("毕业学段"), max_length=7, choices=PHASES)
    graduated_on = models.DateField(zh("毕业日期"))
    why = models.CharField(zh("更正原因"), max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = zh("毕业更正")
        constraints = [no_numbers("correction_no_numbers", "why")]

    def __str__(self):
        return str(self.case_id)


class PromotionCount(models.Model):
    """How many pupils of a province were in a grade on the last day before the promotion and on the first after it
    (R3.5c). Promotion itself writes nothing: the grade follows from the cohort and the day."""

    year = models.PositiveSmallIntegerField(zh("年"))
    province = models.ForeignKey(Unit, verbose_name=zh("省"), on_delete=models.PROTECT, related_name="+")
    grade = models.PositiveSmallIntegerField(zh("年级"))
    before = models.PositiveIntegerField(zh("升级前（8月10日）"))
    after = models.PositiveIntegerField(zh("升级后（8月11日）"))
    # Still in this last grade after it: 应毕业未毕业. They are in ``after`` of no grade.
    stayed = models.PositiveIntegerField(zh("应毕业未毕业（8月11日）"), default=0)
    recorded_at = models.DateTimeField(zh("记录时间"), db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = zh("升级前后人数")
        ordering = ["-year", "province", "grade"]
        constraints = [
            models.UniqueConstraint(fields=["year", "province", "grade"], name="promotion_count_once")
        ]

    def __str__(self):
        return f"{self.year} {self.grade}"
