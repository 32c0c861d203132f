"""Pages on which an authority takes back what was done by mistake: 毕业回退 and 招生回退 (R4.4), alike but for the words."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from orgs.people.models import PostRole
from orgs.people.requests import SignedInRequest
from orgs.people.successors import heir_or_self
from reviews.case_page.forms import PlainText
from reviews.case_page.proof_views import day_of, refused_page
from reviews.desk import context as desk
from reviews.engine import seating
from reviews.vocabulary.refusals import refusal_context
from students.changes import page as change_page
from students.pupil import arrivals
from students.pupil.access import visible_pupil
from students.pupil.models import Student
from students.year_end import correcting
from students.year_end import graduation_rollback as taking_back
from students.year_end import recruitment_rollback as recruitment_back
from web import clock
from web.clock import local_date, spoken
from web.redirects import see_other
from web.refusals import Refusal, Refused
from web.words import zh


@dataclass(frozen=True)
class TakingBack:
    """One kind: its name, what becomes of the pupil, the rules, how it is begun, what is shown of the original act."""

    name: str
    becomes: str
    clause: str
    checks: tuple[Callable, ...]
    facts: Callable
    send: Callable
    shown: Callable[[Student], list[tuple[str, str]]]
    asks_day: Callable[[Student], bool] = lambda student: False


def _graduation(student: Student) -> list[tuple[str, str]]:
    graduated = student.graduated_on
    day = local_date(clock.now())
    last = spoken(taking_back.last_day(graduated, student.school, day)) if graduated else "—"
    return [
        (zh("毕业日期"), spoken(graduated) if graduated else "—"),
        (zh("原毕业操作"), taking_back.original(taking_back.line_of(student))),
        (zh("最迟回退日期"), last),
    ]


def _recruitment(student: Student) -> list[tuple[str, str]]:
    arrival = arrivals.of(student)
    return recruitment_back.facts_of(arrival) if arrival else [(zh("原招生操作"), "—")]


GRADUATION = TakingBack(
    zh("毕业回退"),
    zh("改回在校"),
    taking_back.CLAUSE,
    taking_back.BEFORE,
    taking_back.facts_before,
    taking_back.send,
    _graduation,
)
RECRUITMENT = TakingBack(
    zh("招生回退"),
    zh("退回毕业学校、改回毕业"),
    recruitment_back.CLAUSE,
    recruitment_back.BEFORE,
    recruitment_back.facts_before,
    recruitment_back.send,
    _recruitment,
)


CORRECTION = TakingBack(
    correcting.NAME,
    zh("更正毕业记录"),
    correcting.CLAUSE,
    correcting.BEFORE,
    correcting.facts_before,
    correcting.send,
    correcting.said_before,
    correcting.asks_day,
)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def correction(request: SignedInRequest, key) -> HttpResponse:
    """What the records say of a graduation, set right."""
    return _page(request, key, CORRECTION)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def graduation(request: SignedInRequest, key) -> HttpResponse:
    """A graduate back to 在校."""
    return _page(request, key, GRADUATION)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def recruitment(request: SignedInRequest, key) -> HttpResponse:
    """A pupil recruited by mistake back to 毕业."""
    return _page(request, key, RECRUITMENT)


def _page(request: SignedInRequest, key, what: TakingBack) -> HttpResponse:
    student, day = visible_pupil(request, key)
    school = student.school
    authority = heir_or_self(school, day).authority if school else None
    sentence = zh(
        "{what_name}由学籍所在学校的主管部门的学籍管理员发起，你没有这个岗位。", what_name=what.name
    )
    absent = Refusal("no_seat", sentence, what.clause)
    office = authority.pk if authority else None
    if found := seating.seat_refusal(request.user, office, PostRole.REGISTRAR, day, absent):
        return refused_page(request, found, 403)
    refused, status, now = None, 200, desk.of(request).now
    why, opinion = (PlainText().to_python(request.POST.get(name, "")) for name in ("why", "opinion"))
    asks_day, on = what.asks_day(student), request.POST.get("on", "")[:20]
    if request.method == "POST":
        try:
            more = {"on": day_of(on)} if asks_day else {}
            case = what.send(student, request.user, now, why=why, opinion=opinion, **more)
            messages.success(request, zh("已发起{what_name}，等待本单位负责人核办。", what_name=what.name))
            return see_other(reverse("case", args=[case.number]))
        except Refused as error:
            refused, status = (
                error.refusal,
                422 if error.code in ("why_given", "day_given", "day_before_phase", "opinion_blank") else 409,
            )
    shown = {
        "what": what,
        "student": student,
        "checklist": change_page.lines(what.checks, what.facts(student, authority, now)),
        "facts": [
            (zh("学校"), school.name if school else "—"),
            (zh("学籍状态"), student.get_status_display()),
            *what.shown(student),
        ],
        "why": why,
        "asks_day": asks_day,
        "on": on,
        "today": day.isoformat(),
        "opinion": opinion,
        "refused": refusal_context(refused),
    }
    return render(request, "students/take_back.html", shown, status=status)
