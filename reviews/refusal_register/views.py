"""Refusals of every stage, listed for the units above, and the share of each reason at each unit (R3.4)."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from orgs.people.requests import SignedInRequest
from reviews.desk import context as desk
from reviews.refusal_register import pages as refusal_pages
from reviews.refusal_register.pages import Look
from reviews.refusal_register.register import Wanted


def _look(request: SignedInRequest) -> Look:
    known = desk.of(request)
    return Look(request.user, known, Wanted.read(request.GET, known.today))


@never_cache
@require_safe
def listing(request: SignedInRequest) -> HttpResponse:
    """驳回情况: one's own and of those under one; whoever has no post sees an empty list."""
    return render(request, "reviews/refusal_list.html", refusal_pages.listing(_look(request)))


@never_cache
@require_safe
def shares(request: SignedInRequest) -> HttpResponse:
    """理由构成: how often each reason was given, by unit."""
    return render(request, "reviews/refusal_shares.html", refusal_pages.shares(_look(request)))
