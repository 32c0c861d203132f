"""Imported tables: the template, the upload, the dry run with its report, confirmation (R2.1)."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from ledger.clock import moment
from ledger.paging import pages_of
from ledger.words import beside, zh
from orgs.models import Unit
from reviews import desk, uploads
from reviews.refusals import Refusal, Refused
from reviews.views import see_other
from reviews.views.evidence import inert
from reviews.views.proofs import refused_page
from students import imports, tables
from students.import_models import ImportBatch, ImportState
from students.number_views import told

PAGE = 100
WORKING = (ImportState.WAITING, ImportState.CHECKING, ImportState.WRITING)
_TIERS = {
    ImportState.READY: "state-warn",
    ImportState.FAULTY: "state-bad",
    ImportState.DONE: "state-good",
}


def kind_or_404(kind: str) -> imports.Kind:
    """The kind of table an address names."""
    found = imports.of(kind)
    if found is None:
        raise Http404
    return found


@never_cache
@require_safe
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """The empty table with its lists."""
    found = kind_or_404(kind)
    data = tables.template(found.title, found.columns(), found.notes)
    return inert(data, tables.XLSX, f"{kind}.xlsx")


@csrf_exempt
@require_POST
def upload(request: HttpRequest, kind: str) -> HttpResponse:
    """Take a table in; reading stops at the limit, before the token is looked at."""
    found = kind_or_404(kind)
    large = Refusal(
        "table_large",
        zh("文件超过 {count} MB，请分成几个文件上传。", count=tables.LARGEST // 1024 // 1024),
        found.clause,
    )
    broken = Refusal("upload_broken", zh("文件没有传完整，请检查网络后重新上传。"), found.clause)
    trouble = uploads.receive(request, tables.LARGEST, large, broken)
    if trouble is not None:
        return refused_page(request, *trouble)
    return _upload(request, found)


@csrf_protect
def _upload(request: HttpRequest, kind: imports.Kind) -> HttpResponse:
    known = desk.of(request)
    unit = Unit.objects.filter(code=request.POST.get("unit", "")[:12].replace("\x00", "")).first()
    file = request.FILES.get("table")
    try:
        if unit is None:
            raise Refused(kind.refusal(None, request.user, known.today))
        if file is None:
            raise Refused(Refusal("table_missing", zh("请先选择填好的 xlsx 表格。"), kind.clause))
        batch = imports.ask(kind, unit, request.user, file.read(), known.now)
    except Refused as error:
        return refused_page(request, error.refusal, 403 if error.code == "no_seat" else 409)
    messages.success(request, zh("表格已收下，正在逐行核对；还没有写入任何内容。"))
    return see_other(reverse("import", args=[batch.number]))


def visible(request: HttpRequest, number: str) -> ImportBatch:
    """The import when its unit is in the account's scope; 404 otherwise."""
    rows = ImportBatch.objects.visible_to(request.user, desk.of(request).today)
    return get_object_or_404(rows.select_related("unit", "asked_by__person"), number=number)


@never_cache
@require_safe
def show(request: HttpRequest, number: str) -> HttpResponse:
    """One import: how far it is, what is wrong line by line, what can be done now."""
    return import_page(request, visible(request, number))


def import_page(
    request, batch: ImportBatch, refused: Refusal | None = None, status: int = 200
) -> HttpResponse:
    """The page with whatever the last act has to tell."""
    known = desk.of(request)
    kind = imports.of(batch.kind)
    page = Paginator(batch.faults, PAGE).get_page(request.GET.get("page"))
    may = imports.act_refusal(batch, request.user, known.today) is None
    shown = {
        "batch": batch,
        "title": kind.title,
        "state": batch.get_state_display(),
        "tier": _TIERS.get(batch.state, "state-plain"),
        "progress": {
            "label": batch.get_state_display(),
            "done": batch.checked,
            "total": max(batch.total, batch.checked, 1),
        }
        if batch.state in WORKING
        else None,
        "facts": _facts(batch),
        "faults": [dict(zip(("line", "column", "label", "sentence"), fault, strict=True)) for fault in page],
        "shown": len(batch.faults),
        "new": max(batch.total - batch.same, 0),
        "may_confirm": may and batch.state == ImportState.READY,
        "may_drop": may,
        "page": pages_of(page),
        "refused": told(refused),
    }
    return render(request, "students/import_batch.html", shown, status=status)


def _facts(batch: ImportBatch) -> list[tuple[str, str]]:
    rows = [
        (zh("单位"), batch.unit.name),
        (
            zh("上传"),
            beside(batch.asked_by, moment(batch.asked_at)),
        ),
        (zh("行数"), str(batch.total)),
    ]
    if batch.state == ImportState.DONE:
        rows.append(
            (
                zh("已写入"),
                zh(
                    "{batch_written} 人　{moment}",
                    batch_written=batch.written,
                    moment=moment(batch.finished_at),
                ),
            )
        )
    if batch.same:
        rows.append((zh("已在册，不变"), zh("{batch_same} 行", batch_same=batch.same)))
    return rows


def row_of(batch: ImportBatch) -> dict:
    """An import in a list."""
    return {
        "number": batch.number,
        "url": reverse("import", args=[batch.number]),
        "unit": batch.unit.name,
        "asked": moment(batch.asked_at),
        "state": batch.get_state_display(),
        "tier": _TIERS.get(batch.state, "state-plain"),
        "total": batch.total,
        "written": batch.written,
        "faulty": batch.faulty,
    }


@never_cache
@require_safe
def report(request: HttpRequest, number: str) -> HttpResponse:
    """What is wrong, as a table to take along while the other is being mended."""
    batch = visible(request, number)
    head = [zh("行"), zh("列"), zh("项目"), zh("哪里不对，怎么改")]
    data = tables.xlsx(
        zh("{batch_number} 核对结果", batch_number=batch.number), head, batch.faults, widths=(8, 8, 20, 90)
    )
    return inert(data, tables.XLSX, f"{batch.number}.xlsx")


@never_cache
@require_POST
def confirm(request: HttpRequest, number: str) -> HttpResponse:
    """Have it written."""
    batch = visible(request, number)
    try:
        imports.confirm(batch, request.user, desk.of(request).now)
    except Refused as error:
        return import_page(request, batch, error.refusal, 403 if error.code == "no_seat" else 409)
    messages.success(request, zh("已确认，正在写入；可以离开这一页。"))
    return see_other(reverse("import", args=[number]))


@never_cache
@require_POST
def drop(request: HttpRequest, number: str) -> HttpResponse:
    """Give it up."""
    batch = visible(request, number)
    try:
        imports.drop(batch, request.user, desk.of(request).now)
    except Refused as error:
        return import_page(request, batch, error.refusal, 403 if error.code == "no_seat" else 409)
    messages.success(request, zh("已放弃，没有写入任何内容。"))
    return see_other(reverse("import", args=[number]))
