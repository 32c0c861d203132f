"""The door: the only writer of a case. Button, form, API and clock all come through here.

``perform`` locks (subject, case), asks for a refusal, applies the transition, writes the step, the act, the audit
entry and the outbox message, all in one transaction. The web process never talks to the broker.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from ledger import audit, idempotency, outbox, statements
from orgs.people.models import Account, Unit
from reviews.engine import act_names, door_walls, procedures, routing
from reviews.engine import book as rulebook
from reviews.engine.asking import Asking, allowed, edit_refusal, first_refusal, refusal
from reviews.engine.deadlines import due_of, left_of, turn_of
from reviews.engine.locking import locked_case, open_step
from reviews.engine.models import Act, Case, Step, random_number
from reviews.refusal_rules import wall_marks
from reviews.vocabulary.relations import Relation
from reviews.vocabulary.states import SENDING_SIDE, Outcome, State, Verb
from web import clock
from web.refusals import Refusal, Refused, refuse
from web.words import joined, zh

__all__ = ["Refused", "allowed", "draft", "edit", "perform", "refusal", "stale"]

STALE = "stale"
_CHANGING = ("state", "awaiting", "holder_id", "due_on", "revision", "exclusive_key", "closed_at")
_AT_SUBMISSION = ("relation", "route_id", "stages")


def perform(
    case: Case,
    verb: str,
    by: Account,
    *,
    opinion: str = "",
    outcome: str = "",
    reason: str = "",
    facts: str = "",
    on: date | None = None,
    about: str = "",
    revision: int | None = None,
    key: str = "",
) -> Case:
    """Do ``verb`` to ``case`` as account ``by``; returns the case as it then stands.

    ``opinion`` is the 审核补充意见 (R0.3), ``outcome`` and ``reason`` the decision, ``facts`` what is stated where the
    refusal wall is in doubt (R3.4), ``on`` the day a pupil reported (R3.6), ``about`` the code of the obstacle of a
    message (R3.1b), ``revision`` the form's, ``key`` an idempotency key: repeating it repeats the answer only.
    Raises :class:`Refused` with a sentence when it cannot be; then nothing was written but, where the checks before
    leaving the receiving side failed, a notice to the receiving school.
    """
    more = [str(one) for one in (facts, on, about) if one]
    said = (case.number, str(verb), opinion, outcome, reason, *more)
    digest = idempotency.digest_of(*said) if key else ""
    asking = None
    procedures.of(case).consult(case, Verb(verb), outcome, clock.now())
    try:
        with transaction.atomic(durable=True):
            asking = _locked(case, Verb(verb), by)
            asking.opinion, asking.outcome, asking.reason = opinion, outcome, reason
            asking.facts, asking.on, asking.about = facts, on, about
            _check_revision(asking, case, revision)
            found = first_refusal(asking)
            if found is not None:
                raise Refused(found)
            _ACTS[asking.verb](asking)
            _write(asking)
            if key:
                idempotency.keep(by.pk, key, digest, {"number": case.number})
            return asking.case
    except Refused as refused:
        if _done_before(by, key, digest):
            return Case.objects.get(pk=case.pk)
        if asking is not None and asking.detail.get("blocked"):
            _tell_blocked(asking, refused.refusal)
        raise
    except IntegrityError as error:
        if "idempotency_once" in str(error) and _done_before(by, key, digest):
            return Case.objects.get(pk=case.pk)
        raise door_walls.as_refusal(error) from error


def _done_before(by: Account, key: str, digest: str) -> bool:
    """Whether this very request was answered before: asked when it could not be done, or not kept, a second time.

    A double click waits for its twin at the lock, and is then refused by what the twin has changed, or stopped by the
    key itself. Raises :class:`Refused` for a key of another request.
    """
    try:
        return bool(key) and idempotency.earlier(by.pk, key, digest) is not None
    except idempotency.KeyReused as error:
        refuse("key_reused", error.sentence)


@contextmanager
def draft(
    *,
    kind: str,
    by: Account,
    receiving: Unit,
    sending: Unit,
    subject: str,
    headline: str,
    search_text: str,
    now: datetime,
    copied_from: Case | None = None,
) -> Iterator[Case]:
    """Begin a case as a draft; yields it, so that its procedure writes its own row in the same transaction.

    ``copied_from`` links the history of an ended case to its copy (R3.1b).
    """
    with transaction.atomic(durable=True):
        case = Case(
            number=random_number(clock.local_date(now).year),
            kind=kind,
            holder=receiving,
            receiving_unit=receiving,
            sending_unit=sending,
            relation=relation_of(receiving, sending),
            subject=subject,
            headline=headline,
            search_text=search_text[:400],
            created_by=by,
            copied_from=copied_from,
        )
        case.save(force_insert=True)
        yield case
        audit.record(
            audit.case_chain(case.pk),
            audit.actor_of(by),
            "case.draft",
            {"case": case.pk, **({"copied_from": copied_from.pk} if copied_from else {})},
            subject=case.audit_subject,
        )


@contextmanager
def edit(
    case: Case, by: Account, action: str, *, revision: int | None = None, detail: dict | None = None
) -> Iterator[Case]:
    """Change what a case is about while its receiving school has it in hand; yields the locked case (R3.1b).

    In hand: as a draft, returned to its registrar, or sent back for correction. The revision grows, so a head who
    looks at the old proofs is told. Raises :class:`Refused`.
    """
    with transaction.atomic(durable=True):
        found = (
            Case.objects.select_for_update(of=("self",), no_key=True)
            .select_related("receiving_unit", "sending_unit")
            .get(pk=case.pk)
        )
        refused = edit_refusal(found, by, clock.local_date(clock.now()))
        if refused is None and revision is not None and revision != found.revision:
            refused = stale(found)
        if refused is not None:
            raise Refused(refused)
        yield found
        found.revision += 1
        found.save(update_fields=["revision", "search_text", "headline"])
        audit.record(
            audit.case_chain(found.pk),
            audit.actor_of(by),
            f"case.{action}",
            {"case": found.pk, "revision": found.revision, **(detail or {})},
            subject=found.audit_subject,
        )


# ---------------------------------------------------------------- locks and refusals


def _locked(case: Case, verb: Verb, by: Account) -> Asking:
    """Lock in the one order (subject, case) and read the open step; nothing waits under these locks."""
    subject = None
    if verb in (Verb.SUBMIT, Verb.REQUEST_FILE) or (verb == Verb.SIGN and procedures.completes(case)):
        subject = procedures.of(case).lock_subject(case)
    found, revision = locked_case(case.pk)
    now = clock.now()
    asking = Asking(found, verb, by, now, rulebook.current(revision), subject=subject)
    if found.state != State.DRAFT and found.is_live:
        asking.step = open_step(found)
    return asking


def _check_revision(asking: Asking, seen: Case, revision: int | None) -> None:
    """A form, or the caller's own copy, must show the case as it stands; else someone was faster."""
    now = asking.case.revision
    moves = asking.last or asking.verb == Verb.REQUEST_FILE
    if (revision is not None and revision != now) or (moves and seen.revision != now):
        raise Refused(stale(asking.case))


def stale(case: Case) -> Refusal:
    """The sentence for one who decided on an old view: who did what meanwhile."""
    act = Act.objects.filter(case=case).order_by("-id").first()
    if act is None:
        told = zh("这件业务刚刚有改动")
    else:
        who = joined("", (act.unit_short, act_names.name(act)))
        when = clock.brief(act.at)
        done = (
            zh("退回了这件业务给本单位学籍管理员")
            if act.verb == Verb.RETURN
            else zh("{verb}了这件业务", verb=act.get_verb_display())
        )
        told = zh("{who}已于 {when} {done}，或证明材料有更换", who=who, when=when, done=done)
    return Refusal(STALE, zh("{told}。页面已更新，你填写的内容还在，请核对后再提交。", told=told))


# ---------------------------------------------------------------- the verbs


def _submit(asking: Asking) -> None:
    case = asking.case
    receiving, sending = case.receiving_unit, case.sending_unit
    case.relation = relation_of(receiving, sending)
    phase = asking.procedure.phase(case, asking.subject, asking.today)
    found = routing.route_of(asking.book, case, phase, asking.today)
    if found is None:
        refuse("no_route", zh("省（自治区）还没有设置这类业务的流程，请联系省级管理员。"), zh("附件1 三.1"))
    case.route, stages = found
    case.stages = asking.procedure.stages_of(case, stages)
    case.start(case.stages[0])
    _open(asking, case.stages[0], handler=asking.by, opinion=asking.opinion)
    asking.event = "to_sign"


def _handle(asking: Asking) -> None:
    asking.case.handled()
    _set(
        asking.turn,
        handler=asking.by,
        handle_opinion=asking.opinion,
        proposal=asking.outcome,
        proposal_reason=asking.reason,
    )
    asking.event = "to_sign"


def _return(asking: Asking) -> None:
    asking.case.returned()
    _set(asking.turn, handler=None, handle_opinion="", proposal="", proposal_reason="")
    asking.event = "returned"


def _sign(asking: Asking) -> None:
    case, step = asking.case, asking.turn
    _object(asking)
    _set(step, signer=asking.by, sign_opinion=asking.opinion, outcome=asking.outcome, reason=asking.reason)
    if asking.outcome == Outcome.REFUSE:
        case.refused()
        _end(asking, "refused")
    elif asking.outcome == Outcome.SEND_BACK:
        case.sent_back()
        _open(asking, State.CORRECTION, asked_by=step)
        asking.event = "correction"
    else:
        _agree(asking)


def _object(asking: Asking) -> None:
    """What the last sign-off agrees to may be stopped by the checks that follow it: then it goes back (R1.6)."""
    if asking.outcome != Outcome.AGREE or procedures.onward(asking.case) != State.COMPLETED:
        return
    found = asking.procedure.objection(asking.case, asking.subject, asking.now)
    if found is not None:
        asking.outcome, asking.reason = Outcome.SEND_BACK, found.reason
        asking.detail["objection"] = found.reason


def _agree(asking: Asking) -> None:
    case = asking.case
    asked_by = asking.turn.asked_by if case.state == State.CORRECTION else None
    target = asked_by.stage if asked_by else procedures.onward(case)
    if target == State.COMPLETED:
        asking.detail["moved"] = asking.procedure.complete(case, asking.subject, asking.now)
        case.agreed(target)
        _end(asking, "completed")
        return
    case.agreed(target)
    if target == State.AWAITING_FILE:
        # R3.7: the 90 days do not touch a case at 调档; it has its own limit (R3.6).
        case.expires_at = None
    _open(asking, target, resumes=asked_by)
    asking.event = "to_file" if target == State.AWAITING_FILE else "arrived"


def _report(asking: Asking) -> None:
    asking.case.reported()
    asking.procedure.reported(asking.case, asking.by, asking.on)


def _no_show(asking: Asking) -> None:
    asking.case.not_reported()
    asking.procedure.reported(asking.case, asking.by, None)


def _request_file(asking: Asking) -> None:
    case = asking.case
    _set(asking.turn, outcome=Outcome.FILED)
    asking.detail["moved"] = asking.procedure.complete(case, asking.subject, asking.now)
    case.filed()
    _end(asking, "completed")


def _withdraw(asking: Asking) -> None:
    event = "no_show_ended" if asking.case.state == State.AWAITING_FILE else "withdrawn"
    if asking.step is not None:
        _set(asking.turn, outcome=Outcome.WITHDRAWN)
    asking.case.withdrawn()
    _end(asking, event if asking.step else "")


def _recall(asking: Asking) -> None:
    before = asking.detail.pop("before")
    _set(asking.turn, outcome=Outcome.RECALLED)
    asking.case.recalled(before.stage)
    _open(asking, before.stage, recall_of=before)
    asking.event = "recalled"


def _nudge(asking: Asking) -> None:
    asking.event = "nudged"


def _message(asking: Asking) -> None:
    asking.event = "message"


_ACTS = {
    Verb.SUBMIT: _submit,
    Verb.HANDLE: _handle,
    Verb.SIGN: _sign,
    Verb.RETURN: _return,
    Verb.WITHDRAW: _withdraw,
    Verb.RECALL: _recall,
    Verb.NUDGE: _nudge,
    Verb.MESSAGE: _message,
    Verb.REPORT: _report,
    Verb.NO_SHOW: _no_show,
    Verb.REQUEST_FILE: _request_file,
}


def relation_of(receiving: Unit, sending: Unit) -> str:
    """How two schools stand to one another (R3.1); the authority of a school run by a league is the league."""
    if receiving.authority_id == sending.authority_id:
        return Relation.SAME_AUTHORITY
    if receiving.province_id == sending.province_id:
        return Relation.SAME_PROVINCE
    return Relation.CROSS_PROVINCE


# ---------------------------------------------------------------- writing


def _set(step: Step, **changes: Any) -> None:
    """Write a step's columns; the database stamps times and persons itself."""
    for name, value in changes.items():
        setattr(step, name, value)
    statements.update(Step, step.pk, **{name: getattr(value, "pk", value) for name, value in changes.items()})


def _open(
    asking: Asking,
    stage: str,
    handler: Account | None = None,
    opinion: str = "",
    asked_by: Step | None = None,
    recall_of: Step | None = None,
    resumes: Step | None = None,
) -> None:
    """Open the next step at ``stage``: whose turn, since when, until when. ``resumes``: the step that asked for the
    correction this one follows."""
    case = asking.case
    unit = _unit(asking, stage)
    if recall_of is not None:
        dates: dict[str, Any] = {
            name: getattr(recall_of, name)
            for name in ("due_on", "bulletin_due_on", "next_warn_on", "warned", "due_provisional")
        }
        handler, opinion, asked_by = recall_of.handler, recall_of.handle_opinion, recall_of.asked_by
        resumes = recall_of.resumes
    else:
        ruled_on, left = case.ruled_on(asking.today), None
        if resumes is not None:
            steps = list(Step.objects.filter(case=case))
            left = left_of(asking.book, [*turn_of(resumes, steps), resumes], unit.province_id, ruled_on)
        due = due_of(asking.book, asking.today, unit, ruled_on, stage, left)
        dates = {
            "due_on": due.due_on,
            "bulletin_due_on": due.bulletin_due_on,
            "next_warn_on": due.next_warn_on,
            "due_provisional": due.provisional,
        }
    values: dict[str, Any] = {
        "case": case.pk,
        "seq": asking.step.seq + 1 if asking.step else 1,
        "stage": str(stage),
        "unit": unit.pk,
        "handler": handler.pk if handler else None,
        "handle_opinion": opinion,
        "proposal": recall_of.proposal if recall_of else (str(Outcome.AGREE) if handler else ""),
        "proposal_reason": recall_of.proposal_reason if recall_of else "",
        "asked_by": asked_by.pk if asked_by else None,
        "recall_of": recall_of.pk if recall_of else None,
        "resumes": resumes.pk if resumes else None,
    }
    pk = statements.insert(Step, returning=True, **values, **dates)
    case.holder, case.due_on = unit, dates["due_on"]
    asking.detail["opened"] = pk
    if asking.step is None:
        asking.step = Step(pk=pk, case=case, seq=1, stage=stage, unit=unit)


def _unit(asking: Asking, stage: str) -> Unit:
    """The unit of a stage, without a query where it is one of the two schools."""
    case = asking.case
    unit_id = asking.procedure.unit_of(case, stage)
    for unit in (case.receiving_unit, case.sending_unit):
        if unit.pk == unit_id:
            return unit
    side = case.sending_unit if stage in SENDING_SIDE else case.receiving_unit
    return Unit(pk=unit_id, province_id=side.province_id)


def _end(asking: Asking, event: str) -> None:
    case = asking.case
    case.holder, case.due_on, case.exclusive_key, case.closed_at = None, None, None, asking.now
    asking.event = event


def _write(asking: Asking) -> None:
    """The case itself, the line of its log, the audit entry, the message: last, so the audit chain is held briefly."""
    case = asking.case
    case.revision += 1
    names = _CHANGING + (_AT_SUBMISSION if asking.verb == Verb.SUBMIT else ())
    if case.state == State.AWAITING_FILE:
        names += ("expires_at",)
    statements.update(Case, case.pk, **{name: getattr(case, name) for name in names})
    unit = asking.seat.unit if asking.seat else None
    act = statements.insert(
        Act,
        returning=asking.event == "message",
        case=case.pk,
        step=asking.step.pk if asking.step else None,
        stage=str(asking.step.stage if asking.step else case.state),
        verb=str(asking.verb),
        account=asking.by.pk,
        unit=unit.pk if unit else None,
        delegated=bool(asking.seat and asking.seat.delegated),
        outcome=str(asking.outcome) if asking.verb in (Verb.SUBMIT, Verb.HANDLE, Verb.SIGN) else "",
        reason=asking.reason,
        opinion=asking.opinion,
    )
    audit.record(
        audit.case_chain(case.pk),
        audit.actor_of(asking.by),
        f"case.{asking.verb}",
        {
            "case": case.pk,
            "step": asking.step.pk if asking.step else None,
            "unit": unit.pk if unit else None,
            "state": case.state,
            "outcome": asking.outcome,
            "reason": asking.reason,
            "opinion": idempotency.digest_of(asking.opinion) if asking.opinion else "",
            "revision": case.revision,
            **{name: value for name, value in asking.detail.items() if name in ("opened", "moved", "to")},
        },
        subject=case.audit_subject,
    )
    wall_marks.write(asking)
    if asking.event:
        # The unit as well: by the time the message is delivered, the case may have gone on.
        payload = {"case": case.pk, "event": asking.event, "by": asking.by.pk, "unit": case.holder_id}
        if asking.event == "message":
            # What was typed stays in the log of the case; the broker only hears of it.
            payload |= {"act": act, "unit": asking.detail["to"]}
        outbox.post("notice", payload, f"{asking.event}:{case.pk}:{case.revision}")


def _tell_blocked(asking: Asking, refusal: Refusal) -> None:
    """R3.1b: the checks before the case leaves its side failed: the receiving school is told in words, once a day."""
    case = asking.case
    payload = {
        "case": case.pk,
        "event": "blocked",
        "by": asking.by.pk,
        "unit": case.receiving_unit_id,
        "sentence": refusal.sentence,  # names schools and units, no pupil
    }
    with transaction.atomic():
        outbox.post("notice", payload, f"blocked:{case.pk}:{refusal.code}:{asking.today}")
