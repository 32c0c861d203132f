"""The public complaint form, its receipt, and the answer by number and code (R8.5)."""

from datetime import datetime
from typing import cast

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from orgs.people.models import Unit
from reviews.case_page.forms import PlainText
from reviews.desk import context as desk
from reviews.vocabulary.visitors import too_often, tried
from tickets.complaints import actions as complaints
from tickets.forms import actions as door
from tickets.forms.models import Complaint
from web.clock import local_date, spoken
from web.refusals import Refused
from web.words import zh

_FIELDS = ("unit", "matter", "citizen", "contact", "case")
TOO_MANY = zh("提交得太频繁，请过一会儿再试，或直接打电话投诉。")
NO_MATCH = zh("没有查到这件投诉，请核对投诉编号和查询码。")


@login_not_required
@never_cache
@sensitive_post_parameters("contact", "citizen", "matter")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form; POST takes the complaint in and shows number and code, once."""
    if request.method != "POST":
        code = request.GET.get("unit", "").replace("\x00", "")[:12]
        unit = Unit.objects.filter(code=code).values_list("name", flat=True).first()
        return _form(request, {"unit": unit or ""})
    plain = PlainText()
    typed = {name: plain.to_python(request.POST.get(name, "")) for name in _FIELDS}
    try:
        said = complaints.checked(desk.of(request).today, **typed)
    except Refused as error:
        return _form(request, typed, error.sentence, 422)
    if too_often(request, "complaint address"):
        return _form(request, typed, TOO_MANY, 429)
    made, code = complaints.take_in(said, desk.of(request).now)
    shown = {
        "number": made.number,
        "code": f"{code[:4]} {code[4:]}",
        "unit": made.holder.name,
        "by": spoken(made.touch_by),
        "days": door.TOUCHED_WITHIN,
    }
    return render(request, "tickets/complaint_sent.html", shown, status=201)


def _form(request: HttpRequest, typed: dict, wrong: str = "", status: int = 200) -> HttpResponse:
    return render(request, "tickets/complaint_new.html", {"typed": typed, "wrong": wrong}, status=status)


@login_not_required
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """What became of a complaint."""
    if request.method != "POST":
        return render(request, "tickets/complaint_ask.html", {})
    number = PlainText().to_python(request.POST.get("number", ""))[:30]
    this = tried(request, "complaint answer")
    found = complaints.read(number, request.POST.get("code", "")[:60])
    if found is None and this.exceeds:
        return _asked(request, number, zh("查得太频繁，请过一分钟再试。"), 429)
    if found is None:
        return _asked(request, number, NO_MATCH, 404)
    this.give_back()  # eight random characters are not guessed: whoever has them is answered
    return render(request, "tickets/complaint_ask.html", {"number": number, "found": _told(found)})


def _asked(request: HttpRequest, number: str, wrong: str, status: int) -> HttpResponse:
    return render(request, "tickets/complaint_ask.html", {"number": number, "wrong": wrong}, status=status)


def _told(found: Complaint) -> dict:
    answer = complaints.answer_of(found)
    return {
        "number": found.number,
        "taken_in": spoken(local_date(cast(datetime, found.issued_at))),  # sent as it is begun
        "holder": found.holder.name,
        "phone": found.holder.phone,
        "accepted": spoken(local_date(found.accepted_at)) if found.accepted_at else "",
        "answer": answer,
        "answered": spoken(local_date(found.confirmed_at)) if answer and found.confirmed_at else "",
    }
