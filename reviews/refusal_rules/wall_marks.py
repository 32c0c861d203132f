"""What the refusal wall let through in doubt, as pages and lists tell it (R3.4). Ready strings."""

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from reviews.refusal_rules.models import WallMark
from web.words import zh

if TYPE_CHECKING:
    from reviews.engine.asking import Asking

_DOUBTS = {
    "words": zh("写有可能不得作为理由的用语"),
    "no_ground": zh("没有读出与所选理由相符的事实"),
    "unread": zh("有系统不能辨读的文字"),
    "condition": zh("同意而像是另有条件或要求"),
    "like": zh("写法与不得作为理由的情形相近"),
}
_SHOWN = {"why": "why", "phrase": "rule__text", "clause": "rule__clause", "facts": "facts"}


def write(asking: "Asking") -> None:
    """The mark of an act whose words passed in doubt, in the act's own transaction; nothing for any other."""
    if asking.mark is None:
        return
    answer, facts = asking.mark
    WallMark.objects.create(
        case_id=asking.case.pk,
        step_id=asking.turn.pk,
        verb=asking.verb,
        account=asking.by,
        rule=answer.hits[0].rule.row if answer.hits else None,
        why=answer.why or "words",
        facts=facts,
    )


def of_case() -> QuerySet:
    """The marks of a case (``OuterRef``), oldest first, as an expression."""
    rows = WallMark.objects.filter(case=OuterRef("pk")).order_by("id")
    return rows.values(json=JSONObject(step="step_id", verb="verb", **_SHOWN))


def with_marks(steps: QuerySet) -> QuerySet:
    """Steps with ``mark``, the last doubt that one of its acts passed with, and ``doubted``: whether there is any."""
    rows = WallMark.objects.filter(step=OuterRef("pk")).order_by("-id")
    last = Subquery(rows.values(json=JSONObject(**_SHOWN))[:1])
    return steps.annotate(mark=last, doubted=Exists(rows))


def sentence(mark: dict | None) -> str:
    """A mark in a sentence: why the wall was in doubt, and what the writer stated; empty for none."""
    if not mark:
        return ""
    told = _DOUBTS[mark["why"]]
    if mark["phrase"]:
        told = zh("{label}：{phrase}（{clause}）", label=told, phrase=mark["phrase"], clause=mark["clause"])
    return zh("存疑：{told}。写明的事实：“{facts}”", told=told, facts=mark["facts"])


def on_step(rows: list[dict], step_id: int, verb: str) -> str:
    """The mark of the last such act of a step, of the rows of :func:`of_case`."""
    found = [row for row in rows if row["step"] == step_id and row["verb"] == verb]
    return sentence(found[-1]) if found else ""
