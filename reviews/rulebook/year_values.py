"""Where the law is silent about the year's end: what may be set by a row, what a row may say, and what ships (R0.7).

A row says a day of the year (“06-01”), yes or no, or a short list; each key has one kind of word. Numbers are rows of
:class:`reviews.rulebook.models.Limit`, the two last days of a season those of :class:`reviews.rulebook.models.Window`.
"""

from django.db import models

from web.words import zh

ON, OFF = "on", "off"
DUE = GRADUATION_DUE, RECRUITMENT_DUE = "graduation_due", "recruitment_due"


class YearKey(models.TextChoices):
    """What a row of the year's end speaks of."""

    GRADUATION_FIRST = "graduation_first", zh("应届毕业名单可以准备的第一天")
    ENTRY_FROM = "entry_from", zh("招生报到、一年级新生登记起归入新学年的第一天")
    LATE_ENTRY_FROM = "late_entry_from", zh("补建学籍起归入新学年的第一天")
    CERTIFICATE_DAY = "certificate_day", zh("毕业证书落款的日期")
    GRADUATING_CLEAR_ON = "graduating_clear_on", zh("毕业年级在办转学由系统统一清理的日期（空为不清理）")
    RESUME_WITH_OWN_COHORT = "resume_with_own_cohort", zh("可以按原届复学")
    CHANGED_GRADE_WITHIN_PHASE = "changed_grade_within_phase", zh("转学变更年级不得跨学段")
    DROPOUT_HOLDS_GRADUATION = "dropout_holds_graduation", zh("辍学标识未解除的不列入毕业名单")
    COMPLETION_PHASES = "completion_phases", zh("可以结业的学段")
    INCOMPLETE_GRADES = "incomplete_grades", zh("可以肄业的年级")


# No day of a row lies after promotion, or whoever comes between the two would begin a year too late.
DAYS = (
    YearKey.GRADUATION_FIRST,
    YearKey.ENTRY_FROM,
    YearKey.LATE_ENTRY_FROM,
    YearKey.CERTIFICATE_DAY,
    YearKey.GRADUATING_CLEAR_ON,
)
SWITCHES = (
    YearKey.RESUME_WITH_OWN_COHORT,
    YearKey.CHANGED_GRADE_WITHIN_PHASE,
    YearKey.DROPOUT_HOLDS_GRADUATION,
)
# Of these an empty word means: never, nobody.
MAY_BE_EMPTY = (YearKey.GRADUATING_CLEAR_ON, YearKey.COMPLETION_PHASES, YearKey.INCOMPLETE_GRADES)
# What the database lets a row of each kind of word say: a day until 10 August, yes or no, phases, grades.
WORDS = (
    (DAYS, r"^(0[1-7]-(0[1-9]|[12]\d|3[01])|08-(0[1-9]|10))$"),
    (SWITCHES, rf"^({ON}|{OFF})$"),
    ((YearKey.COMPLETION_PHASES,), r"^(primary|junior|senior)(,(primary|junior|senior))*$"),
    ((YearKey.INCOMPLETE_GRADES,), r"^1[0-2](,1[0-2])*$"),
)

OURS = "本系统约定，法规未作规定，省（自治区）可在系统管理中另行规定"
# key, value, clause
YEAR_ROWS = [
    (YearKey.GRADUATION_FIRST, "06-01", "附件1 三.5"),
    (YearKey.ENTRY_FROM, "06-01", "附件1 四.3"),
    (YearKey.LATE_ENTRY_FROM, "07-15", "附件1 二"),
    (YearKey.CERTIFICATE_DAY, "07-30", "附件1 三.5"),
    (YearKey.GRADUATING_CLEAR_ON, "", "附件1 三.5"),
    (YearKey.RESUME_WITH_OWN_COHORT, ON, "附件1 五"),
    (YearKey.CHANGED_GRADE_WITHIN_PHASE, ON, "附件1 四.2"),
    (YearKey.DROPOUT_HOLDS_GRADUATION, ON, "附件1 五.2"),
    (YearKey.COMPLETION_PHASES, "senior", "附件1 三.5"),
    (YearKey.INCOMPLETE_GRADES, "12", "附件1 三.5"),
]
YEAR_LIMITS = [
    ("rollback_months", "毕业回退时限", 6, "个月", "附件1 四.3"),
    ("resume_steps_down", "复学最多降低的年级数", 1, "个年级", "附件1 五"),
]
# Limits of which nothing is a value.
MAY_BE_NOTHING = ("training_grace_days", "resume_steps_down")
