"""Pupils who stand in a phase though no record says that they graduated from the one before: each with the lawful way;
nobody is moved by the list (R3.5c, R4.1)."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from orgs.people.models import PostRole
from orgs.people.requests import SignedInRequest
from orgs.people.school_system import system_on
from orgs.people.seats import seats_of
from reviews.desk import context as desk
from students.pupil.grades import bounds, label_of
from students.pupil.year_rows import entry_year
from students.year_end.views import PAGE, unrecorded_for
from web.words import zh


@never_cache
@require_safe
def show(request: SignedInRequest) -> HttpResponse:
    """Own school's, or those of all schools one stands above."""
    known = desk.of(request)
    rows = unrecorded_for(request.user, known.today).select_related("school__authority", "school_class")
    rows = rows.prefetch_related("school__system_periods").order_by("school__code", "cohort", "name", "pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    seats = seats_of(request.user, known.today)
    offices = {seat.unit.pk for seat in seats if seat.role == PostRole.REGISTRAR}
    shown = {
        "rows": [_row(student, known.today, offices) for student in page],
        "count": page.paginator.count,
        "page": {
            "text": zh("共 {count} 人。", count=page.paginator.count),
            "previous_url": f"?page={page.number - 1}" if page.has_previous() else "",
            "next_url": f"?page={page.number + 1}" if page.has_next() else "",
        },
    }
    return render(request, "students/unrecorded_list.html", shown)


def _below(student, day) -> str:
    """What is to be done for a pupil whose cohort comes into the phase later than with the school year that is entered now."""
    entering = entry_year(day, student.school.province_id)
    first, _ = bounds(student.phase, system_on(student.school, day, student.cohort))
    if entering - student.cohort + 1 >= first:
        return ""
    return zh(
        "{cohort}级按时间还没有到{phase}，请学校先核对原登记表：确已从前一学段毕业的，由{office}补记毕业，级在以后升学、转学或复学时"
        "随年级登记；没有毕业的，不要补记，由学校报{office}核实学段。学生照常就读，不受影响。",
        cohort=student.cohort,
        phase=student.get_phase_display(),
        office=student.school.authority.name,
    )


def _row(student, day, offices: set[int]) -> dict:
    office = student.school.authority
    return {
        "url": reverse("student-detail", args=[student.key]),
        "name": student.name,
        "school": student.school.name,
        "grade": label_of(student, day),
        "status": student.get_status_display(),
        "office": office.name,
        "below": _below(student, day),
        "correct": reverse("student-graduation-correction", args=[student.key])
        if office.pk in offices
        else "",
    }
