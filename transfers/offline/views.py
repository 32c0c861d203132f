"""Pages of offline transfers: 人籍一致, recording, one record and what becomes of it (R0.4, R0.1)."""

from dataclasses import replace
from functools import wraps

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orgs.people.requests import SignedInRequest
from reviews.case_page.proof_views import refused_page
from reviews.desk import context as desk
from reviews.engine import seating
from reviews.faults import announcing as faults
from reviews.vocabulary.refusals import refusal_context
from transfers.attendance.models import OfflineTransfer
from transfers.moving import pages
from transfers.moving.views import NO_MATCH, look_up
from transfers.offline import pages as offline_pages
from transfers.offline import recording as offline
from transfers.offline.forms import EndForm, OfflineForm, PupilForm
from transfers.offline.pages import Filters
from web.redirects import see_other
from web.refusals import Refused
from web.words import zh

_WITHOUT_NUMBER = zh("查不到时可把号码留空，按家长所述登记，系统恢复后再核对；学生照常就读。")


@never_cache
@require_safe
def show_list(request: SignedInRequest) -> HttpResponse:
    """人籍一致: everyone who attends a school where the record is not, the oldest first."""
    known = desk.of(request)
    shown = offline_pages.listing(request.user, known, Filters.read(request.GET))
    schools = pages.schools_of(request.user, known.today)
    shown["records"] = bool(covering(schools, known))
    return render(request, "transfers/offline_list.html", shown)


def covering(schools, known) -> list:
    """Faults under which the schools may record now, each once."""
    found = {f.pk: f for school in schools for f in faults.covering(school, known.today, known.book)}
    return list(found.values())


# ---------------------------------------------------------------- recording


@never_cache
@sensitive_post_parameters("number", "name")
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: SignedInRequest) -> HttpResponse:
    """The form for a pupil taken in offline; a refusal keeps what was typed and says that the child attends."""
    known = desk.of(request)
    schools = pages.schools_of(request.user, known.today)
    if not schools:
        return refused_page(request, seating.no_seat(request.user, known.today, offline.NO_SEAT), 403)
    found = covering(schools, known)
    if not found:
        status = 409 if request.method == "POST" else 200
        return render(request, "transfers/offline_none.html", {"clause": offline_pages.CLAUSE}, status=status)
    form = OfflineForm(schools, found, request.POST if request.method == "POST" else None)
    refused, status = None, 200
    if form.is_bound:
        made, refused, status = _recorded(request, form, known.now)
        if made is not None:
            messages.success(
                request,
                zh(
                    "已登记 {made_number}，学生即视为在校；本校负责人确认后，请尽快补办电子转学。",
                    made_number=made.number,
                ),
            )
            return see_other(reverse("offline-detail", args=[made.number]))
    else:
        form.initial = {"paper_date": known.today, "requester": ""}
    shown = {"form": form, "refused": refused, "clause": offline_pages.CLAUSE}
    return render(request, "transfers/offline_new.html", shown, status=status)


def _recorded(request: SignedInRequest, form: OfflineForm, now):
    """The record, or the refusal and the status that fits it."""
    if not form.is_valid():
        return None, None, 422
    typed, student, stated = form.cleaned_data, None, None
    if typed["number"]:
        student, status = look_up(form, request.user, now)
        if student is None:
            if NO_MATCH in form.non_field_errors():
                form.add_error(None, _WITHOUT_NUMBER)
            return None, None, status
    else:
        stated = form.stated()
    school = next(
        s for s in pages.schools_of(request.user, desk.of(request).today) if s.pk == typed["school"]
    )
    given = {name: typed[name] for name in ("fault", "paper_date", "requester")}
    try:
        return offline.record(school, request.user, now, student=student, stated=stated, **given), None, 303
    except Refused as error:
        return None, told(error), 409


# ---------------------------------------------------------------- one record


def visible(view):
    """Give the view the record, when the account may see it; 404 across units."""

    @wraps(view)
    def wrapped(request: SignedInRequest, number: str) -> HttpResponse:
        rows = OfflineTransfer.objects.visible_to(request.user, desk.of(request).today)
        return view(request, get_object_or_404(offline_pages.full(rows), number=number))

    return wrapped


@never_cache
@require_safe
@visible
def show(request: SignedInRequest, made: OfflineTransfer) -> HttpResponse:
    """The page of one record."""
    return page(request, made)


def page(request: SignedInRequest, made: OfflineTransfer, *, match=None, end=None, refused=None, status=200):
    """The page with whatever the last act has to tell."""
    shown = offline_pages.detail(made, request.user, desk.of(request))
    shown |= {"match_form": match or PupilForm([made.school]), "end_form": end or EndForm()}
    shown["refused"] = refused
    return render(request, "transfers/offline_detail.html", shown, status=status)


@never_cache
@require_POST
@visible
def confirm(request: SignedInRequest, made: OfflineTransfer) -> HttpResponse:
    """The head stands for the record."""
    now = desk.of(request).now
    told_ = zh("已确认，可以补办电子转学。")
    return _done(request, made, lambda: offline.confirm(made, request.user, now), told_)


@never_cache
@require_POST
@visible
def start(request: SignedInRequest, made: OfflineTransfer) -> HttpResponse:
    """Draft the electronic transfer; it goes on like any other."""
    try:
        case = offline.start(made, request.user, desk.of(request).now)
    except Refused as error:
        return page(request, made, refused=told(error), status=409)
    messages.success(request, zh("已建立电子转学草稿，请填好原因、班级并上传证明后发起。"))
    return see_other(reverse("transfer-edit", args=[case.number]))


@never_cache
@sensitive_post_parameters("number", "name")
@require_POST
@visible
def match(request: SignedInRequest, made: OfflineTransfer) -> HttpResponse:
    """Say which pupil it is, now that the look-up works again."""
    now = desk.of(request).now
    if not offline.may_act(made, request.user, desk.of(request).today):
        refused = offline.no_seat(made, request.user, desk.of(request).today)
        return page(request, made, refused=told(Refused(refused)), status=409)
    form = PupilForm([made.school], request.POST)
    student, status = look_up(form, request.user, now)
    if student is None:
        return page(request, made, match=form, status=status)
    return _done(request, made, lambda: offline.match(made, student, request.user, now), _matched, match=form)


def _matched(made: OfflineTransfer) -> str:
    """What comes next: confirmed while the pupil was unknown or not at all, the head confirms it as it is now."""
    if made.is_open and made.confirmed_at is None:
        return zh("已核对学生；请本校负责人对照学生确认登记，然后补办电子转学。")
    return zh("已核对学生。")


@never_cache
@require_POST
@visible
def end(request: SignedInRequest, made: OfflineTransfer) -> HttpResponse:
    """Settle it without a case, for a listed reason."""
    now, form = desk.of(request).now, EndForm(request.POST)
    if not offline.may_act(made, request.user, desk.of(request).today):
        refused = offline.no_seat(made, request.user, desk.of(request).today)
        return page(request, made, refused=told(Refused(refused)), status=409)
    if not form.is_valid():
        return page(request, made, end=form, status=422)
    outcome = form.cleaned_data["outcome"]
    return _done(
        request, made, lambda: offline.end(made, request.user, now, outcome), zh("已了结。"), end=form
    )


def _done(request: SignedInRequest, made: OfflineTransfer, act, sentence, **forms) -> HttpResponse:
    """``sentence`` tells what was done, if need be by the record as it is then."""
    try:
        done = act()
    except Refused as error:
        return page(request, made, refused=told(error), status=409, **forms)
    messages.success(request, sentence(done) if callable(sentence) else sentence)
    return see_other(reverse("offline-detail", args=[made.number]))


def told(error: Refused) -> dict | None:
    """A refusal as the pages show it, with who can clear the obstacle."""
    refusal = error.refusal
    if refusal.remover not in ("", "—"):
        remover = zh("由谁解除：{refusal_remover}。", refusal_remover=refusal.remover)
        refusal = replace(refusal, sentence=refusal.sentence + remover)
    return refusal_context(refusal)
