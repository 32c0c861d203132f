"""The rows of the rulebook: calendar, windows, limits, routes, reasons (R0.7).

The ministry moved its dates in 2014, 2015 and 2016 and rewrote the rule in 2025; so no date, limit, route or reason
stands in code. Every row has validity dates and a source; a case is judged by the rows in force at its submission.
A trigger raises :class:`CalendarRevision` at every change of one of these tables, which is how processes notice.
"""

from datetime import date

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from orgs.people.models import Unit
from reviews.rulebook.notice_values import FILED_KINDS
from reviews.rulebook.year_values import MAY_BE_EMPTY, WORDS, YearKey
from reviews.vocabulary.states import Outcome, State
from web.words import joined, zh


def _province(related: str = "+") -> models.ForeignKey:
    return models.ForeignKey(
        Unit,
        verbose_name=zh("省（空为全国）"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name=related,
        limit_choices_to={"level": "province"},
    )


class Validity(models.Model):
    """From when to when a row is in force, and what it rests on."""

    valid_from = models.DateField(zh("生效日期"))
    valid_until = models.DateField(zh("失效日期（不含）"), null=True, blank=True)
    source = models.CharField(zh("依据"), max_length=200)

    class Meta:
        abstract = True


def _period(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
        name=name,
        violation_error_message=zh("失效日期须晚于生效日期。"),
    )


# The calculator lays the years between the first and the last known day out in memory, so a day of the year 9999
# typed by mistake would cost every process dearly.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
_OUT_OF_RANGE = zh("日期须在 2000 年至 2100 年之间。")
_IN_RANGE = [MinValueValidator(FIRST_DAY, _OUT_OF_RANGE), MaxValueValidator(LAST_DAY, _OUT_OF_RANGE)]


class CalendarRevision(models.Model):
    """One row; its number grows whenever a row of the rulebook changes."""

    number = models.BigIntegerField(default=1)

    class Meta:
        verbose_name = verbose_name_plural = zh("规则版次")

    def __str__(self) -> str:
        return str(self.number)


class DayKind(models.TextChoices):
    """A day that differs from the plain week."""

    HOLIDAY = "holiday", zh("放假")
    WORKDAY = "workday", zh("补班")


class CalendarDay(models.Model):
    """A day off, or a make-up working day, by the State Council's notice."""

    date = models.DateField(
        zh("日期"),
        unique=True,
        validators=_IN_RANGE,
        error_messages={"unique": zh("这一天已经录入，请修改原来的一行。")},
    )
    kind = models.CharField(zh("类型"), max_length=8, choices=DayKind.choices)
    name = models.CharField(zh("名称"), max_length=30)
    source = models.CharField(zh("依据"), max_length=200)
    confirmed = models.BooleanField(zh("已由国务院办公厅公布"), default=True)

    class Meta:
        verbose_name = verbose_name_plural = zh("放假与补班")
        ordering = ["date"]
        constraints = [
            models.CheckConstraint(
                condition=Q(date__gte=FIRST_DAY, date__lte=LAST_DAY),
                name="calendar_day_range",
                violation_error_message=_OUT_OF_RANGE,
            )
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.get_kind_display()}"


class Vacation(models.Model):
    """A winter or summer vacation: its days do not count for the bulletin (R3.7b)."""

    province = _province()
    name = models.CharField(zh("名称"), max_length=40)
    starts_on = models.DateField(zh("开始"), validators=_IN_RANGE)
    ends_on = models.DateField(zh("结束（含）"), validators=_IN_RANGE)
    source = models.CharField(zh("依据"), max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = zh("寒暑假")
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="vacation_period",
                violation_error_message=zh("结束日期不能早于开始日期。"),
            ),
            models.CheckConstraint(
                condition=Q(starts_on__gte=FIRST_DAY, ends_on__lte=LAST_DAY),
                name="vacation_range",
                violation_error_message=_OUT_OF_RANGE,
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Window(Validity):
    """A yearly window in which kinds of case may not be submitted (``closes``), or only then (R3.5).

    ``starts`` and ``ends`` are ``MM-DD``; the window is half-open in Asia/Shanghai: from 00:00 of ``starts`` until
    00:00 of ``ends`` (24时 is 00:00 of the next day). A row with ``remind_days`` forbids nothing: on so many days before
    its last one those concerned are told that something is to be done by then (R3.5, R3.5b).
    """

    key = models.CharField(zh("代号"), max_length=40)
    name = models.CharField(zh("名称"), max_length=60)
    kinds = ArrayField(models.CharField(max_length=30), verbose_name=zh("业务类型"))
    closes = models.BooleanField(zh("期内暂停发起（否则仅期内可发起）"), default=True)
    starts = models.CharField(zh("起（月-日，0时）"), max_length=5)
    ends = models.CharField(zh("止（月-日，0时，不含）"), max_length=5)
    remind_days = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=zh("到期前几天提醒（填写的只作提醒，不限制发起）"),
        default=list,
        blank=True,
    )
    province = _province()
    clause = models.CharField(zh("条款"), max_length=80)

    class Meta:
        verbose_name = verbose_name_plural = zh("发起时段")
        constraints = [
            _period("window_period"),
            models.CheckConstraint(
                condition=Q(starts__regex=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")
                & Q(ends__regex=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"),
                name="window_month_day",
                violation_error_message=zh("起止须写成“月-日”，如 07-15。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Limit(Validity):
    """A number of the notice: e.g. ``step_days`` 10 working days, ``expire_days`` 90, ``recall_minutes`` 10."""

    key = models.CharField(zh("代号"), max_length=40)
    name = models.CharField(zh("名称"), max_length=60)
    value = models.PositiveIntegerField(zh("数值"))
    unit = models.CharField(zh("单位"), max_length=20)
    province = _province()
    clause = models.CharField(zh("条款"), max_length=80)

    class Meta:
        verbose_name = verbose_name_plural = zh("时限")
        constraints = [_period("limit_period")]

    def __str__(self) -> str:
        return f"{self.name} {self.value} {self.unit}"


def _words_of_the_key() -> Q:
    fits = Q(key__in=MAY_BE_EMPTY, value="")
    for keys, words in WORDS:
        fits |= Q(key__in=keys, value__regex=words)
    return fits


class YearRow(Validity):
    """A word on the year's end where the law is silent: a day of the year, yes or no, a list; which, says its key
    (R0.7; :mod:`reviews.rulebook.year_values`)."""

    key = models.CharField(zh("规则"), max_length=30, choices=YearKey.choices)
    value = models.CharField(zh("取值"), max_length=30, blank=True)
    province = _province()
    clause = models.CharField(zh("条款"), max_length=80)

    class Meta:
        verbose_name = verbose_name_plural = zh("毕业招生升级规则")
        ordering = ["key", "-valid_from"]
        constraints = [
            _period("year_row_period"),
            models.UniqueConstraint(
                fields=["key", "province", "valid_from"],
                nulls_distinct=False,
                name="year_row_once",
                violation_error_message=zh("这条规则在同一范围、同一生效日期已有一行，请改用别的生效日期。"),
            ),
            models.CheckConstraint(
                condition=_words_of_the_key(),
                name="year_row_words",
                violation_error_message=zh("取值不合这条规则的写法，请按说明填写。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_key_display()}：{self.value}"


class Route(Validity):
    """The order of stages of a kind of case (R3.1)."""

    kind = models.CharField(zh("业务类型"), max_length=30)
    relation = models.CharField(zh("双方关系"), max_length=16)
    phase = models.CharField(zh("学段（空为不限）"), max_length=10, blank=True)
    province = _province()
    stages = ArrayField(models.CharField(max_length=24, choices=State.choices), verbose_name=zh("环节"))

    class Meta:
        verbose_name = verbose_name_plural = zh("流程")
        constraints = [
            _period("route_period"),
            # R3.6: 调档 ends every route of a kind that has it, and stands in no other.
            models.CheckConstraint(
                condition=Q(kind__in=FILED_KINDS, stages__contains=[State.AWAITING_FILE])
                | ~Q(kind__in=FILED_KINDS) & ~Q(stages__contains=[State.AWAITING_FILE]),
                name="route_ends_with_the_file",
                violation_error_message=zh(
                    "跨省转学和毕业后跨省就学的流程以调档结束，其他业务没有调档（附件1 三.6）。"
                ),
            ),
        ]

    def __str__(self) -> str:
        return joined(" → ", (State(stage).label for stage in self.stages))


class RefusalReason(Validity):
    """One of the closed list of reasons for refusing or for sending back (R0.6, R3.1b, R3.4)."""

    code = models.CharField(zh("代号"), max_length=40)
    kinds = ArrayField(models.CharField(max_length=30), verbose_name=zh("业务类型"))
    stages = ArrayField(models.CharField(max_length=24, choices=State.choices), verbose_name=zh("可用环节"))
    outcome = models.CharField(zh("用于"), max_length=10, choices=Outcome.choices)
    text = models.CharField(zh("理由"), max_length=120)
    province = _province()
    position = models.PositiveSmallIntegerField(zh("次序"), default=1)

    class Meta:
        verbose_name = verbose_name_plural = zh("驳回与补正理由")
        ordering = ["outcome", "position"]
        constraints = [
            _period("reason_period"),
            models.UniqueConstraint(
                fields=["code", "province", "valid_from"],
                nulls_distinct=False,
                name="reason_code_once",
                violation_error_message=zh("这个代号在同一范围、同一生效日期已有一行，请改用别的生效日期。"),
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=[Outcome.REFUSE, Outcome.SEND_BACK]),
                name="reason_outcome",
                violation_error_message=zh("理由只用于“不同意”或“退回补正”。"),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        """Raises ValidationError for a text that gives a forbidden ground (R3.4)."""
        # The wall is compiled from these very rows: it can only be asked once they are all known.
        from reviews.engine.wall_rows import check_reason

        check_reason(self)


class QuickPhrase(models.Model):
    """An opinion to fill in with one key: everyone's, a unit's, or one's own. It fills, it never signs (R0.3)."""

    unit = models.ForeignKey(Unit, verbose_name=zh("单位"), on_delete=models.CASCADE, null=True, blank=True)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=zh("账号"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="phrases",
    )
    outcome = models.CharField(zh("用于"), max_length=10, choices=Outcome.choices, default=Outcome.AGREE)
    text = models.CharField(zh("短语"), max_length=100)
    position = models.PositiveSmallIntegerField(zh("次序"), default=1)

    class Meta:
        verbose_name = verbose_name_plural = zh("常用短语")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.text
