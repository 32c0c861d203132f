"""问题学籍, what belongs to it beside the record of the problem itself: the pairs known to be two children (R1.9)."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from web.words import zh


class KnownTwins(models.Model):
    """Two pupils of whom it was settled that they are two children: the duplicate check asks about them no more.

    ``first`` has the smaller id. ``case_number`` is the case in which it was decided.
    """

    first = models.ForeignKey("students.Student", on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey("students.Student", on_delete=models.PROTECT, related_name="+")
    case_number = models.CharField(zh("业务号"), max_length=20)
    known_at = models.DateTimeField(zh("认定时间"), db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = zh("已认定的不同学生")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="twins_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="twins_in_order"),
        ]
        indexes = [models.Index(fields=["second"], name="twins_second")]

    def __str__(self):
        return f"{self.first_id}/{self.second_id}"
