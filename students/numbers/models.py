"""下发正式学籍号: the batch, its line for each pupil, and the register that identity numbers are held against (R1.1–R1.3)."""

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


class PopulationPerson(models.Model):
    """A row of the imported population register (R1.7): two blind indexes, nothing that can be read back;
    ``replaced``: the person has another number now (R1.5).

    Comparing is all the register is for, so neither number nor name is kept.
    """

    index = models.BinaryField(max_length=16, unique=True)
    name_index = models.BinaryField(max_length=16)
    replaced = models.BooleanField(zh("号码已变更"), default=False, db_default=False)
    imported_at = models.DateTimeField(zh("导入时间"), db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = zh("人口信息比对数据")

    def __str__(self):
        return str(self.pk)


class HeldBack(models.TextChoices):
    """Why a pupil got no formal number in a batch; the L goes on with all its rights (R1.8)."""

    PROBLEM = "problem", zh("有未解决的问题学籍")
    ID_DUPLICATE = "id_duplicate", zh("身份证件号与他人重复")
    PERSON_DUPLICATE = "person_duplicate", zh("无身份证号，且姓名、性别、出生日期与他人相同")
    ID_INVALID = "id_invalid", zh("身份证号有误，或与性别、出生日期不符")
    NOT_FOUND = "not_found", zh("人口信息库中没有这个身份证号")
    NAME_MISMATCH = "name_mismatch", zh("姓名与人口信息库不一致")
    ID_CHANGED = "id_changed", zh("人口信息库中这个身份证号已变更")
    UNAVAILABLE = "unavailable", zh("人口信息库未能比对")
    NUMBER_TAKEN = "number_taken", zh("该号码已经下发过")
    SEQUENCE_FULL = "sequence_full", zh("同区划同出生日期的顺序码已用完")
    NO_DIVISION = "no_division", zh("学校没有行政区划代码")
    CHANGED = "changed", zh("比对之后信息有变，留待下一批")


class BatchState(models.TextChoices):
    """Where a batch stands; ``DROPPED`` has issued nothing."""

    CHECKING = "checking", zh("正在比对")
    READY = "ready", zh("待确认")
    ISSUING = "issuing", zh("正在下发")
    DONE = "done", zh("已下发")
    DROPPED = "dropped", zh("已放弃")


LIVE = (BatchState.CHECKING, BatchState.READY, BatchState.ISSUING)


class IssuingBatchQuerySet(models.QuerySet):
    """Who may read of a batch."""

    def visible_to(self, account, day):
        """Batches of the provinces in which the account sits; of which schools it reads there, is ``scope``'s."""
        own = scope.own_units(account, day)
        units = [seat.unit for seat in seats_of(account, day) if seat.unit.pk in own]
        return self.filter(province__in={unit.province_id or unit.pk for unit in units})


class IssuingBatch(KeepsNames, models.Model):
    """One run over all holders of L in a province: prepared by the registrar, confirmed by the head (R1.1).

    ``last_student``: how far the comparison has come; ``checked``, ``issued``, ``held`` are its progress.
    """

    number = models.CharField(zh("批次号"), max_length=20, unique=True, editable=False)
    province = models.ForeignKey(Unit, verbose_name=zh("省"), on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        zh("状态"), max_length=10, choices=BatchState.choices, default=BatchState.CHECKING
    )
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=zh("准备人"), on_delete=models.PROTECT, related_name="+"
    )
    prepared_at = models.DateTimeField(zh("准备时间"), db_default=Now())
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=zh("确认人"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    confirmed_at = models.DateTimeField(zh("确认时间"), null=True, blank=True)
    opinion = models.CharField(zh("确认意见"), max_length=500, blank=True)
    finished_at = models.DateTimeField(zh("完成时间"), null=True, blank=True)
    last_student = models.BigIntegerField(default=0)
    total = models.PositiveIntegerField(zh("人数"), default=0)
    checked = models.PositiveIntegerField(zh("已比对"), default=0)
    issued = models.PositiveIntegerField(zh("已下发"), default=0)
    held = models.PositiveIntegerField(zh("暂缓"), default=0)

    objects = IssuingBatchQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = zh("下发学籍号批次")
        ordering = ["-id"]
        constraints = [
            no_numbers("issuing_no_numbers", "opinion"),
            models.UniqueConstraint(fields=["province"], condition=Q(state__in=LIVE), name="batch_one_live"),
            models.CheckConstraint(
                condition=Q(
                    state__in=[BatchState.ISSUING, BatchState.DONE],
                    confirmed_by__isnull=False,
                    confirmed_at__isnull=False,
                )
                & ~Q(opinion="")
                | Q(
                    state__in=[BatchState.CHECKING, BatchState.READY, BatchState.DROPPED],
                    confirmed_by__isnull=True,
                    confirmed_at__isnull=True,
                ),
                name="batch_confirmed",
            ),
        ]

    def __str__(self):
        return self.number

    def school_then(self, school: Unit) -> tuple[str, str]:
        """A school of the batch and its authority: as they were called at the confirmation, before it as they are (R0.2)."""
        then = self.names.get("schools", {}).get(str(school.pk))
        return (
            (then[0], then[1]) if then else (school.name, school.authority.name if school.authority else "")
        )


class IssuingLine(models.Model):
    """One pupil of a batch: gets ``letter``, or is held back for ``reason``; ``issued`` is the number given.

    ``seen`` is a keyed digest of what was compared, so that a record changed since is not given a number.
    """

    batch = models.ForeignKey(IssuingBatch, on_delete=models.PROTECT, related_name="lines")
    student = models.ForeignKey("students.Student", on_delete=models.PROTECT, related_name="+")
    school = models.ForeignKey(Unit, verbose_name=zh("学校"), on_delete=models.PROTECT, related_name="+")
    letter = models.CharField(zh("字头"), max_length=1, blank=True)
    reason = models.CharField(zh("暂缓原因"), max_length=20, choices=HeldBack.choices, blank=True)
    seen = models.BinaryField(max_length=16)
    issued = models.OneToOneField(
        "students.RegistrationNumber", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = zh("下发明细")
        indexes = [models.Index(fields=["batch", "school"], name="issuing_school")]
        constraints = [
            models.UniqueConstraint(fields=["batch", "student"], name="issuing_once"),
            models.CheckConstraint(
                condition=Q(reason="") & Q(letter__in=["G", "J"]) | ~Q(reason="") & Q(issued__isnull=True),
                name="issuing_given_or_held",
            ),
        ]

    def __str__(self):
        return f"{self.batch_id}:{self.student_id}"
