"""The monthly bulletin of a province: its stored inputs, and a line for each unit that it names (R3.7b)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ledger.kept_texts import no_numbers
from orgs.people import scope
from orgs.people.kept_names import KeepsNames
from orgs.people.models import Unit
from orgs.people.seats import seats_of
from web.words import zh


class BulletinState(models.TextChoices):
    """Where a bulletin stands."""

    REPLIES = "replies", zh("征求各单位说明")
    PROPOSED = "proposed", zh("已拟发，待发布")
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


def _kept(label: str, length: int = 60):
    """A name as it was: nothing that happens to unit or person later changes what was published."""
    return models.CharField(label, max_length=length, blank=True, default="")


class Bulletin(KeepsNames, models.Model):
    """One province and one month, drafted by the clock, proposed by the province's registrar, published by its head: two
    people (R0.5, sql/triggers.sql). ``inputs`` hold all that its figures are reckoned from; ``digest`` is
    over both. ``province_name``, ``published_post``: as they were at publication, until then as at the draft."""

    number = models.CharField(zh("编号"), max_length=20, unique=True, editable=False)
    province = models.ForeignKey(
        Unit, verbose_name=zh("省（自治区）"), on_delete=models.PROTECT, related_name="+"
    )
    province_name = _kept(zh("省（自治区）名称"))
    month = models.DateField(zh("月份（一日）"))
    state = models.CharField(
        zh("状态"), max_length=10, choices=BulletinState.choices, default=BulletinState.REPLIES
    )
    inputs = models.JSONField(zh("原始数据"))
    digest = models.CharField(zh("摘要"), max_length=64)
    made_at = models.DateTimeField(zh("生成时间"), db_default=Now())
    reply_until = models.DateField(zh("说明截止日期"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=zh("拟发人"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    proposed_at = models.DateTimeField(zh("拟发时间"), null=True, blank=True)
    return_reason = models.CharField(zh("退回原因"), max_length=200, blank=True, default="")
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=zh("发布人"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    published_at = models.DateTimeField(zh("发布时间"), null=True, blank=True)
    published_post = _kept(zh("发布人岗位"), 100)
    # How often it was counted anew before its publication; of the last time, by whom, why, and in which transaction.
    recounts = models.PositiveSmallIntegerField(zh("重新统计次数"), default=0)
    recounted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=zh("重新统计人"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    recount_reason = models.CharField(zh("重新统计原因"), max_length=200, blank=True, default="")
    recounted_in = models.BigIntegerField(null=True, blank=True, editable=False)

    objects = BulletinQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = zh("月度通报")
        ordering = ["-month", "province"]
        constraints = [
            models.UniqueConstraint(fields=["province", "month"], name="bulletin_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="bulletin_month"),
            models.CheckConstraint(
                condition=Q(
                    state__in=[BulletinState.REPLIES, BulletinState.PROPOSED],
                    published_at__isnull=True,
                    published_by__isnull=True,
                )
                | Q(state=BulletinState.PUBLISHED, published_at__isnull=False, published_by__isnull=False),
                name="bulletin_published_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state=BulletinState.REPLIES, proposed_at__isnull=True, proposed_by__isnull=True)
                | Q(state=BulletinState.PUBLISHED)
                | Q(proposed_at__isnull=False, proposed_by__isnull=False),
                name="bulletin_proposed_by_somebody",
            ),
            no_numbers("bulletin_reasons_no_numbers", "return_reason", "recount_reason"),
        ]

    def __str__(self):
        return f"{self.province_name}{self.month:%Y-%m}"

    @property
    def province_then(self) -> dict[str, str]:
        """Code and name of the province as they stand in the bulletin."""
        return {"code": self.province.code, "name": self.province_name}

    @property
    def title(self) -> str:
        """As it stands at its head."""
        return zh(
            "{province_name}关于{month_year}年{month_month}月学籍业务办理情况的通报",
            province_name=self.province_name,
            month_year=self.month.year,
            month_month=self.month.month,
        )


class BulletinLine(KeepsNames, models.Model):
    """What the bulletin says of one unit, and what the unit says to it; names as they were then."""

    bulletin = models.ForeignKey(Bulletin, on_delete=models.PROTECT, related_name="lines")
    unit = models.ForeignKey(Unit, verbose_name=zh("单位"), on_delete=models.PROTECT, related_name="+")
    unit_code = _kept(zh("单位代码"), 12)
    unit_name = _kept(zh("单位名称"))
    unit_short_name = _kept(zh("单位简称"), 30)
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
            no_numbers("bulletin_reply_no_numbers", "reply"),
        ]

    def __str__(self):
        return f"{self.bulletin_id} {self.unit_id}"

    @property
    def unit_then(self) -> dict[str, str]:
        """Code and name of the unit as they stand in the bulletin."""
        return {"code": self.unit_code, "name": self.unit_name}
