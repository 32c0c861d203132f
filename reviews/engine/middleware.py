"""Who cannot act at all is told before anything typed is read (R8.1): the same bar as at every seat, at the mouths."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import ResolverMatch
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from orgs.people.models import Account
from reviews.engine.seating import only_barred
from web import clock
from web.refusals import Refusal, Refused

if TYPE_CHECKING:
    from rest_framework.views import APIView

# Addresses that change nothing, or only what is the reader's own, by name; each with its reason.
OPEN = {
    "language": "the language of the reader's own pages",
    "sign-in": "not signed in yet",
    "sign-out": "the own session",
    "password": "the own password",
    "second-factor": "the own second factor",
    "preferences": "how the reader is told",
    "notices-read": "the own notices",
    "phrases": "the own quick phrases",
    "phrase-change": "the own quick phrases",
    "phrase-remove": "the own quick phrases",
    "api-tokens-list": "the own token",
    "api-tokens-detail": "the own token",
    "home": "leads to the worklist, whatever the method",
    "search": "a search: it changes nothing",
    "student-search": "a search: it changes nothing",
    "api-look-up-list": "a search: it changes nothing",
    "counter": "a search: it changes nothing",
    "case-reveal": "a look at a number, which is on record",
    "student-reveal": "a look at a number, which is on record",
    "directory-export": "the directory, to read",
    "progress": "public",
    "print-check-ask": "public",
    "complaint-ask": "public",
    "complaint-new": "public",
}


def _refusal(name: str | None, method: str | None, account: Account | AnonymousUser) -> Refusal | None:
    if method in SAFE_METHODS or name in OPEN or not account.is_authenticated:
        return None
    return only_barred(account, clock.local_date(clock.now()))


class TrainedFirst:
    """Answers an address that changes something, for who has no seat but an untrained registrar's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable, args: Sequence, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """The sentence in place of the view; the API asks by :class:`Trained`, which knows of tokens."""
        match = cast(ResolverMatch, request.resolver_match)
        if match.app_name == "admin" or match.route.startswith("api/"):
            return None
        found = _refusal(match.url_name, request.method, request.user)
        if found is None:
            return None
        told = {"code": found.code, "sentence": found.sentence, "clause": found.clause}
        if request.headers.get("x-requested-with") == "XMLHttpRequest":
            return JsonResponse(told, status=403, json_dumps_params={"ensure_ascii": False})
        return render(request, "403.html", told, status=403)


class Trained(BasePermission):
    """The same for programs. Raises Refused, which the API answers as every refusal."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Never False: whoever may not is told why."""
        match = cast(ResolverMatch, request.resolver_match)
        found = _refusal(match.url_name, request.method, request.user)
        if found is not None:
            raise Refused(found)
        return True
