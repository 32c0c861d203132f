"""The nation's rows of the refusal wall: what a refusal must not rest on, and the closed list of the new kind.

Only what the notice itself forbids; its words stand in ``data/refusal_wall.toml``. What else a province will not have,
it adds as rows of its own.
"""

from pathlib import Path

from reviews.refusal_rules import wall_lexicon
from reviews.rulebook.notice_values import TRANSFERS

POST_GRADUATION = "post_graduation_enrolment"
RECRUITMENT, LATE = "recruitment", "late_registration"
GRADUATION_AUTHORITY = "graduation_authority"
# Kinds that move a child: nothing but the reason proof is asked for, and a ground must be given (R0.6).
MOVERS = [*TRANSFERS, POST_GRADUATION, RECRUITMENT, LATE]
_KINDS = {"all": [], "movers": MOVERS, "graduates": [POST_GRADUATION, RECRUITMENT]}
_OWN = ["school", "authority", "league", "province"]
_GRADUATION = [GRADUATION_AUTHORITY, "sending_league", "sending_province", *_OWN]
_STAGES = {
    "": [],
    "graduation": _GRADUATION,
    "leaving": ["sending_school", "sending_authority", *_GRADUATION],
}
_LAWFUL = Path(__file__).resolve().parent.parent / "data" / "lawful_sentences.txt"


def rules() -> list[dict]:
    """The columns of the nation's rules."""
    data = wall_lexicon.shipped()
    return [
        {
            "key": rule["key"],
            "text": rule["name"],
            "concepts": rule["concepts"],
            "reach": rule.get("reach", 12),
            "answer": rule.get("answer", "stop"),
            "groundless": rule.get("groundless", False),
            "kinds": _KINDS[rule["kinds"]],
            "stages": _STAGES[rule.get("stages", "")],
            **data["quotes"][rule["quote"]],
        }
        for rule in data["rules"]
    ]


def words() -> list[dict]:
    """The columns of the nation's words."""
    return [
        {"concept": concept, "words": " ".join(text.split())}
        for concept, text in wall_lexicon.shipped()["concepts"].items()
        if text.strip()
    ]


def lawful_sentences() -> list[tuple[str, str, str]]:
    """(stage, reason code or "", sentence): what officials rightly write; no row may stop one of them."""
    lines = _LAWFUL.read_text(encoding="utf-8").splitlines()
    rows = [line.split("|", 2) for line in lines if line and not line.startswith("#")]
    return [(stage, code, sentence) for stage, code, sentence in rows]


_RECEIVING = ["receiving_school", "receiving_authority"]
_DECIDING = [*_RECEIVING, GRADUATION_AUTHORITY]
_ASKING = ["receiving_authority", GRADUATION_AUTHORITY]
# (code, outcome, stages, text, clause)
POST_GRADUATION_REASONS = [
    (
        "grad_not_local",
        "refuse",
        [GRADUATION_AUTHORITY],
        "学生不是本地学校毕业，或不是该生本人",
        "附件1 三.4",
    ),
    ("grad_guardian_declines", "refuse", _DECIDING, "监护人明确表示不再去该校就读", "附件1 三.4"),
    ("grad_wrong_school", "refuse", _DECIDING, "发起学校有误，学生不到该校就读", "附件1 三.3"),
    (
        "grad_reported_here",
        "refuse",
        [GRADUATION_AUTHORITY],
        "学生已被本省（自治区）学校录取并报到",
        "附件1 三.6",
    ),
    (
        "grad_not_admitted",
        "refuse",
        _RECEIVING,
        "招生学校没有录取该生",
        "附件1 三.4",
    ),
    (
        "grad_conditions",
        "refuse",
        ["receiving_authority"],
        "不符合本省（自治区）公布的外省学生就学条件",
        "附件1 三.4",
    ),
    ("grad_proof_unreadable", "send_back", _ASKING, "就学证明缺失或无法辨认", "附件1 三.1"),
    ("grad_school_mistaken", "send_back", _ASKING, "毕业学校或毕业时间填写有误", "附件1 三.4"),
    ("grad_class_mistaken", "send_back", _ASKING, "入读年级或班级填写有误", "附件1 四.2"),
]
