"""What has happened to a case and what comes: the strip of stages, who holds the ball, the due dates, the log."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from orgs.people.models import PostRole, Unit
from reviews.case_page.file_panel import waiting_for
from reviews.engine import act_names, procedures
from reviews.engine.deadlines import left_of, step_days, turn_of, used
from reviews.engine.models import Act, Step
from reviews.rulebook.countdown import countdown
from reviews.vocabulary.states import Awaiting, Outcome, State, Verb
from web.clock import brief, local_date, moment, spoken
from web.words import joined, zh

if TYPE_CHECKING:
    from reviews.case_page.page import Sight

# What the strip quotes of an opinion; the log has the whole.
_QUOTED = 24
_DAY_SECONDS = 86400


# ---------------------------------------------------------------- the strip


def strip(sight: "Sight") -> list[dict]:
    """The stages of the route with people, opinions and times; a correction stands before the stage that asked."""
    latest: dict[str, Step] = {}
    for step in sight.steps:
        latest[step.stage] = step
    found = []
    for stage in sight.case.stages:
        last = latest.get(stage)
        correction = latest.get(State.CORRECTION)
        if correction is not None and correction.asked_by_id in _ids(sight, stage):
            found.append(_cell(sight, State.CORRECTION, correction))
        found.append(_cell(sight, stage, last))
    return found


# How a step ends that its unit has not decided.
_UNDECIDED = (Outcome.WITHDRAWN, Outcome.EXPIRED, Outcome.LAPSED, Outcome.CLEARED)


def _ids(sight: "Sight", stage: str) -> set[int]:
    return {step.pk for step in sight.steps if step.stage == stage}


def _cell(sight: "Sight", stage: str, step: Step | None) -> dict:
    unit = sight.unit_of(stage) if step is None else None
    lines: list[dict] = []
    cell: dict[str, Any] = {
        "label": State(stage).label,
        "unit": act_names.unit_of(step, sight.acts) if step else unit.short_name if unit else "",
        "state": "todo",
        "lines": lines,
    }
    if step is None:
        return cell
    open_now = step.closed_at is None
    if open_now:
        cell["state"] = "now"
    elif step.outcome in (Outcome.AGREE, Outcome.FILED):
        cell["state"] = "done"
    elif not sight.case.is_live and step.pk == sight.steps[-1].pk:
        cell["state"] = "stop"
    if cell["state"] == "todo":
        # Sent back or recalled: it has its turn again, its earlier acts stand in the log.
        told = zh("已退回补正，补正后再审") if step.outcome == Outcome.SEND_BACK else zh("核办已撤回")
        lines.append({"text": told, "opinion": ""})
        return cell
    lines += [line for line in (_handled(sight, step), _signed(sight, step)) if line]
    if cell["state"] == "stop" and step.outcome in _UNDECIDED:
        lines.append({"text": Outcome(step.outcome).label, "opinion": ""})
    if step.outcome == Outcome.FILED:
        lines.append({"text": zh("调档　{at}", at=brief(cast(datetime, step.closed_at))), "opinion": ""})
    if open_now:
        waiting = zh("待负责人核办") if sight.case.awaiting == Awaiting.SIGN else zh("待学籍管理员办理")
        lines.append({"text": waiting_for(sight) or waiting, "opinion": ""})
    return cell


def _handled(sight: "Sight", step: Step) -> dict | None:
    act = act_names.handling(step, sight.steps, sight.acts) if step.handler_id else None
    if act is None:
        return None
    proposed = (
        "" if step.proposal == Outcome.AGREE else zh("（拟{label}）", label=Outcome(step.proposal).label)
    )
    return {
        "text": zh(
            "办理　{step_handler}{proposed}　{at}",
            step_handler=act_names.name(act),
            proposed=proposed,
            at=brief(cast(datetime, step.handled_at)),
        ),
        "opinion": _quoted(step.handle_opinion),
    }


def _signed(sight: "Sight", step: Step) -> dict | None:
    act = act_names.signing(step, sight.acts) if step.signer_id else None
    if act is None:
        return None
    decided = "" if step.outcome == Outcome.AGREE else zh("（{label}）", label=Outcome(step.outcome).label)
    return {
        "text": zh(
            "核办　{step_signer}{decided}　{at}",
            step_signer=act_names.name(act),
            decided=decided,
            at=brief(cast(datetime, step.signed_at)),
        ),
        "opinion": _quoted(step.sign_opinion),
    }


def _quoted(text: str) -> str:
    return text if len(text) <= _QUOTED else text[: _QUOTED - 1] + "…"


# ---------------------------------------------------------------- who holds the ball


def ball(sight: "Sight") -> dict:
    """Unit, persons, since when and until when; a sentence instead for a draft and for a case that has ended."""
    case, step, today = sight.case, sight.step, sight.desk.today
    if step is None:
        return {"mine": False, "sentence": _ended(sight)}
    role = PostRole.HEAD if case.awaiting == Awaiting.SIGN else PostRole.REGISTRAR
    names = [row["name"] for row in case.people if row["role"] == role and row["name"]]
    arrived = local_date(step.opened_at)
    calendar = sight.desk.book.calendar
    waited = max(calendar.between(arrived, today), 0)
    told = zh("已等候 {waited} 个工作日", waited=waited)
    if before := turn_of(step, sight.steps):
        # R3.7: what is told is how long the unit has had the case in all.
        told += zh("，连同退回补正前共 {days} 个工作日", days=waited + used(calendar, before))
    return {
        "mine": sight.seat is not None,
        "unit": cast(Unit, case.holder).name,
        "person": zh("{role_label} {names}", role_label=role.label, names="、".join(names))
        if names
        else zh("{role_label}（暂无人在岗）", role_label=role.label),
        "waiting": waiting_for(sight) or Awaiting(case.awaiting).label,
        "since": spoken(arrived),
        "waited": told,
        "due": spoken(step.due_on) + (zh("（暂定）") if step.due_provisional else ""),
        "left": countdown(sight.desk.book.calendar, today, step.due_on).text,
        "sentence": "",
    }


def _ended(sight: "Sight") -> str:
    case = sight.case
    if case.state == State.DRAFT:
        return zh(
            "草稿在{receiving_unit_name}，还没有发起；发起后从下一个工作日起计时。",
            receiving_unit_name=case.receiving_unit.name,
        )
    if case.state == State.COMPLETED:
        return sight.told.done
    at = moment(cast(datetime, case.closed_at))
    beginner = procedures.of(case).beginner
    again = zh("需要时，{beginner}可以重新发起（三.7）。", beginner=beginner)
    last = sight.acts[-1] if sight.acts else None
    reason = sight.desk.book.reason_text(last.reason, case) if last and last.reason else ""
    if last is not None and last.verb in (Verb.TAKE_OVER, Verb.GIVE_WAY):
        return zh("已于{at}由系统撤销：{last_opinion}", at=at, last_opinion=last.opinion)
    sentences = {
        State.REFUSED: zh("已于{at}由{unit}不同意，业务终止", at=at, unit=_unit(last))
        + (zh("：{reason}。", reason=reason) if reason else "。")
        + zh("学生在校就读不受影响。"),
        State.WITHDRAWN: _no_show(last, at)
        or zh("已于{at}由{unit}撤销。{again}", at=at, unit=_unit(last), again=again),
        State.EXPIRED: zh("发起满 90 天未办结，已于{at}由系统清理。{again}", at=at, again=again),
        State.LAPSED: zh(
            "调档时限（{limit}）内没有调档，已于{at}由系统取消（三.6），学籍仍在{sending_unit_name}。需要时，{beginner}可以重新发起。",
            limit=_limit(sight),
            at=at,
            sending_unit_name=case.sending_name,
            beginner=beginner,
        ),
        # What cleared it says why itself: a graduation, or a day that a province has set.
        State.CLEARED: zh("已于{at}由系统清理：{why}", at=at, why=last.opinion if last else ""),
    }
    return sentences[case.state]


def _no_show(last: Act | None, at: str) -> str:
    """Ended at 调档, because the pupil did not come (R3.6)."""
    if last is None or last.stage != State.AWAITING_FILE:
        return ""
    return zh(
        "学生未报到，已于{at}由{unit}终止（三.6），学籍仍在原校；需要时，可以重新发起。",
        at=at,
        unit=_unit(last),
    )


def _limit(sight: "Sight") -> str:
    return spoken(sight.steps[-1].due_on) if sight.steps else zh("10 个工作日")


def _unit(act: Act | None) -> str:
    return act.unit_name if act and act.unit_name else zh("系统")


# ---------------------------------------------------------------- due dates


def due(sight: "Sight") -> dict | None:
    """The step's limit in words, and how it was counted (R3.7)."""
    step = sight.step
    if step is None:
        return None
    calendar, today = sight.desk.book.calendar, sight.desk.today
    left = countdown(calendar, today, step.due_on)
    provisional = zh("（暂定）") if step.due_provisional else ""
    return {
        "text": left.text,
        "tier": left.tier,
        "title": zh("应在{day}{provisional}前办结", day=spoken(step.due_on), provisional=provisional),
        "explain": _explained(sight, step),
    }


def _explained(sight: "Sight", step: Step) -> dict:
    """Day by day from the day the case arrived; a step that goes on after a recall or a
    take-over keeps the first one's count."""
    by_id = {each.pk: each for each in sight.steps}
    begun = step
    by_seq = {each.seq: each for each in sight.steps}
    while (before := by_seq.get(begun.seq - 1)) and before.outcome == Outcome.TAKEN_OVER:
        begun = before
    while begun.recall_of_id in by_id:
        begun = by_id[begun.recall_of_id]
    book, arrived = sight.desk.book, local_date(begun.opened_at)
    ruled_on = sight.case.ruled_on(arrived)
    days, told = step_days(book, begun.unit, ruled_on, begun.stage), ""
    if begun.resumes_id is not None:
        earlier = turn_of(begun, sight.steps)
        days = left_of(book, earlier, begun.unit.province_id, ruled_on).days
        told = zh(
            "退回补正前已用 {used} 个工作日，补正期间不计，送回后接着计，还有 {days} 个工作日。",
            used=used(book.calendar, earlier),
            days=days,
        )
    counted = book.calendar.explain(arrived, days)
    sentence = told + counted.sentence
    if counted.result != step.due_on:
        sentence += zh("。本环节时限登记为{day}，按登记的日期计", day=spoken(step.due_on))
    more = [zh("{told}。", told=sentence.rstrip("。"))]
    if counted.provisional:
        more.append(zh("{told}。", told=counted.provisional_reason.rstrip("。")))
    if counted.sources:
        more.append(zh("依据：{names}。", names=joined("；", counted.sources)))
    return {
        "sentence": joined("", more),
        "provisional": counted.provisional,
        "rows": [
            {
                "date": spoken(day.date),
                "weekday": day.weekday,
                "counted": zh("第 {day_counted} 天", day_counted=day.counted)
                if day.counted is not None
                else "",
                "why": day.reason + (zh("（暂定）") if day.provisional else ""),
            }
            for day in counted.days
        ],
    }


def expiry(sight: "Sight") -> dict | None:
    """The other clock, apart from the step's: 90 days of 24 hours from submission (R3.7)."""
    case, now, today = sight.case, sight.desk.now, sight.desk.today
    if not case.is_live or case.expires_at is None:
        return None
    # It expires so long after it was submitted.
    submitted = cast(datetime, case.submitted_at)
    calendar, at = sight.desk.book.calendar, local_date(submitted)
    span = round((case.expires_at - submitted).total_seconds() / _DAY_SECONDS)
    left = (case.expires_at - now).total_seconds()
    running = zh("发起至今 {max} 个工作日", max=max(calendar.between(at, today), 0))
    if left <= 0:
        return {
            "text": zh(
                "{running}；满 {span} 天（{moment}）未办结，即将由系统清理。",
                running=running,
                span=span,
                moment=moment(case.expires_at),
            ),
            "tier": "late",
        }
    days = int(left // _DAY_SECONDS)
    tier = "late" if days < 3 else "soon" if days <= 10 else "ok"
    rest = zh("还有 {days} 天", days=days) if days else zh("不足 1 天")
    return {
        "text": zh(
            "{running}；满 {span} 天（{moment}）未办结将自动清理，{rest}（三.7）。",
            running=running,
            span=span,
            moment=moment(case.expires_at),
            rest=rest,
        ),
        "tier": tier,
    }


# ---------------------------------------------------------------- the log


def log(sight: "Sight") -> list[dict]:
    """Every act in order of time, and when a unit first looked at the case."""
    opened = {step.pk: step.opened_at for step in sight.steps}
    found = [(act.at, _line(sight, act, opened)) for act in sight.acts]
    for step in sight.steps:
        if step.first_opened_at is not None:
            found.append((step.first_opened_at, _opening(sight, step)))
    return [line for _, line in sorted(found, key=lambda pair: pair[0])]


def _opening(sight: "Sight", step: Step) -> dict:
    unit = act_names.unit_of(step, sight.acts)
    who = (
        zh(
            "{step_first_opened_by}（{unit_short_name}）",
            step_first_opened_by=step.called("first_opened_by"),
            unit_short_name=unit,
        )
        if step.first_opened_by_id
        else unit
    )
    return {
        "at": moment(cast(datetime, step.first_opened_at)),
        "stage": State(step.stage).label,
        "who": who,
        "text": zh("首次查看"),
        "opinion": "",
        "used": "—",
    }


_TAKES_TIME = (Verb.SUBMIT, Verb.HANDLE, Verb.SIGN, Verb.RETURN, Verb.REQUEST_FILE)


def _line(sight: "Sight", act: Act, opened: dict) -> dict:
    used = "—"
    if act.verb in _TAKES_TIME and act.step_id in opened:
        calendar = sight.desk.book.calendar
        used = str(max(calendar.between(local_date(opened[act.step_id]), local_date(act.at)), 0))
    return {
        "at": moment(act.at),
        "stage": State(act.stage).label,
        "who": act_names.who(act),
        "text": _did(sight, act),
        "opinion": act.opinion,
        "used": used,
    }


def _did(sight: "Sight", act: Act) -> str:
    reason = (
        zh("（{reason_text}）", reason_text=sight.desk.book.reason_text(act.reason, sight.case))
        if act.reason
        else ""
    )
    label = Verb(act.verb).label
    if act.verb == Verb.HANDLE:
        if act.stage == State.CORRECTION:
            return zh("补正完毕")
        return zh(
            "{label}：拟{label2}{reason}", label=label, label2=Outcome(act.outcome).label, reason=reason
        )
    if act.verb == Verb.SIGN:
        return zh("{label}：{label2}{reason}", label=label, label2=Outcome(act.outcome).label, reason=reason)
    return label + reason
