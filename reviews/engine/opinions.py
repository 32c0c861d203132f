"""What a reviewer must write and choose: the opinion (R0.3), the outcome, the coded reason (R0.6, R3.4)."""

import re
import unicodedata
from datetime import datetime
from typing import cast

from reviews.engine.book import Rulebook
from reviews.engine.models import Case
from reviews.refusal_rules import contradictions
from reviews.vocabulary.states import DECISIONS, Outcome, State, Verb
from web.clock import local_date
from web.refusals import Refused, refuse
from web.text import holds_number, says
from web.words import zh

SHORTEST, LONGEST = 2, 500
# A number of a person stands in a text.
NUMBER = "number_in_text"
# A refusal is told to a family: a listed reason and at least this many characters of explanation.
SHORTEST_REFUSAL = 10
# Characters that show nothing or turn the text round: they can neither make an opinion nor hide in one.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def cleaned(text: str | None) -> str:
    """The text as it is kept: invisible and direction-turning characters out, line ends plain, ends stripped."""
    text = _INVISIBLE.sub("", (text or "").replace("\r\n", "\n").replace("\r", "\n"))
    return unicodedata.normalize("NFC", text).strip()


def free_text(text: str, label: str, clause: str, longest: int | None = None) -> str:
    """Whatever is typed into a paper, cleaned, and cut to ``longest`` where more is not kept. Raises Refused when a number of a person
    stands in it: papers are read by other units, numbers only where they are sealed."""
    text = cleaned(text)[:longest]
    if holds_number(text):
        told = zh(
            "“{label}”里写有身份证号或学籍号：号码只填在专门的栏目里，请从文字中删去后再提交。", label=label
        )
        refuse(NUMBER, told, clause)
    return text


def is_of_words(code: str) -> bool:
    """Whether a refusal is of what was typed, which a form answers with 422."""
    return code == NUMBER or code.startswith("opinion")


def checked_opinion(text: str, verb: Verb, outcome: str = "") -> str:
    """The opinion, cleaned. Raises Refused when it says nothing, is too long, or contradicts ``outcome`` (R0.3)."""
    text = cleaned(text)
    if len(text) < SHORTEST:
        refuse(
            "opinion_blank",
            zh(
                "请填写审核补充意见（{shortest}–{longest} 字），或点选一条常用短语。",
                shortest=SHORTEST,
                longest=LONGEST,
            ),
            zh("函 一"),
        )
    if not says(text, SHORTEST):
        refuse(
            "opinion_blank",
            zh("审核补充意见须用文字写明情况，至少两个字；只有标点、数字或图形的不算。"),
            zh("函 一"),
        )
    if len(text) > LONGEST:
        refuse(
            "opinion_long",
            zh(
                "审核补充意见最多 {longest} 字，现在有 {count} 字，请精简。", longest=LONGEST, count=len(text)
            ),
            zh("函 一"),
        )
    free_text(text, zh("审核补充意见"), zh("函 一"))
    if found := contradictions.refusal(text, outcome):
        raise Refused(found)
    return " ".join(text.split("\n")) if verb == Verb.NUDGE else text


def checked_reason(
    book: Rulebook, case: Case, stage: str, outcome: str, reason: str, opinion: str
) -> tuple[str, str]:
    """The outcome and its coded reason. Raises Refused for one that is not on the stage's closed list."""
    if outcome not in DECISIONS:
        refuse("outcome_missing", zh("请选择同意、不同意或退回补正。"), zh("附件1 三.1"))
    if outcome == Outcome.AGREE:
        return outcome, ""
    if stage == State.CORRECTION:
        refuse(
            "outcome_correction",
            zh("补正环节只能办理后送回原单位；不再转学的，请撤销业务。"),
            zh("附件1 三.1"),
        )
    day = local_date(cast(datetime, case.submitted_at))
    rows = book.reasons_for(case.kind, stage, outcome, day, case.receiving_unit.province_id)
    if not rows:
        refuse("outcome_stage", zh("这一环节不能{label}。", label=Outcome(outcome).label), zh("附件1 三.1"))
    if reason not in {row.code for row in rows}:
        refuse(
            "reason_listed",
            zh(
                "{label}须从所列理由中选择一条；不得以其他理由办理，也不得要求家长另交材料。",
                label=Outcome(outcome).label,
            ),
            zh("函 一；附件1 三.1"),
        )
    if outcome == Outcome.REFUSE and len(opinion) < SHORTEST_REFUSAL:
        refuse(
            "opinion_refusal",
            zh("不同意须写明具体情况，意见不少于 {shortest_refusal} 字。", shortest_refusal=SHORTEST_REFUSAL),
            zh("函 一"),
        )
    return outcome, reason
