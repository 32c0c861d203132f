"""Appeals against the refusal wall (R3.4): raised from the case page, listed, ruled on by the unit above."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orgs.people.requests import SignedInRequest
from reviews.appeals import pages as appeal_pages
from reviews.appeals import ruling as appeals
from reviews.case_page import views as case_view
from reviews.case_page.forms import AppealForm, RulingForm
from reviews.case_page.page import Typed
from reviews.desk import context as desk
from reviews.vocabulary.states import Verb
from web.redirects import see_other
from web.refusals import Refusal, Refused
from web.words import zh

private = cache_control(private=True, no_store=True)
_WORDS = frozenset(("ruling_missing", "opinion_blank", "opinion_long"))


@private
@require_POST
def raise_appeal(request: SignedInRequest, number: str) -> HttpResponse:
    """Send a stopped text up. What cannot be comes back as the case page, with all that was typed."""
    case, form = case_view.found(request, number), AppealForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused(Refusal("form", form.sentence()))
        typed = form.cleaned_data
        appeal = appeals.raise_(
            case, request.user, **form.decided(), **{k: typed[k] for k in ("opinion", "explanation")}
        )
    except Refused as refused:
        verb = Verb.RETURN if form.data.get("outcome") == Verb.RETURN else Verb.HANDLE
        return case_view.again(request, number, Typed(verb, refusal=refused.refusal, **form.typed()))
    messages.success(
        request,
        zh(
            "{case_number}：这段意见已报{upper_name}裁定。裁定前不能使用，可以先改写意见办理；{appeal_pages_clock_goes_on}",
            case_number=case.number,
            upper_name=appeal.upper.name,
            appeal_pages_clock_goes_on=appeal_pages.CLOCK_GOES_ON,
        ),
    )
    return see_other(reverse("case", args=[number]))


@private
@require_safe
def listing(request: SignedInRequest) -> HttpResponse:
    """用语裁定: those that wait first."""
    tab = request.GET.get("tab", "")
    tab = tab if tab in appeal_pages.TABS else "open"
    context = appeal_pages.listed(request.user, desk.of(request), tab, request.GET.get("page", ""))
    return render(request, "reviews/appeal_list.html", context)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: SignedInRequest, pk: int) -> HttpResponse:
    """One appeal; a head of the unit above rules on it here."""
    known = desk.of(request)
    appeal = appeal_pages.one(request.user, pk, known.today)
    if appeal is None:
        raise Http404
    if request.method != "POST":
        return render(request, "reviews/appeal_detail.html", appeal_pages.shown(appeal, request.user, known))
    form = RulingForm(request.POST)
    form.is_valid()
    try:
        done = appeals.decide(appeal, request.user, **form.cleaned_data)
    except Refused as refused:
        appeal = appeal_pages.one(request.user, pk, known.today) or appeal
        context = appeal_pages.shown(appeal, request.user, known, form.cleaned_data)
        context["refused"] = {"sentence": refused.sentence, "clause": refused.clause}
        status = 422 if refused.code in _WORDS else 409
        return render(request, "reviews/appeal_detail.html", context, status=status)
    messages.success(request, zh("已裁定：{ruling}。结果已通知申诉单位。", ruling=done.get_ruling_display()))
    return see_other(reverse("appeals"))
