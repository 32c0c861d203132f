"""每学期核查: an authority's round of one term, each school's part in it, the pupils drawn (R6.2)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ledger.kept_texts import no_numbers
from orgs.people import scope
from orgs.people.kept_names import KeepsNames
from orgs.people.models import Unit
from students.pupil.models import Student
from web.words import zh


def _who(label: str, **more):
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=label, on_delete=models.PROTECT, related_name="+", **more
    )


class Verified(models.TextChoices):
    """Where a round or a school's part stands; two people each time (R0.5)."""

    OPEN = "open", zh("核查中")
    SUBMITTED = "submitted", zh("待负责人签核")
    SIGNED = "signed", zh("已签核")


class Signed(KeepsNames, models.Model):
    """What a registrar submits and a head signs."""

    state = models.CharField(zh("状态"), max_length=10, choices=Verified.choices, default=Verified.OPEN)
    submitted_by = _who(zh("提交人"), null=True, blank=True)
    submitted_at = models.DateTimeField(zh("提交时间"), null=True, blank=True)
    opinion = models.CharField(zh("核查情况"), max_length=500, blank=True)
    signed_by = _who(zh("签核人"), null=True, blank=True)
    signed_at = models.DateTimeField(zh("签核时间"), null=True, blank=True)
    signed_opinion = models.CharField(zh("签核意见"), max_length=500, blank=True)

    class Meta:
        abstract = True
        constraints = [
            no_numbers("%(class)s_no_numbers", "opinion", "signed_opinion"),
            models.CheckConstraint(
                condition=~Q(state=Verified.SIGNED)
                | Q(signed_by__isnull=False, signed_at__isnull=False, submitted_by__isnull=False),
                name="%(class)s_signed_by_somebody",
            ),
        ]


class RoundQuerySet(models.QuerySet):
    """Who may read rounds."""

    def visible_to(self, account, day):
        """Those of authorities in the account's scope."""
        return self.filter(scope.under("authority", account, day))


class VerificationRound(Signed):
    """One authority's check of one term. ``term`` 1 begins with the promotion, 2 on 1 February; ``sample`` pupils are
    drawn at each school."""

    number = models.CharField(zh("编号"), max_length=20, unique=True, editable=False)
    authority = models.ForeignKey(
        Unit, verbose_name=zh("主管部门"), on_delete=models.PROTECT, related_name="+"
    )
    school_year = models.PositiveSmallIntegerField(zh("学年"))
    term = models.PositiveSmallIntegerField(zh("学期"), choices=[(1, zh("第一学期")), (2, zh("第二学期"))])
    sample = models.PositiveSmallIntegerField(zh("每校抽查人数"))
    due_on = models.DateField(zh("完成期限"))
    opened_by = _who(zh("发起人"))
    opened_at = models.DateTimeField(zh("发起时间"), db_default=Now())

    objects = RoundQuerySet.as_manager()

    class Meta(Signed.Meta):
        verbose_name = verbose_name_plural = zh("学期核查")
        ordering = ["-id"]
        constraints = [
            *Signed.Meta.constraints,
            models.UniqueConstraint(fields=["authority", "school_year", "term"], name="term_verified_once"),
        ]

    def __str__(self):
        return self.number

    @property
    def term_name(self) -> str:
        """2026—2027学年第一学期."""
        return zh(
            "{school_year}—{count}学年{term}",
            school_year=self.school_year,
            count=self.school_year + 1,
            term=self.get_term_display(),
        )


class PartQuerySet(models.QuerySet):
    """Who may read schools' parts."""

    def visible_to(self, account, day):
        """Those of schools in the account's scope."""
        return self.filter(scope.under("school", account, day))


class SchoolVerification(Signed):
    """A school's part in a round."""

    round = models.ForeignKey(
        VerificationRound, verbose_name=zh("核查"), on_delete=models.PROTECT, related_name="parts"
    )
    school = models.ForeignKey(Unit, verbose_name=zh("学校"), on_delete=models.PROTECT, related_name="+")

    objects = PartQuerySet.as_manager()

    class Meta(Signed.Meta):
        verbose_name = verbose_name_plural = zh("学校核查")
        ordering = ["school__code"]
        constraints = [
            *Signed.Meta.constraints,
            models.UniqueConstraint(fields=["round", "school"], name="school_in_round_once"),
        ]

    def __str__(self):
        return f"{self.round_id}: {self.school_id}"


class Finding(models.TextChoices):
    """What was found of a drawn pupil."""

    OPEN = "", zh("待核查")
    SAME = "same", zh("一致")
    DIFFERENT = "different", zh("有差异")
    GONE = "gone", zh("不在校（人籍不一致）")


class SampledPupil(models.Model):
    """A pupil drawn, and what was found. Whether a difference has been put right is never written here: it follows
    from the record's own history after ``found_at``."""

    part = models.ForeignKey(
        SchoolVerification, verbose_name=zh("学校核查"), on_delete=models.PROTECT, related_name="pupils"
    )
    student = models.ForeignKey(Student, verbose_name=zh("学生"), on_delete=models.PROTECT, related_name="+")
    changed = models.BooleanField(zh("本学期有变动"), default=False)
    finding = models.CharField(zh("结果"), max_length=10, choices=Finding.choices, blank=True, default="")
    items = models.JSONField(zh("有差异的项目"), default=list, blank=True)
    note = models.CharField(zh("说明"), max_length=200, blank=True)
    found_by = _who(zh("核查人"), null=True, blank=True)
    found_at = models.DateTimeField(zh("核查时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = zh("抽查学生")
        ordering = ["id"]
        constraints = [
            no_numbers("sampled_no_numbers", "note"),
            models.UniqueConstraint(fields=["part", "student"], name="drawn_once"),
            models.CheckConstraint(
                condition=Q(finding="") | Q(found_by__isnull=False, found_at__isnull=False),
                name="finding_is_somebodys",
            ),
        ]

    def __str__(self):
        return f"{self.part_id}: {self.student_id}"
