"""What a refusal must not rest on (R3.4, R0.6, R0.1), and the way up for one who did not mean it.

A phrase is a row of the rulebook like any other: with validity and source, the nation's for everyone, a province's
own beside it. An appeal is decided once, by another person at the unit above, and stays.
"""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property

from reviews.phrases_in_text import folded
from reviews.rulebook_models import Validity, _period, _province


class ForbiddenPhrase(Validity):
    """Words that no refusal, sending back or reminder may give as its ground; how they are looked for stands in
    :mod:`reviews.phrases_in_text`.

    ``stages`` without an entry means every stage. Under a reason in ``spared`` the words are let through: under
    “the proof is unreadable” the proof itself may be asked for (R0.6).
    """

    text = models.CharField("用语", max_length=40, validators=[MinLengthValidator(2, "用语至少两个字。")])
    kinds = ArrayField(models.CharField(max_length=30), verbose_name="业务类型")
    stages = ArrayField(
        models.CharField(max_length=24), verbose_name="环节（空为不限）", default=list, blank=True
    )
    spared = ArrayField(
        models.CharField(max_length=40), verbose_name="选用下列理由时不拦", default=list, blank=True
    )
    clause = models.CharField("条款", max_length=80)
    quoted = models.CharField("条款原文", max_length=200)
    province = _province()

    class Meta:
        verbose_name = verbose_name_plural = "不得作为理由的用语"
        ordering = ["clause", "id"]
        constraints = [
            _period("phrase_period"),
            models.UniqueConstraint(
                fields=["text", "clause", "province", "valid_from"],
                nulls_distinct=False,
                name="phrase_once",
                violation_error_message="这一用语在同一范围、同一条款、同一生效日期已有一行。",
            ),
            models.CheckConstraint(
                condition=Q(text__regex=r"\S.*\S"),
                name="phrase_two_characters",
                violation_error_message="用语至少两个字。",
            ),
        ]

    def __str__(self):
        return self.text

    @cached_property
    def folded(self) -> str:
        """The words as they are looked for."""
        return folded(self.text)
