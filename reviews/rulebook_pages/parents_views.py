"""办事指南 for parents in plain words, open to everyone: where to go, what to bring, how long it takes (R8.5, R0.6)."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reviews.desk import context as desk
from reviews.rulebook_pages.route_pages import days_of
from reviews.vocabulary.states import State


@login_not_required
@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """One page; every number on it is the rulebook's of today."""
    known = desk.of(request)
    shown = {
        "days": days_of(State.RECEIVING_SCHOOL, known.book, known.today, None),
        "file_days": days_of(State.AWAITING_FILE, known.book, known.today, None),
        "expire_days": known.book.limit("expire_days", known.today),
    }
    return render(request, "reviews/parents.html", shown)
