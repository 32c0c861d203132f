"""学制 as a dated fact of a school (R4.3): which system it follows and which grades it has, from which day on.

A rule asks :func:`system_on` for the day that matters. The columns of :class:`orgs.people.models.Unit` hold what is in force
today; the database keeps them equal to the periods, whoever writes (sql/triggers.sql).
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, NamedTuple, Protocol

from django.db import connection, models
from django.db.models import F, Q

from web.words import zh

if TYPE_CHECKING:
    from orgs.people.models import Unit

CLAUSE = zh("附件1 四.2")


class SchoolSystem(models.TextChoices):
    """学制: how the grades 1–12 are parted into phases."""

    SIX_THREE = "6-3", zh("六三制")
    FIVE_FOUR = "5-4", zh("五四制")
    NINE_YEAR = "nine", zh("九年一贯制")
    TWELVE_YEAR = "twelve", zh("十二年一贯制")


class SchoolSystemPeriod(models.Model):
    """What system a school follows, and its grades, from a day on until the next row begins."""

    school = models.ForeignKey(
        "orgs.Unit", verbose_name=zh("学校"), on_delete=models.PROTECT, related_name="system_periods"
    )
    school_system = models.CharField(zh("学制"), max_length=8, choices=SchoolSystem.choices)
    lowest_grade = models.PositiveSmallIntegerField(zh("最低年级"))
    highest_grade = models.PositiveSmallIntegerField(zh("最高年级"))
    # Left empty it is what the system says: 5 under 5-4, else 6; the database writes it.
    last_primary = models.PositiveSmallIntegerField(zh("小学最高年级（5 或 6）"), null=True, blank=True)
    valid_from = models.DateField(zh("生效日期"))
    # 老生老办法: cohorts before it go on by the row before. Empty: all.
    from_cohort = models.PositiveSmallIntegerField(zh("自哪一级起（留空为全部）"), null=True, blank=True)
    source = models.CharField(zh("依据"), max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = zh("学校学制")
        ordering = ["school", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "valid_from"],
                name="school_system_once",
                violation_error_message=zh("这所学校在同一生效日期已有一行学制，请改用别的生效日期。"),
            ),
            models.CheckConstraint(
                condition=Q(lowest_grade__gte=1, highest_grade__lte=12, lowest_grade__lte=F("highest_grade")),
                name="school_system_grades",
                violation_error_message=zh("年级须在 1–12 之间，最低年级不高于最高年级。"),
            ),
            models.CheckConstraint(
                condition=Q(last_primary__isnull=True)
                | Q(school_system=SchoolSystem.FIVE_FOUR, last_primary=5)
                | ~Q(school_system=SchoolSystem.FIVE_FOUR) & Q(last_primary=6)
                | Q(school_system__in=[SchoolSystem.NINE_YEAR, SchoolSystem.TWELVE_YEAR], last_primary=5),
                name="school_system_last_primary",
                violation_error_message=zh(
                    "小学最高年级：五四制为 5，六三制为 6，一贯制学校为 5 或 6；可以留空。"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_school_system_display()}（{self.valid_from}起）"


class SaysSystem(Protocol):
    """What says a system: a period, or a unit of today."""

    @property
    def school_system(self) -> str: ...

    @property
    def lowest_grade(self) -> int | None: ...

    @property
    def highest_grade(self) -> int | None: ...


class SystemOn(NamedTuple):
    """The system and the grades of a school on a day."""

    system: str
    lowest: int | None
    highest: int | None
    last_primary: int | None = None
    """The last grade of the primary phase; None: what the system says, see :func:`primary_end`."""
    from_cohort: int | None = None
    """The first cohort it is about; None: all."""

    @property
    def label(self) -> str:
        """六三制, 五四制 …; "" where none is set."""
        return SchoolSystem(self.system).label if self.system else ""

    @property
    def grades(self) -> range:
        """The grades the school has, lowest first."""
        return range(self.lowest, self.highest + 1) if self.lowest and self.highest else range(0)


def primary_end(system: "SystemOn | str") -> int:
    """The last grade of the primary phase, 5 or 6, of what a row says or of a system by its name."""
    if isinstance(system, SystemOn):
        return system.last_primary or primary_end(system.system)
    return 5 if system == SchoolSystem.FIVE_FOUR else 6


def system_on(school: "Unit", day: date, cohort: int | None = None) -> SystemOn:
    """What ``school`` follows on ``day``, for pupils of ``cohort`` where one is named; of one read with its
    ``system_periods``, without a statement."""
    if school.pk is None:
        return of_row(school)
    if "system_periods" not in getattr(school, "_prefetched_objects_cache", {}):
        return systems_on([school], day, cohort)[school.pk]
    rows = [(row.valid_from, of_row(row)) for row in school.system_periods.all()]
    return speaking(rows, day, cohort) or of_row(school)


def speaking(rows: list[tuple[date, SystemOn]], day: date, cohort: int | None = None) -> SystemOn | None:
    """Of rows read already, in order of their days, the one that speaks for ``day`` and ``cohort``: the latest that has
    begun; before all of them the earliest."""
    own = [
        row for row in rows if cohort is None or row[1].from_cohort is None or cohort >= row[1].from_cohort
    ]
    rows = own or rows
    begun = [system for valid_from, system in rows if valid_from <= day]
    return begun[-1] if begun else next((system for _, system in rows), None)


def systems_on(schools: Iterable["Unit"], day: date, cohort: int | None = None) -> dict[int, SystemOn]:
    """The same of several schools at once, by id, in one statement; a school without a row is what its unit says."""
    known = {school.pk: school for school in schools}
    rows = defaultdict(list)
    for row in SchoolSystemPeriod.objects.filter(school__in=known).order_by("valid_from"):
        rows[row.school_id].append((row.valid_from, of_row(row)))
    return {pk: speaking(rows[pk], day, cohort) or of_row(school) for pk, school in known.items()}


def of_row(row: SaysSystem) -> SystemOn:
    """What a period says, or a unit of today."""
    return SystemOn(
        row.school_system,
        row.lowest_grade,
        row.highest_grade,
        getattr(row, "last_primary", None) or primary_end(row.school_system),
        getattr(row, "from_cohort", None),
    )


def bring_up_to_date() -> int:
    """Let what has begun meanwhile stand in the schools' own columns; how many schools changed. For the clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT orgs_systems_of_today()")
        return cursor.fetchone()[0]
