"""待确认事项: what somebody gave to a person who decides, and that another person confirmed it (R0.5)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from orgs.people.models import Person, Unit
from web.words import zh


class Asked(models.TextChoices):
    """What takes effect only when another person has confirmed it."""

    POST = "post", zh("任职")
    LOAN = "loan", zh("委托")
    ACCOUNT = "account", zh("新账号")
    PASSWORD = "password", zh("重设密码")
    SECOND_FACTOR = "second_factor", zh("重置第二验证")
    NAME = "name", zh("改名")


class Basis(models.TextChoices):
    """By what right it was confirmed."""

    WAITING = "", zh("待确认")
    PERSON = "person", zh("由他人确认")
    SERVER = "server", zh("由服务器命令确认")
    INSTALLATION = "installation", zh("随安装接收")


class Confirmation(models.Model):
    """One fact about a person who decides: what was asked, by whom, when, and who confirmed it.

    Written by triggers alone (orgs/sql/triggers.sql), whichever way the post, the password or the name was
    changed. While ``confirmed_at`` is empty, no deciding seat that hangs on it counts. No ``asked_by``: a command on the
    server. A fact is never changed but by its confirmation and never deleted, except with a post that never began.
    """

    kind = models.CharField(zh("事项"), max_length=14, choices=Asked.choices)
    person = models.ForeignKey(
        Person, verbose_name=zh("人员"), on_delete=models.PROTECT, related_name="confirmations"
    )
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=zh("账号"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="confirmations",
    )
    unit = models.ForeignKey(
        Unit, verbose_name=zh("单位"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    post = models.ForeignKey(
        "orgs.Post",
        verbose_name=zh("岗位"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="confirmations",
    )
    loan = models.ForeignKey(
        "orgs.Delegation",
        verbose_name=zh("委托"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="confirmations",
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=zh("提出人"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    asked_person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    asked_at = models.DateTimeField(zh("提出时间"))
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=zh("确认人"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    confirmed_at = models.DateTimeField(zh("确认时间"), null=True, blank=True)
    basis = models.CharField(zh("确认依据"), max_length=12, choices=Basis.choices, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = zh("待确认事项")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["person", "-asked_at"], name="confirmation_of_person"),
            models.Index(
                fields=["person"], name="confirmation_waiting", condition=Q(confirmed_at__isnull=True)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True, basis="")
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False, basis="person")
                | Q(
                    confirmed_at__isnull=False,
                    confirmed_by__isnull=True,
                    basis__in=["server", "installation"],
                ),
                name="confirmation_whole",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.person_id}"
