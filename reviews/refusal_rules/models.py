"""What a refusal must not rest on (R3.4, R0.6, R0.1), what was let through in doubt, and the way up for one who did not
mean it.

Rules and words are rows of the rulebook like any other: with validity and source, the nation's for everyone, a
province's own beside them. A province adds; it takes nothing of the nation's away. An appeal is decided once, by
another person at the unit above, and stays.
"""

import hashlib
from datetime import date

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from ledger.kept_texts import no_numbers
from orgs.people import scope
from orgs.people.kept_names import KeepsNames
from orgs.people.models import Account, Person, Unit
from reviews.rulebook.models import Validity, _period, _province
from reviews.vocabulary.states import Outcome, State, Verb
from web.words import zh


class Verdict(models.TextChoices):
    """What a rule says where its words are found: they stop the act, or are marked."""

    STOP = "stop", zh("拦下")
    DOUBT = "doubt", zh("标记")


class ForbiddenPhrase(Validity):
    """What no opinion may rest on or demand: the row's own words (``text``), or ``concepts`` that stand within
    ``reach`` characters of one another in one sentence; how they are looked for stands in :mod:`reviews.refusal_rules.wall`.

    ``kinds`` and ``stages`` without an entry mean every one. A rule that is ``groundless`` holds only where no lawful
    ground is read. ``key`` is the nation's name of a rule; a province's own have none.
    """

    key = models.CharField(zh("代号"), max_length=24, blank=True, default="", editable=False)
    text = models.CharField(
        zh("用语"), max_length=40, validators=[MinLengthValidator(2, zh("用语至少两个字。"))]
    )
    concepts = ArrayField(
        models.CharField(max_length=24),
        verbose_name=zh("同一句中相近的意思（空为用语本身）"),
        default=list,
        blank=True,
        size=3,
    )
    reach = models.PositiveSmallIntegerField(zh("相距字数以内"), default=12)
    answer = models.CharField(zh("处理"), max_length=5, choices=Verdict.choices, default=Verdict.STOP)
    groundless = models.BooleanField(zh("只在没有写明事实时"), default=False)
    kinds = ArrayField(
        models.CharField(max_length=30), verbose_name=zh("业务类型（空为不限）"), default=list, blank=True
    )
    stages = ArrayField(
        models.CharField(max_length=24), verbose_name=zh("环节（空为不限）"), default=list, blank=True
    )
    clause = models.CharField(zh("条款"), max_length=80)
    quoted = models.CharField(zh("条款原文"), max_length=200)
    instead = models.CharField(zh("可以怎样写"), max_length=200, blank=True, default="")
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
            models.CheckConstraint(
                condition=Q(reach__range=(1, 40)),
                name="phrase_reach",
                violation_error_message=zh("相距字数须在 1 至 40 之间。"),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        """Raises ValidationError for a rule that would stop a lawful sentence."""
        # The wall is compiled from these very rows: it can only be asked once they are all known.
        from reviews.engine.wall_rows import check_rule

        check_rule(self)


class WallWords(Validity):
    """Words of one meaning (``concept``), separated by spaces; (没|未)达到 stands for 没达到 and 未达到.

    A province's row of the same concept adds words to the nation's.
    """

    concept = models.CharField(zh("意思（代号）"), max_length=24)
    words = models.TextField(zh("用语（空格分开）"), max_length=8000)
    province = _province()

    class Meta:
        verbose_name = verbose_name_plural = zh("驳回用语的同义词")
        ordering = ["concept", "id"]
        constraints = [
            _period("wall_words_period"),
            models.UniqueConstraint(
                fields=["concept", "province", "valid_from"],
                nulls_distinct=False,
                name="wall_words_once",
                violation_error_message=zh("这一意思在同一范围、同一生效日期已有一行，请改那一行。"),
            ),
            models.CheckConstraint(
                condition=Q(concept__regex=r"^[a-z][a-z_]{1,23}$"),
                name="wall_words_concept",
                violation_error_message=zh("代号用小写英文字母和下划线，至少两个。"),
            ),
        ]

    def __str__(self) -> str:
        return self.concept

    def clean(self) -> None:
        """Raises ValidationError for words that would stop a lawful sentence."""
        from reviews.engine.wall_rows import check_words

        check_words(self)


class WallMark(models.Model):
    """An act whose words the wall let through in doubt: why, and the facts that the writer stated (R3.4).

    Written with the act and never changed; ``rule`` is empty where no words were found, only no lawful ground or no
    script that can be read (``why``).
    """

    case = models.ForeignKey("reviews.Case", on_delete=models.PROTECT, related_name="marks")
    step = models.ForeignKey("reviews.Step", on_delete=models.PROTECT, related_name="marks")
    verb = models.CharField(zh("行为"), max_length=20)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    rule = models.ForeignKey(
        ForbiddenPhrase, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    why = models.CharField(zh("存疑之处"), max_length=20)
    facts = models.CharField(zh("写明的事实"), max_length=300)
    at = models.DateTimeField(zh("时间"), db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = zh("存疑意见")
        ordering = ["id"]
        constraints = [
            no_numbers("mark_no_numbers", "facts"),
            models.CheckConstraint(condition=Q(facts__regex=r"\S.*\S"), name="mark_states_facts"),
            models.CheckConstraint(
                condition=Q(rule__isnull=False, why="words")
                | Q(rule__isnull=True, why__in=["no_ground", "unread", "condition", "like"]),
                name="mark_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.why}"


class Ruling(models.TextChoices):
    """What the unit above finds: the words were not meant so, or they were."""

    ALLOW = "allow", zh("属误报")
    FORBID = "forbid", zh("成立")


def digest_of_words(text: str) -> str:
    """What makes a text this very text; the database reckons it again."""
    return hashlib.sha256(text.encode()).hexdigest()


class WallAppealQuerySet(models.QuerySet):
    """What lists ask of appeals."""

    def visible_to(self, account: Account, day: date) -> "WallAppealQuerySet":
        """Appeals raised by a unit of ``account`` or by one under it: the unit above, which rules, is among these."""
        return self.filter(scope.under("unit", account, day))

    def open(self) -> "WallAppealQuerySet":
        """Those that wait: not ruled on, and the step they were raised in still has its turn."""
        return self.filter(ruling="", step__closed_at__isnull=True)


class WallAppeal(KeepsNames, models.Model):
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
            no_numbers("appeal_no_numbers", "opinion", "explanation", "ruling_opinion"),
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

    def __str__(self) -> str:
        return f"{self.case_id} {self.phrase_id}"

    @property
    def stage_label(self) -> str:
        """What the stage is called."""
        return State(self.stage).label

    @property
    def proposed(self) -> str:
        """What the text was to bring about: an outcome, or the head's sending it back to the registrar."""
        return Outcome(self.outcome).label if self.outcome else Verb(self.verb).label
