"""线下办理: a pupil who attends the receiving school before the record came, because the system had failed (R0.4)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ledger.kept_texts import no_numbers
from orgs.people import scope
from orgs.people.kept_names import KeepsNames
from orgs.people.models import Unit
from reviews.engine.models import Case
from reviews.faults.models import Fault
from reviews.vocabulary.states import State
from students.pupil.models import Sex, Student
from web.words import zh


class Requester(models.TextChoices):
    """At whose request: the parents' alone (函 一)."""

    FATHER = "father", zh("父亲")
    MOTHER = "mother", zh("母亲")
    GUARDIAN = "guardian", zh("其他监护人")


class Outcome(models.TextChoices):
    """How a record left the reconciliation list. Only the first is 人籍一致 by the case; the others are declared."""

    DONE = "done", zh("人籍一致")
    ALREADY = "already", zh("学籍已在本校")
    RETURNED = "returned", zh("学生已回原校就读")
    ELSEWHERE = "elsewhere", zh("学生已到其他学校就读")
    MISTAKEN = "mistaken", zh("登记有误")


class Standing(models.TextChoices):
    """Where a record stands, derived from its confirmation and its case."""

    UNCONFIRMED = "unconfirmed", zh("待负责人确认")
    WAITING = "waiting", zh("未补办")
    RUNNING = "running", zh("补办中")
    AGAIN = "again", zh("业务未成，待重办")
    DONE = "done", zh("人籍一致")
    ENDED = "ended", zh("已了结")


_RUNNING = Q(case__closed_at__isnull=True, case__submitted_at__isnull=False)
_AGAIN = Q(case__closed_at__isnull=False)
_CONFIRMED = Q(confirmed_at__isnull=False)


class OfflineQuerySet(models.QuerySet):
    """What lists and look-ups ask of offline transfers."""

    def visible_to(self, account, day):
        """Those whose receiving or sending school is, or stands under, a unit of ``account``."""
        return self.filter(scope.under("school", account, day) | scope.under("sending_school", account, day))

    def open(self):
        """Pupils who attend and whose record has not come: ``attending_offline``, from the moment of the record (R0.4)."""
        return self.filter(closed_at__isnull=True)

    def counting(self):
        """Those of :meth:`open` that a second person has confirmed: they count on other schools' lists and other papers (R0.5)."""
        return self.open().filter(_CONFIRMED)

    def standing(self, wanted: str):
        """Those that stand so."""
        opened = Q(closed_at__isnull=True)
        conditions: dict[str, Q] = {
            Standing.UNCONFIRMED: opened & ~_CONFIRMED & ~Q(_RUNNING) & ~Q(_AGAIN),
            Standing.WAITING: opened & _CONFIRMED & ~Q(_RUNNING) & ~Q(_AGAIN),
            Standing.RUNNING: opened & _RUNNING,
            Standing.AGAIN: opened & _AGAIN,
            Standing.DONE: Q(outcome=Outcome.DONE),
            Standing.ENDED: ~opened & ~Q(outcome=Outcome.DONE),
        }
        return self.filter(conditions[wanted])


class OfflineTransfer(KeepsNames, models.Model):
    """One pupil who was taken in offline. ``paper_date`` is the day on the paper, ``recorded_at`` the database's own.
    Recorded by the school's registrar, confirmed by its head: two people (R0.5, sql/triggers.sql); the pupil
    attends from the record on, nobody waits for the confirmation to teach it (R0.1, R0.4).

    While the look-up itself was down the pupil may be unknown: then name, sex, birth date and sending school stand
    here as they were stated, until the record is matched to its :class:`Student`. No number is kept. Links to the
    case, and the closing when that case completes, are written by triggers (sql/triggers.sql), whichever way the case
    was started.
    """

    number = models.CharField(zh("登记号"), max_length=20, unique=True, editable=False)
    fault = models.ForeignKey(
        Fault, verbose_name=zh("故障公告"), on_delete=models.PROTECT, related_name="offline_transfers"
    )
    school = models.ForeignKey(
        Unit, verbose_name=zh("就读学校"), on_delete=models.PROTECT, related_name="offline_in"
    )
    student = models.ForeignKey(
        Student,
        verbose_name=zh("学生"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="offline_transfers",
    )
    sending_school = models.ForeignKey(
        Unit,
        verbose_name=zh("学籍所在学校"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="offline_out",
    )
    name = models.CharField(zh("姓名（登记）"), max_length=50, blank=True)
    sex = models.CharField(zh("性别（登记）"), max_length=1, choices=Sex.choices, blank=True)
    birth_date = models.DateField(zh("出生日期（登记）"), null=True, blank=True)
    origin = models.CharField(zh("转出学校（登记）"), max_length=60, blank=True)
    paper_date = models.DateField(zh("纸质日期"))
    requester = models.CharField(zh("提出人"), max_length=10, choices=Requester.choices)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=zh("登记人"), on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(zh("登记时间"), db_default=Now())
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=zh("确认人"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    confirmed_at = models.DateTimeField(zh("确认时间"), null=True, blank=True)
    case = models.ForeignKey(
        Case,
        verbose_name=zh("电子业务"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="offline_transfers",
    )
    outcome = models.CharField(zh("结果"), max_length=10, choices=Outcome.choices, blank=True)
    closed_at = models.DateTimeField(zh("了结时间"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=zh("了结人"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = OfflineQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = zh("线下转学")
        ordering = ["paper_date", "id"]
        indexes = [
            models.Index(
                fields=["school", "paper_date", "id"],
                name="offline_waiting",
                condition=Q(closed_at__isnull=True),
            ),
            models.Index(
                fields=["sending_school"], name="offline_sending", condition=Q(closed_at__isnull=True)
            ),
            models.Index(fields=["fault", "paper_date"], name="offline_fault"),
            models.Index(fields=["case"], name="offline_case"),
        ]
        constraints = [
            no_numbers("offline_no_numbers", "origin"),
            models.UniqueConstraint(
                fields=["student"],
                condition=Q(closed_at__isnull=True),
                name="offline_one_open_a_pupil",
                violation_error_message=zh("该生已有一条尚未了结的线下转学登记。"),
            ),
            models.UniqueConstraint(
                fields=["school", "name", "sex", "birth_date"],
                condition=Q(closed_at__isnull=True, student__isnull=True),
                name="offline_one_open_a_stated_pupil",
                violation_error_message=zh("本校已为同名、同性别、同出生日期的学生登记过，尚未了结。"),
            ),
            models.CheckConstraint(
                condition=Q(student__isnull=False)
                | (~Q(name="") & ~Q(sex="") & Q(birth_date__isnull=False) & ~Q(origin="")),
                name="offline_names_a_pupil",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", closed_at__isnull=True, closed_by__isnull=True)
                | Q(outcome=Outcome.DONE, closed_at__isnull=False, case__isnull=False)
                | (
                    Q(closed_at__isnull=False, closed_by__isnull=False)
                    & Q(outcome__in=[value for value in Outcome.values if value != Outcome.DONE])
                ),
                name="offline_closed_whole",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="offline_confirmed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(sending_school__isnull=True) | ~Q(school=models.F("sending_school")),
                name="offline_two_schools",
            ),
        ]

    def __str__(self):
        return self.number

    @property
    def is_open(self) -> bool:
        """True until the record came or the matter was otherwise settled."""
        return self.closed_at is None

    @property
    def stands(self) -> Standing:
        """Derived from the case; see :class:`Standing`."""
        if not self.is_open:
            return Standing.DONE if self.outcome == Outcome.DONE else Standing.ENDED
        if self.case is None or self.case.state == State.DRAFT:
            return Standing.WAITING if self.confirmed_at else Standing.UNCONFIRMED
        return Standing.RUNNING if self.case.is_live else Standing.AGAIN

    @property
    def pupil_name(self) -> str:
        """The pupil's name: by the record where it is known, else as stated. Mask it before it is shown in a list."""
        return self.student.name if self.student else self.name

    @property
    def school_called(self) -> dict[str, str] | None:
        """The school that took the pupil in, by its name of the confirmation or the end; before, of today (R0.2)."""
        return self.with_code("school")

    @property
    def sending_called(self) -> dict[str, str] | None:
        """The school where the record was, likewise; None where it is not known."""
        return self.with_code("sending_school")

    @property
    def from_name(self) -> str:
        """The school where the record is, as far as it is known."""
        return self.called("sending_school") or self.origin
