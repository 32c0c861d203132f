"""Signing several cases at once: the dry run, the signing, the list of results."""

import re
import secrets

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from orgs.people.requests import SignedInRequest
from reviews.desk import context as desk
from reviews.engine.book import phrases_for
from reviews.vocabulary.states import State
from reviews.worklist import bulk
from reviews.worklist.tabs import Place
from web.redirects import see_other
from web.refusals import Refused

_NUMBER = re.compile(r"[0-9A-Z-]{1,20}", re.ASCII)
_CHOSEN = re.compile(rf"({_NUMBER.pattern})@(\d{{1,9}})", re.ASCII)
_KEPT_RESULTS = 3
_BACK = "/worklist/?tab=sign"


@never_cache
@require_POST
def check(request: SignedInRequest) -> HttpResponse:
    """The dry run: which of the chosen cases would be signed, which fall out and why."""
    place = _signing_place(request)
    numbers = [text for text in request.POST.getlist("case") if _NUMBER.fullmatch(text)]
    if not numbers:
        return redirect(_BACK)
    return _page(request, place, numbers)


@never_cache
@require_POST
def sign(request: SignedInRequest) -> HttpResponse:
    """Sign those that go, each on its own; then the list of results."""
    place = _signing_place(request)
    chosen = _chosen(request)
    batch = re.sub(r"[^0-9A-Za-z_-]", "", request.POST.get("batch", ""))[:24] or secrets.token_urlsafe(12)
    opinion = request.POST.get("opinion", "")
    try:
        lines = bulk.sign(chosen, opinion, batch, request.user, desk.of(request))
    except Refused as refused:
        numbers = [number for number, _ in chosen]
        return _page(request, place, numbers, opinion=opinion, batch=batch, refused=refused, status=422)
    return see_other(f"/worklist/bulk/{_keep(request, lines)}/")


@never_cache
@require_safe
def result(request: SignedInRequest, key: str) -> HttpResponse:
    """What became of each case."""
    lines = request.session.get("bulk_results", {}).get(key)
    if lines is None:
        return redirect(_BACK)
    failed = [line for line in lines if line["why"]]
    context = {"failed": failed, "signed": [line for line in lines if not line["why"]], "back_url": _BACK}
    return render(request, "reviews/bulk_result.html", context)


def _signing_place(request: SignedInRequest) -> Place:
    place = Place.of(request.user, desk.of(request).today)
    if not place.signing:
        raise Http404
    return place


def _chosen(request: SignedInRequest) -> list[tuple[str, int]]:
    found = (_CHOSEN.fullmatch(text) for text in request.POST.getlist("case")[: bulk.MOST])
    return [(match[1], int(match[2])) for match in found if match]


def _page(
    request: SignedInRequest,
    place: Place,
    numbers: list[str],
    *,
    opinion: str = "",
    batch: str = "",
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    lines = bulk.dry_run(numbers, request.user, desk.of(request))
    going = [line for line in lines if line.goes]
    context = {
        "going": [_row(line) for line in going],
        "falling": [_row(line) for line in lines if not line.goes],
        "left_out": max(len(set(numbers)) - bulk.MOST, 0),
        "most": bulk.MOST,
        "stage": State(going[0].known.state).label if going else "",
        "phrases": phrases_for(request.user, place.signing) if going else [],
        "opinion": opinion,
        "batch": batch or secrets.token_urlsafe(12),
        "refused": refused and {"sentence": refused.sentence, "clause": refused.clause},
        "back_url": _BACK,
    }
    return render(request, "reviews/bulk_check.html", context, status=status)


def _row(line: bulk.Line) -> dict:
    case = line.case
    return {
        "number": line.number,
        "url": f"/cases/{line.number}/" if case else "",
        "chosen": f"{line.number}@{case.revision}" if case else "",
        "name": case.headline if case else "",
        "schools": f"{case.sending_unit.short_name} → {case.receiving_unit.short_name}" if case else "",
        "opinion": line.step.handle_opinion if line.step else "",
        "why": line.why,
        "clause": line.clause,
    }


def _keep(request: SignedInRequest, lines: list[bulk.Line]) -> str:
    """Keep the result for this session, so that the page can be loaded again without signing again."""
    key = secrets.token_urlsafe(9)
    kept = dict(list(request.session.get("bulk_results", {}).items())[-(_KEPT_RESULTS - 1) :])
    request.session["bulk_results"] = kept | {key: [_row(line) for line in lines]}
    return key
