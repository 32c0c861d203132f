"""What an account can do on the case page: the decision panel, the acts beside it, and the sentences above them.

Asked of :mod:`reviews.engine.asking` alone; nothing is judged here.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from django.urls import reverse

from orgs.people.models import PostRole, Unit
from orgs.people.seats import Seat, seat_at
from reviews.appeals import pages as appeal_pages
from reviews.engine import act_names, own_words, procedures, send_backs
from reviews.engine.asking import edit_refusal, recall_minutes, refusal
from reviews.engine.book import phrases_by
from reviews.engine.grounds import FACTS, FORBIDDEN, SHORTEST_FACTS, answer_to
from reviews.engine.models import Step
from reviews.engine.opinions import LONGEST, SHORTEST, SHORTEST_REFUSAL
from reviews.refusal_rules import wall_marks
from reviews.refusal_rules.phrases_in_text import marked
from reviews.vocabulary.states import Awaiting, Outcome, State, Verb
from web.clock import local_date, moment
from web.words import zh

if TYPE_CHECKING:
    from reviews.case_page.page import Sight, Typed

DECIDING = (Verb.HANDLE, Verb.SIGN, Verb.RETURN)
_VERBS: dict[str, Verb] = {Awaiting.HANDLE: Verb.HANDLE, Awaiting.SIGN: Verb.SIGN}
BESIDE = (Verb.WITHDRAW, Verb.RECALL, Verb.NUDGE)
_NO_OTHER_REASON = zh("须从下列理由中选择；不得以其他理由办理，也不得要求家长另交材料（函 一）。")
# R0.1 where a registrar would be tempted: the record follows the child, it decides nothing about the child.
_RECORDS_ONLY = zh("学籍的主要功能是记录：不同意只终止这次学籍转接，不能因此拒绝学生入学（正文 一）。")


def decision(sight: "Sight") -> dict | None:
    """The panel of the one whose turn it is, or ``None``."""
    verb = _VERBS.get(sight.case.awaiting)
    if verb is None or sight.seat is None or sight.case.state == State.AWAITING_FILE:
        return None
    case, step, typed = sight.case, sight.turn, sight.typed
    refused = sight.turn_refusal(verb)
    kept = typed if typed.verb in DECIDING else None
    panels = _panels(sight, verb, kept)
    outcomes = (Outcome.AGREE, *(p["outcome"] for p in panels if p["outcome"] in Outcome.values))
    phrases = phrases_by(sight.account, {cast(int, case.holder_id)}, outcomes)
    return {
        "url": sight.url("case-act", str(verb)),
        "title": zh("你的{part}意见", part=zh("核办") if verb == Verb.SIGN else zh("办理")),
        "effect": zh("签署后等同纸质盖章") if verb == Verb.SIGN else zh("办理后送本单位负责人核办"),
        "revision": case.revision,
        "key": sight.key(),
        "next": sight.next_number,
        "opinion": kept.opinion if kept else "",
        "opinion_error": "",
        "opinion_label": zh("审核补充意见"),
        "note": sight.told.note_wanted if own_words.is_asked(procedures.of(case), case, step.stage) else None,
        "proposal": _proposal(sight, step) if verb == Verb.SIGN else None,
        "phrases": [{"text": text} for text in phrases[Outcome.AGREE]],
        "phrases_url": reverse("phrases"),
        "allowed": appeal_pages.allowed(sight),
        "appeal": _appeal(sight, kept),
        "wall": _wall(sight, kept),
        "primary": {
            "outcome": Outcome.AGREE,
            "label": _agreeing(sight, verb),
            "disabled": refused.sentence if refused else _obstacle(sight, verb),
            "plain": any(panel.get("proposed") for panel in panels),
        },
        "panels": [panel | {"phrases": phrases.get(panel["outcome"], [])} for panel in panels],
        "edit_url": _edit_url(sight),
        "hint": zh(
            "{shortest}–{longest} 字，须自己填写或点选短语。将以你的账号、时间和单位存入业务档案，不能删改。",
            shortest=SHORTEST,
            longest=LONGEST,
        ),
    }


def _appeal(sight: "Sight", kept: "Typed | None") -> dict | None:
    """After a text was stopped: the way to the unit above, where there is one (R3.4)."""
    refused = kept.refusal if kept else None
    if kept is None or refused is None or refused.code != FORBIDDEN or not refused.remover:
        return None
    return {
        "url": sight.url("case-appeal"),
        "upper": refused.remover,
        "outcome": str(Verb.RETURN) if kept.verb == Verb.RETURN else kept.outcome or str(Outcome.AGREE),
        "explanation": kept.explanation,
    }


def _wall(sight: "Sight", kept: "Typed | None") -> dict | None:
    """After a text was stopped or found in doubt: the words marked, and for a doubt the box for the facts (R3.4)."""
    refused = kept.refusal if kept else None
    if kept is None or refused is None or not (refused.code in (FORBIDDEN, FACTS) or kept.facts):
        return None
    case = sight.case
    found = answer_to(
        kept.opinion,
        kind=case.kind,
        stage=sight.turn.stage,
        refuses=bool(kept.outcome),
        reason=kept.reason,
        province_id=cast(Seat, sight.seat).unit.province_id,
        day=case.ruled_on(sight.desk.today),
        book=sight.desk.book,
    )
    return {
        "pieces": marked(kept.opinion, found.spans) if found.hits else [],
        "asks": refused.code == FACTS or bool(kept.facts),
        "facts": kept.facts,
        "shortest": SHORTEST_FACTS,
    }


def _proposal(sight: "Sight", step: Step) -> dict | None:
    handling = act_names.handling(step, sight.steps, sight.acts) if step.handler_id else None
    if handling is None:
        return None
    label = (
        zh("已补正")
        if step.stage == State.CORRECTION
        else zh("拟{label}", label=Outcome(step.proposal).label)
    )
    return {
        "outcome": label,
        "reason": sight.desk.book.reason_text(step.proposal_reason, sight.case)
        if step.proposal_reason
        else "",
        "who": zh("学籍管理员 {step_handler}", step_handler=act_names.name(handling)),
        "at": moment(cast(datetime, step.handled_at)),
        "opinion": step.handle_opinion,
        "doubt": wall_marks.on_step(sight.case.mark_rows, step.pk, Verb.HANDLE),
    }


def _obstacle(sight: "Sight", verb: Verb) -> str:
    """At the last sign-off the record moves: what the rules find then stops the button."""
    case = sight.case
    return sight.told.obstacle if verb == Verb.SIGN and procedures.completes(case) else ""


def _agreeing(sight: "Sight", verb: Verb) -> str:
    case, step = sight.case, sight.turn
    if verb == Verb.HANDLE:
        return zh("已补正，送负责人核办") if case.state == State.CORRECTION else zh("同意，送负责人核办")
    if case.state == State.CORRECTION:
        asker = next((each for each in sight.steps if each.pk == step.asked_by_id), None)
        return zh("同意，送回{part}", part=asker.unit.short_name if asker else zh("原单位"))
    at = case.stages.index(case.state)
    if at + 1 == len(case.stages):
        return zh("同意，{ending}", ending=procedures.of(case).ending(case))
    unit = sight.unit_of(case.stages[at + 1])
    if case.stages[at + 1] == State.AWAITING_FILE:
        return zh("同意，由{unit_short_name}调档", unit_short_name=cast(Unit, unit).short_name)
    return zh("同意，送{part}", part=unit.short_name if unit else State(case.stages[at + 1]).label)


def _panels(sight: "Sight", verb: Verb, kept: "Typed | None") -> list[dict]:
    """The other outcomes, the gravest last."""
    reasoned = [(Outcome.SEND_BACK, ""), (Outcome.REFUSE, "deny")]
    found = [_reasoned(sight, verb, outcome, tone, kept) for outcome, tone in reasoned]
    returning = [_returning(sight, kept)] if verb == Verb.SIGN else []
    return returning + [panel for panel in found if panel]


def _returning(sight: "Sight", kept: "Typed | None") -> dict:
    return {
        "outcome": str(Verb.RETURN),
        "url": sight.url("case-act", str(Verb.RETURN)),
        "label": zh("退回经办"),
        "tone": "",
        "intro": zh("退回本单位学籍管理员重新办理；请在上面的意见里写明哪里需要改。时限不重新计算。"),
        "reasons": [],
        "proposed": False,
        "submit_label": zh("退回本单位学籍管理员"),
        "open": bool(kept and kept.verb == Verb.RETURN),
    }


def _reasoned(sight: "Sight", verb: Verb, outcome: Outcome, tone: str, kept: "Typed | None") -> dict | None:
    """The panel of an outcome that needs a listed reason; none where the stage has no such list (R0.6)."""
    case, step = sight.case, sight.turn
    if case.state == State.CORRECTION or case.submitted_at is None:
        return None
    book, day = sight.desk.book, local_date(case.submitted_at)
    rows = book.reasons_for(case.kind, step.stage, outcome, day, case.receiving_unit.province_id)
    if not rows:
        return None
    made = send_backs.made(sight.steps, step.stage, procedures.of(case).checks_reason)
    sending_back = outcome == Outcome.SEND_BACK
    if sending_back and made >= send_backs.most(book, case, step.unit.province_id, sight.desk.today):
        return None
    proposed = verb == Verb.SIGN and step.proposal == outcome
    refusing = outcome == Outcome.REFUSE
    said = {
        (Verb.HANDLE, Outcome.REFUSE): zh("拟不同意，送负责人核办"),
        (Verb.SIGN, Outcome.REFUSE): zh("不同意，业务终止"),
        (Verb.HANDLE, Outcome.SEND_BACK): zh("拟退回补正，送负责人核办"),
        (Verb.SIGN, Outcome.SEND_BACK): zh("退回{beginner}补正", beginner=procedures.of(case).beginner),
    }
    intro = _NO_OTHER_REASON
    if refusing:
        intro = zh(
            "{records_only}{intro}意见不少于 {shortest_refusal} 字。",
            records_only=_RECORDS_ONLY,
            intro=intro,
            shortest_refusal=SHORTEST_REFUSAL,
        )
    if sending_back and made and verb == Verb.SIGN:
        intro += zh("这是本单位再次退回：核办意见须用自己的话写明还缺什么、怎样补正。")
    chosen = step.proposal_reason if proposed else ""
    if kept and kept.outcome == outcome:
        chosen = kept.reason
    return {
        "outcome": str(outcome),
        "url": "",
        "label": outcome.label,
        "tone": tone,
        "intro": intro,
        "reasons": [{"code": row.code, "text": row.text, "note": ""} for row in rows],
        "chosen": chosen,
        "proposed": proposed,
        "submit_label": zh("确认{what}", what=said[verb, outcome]) if proposed else said[verb, outcome],
        "open": kept.outcome == outcome if kept else proposed,
    }


def checks(sight: "Sight") -> list[dict]:
    """The check-list; beside an obstacle that another unit can clear, the receiving school writes to it (R3.1b)."""
    rows = sight.told.checks
    if not any(row.get("code") for row in rows) or sight.turn_refusal(Verb.MESSAGE) is not None:
        return rows
    typed = sight.typed if sight.typed.verb == Verb.MESSAGE else None
    return [
        row | {"message": _message(sight, row["code"], typed)} if row.get("code") else row for row in rows
    ]


def _message(sight: "Sight", code: str, typed: Any) -> dict:
    mine = typed is not None and typed.about == code
    return {
        "url": sight.url("case-act", str(Verb.MESSAGE)),
        "key": sight.key(),
        "about": code,
        "value": typed.opinion if mine else "",
        "open": mine,
    }


# ---------------------------------------------------------------- beside the decision


def verbs(sight: "Sight", copy_url: str = "") -> list[dict]:
    """Recall, nudge, withdraw, copy: each only for whom it may concern, each with its sentence when it cannot be."""
    if not sight.case.is_live:
        note = zh("带上原来的原因、班级和证明，生成一份草稿；核对后再发起。")
        return (
            [act(sight, Verb.SUBMIT, zh("复制为新申请"), note=note) | {"url": copy_url}] if copy_url else []
        )
    found = [_recall(sight), _nudge(sight), _withdraw(sight)]
    return [verb for verb in found if verb]


def act(sight: "Sight", verb: Verb, label: str, **more: Any) -> dict:
    """One act as the page shows it, a form of its own."""
    return {
        "label": label,
        "url": sight.url("case-act", str(verb)),
        "key": sight.key(),
        "tone": "",
        "confirm": "",
        "note": "",
        "field": None,
        "disabled": "",
        **more,
    }


def _withdraw(sight: "Sight") -> dict | None:
    if sight.turn_refusal(Verb.WITHDRAW) is not None:
        return None
    typed = sight.typed if sight.typed.verb == Verb.WITHDRAW else None
    draft = sight.case.state == State.DRAFT
    if sight.case.state == State.AWAITING_FILE:
        return _end_no_show(sight, typed)
    return act(
        sight,
        Verb.WITHDRAW,
        zh("撤销业务"),
        tone="deny",
        confirm=zh("撤销后不能恢复，需要时只能重新发起。确定撤销吗？"),
        field={
            "name": "opinion",
            "label": zh("撤销原因（可不填）") if draft else zh("撤销原因"),
            "required": not draft,
            "value": typed.opinion if typed else "",
        },
        open=bool(typed),
    )


def _end_no_show(sight: "Sight", typed: Any) -> dict:
    """The pupil did not come: the school need not wait for the limit, and the child is free (R3.6)."""
    return act(
        sight,
        Verb.WITHDRAW,
        zh("终止业务（学生未报到）"),
        tone="deny",
        confirm=zh("终止后不能恢复，学籍留在转出学校，学生可由其他学校另行办理。确定终止吗？"),
        field={
            "name": "opinion",
            "label": zh("情况说明"),
            "required": True,
            "value": typed.opinion if typed else "",
        },
        open=bool(typed),
    )


def _recall(sight: "Sight") -> dict | None:
    """Only for the head who has just signed; told with the minutes that are left."""
    if sight.step is None or len(sight.steps) < 2:
        return None
    before = sight.steps[-2]
    if before.signer_id is None or before.signer_person_id != sight.account.person_id:
        return None
    if sight.turn_refusal(Verb.RECALL) is not None:
        return None
    minutes = recall_minutes(sight.desk.book, sight.case, before, sight.desk.today)
    left = cast(datetime, before.signed_at) + timedelta(minutes=minutes) - sight.desk.now
    return act(
        sight,
        Verb.RECALL,
        zh("撤回核办"),
        note=zh("下一单位尚未查看，还可撤回 {max} 分钟", max=max(1, -(-int(left.total_seconds()) // 60))),
        confirm=zh("撤回后业务回到你这里等待重新核办，撤回会记入办理记录。确定撤回吗？"),
    )


def _nudge(sight: "Sight") -> dict | None:
    """For the other units of the case, once a working day."""
    if sight.step is None or sight.turn_refusal(Verb.NUDGE) is not None:
        return None
    # The door's own answer costs a statement: it is asked only where it can be no.
    case, today = sight.case, sight.desk.today
    nudged = any(a.verb == Verb.NUDGE and local_date(a.at) == today for a in sight.acts)
    found = None
    if nudged or not sight.desk.book.calendar.is_working(today):
        found = refusal(
            case, Verb.NUDGE, sight.account, now=sight.desk.now, step=sight.step, book=sight.desk.book
        )
    return act(
        sight,
        Verb.NUDGE,
        zh("催办"),
        note=zh(
            "提醒{holder_short_name}尽快办理，记入办理记录；每个工作日一次",
            holder_short_name=cast(Unit, case.holder).short_name,
        ),
        disabled=found.sentence if found else "",
    )


def _edit_url(sight: "Sight") -> str:
    refused = edit_refusal(sight.case, sight.account, sight.desk.today)
    return sight.told.edit_url if refused is None else ""


def notes(sight: "Sight") -> list[dict]:
    """Sentences above the panel: what was asked to be corrected, why the head returned it, that it is a draft."""
    case, step = sight.case, sight.step
    found: list[dict] = []
    if case.state == State.DRAFT:
        registrar = seat_at(sight.account, case.receiving_unit_id, PostRole.REGISTRAR, sight.desk.today)
        url = sight.told.edit_url if registrar else ""
        return [
            _note(zh("这是草稿"), zh("内容可以继续填写，证明材料可以更换，填好后发起。"), url, zh("继续填写"))
        ]
    if step is None:
        return found
    asker = next((each for each in sight.steps if each.pk == step.asked_by_id), None)
    if asker is not None:
        reason = sight.desk.book.reason_text(asker.reason, sight.case)
        asked = act_names.signing(asker, sight.acts)
        text = zh(
            "{unit_name}退回：{reason}。“{asker_sign_opinion}”",
            unit_name=asked.unit_name if asked else asker.unit.name,
            reason=reason,
            asker_sign_opinion=asker.sign_opinion,
        )
        found.append(_note(zh("需要补正"), text, _edit_url(sight), zh("修改内容、更换证明")))
    made = send_backs.made(sight.steps, step.stage, procedures.of(case).checks_reason)
    if (
        made
        and made >= send_backs.most(sight.desk.book, case, step.unit.province_id, sight.desk.today)
        and sight.seat is not None
    ):
        found.append(_note(zh("不能再退回"), send_backs.told_over(made), "", ""))
    returned = [act for act in sight.acts if act.step_id == step.pk and act.verb == Verb.RETURN]
    if returned and case.awaiting == Awaiting.HANDLE:
        last = returned[-1]
        text = zh(
            "“{last_opinion}”（{last_account}　{moment}）",
            last_opinion=last.opinion,
            last_account=act_names.name(last),
            moment=moment(last.at),
        )
        url = _edit_url(sight) if asker is None else ""
        found.append(_note(zh("负责人退回经办"), text, url, zh("修改内容、更换证明")))
    return found


def _note(title: str, text: str, url: str, link: str) -> dict:
    return {"title": title, "text": text, "url": url, "link": link if url else ""}
