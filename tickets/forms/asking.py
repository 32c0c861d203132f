"""Who may do what to a ticket: asked by buttons, forms, the API and the door alike (R8.6)."""

from datetime import date
from typing import cast

from django_fsm import can_proceed

from orgs.people.models import PostRole, Unit, UnitLevel
from orgs.people.seats import acting_seats
from orgs.people.successors import heir_or_self, stands
from reviews.engine import one_unit, seating
from reviews.engine.seating import two_persons
from tickets.forms.kinds import CLAUSE, Paper, paper_of
from tickets.forms.models import Kind, Ticket
from tickets.forms.states import LIVE, State, Verb
from web import clock
from web.refusals import Refusal
from web.words import joined, zh

# Method of the machine for each verb.
METHODS = {
    Verb.PROPOSE: "proposed",
    Verb.SEND_BACK: "sent_back",
    Verb.ISSUE: "issued",
    Verb.RECALL: "recalled",
    Verb.DISCARD: "discarded",
    Verb.ACCEPT: "accepted",
    Verb.DECLINE: "declined",
    Verb.ANSWER: "answered",
    Verb.RETURN: "answer_returned",
    Verb.CONFIRM: "confirmed",
    Verb.CLOSE: "closed",
    Verb.ESCALATE: "escalated",
}
_BY_HOLDER = (Verb.ACCEPT, Verb.DECLINE, Verb.ANSWER)
_BY_HEAD = (Verb.ISSUE, Verb.SEND_BACK)
BY_PEOPLE = tuple(verb for verb in Verb if verb != Verb.ESCALATE)


def may_draft(paper: Paper, account, day: date) -> list:
    """The units for which ``account`` may draft such a paper."""
    return [
        seat.unit
        for seat in acting_seats(account, day)
        if seat.unit.level in paper.levels and seat.role in paper.drafters
    ]


def refusal(ticket: Ticket, verb: Verb, by, day: date) -> Refusal | None:
    """Why ``by`` cannot do this now; ``None`` when nothing stands against it."""
    if not can_proceed(getattr(ticket, METHODS[verb])) or verb == Verb.ESCALATE:
        told = zh(
            "{label}“{state}”，现在不能{verb_label}。",
            label=Kind(ticket.kind).label,
            state=ticket.get_state_display(),
            verb_label=verb.label,
        )
        return Refusal("state", told, CLAUSE)
    return (
        _seat_refusal(ticket, verb, by, day)
        or _rule(ticket, verb, by)
        or _other_side(ticket, acting_unit(ticket, verb, by, day), _turn(ticket, verb)[1], by, day)
    )


def _seat_refusal(ticket: Ticket, verb: Verb, by, day: date) -> Refusal | None:
    if verb == Verb.ACCEPT and taking_unit(ticket, by, day) is not None:
        return None
    return _seated(by, *_turn(ticket, verb)[:2], day, _turn(ticket, verb)[2])


def _turn(ticket: Ticket, verb: Verb) -> tuple[Unit, tuple[str, ...], str]:
    """Which unit does this, from which posts, and by what rule."""
    paper, issuing = paper_of(ticket), cast("Unit", ticket.issuing_unit)
    if verb in _BY_HOLDER:
        return ticket.holder, paper.handlers, zh("由单据所在单位办理")
    if ticket.kind == Kind.COMPLAINT:
        signs = verb in (Verb.CONFIRM, Verb.RETURN)
        roles = (PostRole.HEAD,) if signs else paper.handlers
        return ticket.holder, roles, zh("投诉由受理单位办理，答复由负责人确认")
    if verb in _BY_HEAD and paper.stamped:
        return issuing, (PostRole.HEAD,), paper.issued_by
    if verb in (Verb.PROPOSE, Verb.DISCARD, Verb.ISSUE, Verb.SEND_BACK):
        return issuing, paper.drafters, paper.issued_by
    return issuing, (*paper.drafters, PostRole.HEAD), paper.issued_by


def acting_unit(ticket: Ticket, verb: Verb, by, day: date) -> Unit:
    """The unit for which ``by`` does this."""
    taken = taking_unit(ticket, by, day) if verb == Verb.ACCEPT else None
    return taken or _turn(ticket, verb)[0]


def _other_side(ticket: Ticket, own: Unit, roles, by, day: date) -> Refusal | None:
    """One person acts for one unit of a ticket only, however the seats came about (R0.5): who drafted, signed or took it up
    for one answers, confirms or takes back for no other."""
    done = [(entry.unit, entry.by.person_id) for entry in _entries(ticket) if entry.unit and entry.by]
    if ticket.issuing_unit and ticket.drafted_by:
        done.append((ticket.issuing_unit, ticket.drafted_by.person_id))
    # A unit that was merged into this one, or this one itself where a successor acts for it, is no other side.
    here = heir_or_self(own, day).pk
    others = [(unit, person) for unit, person in done if heir_or_self(unit, day).pk != here]
    other = next((unit for unit, person in others if person == by.person_id), None)
    if other is None or by.person_id is None:
        return None
    role = next(
        (seat.role for seat in acting_seats(by, day) if own.pk in seat.units and seat.role in roles), roles[0]
    )
    told = zh(
        "这张单据你已代表{other}办理过，一人在一张单据中只能代表一个单位，不能再代表{own}。{way}",
        other=other.name,
        own=own.name,
        way=one_unit.way_on_at(own, role, {person for _, person in others if person is not None}, day),
    )
    return Refusal(one_unit.CODE, told, one_unit.CLAUSE)


def _entries(ticket: Ticket):
    return ticket.entries.filter(by__isnull=False).select_related("unit__successor", "by").order_by("pk")


def taking_unit(ticket: Ticket, by, day: date) -> Unit | None:
    """The unit for which ``by`` may take the ticket up: where it lies, or, once it has gone up unanswered, the one it was
    addressed to and those between: it is asked of the unit that can settle it, not taken from it (R8.5)."""
    handlers, addressed = paper_of(ticket).handlers, ticket.handling_unit or ticket.holder
    for seat in acting_seats(by, day):
        between = ticket.holder.stands_above(seat.unit) and seat.unit.stands_above(addressed)
        if seat.role in handlers and (ticket.holder_id in seat.units or between):
            return seat.unit
    return None


def _seated(by, unit, roles, day: date, rule: str) -> Refusal | None:
    if any(unit.pk in seat.units and seat.role in roles for seat in acting_seats(by, day)):
        return None
    who = joined("、", (PostRole(role).label for role in roles))
    told = Refusal(
        "no_seat",
        zh("{rule}，这一步由{unit_name}的{who}办理。", rule=rule, unit_name=unit.name, who=who),
        CLAUSE,
    )
    return seating.no_seat(by, day, told, unit.pk) if PostRole.REGISTRAR in roles else told


def _rule(ticket: Ticket, verb: Verb, by) -> Refusal | None:
    paper = paper_of(ticket)
    if verb in _BY_HEAD and paper.stamped:
        if ticket.proposed_by_id is None:
            return Refusal("not_proposed", zh("还没有送签，请由起草人先送负责人签发。"), CLAUSE)
        told = zh("送签的人不能自己签发：盖章须由另一名负责人核签。")
        if verb == Verb.ISSUE and (found := two_persons(ticket.proposed_by, by, told)):
            return found
    if verb == Verb.SEND_BACK and not paper.stamped:
        return Refusal("no_stamp", zh("核查单由技术部门直接核发，没有送签一步。"), CLAUSE)
    if verb == Verb.PROPOSE and not paper.stamped:
        return Refusal("no_stamp", zh("核查单由技术部门直接核发，不需要送签。"), CLAUSE)
    if verb == Verb.PROPOSE and ticket.proposed_by_id is not None:
        return Refusal("proposed", zh("已经送签，等待负责人签发。"), CLAUSE)
    if verb == Verb.CLOSE:
        return _open_children(ticket)
    if ticket.kind == Kind.COMPLAINT and verb == Verb.CONFIRM:
        return two_persons(ticket.answered_by, by, zh("拟答复的人不能自己确认，请由另一名负责人确认。"))
    if ticket.kind == Kind.COMPLAINT and verb in (Verb.RECALL, Verb.DECLINE):
        return Refusal("complaint", zh("投诉不能退回投诉人，请受理后答复，或开出核查单、督办单。"), CLAUSE)
    return None


def _open_children(ticket: Ticket) -> Refusal | None:
    open_ones = list(ticket.children.filter(state__in=LIVE).values_list("number", flat=True)[:3])
    if open_ones:
        told = zh(
            "由它引起的单据还没有办结（{names}），请办结后再办结这一张。", names=joined("、", open_ones)
        )
        return Refusal("open_children", told, CLAUSE)
    return None


def edit_refusal(ticket: Ticket, by, day: date) -> Refusal | None:
    """Why ``by`` cannot change what the paper says."""
    if ticket.state != State.DRAFTED:
        return Refusal("issued", zh("单据已经发出，内容不能再改；确需更改的，请撤回后修改。"), CLAUSE)
    paper, issuing = paper_of(ticket), cast("Unit", ticket.issuing_unit)
    return _seated(by, issuing, paper.drafters, day, paper.issued_by) or _other_side(
        ticket, issuing, paper.drafters, by, day
    )


def address_refusal(paper: Paper, issuing, handling) -> Refusal | None:
    """Why such a paper cannot go from the one unit to the other."""
    if handling is None:
        return Refusal(
            "no_handler",
            zh("请选择{part}单位。", part=zh("核查") if paper.kind == Kind.CHECK else zh("承办")),
            CLAUSE,
        )
    if paper.kind == Kind.REPORT:
        if handling.level != UnitLevel.MINISTRY:
            return Refusal("address", zh("问题报告单只报教育部。"), CLAUSE)
        return None
    if not issuing.stands_above(handling) or issuing.pk == handling.pk:
        return Refusal(
            "address",
            zh("{kind_label}只发给本单位的下级单位，请重新选择。", kind_label=paper.kind.label),
            CLAUSE,
        )
    if not stands(handling, clock.local_date(clock.now())):
        return Refusal(
            "closed_unit", zh("{handling_name}已撤销，请选择承接单位。", handling_name=handling.name), CLAUSE
        )
    return None
