"""What the page of a ticket shows: its paper, its thread, its log, and what the account may do (R8.6)."""

from datetime import date

from django.urls import reverse

from orgs.people.models import PostRole
from orgs.people.seats import seats_of
from reviews.vocabulary.refusals import refusal_context
from tickets.forms import asking, drafting, enclosures, paper, sealed
from tickets.forms.kinds import PAPERS, paper_of, whole
from tickets.forms.models import Kind, Ticket
from tickets.forms.states import State, Verb
from web.clock import local_date, moment, spoken
from web.words import beside, zh

CLAUSE_SHOWN = {
    "text": zh(
        "跨省业务和系统运行中存在的问题要以报告单形式及时报告教育部；问题核查单由技术部门核发，问题督办单由行政部门核发。"
    ),
    "source": zh("教基一厅〔2016〕2号 正文 第三条第2款，附件2–4"),
    "url": "/rules/#zw-3-2",
}
TIERS = {
    State.DRAFTED: "",
    State.ISSUED: "state-warn",
    State.ACCEPTED: "state-warn",
    State.RETURNED: "state-bad",
    State.ANSWERED: "state-warn",
    State.CONFIRMED: "state-good",
    State.CLOSED: "state-good",
}
# Acts that are one button; the others have a form of their own.
_PLAIN = (Verb.PROPOSE, Verb.ISSUE, Verb.CONFIRM, Verb.CLOSE)
_WITH_REASON = (Verb.SEND_BACK, Verb.RECALL, Verb.DECLINE, Verb.RETURN)
_EFFECT = {
    Verb.PROPOSE: zh("送出后由本单位负责人核签；修改草稿后须重新送签。"),
    Verb.ISSUE: zh("签发等同盖章，发出后内容不能再改。"),
    Verb.CONFIRM: zh("确认后不能再退回重办。"),
    Verb.CLOSE: zh("办结后存档。"),
}


def row_of(ticket: Ticket, day: date) -> dict:
    """One line of a list."""
    overdue = ticket.is_overdue(day)
    return {
        "number": ticket.number,
        "url": reverse("ticket", args=[ticket.number]),
        "kind": Kind(ticket.kind).label,
        "issuing": ticket.called("issuing_unit") or zh("群众"),
        "handling": ticket.called("handling_unit") or "—",
        "issued": spoken(local_date(ticket.issued_at)) if ticket.issued_at else "—",
        "due": spoken(ticket.complete_by) if ticket.complete_by else "—",
        "holder": ticket.holder.name,
        "state": state_of(ticket),
        "tier": "state-bad" if overdue else TIERS[ticket.state],
        "overdue": overdue,
    }


def state_of(ticket: Ticket) -> str:
    """Its state in words."""
    if ticket.state == State.DRAFTED and ticket.proposed_by_id:
        return zh("待负责人签发")
    if ticket.state == State.CLOSED and ticket.issued_at is None:
        return zh("已作废")
    return ticket.get_state_display()


def shown(ticket: Ticket, account, day: date, now, refused=None, typed: dict | None = None) -> dict:
    """The whole page."""
    whole_ticket = whole(ticket)
    may: dict[Verb, bool] = {
        verb: asking.refusal(ticket, verb, account, day) is None for verb in asking.BY_PEOPLE
    }
    return {
        "row": row_of(ticket, day),
        "paper": _paper(whole_ticket, account, now),
        "complaint": _complaint(whole_ticket) if ticket.kind == Kind.COMPLAINT else [],
        "may_edit": asking.edit_refusal(ticket, account, day) is None,
        "lacking": drafting.missing(ticket, day) if ticket.state == State.DRAFTED else [],
        "buttons": [
            {"verb": str(verb), "label": _label(ticket, verb), "effect": _EFFECT[verb]}
            for verb in _PLAIN
            if may[verb]
        ],
        "reasoned": [
            {"verb": str(verb), "label": verb.label, "id": f"why-{verb}"}
            for verb in _WITH_REASON
            if may[verb]
        ],
        "may_discard": may[Verb.DISCARD],
        "accept": _accept(ticket, account, typed) if may[Verb.ACCEPT] else None,
        "answer": _answer(ticket, typed) if may[Verb.ANSWER] else None,
        "log": [_entry(entry) for entry in ticket.entries.select_related("by__person", "unit")],
        "thread": _thread(ticket, account, day),
        "origin": _origin(ticket),
        "enclosures": _enclosures(ticket),
        "may_enclose": enclosures.refusal(ticket, account, day) is None,
        "starts": starts(account, day) if ticket.state != State.DRAFTED else [],
        "revision": ticket.revision,
        "typed": typed or {},
        "clause": CLAUSE_SHOWN,
        "refused": refusal_context(refused),
    }


def starts(account, day: date) -> list[dict]:
    """The papers that the account may begin, as buttons."""
    return [
        {
            "url": reverse("ticket-new", args=[found.kind]),
            "label": zh("开{kind_label}", kind_label=found.kind.label),
            "kind": str(found.kind),
        }
        for found in PAPERS
        if asking.may_draft(found, account, day)
    ]


def _label(ticket: Ticket, verb: Verb) -> str:
    if verb == Verb.ISSUE and ticket.kind == Kind.CHECK:
        return zh("核发")
    return {Verb.CONFIRM: zh("确认答复"), Verb.ISSUE: zh("签发"), Verb.PROPOSE: zh("送负责人签发")}.get(
        verb, verb.label
    )


def _paper(ticket, account, now):
    if ticket.kind == Kind.COMPLAINT:
        return None
    return paper.sheet_of(ticket, account, now, full=False)


def _complaint(ticket) -> list[tuple[str, str]]:
    facts: list[tuple[str, str]] = [
        (zh("投诉人"), ticket.citizen or zh("未留姓名")),
        (zh("联系方式"), sealed.masked(ticket, "contact") or zh("未留")),
        (zh("业务编号"), ticket.case_number or "—"),
        (zh("投诉内容"), ticket.matter),
    ]
    return [*facts, (zh("答复"), ticket.answer)] if ticket.answer else facts


def _accept(ticket: Ticket, account, typed: dict | None) -> dict:
    typed = typed or {}
    return {
        "label": paper_of(ticket).names["undertaker"],
        "undertaker": typed.get("undertaker") or account.display_name,
        "phone": typed.get("phone") or ticket.holder.phone,
        "unit": typed.get("accepting_unit") or ticket.holder.name,
        "asks_unit": ticket.kind == Kind.REPORT,
    }


def _answer(ticket: Ticket, typed: dict | None) -> dict:
    text = (typed or {}).get("text")
    return {"label": paper_of(ticket).names["answer"], "text": ticket.answer if text is None else text}


def _entry(entry) -> dict:
    who = entry.called("by") or zh("系统")
    return {
        "at": moment(entry.at),
        "unit": entry.called("unit"),
        "who": who,
        "what": Verb(entry.verb).label,
        "text": entry.text,
    }


def _thread(ticket: Ticket, account, day: date) -> dict:
    """The other tickets of the matter that the account may see, and how many it may not."""
    related = ("issuing_unit", "handling_unit", "holder")
    others = Ticket.objects.filter(thread=ticket.thread_id).exclude(pk=ticket.pk)
    seen = list(others.visible_to(account, day).select_related(*related).order_by("id"))
    rows = [row_of(one, day) | {"of": _link(one, ticket)} for one in seen]
    return {
        "rows": rows,
        "hidden": others.filter(issued_at__isnull=False).count()
        - sum(one.issued_at is not None for one in seen),
    }


def _link(one: Ticket, ticket: Ticket) -> str:
    if one.pk == ticket.parent_id:
        return zh("由它引起本单")
    return zh("由本单引起") if one.parent_id == ticket.pk else zh("同一问题")


def _origin(ticket: Ticket) -> list[dict]:
    thread = ticket.thread
    found = []
    if thread.case:
        found.append({"label": zh("看业务"), "url": reverse("case", args=[thread.case.number])})
    if thread.student:
        found.append({"label": zh("学生学籍"), "url": reverse("student-detail", args=[thread.student.key])})
    return found


def _enclosures(ticket: Ticket) -> list[dict]:
    return [
        {
            "url": reverse("ticket-enclosure", args=[ticket.number, row.key]),
            "remove_url": reverse("ticket-enclosure-remove", args=[ticket.number, row.key]),
            "label": zh("附件 {at}", at=at),
            "told": beside(row.unit.name, moment(row.added_at)),
            "own": row.unit_id == ticket.holder_id,
        }
        for at, row in enumerate(ticket.enclosures.filter(removed_at=None).select_related("unit"), 1)
    ]


def units_of(account, day: date) -> set[int]:
    """The units where the account works with tickets."""
    roles = (PostRole.REGISTRAR, PostRole.HEAD, PostRole.TECHNICIAN)
    return {pk for seat in seats_of(account, day) if seat.role in roles for pk in seat.units}
