"""交接: a post that is left goes to a colleague; first shown with all that stands open, then done (R0.5)."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from orgs.people.models import Account, Post
from orgs.people.requests import SignedInRequest
from orgs.people.seats import begun
from orgs.staff import staffing
from reviews.case_page.proof_views import whole
from reviews.desk import context as desk
from reviews.desk.context import Desk
from reviews.engine.models import Case
from reviews.engine.procedures import kind_name
from reviews.staff import handover
from reviews.vocabulary.states import State
from web.clock import spoken
from web.redirects import see_other
from web.refusals import Refused, refuse
from web.words import zh

_FIELDS = ("to", "last", "reason")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: SignedInRequest, pk: int) -> HttpResponse:
    """The form; POST shows what the hand-over would do, and with ``do`` does it."""
    known = desk.of(request)
    rows = Post.objects.filter(begun(known.today)).select_related("unit", "account__person")
    post = get_object_or_404(rows, pk=pk)
    if not staffing.may_hand_over(post, staffing.places(request.user, known.today)):
        raise Http404
    if request.method != "POST":
        return _page(request, post, {"last": known.today.isoformat()})
    typed = {name: request.POST.get(name, "").replace("\x00", "")[:100].strip() for name in _FIELDS}
    try:
        to, last = _said(typed)
        if request.POST.get("do") != "1":
            found = handover.plan(post, to, request.user, known.now, last=last)
            return _page(request, post, typed, plan=_shown(found, known))
        handover.hand_over(post, to, request.user, known.now, last=last, reason=typed["reason"])
    except Refused as error:
        return _page(request, post, typed, wrong=error.sentence, status=422)
    messages.success(
        request, zh("已交接，自{day}的次日起由{name}接任。", day=spoken(last), name=to.display_name)
    )
    return see_other(reverse("staffing"))


def _said(typed: dict) -> tuple[Account, date]:
    number = whole(typed["to"])
    to = Account.objects.filter(pk=number or 0).select_related("person").first()
    if to is None:
        refuse("not_chosen", zh("请选择接任的同事。"))
    try:
        last = parse_date(typed["last"])
    except ValueError:
        last = None
    if last is None:
        refuse("period", zh("请填写最后一天，如 2026-12-01。"))
    return to, last


def _shown(found: handover.Plan, known: Desk) -> dict:
    return {
        "facts": [
            (zh("接任自"), spoken(found.begins)),
            (
                zh("待办业务"),
                zh(
                    "{many} 件，其中逾期 {late} 件，由接任人继续办理，时限不变",
                    many=found.many,
                    late=found.late,
                ),
            ),
            (zh("未发起的草稿"), zh("{count} 件", count=found.drafts)),
            *((one.label, zh("{count} 件", count=one.count)) for one in found.papers),
            (zh("新设岗位"), zh("是") if found.new_post else zh("否，接任人已有这个岗位")),
            (zh("随之结束的委托"), zh("{count} 项", count=found.loans)),
            (zh("交接后审核人员"), zh("{count} 人", count=found.people)),
        ],
        "alone": found.people < 2,
        "barred": [case.number for case in found.barred],
        "rows": [_row(case, known) for case in found.waiting],
        "more": found.many - len(found.waiting),
    }


def _row(case: Case, known: Desk) -> dict:
    return {
        "number": case.number,
        "headline": case.headline,
        "kind": kind_name(case.kind),
        "stage": State(case.state).label,
        "due": spoken(case.due_on) if case.due_on else "—",
        "late": bool(case.due_on and case.due_on < known.today),
    }


def _page(
    request: SignedInRequest,
    post: Post,
    typed: dict,
    *,
    plan: dict | None = None,
    wrong: str = "",
    status: int = 200,
) -> HttpResponse:
    shown = {
        "post": {
            "name": post.account.display_name,
            "role": post.get_role_display(),
            "unit": post.unit.name,
        },
        "colleagues": list(handover.colleagues(post, desk.of(request).today)),
        "typed": typed,
        "plan": plan,
        "wrong": wrong,
    }
    return render(request, "reviews/handover.html", shown, status=status)
