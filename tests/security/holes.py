"""The program with holes, for the tests of the tests: nothing but a test names this URLConf."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path

from reviews.models import Case
from students.models import Student
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


urlpatterns = [
    path("cases/<str:number>/", any_case),
    path("students/<uuid:key>/", any_pupil),
    path("students/<uuid:key>/export/", any_pupil),
    path("transfers/<str:number>/checks/", tells_that_it_exists),
    *program,
]
