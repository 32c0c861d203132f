"""What a refusal must not rest on (R3.4, R0.6, R0.1), and the way up for one who did not mean it.

A phrase is a row of the rulebook like any other: with validity and source, the nation's for everyone, a province's
own beside it. An appeal is decided once, by another person at the unit above, and stays.
"""

import hashlib

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.functional import cached_property

from ledger.words import zh
from orgs import scope
from orgs.models import Person, Unit
from reviews.phrases_in_text import folded
from reviews.rulebook_models import Validity, _period, _province
from reviews.states import Outcome, State, Verb


class ForbiddenPhrase(Validity):
    """Words that no refusal, sending back or reminder may give as its ground; how they are looked for stands in
    :mod:`reviews.phrases_in_text`.

    ``stages`` without an entry means every stage. Under a reason in ``spared`` the words are let through: under
    “the proof is unreadable” the proof itself may be asked for (R0.6).
    """

    text = models.CharField(
        zh("用语"), max_length=40, validators=[MinLengthValidator(2, zh("用语至少两个字。"))]
    )
    kinds = ArrayField(models.CharField(max_length=30), verbose_name=zh("业务类型"))
    stages = ArrayField(
        models.CharField(max_length=24), verbose_name=zh("环节（空为不限）"), default=list, blank=True
    )
    spared = ArrayField(
        models.CharField(max_length=40), verbose_name=zh("选用下列理由时不拦"), default=list, blank=True
    )
    clause = models.CharField(zh("条款"), max_length=80)
    quoted = models.CharField(zh("条款原文"), max_length=200)
    province = _province()

    class Meta:
        verbose_name = verbose_name_plural = zh("不得作为理由的用语")
        ordering = ["clause", "id"]
        constraints = [
            _period("phrase_period"),
            models.UniqueConstraint(
                fields=["text", "clause", "province", "valid_from"],
                nulls_distinct=False,
                name="phrase_once",
                violation_error_message=zh("这一用语在同一范围、同一条款、同一生效日期已有一行。"),
            ),
            models.CheckConstraint(
                condition=Q(text__regex=r"\S.*\S"),
                name="phrase_two_characters",
                violation_error_message=zh("用语至少两个字。"),
            ),
        ]

    def __str__(self):
        return self.text

    @cached_property
    def folded(self) -> str:
        """The words as they are looked for."""
        return folded(self.text)


class Ruling(models.TextChoices):
    """What the unit above finds: the words were not meant so, or they were."""

    ALLOW = "allow", zh("属误报")
    FORBID = "forbid", zh("成立")


def digest_of_words(text: str) -> str:
    """What makes a text this very text; the database reckons it again."""
    return hashlib.sha256(text.encode()).hexdigest()


class WallAppealQuerySet(models.QuerySet):
    """What lists ask of appeals."""

    def visible_to(self, account, day):
        """Appeals raised by a unit of ``account`` or by one under it: the unit above, which rules, is among these."""
        return self.filter(scope.under("unit", account, day))

    def open(self):
        """Those that wait: not ruled on, and the step they were raised in still has its turn."""
        return self.filter(ruling="", step__closed_at__isnull=True)


class WallAppeal(models.Model):
    """“That is not what I meant”: a text that was stopped, sent to the unit above, which decides once.

    Allowed, exactly this text of this unit passes in this step; upheld, it stays stopped. The step's clock goes on
    meanwhile. Times, persons and the digest are set by the database; nothing is ever changed or deleted.
    """

    case = models.ForeignKey(
        "reviews.Case", verbose_name=zh("业务"), on_delete=models.PROTECT, related_name="appeals"
    )
    step = models.ForeignKey("reviews.Step", on_delete=models.PROTECT, related_name="appeals")
    stage = models.CharField(zh("环节"), max_length=24)
    unit = models.ForeignKey(Unit, verbose_name=zh("申诉单位"), on_delete=models.PROTECT, related_name="+")
    upper = models.ForeignKey(Unit, verbose_name=zh("裁定单位"), on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=zh("申诉人"), on_delete=models.PROTECT, related_name="+"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    verb = models.CharField(zh("行为"), max_length=20)
    outcome = models.CharField(zh("拟作结论"), max_length=10, blank=True, default="")
    reason = models.CharField(zh("理由"), max_length=40, blank=True, default="")
    opinion = models.CharField(zh("被拦意见"), max_length=500)
    digest = models.CharField(zh("摘要"), max_length=64)
    phrase = models.ForeignKey(
        ForbiddenPhrase, verbose_name=zh("用语"), on_delete=models.PROTECT, related_name="appeals"
    )
    explanation = models.CharField(zh("说明"), max_length=500, blank=True, default="")
    raised_at = models.DateTimeField(zh("上报时间"), db_default=Now())
    ruling = models.CharField(zh("裁定"), max_length=6, choices=Ruling.choices, blank=True, default="")
    ruling_opinion = models.CharField(zh("裁定意见"), max_length=500, blank=True, default="")
    decider = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=zh("裁定人"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    decider_person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(zh("裁定时间"), null=True, blank=True)

    objects = WallAppealQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = zh("用语申诉")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["upper", "id"], name="appeal_open", condition=Q(ruling="")),
            models.Index(fields=["unit", "-id"], name="appeal_unit"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["step", "digest"], name="appeal_once"),
            models.CheckConstraint(
                condition=Q(decider_person__isnull=True) | ~Q(decider_person=F("person")),
                name="appeal_two_people",
                violation_error_message=zh("申诉人与裁定人不能是同一人。"),
            ),
            models.CheckConstraint(
                condition=Q(
                    ruling="",
                    ruling_opinion="",
                    decider__isnull=True,
                    decider_person__isnull=True,
                    decided_at__isnull=True,
                )
                | (
                    Q(decider__isnull=False, decider_person__isnull=False, decided_at__isnull=False)
                    & Q(ruling__in=Ruling.values, ruling_opinion__regex=r"^\S.*\S$")
                ),
                name="appeal_ruled_whole",
            ),
        ]

    def __str__(self):
        return f"{self.case_id} {self.phrase_id}"

    @property
    def stage_label(self) -> str:
        """What the stage is called."""
        return State(self.stage).label

    @property
    def proposed(self) -> str:
        """What the text was to bring about: an outcome, or the head's sending it back to the registrar."""
        return Outcome(self.outcome).label if self.outcome else Verb(self.verb).label
