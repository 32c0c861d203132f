"""招生: a pupil on a school's list of recruited graduates, from the listing to the day it reports; and what is taken back
(R4.5, R4.4)."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ledger.kept_texts import no_numbers
from orgs.people import scope
from orgs.people.models import Unit
from reviews.engine.models import Case, called_in
from reviews.vocabulary.relations import PHASES
from web.words import zh

if TYPE_CHECKING:
    from students.pupil.arrivals import Arrival


class Recruiting(models.TextChoices):
    """Where a recruited pupil stands; the record moves with ``REPORTED`` and not before."""

    LISTED = "listed", zh("待上报")
    SENT = "sent", zh("核办中")
    ADMITTED = "admitted", zh("已录取，待报到")
    REPORTED = "reported", zh("已报到")
    ABSENT = "absent", zh("未报到")
    RETURNED = "returned", zh("未办成")
    DROPPED = "dropped", zh("已删去")
    OFF = "off", zh("已移出名册")
    TAKEN_BACK = "taken_back", zh("已退回毕业")


# No longer on the list, by the school or by the clock.
GONE = (Recruiting.DROPPED, Recruiting.OFF)
# A pupil stands on one living list only.
LIVE = (Recruiting.LISTED, Recruiting.SENT, Recruiting.ADMITTED)


class RecruitedPupilQuerySet(models.QuerySet):
    """Who may read of recruited pupils."""

    def visible_to(self, account, day):
        """Those of the recruiting schools in the account's scope."""
        return self.filter(scope.under("school", account, day))


class RecruitedPupil(models.Model):
    """One graduate whom a school recruits. ``case`` is the list it was sent with; all of a list graduated under one
    authority (R4.5). Several rows of one pupil tell its story; one of them at most lives."""

    student = models.ForeignKey(
        "students.Student", verbose_name=zh("学生"), on_delete=models.PROTECT, related_name="recruited"
    )
    school = models.ForeignKey(Unit, verbose_name=zh("招生学校"), on_delete=models.PROTECT, related_name="+")
    graduated_from = models.ForeignKey(
        Unit, verbose_name=zh("毕业学校"), on_delete=models.PROTECT, related_name="+"
    )
    grade = models.PositiveSmallIntegerField(zh("就读年级"))
    class_number = models.PositiveSmallIntegerField(zh("班号"), null=True, blank=True)
    case = models.ForeignKey(
        Case,
        verbose_name=zh("业务"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="recruited",
    )
    state = models.CharField(zh("状态"), max_length=10, choices=Recruiting.choices, default=Recruiting.LISTED)
    listed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=zh("登记人"), on_delete=models.PROTECT, related_name="+"
    )
    listed_at = models.DateTimeField(zh("登记时间"), db_default=Now())
    reported_on = models.DateField(zh("报到日期"), null=True, blank=True)
    reporting_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=zh("报到登记人"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    graduated_on = models.DateField(zh("原毕业日期"))
    off_why = models.CharField(zh("移出原因"), max_length=200, blank=True, default="", db_default="")
    # What a roll-back puts back; filled when the pupil has reported.
    phase_was = models.CharField(zh("原学段"), max_length=7, choices=PHASES, blank=True, db_default="")
    cohort_was = models.PositiveSmallIntegerField(zh("原级"), null=True, blank=True)
    class_was = models.ForeignKey(
        "students.SchoolClass",
        verbose_name=zh("原班级"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = RecruitedPupilQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = zh("招生")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["school", "state"], name="recruited_of_school"),
            models.Index(fields=["student", "-id"], name="recruited_story"),
        ]
        constraints = [
            no_numbers("recruited_no_numbers", "off_why"),
            models.UniqueConstraint(fields=["student"], condition=Q(state__in=LIVE), name="recruited_once"),
            models.CheckConstraint(
                condition=~Q(state=Recruiting.REPORTED) | Q(reported_on__isnull=False, case__isnull=False),
                name="recruited_reported_on",
            ),
            models.CheckConstraint(
                condition=Q(state=Recruiting.OFF) ^ Q(off_why=""), name="recruited_off_with_reason"
            ),
        ]

    def __str__(self):
        return f"{self.student_id} → {self.school_id}"

    @property
    def school_called(self) -> dict[str, str]:
        """Code and name of the school: once its list is decided on as it was called then, before as it is (R0.2)."""
        return {"code": self.school.code, "name": called_in(self.case, self.school)}

    @property
    def own(self) -> bool:
        """直升: the school recruits a graduate of its own. A list holds such rows only, or none."""
        return self.graduated_from_id == self.school_id


class RecruitmentReturn(models.Model):
    """招生回退, one-to-one with its case: which pupil, by which act it came (a list of 招生 or a 毕业后跨省就学), and why
    (R4.4 谁操作谁负责)."""

    case = models.OneToOneField(
        Case, verbose_name=zh("业务"), on_delete=models.PROTECT, related_name="recruitment_return"
    )
    student = models.ForeignKey(
        "students.Student", verbose_name=zh("学生"), on_delete=models.PROTECT, related_name="+"
    )
    came_by = models.ForeignKey(
        Case, verbose_name=zh("原业务"), on_delete=models.PROTECT, related_name="taken_back_by"
    )
    why = models.CharField(zh("回退原因"), max_length=200)
    arrival: "Arrival"
    """How the pupil came; put there by who reads the row."""

    class Meta:
        verbose_name = verbose_name_plural = zh("招生回退")
        constraints = [no_numbers("recruitment_back_no_numbers", "why")]

    def __str__(self):
        return str(self.case_id)
