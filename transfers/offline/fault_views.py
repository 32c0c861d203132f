"""Pages of fault notices: which there are and what was done under them, announcing and ending one (R0.4)."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orgs.people.models import UnitLevel
from orgs.people.requests import SignedInRequest
from reviews.case_page.proof_views import refused_page
from reviews.desk import context as desk
from reviews.faults import announcing as faults
from reviews.faults.models import Fault
from transfers.attendance.models import OfflineTransfer
from transfers.moving import pages
from transfers.offline import pages as offline_pages
from transfers.offline.forms import FaultForm
from transfers.offline.views import told
from web.paging import stretch
from web.redirects import see_other
from web.refusals import Refused
from web.words import zh

PAGE = 25


@never_cache
@require_safe
def show_list(request: SignedInRequest) -> HttpResponse:
    """Faults of one's own units, of those under and of those above, the last first."""
    known = desk.of(request)
    found = Fault.objects.visible_to(request.user, known.today).select_related("unit").order_by("-id")
    only_open = request.GET.get("open", "") == "1"
    page = Paginator(found.open() if only_open else found, PAGE).get_page(request.GET.get("page"))
    shown = {
        "rows": offline_pages.fault_rows(list(page), request.user, known),
        "page": pager(page, zh("条"), {"open": "1"} if only_open else {}),
        "only_open": only_open,
        "lasting": found.open().count(),
        "may_open": bool(faults.offices_of(request.user, known.today)),
    }
    return render(request, "transfers/fault_list.html", shown)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def announce(request: SignedInRequest) -> HttpResponse:
    """The form for a new fault; only offices see it."""
    known = desk.of(request)
    offices = faults.offices_of(request.user, known.today)
    if not offices:
        return refused_page(request, faults.NO_OFFICE, 403)
    form = FaultForm(offered(request.user, known.today), request.POST if request.method == "POST" else None)
    refused, status = None, 200
    if form.is_bound and form.is_valid():
        try:
            typed = form.cleaned_data
            fault = faults.open_fault(
                typed["unit"], request.user, known.now, since=typed["since"], reason=typed["reason"]
            )
        except Refused as error:
            refused, status = told(error), 409
        else:
            messages.success(
                request,
                zh(
                    "已发布故障公告 {fault_number}，范围内的学籍管理员和负责人会收到通知。",
                    fault_number=fault.number,
                ),
            )
            return see_other(reverse("fault", args=[fault.number]))
    elif form.is_bound:
        status = 422
    else:
        form.initial = {"since": known.today, "unit": offices[0].unit.code}
    shown = {
        "heading": zh("发布故障公告"),
        "lead": zh("公告期间，范围内学校可应家长要求先线下办理转学；公告发布后不能修改，只能结束。"),
        "form": form,
        "refused": refused,
        "submit_label": zh("发布公告"),
        "cancel_url": reverse("faults"),
        "clause": offline_pages.CLAUSE,
    }
    return render(request, "transfers/fault_new.html", shown, status=status)


def offered(account, day):
    """The units a form lists: one's offices, those under them, and the schools they decide for themselves."""
    units = faults.scopes(account, day)
    own = [seat.unit.pk for seat in faults.offices_of(account, day)]
    schools = units.filter(level=UnitLevel.SCHOOL, authority__in=own)
    return (units.exclude(level=UnitLevel.SCHOOL) | schools).order_by("path")


def visible_fault(request: SignedInRequest, number: str) -> Fault:
    """The fault, when the account may see it; 404 otherwise."""
    rows = Fault.objects.visible_to(request.user, desk.of(request).today).select_related(
        "unit", "opened_from", "closed_from", "opened_by__person", "closed_by__person"
    )
    return get_object_or_404(rows, number=number)


@never_cache
@require_safe
def show(request: SignedInRequest, number: str) -> HttpResponse:
    """One fault, with the offline transfers under it as far as the account may see them."""
    return fault_page(request, visible_fault(request, number))


def fault_page(
    request: SignedInRequest, fault: Fault, refused: dict | None = None, status: int = 200
) -> HttpResponse:
    """The page with whatever the last act has to tell."""
    known = desk.of(request)
    rows = OfflineTransfer.objects.visible_to(request.user, known.today).filter(fault=fault)
    page = Paginator(
        offline_pages.full(rows).order_by(F("closed_at").asc(nulls_first=True), "paper_date", "id"),
        offline_pages.PAGE,
    ).get_page(request.GET.get("page"))
    schools = pages.schools_of(request.user, known.today)
    covered = any(fault in faults.covering(school, known.today, known.book) for school in schools)
    shown = {
        "fault": fault,
        "facts": offline_pages.fault_facts(fault, known),
        "sums": offline_pages.fault_rows([fault], request.user, known)[0],
        "rows": [offline_pages.as_row(row, request.user, known) for row in page],
        "page": pager(page, zh("名"), {}),
        "records": covered,
        "may_close": faults.close_refusal(fault, request.user, known.today) is None,
        "refused": refused,
        "clause": offline_pages.CLAUSE,
    }
    return render(request, "transfers/fault_detail.html", shown, status=status)


@never_cache
@require_POST
def close(request: SignedInRequest, number: str) -> HttpResponse:
    """End a fault; the page asks first."""
    fault = visible_fault(request, number)
    try:
        faults.close_fault(fault, request.user, desk.of(request).now)
    except Refused as error:
        return fault_page(request, fault, told(error), status=409)
    messages.success(request, zh("故障公告已结束；期间的线下转学请学校尽快登记和补办。"))
    return see_other(reverse("fault", args=[fault.number]))


def pager(page, unit: str, kept: dict) -> dict:
    """The line under a list."""
    more = "".join(f"{name}={value}&" for name, value in kept.items())
    return {
        "text": stretch(page, unit),
        "previous_url": f"?{more}page={page.previous_page_number()}" if page.has_previous() else "",
        "next_url": f"?{more}page={page.next_page_number()}" if page.has_next() else "",
    }
