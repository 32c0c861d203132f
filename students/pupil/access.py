"""Which pupil a page is about: one that the account may see, or none."""

from datetime import date

from django.shortcuts import get_object_or_404

from orgs.people.requests import SignedInRequest
from students.pupil.models import Student
from web import clock


def visible_pupil(request: SignedInRequest, key) -> tuple[Student, date]:
    """The pupil, when the account may see it, and the day; 404 otherwise."""
    day = clock.local_date(clock.now())
    pupils = Student.objects.visible_to(request.user, day).select_related("school", "school_class")
    return get_object_or_404(pupils, key=key), day
