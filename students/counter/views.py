"""The counter's pages (R8.4): find a pupil by number and name, take the photograph, print slip, sheet or archived copy."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orgs.people.requests import SignedInRequest
from reviews.desk import context as desk
from reviews.evidence import files, uploads
from reviews.vocabulary.refusals import refusal_context
from students.counter import finding as counter
from students.counter import photos
from students.counter.models import PrintBatch, PrintKind
from students.counter.sheet import PHOTO_ROWS
from students.counter.sheet_pdf import Paper
from students.pupil import records
from students.pupil.access import visible_pupil
from students.pupil.forms import NumberAndName
from students.pupil.identity import IdentityError
from students.pupil.models import Student
from web.clock import local_date, moment, spoken
from web.redirects import see_other
from web.refusals import NO_POST, Refusal, Refused
from web.served import inert
from web.words import zh

NO_SEAT_PAGE = {"sentence": counter.NO_SEAT.sentence, "clause": counter.CLAUSE}


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: SignedInRequest) -> HttpResponse:
    """Number and name; a match leads to the pupil, or to the archived copy of one who left."""
    known = desk.of(request)
    if not counter.own_units(request.user, known.today):
        return render(request, "403.html", NO_SEAT_PAGE, status=403)
    form, status = NumberAndName(request.POST if request.method == "POST" else None), 200
    if form.is_bound:
        url, status = _found(form, request.user, known.now)
        if url:
            return see_other(url)
    batches = PrintBatch.objects.visible_to(request.user, known.today).select_related(
        "school", "school_class"
    )
    shown = {
        "form": form,
        "clause": counter.CLAUSE_SHOWN,
        "batches": [batch_row(batch) for batch in batches[:5]],
    }
    return render(request, "students/counter_find.html", shown, status=status)


def _found(form: NumberAndName, account, now) -> tuple[str, int]:
    if not form.is_valid():
        return "", 422
    try:
        typed = form.cleaned_data
        student, copy = counter.find(typed["number"], typed["name"], account, now)
    except IdentityError as error:
        form.add_error(None, error.sentence)
        return "", 422
    except records.TooManyMisses as error:
        form.add_error(None, error.sentence)
        return "", 429
    if student is not None:
        return reverse("counter-pupil", args=[student.key]), 303
    if copy is not None:
        return reverse("counter-copy", args=[copy.pk]), 303
    form.add_error(None, counter.NOT_HERE)
    return "", 422


def pupil_at_counter(request: SignedInRequest, key) -> Student:
    """The pupil of one's own counter; 404 for all others."""
    day = desk.of(request).today
    students = Student.objects.visible_to(request.user, day).select_related(
        "school__authority", "school_class"
    )
    student = get_object_or_404(students, key=key)
    if counter.unit_for(request.user, student.school, day) is None:
        raise Http404
    return student


@never_cache
@require_safe
def show_pupil(request: SignedInRequest, key) -> HttpResponse:
    """What can be printed of a pupil, and what was."""
    return pupil_page(request, pupil_at_counter(request, key))


def pupil_page(
    request: SignedInRequest, student: Student, refused: Refusal | None = None, status: int = 200
) -> HttpResponse:
    """The page with whatever the last act has to tell."""
    known = desk.of(request)
    photo = photos.last_of(student)
    shown = {
        "student": student,
        "card": records.card(student, known.today),
        "photo": photo,
        "photo_taken": moment(photo.taken_at) if photo else "",
        "may_photograph": photos.refusal(student, request.user, known.today) is None,
        "ratio": {"width": photos.WIDTH, "height": photos.HEIGHT},
        "prints": [print_row(row) for row in counter.prints_of(student)],
        "clause": counter.CLAUSE_SHOWN,
        "refused": refusal_context(refused),
    }
    return render(request, "students/counter_pupil.html", shown, status=status)


def print_row(row) -> dict:
    """A paper that was printed."""
    return {
        "serial": row.serial,
        "kind": row.get_kind_display(),
        "unit": row.called("unit"),
        "by": row.called("by"),
        "at": moment(row.printed_at),
    }


@never_cache
@require_POST
def print_pupil(request: SignedInRequest, key) -> HttpResponse:
    """Sheet or slip of a pupil, as PDF or as a page that the browser prints."""
    student = pupil_at_counter(request, key)
    kind = PrintKind.SLIP if request.POST.get("kind") == PrintKind.SLIP else PrintKind.SHEET
    return _printed(
        request, kind, lambda refused: pupil_page(request, student, refused, 409), student=student
    )


def _printed(request: SignedInRequest, kind: str, refused_page, **whom) -> HttpResponse:
    now = desk.of(request).now
    try:
        if request.POST.get("form") == "page":
            paper, row = counter.print_one(kind, request.user, now, **whom)
            counter.record([row], request.user)
            return render(request, "students/print_sheet.html", page_of(paper))
        data, row = counter.pdf_of(kind, request.user, now, **whom)
    except Refused as error:
        return refused_page(error.refusal)
    return inert(data, "application/pdf", f"{row.serial}.pdf")


def page_of(paper: Paper) -> dict:
    """A paper for the print view: the same content as the PDF."""
    content = paper.content
    data = {
        "paper": paper,
        "content": content,
        "qr": paper.qr(),
        "school": paper.heading[0],
        "day": paper.heading[1],
    }
    data["blocks"] = [
        {
            "label": label,
            "height": len(rows),
            "rows": [
                {
                    "first": at == 0,
                    "entries": row,
                    "photo": PHOTO_ROWS if at == index == 0 and content.kind != PrintKind.SLIP else 0,
                }
                for at, row in enumerate(rows)
            ],
        }
        for index, (label, rows) in enumerate(content.blocks)
    ]
    data["photo_url"] = (
        reverse("student-photo", args=[content.student.key])
        if content.photo and content.kind == "sheet"
        else ""
    )
    return data


# ---------------------------------------------------------------- the archived copy


@never_cache
@require_safe
def show_copy(request: SignedInRequest, pk: int) -> HttpResponse:
    """The copy kept of a pupil who left, to be printed."""
    return copy_page(request, _copy(request, pk))


def _copy(request: SignedInRequest, pk: int):
    copies = counter.copies_for(request.user, desk.of(request).today)
    return get_object_or_404(copies, pk=min(pk, 2**63 - 1))


def copy_page(request: SignedInRequest, enrolment, refused: Refusal | None = None, status: int = 200):
    """The page with whatever the last act has to tell."""
    rows = counter.prints_of(enrolment.student, enrolment)
    shown = {
        "enrolment": enrolment,
        "left": spoken(local_date(enrolment.period.upper)),
        "prints": [print_row(row) for row in rows],
        "clause": counter.CLAUSE_SHOWN,
        "refused": refusal_context(refused),
    }
    return render(request, "students/counter_copy.html", shown, status=status)


@never_cache
@require_POST
def print_copy(request: SignedInRequest, pk: int) -> HttpResponse:
    """The archived copy on paper, marked as such."""
    enrolment = _copy(request, pk)
    return _printed(
        request,
        PrintKind.ARCHIVE,
        lambda refused: copy_page(request, enrolment, refused, 409),
        enrolment=enrolment,
    )


# ---------------------------------------------------------------- photograph


@cache_control(private=True, no_store=True)
@require_safe
def photo(request: SignedInRequest, key) -> HttpResponse:
    """The pupil's photograph, to whoever may see the pupil."""
    student, _ = visible_pupil(request, key)
    kept = photos.last_of(student)
    if kept is None:
        raise Http404
    try:
        data = files.read(kept.key, kept.sha256)
    except ValueError:
        sentence = zh("照片文件已损坏或缺失，请重新采集。")
        return render(request, "409.html", {"sentence": sentence}, status=409)
    return inert(data, "image/jpeg", "photo.jpg")


@csrf_exempt
@require_POST
def take_photo(request: SignedInRequest, key) -> HttpResponse:
    """Take the photograph in; reading stops at the limit, before the token is looked at."""
    trouble = uploads.receive(request)
    if trouble is not None:
        return pupil_page(request, pupil_at_counter(request, key), *trouble)
    return _take_photo(request, key)


@csrf_protect
def _take_photo(request: SignedInRequest, key) -> HttpResponse:
    student = pupil_at_counter(request, key)
    try:
        remark = photos.take_in(student, request.user, request.FILES.get("photo"), desk.of(request).today)
    except Refused as error:
        status = 403 if error.code in NO_POST else 422
        return pupil_page(request, student, error.refusal, status)
    messages.success(request, zh("照片已保存，裁成 26×32 毫米。"))
    if remark:
        messages.warning(request, remark)
    return see_other(reverse("counter-pupil", args=[student.key]))


def batch_row(batch: PrintBatch) -> dict:
    """A file of sheets in a list."""
    where = batch.school_class.year_label if batch.school_class else zh("{cohort}级", cohort=batch.cohort)
    return {
        "number": batch.number,
        "url": reverse("counter-batch", args=[batch.number]),
        "what": f"{batch.called('school')}　{where}",
        "state": batch.get_state_display(),
        "total": batch.total,
        "asked": moment(batch.asked_at),
    }
