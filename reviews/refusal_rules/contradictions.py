"""Words that contradict the outcome stop the act (R0.3): “不同意办理” is no agreement, “同意转入” no refusal.

Judged clause by clause on what the writer decides, never on what is reported of others (“监护人不同意转学”), on what is
denied (“未发现与事实不符”), on conditions or on what is over (“原不同意意见已消除”). Every shipped phrase of one outcome is
held by it beside the others.
"""

import re
import unicodedata

from reviews.vocabulary.states import Outcome
from web.refusals import Refusal
from web.words import zh

CODE = "opinion_contradicts"
CLAUSE = zh("函 一")
_CLAUSES = re.compile(r"[。；;，,！!？?\n：:]+")
# Of others, denied, conditional, or over.
_NOT_OURS = r"(?:家长|监护人|父亲|母亲|父母|学生|本人|未|没有|没|无|不存在|并非|不是|不属于|是否|如|若|凡|曾|原|此前|上次|前次|已改|已更正)"
_REFUSES = re.compile(
    rf"^(?!.*{_NOT_OURS}.*(?:不|驳|拒)).*?"
    r"(?:不予?同意(?!见|意见|的?理由)|(?<!暂)(?<!先)不予(?:办理|受理|转[入出学]|通过|批准|准许|接收|核准)|不准予?(?:转|办)"
    r"|不能(?:同意|批准|通过)|驳回|拒绝(?:办理|转|接收|受理|该|其|本))"
)
_UNTRUE = re.compile(
    r"^(?!.*(?:未|没有|无|不存在|并非|如|若|曾|原|已改|已更正|已补)).*(?:与事实不符|与实际不符|情况不(?:属)?实|弄虚作假)"
)
_SENDS_BACK = re.compile(
    r"^(?!.*(?:曾|原|此前|上次|前次|已|按|根据|针对|对)).*?退回(?:学校|转入学校|原校|发起学校)?(?:补正|修改|重新|重拍|更正)"
)
_ONCE_MORE = re.compile(
    r"^(?!.*(?:曾|原|此前|上次|前次|已|按|根据|针对|对)).*?请.{0,6}重新(?:拍|上传|报送|填)"
)
_AGREES = re.compile(
    r"^(?:[我本]?(?:局|校|厅|单位|级)|经(?:审核|核对|核实|核查|查|研究|审查)|审核|现|特|予以|拟|并|且|故|因此|应)*"
    r"(?:同意(?:该生|其|此)?(?:转入|转出|转学|办理|接收|通过|受理|休学|复学|变更|毕业|下发|本|$)|准予(?!不)|批准(?!件|单|文)|审核通过|予以(?:通过|批准|同意))"
)
_SAYS: dict[str, tuple[re.Pattern[str], ...]] = {
    Outcome.AGREE: (_REFUSES, _UNTRUE, _SENDS_BACK, _ONCE_MORE),
    Outcome.REFUSE: (_AGREES, _ONCE_MORE),
    Outcome.SEND_BACK: (_AGREES, _REFUSES),
}


def hit(text: str, outcome: str) -> str:
    """The clause of ``text`` that contradicts ``outcome``, or an empty string."""
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    for clause in _CLAUSES.split(text):
        if any(pattern.search(clause) for pattern in _SAYS.get(outcome, ())):
            return clause
    return ""


def refusal(text: str, outcome: str) -> Refusal | None:
    """Why this opinion cannot stand beside this outcome, or ``None``. Costs no query."""
    clause = hit(text, outcome)
    if not clause:
        return None
    told = zh(
        "意见中写的是“{clause}”，与所选结论“{label}”相反：请改写意见，或改选结论。",
        clause=clause[:40],
        label=Outcome(outcome).label,
    )
    return Refusal(CODE, told, CLAUSE)
