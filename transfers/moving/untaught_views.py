"""The page of pupils in a grade that their school does not have: for the school and its office who they are and who takes
them in; for the schools nearby that have the grade, to begin the transfers together (R3.5c)."""

from typing import cast

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from orgs.people.models import Unit
from orgs.people.requests import SignedInRequest
from orgs.people.school_system import system_on
from orgs.people.seats import home_province
from reviews.desk import context as desk
from reviews.engine import seating
from reviews.rulebook.notice_values import IN_PROVINCE
from reviews.rulebook.windows import window_state
from reviews.vocabulary.clauses import url_of
from reviews.vocabulary.refusals import refusal_context
from students.pupil import identity
from students.pupil.grades import label_here, label_of
from students.pupil.models import Student
from students.year_end import beyond_school
from transfers.moving import pages, untaught
from transfers.moving.views import NO_SEAT
from web.redirects import see_other
from web.refusals import Refusal, Refused
from web.words import joined, zh

_TEXT = {
    "text": zh("全国非毕业年级中小学生升级。"),
    "note": zh("升级后本校没有这个年级的，由有这个年级的学校按转学办理；学生照常就读，不受影响。"),
    "source": zh("教基一厅〔2016〕2号 附件1 第三条第5款"),
}


@never_cache
@require_safe
def show(request: SignedInRequest) -> HttpResponse:
    """Own pupils of such grades, and those of the neighbours whom an own school may take in."""
    return page(request)


def page(request: SignedInRequest, refused: Refusal | None = None, status=200) -> HttpResponse:
    """The page with whatever the last act has to tell."""
    day = desk.of(request).today
    schools = beyond_school.own_schools(request.user, day)
    kept = pages.schools_of(request.user, day)
    closed = _closed(request)
    shown = {
        "own": _own_rows(schools, day),
        "taking": [part for school in kept if (part := _taking(school, day))["rows"]],
        "most": untaught.MOST,
        "closed": closed,
        "clause": {**_TEXT, "note": _TEXT["note"] + closed, "url": url_of(untaught.CLAUSE)},
        "refused": refusal_context(refused),
    }
    return render(request, "transfers/untaught.html", shown, status=status)


def _closed(request: SignedInRequest) -> str:
    """While such a transfer cannot be sent, from which day it can, by the rows of the windows (R3.5)."""
    known = desk.of(request)
    province = home_province(request.user, known.today)
    state = window_state(known.book.windows, IN_PROVINCE, province, known.now)
    return "" if state.open else state.sentence


def _school(student: Student) -> Unit:
    """Whoever is listed is a pupil of a school."""
    return cast("Unit", student.school)


def _office(student: Student) -> Unit:
    """That stands above the school, as above every school one does."""
    return cast("Unit", _school(student).authority)


def _own_rows(schools: list[Unit], day) -> list[dict]:
    found = beyond_school.pupils(schools, day)
    near = {
        school.pk: school
        for one in {_school(student).authority_id: _school(student) for student in found}.values()
        for school in [*beyond_school.neighbours(one, day), one]
    }
    prefetch_related_objects(list(near.values()), "system_periods")
    return [
        {
            "url": reverse("student-detail", args=[student.key]),
            "name": student.name,
            "school": _school(student).name,
            "grade": _grade(student, near[_school(student).pk], day),
            "class": str(student.school_class or zh("未编班")),
            "takers": joined("、", (one.name for one in untaught.takers(student, near.values(), day)))
            or zh("{authority}没有其他学校有这个年级，由主管部门确定", authority=_office(student).name),
        }
        for student in found
    ]


def _grade(student, school: Unit, day) -> str:
    system = system_on(school, day, student.cohort)
    return label_here(student, day, system.grades, system)


def _taking(school: Unit, day) -> dict:
    return {
        "school": school,
        "rows": [
            {
                "key": student.key,
                "name": identity.mask_name(student.name),
                "school": _school(student).name,
                "grade": label_of(student, day, system_on(_school(student), day, student.cohort)),
            }
            for student in beyond_school.wanted_by(school, day)
        ],
    }


@never_cache
@require_POST
def begin(request: SignedInRequest) -> HttpResponse:
    """Drafts for the chosen pupils."""
    known = desk.of(request)
    schools = {school.code: school for school in pages.schools_of(request.user, known.today)}
    school = schools.get(request.POST.get("school", "")[:12])
    if school is None:
        return page(request, seating.no_seat(request.user, known.today, NO_SEAT), 403)
    try:
        cases = untaught.begin_all(
            request.POST.getlist("pupil")[:1000], school, request.user, known.now, known.today
        )
    except Refused as error:
        return page(request, error.refusal, error.status)
    messages.success(
        request,
        zh("已起草 {count} 件转学，在“我发起”中逐件补齐原因、班级和证明材料后发起。", count=len(cases)),
    )
    return see_other(reverse("worklist") + "?tab=started")
