"""From a child whose late registration the check refused to the transfer of the record that there is (R2.2, R3.1)."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from orgs.people.requests import SignedInRequest
from orgs.people.successors import heir_or_self
from reviews.case_page import proof_views as proofs
from reviews.desk import context as desk
from reviews.engine import seating
from students.admission.late.models import Late, LateChild
from transfers.moving import pages
from transfers.moving.views import NO_SEAT
from web.redirects import see_other


@never_cache
@require_POST
def begin(request: SignedInRequest, key) -> HttpResponse:
    """The pupil counts as looked up: the school named it by its number, and the check has found it."""
    known = desk.of(request)
    rows = LateChild.objects.visible_to(request.user, known.today).select_related("found", "school")
    row = get_object_or_404(rows, key=key)
    school = heir_or_self(row.school, known.today)
    if school.pk not in {school.pk for school in pages.schools_of(request.user, known.today)}:
        return proofs.refused_page(request, seating.no_seat(request.user, known.today, NO_SEAT), 403)
    if row.state != Late.REFUSED or row.found is None:
        raise Http404
    request.session["found_pupil"] = str(row.found.key)
    return see_other(f"{reverse('transfer-check')}?school={school.pk}")
