"""现在能办什么, open to everyone: chosen facts before the same guards that judge a real pupil (R3.1–R3.5)."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from orgs.people.models import Unit, UnitLevel
from orgs.people.reference import REGION
from reviews.desk import context as desk
from reviews.rulebook_pages.route_views import own_province
from transfers.possible import pages as possible_pages
from transfers.possible.pages import PossibleForm

INVALID = 422


@login_not_required
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """What is allowed, on which stages, until when and by which clause; everything chosen stands in the address."""
    known = desk.of(request)
    province = own_province(request, known.today) or _first_province()
    standard = possible_pages.standard(province, known.today)
    given = {name: request.GET.get(name, value) for name, value in standard.items()}
    form = PossibleForm(given)
    asked = form.question() if form.is_valid() else None
    context = {"form": form, **possible_pages.page(asked, known.book)}
    return render(request, "transfers/possible.html", context, status=200 if asked else INVALID)


def _first_province() -> str:
    """For a visitor a beginning: the region whose letter this program executes, else the first province there is."""
    codes = list(
        Unit.objects.filter(level=UnitLevel.PROVINCE).order_by("code").values_list("code", flat=True)
    )
    return REGION if REGION in codes else next(iter(codes), "")
