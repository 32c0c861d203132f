"""Who is told of a ticket: those whose turn it is, and those who issued it (R8.6). Nobody is named in a notice."""

from datetime import datetime

from django.db.models import Max, Q

from ledger import outbox
from ledger.models import OutboxMessage
from orgs.people.models import PostRole
from orgs.people.seats import holders_of
from reviews.notices import digests
from reviews.notices.models import Notice
from reviews.notices.sending import Letter, tell
from tickets.forms.kinds import paper_of
from tickets.forms.models import Kind, Ticket
from tickets.forms.states import State, Verb
from web import clock

_TEXTS = {
    Verb.PROPOSE: "{what}已送签，等待你核签。",
    Verb.SEND_BACK: "{what}被负责人退回修改。",
    Verb.ISSUE: "{what}已发到你单位，请在 3 个工作日内受理。",
    Verb.RECALL: "{what}已由发出单位撤回。",
    Verb.DECLINE: "{what}被{unit}退回，请核对后改发。",
    Verb.ACCEPT: "{what}已由{unit}受理。",
    Verb.ANSWER: "{what}已由{unit}答复，请确认。",
    Verb.RETURN: "{what}的答复被退回，请重新办理。",
    Verb.CONFIRM: "{what}的答复已确认。",
    Verb.CLOSE: "{what}已办结。",
    Verb.ESCALATE: "{what}逾 3 个工作日无人受理，已上报到{unit}，请受理或督促。",
    "untouched": "{what}逾 3 个工作日无人受理，仍在{unit}，请尽快受理；发出单位请督促，或撤回后改发。",
    "near": "{what}将于{by}到完成时限，还没有答复，请尽快办理。",
    "overdue_below": "{what}在{unit}已超过完成时限，还没有答复，请督促。",
    "overdue": "{what}已超过完成时限，还没有答复，请尽快办理。",
}


@outbox.handler("ticket")
def tell_people(messages: list[OutboxMessage], now: datetime) -> None:
    """One notice each for the accounts that may act."""
    related = ("holder", "issuing_unit", "handling_unit")
    tickets = Ticket.objects.select_related(*related).in_bulk({m.payload["ticket"] for m in messages})
    units = {unit for ticket in tickets.values() for unit in _all(ticket)}
    names = {unit.pk: unit.name for ticket in tickets.values() for unit in (ticket.holder,)}
    names |= {
        unit.pk: unit.name for t in tickets.values() for unit in (t.issuing_unit, t.handling_unit) if unit
    }
    seats = holders_of(units, clock.local_date(now))
    letters = []
    for message in messages:
        ticket, verb = tickets[message.payload["ticket"]], message.payload["verb"]
        if verb not in _TEXTS:
            continue
        text = _TEXTS[verb].format(
            what=f"{Kind(ticket.kind).label} {ticket.number} ",
            unit=names.get(message.payload["unit"], ""),
            by=clock.spoken(ticket.complete_by) if ticket.complete_by else "",
        )
        wanted = _audience(ticket, verb)
        letters += [
            Letter(account, None, text, message.dedup, f"/tickets/{ticket.number}/")
            for account in {a for unit, role, a in seats if (unit, role) in wanted}
        ]
    tell(letters, now)


@digests.dealt
def dealt_with(notices: list[Notice], units: set[int]) -> set[int]:
    """Notices of tickets on which one of the units has acted since, or which are closed."""
    about = {notice: notice.link.split("/")[2] for notice in notices if notice.link.startswith("/tickets/")}
    tickets = Ticket.objects.filter(number__in=set(about.values()))
    last = dict(
        tickets.annotate(
            last=Max("entries__at", filter=Q(entries__unit__in=units, entries__by__isnull=False))
        ).values_list("number", "last")
    )
    closed = dict(tickets.filter(state=State.CLOSED).values_list("number", "closed_at"))
    return {
        notice.pk
        for notice, number in about.items()
        for at in (last.get(number), closed.get(number))
        if at and at > notice.created_at
    }


def _all(ticket: Ticket) -> set[int]:
    units = (ticket.holder_id, ticket.holder.authority_id, ticket.issuing_unit_id, ticket.handling_unit_id)
    return {pk for pk in units if pk}


def _audience(ticket: Ticket, verb: str) -> set[tuple[int | None, str]]:
    """Units with the roles there."""
    paper = paper_of(ticket)
    if verb == Verb.PROPOSE:
        return {(ticket.issuing_unit_id, PostRole.HEAD)}
    issuers: set[tuple[int | None, str]]
    handlers: set[tuple[int | None, str]]
    holders: set[tuple[int | None, str]]
    issuers = {(ticket.issuing_unit_id, role) for role in (*paper.drafters, PostRole.HEAD)}
    handlers = {(ticket.handling_unit_id, role) for role in paper.handlers}
    holders = {(ticket.holder_id, role) for role in paper.handlers}
    if verb in (Verb.SEND_BACK, Verb.DECLINE):
        return issuers
    if verb == Verb.ANSWER:
        return issuers if ticket.issuing_unit_id else holders
    if verb in (Verb.ISSUE, Verb.RETURN):
        return holders
    if verb == Verb.ESCALATE:
        return holders | issuers | handlers
    if verb == "near":
        return holders
    if verb == "overdue_below":
        return {(ticket.holder.authority_id, role) for role in paper.handlers}
    if verb in ("overdue", "untouched"):
        return holders | issuers
    return issuers | handlers if verb in (Verb.CONFIRM, Verb.CLOSE, Verb.RECALL) else issuers
