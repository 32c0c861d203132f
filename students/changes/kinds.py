"""The kinds of 学籍异动: what each is called, which transition it is, what it asks for (R5.1–R5.3).

A kind asks for nothing that is not named here. ``reasons`` are codes of JY/T 1001's list; one whose reason is not
listed there is told in words. ``grades`` are the grades that may be chosen, counted from the pupil's own; how far down
one may resume is a row.
"""

from dataclasses import dataclass

from web.words import zh

UNTIL, LAST_SEEN, CONTACTS, GRADE = "until", "last_seen_on", "contacts", "grade_to"
# 按原届: cohort and class stay what they were, for who should have graduated meanwhile.
OWN_COHORT = "own_cohort"


@dataclass(frozen=True)
class ChangeKind:
    """One kind of change; see the module."""

    kind: str
    name: str
    does: str
    clause: str
    asks: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    grades: tuple[int, ...] = ()
    hint: str = ""
    date_label: str = zh("异动日期")


# A reason that says nothing by itself has to be told in words.
OTHER_REASONS = ("39", "79", "89", "99")
_DEATHS = (
    *("41", "42", "43", "44", "45", "46", "47", "40"),
    *("51", "52", "53", "54", "50"),
    *("61", "62", "63", "64", "65", "66", "67", "68", "60"),
    *("71", "72", "79", "70", "81", "89"),
)
STATUS_CLAUSE, GRADE_CLAUSE, LEFT_CLAUSE = zh("附件1 五"), zh("附件1 五.1"), zh("附件1 五.2")

SUSPENSION = ChangeKind(
    "suspension",
    zh("休学"),
    "suspend",
    STATUS_CLAUSE,
    (UNTIL,),
    ("11", "12", "19", "26", "27", "28", "99"),
    hint=zh("休学期间学籍留在本校；要转学的，须先在本校复学（附件1 三.2）。"),
    date_label=zh("休学起始日期"),
)
RESUMPTION = ChangeKind(
    "resumption",
    zh("复学"),
    "resume",
    STATUS_CLAUSE,
    (GRADE, OWN_COHORT),
    grades=(0,),
    hint=zh("休学期满或已离校的学生回校就读；可编入应读年级，或按规定降低年级。"),
    date_label=zh("复学日期"),
)
WITHDRAWAL = ChangeKind(
    "withdrawal",
    zh("退学"),
    "withdraw",
    STATUS_CLAUSE,
    (),
    ("21", "29", "31", "39"),
    hint=zh("退学后学籍仍留在本校，以后可以复学，也可以直接转学（附件1 三.2）。"),
    date_label=zh("退学日期"),
)
EXPULSION = ChangeKind(
    "expulsion",
    zh("开除"),
    "expel",
    STATUS_CLAUSE,
    (),
    ("23", "99"),
    hint=zh("义务教育阶段不得开除。"),
    date_label=zh("开除日期"),
)
ABROAD = ChangeKind(
    "going_abroad",
    zh("出国"),
    "go_abroad",
    STATUS_CLAUSE,
    (),
    ("30", "28", "99"),
    hint=zh("学籍仍留在本校；以后可以复学，也可以直接转学（附件1 三.2）。"),
    date_label=zh("出国日期"),
)
DEATH = ChangeKind(
    "death",
    zh("死亡"),
    "die",
    STATUS_CLAUSE,
    (),
    _DEATHS,
    hint=zh("办结后不能再改回，请核对是否本人。"),
    date_label=zh("死亡日期"),
)
LEAVING = ChangeKind(
    "leaving_otherwise",
    zh("其他离校"),
    "leave",
    LEFT_CLAUSE,
    (LAST_SEEN, CONTACTS),
    hint=zh("学生未说明原因离校超过三个月、联系不上的，才用其他离校；须有两次以上有日期的联系记录。"),
    date_label=zh("认定日期"),
)
SKIPPING = ChangeKind(
    "grade_skip", zh("跳级"), "stay", GRADE_CLAUSE, (GRADE,), ("01", "99"), (1,), date_label=zh("生效日期")
)
REPEATING = ChangeKind(
    "grade_repeat", zh("留级"), "stay", GRADE_CLAUSE, (GRADE,), ("10", "99"), (-1,), date_label=zh("生效日期")
)

KINDS = (SUSPENSION, RESUMPTION, WITHDRAWAL, ABROAD, LEAVING, SKIPPING, REPEATING, EXPULSION, DEATH)
BY_KIND = {each.kind: each for each in KINDS}
