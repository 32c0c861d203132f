"""The panel of the last step, at which nothing is decided: the pupil reports, the school requests the file (R3.6)."""

from datetime import date
from typing import TYPE_CHECKING, Any, cast

from orgs.people.models import Unit
from reviews.case_page.panel import act
from reviews.engine.asking import refusal
from reviews.vocabulary.states import State, Verb
from web.clock import spoken
from web.words import zh

if TYPE_CHECKING:
    from reviews.case_page.page import Sight

VERBS = (Verb.REPORT, Verb.NO_SHOW, Verb.REQUEST_FILE)
# Of pupils who did not report; a page of a floor above.
_LIST = "/no-shows/"
_NOT_REPORTED = zh(
    "登记为未报到后不能调档，到期自动取消，也可以随即终止业务；学生后来报到的，终止前、期限内可以改登报到。确定登记吗？"
)


def waiting_for(sight: "Sight") -> str:
    """Which of its acts the file step waits for; "" at every other stage."""
    if sight.case.state != State.AWAITING_FILE:
        return ""
    told = sight.told.reporting or {}
    if told.get("no_show"):
        return zh("已登记未报到")
    return zh("待调档") if told.get("on") else zh("待登记报到")


def panel(sight: "Sight", refused: dict | None = None) -> dict | None:
    """What is kept of the reporting, until when the file may be requested, and the acts for whom they are open."""
    case, step = sight.case, sight.step
    if case.state != State.AWAITING_FILE or step is None:
        return None
    mine = sight.turn_refusal(Verb.REPORT) is None
    typed = sight.typed if sight.typed.verb in VERBS else None
    return {
        "title": zh("报到与调档"),
        "effect": zh("至迟{day}，逾期自动取消", day=spoken(step.due_on)),
        "lines": _lines(sight),
        "refused": refused if typed else None,
        "report": _report(sight, typed) if mine else None,
        "acts": [_request(sight), _no_show(sight)] if mine else [],
        "list_url": _LIST if mine else "",
        "waiting": ""
        if mine
        else zh("由{holder_name}的学籍管理员登记报到并调档。", holder_name=cast(Unit, case.holder).name),
    }


def _lines(sight: "Sight") -> list[dict]:
    told = sight.told.reporting or {}
    by = zh("（{part}登记）", part=told["by"]) if told.get("by") else ""
    if told.get("no_show"):
        return [
            {
                "ok": False,
                "text": zh("学生未报到{by}：不能调档，到期自动取消或由本校终止，学籍留在转出学校。", by=by),
            }
        ]
    if told.get("on"):
        return [{"ok": True, "text": zh("学生已于{day}报到{by}。", day=spoken(told["on"]), by=by)}]
    return []


def _report(sight: "Sight", typed: Any) -> dict:
    """The day of reporting, today until another is typed: a pupil may have sat in class before (R0.1)."""
    told, today = sight.told.reporting or {}, sight.desk.today
    kept: date | None = told.get("on")
    label = zh("更正报到日期") if kept else zh("登记报到")
    value = typed.on if typed and typed.verb == Verb.REPORT and typed.on else (kept or today).isoformat()
    return act(sight, Verb.REPORT, label, value=value, latest=today.isoformat(), plain=bool(kept))


def _no_show(sight: "Sight") -> dict:
    told = sight.told.reporting or {}
    already = zh("已登记为未报到。") if told.get("no_show") else ""
    return act(sight, Verb.NO_SHOW, zh("登记未报到"), tone="deny", confirm=_NOT_REPORTED, disabled=already)


def _request(sight: "Sight") -> dict:
    """The record moves here: whatever the rules find stops the button."""
    school = sight.case.receiving_unit.short_name
    confirm = zh("调档后学籍即转入{school}，不能撤回。确定调档吗？", school=school)
    disabled = _late(sight) or sight.told.obstacle
    return act(
        sight,
        Verb.REQUEST_FILE,
        zh("调档，学籍转入{school}", school=school),
        tone="primary",
        confirm=confirm,
        disabled=disabled,
    )


def _late(sight: "Sight") -> str:
    """Where the limit has passed and the clock has not come by yet, the door's own sentence."""
    if sight.turn.due_on >= sight.desk.today:
        return ""
    found = refusal(
        sight.case,
        Verb.REQUEST_FILE,
        sight.account,
        now=sight.desk.now,
        step=sight.step,
        book=sight.desk.book,
    )
    return found.sentence if found else ""
