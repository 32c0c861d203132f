"""Imported tables: the template, the upload, the dry run with its report, confirmation (R2.1)."""

from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from orgs.people.models import PostRole, Unit
from orgs.people.requests import SignedInRequest
from orgs.people.seats import seats_of
from reviews.case_page.proof_views import refused_page, whole
from reviews.desk import context as desk
from reviews.evidence import uploads
from reviews.vocabulary.refusals import refusal_context
from students.tables import columns as tables
from students.tables import imports
from students.tables.models import ImportBatch, ImportState
from students.tables.notices import wrong_of
from web.clock import moment
from web.paging import pages_of
from web.redirects import see_other
from web.refusals import Refusal, Refused
from web.served import inert
from web.words import beside, zh

PAGE = 100
_ANSWERS = {imports.SAME: zh("是同一名学生，不登记"), imports.OTHER: zh("是另一名学生，登记")}
_TIERS: dict[str, str] = {
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
def template(request: SignedInRequest, kind: str) -> HttpResponse:
    """The empty table with its lists."""
    found = kind_or_404(kind)
    data = tables.template(found.title, found.columns(), found.notes)
    return inert(data, tables.XLSX, f"{kind}.xlsx")


@csrf_exempt
@require_POST
def upload(request: SignedInRequest, kind: str) -> HttpResponse:
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
def _upload(request: SignedInRequest, kind: imports.Kind) -> HttpResponse:
    known = desk.of(request)
    unit = Unit.objects.filter(code=request.POST.get("unit", "")[:12].replace("\x00", "")).first()
    file = request.FILES.get("table")
    try:
        if unit is None:
            # Of no unit every kind says no.
            raise Refused(cast("Refusal", kind.refusal(None, request.user, known.today)))
        if file is None:
            raise Refused(Refusal("table_missing", zh("请先选择填好的 xlsx 表格。"), kind.clause))
        batch = imports.ask(kind, unit, request.user, file.read(), known.now)
    except Refused as error:
        return refused_page(request, error.refusal, error.status)
    messages.success(request, zh("表格已收下，正在逐行核对；还没有写入任何内容。"))
    return see_other(reverse("import", args=[batch.number]))


def visible(request: SignedInRequest, number: str) -> ImportBatch:
    """The import when its unit is in the account's scope; 404 otherwise."""
    rows = ImportBatch.objects.visible_to(request.user, desk.of(request).today)
    return get_object_or_404(rows.select_related("unit", "asked_by__person"), number=number)


@never_cache
@require_safe
def show(request: SignedInRequest, number: str) -> HttpResponse:
    """One import: how far it is, what is wrong line by line, what can be done now."""
    return import_page(request, visible(request, number))


def import_page(
    request, batch: ImportBatch, refused: Refusal | None = None, status: int = 200
) -> HttpResponse:
    """The page with whatever the last act has to tell."""
    known = desk.of(request)
    kind = imports.kind_of(batch)
    page = Paginator(batch.faults, PAGE).get_page(request.GET.get("page"))
    may = imports.act_refusal(batch, request.user, known.today) is None
    decided = [*batch.ready, *batch.answered(imports.OTHER)]
    left = len(batch.bad) + len(batch.open_questions())
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
        if batch.state in imports.WORKED_ON
        else None,
        "facts": _facts(batch),
        "faults": [dict(zip(("line", "column", "label", "sentence"), fault, strict=True)) for fault in page],
        "shown": len(batch.faults),
        "wrong": wrong_of(batch),
        "new": len(decided),
        "left": left,
        "questions": _questions(batch),
        "may_confirm": may and batch.undecided and (decided or (batch.same and not left)),
        "may_drop": may,
        "may_answer": may and batch.undecided,
        "may_fetch": batch.returned is not None
        and _returned_refusal(batch, request.user, known.today) is None,
        "may_send": bool(left) and kind.refusal(batch.unit, request.user, known.today) is None,
        "page": pages_of(page),
        "refused": refusal_context(refused),
    }
    return render(request, "students/import_batch.html", shown, status=status)


def _questions(batch: ImportBatch) -> list[dict]:
    answered = {line: said for line, (said, _) in batch.answers.items()}
    return [
        {
            "line": line,
            "column": column,
            "sentence": sentence,
            "answer": _ANSWERS.get(answered.get(str(line), ""), ""),
        }
        for line, column, _, sentence, _ in batch.questions
    ]


def _returned_refusal(batch: ImportBatch, by, day) -> Refusal | None:
    """Why ``by`` cannot fetch the lines that are given back: they bear numbers in clear, and are for the registrars of the
    unit that sent them, as long as they are."""
    kind = imports.kind_of(batch)
    seats = seats_of(by, day)
    if not any(seat.unit.pk == batch.unit_id and seat.role == PostRole.REGISTRAR for seat in seats):
        return Refusal("no_seat", zh("退回的行只由本单位的学籍管理员下载。"), kind.clause)
    if batch.returned is None:
        return Refusal("import_returned", zh("没有退回的行，或已过 7 天删去；请重新上传核对。"), kind.clause)
    return None


def _facts(batch: ImportBatch) -> list[tuple[str, str]]:
    rows = [
        (zh("单位"), batch.called("unit")),
        (
            zh("上传"),
            beside(batch.called("asked_by"), moment(batch.asked_at)),
        ),
        (zh("行数"), str(batch.total)),
    ]
    if batch.faults:
        rows.append((zh("有误"), wrong_of(batch)))
    if batch.state == ImportState.DONE:
        rows.append(
            (
                zh("已写入"),
                zh(
                    "{batch_written} 人　{moment}",
                    batch_written=batch.written,
                    moment=moment(batch.finished_at) if batch.finished_at else "",
                ),
            )
        )
    if batch.left_over and batch.state == ImportState.DONE:
        rows.append((zh("退回"), zh("{left} 行，没有写入", left=batch.left_over)))
    if batch.same:
        rows.append((zh("已在册，不变"), zh("{batch_same} 行", batch_same=batch.same)))
    return rows


def row_of(batch: ImportBatch) -> dict:
    """An import in a list."""
    return {
        "number": batch.number,
        "url": reverse("import", args=[batch.number]),
        "unit": batch.called("unit"),
        "asked": moment(batch.asked_at),
        "state": batch.get_state_display(),
        "tier": _TIERS.get(batch.state, "state-plain"),
        "total": batch.total,
        "written": batch.written,
        "faulty": batch.faulty,
    }


@never_cache
@require_safe
def report(request: SignedInRequest, number: str) -> HttpResponse:
    """What is wrong, as a table to take along while the other is being mended."""
    batch = visible(request, number)
    head = [zh("行"), zh("列"), zh("项目"), zh("哪里不对，怎么改")]
    data = tables.xlsx(
        zh("{batch_number} 核对结果", batch_number=batch.number), head, batch.faults, widths=(8, 8, 20, 90)
    )
    return inert(data, tables.XLSX, f"{batch.number}.xlsx")


@never_cache
@require_POST
def confirm(request: SignedInRequest, number: str) -> HttpResponse:
    """Have it written."""
    batch = visible(request, number)
    try:
        partly = request.POST.get("partly") == "1"
        imports.confirm(batch, request.user, desk.of(request).now, partly)
    except Refused as error:
        return import_page(request, batch, error.refusal, error.status)
    messages.success(request, zh("已确认，正在写入；可以离开这一页。"))
    return see_other(reverse("import", args=[number]))


@never_cache
@require_POST
def drop(request: SignedInRequest, number: str) -> HttpResponse:
    """Give it up."""
    batch = visible(request, number)
    try:
        imports.drop(batch, request.user, desk.of(request).now)
    except Refused as error:
        return import_page(request, batch, error.refusal, error.status)
    messages.success(request, zh("已放弃，没有写入任何内容。"))
    return see_other(reverse("import", args=[number]))


@never_cache
@require_POST
def answer(request: SignedInRequest, number: str) -> HttpResponse:
    """Say of one line whether it is the child that is on record, or another."""
    batch = visible(request, number)
    line = whole(request.POST.get("line", "")) or 0
    try:
        imports.answer(batch, request.user, line, request.POST.get("answer", ""), desk.of(request).now)
    except Refused as error:
        return import_page(request, batch, error.refusal, error.status)
    return see_other(f"{reverse('import', args=[number])}#questions-title")


@never_cache
@require_safe
def returned(request: SignedInRequest, number: str) -> HttpResponse:
    """The lines that are given back, in the columns of the file that was sent; who fetched them is on record."""
    batch, known = visible(request, number), desk.of(request)
    if refused := _returned_refusal(batch, request.user, known.today):
        return import_page(request, batch, refused, refused.status)
    data = imports.returned_file(batch, request.user)
    return inert(data, tables.XLSX, f"{batch.number}-returned.xlsx")
