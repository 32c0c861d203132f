"""故障公告: that the system or the line failed for a unit and all under it, since when, until when (R0.4)."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ledger.kept_texts import no_numbers
from orgs.people import scope
from orgs.people.kept_names import KeepsNames
from orgs.people.models import Account, Unit
from web.words import zh


class FaultQuerySet(models.QuerySet):
    """What lists and look-ups ask of faults."""

    def visible_to(self, account: Account, day: date) -> "FaultQuerySet":
        """Faults of the account's units, of those under them, and of those above: these cover its units too."""
        above = {int(pk) for path in scope.paths(account, day) for pk in path.split("/") if pk}
        return self.filter(Q(unit__in=above) | scope.under("unit", account, day))

    def over(self, *units: Unit) -> "FaultQuerySet":
        """Faults whose scope covers one of the units: declared for it or for a unit above it."""
        return self.filter(unit__in={int(pk) for unit in units for pk in unit.path.split("/") if pk})

    def open(self) -> "FaultQuerySet":
        """Faults that last."""
        return self.filter(closed_at__isnull=True)


class Fault(KeepsNames, models.Model):
    """One notice. It is opened and closed by an office at or above its unit; nothing else of it ever changes.

    ``since`` is the day the fault began, as the office states it: while everything was down, nobody could announce it.
    When it was announced and when it was ended is stamped by the database. Announcing and ending may be done by one
    person; both are recorded by name.
    """

    number = models.CharField(zh("公告号"), max_length=20, unique=True, editable=False)
    unit = models.ForeignKey(Unit, verbose_name=zh("范围"), on_delete=models.PROTECT, related_name="faults")
    since = models.DateField(zh("故障起始日期"))
    reason = models.CharField(zh("故障情况"), max_length=200)
    opened_at = models.DateTimeField(zh("发布时间"), db_default=Now())
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=zh("发布人"), on_delete=models.PROTECT, related_name="+"
    )
    opened_from = models.ForeignKey(
        Unit, verbose_name=zh("发布单位"), on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(zh("结束时间"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=zh("结束人"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    closed_from = models.ForeignKey(
        Unit, verbose_name=zh("结束单位"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = FaultQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = zh("故障公告")
        ordering = ["-id"]
        indexes = [models.Index(fields=["unit", "-id"], name="fault_unit")]
        constraints = [
            no_numbers("fault_no_numbers", "reason"),
            models.UniqueConstraint(
                fields=["unit"],
                condition=Q(closed_at__isnull=True),
                name="fault_one_open_a_unit",
                violation_error_message=zh("这一范围已有尚未结束的故障公告。"),
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True, closed_from__isnull=True)
                | Q(closed_at__isnull=False, closed_by__isnull=False, closed_from__isnull=False),
                name="fault_closed_whole",
            ),
            models.CheckConstraint(condition=Q(reason__regex=r"^\S.*\S$"), name="fault_says_what_failed"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.unit}"

    @property
    def unit_called(self) -> dict[str, str] | None:
        """The unit that the notice is about, by its name when it was announced (R0.2)."""
        return self.with_code("unit")

    @property
    def opened_from_called(self) -> dict[str, str] | None:
        """The office that announced it, likewise."""
        return self.with_code("opened_from")

    @property
    def closed_from_called(self) -> dict[str, str] | None:
        """The office that ended it, by its name then."""
        return self.with_code("closed_from")

    @property
    def is_open(self) -> bool:
        """True while it lasts."""
        return self.closed_at is None
