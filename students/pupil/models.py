"""Who the pupil is: the person, the record at a school, the numbers, the guardians.

Identity numbers, registration numbers and guardians' numbers and telephones are stored sealed, with a blind index
for equality; see :mod:`students.pupil.sealing`. Nothing of them stands in clear in any table.
"""

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django_fsm import FSMField

from orgs.people import scope
from orgs.people.kept_names import KeepsNames
from orgs.people.models import Account, Unit
from reviews.vocabulary.relations import PHASES
from students.pupil.statuses import LEFT, OVER, StatusTransitions, StudentStatus
from web.text import FOLDED_SIGNS, NUMBER_IN_TEXT
from web.words import zh


class Sex(models.TextChoices):
    """GB/T 2261.1."""

    MALE = "1", zh("男")
    FEMALE = "2", zh("女")


class NumberKind(models.TextChoices):
    """学籍号's letter. L has all the rights of the others (R1.8)."""

    L = "L", zh("临时学籍号")
    G = "G", zh("正式学籍号")
    J = "J", zh("正式学籍号（无身份证号）")


class CodeTable(models.Model):
    """A row of a national code table (民族, 政治面貌, 证件类型 …), loaded from the project's own fixtures."""

    table = models.CharField(zh("代码表"), max_length=40)
    code = models.CharField(zh("代码"), max_length=12)
    name = models.CharField(zh("名称"), max_length=80)
    source = models.CharField(zh("依据"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = zh("代码表")
        ordering = ["table", "code"]
        constraints = [models.UniqueConstraint(fields=["table", "code"], name="code_once")]

    def __str__(self):
        return self.name


class SchoolClass(models.Model):
    """A class of a school: the pupils of one phase and cohort who sit together. ``cohort``: year of entering grade 1.

    Of a nine-year school the 2020级1班 of grade 6 and that of grade 7 are two classes: between them lies a graduation.
    """

    school = models.ForeignKey(
        Unit, verbose_name=zh("学校"), on_delete=models.PROTECT, related_name="classes"
    )
    phase = models.CharField(zh("学段"), max_length=7, choices=PHASES)
    cohort = models.PositiveSmallIntegerField(zh("级（一年级入学年）"))
    number = models.PositiveSmallIntegerField(zh("班号"))

    class Meta:
        verbose_name = verbose_name_plural = zh("班级")
        ordering = ["-cohort", "number"]
        constraints = [
            models.UniqueConstraint(fields=["school", "phase", "cohort", "number"], name="class_once"),
            models.CheckConstraint(
                condition=Q(phase__in=["primary", "junior", "senior"]), name="class_phase"
            ),
        ]

    def __str__(self):
        return zh("（{number}）班", number=self.number)

    @property
    def year_label(self) -> str:
        """“2023级（2）班”: 级 is the year of entry, 届 would be that of leaving."""
        return zh("{cohort}级{school_class}", cohort=self.cohort, school_class=str(self))


class StudentQuerySet(models.QuerySet):
    """What rosters and look-ups ask of pupils."""

    def visible_to(self, account, day):
        """Pupils whose school is, or stands under, one of the account's units. One who left is seen there only as
        the archived copy of its :class:`Enrolment`."""
        return self.filter(scope.under("school", account, day))


class Folded(models.Func):
    """A name as :func:`web.text.folded` has it, in the database."""

    function = "TRANSLATE"
    output_field = models.CharField()

    def __init__(self, name: str):
        super().__init__(models.F(name), models.Value(FOLDED_SIGNS), models.Value(" "))


class Student(StatusTransitions, models.Model):
    """A pupil. ``key`` is the public identifier; the school is that of the current enrolment.

    ``cohort`` is the year in which the pupil's class entered grade 1, ``phase`` the 学段 it is registered in; both are
    written by a placement (registration, transfer, resumption, another grade, reporting after a graduation, roll-back)
    and never by time. The grade follows from them and the date (see :mod:`students.pupil.grades`), so promotion writes nothing
    (R3.5c). ``graduated_on`` is the day of the act, filled while the status is 毕业, 结业 or 肄业.
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(zh("姓名"), max_length=50)
    pinyin = models.CharField(zh("拼音"), max_length=300, blank=True)
    sex = models.CharField(zh("性别"), max_length=1, choices=Sex.choices)
    birth_date = models.DateField(zh("出生日期"))
    ethnic = models.CharField(zh("民族"), max_length=2, default="01")
    id_type = models.CharField(zh("证件类型"), max_length=1, default="1")
    id_number_sealed = models.BinaryField(null=True, blank=True)
    id_number_index = models.BinaryField(null=True, blank=True, max_length=16)
    status = FSMField(
        zh("学籍状态"), max_length=12, choices=StudentStatus.choices, default=StudentStatus.ENROLLED
    )
    phase = models.CharField(zh("学段"), max_length=7, choices=PHASES)
    cohort = models.PositiveSmallIntegerField(zh("级（一年级入学年）"))
    school = models.ForeignKey(
        Unit,
        verbose_name=zh("学籍所在学校"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="students",
    )
    school_class = models.ForeignKey(
        SchoolClass,
        verbose_name=zh("班级"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="students",
    )
    entered_on = models.DateField(zh("入学年月"))
    graduated_on = models.DateField(zh("毕业日期"), null=True, blank=True)
    address = models.CharField(zh("现住址"), max_length=200, blank=True)
    household_registration_place = models.CharField(zh("户口所在地"), max_length=200, blank=True)
    left_behind_child = models.CharField(zh("留守儿童"), max_length=1, default="0")
    migrant_worker_child = models.BooleanField(zh("随迁子女"), default=False)
    local_number = models.CharField(zh("学籍辅号"), max_length=30, null=True, blank=True)

    objects = StudentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = zh("学生")
        indexes = [
            models.Index(fields=["school", "-cohort", "name"], name="student_roster"),
            models.Index(fields=["id_number_index"], name="student_id_number"),
            models.Index(Folded("name"), "birth_date", "sex", name="student_person"),
            models.Index(fields=["school", "phase", "cohort"], name="student_of_grade"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(phase__in=["primary", "junior", "senior"]), name="student_phase"
            ),
            models.CheckConstraint(
                condition=Q(status__in=LEFT, graduated_on__isnull=False)
                | Q(status__in=OVER)
                | ~Q(status__in=LEFT) & Q(graduated_on__isnull=True),
                name="student_graduated_on",
            ),
        ]

    def __str__(self):
        return self.name


class Enrolment(models.Model):
    """学籍: that a pupil belongs to a school, in a phase, over a period. The closed one is the old school's archived copy.

    ``archive`` keeps what the record said when the pupil left (codes and names, no numbers), so the old school can
    go on seeing and printing it.
    """

    student = models.ForeignKey(
        Student, verbose_name=zh("学生"), on_delete=models.PROTECT, related_name="enrolments"
    )
    school = models.ForeignKey(
        Unit, verbose_name=zh("学校"), on_delete=models.PROTECT, related_name="enrolments"
    )
    phase = models.CharField(zh("学段"), max_length=7, choices=PHASES)
    period = DateTimeRangeField(zh("期间"))
    grade_in = models.PositiveSmallIntegerField(zh("转入年级"))
    grade_out = models.PositiveSmallIntegerField(zh("转出年级"), null=True, blank=True)
    class_name = models.CharField(zh("班级"), max_length=30, blank=True)
    entered_by = models.CharField(zh("转入方式"), max_length=20, default=zh("新生入学"))
    left_by = models.CharField(zh("转出方式"), max_length=20, blank=True)
    case_number = models.CharField(zh("业务号"), max_length=20, blank=True)
    left_case_number = models.CharField(zh("转出业务号"), max_length=20, blank=True)
    archive = models.JSONField(zh("存档"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = zh("学籍")
        ordering = ["period"]
        indexes = [models.Index(fields=["school", "student"], name="enrolment_school")]
        constraints = [
            ExclusionConstraint(
                name="enrolment_one_school_at_a_time",
                expressions=[("student", "="), ("period", "&&")],
            ),
            models.UniqueConstraint(
                fields=["student"],
                condition=Q(period__endswith__isnull=True),
                name="enrolment_one_open",
            ),
            models.CheckConstraint(
                condition=Q(phase__in=["primary", "junior", "senior"]), name="enrolment_phase"
            ),
        ]

    def __str__(self):
        return f"{self.student_id} @ {self.school_id}"


class RegistrationNumber(models.Model):
    """学籍号: sealed, found by its blind index; the current one has no ``closed_at`` (R1.1–R1.8)."""

    student = models.ForeignKey(
        Student, verbose_name=zh("学生"), on_delete=models.PROTECT, related_name="numbers"
    )
    kind = models.CharField(zh("字头"), max_length=1, choices=NumberKind.choices)
    sealed = models.BinaryField()
    index = models.BinaryField(max_length=16)
    issued_at = models.DateTimeField(zh("下发时间"), db_default=Now())
    closed_at = models.DateTimeField(zh("停用时间"), null=True, blank=True)
    closed_reason = models.CharField(zh("停用原因"), max_length=60, blank=True)
    closed_case = models.CharField(zh("停用依据业务"), max_length=20, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = zh("学籍号")
        ordering = ["issued_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["index"], name="number_once"),
            models.UniqueConstraint(
                fields=["student"], condition=Q(closed_at__isnull=True), name="number_one_current"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_reason="")
                | (Q(closed_at__gte=F("issued_at")) & ~Q(closed_reason="")),
                name="number_closed_with_reason",
            ),
        ]

    def __str__(self):
        return f"{self.kind}…"


class Guardian(models.Model):
    """家庭成员或监护人, the first or the second of the record; number and telephone sealed.

    ``details``: the items that nothing is searched by, see :mod:`students.record.fields`.
    """

    student = models.ForeignKey(
        Student, verbose_name=zh("学生"), on_delete=models.PROTECT, related_name="guardians"
    )
    place = models.PositiveSmallIntegerField(zh("第几位"), default=1)
    name = models.CharField(zh("姓名"), max_length=50)
    relation = models.CharField(zh("关系"), max_length=20)
    is_guardian = models.BooleanField(zh("监护人"), default=True)
    workplace = models.CharField(zh("工作单位或住址"), max_length=100, blank=True)
    phone_sealed = models.BinaryField(null=True, blank=True)
    id_number_sealed = models.BinaryField(null=True, blank=True)
    details = models.JSONField(zh("其他项目"), default=dict, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = zh("监护人")
        ordering = ["place", "id"]
        constraints = [
            models.UniqueConstraint(fields=["student", "place"], name="guardian_place_once"),
            models.CheckConstraint(condition=Q(place__in=[1, 2]), name="guardian_first_or_second"),
        ]

    def __str__(self):
        return self.name


class PupilRecord(models.Model):
    """The items of a pupil's record beside the roster's own columns; no row as long as nobody entered any.

    A table of its own keeps the pupil's row narrow for rosters and checks over all pupils (ADR 0014). The residence
    permit stands in columns: it is counted by county, grade and province of origin (R7.1).
    """

    student = models.OneToOneField(
        Student, verbose_name=zh("学生"), on_delete=models.PROTECT, primary_key=True, related_name="record"
    )
    revision = models.PositiveIntegerField(zh("版次"), default=0)
    details = models.JSONField(zh("项目"), default=dict, blank=True)
    phone_sealed = models.BinaryField(null=True, blank=True)
    permit_held = models.BooleanField(zh("是否持有居住证"), null=True, blank=True)
    permit_issuer = models.CharField(zh("居住证的签发机关"), max_length=100, blank=True)
    permit_issued_on = models.DateField(zh("居住证的签发日期"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = zh("学籍信息")
        indexes = [
            models.Index(fields=["student"], condition=Q(permit_held=True), name="record_permit_holders")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(permit_held=True, permit_issued_on__isnull=False) & ~Q(permit_issuer="")
                | Q(permit_issuer="", permit_issued_on__isnull=True)
                & (Q(permit_held=False) | Q(permit_held__isnull=True)),
                name="record_permit_whole",
            )
        ]

    def __str__(self):
        return f"{self.student_id}"


class ChangeSource(models.TextChoices):
    """By which road an item of a record was changed."""

    REGISTRAR = "registrar", zh("学籍管理员")
    CLASS_SHEET = "class_sheet", zh("班主任变动表")
    IMPORT = "import", zh("表格导入")
    CASE = "case", zh("业务办理")


class FieldChange(KeepsNames, models.Model):
    """One item of a record, what it was and what it became, by whom and when (R6.1). Only ever appended; the instant
    is the database's. Of a sealed item it is told that it changed, and nothing of what it was or is."""

    student = models.ForeignKey(
        Student, verbose_name=zh("学生"), on_delete=models.PROTECT, related_name="changes"
    )
    field = models.CharField(zh("项目"), max_length=40)
    secret = models.BooleanField(zh("号码"), default=False)
    old = models.CharField(zh("原来"), max_length=300, blank=True)
    new = models.CharField(zh("现在"), max_length=300, blank=True)
    at = models.DateTimeField(zh("时间"), db_default=Now())
    by = models.ForeignKey(
        Account, verbose_name=zh("办理人"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    source = models.CharField(zh("方式"), max_length=12, choices=ChangeSource.choices)

    class Meta:
        verbose_name = verbose_name_plural = zh("学籍信息变更")
        ordering = ["-id"]
        indexes = [models.Index(fields=["student", "-id"], name="change_of_student")]
        constraints = [
            models.CheckConstraint(
                condition=Q(secret=False) | Q(old="", new=""), name="change_secret_hidden"
            ),
            models.CheckConstraint(
                condition=~Q(old__regex=NUMBER_IN_TEXT) & ~Q(new__regex=NUMBER_IN_TEXT),
                name="change_without_numbers",
            ),
        ]

    def __str__(self):
        return f"{self.student_id} {self.field}"


class ProblemKind(models.TextChoices):
    """问题学籍 (R1.9)."""

    ID_DUPLICATE = "id_duplicate", zh("身份证件号重复")
    ID_NOT_FOUND = "id_not_found", zh("身份证件号不存在")
    ID_NAME_MISMATCH = "id_name_mismatch", zh("身份证件号与姓名不匹配")
    ID_CHANGED = "id_changed", zh("身份证件号已变更")
    PERSON_DUPLICATE = "person_duplicate", zh("姓名、性别、出生日期重复")
    NO_ID = "no_id", zh("无身份证件号")


class Settlement(models.TextChoices):
    """How a problem record was answered: the three ways of the notice, and the decision between two claimants."""

    VOUCHED = "vouched", zh("佐证")
    AMENDED = "amended", zh("变更")
    REMOVED = "removed", zh("删除")
    DECIDED = "decided", zh("上级认定")


class ProblemRecord(models.Model):
    """问题学籍 of a pupil; an open one stops a transfer until its own school has settled it (R3.1b, R1.9).

    ``twin`` is the other pupil of a pair; ``found_by`` the check that opened it; ``vouched_case`` the case in which
    its own school and county have vouched, while the other side has not spoken yet.
    """

    student = models.ForeignKey(
        Student, verbose_name=zh("学生"), on_delete=models.PROTECT, related_name="problems"
    )
    kind = models.CharField(zh("类型"), max_length=20, choices=ProblemKind.choices)
    twin = models.ForeignKey(
        Student,
        verbose_name=zh("另一名学生"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    found_by = models.CharField(zh("由哪次检查发现"), max_length=20, blank=True)
    vouched_case = models.CharField(zh("佐证业务号"), max_length=20, blank=True)
    settled = models.CharField(zh("处理方式"), max_length=10, choices=Settlement.choices, blank=True)
    case_number = models.CharField(zh("处理业务号"), max_length=20, blank=True)
    opened_at = models.DateTimeField(zh("产生时间"), db_default=Now())
    closed_at = models.DateTimeField(zh("解决时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = zh("问题学籍")
        indexes = [
            models.Index(fields=["twin"], condition=Q(closed_at__isnull=True), name="problem_open_twin")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "kind"], condition=Q(closed_at__isnull=True), name="problem_open_once"
            )
        ]

    def __str__(self):
        return self.get_kind_display()
