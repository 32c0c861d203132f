"""The notice's own values as rows (R0.7): they ship with the program, a province may set others beside them.

Kinds, stages and clauses are those of 教基一厅〔2016〕2号 附件1 and 内教基函〔2018〕6号.
"""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parent.parent / "data"
NOTICE = "教基一厅〔2016〕2号"
IN_FORCE = date(2016, 6, 8)
IN_PROVINCE, CROSS_PROVINCE = "in_province_transfer", "cross_province_transfer"
POST_GRADUATION = "post_graduation_enrolment"
TRANSFERS = [IN_PROVINCE, CROSS_PROVINCE]
# After the last sign-off of these the receiving school requests the file (R3.6).
FILED_KINDS = [CROSS_PROVINCE, POST_GRADUATION]
SCHOOL_STAGES = ["sending_school"]
LATER = ["receiving_authority", "sending_school", "sending_authority"]

LIMITS = [
    ("step_days", "每个环节核办时限", 10, "个工作日", "附件1 三.7"),
    ("expire_days", "业务清理时限", 90, "天（每天 24 小时）", "附件1 三.7"),
    ("recall_minutes", "核办撤回时限", 10, "分钟", "本系统约定：下一单位未查看前可撤回"),
    ("attachments", "转学原因证明张数上限", 6, "张", "附件1 三.1"),
    ("file_days", "调档时限", 10, "个工作日", "附件1 三.6"),
]
# R0.4: came with the fault notices. The letter names no such limit; this one is ours, and a row like the others.
FAULT_LIMITS = [
    ("offline_days", "故障结束后补记线下办理的期限", 30, "天", "本系统约定：函 一的“线下先行”以故障期间为限"),
]

WINDOWS = [
    ("transfer_freeze", "毕业结业和升级期间暂停发起转学", TRANSFERS, True, "07-15", "08-15", "附件1 三.5"),
]

# R3.5, R3.5b: dates by which something is to be done; told so many days before the last of them.
REMINDERS = [
    (
        "recruitment_due",
        "招生处理（毕业后跨省就学）办结",
        [POST_GRADUATION],
        "11-16",
        "12-01",
        [14, 7, 3, 0],
        "附件1 三.5",
    ),
    ("graduation_due", "毕业年级在办转学办结", TRANSFERS, "06-30", "07-31", [30, 10], "附件1 三.5"),
]

ROUTES = [
    (IN_PROVINCE, "same_authority", ["receiving_school", "sending_school", "sending_authority"]),
    (
        IN_PROVINCE,
        "same_province",
        ["receiving_school", "receiving_authority", "sending_school", "sending_authority"],
    ),
]

# R3.3, R3.6: rows that came with the cross-province kinds.
CROSS_WINDOWS = [
    (
        "post_graduation_autumn",
        "毕业后跨省就学秋季发起",
        [POST_GRADUATION],
        False,
        "08-15",
        "12-15",
        "附件1 三.5",
    ),
    (
        "post_graduation_spring",
        "毕业后跨省就学春季发起",
        [POST_GRADUATION],
        False,
        "03-01",
        "06-01",
        "附件1 三.5",
    ),
]
CROSS_ROUTES = [
    (
        CROSS_PROVINCE,
        "cross_province",
        ["receiving_school", "receiving_authority", "sending_school", "sending_authority", "awaiting_file"],
    ),
    (
        POST_GRADUATION,
        "cross_province",
        ["receiving_school", "receiving_authority", "graduation_authority", "awaiting_file"],
    ),
]

REASONS = [
    # R3.4 and R0.1: no reason rests on admission, on papers beyond the reason proof, or on what may happen later.
    ("not_our_pupil", "refuse", SCHOOL_STAGES, "学生学籍不在本校，或不是该生本人", "附件1 三.1"),
    ("guardian_objects", "refuse", ["receiving_school", *LATER], "监护人明确表示不再转学", "附件1 三.1"),
    (
        "reason_untrue",
        "refuse",
        ["receiving_school", *LATER],
        "转学原因证明与所申报的转学原因不符",
        "附件1 三.1",
    ),
    (
        "wrong_school",
        "refuse",
        ["receiving_school", *LATER],
        "转入学校发起有误，学生不在该校就读",
        "附件1 三.1",
    ),
    ("proof_unreadable", "send_back", LATER, "转学原因证明缺失或无法辨认", "附件1 三.1"),
    ("reason_mistaken", "send_back", LATER, "转学原因选择有误，与证明不一致", "附件1 三.1"),
    ("class_mistaken", "send_back", LATER, "转入年级或班级填写有误", "附件1 四.2"),
]

PHRASES = [
    ("agree", "情况属实，同意办理。"),
    ("agree", "学籍信息一致，同意。"),
    ("agree", "材料齐全清晰，同意办理。"),
    ("send_back", "证明材料不清，请重新拍摄上传。"),
    ("refuse", "经核对与事实不符，不同意办理。"),
]

VACATIONS = [
    # No province-wide school calendar was found published; these are the customary days, to be set by the province.
    ("寒假", (1, 10), (2, 28)),
    ("暑假", (7, 15), (8, 31)),
]
VACATION_SOURCE = "示例：惯常寒暑假日期，由自治区按当年校历核改"


# How the source of a day ends that is reckoned ahead of the State Council's notice.
FORECAST = "安排公布前暂定"


def calendar_days() -> Iterator[tuple[Any, ...]]:
    """Rows of the shipped calendar: ``(date, kind, name, source, confirmed)``."""
    for name, confirmed in (("calendar_cn_2025_2026.csv", True), ("calendar_cn_2027_provisional.csv", False)):
        with (DATA / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield date.fromisoformat(row["date"]), row["kind"], row["name"], row["source"], confirmed


# 持证上岗: the notice grants a new registrar no time without a certificate; a province may (R8.1).
TRAINING_LIMITS = [("training_grace_days", "新任学籍管理员取证宽限", 0, "天", "正文 二.1")]
# Once a year at least: a certificate holds for a year from the training (R8.1).
CERTIFICATE_LIMITS = [("certificate_months", "培训合格证有效期", 12, "个月", "正文 二.1")]
# R3.7: a correction stops the asking unit's clock; of what is left it has so much at least, once a turn. How often a
# unit sends one case back.
SEND_BACK_LIMITS = [
    ("resume_days", "补正送回后至少剩余的核办时限", 2, "个工作日", "附件1 三.7"),
    ("send_backs", "同一单位退回同一业务补正的次数上限", 2, "次", "附件1 三.7"),
]
