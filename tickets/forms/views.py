"""Pages of the three official forms (R8.6): lists, a draft, one ticket with its paper, its thread and its acts."""

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orgs.people.requests import SignedInRequest
from orgs.people.successors import not_closed
from reviews.case_page.forms import PlainText
from reviews.case_page.proof_views import refused_page, whole
from reviews.desk import context as desk
from reviews.evidence import uploads
from reviews.vocabulary.refusals import refusal_context
from students.counter import sheet_pdf
from tickets.forms import actions as door
from tickets.forms import asking, drafting, enclosures, forms, pages, paper
from tickets.forms.kinds import BY_KIND, CLAUSE, PAPERS
from tickets.forms.kinds import whole as whole_ticket
from tickets.forms.models import Kind, Ticket
from tickets.forms.states import LIVE, Verb
from web.paging import pages_of
from web.redirects import see_other
from web.refusals import NO_POST, Refusal, Refused
from web.served import inert
from web.words import zh

PAGE = 50
_RELATED = ("issuing_unit", "handling_unit", "holder", "drafted_by__person", "proposed_by", "thread__case")
_STATUS = {**dict.fromkeys((*NO_POST, "same_person"), 403), "stale": 409} | dict.fromkeys(
    ("reason", "answer", "phone", "long", "number_in_text", "incomplete", "address", "no_handler"), 422
)
_DONE = {
    Verb.PROPOSE: zh("已送本单位负责人签发。"),
    Verb.SEND_BACK: zh("已退回起草人修改。"),
    Verb.ISSUE: zh("已发出。"),
    Verb.RECALL: zh("已撤回，可以修改后再发。"),
    Verb.DISCARD: zh("已作废。"),
    Verb.ACCEPT: zh("已受理。"),
    Verb.DECLINE: zh("已退回发出单位。"),
    Verb.ANSWER: zh("已答复，等待确认。"),
    Verb.RETURN: zh("已退回重办。"),
    Verb.CONFIRM: zh("已确认。"),
    Verb.CLOSE: zh("已办结。"),
}


# ---------------------------------------------------------------- lists


@never_cache
@require_safe
def show_list(request: SignedInRequest) -> HttpResponse:
    """The account's tickets: whose turn it is with its units, what they issued, what they handle, all."""
    known, mine = desk.of(request), pages.units_of(request.user, desk.of(request).today)
    rows = Ticket.objects.visible_to(request.user, known.today)
    parts = {
        "todo": (zh("待办"), rows.filter(holder__in=mine, state__in=LIVE)),
        "issued": (zh("本单位发出"), rows.filter(issuing_unit__in=mine)),
        "handled": (zh("本单位办理"), rows.filter(handling_unit__in=mine)),
        "overdue": (zh("已超时限"), rows.overdue(known.today)),
        "all": (zh("全部"), rows),
    }
    asked = request.GET.get("tab") or ""
    tab = asked if asked in parts else "todo"
    kind = request.GET.get("kind") if request.GET.get("kind") in BY_KIND else ""
    found = parts[tab][1].filter(**({"kind": kind} if kind else {}))
    number = PlainText().to_python(request.GET.get("number", "")).upper()[:20]
    if number:
        found = found.filter(number__contains=number)
    page = Paginator(found.select_related(*_RELATED[:3]), PAGE).get_page(request.GET.get("page"))
    shown = {
        "tabs": [
            {"url": f"?tab={name}", "label": label, "count": part.count(), "current": name == tab}
            for name, (label, part) in parts.items()
        ],
        "tab": tab,
        "kinds": [
            {"value": p.kind, "label": p.kind.label, "chosen": p.kind == kind} for p in BY_KIND.values()
        ],
        "number": number,
        "rows": [pages.row_of(ticket, known.today) for ticket in page],
        "starts": pages.starts(request.user, known.today),
        "page": pages_of(page, f"&tab={tab}&kind={kind}&number={number}"),
        "clause": pages.CLAUSE_SHOWN,
    }
    return render(request, "tickets/tickets.html", shown)


# ---------------------------------------------------------------- a draft


@never_cache
@require_POST
def new(request: SignedInRequest, kind: str) -> HttpResponse:
    """Begin a paper, from nothing or from a case, a pupil or another ticket, with its fields filled (R8.6)."""
    found, known = BY_KIND.get(kind), desk.of(request)
    if found not in PAPERS:
        raise Http404
    origin = _origin(request, known.today)
    units = asking.may_draft(found, request.user, known.today)
    unit = next(
        (one for one in units if str(one.pk) == request.POST.get("unit")), units[0] if units else None
    )
    try:
        ticket = door.start(found, unit, request.user, known.now, origin)
    except Refused as error:
        return refused_page(request, error.refusal, _STATUS.get(error.code, 409))
    return see_other(reverse("ticket-edit", args=[ticket.number]))


def _origin(request: SignedInRequest, day) -> drafting.Origin:
    """What it begins with, as far as the account may see it; 404 otherwise."""
    plain = PlainText()
    typed = {name: plain.to_python(request.POST.get(name, ""))[:40] for name in ("case", "student", "parent")}
    return drafting.origin_of(request.user, day, **typed)


def visible(request: SignedInRequest, number: str) -> Ticket:
    """The ticket when the account may see it; 404 otherwise."""
    rows = Ticket.objects.visible_to(request.user, desk.of(request).today)
    return get_object_or_404(rows.select_related(*_RELATED, "thread__student"), number=number)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, number: str) -> HttpResponse:
    """The draft as a form; POST keeps it and, when asked, sends it to the head or out."""
    ticket, known = whole_ticket(visible(request, number)), desk.of(request)
    if refused := asking.edit_refusal(ticket, request.user, known.today):
        return ticket_page(request, ticket, refused, refused.status)
    if request.method != "POST":
        return _edit_page(request, ticket, forms.form_of(ticket, known.today))
    form = forms.form_of(ticket, known.today, request.POST)
    problems = forms.problems_typed(request)
    if not form.is_valid():
        return _edit_page(request, ticket, form, problems=problems, status=422)
    try:
        _keep(request, ticket, form, problems)
        verb = {"propose": Verb.PROPOSE, "issue": Verb.ISSUE}.get(request.POST.get("action") or "")
        if verb is None:
            messages.success(request, zh("草稿已保存。"))
            return see_other(reverse("ticket-edit", args=[number]))
        door.perform(number, verb, request.user, known.now)
    except Refused as error:
        form.data = typed = request.POST.copy()
        typed["revision"] = str(Ticket.objects.get(pk=ticket.pk).revision)
        return _edit_page(request, ticket, form, error.refusal, problems, _STATUS.get(error.code, 422))
    messages.success(request, _DONE[verb])
    return see_other(reverse("ticket", args=[number]))


def _keep(request: SignedInRequest, ticket: Ticket, form, problems: list[str]) -> None:
    known = desk.of(request)
    typed = form.typed() | ({"problems": problems} if ticket.kind == Kind.REPORT else {})
    with door.editing(ticket.number, request.user, known.now, form.cleaned_data["revision"]) as held:
        drafting.write(held, typed, known.today)


def _edit_page(request, ticket, form, refused: Refusal | None = None, problems=None, status: int = 200):
    day = desk.of(request).today
    if problems is None and ticket.kind == Kind.REPORT:
        problems = list(ticket.problems.values_list("text", flat=True))
    blanks = max(2, 3 - len(problems or []))
    found = BY_KIND[Kind(ticket.kind)]
    near = ticket.issuing_unit.subordinates.filter(not_closed(day)).order_by("code")[:200]
    shown = {
        "row": pages.row_of(ticket, day),
        "title": found.name,
        "form": form,
        "is_report": ticket.kind == Kind.REPORT,
        "problems": [*(problems or []), *[""] * blanks],
        "units": near if ticket.kind != Kind.REPORT else [],
        "send": {"value": "propose", "label": zh("保存并送负责人签发")}
        if found.stamped
        else {"value": "issue", "label": zh("保存并核发")},
        "clause": pages.CLAUSE_SHOWN,
        "refused": refusal_context(refused),
    }
    return render(request, "tickets/ticket_edit.html", shown, status=status)


# ---------------------------------------------------------------- one ticket


@never_cache
@require_safe
def show(request: SignedInRequest, number: str) -> HttpResponse:
    """The ticket: its paper, its thread, its log; what can be done now."""
    return ticket_page(request, visible(request, number))


def ticket_page(
    request, ticket, refused: Refusal | None = None, status: int = 200, typed=None
) -> HttpResponse:
    """The page with whatever the last act has to tell; what was typed stays."""
    known = desk.of(request)
    shown = pages.shown(ticket, request.user, known.today, known.now, refused, typed)
    return render(request, "tickets/ticket.html", shown, status=status)


@never_cache
@require_POST
def act(request: SignedInRequest, number: str) -> HttpResponse:
    """One act, named by ``verb``."""
    ticket, known = visible(request, number), desk.of(request)
    plain = PlainText()
    typed = {
        name: plain.to_python(request.POST.get(name, ""))
        for name in ("text", "undertaker", "phone", "accepting_unit")
    }
    try:
        verb = Verb(request.POST.get("verb", ""))
    except ValueError:
        refused = Refusal("verb", zh("页面已经过期或不完整，请核对后重新提交；你填写的内容还在。"), CLAUSE)
        return ticket_page(request, ticket, refused, 422, typed)
    said = door.Said(**typed, revision=whole(request.POST.get("revision")))
    try:
        door.perform(number, verb, request.user, known.now, said)
    except Refused as error:
        typed["verb"] = str(verb)
        return ticket_page(
            request, visible(request, number), error.refusal, _STATUS.get(error.code, 409), typed
        )
    messages.success(request, _DONE[verb])
    return see_other(reverse("ticket", args=[number]))


@never_cache
@require_safe
def show_pdf(request: SignedInRequest, number: str) -> HttpResponse:
    """The paper as PDF; that it was drawn is on record."""
    ticket = _on_paper(request, number)
    try:
        data = paper.draw(ticket, request.user, desk.of(request).now)
    except sheet_pdf.GlyphMissing as error:
        return ticket_page(request, ticket, Refusal("glyph", error.sentence, CLAUSE), 409)
    return inert(data, "application/pdf", f"{ticket.number}.pdf")


@never_cache
@require_safe
def show_print(request: SignedInRequest, number: str) -> HttpResponse:
    """The paper as a page that the browser prints; that it was shown in full is on record."""
    ticket, known = _on_paper(request, number), desk.of(request)
    sheet = paper.sheet_of(ticket, request.user, known.now, full=True)
    paper.note_printed(ticket, request.user, "page")
    return render(request, "tickets/ticket_print.html", {"sheet": sheet, "number": number})


def _on_paper(request: SignedInRequest, number: str):
    ticket = visible(request, number)
    if ticket.kind == Kind.COMPLAINT:
        raise Http404
    return whole_ticket(ticket)


# ---------------------------------------------------------------- enclosures


@csrf_exempt
@require_POST
def enclose(request: SignedInRequest, number: str) -> HttpResponse:
    """Take photographs in; reading stops at the limit, before the token is looked at."""
    trouble = uploads.receive(request)
    if trouble is not None:
        return ticket_page(request, visible(request, number), *trouble)
    return _enclose(request, number)


@csrf_protect
def _enclose(request: SignedInRequest, number: str) -> HttpResponse:
    ticket, now = visible(request, number), desk.of(request).now
    try:
        sent: list[UploadedFile | None] = [*request.FILES.getlist("file")[:6]]
        for upload in sent or [None]:
            enclosures.add(number, request.user, upload, now)
    except Refused as error:
        status = 422 if error.code.startswith("proof") else _STATUS.get(error.code, 409)
        return ticket_page(request, ticket, error.refusal, status)
    messages.success(request, zh("附件已保存。"))
    return see_other(reverse("ticket", args=[number]))


@never_cache
@require_safe
def show_enclosure(request: SignedInRequest, number: str, key) -> HttpResponse:
    """A photograph as kept; what was sent is never stored."""
    ticket = visible(request, number)
    row = get_object_or_404(ticket.enclosures.filter(removed_at=None), key=key)
    try:
        data = enclosures.read(row)
    except Refused as error:
        return refused_page(request, error.refusal, 409)
    return inert(data, "image/jpeg", f"{number}-{row.position}.jpg")


@never_cache
@require_POST
def remove_enclosure(request: SignedInRequest, number: str, key) -> HttpResponse:
    """Take one out again."""
    ticket = visible(request, number)
    try:
        enclosures.remove(number, request.user, key, desk.of(request).now)
    except Refused as error:
        return ticket_page(request, ticket, error.refusal, _STATUS.get(error.code, 409))
    messages.success(request, zh("附件已移除。"))
    return see_other(reverse("ticket", args=[number]))
