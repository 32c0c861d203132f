"""Rows that come with 学籍异动 (R0.7): the nation's, beside which a province sets its own.

跳级 and 留级 have none: the notice leaves them to the province (R5.1), so until it has said who approves and under
which conditions, they cannot be begun there.
"""

from datetime import date

NOTICE = "教基一厅〔2016〕2号"
IN_FORCE = date(2016, 6, 8)
STATUS_KINDS = [
    "suspension",
    "resumption",
    "withdrawal",
    "going_abroad",
    "leaving_otherwise",
    "expulsion",
    "death",
]
GRADE_KINDS = ["grade_skip", "grade_repeat"]
# A row of the policy table that is of no 异动: whether who was not graduated may transfer in its grade (R3.5c).
TRANSFER_REPEAT = "transfer_repeat"
ROUTE = ["school", "authority"]
_ALL, _LATER = ["school", "authority", "league", "province"], ["authority", "league", "province"]

REASONS = [
    ("change_untrue", "refuse", _ALL, "所报异动与事实不符"),
    ("change_not_fitting", "refuse", _ALL, "不符合本省（自治区）对该项异动的规定"),
    ("change_not_wanted", "refuse", _ALL, "监护人或学校撤回申请"),
    ("change_proof_unreadable", "send_back", _LATER, "佐证材料无法辨认"),
    ("change_data_mistaken", "send_back", _LATER, "异动日期、原因或说明填写有误"),
    ("change_class_mistaken", "send_back", _LATER, "编入年级或班级填写有误"),
]

LAW = "《义务教育法》第五条、第二十七条"
CUSTOM = "国家文件未规定休学期限，暂按十二个月，由省级教育行政部门核定"
# kind, phase, allowed, longest months, condition, source
POLICIES = [
    ("suspension", "", True, 12, "", CUSTOM),
    ("resumption", "", True, None, "", NOTICE),
    ("withdrawal", "primary", False, None, "", LAW),
    ("withdrawal", "junior", False, None, "", LAW),
    ("withdrawal", "senior", True, None, "", NOTICE),
    ("expulsion", "primary", False, None, "", LAW),
    ("expulsion", "junior", False, None, "", LAW),
    ("expulsion", "senior", True, None, "", NOTICE),
    ("going_abroad", "", True, None, "", NOTICE),
    ("leaving_otherwise", "", True, None, "", NOTICE),
    ("death", "", True, None, "", NOTICE),
]
