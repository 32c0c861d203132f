"""流程图, open to everyone: which units a case passes, by the rows in force on a day (R3.1)."""

from datetime import date

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from orgs.people.seats import seats_of
from reviews.desk import context as desk
from reviews.rulebook_pages import route_pages
from reviews.rulebook_pages.route_pages import RouteForm

INVALID = 422


@login_not_required
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Each route of a province on a day, drawn; one's own province unless another is chosen."""
    known = desk.of(request)
    given = request.GET
    form = RouteForm(
        {
            "province": given.get("province", own_province(request, known.today)),
            "other": given.get("other", ""),
            "on": given.get("on", known.today.isoformat()),
        }
    )
    asked = form.cleaned_data if form.is_valid() else None
    context = {"form": form, **route_pages.page(known.book, known.today, asked)}
    return render(request, "reviews/routes.html", context, status=200 if asked else INVALID)


def own_province(request: HttpRequest, today: date) -> str:
    """The code of the signed-in person's province; empty for a visitor."""
    if not request.user.is_authenticated:
        return ""
    units = (seat.unit for seat in seats_of(request.user, today))
    return next((unit.province.code for unit in units if unit.province), "")
