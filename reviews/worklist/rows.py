"""A row of the worklist in words: every string ready, so that the template only puts them in their places."""

from reviews.desk.context import Desk
from reviews.engine import procedures
from reviews.rulebook.countdown import countdown, spoken
from reviews.rulebook.notice_values import POST_GRADUATION
from reviews.vocabulary.relations import Relation
from reviews.vocabulary.states import Awaiting, State
from reviews.worklist.tabs import HANDLE, LABELS, SIGN, Place
from web.words import zh

_STATES, _AWAITED = dict(State.choices), dict(Awaiting.choices)


def as_row(case: dict, desk: Desk, place: Place, tab: str) -> dict:
    """One row of the table, every string ready."""
    calendar, today = desk.book.calendar, desk.today
    state, live = case["state"], case["due_on"] is not None
    row = {
        "number": case["number"],
        "url": _address(case, place, tab),
        "kind_tag": _kind_tag(case),
        "name": case["headline"],
        "from_name": "" if procedures.of_kind(case["kind"]).of_one_school else case["sending"],
        "to_name": case["receiving"],
        "stage": _stage(case, tab),
        "stage_key": state,
        "checkbox": tab == SIGN and case["holder_id"] in place.signing,
        "waited": "",
        "due_text": "",
        "due_tier": "",
        "due_on": "",
        "due_title": "",
    }
    waited = None
    if live:
        due = countdown(calendar, today, case["due_on"])
        arrived = case["arrived_on"]
        waited = max(calendar.between(arrived, today), 0)
        row.update(
            waited=waited,
            due_text=due.text,
            due_tier=due.tier,
            due_on=zh("{month}月{day}日", month=case["due_on"].month, day=case["due_on"].day),
            due_title=zh("{day}，自{day2}的次个工作日起算", day=spoken(case["due_on"]), day2=spoken(arrived)),
        )
    row["state_chips"] = _chips(case, waited)
    return row


def _address(case: dict, place: Place, tab: str) -> str:
    """Where a row leads; with its tab, so that the case page can go on to the next one."""
    if case["state"] == State.DRAFT and place.starts:
        return procedures.of_kind(case["kind"]).edit_path.format(number=case["number"])
    return f"/cases/{case['number']}/" + (f"?tab={tab}" if tab in LABELS else "")


def _stage(case: dict, tab: str) -> str:
    """Whose turn it is; outside the tabs that say so, which of the two acts is outstanding as well."""
    label = _STATES[case["state"]]
    if tab in (HANDLE, SIGN) or not case["awaiting"] or case["state"] == State.AWAITING_FILE:
        return label
    return zh("{label} · {part}", label=label, part=_AWAITED[case["awaiting"]])


def _kind_tag(case: dict) -> str:
    if case["kind"] == POST_GRADUATION:
        return zh("毕业后")
    procedure = procedures.of_kind(case["kind"])
    if procedure.of_one_school:
        return procedure.name
    return zh("跨省") if case["relation"] == Relation.CROSS_PROVINCE else ""


_ENDED = {
    State.COMPLETED: "good",
    State.REFUSED: "bad",
    State.EXPIRED: "warn",
    State.LAPSED: "warn",
    State.CLEARED: "warn",
}


def _chips(case: dict, waited: int | None) -> list[dict]:
    """Exceptions only: what differs from a case that simply takes its turn."""
    if case["state"] == State.DRAFT:
        return [{"text": zh("尚未发起"), "tone": "plain"}]
    if waited is None:
        return [{"text": _STATES[case["state"]], "tone": _ENDED.get(case["state"], "plain")}]
    found = []
    if case["nudges"]:
        found.append({"text": zh("被催办 {part} 次", part=case["nudges"]), "tone": "bad"})
    if case["returned"] and case["awaiting"] == Awaiting.HANDLE:
        found.append({"text": zh("负责人退回"), "tone": "warn"})
    if case["corrected"]:
        found.append({"text": zh("已补正"), "tone": "good"})
    if case["due_provisional"]:
        found.append({"text": zh("时限暂定"), "tone": "warn"})
    if case["unopened"]:
        new = {"text": zh("新到"), "tone": "info"} if waited <= 1 else {"text": zh("未查看"), "tone": "plain"}
        found.append(new)
    return found
