"""The monthly bulletin of a province: its stored inputs, and a line for each unit that it names (R3.7b)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ledger.text import NUMBER_IN_TEXT
from ledger.words import zh
from orgs import scope
from orgs.models import Unit
from orgs.seats import seats_of


class BulletinState(models.TextChoices):
    """Where a bulletin stands."""

    REPLIES = "replies", zh("征求各单位说明")
    PUBLISHED = "published", zh("已发布")


class BulletinQuerySet(models.QuerySet):
    """Who may read bulletins."""

    def visible_to(self, account, day):
        """Published ones: everyone who sits in the province, and those above. Before, the province itself, and each
        unit that is named (its own line only)."""
        units = [seat.unit for seat in seats_of(account, day)]
        provinces = {unit.province_id for unit in units if unit.province_id}
        above = scope.under("province", account, day)
        own = scope.own_units(account, day)
        named = Q(pk__in=BulletinLine.objects.filter(unit__in=own).values("bulletin"))
        published = Q(state=BulletinState.PUBLISHED, province__in=provinces)
        return self.filter(above | published | named)


class Bulletin(models.Model):
    """One province and one month. ``inputs`` hold all that its figures are reckoned from; ``digest`` is over both."""

    number = models.CharField(zh("编号"), max_length=20, unique=True, editable=False)
    province = models.ForeignKey(
        Unit, verbose_name=zh("省（自治区）"), on_delete=models.PROTECT, related_name="+"
    )
    month = models.DateField(zh("月份（一日）"))
    state = models.CharField(
        zh("状态"), max_length=10, choices=BulletinState.choices, default=BulletinState.REPLIES
    )
    inputs = models.JSONField(zh("原始数据"))
    digest = models.CharField(zh("摘要"), max_length=64)
    made_at = models.DateTimeField(zh("生成时间"), db_default=Now())
    reply_until = models.DateField(zh("说明截止日期"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=zh("发布人"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    published_at = models.DateTimeField(zh("发布时间"), null=True, blank=True)

    objects = BulletinQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = zh("月度通报")
        ordering = ["-month", "province"]
        constraints = [
            models.UniqueConstraint(fields=["province", "month"], name="bulletin_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="bulletin_month"),
            models.CheckConstraint(
                condition=Q(state=BulletinState.REPLIES, published_at__isnull=True, published_by__isnull=True)
                | Q(state=BulletinState.PUBLISHED, published_at__isnull=False, published_by__isnull=False),
                name="bulletin_published_by_somebody",
            ),
        ]

    def __str__(self):
        return f"{self.province.short_name}{self.month:%Y-%m}"

    @property
    def title(self) -> str:
        """As it stands at its head."""
        return zh(
            "{province_name}关于{month_year}年{month_month}月学籍业务办理情况的通报",
            province_name=self.province.name,
            month_year=self.month.year,
            month_month=self.month.month,
        )


class BulletinLine(models.Model):
    """What the bulletin says of one unit, and what the unit says to it."""

    bulletin = models.ForeignKey(Bulletin, on_delete=models.PROTECT, related_name="lines")
    unit = models.ForeignKey(Unit, verbose_name=zh("单位"), on_delete=models.PROTECT, related_name="+")
    level = models.CharField(zh("层级"), max_length=10)
    place = models.PositiveIntegerField(zh("次序"))
    figures = models.JSONField(zh("数据"))
    reply = models.CharField(zh("说明"), max_length=500, blank=True)
    reply_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=zh("说明人"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    reply_at = models.DateTimeField(zh("说明时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = zh("通报单位")
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["bulletin", "unit"], name="bulletin_line_once"),
            models.CheckConstraint(
                condition=~Q(reply__regex=NUMBER_IN_TEXT), name="bulletin_reply_no_numbers"
            ),
        ]

    def __str__(self):
        return f"{self.bulletin_id} {self.unit_id}"
