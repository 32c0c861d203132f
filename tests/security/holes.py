"""The program with holes, for the tests of the tests: nothing but a test names this URLConf."""

import logging

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path

from ledger import audit, outbox
from reviews.engine.models import Case
from students.pupil.models import Student
from web.served import inert
from xueji.urls import urlpatterns as program

handler500 = "xueji.errors.server_error"


def any_case(request, number):
    """Forgets whose case it is."""
    return HttpResponse(get_object_or_404(Case, number=number).headline)


@login_not_required
def any_pupil(request, key):
    """Forgets who asks."""
    return HttpResponse(get_object_or_404(Student, key=key).name)


def tells_that_it_exists(request, number):
    """Refuses instead of knowing nothing."""
    raise PermissionDenied(get_object_or_404(Case, number=number).number)


def echo(request):
    """Repeats what it was sent."""
    return HttpResponse(request.GET["q"])


def breaks(request):
    """Hands whatever it was sent to the database."""
    return HttpResponse(Case.objects.filter(number=request.GET["q"]).exists())


def steered(request):
    """A list that hands the address on to the table."""
    rows = Student.objects.filter(**request.GET.dict()) if "o" not in request.GET else Student.objects.all()
    return JsonResponse({"results": list(rows.values("key"))})


def file(request):
    """Hands a file to whoever asks."""
    return _handed(request)


def _handed(request):
    return inert(b"", "text/csv", "all.csv")


def mute(request):
    """Refuses without a word."""
    return HttpResponse(status=404)


def leaks(request):
    """Tells everybody."""
    number, name = request.POST["number"], request.POST["name"]
    logging.getLogger(__name__).warning("looked up %s", name)
    cache.set("last", number)
    audit.record("access", "clock", "student.lookup", {"number": number})
    outbox.post("notice", {"name": name}, dedup=number)
    request.session["typed"] = number
    return HttpResponseRedirect(f"/students/?q={number}")


urlpatterns = [
    path("hole/leaks/", leaks),
    path("hole/echo/", echo),
    path("hole/breaks/", breaks),
    path("hole/mute/", mute),
    path("hole/file/", file),
    path("hole/steered/", steered),
    path("cases/<case:number>/", any_case),
    path("students/<uuid:key>/", any_pupil),
    path("students/<uuid:key>/export/", any_pupil),
    path("transfers/<case:number>/checks/", tells_that_it_exists),
    *program,
]
