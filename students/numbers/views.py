"""Pages of 下发学籍号 (R1.1): the batches of a province, one batch with preview, progress and report, a school's receipt."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from orgs.people.models import Unit
from reviews.case_page.forms import PlainText
from reviews.desk import context as desk
from reviews.engine.opinions import is_of_words
from reviews.vocabulary.refusals import refusal_context
from students.numbers import issuing
from students.numbers import pages as number_pages
from students.numbers.models import IssuingBatch
from web.clock import moment
from web.redirects import see_other
from web.refusals import Refusal, Refused
from web.words import zh

PAGE = 25
_MOST = 2000


@never_cache
@require_safe
def show_list(request: HttpRequest) -> HttpResponse:
    """The batches of one's province, the last first."""
    return list_page(request)


def list_page(request: HttpRequest, refused: Refusal | None = None, status: int = 200) -> HttpResponse:
    """The list with whatever the last act has to tell."""
    known = desk.of(request)
    found = IssuingBatch.objects.visible_to(request.user, known.today)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    refusal = issuing.prepare_refusal(request.user, known.today)
    shown = {
        "rows": [number_pages.row_of(batch) for batch in page],
        "may_prepare": refusal is None,
        "why_not": refusal.sentence if refusal and refusal.code == "batch_live" else "",
        "clause": number_pages.CLAUSE_SHOWN,
        "refused": refusal_context(refused),
        "page": {
            "text": zh(
                "第 {page_number} 页，共 {paginator_num_pages} 页。",
                page_number=page.number,
                paginator_num_pages=page.paginator.num_pages,
            )
            if page.paginator.count
            else "",
            "previous_url": f"?page={page.number - 1}" if page.has_previous() else "",
            "next_url": f"?page={page.number + 1}" if page.has_next() else "",
        },
    }
    return render(request, "students/number_batches.html", shown, status=status)


@never_cache
@require_POST
def prepare(request: HttpRequest) -> HttpResponse:
    """A new batch; the comparison begins within seconds."""
    try:
        batch = issuing.prepare(request.user, desk.of(request).now)
    except Refused as error:
        return list_page(request, error.refusal, error.status)
    messages.success(
        request,
        zh("批次 {batch_number} 已准备，正在逐人比对；比对完由负责人确认。", batch_number=batch.number),
    )
    return see_other(reverse("numbers-batch", args=[batch.number]))


def visible_batch(request: HttpRequest, number: str) -> IssuingBatch:
    """The batch when it is of the account's province; 404 otherwise."""
    rows = IssuingBatch.objects.visible_to(request.user, desk.of(request).today)
    return get_object_or_404(
        rows.select_related("province", "prepared_by__person", "confirmed_by__person"), number=number
    )


@never_cache
@require_safe
def show(request: HttpRequest, number: str) -> HttpResponse:
    """One batch, in the figures of the schools that the account may see."""
    return batch_page(request, visible_batch(request, number))


def batch_page(
    request: HttpRequest,
    batch: IssuingBatch,
    refused: Refusal | None = None,
    status: int = 200,
    typed: str = "",
) -> HttpResponse:
    """The page with whatever the last act has to tell; typed text is kept."""
    day = desk.of(request).today
    schools = number_pages.schools_in(batch, request.user, day)
    shown = {
        "batch": batch,
        "state": batch.get_state_display(),
        "facts": number_pages.facts(batch),
        "progress": number_pages.progress(batch),
        "schools": schools[:_MOST],
        "sums": number_pages.sums(schools),
        "reasons": number_pages.reasons_in(batch, request.user, day),
        "may_confirm": issuing.confirm_refusal(batch, request.user, day) is None,
        "may_drop": issuing.drop_refusal(batch, request.user, day) is None,
        "given": batch.state in ("issuing", "done"),
        "opinion": typed,
        "refused": refusal_context(refused),
        "clause": number_pages.CLAUSE_SHOWN,
    }
    return render(request, "students/number_batch.html", shown, status=status)


@never_cache
@require_POST
def confirm(request: HttpRequest, number: str) -> HttpResponse:
    """The head agrees to the preview."""
    batch, typed = visible_batch(request, number), PlainText().to_python(request.POST.get("opinion", ""))
    try:
        issuing.confirm(batch, request.user, desk.of(request).now, typed)
    except Refused as error:
        status = 422 if is_of_words(error.code) else 409
        return batch_page(request, batch, error.refusal, status, typed)
    messages.success(request, zh("已确认，正在下发；下发完会通知各学校。"))
    return see_other(reverse("numbers-batch", args=[number]))


@never_cache
@require_POST
def drop(request: HttpRequest, number: str) -> HttpResponse:
    """Give the batch up."""
    batch = visible_batch(request, number)
    try:
        issuing.drop(batch, request.user, desk.of(request).now)
    except Refused as error:
        return batch_page(request, batch, error.refusal, 409)
    messages.success(request, zh("批次已放弃，没有下发任何学籍号；可以重新准备。"))
    return see_other(reverse("numbers-batch", args=[number]))


@never_cache
@require_safe
def receipt(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """A school's receipt: its pupils with the new number masked, or why they wait."""
    known, batch = desk.of(request), visible_batch(request, number)
    school = get_object_or_404(Unit.objects.select_related("authority"), code=code.replace("\x00", "")[:12])
    lines = (
        number_pages.lines_of(batch, request.user, known.today)
        .filter(school=school)
        .select_related("student__school_class", "issued", "school")
    )
    rows = number_pages.receipt_rows(
        lines.order_by("-reason", "student__cohort", "student_id")[:_MOST], known.today
    )
    if not rows:
        return render(request, "404.html", status=404)
    shown = {
        "batch": batch,
        "state": batch.get_state_display(),
        "school": batch.school_then(school)[0],
        "rows": rows,
        "issued": sum(bool(row["number"]) for row in rows),
        "held": sum(bool(row["reason"]) for row in rows),
        "printed": moment(known.now),
    }
    return render(request, "students/number_receipt.html", shown)
