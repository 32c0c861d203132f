"""One case: its page, each verb, the recorded reveal, its revision, its record on paper."""

from dataclasses import replace
from typing import cast

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from ledger import audit
from orgs.people.models import Account
from orgs.people.requests import SignedInRequest
from reviews.case_page import file_panel
from reviews.case_page import page as case_page
from reviews.case_page import panel as case_panel
from reviews.case_page.forms import ActForm, DecisionForm, RevealForm
from reviews.case_page.page import Sight, Typed
from reviews.desk import context as desk
from reviews.engine import door, opening, procedures
from reviews.engine.grounds import FACTS, FORBIDDEN
from reviews.engine.models import Case
from reviews.vocabulary.states import Outcome, State, Verb
from reviews.worklist import tabs as worklist
from web import clock
from web.redirects import see_other
from web.refusals import Refusal, Refused
from web.words import zh

private = cache_control(private=True, no_store=True)
_VERBS = frozenset((Verb.SUBMIT, *case_panel.DECIDING, *case_panel.BESIDE, *file_panel.VERBS, Verb.MESSAGE))
# Refusals about what was typed; every other one is about how the case stands.
_WORDS = frozenset(
    (
        "opinion_blank",
        "opinion_long",
        "opinion_refusal",
        "opinion_contradicts",
        "note_wanted",
        "own_words_wanted",
        "outcome_missing",
        "outcome_stage",
        "outcome_correction",
        "reason_listed",
        "reported_on",
        "about",
        FORBIDDEN,
        FACTS,
    )
)
_TOLD = {
    Verb.SUBMIT: zh("已发起"),
    Verb.HANDLE: zh("已办理，等候负责人核办"),
    Verb.SIGN: zh("已核办"),
    Verb.RETURN: zh("已退回本单位学籍管理员"),
    Verb.WITHDRAW: zh("已撤销"),
    Verb.RECALL: zh("核办已撤回，请重新核办"),
    Verb.NUDGE: zh("已催办，并记入办理记录"),
    Verb.MESSAGE: zh("消息已发出，并记入办理记录"),
    Verb.REPORT: zh("已登记报到，可以调档"),
    Verb.NO_SHOW: zh("已登记为未报到，列入未报到名单"),
}


@private
@require_safe
def show(request: SignedInRequest, number: str) -> HttpResponse:
    """The page of a case; the first look of the unit whose turn it is, is stamped."""
    sight = seen(request, number)
    opening.mark(sight.case, sight.step, request.user, sight.desk.now)
    return page(request, sight)


@private
@require_POST
def act(request: SignedInRequest, number: str, verb: str) -> HttpResponse:
    """Do a verb to a case. What is refused comes back as the page, with the sentence and all that was typed."""
    if verb not in _VERBS:
        raise Http404
    verb, case = Verb(verb), found(request, number)
    form = (DecisionForm if verb in case_panel.DECIDING else ActForm)(request.POST)
    try:
        done = done_with(form, case, verb, request.user)
    except Refused as refused:
        return again(request, number, Typed(verb, refusal=refused.refusal, **form.typed()))
    messages.success(
        request,
        zh(
            "{done_number} {done_headline}：{told}。",
            done_number=done.number,
            done_headline=done.headline,
            told=told(verb, done, form.decided()["outcome"] if verb == Verb.HANDLE else ""),
        ),
    )
    return see_other(onward(request, form, verb, done))


def done_with(form: ActForm, case: Case, verb: Verb, account: Account) -> Case:
    """The case after the verb. Raises Refused, for a form that is not whole too."""
    if not form.is_valid():
        raise Refused(Refusal("form", form.sentence()))
    typed = form.cleaned_data
    decided = form.decided() if verb in (Verb.HANDLE, Verb.SIGN) else {}
    return door.perform(
        case,
        verb,
        account,
        opinion=typed["opinion"],
        facts=typed["facts"],
        revision=typed["revision"],
        key=typed["key"],
        on=typed["on"],
        about=typed["about"],
        **decided,
    )


def told(verb: Verb, case: Case, outcome: str = "") -> str:
    """What became of the case, for the message after the act."""
    if verb == Verb.REQUEST_FILE:
        return zh("已调档，业务办结，{brings}", brings=procedures.of(case).brings)
    if verb == Verb.HANDLE and outcome in (Outcome.REFUSE, Outcome.SEND_BACK):
        return zh("已提出{label}，等候负责人核办", label=Outcome(outcome).label)
    if verb != Verb.SIGN:
        return _TOLD[verb]
    if case.state == State.COMPLETED:
        return zh("已核办同意，业务办结，{brings}", brings=procedures.of(case).brings)
    if case.state == State.REFUSED:
        return zh("已核办不同意，业务终止")
    if case.state == State.CORRECTION:
        return zh("已退回{beginner}补正", beginner=procedures.of(case).beginner)
    if case.state == State.AWAITING_FILE:
        return zh("已核办同意，送转入学校调档")
    return zh("已核办同意，送{label}", label=State(case.state).label)


def onward(request: SignedInRequest, form: ActForm, verb: Verb, case: Case) -> str:
    """After a decision to the next case of the tab, or to the worklist; after any other act back to the case."""
    tab = request.GET.get("tab", "")
    suffix = f"?tab={tab}" if tab in worklist.LABELS else ""
    if verb not in case_panel.DECIDING:
        return reverse("case", args=[case.number]) + suffix
    following = form.cleaned_data["next"]
    if following and following != case.number:
        return reverse("case", args=[following]) + suffix
    return reverse("worklist") + suffix


def again(request: SignedInRequest, number: str, typed: Typed) -> HttpResponse:
    """The page as it stands now, with the refusal and what was typed: 409, or 422 for the words, 400 for the form."""
    code = cast(Refusal, typed.refusal).code
    status = 400 if code == "form" else 422 if code in _WORDS else 409
    return page(request, seen(request, number), typed, status)


@private
@require_POST
def reveal(request: SignedInRequest, number: str) -> HttpResponse:
    """The full number, once, with a reason, as a recorded act."""
    form, sight = RevealForm(request.POST), seen(request, number)
    if not form.is_valid():
        refused = Refusal("reveal", cast(str, form.errors["reason"][0]))
        return page(request, sight, Typed("reveal", refusal=refused), 422)
    body = {"case": sight.case.pk, "purpose": form.cleaned_data["reason"]}
    with transaction.atomic():
        audit.record(
            "access", audit.actor_of(request.user), "number.reveal", body, subject=sight.case.audit_subject
        )
    sight.full = True
    return page(request, sight)


@private
@require_safe
def revision(request: SignedInRequest, number: str) -> HttpResponse:
    """Which revision a case has, and who did what last: a page that is looked at again asks whether it is stale."""
    case = found(request, number)
    return JsonResponse({"revision": case.revision, "sentence": door.stale(case).sentence})


@private
@require_safe
def paper(request: SignedInRequest, number: str) -> HttpResponse:
    """The record of a case for printing, masked like the page."""
    sight = seen(request, number)
    if sight.case.state == State.DRAFT:
        raise Http404
    shown = {**case_page.context(sight), "printed": case_page.printed(sight)}
    return render(request, "reviews/print/case.html", shown)


# ---------------------------------------------------------------- finding and showing


def found(request: SignedInRequest, number: str) -> Case:
    """The bare case, or 404: of another unit's case nothing is told, not even that it exists."""
    case = case_page.visible(request.user, number, clock.local_date(clock.now())).first()
    if case is None:
        raise Http404
    return case


def seen(request: SignedInRequest, number: str) -> Sight:
    """The case with all its page needs, or 404."""
    sight = case_page.look(request.user, number, desk.of(request), request.GET.get("tab", ""))
    if sight is None:
        raise Http404
    return sight


def page(
    request: SignedInRequest, sight: Sight, typed: Typed | None = None, status: int = 200
) -> HttpResponse:
    """The page of what is seen."""
    sight = replace(sight, typed=typed) if typed else sight
    return render(request, "reviews/case_detail.html", case_page.context(sight), status=status)
