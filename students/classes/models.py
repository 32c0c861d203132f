"""班主任变动表: who teaches which class, and what a class teacher says has changed (R6.1)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from ledger.kept_texts import no_numbers
from orgs.people import scope
from orgs.people.kept_names import KeepsNames
from students.pupil.models import SchoolClass, Student
from web.words import zh


class ClassCharge(models.Model):
    """班主任 of a class from one day to another; entered by the school's registrar."""

    school_class = models.ForeignKey(
        SchoolClass, verbose_name=zh("班级"), on_delete=models.PROTECT, related_name="charges"
    )
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=zh("班主任"), on_delete=models.PROTECT, related_name="+"
    )
    since = models.DateField(zh("自"))
    until = models.DateField(zh("至（不含）"), null=True, blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=zh("登记人"), on_delete=models.PROTECT, related_name="+"
    )
    set_at = models.DateTimeField(zh("登记时间"), db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = zh("班主任")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["school_class"], condition=Q(until__isnull=True), name="class_has_one_teacher"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="charge_ends_after_it_begins"
            ),
        ]

    def __str__(self):
        return f"{self.school_class_id}: {self.account_id}"


class Sheet(models.TextChoices):
    """Where a change sheet stands; the record changes with ``ACCEPTED`` and not before."""

    DRAFT = "draft", zh("填写中")
    SENT = "sent", zh("待学籍管理员核对")
    RETURNED = "returned", zh("退回修改")
    ACCEPTED = "accepted", zh("已更新学籍")
    DROPPED = "dropped", zh("已作废")


# A class has one sheet at a time that is not at its end; the teacher has it in hand in two of these states.
OPEN = (Sheet.DRAFT, Sheet.SENT, Sheet.RETURNED)
IN_HAND = (Sheet.DRAFT, Sheet.RETURNED)


class ChangeSheetQuerySet(models.QuerySet):
    """Who may read change sheets."""

    def visible_to(self, account, day):
        """Those of schools in the account's scope, sent or ended; a teacher's own come by the class."""
        return self.filter(scope.under("school_class__school", account, day)).exclude(state=Sheet.DRAFT)


class ChangeSheet(KeepsNames, models.Model):
    """班级变动表: what a class teacher says has changed, and what the registrar made of it."""

    number = models.CharField(zh("编号"), max_length=20, unique=True, editable=False)
    school_class = models.ForeignKey(
        SchoolClass, verbose_name=zh("班级"), on_delete=models.PROTECT, related_name="sheets"
    )
    state = models.CharField(zh("状态"), max_length=10, choices=Sheet.choices, default=Sheet.DRAFT)
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=zh("班主任"), on_delete=models.PROTECT, related_name="+"
    )
    prepared_at = models.DateTimeField(zh("开始填写"), db_default=Now())
    sent_at = models.DateTimeField(zh("送出"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=zh("学籍管理员"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    decided_at = models.DateTimeField(zh("核对"), null=True, blank=True)
    answer = models.CharField(zh("退回原因"), max_length=200, blank=True)

    objects = ChangeSheetQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = zh("班级变动表")
        ordering = ["-id"]
        constraints = [
            no_numbers("sheet_no_numbers", "answer"),
            models.UniqueConstraint(
                fields=["school_class"], condition=Q(state__in=OPEN), name="class_has_one_open_sheet"
            ),
            models.CheckConstraint(
                condition=~Q(state=Sheet.ACCEPTED)
                | Q(decided_by__isnull=False, decided_at__isnull=False, sent_at__isnull=False),
                name="sheet_accepted_by_somebody",
            ),
        ]

    def __str__(self):
        return self.number

    @property
    def school_name(self) -> str:
        """The school: as it was called when the sheet was decided on, before as it is (R0.2)."""
        return self.names.get("school_id") or self.school_class.school.name


class ChangeSheetLine(models.Model):
    """One item of one pupil as the teacher says it is now. A number stands sealed, and nothing of it elsewhere."""

    sheet = models.ForeignKey(
        ChangeSheet, verbose_name=zh("变动表"), on_delete=models.PROTECT, related_name="lines"
    )
    student = models.ForeignKey(Student, verbose_name=zh("学生"), on_delete=models.PROTECT, related_name="+")
    field = models.CharField(zh("项目"), max_length=40)
    secret = models.BooleanField(zh("号码"), default=False)
    old = models.CharField(zh("原来"), max_length=300, blank=True)
    new = models.CharField(zh("现在"), max_length=300, blank=True)
    new_sealed = models.BinaryField(null=True, blank=True, editable=False)
    # After the sheet was accepted: whether the record took it; a pupil who had left the school was passed over.
    written = models.BooleanField(zh("已写入"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = zh("班级变动表项目")
        ordering = ["student_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "student", "field"], name="sheet_says_an_item_once"),
            models.CheckConstraint(
                condition=Q(secret=False) | Q(old="", new=""), name="sheet_line_secret_hidden"
            ),
        ]

    def __str__(self):
        return f"{self.student_id} {self.field}"
