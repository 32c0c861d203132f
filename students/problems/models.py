"""What is answered to a problem record, what is decided between two, and what was removed (R1.9, R1.4)."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from ledger.kept_texts import no_numbers
from reviews.engine.models import Case
from students.pupil.models import ProblemRecord, Student
from web.words import zh


class Answer(models.TextChoices):
    """The school's answer beside 变更, which is a change of key information (R1.6)."""

    VOUCH = "vouch", zh("佐证：信息无误，该生确在本校就读")
    REMOVE = "remove", zh("删除：本校的这条学籍是重复的")


class ProblemAnswer(models.Model):
    """What a school answers, one-to-one with its case."""

    case = models.OneToOneField(
        Case, verbose_name=zh("业务"), on_delete=models.PROTECT, related_name="problem_answer"
    )
    problem = models.ForeignKey(
        ProblemRecord, verbose_name=zh("问题学籍"), on_delete=models.PROTECT, related_name="answers"
    )
    answer = models.CharField(zh("处理方式"), max_length=10, choices=Answer.choices, blank=True)
    note = models.CharField(zh("说明"), max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = zh("问题学籍处理")
        constraints = [no_numbers("problem_answer_no_numbers", "note")]

    def __str__(self):
        return str(self.case_id)


class Decided(models.TextChoices):
    """What the common superior finds of two records."""

    TWO = "two", zh("是两名学生，两条学籍都保留")
    KEEP_FIRST = "keep_first", zh("是同一名学生，保留第一条，删除第二条")
    KEEP_SECOND = "keep_second", zh("是同一名学生，保留第二条，删除第一条")


class TwinDecision(models.Model):
    """What a superior decides between two claimants, one-to-one with its case; ``first`` has the smaller id."""

    case = models.OneToOneField(
        Case, verbose_name=zh("业务"), on_delete=models.PROTECT, related_name="twin_decision"
    )
    kind = models.CharField(zh("类型"), max_length=20)
    first = models.ForeignKey(Student, verbose_name=zh("第一条"), on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Student, verbose_name=zh("第二条"), on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(zh("认定"), max_length=12, choices=Decided.choices)

    class Meta:
        verbose_name = verbose_name_plural = zh("问题学籍认定")
        constraints = [
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="decided_in_order"),
        ]

    def __str__(self):
        return str(self.case_id)


class NumberDeletion(models.Model):
    """A record with a G that a province asks the ministry to remove, one-to-one with its case (R1.4)."""

    case = models.OneToOneField(
        Case, verbose_name=zh("业务"), on_delete=models.PROTECT, related_name="number_deletion"
    )
    problem = models.ForeignKey(
        ProblemRecord, verbose_name=zh("问题学籍"), on_delete=models.PROTECT, related_name="deletions"
    )
    student = models.ForeignKey(Student, verbose_name=zh("学生"), on_delete=models.PROTECT, related_name="+")
    kept = models.ForeignKey(
        Student,
        verbose_name=zh("保留的学籍"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    why = models.CharField(zh("理由"), max_length=300)

    class Meta:
        verbose_name = verbose_name_plural = zh("正式学籍号删除")
        constraints = [
            no_numbers("deletion_no_numbers", "why"),
            models.CheckConstraint(condition=~Q(kept=F("student")), name="deletion_keeps_another"),
        ]

    def __str__(self):
        return str(self.case_id)


class RecordRemoval(models.Model):
    """A record that was removed, mostly because the same child has another (``kept``): who asks for it by its old number
    is led there. Without another only the ministry removes a record, one with a G that is wrong (R1.4)."""

    student = models.OneToOneField(
        Student, verbose_name=zh("已删除的学籍"), on_delete=models.PROTECT, related_name="removal"
    )
    kept = models.ForeignKey(
        Student,
        verbose_name=zh("保留的学籍"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="absorbed",
    )
    case = models.OneToOneField(
        Case, verbose_name=zh("业务"), on_delete=models.PROTECT, related_name="record_removal"
    )
    removed_at = models.DateTimeField(zh("删除时间"), db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = zh("已删除的重复学籍")
        constraints = [models.CheckConstraint(condition=~Q(kept=F("student")), name="removal_keeps_another")]

    def __str__(self):
        return str(self.student_id)
