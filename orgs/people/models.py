"""Units, persons, accounts and posts: who may decide, and where."""

from contextlib import AbstractContextManager
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models, transaction
from django.db.models import F, Q

from ledger.statements import told_to_triggers
from orgs.people.school_system import SchoolSystem
from web import pinyin
from web.words import zh

if TYPE_CHECKING:
    from orgs.people.seats import Seat


class UnitLevel(models.TextChoices):
    """教育部 · 省/自治区 · 盟市 · 旗县区 · 学校."""

    MINISTRY = "ministry", zh("教育部")
    PROVINCE = "province", zh("省（自治区）")
    LEAGUE = "league", zh("盟市")
    COUNTY = "county", zh("旗县区")
    SCHOOL = "school", zh("学校")


class PostRole(models.TextChoices):
    """What a person does at a unit. The head signs off what the registrar handled (R0.5)."""

    REGISTRAR = "registrar", zh("学籍管理员")
    HEAD = "head", zh("负责人")
    CLASS_TEACHER = "class_teacher", zh("班主任")
    TECHNICIAN = "technician", zh("技术人员")
    ADMINISTRATOR = "administrator", zh("系统管理员")


class Unit(models.Model):
    """A unit of the education administration, or a school.

    ``authority`` is the unit that decides above it (for a school run directly by a league: that league, R3.1).
    ``path`` lists the units from the top down to this one (``/1/15/230/``); what begins with a unit's path stands
    under it. Grades and system of a school are those of today, kept by the database: see :mod:`orgs.people.school_system`.
    """

    code = models.CharField(zh("代码"), max_length=12, unique=True)
    name = models.CharField(zh("名称"), max_length=60)
    short_name = models.CharField(zh("简称"), max_length=30)
    level = models.CharField(zh("层级"), max_length=10, choices=UnitLevel.choices)
    authority = models.ForeignKey(
        "self",
        verbose_name=zh("主管部门"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="subordinates",
    )
    province = models.ForeignKey(
        "self",
        verbose_name=zh("所属省"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )
    league = models.ForeignKey(
        "self",
        verbose_name=zh("所属盟市"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )
    path = models.CharField(zh("层级路径"), max_length=120, editable=False, db_index=True, default="")
    division_code = models.CharField(zh("行政区划代码"), max_length=6, blank=True)
    lowest_grade = models.PositiveSmallIntegerField(zh("最低年级"), null=True, blank=True)
    highest_grade = models.PositiveSmallIntegerField(zh("最高年级"), null=True, blank=True)
    school_system = models.CharField(zh("学制"), max_length=8, choices=SchoolSystem.choices, blank=True)
    phone = models.CharField(zh("投诉受理电话"), max_length=30, blank=True)
    email = models.EmailField(zh("投诉受理邮箱"), blank=True)
    closed_on = models.DateField(zh("撤销日期"), null=True, blank=True)
    successor = models.ForeignKey(
        "self",
        verbose_name=zh("承接单位"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
    )

    class Meta:
        verbose_name = verbose_name_plural = zh("单位")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(level=UnitLevel.SCHOOL)
                | Q(
                    authority__isnull=False,
                    lowest_grade__gte=1,
                    highest_grade__lte=12,
                    lowest_grade__lte=F("highest_grade"),
                ),
                name="school_has_authority_and_grades",
                violation_error_message=zh("学校须有主管部门，年级须在 1–12 之间。"),
            ),
            models.CheckConstraint(
                condition=~Q(level=UnitLevel.SCHOOL)
                | Q(
                    lowest_grade__isnull=False,
                    highest_grade__isnull=False,
                    division_code__regex=r"^[1-9]\d{5}$",
                )
                & ~Q(school_system=""),
                name="school_is_complete",
                violation_error_message=zh("学校须填写最低和最高年级、学制、6 位行政区划代码。"),
            ),
            # What stands above which is a trigger's (sql/triggers.sql): it has to look at the row above.
            models.CheckConstraint(
                condition=Q(level=UnitLevel.SCHOOL)
                | Q(level=UnitLevel.MINISTRY, authority__isnull=True)
                | (~Q(level=UnitLevel.MINISTRY) & Q(authority__isnull=False)),
                name="unit_has_authority",
                violation_error_message=zh("除教育部外，每个单位都须选择主管部门；教育部不选。"),
            ),
            models.UniqueConstraint(
                fields=["level"],
                condition=Q(level=UnitLevel.MINISTRY),
                name="unit_one_ministry",
                violation_error_message=zh("教育部只有一个，已经登记；请选择其他层级。"),
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9A-Za-z]{1,12}$"),
                name="unit_code_format",
                violation_error_message=zh("单位代码是 1–12 位数字或字母，请核对后重填。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @transaction.atomic(savepoint=False)
    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep ``path``, ``province`` and ``league``, for this unit and, when it moves, for all under it."""
        super().save(*args, **kwargs)
        # As it stands in the table: the object in hand may be older than the last move.
        above = type(self).objects.filter(pk=self.authority_id).first() if self.authority_id else None
        path = f"{above.path if above else '/'}{self.pk}/"
        province_id = self.pk if self.level == UnitLevel.PROVINCE else above.province_id if above else None
        league_id = self.pk if self.level == UnitLevel.LEAGUE else above.league_id if above else None
        if (path, province_id, league_id) != (self.path, self.province_id, self.league_id):
            self.path, self.province_id, self.league_id = path, province_id, league_id
            super().save(update_fields=["path", "province", "league"])
            for below in self.subordinates.select_related("authority"):
                below.save()

    @property
    def is_school(self) -> bool:
        """True for a school, False for a unit of the administration."""
        return self.level == UnitLevel.SCHOOL

    def stands_above(self, other: "Unit") -> bool:
        """True when ``other`` is this unit or stands anywhere under it."""
        return other.path.startswith(self.path)


class Person(models.Model):
    """A member of staff. One person may hold several accounts; two acts of a step need two persons (R0.5)."""

    name = models.CharField(zh("姓名"), max_length=50)
    staff_number = models.CharField(zh("人员编号"), max_length=30, unique=True)
    phone = models.CharField(zh("办公电话"), max_length=30, blank=True)
    # What a search by sound looks into; see web.pinyin.
    pinyin = models.CharField(zh("拼音"), max_length=300, blank=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = zh("人员")

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """The pinyin follows the name."""
        self.pinyin = pinyin.readings(self.name)
        if (fields := kwargs.get("update_fields")) is not None and "name" in fields:
            kwargs["update_fields"] = {*fields, "pinyin"}
        super().save(*args, **kwargs)


def own_password(account: "Account") -> AbstractContextManager[None]:
    """Within it the password of ``account`` is the person's own, not one set by another."""
    return told_to_triggers("own_password", account.pk)


class Account(AbstractUser):
    """A sign-in. Belongs to one person; what it may do follows from its posts."""

    person = models.ForeignKey(
        Person,
        verbose_name=zh("人员"),
        on_delete=models.PROTECT,
        related_name="accounts",
        null=True,
        blank=True,
    )
    email_notices = models.BooleanField(zh("每天接收邮件通知"), default=False)
    sms_notices = models.BooleanField(zh("每天接收短信通知"), default=False)
    # Unused for long, an account is sealed; the level above opens it again (R8.3).
    sealed_on = models.DateField(zh("封存日期"), null=True, blank=True, editable=False)
    opened_on = models.DateField(zh("启封日期"), null=True, blank=True, editable=False)
    # Of the one session that is in force; whoever reads this table cannot enter by it. Empty: none.
    session_digest = models.CharField(max_length=64, blank=True, default="", editable=False)
    # Set by another, a password is good for one sign-in: until the person has chosen one, only that is done.
    must_change = models.BooleanField(zh("须修改密码"), default=False, editable=False)
    # New, or reset by another: it is the person's when the code that the unit above gave out has been typed (ADR 32).
    code_due = models.BooleanField(zh("须填一次性码"), default=False, editable=False)
    # Kept on the instance by orgs.people.seats, so that a request asks once.
    _seats: "tuple[date, list[Seat]]"
    _left: "tuple[date, list[Seat]]"

    class Meta(AbstractUser.Meta):
        verbose_name = verbose_name_plural = zh("账号")

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """The person's name as colleagues know it; the sign-in name where no person is set."""
        return self.person.name if self.person else self.username

    def check_password(self, raw_password: str | None) -> bool:
        """Django's own; that the digest is renewed by it is no new password set by another."""

        def renewed(raw: str) -> None:
            with own_password(self):
                self.set_password(raw)
                self._password = None
                self.save(update_fields=["password"])

        return check_password(raw_password, self.password, renewed)


class Post(models.Model):
    """That an account holds a role at a unit over a period (``valid_until`` is the first day it no longer holds).

    Given from today on, ended and never rewritten (orgs/sql/triggers.sql). ``confirmed_at``: since when another person has
    confirmed it (R0.5; other than registrar and head need none). ``waiting``: it does not count for its holder, because
    it, the account's password or second factor, or the person's name waits for that (:mod:`orgs.confirmations.confirming`).
    """

    account = models.ForeignKey(
        Account, verbose_name=zh("账号"), on_delete=models.CASCADE, related_name="posts"
    )
    person = models.ForeignKey(
        Person, verbose_name=zh("人员"), on_delete=models.PROTECT, related_name="posts", editable=False
    )
    unit = models.ForeignKey(Unit, verbose_name=zh("单位"), on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(zh("岗位"), max_length=14, choices=PostRole.choices)
    valid_from = models.DateField(zh("任职起"))
    valid_until = models.DateField(zh("任职止（不含）"), null=True, blank=True)
    confirmed_at = models.DateTimeField(zh("确认时间"), null=True, blank=True, editable=False)
    waiting = models.BooleanField(zh("待确认"), default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = zh("岗位")
        indexes = [models.Index(fields=["unit", "role"], name="post_unit_role")]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="post_period",
                violation_error_message=zh("任职止须晚于任职起。"),
            ),
            # R0.5: the one who handles and the one who signs are two people, so nobody holds both posts of a unit.
            ExclusionConstraint(
                name="post_registrar_or_head",
                expressions=[
                    ("person", "="),
                    ("unit", "="),
                    ("role", "<>"),
                    (
                        models.Func(
                            "valid_from",
                            "valid_until",
                            function="daterange",
                            output_field=models.fields.Field(),
                        ),
                        "&&",
                    ),
                ],
                condition=Q(role__in=["registrar", "head"]),
                violation_error_message=zh(
                    "同一人在同一单位不能既任学籍管理员又任负责人（R0.5：办理与核办须为两人）。"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.get_role_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """The person always is the account's person; a trigger holds to this as well."""
        self.person_id = cast(int, self.account.person_id)  # one without is refused by the column
        super().save(*args, **kwargs)


class Delegation(models.Model):
    """A post lent to another account for a period, e.g. while the head is away; the deputy decides as 代."""

    post = models.ForeignKey(
        Post, verbose_name=zh("岗位"), on_delete=models.CASCADE, related_name="delegations"
    )
    account = models.ForeignKey(
        Account, verbose_name=zh("受托账号"), on_delete=models.CASCADE, related_name="delegations"
    )
    valid_from = models.DateField(zh("起"))
    valid_until = models.DateField(zh("止（不含）"))
    reason = models.CharField(zh("事由"), max_length=100)
    waiting = models.BooleanField(zh("待确认"), default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = zh("委托")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__gt=F("valid_from")),
                name="delegation_period",
                violation_error_message=zh("委托的止须晚于起。"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.post} → {self.account}"
