"""培训与持证上岗: that a person was trained, the certificate and until when it holds, and that it is on record (R8.1)."""

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Max, Q

from orgs.people.models import Person, Post
from web.words import zh

if TYPE_CHECKING:
    from typing import TypedDict

    from django_stubs_ext import WithAnnotations

    class _Certificate(TypedDict):
        trained_until: date | None

    class _Use(_Certificate):
        last_week: date | None

    # Of a list that asks for the last day of the certificate; of one that asks for the last week of use as well.
    CertifiedPost = WithAnnotations[Post, _Certificate]
    PostInUse = WithAnnotations[Post, _Use]


class Training(models.Model):
    """One training of a person. ``valid_until`` is the last day on which its certificate holds: no more than a year
    from the training, by a row of the rulebook that the database holds (``training_length``)."""

    person = models.ForeignKey(
        Person, verbose_name=zh("人员"), on_delete=models.PROTECT, related_name="trainings"
    )
    trained_on = models.DateField(zh("培训日期"))
    organiser = models.CharField(zh("培训单位"), max_length=60)
    certificate = models.CharField(zh("证书编号"), max_length=40, blank=True)
    valid_until = models.DateField(zh("有效期至（含）"))
    filed_on = models.DateField(zh("备案日期"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = zh("培训与证书")
        ordering = ["person", "-valid_until"]
        indexes = [models.Index(fields=["person", "-valid_until"], name="training_of_person")]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("trained_on")),
                name="training_period",
                violation_error_message=zh("证书有效期不能早于培训日期（正文 二.1）。"),
            ),
            models.UniqueConstraint(
                fields=["person", "trained_on"],
                name="training_once_a_day",
                violation_error_message=zh("这名人员这一天的培训已经登记。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.trained_on}"


def last_day(day: date, person: str = "person") -> Max:
    """Until when a person's certificates hold, of the trainings that lie behind on ``day``; ``person``: the way to it."""
    return Max(
        f"{person}__trainings__valid_until", filter=Q(**{f"{person}__trainings__trained_on__lte": day})
    )
