"""The public working-day counter, and the page on which administrators enter the State Council's notice."""

from django.contrib import messages
from django.contrib.admin import site
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from orgs.people.requests import SignedInRequest
from reviews.clock import calendar_change
from reviews.clock.calendar_change import Arrangement, Change
from reviews.desk import context as desk
from reviews.rulebook_pages import calendar_pages
from reviews.rulebook_pages.calendar_forms import CountForm, DayForm, NoticeForm
from web import clock
from web.redirects import see_other
from web.words import zh

INVALID = 422


@login_not_required
@require_safe
def counter(request: HttpRequest) -> HttpResponse:
    """How a date is counted, for anyone: day, number of working days, the result and why (R3.7)."""
    known = desk.of(request)
    form = CountForm(
        {
            "start": request.GET.get("start", known.today.isoformat()),
            "days": request.GET.get("days", "10"),
        }
    )
    answer = form.cleaned_data if form.is_valid() else None
    context = {"form": form, **calendar_pages.counter(known, answer)}
    return render(request, "reviews/calendar_public.html", context, status=200 if answer else INVALID)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def import_notice(request: SignedInRequest) -> HttpResponse:
    """Enter a year's arrangement or a single day: read, preview old → new, confirm (R3.7)."""
    if not site.has_permission(request):
        raise PermissionDenied(zh("放假安排只由系统管理员录入"))
    if request.method != "POST":
        return _page(request, NoticeForm(), DayForm(prefix="day"))
    if "single" in request.POST:
        form = DayForm(request.POST, prefix="day")
        return _go_on(request, NoticeForm(), form, _of_day(form))
    notice = NoticeForm(request.POST, request.FILES)
    return _go_on(request, notice, DayForm(prefix="day"), _of_years(notice))


def _of_years(form: NoticeForm) -> Arrangement | None:
    """What the notice arranges, if it could be read without an error."""
    if not form.is_valid() or form.found is None or form.found.errors:
        return None
    return Arrangement(form.found.rows, years=form.found.years)


def _of_day(form: DayForm) -> Arrangement | None:
    """What is to stand for the single day."""
    if not form.is_valid():
        return None
    given = form.cleaned_data
    return Arrangement(form.rows(), day=given["date"], confirmed=given["confirmed"])


def _go_on(
    request: SignedInRequest, notice: NoticeForm, single: DayForm, arrangement: Arrangement | None
) -> HttpResponse:
    """Errors again, the preview, or the change itself when the preview was confirmed."""
    if arrangement is None:
        return _page(request, notice, single, status=INVALID)
    if "confirm" not in request.POST:
        return _preview(request, notice, single, arrangement)
    revision = request.POST.get("revision", "")
    try:
        change = calendar_change.carry_out(
            arrangement,
            request.user,
            clock.now(),
            int(revision) if revision.isdecimal() and len(revision) < 10 else -1,
        )
    except calendar_change.Stale:
        messages.warning(
            request, zh("预览之后规则又有改动，没有保存；下面是按最新情况重新计算的变动，请再确认一次。")
        )
        return _preview(request, notice, single, arrangement, status=409)
    messages.success(
        request,
        zh(
            "放假安排已更新：{count} 天有变动，{count2} 个在办环节的时限随之变动，已记录。",
            count=len(change.days),
            count2=len(change.dues),
        ),
    )
    return see_other(request.path)


def _preview(
    request: SignedInRequest, notice: NoticeForm, single: DayForm, arrangement: Arrangement, status: int = 200
) -> HttpResponse:
    change = calendar_change.preview(arrangement, request.user, clock.now())
    return _page(request, notice, single, arrangement, change, status)


def _page(
    request: SignedInRequest,
    notice: NoticeForm,
    single: DayForm,
    arrangement: Arrangement | None = None,
    change: Change | None = None,
    status: int = 200,
) -> HttpResponse:
    context = calendar_pages.importing(notice, single, arrangement, change)
    return render(request, "reviews/calendar_import.html", context, status=status)
