"""The text of the rules, open to everyone."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reviews.vocabulary import clauses


@login_not_required
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """The notice's own words, every clause with an anchor."""
    return render(request, "reviews/rules.html", {"documents": clauses.documents()})
