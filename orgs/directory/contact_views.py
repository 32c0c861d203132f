"""Public contacts, and their keeping by each unit (R8.5)."""

from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from orgs.directory import contacts
from orgs.people.models import Account, PostRole, Unit, UnitLevel
from orgs.people.requests import SignedInRequest
from orgs.people.seats import seats_of
from web import clock
from web.paging import pages_of
from web.redirects import see_other
from web.refusals import Refused
from web.words import zh

PAGE = 60
_KEEPERS = (PostRole.REGISTRAR, PostRole.HEAD)


@login_not_required
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Everyone's page: phone and e-mail of each unit."""
    text = " ".join(request.GET.get("q", "").replace("\x00", "")[:40].split())
    day = clock.local_date(clock.now())
    page = Paginator(contacts.published(day, text), PAGE).get_page(request.GET.get("page"))
    rows = [
        {
            "name": unit.name,
            "code": unit.code,
            "level": unit.get_level_display(),
            "phone": unit.phone,
            "email": unit.email,
            "depth": unit.level,
        }
        for unit in page
    ]
    shown = {
        "q": text,
        "rows": rows,
        "mine": bool(request.user.is_authenticated and _kept(request.user, day)),
        "page": pages_of(page, f"&q={text}"),
    }
    return render(request, "orgs/contacts.html", shown)


def _kept(account: Account, day: date) -> list[Unit]:
    """The units whose contact the account keeps."""
    seats = seats_of(account, day)
    found = {seat.unit.pk: seat.unit for seat in seats if seat.role in _KEEPERS}
    return [unit for unit in found.values() if unit.level != UnitLevel.MINISTRY]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def keep(request: SignedInRequest) -> HttpResponse:
    """The own unit's contact; a list of units below that lack theirs."""
    day = clock.local_date(clock.now())
    units = _kept(request.user, day)
    if not units:
        raise PermissionDenied(zh("只有单位的学籍管理员或负责人维护本单位的公开电话和邮箱（正文 三.2）。"))
    unit = next((one for one in units if one.code == request.POST.get("unit")), units[0])
    typed, wrong, status = {}, "", 200
    if request.method == "POST":
        typed = {name: request.POST.get(name, "").replace("\x00", "")[:80] for name in ("phone", "email")}
        try:
            contacts.publish(unit, request.user, **typed)
            messages.success(request, zh("{unit_name}的投诉电话和邮箱已公布。", unit_name=unit.name))
            return see_other(reverse("contacts-own"))
        except Refused as error:
            wrong, status = str(error), 422
    shown = {
        "units": [
            {
                "unit": one,
                "phone": typed.get("phone", one.phone) if one.pk == unit.pk else one.phone,
                "email": typed.get("email", one.email) if one.pk == unit.pk else one.email,
                "wrong": wrong if one.pk == unit.pk else "",
                "lacking": [] if one.is_school else list(contacts.unpublished(one, day)[:30]),
                "many": 0 if one.is_school else contacts.unpublished(one, day).count(),
            }
            for one in units
        ]
    }
    return render(request, "orgs/contacts_own.html", shown, status=status)
