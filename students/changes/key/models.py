"""关键信息变更: what a case of changing name, sex, birth date or identity number is about (R1.6, R1.3, R1.5); and of
correcting a 学段 or 级 that was entered wrongly, which no other paper does (R3.5c)."""

from django.db import models
from django.db.models import Q

from ledger.kept_texts import no_numbers
from reviews.engine.models import Case
from reviews.vocabulary.relations import PHASES
from students.pupil.models import Sex, Student
from web.words import zh


class KeyBasis(models.TextChoices):
    """Why key information changes."""

    MISTAKE = "mistake", zh("登记有误，按证件更正")
    RENAMED = "renamed", zh("户籍姓名已变更")
    ID_SUPPLIED = "id_supplied", zh("原无身份证号，现补充")
    ID_CHANGED = "id_changed", zh("身份证号已由公安机关变更")
    PLACED = "placed", zh("入学年（级）或学段登记有误，按就读证明更正")
    OTHER = "other", zh("其他（请在说明中写明）")


class KeyInformationChange(models.Model):
    """One-to-one with its case: what the key information is to be. An item that stays the same stands here as it is.

    A new identity number is sealed like the pupil's own. ``answer`` is what the population register said of the number
    and name whose keyed digest is ``answered_of``; ``conflict`` is why the checks sent the case back; ``was`` keeps what
    stood before the change, numbers masked.
    """

    case = models.OneToOneField(
        Case, verbose_name=zh("业务"), on_delete=models.PROTECT, related_name="key_change"
    )
    student = models.ForeignKey(
        Student, verbose_name=zh("学生"), on_delete=models.PROTECT, related_name="key_changes"
    )
    name = models.CharField(zh("姓名"), max_length=50)
    sex = models.CharField(zh("性别"), max_length=1, choices=Sex.choices)
    birth_date = models.DateField(zh("出生日期"), null=True, blank=True)
    id_number_sealed = models.BinaryField(null=True, blank=True)
    # 学段 and 级 as they should have been from the beginning; empty: as they are.
    phase = models.CharField(zh("学段"), max_length=7, choices=PHASES, blank=True, db_default="")
    cohort = models.PositiveSmallIntegerField(zh("级（一年级入学年）"), null=True, blank=True)
    basis = models.CharField(zh("变更原因"), max_length=12, choices=KeyBasis.choices, blank=True)
    note = models.CharField(zh("说明"), max_length=300, blank=True)
    was = models.JSONField(zh("变更前"), default=dict, blank=True)
    answer = models.CharField(zh("比对结果"), max_length=20, blank=True)
    answered_at = models.DateTimeField(zh("比对时间"), null=True, blank=True)
    answered_of = models.BinaryField(max_length=16, null=True, blank=True)
    conflict = models.CharField(zh("查重比对未通过的原因"), max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = zh("关键信息变更")
        indexes = [models.Index(fields=["student", "-id"], name="key_change_student")]
        constraints = [
            no_numbers("key_no_numbers", "note"),
            models.CheckConstraint(
                condition=Q(answer="") | Q(answered_at__isnull=False, answered_of__isnull=False),
                name="key_change_answer_whole",
            ),
        ]

    def __str__(self):
        return str(self.case_id)
