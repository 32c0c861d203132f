"""That an account signed in during a week (R8.3): one row a week, told by its Monday."""

from django.db import models

from orgs.people.models import Account
from web.words import zh


class Presence(models.Model):
    """One week in which the account was used."""

    account = models.ForeignKey(
        Account, verbose_name=zh("账号"), on_delete=models.CASCADE, related_name="presences"
    )
    week = models.DateField(zh("周（周一）"))

    class Meta:
        verbose_name = verbose_name_plural = zh("每周登录")
        constraints = [models.UniqueConstraint(fields=["account", "week"], name="presence_once")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.week}"
