"""Pages of the directory (R8.2)."""

from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from orgs.directory import listing as directory
from orgs.people.models import PostRole
from orgs.people.requests import SignedInRequest
from orgs.people.seats import seats_of
from orgs.staff import staffing
from web import clock
from web.clock import local_date, spoken
from web.paging import pages_of
from web.served import inert
from web.text import says
from web.words import zh

if TYPE_CHECKING:
    from orgs.staff.training_models import CertifiedPost

PAGE = 50
_SHORT = zh(
    "请写明导出用途（至少 {directory_shortest_reason} 个字）；导出记录在案（正文 二.1）。",
    directory_shortest_reason=directory.SHORTEST_REASON,
)


@never_cache
@require_safe
def show(request: SignedInRequest) -> HttpResponse:
    """Search, and what was found."""
    _member(request)
    return _page(request, _asked(request.GET))


def _member(request: SignedInRequest) -> None:
    if not seats_of(request.user, local_date(clock.now())):
        raise PermissionDenied(zh("通讯录供有岗位的学籍管理人员查阅（正文 二.1）。"))


def _asked(query: QueryDict) -> dict:
    text = {name: " ".join(query.get(name, "").replace("\x00", "")[:30].split()) for name in ("text", "unit")}
    role = query.get("role", "") if query.get("role", "") in directory.ROLES else ""
    return text | {"role": role}


def _page(
    request: SignedInRequest, asked: dict, wrong: str = "", reason: str = "", status: int = 200
) -> HttpResponse:
    day = local_date(clock.now())
    page = Paginator(directory.posts(day, **asked), PAGE).get_page(request.GET.get("page"))
    seats = staffing.places(request.user, day)
    kept = urlencode({name: value for name, value in asked.items() if value})
    shown = {
        "asked": asked,
        "roles": [
            {"value": role, "label": PostRole(role).label, "chosen": role == asked["role"]}
            for role in directory.ROLES
        ],
        "rows": [_row(post, day, seats) for post in page],
        "total": page.paginator.count,
        "wrong": wrong,
        "reason": reason,
        "page": pages_of(page, f"&{kept}" if kept else ""),
    }
    return render(request, "orgs/directory.html", shown, status=status)


def _row(post: "CertifiedPost", day: date, seats: set[tuple[int, str]]) -> dict:
    row, until = directory.row_of(post), post.trained_until
    row["hand_over"] = staffing.hand_over_url(post, seats)
    if post.role != PostRole.REGISTRAR:
        return row | {"trained": "—", "tier": ""}
    if until is None:
        return row | {"trained": zh("没有证书"), "tier": "state-bad"}
    return row | {"trained": zh("至 {day}", day=spoken(until)), "tier": "" if until >= day else "state-bad"}


@never_cache
@require_POST
def export(request: SignedInRequest) -> HttpResponse:
    """The contacts found, as csv; the reason is on record."""
    _member(request)
    asked, reason = (
        _asked(request.POST),
        " ".join(request.POST.get("reason", "").replace("\x00", "")[:100].split()),
    )
    if not says(reason, directory.SHORTEST_REASON):
        return _page(request, asked, _SHORT, reason, 422)
    text = directory.export(directory.posts(local_date(clock.now()), **asked), request.user, reason)
    return inert(text, "text/csv; charset=utf-8", "directory.csv", saved=True)
