"""Notices: what the outbox's messages become for the people concerned, each exactly once for each account.

Texts carry the case number and the masked name, never a number of a person. They say nothing that turns untrue by
being read late: dates are dates. Mail and SMS gather them by day (:mod:`reviews.notices.digests`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import NamedTuple, cast

from django.db import connection

from ledger import outbox
from ledger.models import OutboxMessage
from orgs.people.models import PostRole
from orgs.people.seats import holders_of
from reviews.engine.deadlines import WARN_BEFORE
from reviews.engine.models import Act, Case, Step
from reviews.engine.procedures import kind_name, of
from reviews.notices import digests
from reviews.refusal_rules.models import Ruling, WallAppeal
from reviews.rulebook.models import Window
from reviews.vocabulary.states import Awaiting, Outcome, State, Verb
from web import clock

TEXTS = {
    "to_sign": "{what}已办理，等待你核办。",
    "arrived": "{what}已到你单位，请在时限内办理。",
    "returned": "{what}被负责人退回，请重新办理。",
    "correction": "{what}被退回补正，请更正后再送。",
    "recalled": "{what}的核办已被撤回，回到核办单位。",
    "nudged": "{what}收到催办，请尽快办理。",
    "refused": "{what}已驳回，理由见业务页。",
    "completed": "{what}已办结，{brings}。",
    "withdrawn": "{what}已由{beginner}撤销。",
    "no_show_ended": "{what}：学生未报到，已由{beginner}终止，学籍仍在原校；学生可以由其他学校另行办理（附件1 三.6）。",
    "to_file": "{what}已由各方核办同意，等待调档：学生报到后请登记报到并调档，时限 {due}（附件1 三.6）。",
    "lapsed": "{what}逾期未调档，已自动取消；如仍需办理，请复制为新申请重新发起（附件1 三.6）。",
    "cleared": "{what}：{sentence}",
    "blocked": "{what}离开转入方之前的核对没有通过：{sentence}可在业务页给能解除的单位发消息。",
    "taken_over": "{what}：{sentence}请按原时限办理（附件1 三.1）。",
    "merged": "{what}：{sentence}",
    "gave_way": "{what}：{sentence}这件业务随之终止，各方均无责任。",
    "message": "{unit}就{what}发来消息：{text}",
    "expired": "{what}发起满 90 天未办结，已自动清理；如仍需办理，请复制为新申请重新发起（附件1 三.7）。",
}
_ENDS = {
    "refused",
    "completed",
    "withdrawn",
    "expired",
    "lapsed",
    "cleared",
    "merged",
    "gave_way",
    "no_show_ended",
}
_CLERKS = {PostRole.REGISTRAR, PostRole.HEAD}


class Letter(NamedTuple):
    """One notice to be written."""

    account_id: int
    case_id: int | None
    text: str
    dedup: str
    link: str = ""


class Batch:
    """What a batch of messages is about, read in a handful of queries however many there are."""

    def __init__(self, messages: list[OutboxMessage], day: date):
        self.messages = messages
        ids = {message.payload["case"] for message in messages}
        self.cases = Case.objects.in_bulk(ids)
        units = {message.payload.get("unit") for message in messages}
        for case in self.cases.values():
            units |= {case.receiving_unit_id, case.sending_unit_id, case.holder_id}
        self.acted, self.recalled_from = _units_of_steps(ids)
        units.update(*self.acted.values())
        acts = [message.payload["act"] for message in messages if "act" in message.payload]
        self.messages_said = Act.objects.in_bulk(acts) if acts else {}
        self.seats: dict[int | None, list[tuple[str, int]]] = defaultdict(list)
        for unit_id, role, account_id in holders_of(units - {None}, day):
            self.seats[unit_id].append((role, account_id))

    def at(self, units: Iterable[int | None], roles: Collection[str] = frozenset(_CLERKS)) -> set[int]:
        """Accounts that sit in one of ``roles`` at one of the units."""
        return {account for unit in set(units) for role, account in self.seats.get(unit, ()) if role in roles}

    def anyone_at(self, unit: int) -> set[int]:
        """Every account with a post at the unit."""
        return {account for _, account in self.seats.get(unit, ())}


def _units_of_steps(ids: set[int]) -> tuple[dict[int, set[int]], dict[int, int]]:
    """By case: the units that had a turn, and the unit the last recall took it away from."""
    acted: dict[int, set[int]] = defaultdict(set)
    recalled: dict[int, int] = {}
    rows = Step.objects.filter(case_id__in=ids).order_by("seq").values_list("case_id", "unit_id", "outcome")
    for case_id, unit_id, outcome in rows:
        acted[case_id].add(unit_id)
        if outcome == Outcome.RECALLED:
            recalled[case_id] = unit_id
    return acted, recalled


# ---------------------------------------------------------------- decisions


@outbox.handler("notice")
def tell_decisions(messages: list[OutboxMessage], now: datetime) -> None:
    """Each verb's notice to those it concerns."""
    batch = Batch(messages, clock.local_date(now))
    handlers = _handlers_before_return(
        {m.payload["case"] for m in messages if m.payload["event"] == "returned"}
    )
    tell(
        (
            Letter(account, case.pk, _decision_text(batch, case, message.payload), message.dedup)
            for message in messages
            for case in [batch.cases[message.payload["case"]]]
            for account in _audience(batch, case, message.payload, handlers)
        ),
        now,
    )


def _decision_text(batch: Batch, case: Case, said: dict) -> str:
    """What an event is told as; a message in the words of its sender, as the log of the case keeps them."""
    more = {"sentence": said.get("sentence", "")}
    if said["event"] == "to_file":
        more["due"] = _spoken(case.due_on) if case.due_on else "见业务页"
    if said["event"] == "message":
        act = batch.messages_said[said["act"]]
        more |= {"unit": act.unit_name, "text": act.opinion}
    return words(case, said["event"], **more)


def words(case: Case, event: str, **more: str) -> str:
    """The text of an event's notice; ``more`` fills what the event itself says."""
    kind = of(case)
    return TEXTS[event].format(what=_what(case), beginner=kind.beginner, brings=kind.brings, **more)[:300]


def _audience(batch: Batch, case: Case, payload: dict, handlers: dict[int, int]) -> set[int]:
    """Who is told of an event: whose turn it is now, or, at the end, everyone involved."""
    event, unit = payload["event"], payload.get("unit") or case.holder_id
    if event in _ENDS:
        return batch.at({case.receiving_unit_id, case.sending_unit_id} | batch.acted[case.pk])
    if event == "to_sign":
        return batch.at([unit], {PostRole.HEAD})
    if event in ("arrived", "to_file", "blocked", "message"):
        return batch.at([unit], {PostRole.REGISTRAR})
    if event == "returned":
        registrars = batch.at([unit], {PostRole.REGISTRAR})
        handler = handlers.get(case.pk)
        return {handler} if handler in registrars else registrars
    if event == "correction":
        return batch.at([case.receiving_unit_id], {PostRole.REGISTRAR}) | {case.created_by_id}
    if event == "taken_over":
        return batch.at([unit, case.receiving_unit_id])
    if event == "recalled":
        return batch.at([unit, batch.recalled_from.get(case.pk)])
    return batch.at([unit])  # nudged


def _handlers_before_return(ids: set[int]) -> dict[int, int]:
    """By case: the registrar whose handling the head sent back."""
    latest: dict[int, int] = {}
    found: dict[int, int] = {}
    verbs = (Verb.SUBMIT, Verb.HANDLE, Verb.RETURN)
    acts = Act.objects.filter(case_id__in=ids, verb__in=verbs).order_by("id") if ids else Act.objects.none()
    for case_id, verb, account_id in acts.values_list("case_id", "verb", "account_id"):
        if verb == Verb.RETURN:
            found[case_id] = latest[case_id]
        else:
            latest[case_id] = account_id
    return found


# ---------------------------------------------------------------- the refusal wall


@outbox.handler("appeal")
def tell_appeals(messages: list[OutboxMessage], now: datetime) -> None:
    """R3.4: the unit above that a text waits for its ruling; then the unit that raised it, and who did, what came."""
    batch = Batch(messages, clock.local_date(now))
    rows = WallAppeal.objects.select_related("unit", "upper")
    appeals = rows.in_bulk({message.payload["appeal"] for message in messages})
    letters = []
    for message in messages:
        case, appeal = batch.cases[message.payload["case"]], appeals[message.payload["appeal"]]
        people = batch.at([message.payload["unit"]])
        if message.payload["event"] == "raised":
            told = (
                f"{appeal.unit.name}有一段意见因用语被拦，请{appeal.upper.name}负责人裁定；该环节时限照常计算"
            )
        else:
            people |= {appeal.account_id}
            what = "属误报，可以按原文提交" if appeal.ruling == Ruling.ALLOW else "成立，请改写意见"
            told = f"{appeal.upper.name}裁定被拦用语{what}"
        text = f"{_what(case)}：{told}（附件1 三.4）。"
        letters += [Letter(account, case.pk, text, message.dedup) for account in people]
    tell(letters, now)


# ---------------------------------------------------------------- the clock's reminders


@outbox.handler("deadline")
def remind_of_limits(messages: list[OutboxMessage], now: datetime) -> None:
    """R3.7: three reminders of a step's limit: to whose turn it is and the registrar, then the head, then all.

    Colleagues who may not look into cases are told its number only.
    """
    batch = Batch(messages, clock.local_date(now))
    letters = []
    for message in messages:
        said = message.payload
        case, unit, level = batch.cases[said["case"]], said["unit"], said["level"]
        both = level > 1 or said["awaiting"] == Awaiting.SIGN
        clerks = batch.at([unit], _CLERKS if both else {PostRole.REGISTRAR})
        told = _limit_text(date.fromisoformat(said["due_on"]), WARN_BEFORE[level - 1], said.get("stage", ""))
        letters += [Letter(a, case.pk, f"{_what(case)}{told}", message.dedup) for a in clerks]
        if level == len(WARN_BEFORE):
            others = batch.anyone_at(unit) - clerks
            text = f"本单位的业务 {case.number} {told}请提醒学籍管理员和负责人。"
            letters += [Letter(account, None, text, message.dedup) for account in others]
    tell(letters, now)


def _limit_text(due_on: date, days: int, stage: str) -> str:
    before = f"（提前 {days} 个工作日提醒）" if days else "（到期当日提醒）"
    if stage == State.AWAITING_FILE:
        return f"最迟须于{_spoken(due_on)}登记报到并调档{before}，逾期自动取消，须重新发起（附件1 三.6）。"
    return f"最迟须于{_spoken(due_on)}办结本环节{before}，逾期将记录并通报（附件1 三.7）。"


@outbox.handler("expiry")
def remind_of_expiry(messages: list[OutboxMessage], now: datetime) -> None:
    """R3.7: 10, 3 and 1 days before a case is cleared, to the unit that holds it and to the receiving school."""
    batch = Batch(messages, clock.local_date(now))
    letters = []
    for message in messages:
        case = batch.cases[message.payload["case"]]
        at = cast(datetime, case.expires_at).astimezone(clock.SHANGHAI)
        text = (
            f"{_what(case)}将于{_spoken(at)} {at:%H:%M} 满 90 天（提前 {message.payload['days']} 天提醒），"
            "届时未办结将自动清理，须重新发起（附件1 三.7）。"
        )
        people = batch.at([message.payload["unit"]]) | batch.at(
            [case.receiving_unit_id], {PostRole.REGISTRAR}
        )
        letters += [Letter(account, case.pk, text, message.dedup) for account in people]
    tell(letters, now)


@outbox.handler("window")
def remind_of_closing(messages: list[OutboxMessage], now: datetime) -> None:
    """R3.5: who owns a draft is told before the window closes; its registrars, once the owner has left the school."""
    batch = Batch(messages, clock.local_date(now))
    rows = Window.objects.in_bulk({message.payload["window"] for message in messages})
    letters = []
    for message in messages:
        said = message.payload
        case, window = batch.cases[said["case"]], rows.get(said["window"])
        if case.state != State.DRAFT:
            continue  # sent off, or given up, before the message was delivered
        starts = _spoken(date.fromisoformat(said["starts_on"]))
        why, clause = (window.name, window.clause) if window else ("暂停发起时段", "附件1 三.5")
        text = (
            f"草稿 {case.number}（{case.headline}）尚未发起：{starts}零时起{why}（{clause}），"
            f"请在此之前发起，否则须等时段结束（提前 {said['days']} 天提醒）。"
        )
        registrars = batch.at([case.receiving_unit_id], {PostRole.REGISTRAR})
        owner = {case.created_by_id}
        letters += [
            Letter(a, case.pk, text, message.dedup) for a in (owner if owner <= registrars else registrars)
        ]
    tell(letters, now)


# ---------------------------------------------------------------- writing and mailing


def _what(case: Case) -> str:
    return f"{case.headline}的{kind_name(case.kind)}（{case.number}）"


def _spoken(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


_INSERT = """
INSERT INTO reviews_notice (account_id, case_id, text, dedup, link, created_at)
SELECT told.*, %s FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[]) told
ON CONFLICT (account_id, dedup) DO NOTHING RETURNING account_id
"""


def tell(letters: Iterable[Letter], now: datetime) -> None:
    """Write the notices, each ``dedup`` once for each account; for accounts that want to be told outside the program,
    the day's digest."""
    rows = sorted(letters, key=lambda letter: (letter.account_id, letter.dedup))
    if not rows:
        return
    columns = [list(column) for column in zip(*rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [now, *columns])
        told = {account for (account,) in cursor.fetchall()}
    digests.schedule(told, now)
