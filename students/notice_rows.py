"""The rows that ship with papers on a pupil's record, as the first migration writes them (R0.7): who decides, for which
reasons it is refused or sent back, what the law allows, when it is told of."""

from reviews import notice_rows
from reviews.rulebook.notice_values import IN_FORCE
from reviews.rulebook.year_values import OURS
from students.admission.late.limit_values import LIMITS
from students.changes import values as change_values
from students.verification.reminder_values import REMINDERS

_OWN = ["authority"]
_BOTH = ["school", "authority"]
_LATER = ["authority", "league", "province"]
_ALL = ["school", *_LATER]
_LISTING = ["receiving_authority", "graduation_authority"]

# One authority on both sides of a list decides once; the engine leaves the doubled stage out.
ROUTES = [
    *((kind, "same_authority", change_values.ROUTE) for kind in change_values.STATUS_KINDS),
    ("graduation_rollback", "same_province", _OWN),
    ("key_information", "same_authority", _BOTH),
    ("recruitment", "same_authority", ["receiving_school", *_LISTING]),
    ("recruitment", "same_province", ["receiving_school", *_LISTING]),
    ("recruitment_rollback", "same_province", _OWN),
    ("late_registration", "same_authority", _BOTH),
    ("problem", "same_authority", _BOTH),
    *(
        (kind, relation, stages)
        for relation in ("same_authority", "same_province", "cross_province")
        for kind, stages in (("problem_decision", _OWN), ("number_deletion", ["authority", "ministry"]))
    ),
    ("graduation_correction", "same_province", _OWN),
]
# By paper, each in the order shown: code, stages, outcome, text.
REASONS = {
    "graduation_rollback": [
        ("back_not_mistaken", _LATER, "refuse", "毕业操作无误，不需要回退"),
        ("back_wrong_pupil", _LATER, "refuse", "不是该生本人或学校有误"),
    ],
    "key_information": [
        ("key_untrue", _ALL, "refuse", "所报内容与证件不符"),
        ("key_not_wanted", _ALL, "refuse", "监护人或学校撤回申请"),
        ("key_check_failed", _LATER, "send_back", "查重或身份比对没有通过"),
        ("key_proof_unreadable", _LATER, "send_back", "证明照片缺失或无法辨认"),
        ("key_data_mistaken", _LATER, "send_back", "填写的内容与证明照片不一致"),
    ],
    "recruitment": [
        ("recruit_not_admitted", _LISTING, "refuse", "名册所列录取不属实"),
        ("recruit_list_wrong", _LISTING, "send_back", "名册中有不应列入的学生，请删去后再报"),
    ],
    "recruitment_rollback": [("recruit_not_mistaken", _LATER, "refuse", "招生无误，不需要回退")],
    "late_registration": [
        ("late_not_at_school", _OWN, "refuse", "名单所列学生不在该校就读"),
        ("late_list_wrong", _BOTH, "send_back", "名单中有不应列入的学生，请删去后再报"),
    ],
    "problem": [
        ("problem_not_so", _OWN, "refuse", "佐证材料与事实不符"),
        ("problem_unclear", _OWN, "send_back", "佐证材料不清楚或不齐，请补正"),
    ],
    "problem_decision": [("decision_unfounded", _OWN, "refuse", "认定依据不足，请重新比较")],
    "number_deletion": [("deletion_not_needed", ["authority", "ministry"], "refuse", "不属确需删除的情形")],
    "graduation_correction": [
        ("graduation_not_proved", _LATER, "refuse", "原毕业材料不能证明该生已毕业，不更正")
    ],
}


def fill(apps, schema_editor) -> None:
    """Routes, reasons, reminders and limits beside the rulebook's own; what of 学籍异动 the law allows."""
    notice_rows.routes(apps, ROUTES)
    changes = change_values.STATUS_KINDS + change_values.GRADE_KINDS
    notice_rows.reasons(
        apps,
        [(code, changes, stages, outcome, text) for code, outcome, stages, text in change_values.REASONS],
    )
    for kind, rows in REASONS.items():
        notice_rows.reasons(apps, [(code, [kind], *rest) for code, *rest in rows])
    notice_rows.reminders(apps, [(key, name, [], *rest) for key, name, *rest in REMINDERS])
    notice_rows.limits(apps, LIMITS, "本系统约定")
    policy = apps.get_model("students", "ChangePolicy").objects
    for kind, phase, allowed, months, condition, source in change_values.POLICIES:
        policy.create(
            kind=kind,
            phase=phase,
            allowed=allowed,
            longest_months=months,
            condition=condition,
            source=source,
            valid_from=IN_FORCE,
        )
    policy.create(kind=change_values.TRANSFER_REPEAT, allowed=True, valid_from=IN_FORCE, source=OURS)
