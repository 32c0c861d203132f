"""The page of 直升 (R4.5): all graduates of the school that its own next phase may receive, chosen unless taken off."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from orgs.people.models import Unit
from orgs.people.requests import SignedInRequest
from orgs.people.school_system import system_on
from orgs.people.seats import schools_kept
from reviews.case_page.proof_views import refused_page, whole
from reviews.desk import context as desk
from reviews.vocabulary.refusals import refusal_context
from students.admission.recruitment import actions as recruitment
from students.admission.recruitment import through
from students.admission.recruitment.views import CLAUSE_SHOWN
from students.pupil.grades import grade_label, grade_name
from students.tables import columns as tables
from web.clock import spoken
from web.redirects import see_other
from web.refusals import NO_POST, Refusal, Refused
from web.words import zh


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_through(request: SignedInRequest) -> HttpResponse:
    """Whom each of one's schools may take on into its next phase; POST lists the ticked ones of one school."""
    known = desk.of(request)
    schools = schools_kept(request.user, known.today)
    if not schools:
        told_why = recruitment.seat_refusal(None, request.user, known.today)
        return refused_page(request, told_why, 403)
    if request.method != "POST":
        return _page(request, schools)
    school = {each.code: each for each in schools}.get(request.POST.get("school", ""))
    if school is None:
        return refused_page(request, recruitment.seat_refusal(None, request.user, known.today), 403)
    ticked = [pk for text in request.POST.getlist("student")[: through.MOST] if (pk := whole(text))]
    typed = {pk: request.POST.get(f"class-{pk}", "")[:10] for pk in ticked}
    numbers = {pk: tables.class_number(text) for pk, text in typed.items()}
    try:
        if None in numbers.values():
            raise Refused(Refusal("class_number", tables.CLASS_WANTED, recruitment.CLAUSE))
        classes = {pk: number for pk, number in numbers.items() if number}
        rows = through.add(ticked, school, request.user, known.now, classes)
    except Refused as error:
        status = 403 if error.code in NO_POST else 422 if error.code == "class_number" else 409
        return _page(request, schools, error.refusal, status, (school, typed))
    messages.success(request, zh("已列入 {count} 名直升学生，请核对名册后上报。", count=len(rows)))
    return see_other(reverse("recruitment"))


def _page(request: SignedInRequest, schools: list[Unit], refused=None, status: int = 200, kept=None):
    """The page; ``kept``: the school and the ticked pupils with their classes as typed."""
    day = desk.of(request).today
    shown = {
        "schools": [
            _school(school, day, kept[1] if kept and kept[0] == school else None) for school in schools
        ],
        "clause": CLAUSE_SHOWN,
        "refused": refusal_context(refused),
    }
    return render(request, "students/recruitment_through.html", shown, status=status)


def _school(school: Unit, day, typed: dict[int, str] | None) -> dict:
    found = through.offered(school, day)
    system = system_on(school, day)
    free = [one for one in found if one.refusal is None]
    return {
        "school": school,
        "rows": [_row(one, system, typed) for one in free[: through.MOST]],
        "count": len(free),
        "barred": [
            {"name": one.student.name, "from": _from(one), "why": one.refusal.sentence}
            for one in found
            if one.refusal is not None
        ],
    }


def _row(one: through.Offered, system, typed: dict[int, str] | None) -> dict:
    pk = one.student.pk
    return {
        "pk": pk,
        "name": one.student.name,
        "from": _from(one),
        "day": spoken(one.student.graduated_on),
        "grade": grade_label(one.grade, system),
        "chosen": one.chosen if typed is None else pk in typed,
        "class": (one.class_number or "") if typed is None else typed.get(pk, one.class_number or ""),
    }


def _from(one: through.Offered) -> str:
    return f"{grade_name(one.grade - 1, one.student.phase)}{one.student.school_class or ''}"
