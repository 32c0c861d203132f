"""The only writer of tickets: lock, refusal or transition, log, audit, message (R8.6)."""

from collections.abc import Callable
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import NamedTuple, cast

from django.db import transaction

from ledger import audit, outbox
from orgs.people.models import Unit, UnitLevel
from reviews.engine import book as rulebook
from reviews.engine import seating
from reviews.engine.opinions import cleaned
from reviews.rulebook import calendar
from reviews.vocabulary.public_numbers import public_number
from students.pupil.identity import IdentityError, check_phone
from tickets.forms import asking, drafting
from tickets.forms.kinds import CLAUSE, Paper, paper_of, whole
from tickets.forms.models import Entry, Kind, ProblemReport, Thread, Ticket
from tickets.forms.states import Verb
from web.clock import local_date, spoken
from web.refusals import Refusal, Refused, refuse
from web.text import says
from web.words import zh

CHAIN = "tickets"
# 未受理的单据三个工作日后上报上一级.
TOUCHED_WITHIN = 3
_SHORTEST, _LONGEST, _NOTE = 5, 4000, 500
# Verbs that tell the other side why.
NEEDS_REASON = (Verb.SEND_BACK, Verb.RECALL, Verb.DECLINE, Verb.RETURN)


class Said(NamedTuple):
    """What was typed with an act: a reason or remark, an answer, who undertakes it and where to call."""

    text: str = ""
    undertaker: str = ""
    phone: str = ""
    accepting_unit: str = ""
    revision: int | None = None


_NOTHING = Said()


def begin(paper: Paper, unit: Unit | None, by, now: datetime, *, thread: Thread | None = None, parent=None):
    """A new draft of ``unit``, addressed to nobody yet but the ministry. Raises Refused."""
    day = local_date(now)
    _check_drafter(paper, unit, by, day)
    with transaction.atomic():
        ticket = paper.model(
            number=public_number(paper.prefix, day.year),
            kind=paper.kind,
            thread=thread or Thread.objects.create(),
            parent=parent,
            issuing_unit=unit,
            holder=unit,
            drafted_by=by,
        )
        if paper.kind == Kind.REPORT:
            ticket.handling_unit = Unit.objects.filter(level=UnitLevel.MINISTRY).order_by("pk").first()
        ticket.save(force_insert=True)
        _log(ticket, "", by, cast(Unit, unit), "")  # _check_drafter lets none without a unit pass
    return ticket


def _check_drafter(paper: Paper, unit: Unit | None, by, day: date) -> None:
    if unit is None or unit not in asking.may_draft(paper, by, day):
        told = zh("{paper_issued_by}，你没有起草的岗位。", paper_issued_by=paper.issued_by)
        raise Refused(seating.no_seat(by, day, Refusal("no_seat", told, CLAUSE)))


def start(
    paper: Paper,
    unit: Unit | None,
    by,
    now: datetime,
    origin: drafting.Origin,
    kept: Callable[[Ticket], None] | None = None,
) -> Ticket:
    """A new draft with all that follows from where it was begun. ``kept`` is called in the same transaction. Raises
    Refused."""
    _check_drafter(paper, unit, by, local_date(now))
    with transaction.atomic():
        parent = origin.parent
        ticket = begin(paper, unit, by, now, thread=drafting.thread_of(origin), parent=parent)
        typed = drafting.filled(paper, origin, by, now)
        handler = typed.get("handling_unit")
        if handler is not None and asking.address_refusal(paper, unit, handler):
            del typed["handling_unit"]
        drafting.write(ticket, typed, local_date(now))
        ticket.save()
        if kept is not None:
            kept(ticket)
    return ticket


@contextmanager
def editing(number: str, by, now: datetime, revision: int | None):
    """The draft, locked, to be changed in the block and saved at its end. Raises Refused."""
    with transaction.atomic():
        held = _held(number, revision)
        if refused := asking.edit_refusal(held, by, local_date(now)):
            raise Refused(refused)
        ticket = whole(held)
        yield ticket
        ticket.proposed_by = None
        ticket.revision += 1
        ticket.save()
        body = {"ticket": ticket.number, "revision": ticket.revision}
        audit.record(CHAIN, audit.actor_of(by), "ticket.edited", body, subject=f"ticket:{ticket.number}")


def perform(
    number: str,
    verb: Verb,
    by,
    now: datetime,
    said: Said = _NOTHING,
    kept: Callable[[Ticket], None] | None = None,
) -> Ticket:
    """Do it, or raise Refused with the sentence why not. ``kept`` is called in the same transaction."""
    with transaction.atomic():
        held = _held(number, said.revision)
        if refused := asking.refusal(held, verb, by, local_date(now)):
            raise Refused(refused)
        ticket = whole(held)
        text = drafting.no_number(said.text, zh("说明"), _NOTE)
        if verb in NEEDS_REASON and not says(text, _SHORTEST):
            refuse(
                "reason",
                zh(
                    "请写明{verb_label}的原因（至少 {shortest} 个字）。",
                    verb_label=verb.label,
                    shortest=_SHORTEST,
                ),
                CLAUSE,
            )
        unit = asking.acting_unit(ticket, verb, by, local_date(now))
        note = _ACTS[verb](ticket, by, now, said) if verb in _ACTS else text
        if verb not in _ACTS:
            getattr(ticket, asking.METHODS[verb])(*([now] if verb in _TIMED else []))
        _save(ticket)
        _log(ticket, verb, by, unit, note)
        if kept is not None:
            kept(ticket)
    return ticket


def escalate(ticket: Ticket, above: Unit | None, now: datetime) -> None:
    """The clock's verb, on a locked row: up to the unit above, but never to those who issued it, nor over their heads:
    there, and at the top, it stays where it is and both sides are told (R8.5, R8.6)."""
    issuer = ticket.issuing_unit
    if above is None or (issuer is not None and above.stands_above(issuer)):
        ticket.touch_by = None
        ticket.save(update_fields=["touch_by"])
        said = {"ticket": ticket.pk, "verb": "untouched", "unit": ticket.holder_id}
        outbox.post("ticket", said, f"ticket:{ticket.number}:untouched:{ticket.revision}")
        return
    told = zh(
        "{holder_name}未在 {touched_within} 个工作日内受理，上报{above_name}。",
        holder_name=ticket.holder.name,
        touched_within=TOUCHED_WITHIN,
        above_name=above.name,
    )
    ticket.escalated(above, touch_by(local_date(now)))
    _save(ticket)
    _log(ticket, Verb.ESCALATE, None, above, told)


def touch_by(day: date) -> date:
    """By when somebody has to accept what came to a unit on ``day``."""
    return calendar.current().add(day, TOUCHED_WITHIN)


# ---------------------------------------------------------------- acts that say more


def _issue(ticket: Ticket, by, now: datetime, said: Said) -> str:
    paper, day = paper_of(ticket), local_date(now)
    drafting.complete_or_refuse(ticket, day)
    if refused := asking.address_refusal(paper, ticket.issuing_unit, ticket.handling_unit):
        raise Refused(refused)
    handling = cast(Unit, ticket.handling_unit)  # one without is not complete
    ticket.issued(by, now, touch_by(day))
    limit = zh("，完成时限 {day}", day=spoken(ticket.complete_by)) if ticket.complete_by else ""
    return zh("发给{handling_unit_name}{limit}", handling_unit_name=handling.name, limit=limit)


def _propose(ticket: Ticket, by, now: datetime, said: Said) -> str:
    drafting.complete_or_refuse(ticket, local_date(now))
    if refused := asking.address_refusal(paper_of(ticket), ticket.issuing_unit, ticket.handling_unit):
        raise Refused(refused)
    ticket.proposed(by)
    return ""


def _accept(ticket: Ticket, by, now: datetime, said: Said) -> str:
    name, label = cleaned(said.undertaker)[:50] or by.display_name, paper_of(ticket).names["undertaker"]
    phone = cleaned(said.phone)
    if ticket.kind != Kind.COMPLAINT and not phone:
        refuse("phone", zh("请填写{label}的联系电话。", label=label), CLAUSE)
    if phone:
        try:
            phone = check_phone(phone, zh("{label}的联系电话", label=label))
        except IdentityError as error:
            refuse("phone", error.sentence)
    if ticket.kind == Kind.REPORT:
        cast(ProblemReport, ticket).accepting_unit = cleaned(said.accepting_unit)[:60] or ticket.holder.name
    day = local_date(now)
    ticket.holder = asking.taking_unit(ticket, by, day) or ticket.holder
    if ticket.complete_by is None:
        ticket.complete_by = day + timedelta(days=_days_for(ticket, day))
    ticket.accepted(now, name, phone)
    return zh("{label}：{name}，完成时限 {day}", label=label, name=name, day=spoken(ticket.complete_by))


def _days_for(ticket: Ticket, day: date) -> int:
    """So many days has who accepts a ticket that says no date itself: a row for each kind (R8.5)."""
    return rulebook.current().limit(f"ticket_{ticket.kind}_days", day, ticket.holder.province_id)


def _answer(ticket: Ticket, by, now: datetime, said: Said) -> str:
    label = paper_of(ticket).names["answer"]
    text = drafting.no_number(said.text, label, _LONGEST)
    if not says(text, _SHORTEST):
        refuse(
            "answer", zh("请填写{label}（至少 {shortest} 个字）。", label=label, shortest=_SHORTEST), CLAUSE
        )
    ticket.answered(by, now, text)
    return ""


_ACTS = {Verb.ISSUE: _issue, Verb.PROPOSE: _propose, Verb.ACCEPT: _accept, Verb.ANSWER: _answer}
_TIMED = (Verb.DISCARD, Verb.CONFIRM, Verb.CLOSE)


# ---------------------------------------------------------------- writing


def _held(number: str, revision: int | None) -> Ticket:
    rows = Ticket.objects.select_for_update(no_key=True, of=("self",))
    held = rows.select_related(
        "holder", "issuing_unit", "handling_unit", "drafted_by", "proposed_by", "answered_by"
    ).get(number=number)
    if revision is not None and revision != held.revision:
        refuse(
            "stale", zh("这张单据刚被他人办理或修改过，页面已更新，请核对后再办；你填写的内容还在。"), CLAUSE
        )
    return held


def _save(ticket: Ticket) -> None:
    ticket.revision += 1
    ticket.save()


def _log(ticket: Ticket, verb: str, by, unit: Unit, note: str) -> None:
    """One line of the log, one entry of the trail, one message to those concerned."""
    if verb:
        Entry.objects.create(ticket_id=ticket.pk, verb=verb, by=by, unit=unit, text=note[:_NOTE])
    what = verb or "draft"
    body = {"ticket": ticket.number, "state": str(ticket.state), "unit": unit.pk}
    audit.record(CHAIN, audit.actor_of(by), f"ticket.{what}", body, subject=f"ticket:{ticket.number}")
    if verb:
        said = {"ticket": ticket.pk, "verb": verb, "unit": unit.pk}
        outbox.post("ticket", said, f"ticket:{ticket.number}:{ticket.revision}")
