"""“That is not what I meant” (R3.4): a text that the refusal wall stopped goes to the unit above, which rules once.

Nothing about the case changes by it: the step keeps its turn and its clock. Like the door, both acts lock the case
first and are recorded with it.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import NoReturn, cast

from django.db import transaction

from ledger import audit, outbox
from orgs.people.models import Account, PostRole
from orgs.people.seats import seat_at
from reviews.engine import book as rulebook
from reviews.engine import one_unit, seating
from reviews.engine.asking import Asking, first_refusal
from reviews.engine.grounds import FACTS, FORBIDDEN, answer_of, appeal_against
from reviews.engine.locking import locked_case, open_step
from reviews.engine.models import Case
from reviews.engine.opinions import LONGEST, checked_opinion, free_text
from reviews.engine.seating import two_persons
from reviews.refusal_rules.models import ForbiddenPhrase, Ruling, WallAppeal
from reviews.vocabulary.states import Awaiting, Verb
from web import clock
from web.refusals import Refused, refuse
from web.words import zh

_TURNS: dict[str, Verb] = {Awaiting.HANDLE: Verb.HANDLE, Awaiting.SIGN: Verb.SIGN}


def raise_(
    case: Case,
    by: Account,
    *,
    opinion: str,
    outcome: str,
    reason: str = "",
    explanation: str = "",
    keep: Callable[[WallAppeal], object] | None = None,
) -> WallAppeal:
    """Send a stopped text up; returns the appeal. The same words twice are one appeal.

    ``outcome`` is the one it was to bring about, or ``return_to_registrar``; ``keep`` is called with the appeal in the
    same transaction. Raises :class:`Refused` for whom it is not the turn, and for a text that is not stopped.
    """
    with transaction.atomic(durable=True):
        asking = _asking(case, by, opinion, outcome, reason)
        row = _stopped(asking)
        appeal = appeal_against(asking)
        if appeal is None:
            appeal = _write(asking, row, explanation)
        elif appeal.ruling:
            refuse(
                "appeal_decided",
                zh("{upper_name}已裁定成立，不能再次上报；请改写意见。", upper_name=appeal.upper.name),
                zh("附件1 三.4"),
            )
        if keep is not None:
            keep(appeal)
        return appeal


def _asking(case: Case, by: Account, opinion: str, outcome: str, reason: str) -> Asking:
    found, revision = locked_case(case.pk)
    returns = outcome == Verb.RETURN
    verb = Verb.RETURN if returns else _TURNS.get(found.awaiting, Verb.HANDLE)
    asking = Asking(found, verb, by, clock.now(), rulebook.current(revision), open_step(found))
    asking.opinion, asking.outcome, asking.reason = opinion, "" if returns else outcome, reason
    return asking


def _stopped(asking: Asking) -> ForbiddenPhrase:
    """The rule that stops the text. Raises Refused when something else does, or nothing."""
    try:
        found = first_refusal(asking)
    except Refused as refused:
        if refused.code == FACTS:
            _needless()
        if refused.code != FORBIDDEN:
            raise
        if not asking.own_seat.unit.authority_id:
            refuse("appeal_nowhere", zh("本单位没有上级可以裁定，请改写意见。"), zh("附件1 三.4"))
        return answer_of(asking).hits[0].rule.row
    if found is not None:
        raise Refused(found)
    return _needless()


def _needless() -> NoReturn:
    refuse("appeal_needless", zh("这段意见没有不得使用的用语，可以直接提交，不必上报。"), zh("附件1 三.4"))


def _write(asking: Asking, phrase: ForbiddenPhrase, explanation: str) -> WallAppeal:
    case, unit = asking.case, asking.own_seat.unit
    appeal = WallAppeal.objects.create(
        case=case,
        step=asking.turn,
        stage=asking.turn.stage,
        unit=unit,
        upper_id=cast(int, unit.authority_id),
        account=asking.by,
        person_id=cast(int, asking.by.person_id),
        verb=asking.verb,
        outcome=asking.outcome,
        reason=asking.reason,
        opinion=free_text(asking.opinion, zh("审核补充意见"), zh("函 一")),
        phrase=phrase,
        explanation=free_text(explanation, zh("说明"), zh("附件1 三.4"), LONGEST),
    )
    appeal.refresh_from_db()
    _record(appeal, asking.by, "raised", appeal.upper_id, {"phrase": phrase.pk, "outcome": asking.outcome})
    return appeal


def refusal_to_decide(appeal: WallAppeal, by: Account, day: date) -> tuple[str, str] | None:
    """Why ``by`` cannot rule on it, as code and sentence; ``None`` when it is theirs to rule."""
    if appeal.ruling:
        return (
            "appeal_decided",
            zh(
                "{upper_name}已于{moment}裁定，裁定不能更改。",
                upper_name=appeal.upper.name,
                moment=clock.moment(cast(datetime, appeal.decided_at)),
            ),
        )
    if appeal.step.closed_at is not None:
        return "appeal_moot", zh("这一环节已经办结，申诉单位没有使用这段意见，无须裁定。")
    seat = seat_at(by, appeal.upper_id, PostRole.HEAD, day)
    if seat is None:
        left = seating.left(by, day, PostRole.HEAD, appeal.upper_id)
        told = zh("由{upper_name}的负责人裁定，你没有这个岗位。", upper_name=appeal.upper.name)
        return (left.code, left.sentence) if left else ("no_seat", told)
    found = two_persons(appeal.account, by, zh("这段意见由你本人上报，须由另一人裁定。"))
    found = found or one_unit.refusal(appeal.case, appeal.step, Verb.SIGN, by, seat, day)
    return (found.code, found.sentence) if found else None


def decide(
    appeal: WallAppeal,
    by: Account,
    *,
    ruling: str,
    opinion: str,
    keep: Callable[[WallAppeal], object] | None = None,
) -> WallAppeal:
    """Rule on an appeal, once, as a head of the unit above and another person than the one who raised it."""
    with transaction.atomic(durable=True):
        locked_case(appeal.case_id)
        found = WallAppeal.objects.select_related("upper", "step").get(pk=appeal.pk)
        why = refusal_to_decide(found, by, clock.local_date(clock.now()))
        if why is not None:
            refuse(*why, zh("附件1 三.4"))
        if ruling not in Ruling.values:
            refuse("ruling_missing", zh("请选择“属误报”或“成立”。"), zh("附件1 三.4"))
        text = checked_opinion(opinion, Verb.SIGN)
        WallAppeal.objects.filter(pk=found.pk).update(
            ruling=ruling,
            ruling_opinion=text,
            decider=by,
            decider_person=by.person_id,
            decided_at=clock.now(),
        )
        found.refresh_from_db()
        _record(found, by, "ruled", found.unit_id, {"ruling": ruling})
        if keep is not None:
            keep(found)
        return found


def _record(appeal: WallAppeal, by: Account, event: str, unit_id: int, detail: dict) -> None:
    """The trail (ids, codes and the digest, never the words), and the notice to the unit concerned."""
    audit.record(
        audit.case_chain(appeal.case_id),
        audit.actor_of(by),
        f"appeal.{event}",
        {
            "case": appeal.case_id,
            "step": appeal.step_id,
            "appeal": appeal.pk,
            "text": appeal.digest,
            **detail,
        },
        subject=f"case:{appeal.case.number}",
    )
    payload = {"case": appeal.case_id, "appeal": appeal.pk, "event": event, "unit": unit_id}
    outbox.post("appeal", payload, f"appeal:{appeal.pk}:{event}")
