"""本单位人员 (R8.3): who has access, confirmed once a quarter; posts lent; what the level above sees and opens again."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ledger import clock
from ledger.clock import local_date, spoken
from ledger.redirects import see_other
from ledger.words import beside, zh
from orgs import arrangements, staffing
from orgs.models import Account, Delegation, Post, PostRole, Unit
from orgs.seats import seats_of
from orgs.staffing import StaffingRefused
from orgs.staffing_models import Arrangement

_KEEPERS = (PostRole.REGISTRAR, PostRole.HEAD)
_MANY = 60
_DONE = {
    "confirm": zh("已确认本季度的权限。"),
    "lend": zh("已委托，期限内由受托人代为办理。"),
    "end": zh("已收回委托。"),
    "open": zh("已启封，对方可以登录。"),
    "arrange": zh("已安排代核，期限内由所选人员在该单位核办。"),
    "arranged_end": zh("代核已结束。"),
}
_STALE = zh("页面已经过期或不完整，请核对后重新提交；你填写的内容还在。")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """The units where the account keeps or signs; POST does one of the four things."""
    day = local_date(clock.now())
    units = {seat.unit.pk: seat.unit for seat in seats_of(request.user, day) if seat.role in _KEEPERS}
    if not units:
        raise PermissionDenied(zh("只有单位的学籍管理员或负责人查看本单位人员（正文 二）。"))
    if request.method != "POST":
        return _page(request, units, day)
    action = request.POST.get("action", "")
    try:
        _act(request, action, units)
    except StaffingRefused as error:
        return _page(request, units, day, str(error), 422)
    messages.success(request, _DONE[action])
    return see_other(reverse("staffing"))


def _act(request: HttpRequest, action: str, units: dict[int, Unit]) -> None:
    typed, now = request.POST, clock.now()
    if action == "confirm":
        unit = units.get(_number(typed.get("unit")))
        if unit is None:
            raise StaffingRefused(_STALE)
        staffing.confirm(unit, request.user, now)
    elif action == "open":
        staffing.open_again(_number(typed.get("account")), request.user, now)
    elif action == "end":
        loan = Delegation.objects.filter(pk=_number(typed.get("loan")), post__unit__in=units).first()
        if loan is None:
            raise StaffingRefused(_STALE)
        staffing.end_loan(loan, request.user, now)
    elif action == "lend":
        _lend(request, units)
    elif action == "arrange":
        _arrange(request)
    elif action == "arranged_end":
        found = Arrangement.objects.filter(pk=_number(typed.get("arrangement")), above__in=units).first()
        if found is None:
            raise StaffingRefused(_STALE)
        arrangements.end(found, request.user, now)
    else:
        raise StaffingRefused(_STALE)


def _arrange(request: HttpRequest) -> None:
    typed = request.POST
    unit = Unit.objects.select_related("authority").filter(pk=_number(typed.get("below"))).first()
    to = Account.objects.filter(pk=_number(typed.get("to"))).first()
    if unit is None or to is None:
        raise StaffingRefused(zh("请选择要代核的单位和人员。"))
    period = _period(typed, zh("请填写代核的起止日期，如 2026-12-01。"))
    arrangements.arrange(unit, to, request.user, clock.now(), **period)


def _period(typed, wrong: str) -> dict:
    """From when to when and why; ``wrong`` is said where a date is none."""
    since, until = _day(typed.get("since")), _day(typed.get("until"))
    if since is None or until is None:
        raise StaffingRefused(wrong)
    return {"since": since, "until": until, "reason": typed.get("reason", "").replace("\x00", "")}


def _lend(request: HttpRequest, units: dict[int, Unit]) -> None:
    typed = request.POST
    post = Post.objects.select_related("unit").filter(pk=_number(typed.get("post")), unit__in=units).first()
    to = Account.objects.filter(pk=_number(typed.get("to"))).first()
    if post is None or to is None:
        raise StaffingRefused(zh("请选择要委托的岗位和受托人。"))
    period = _period(typed, zh("请填写委托的起止日期，如 2026-12-01。"))
    staffing.lend(post, to, request.user, clock.now(), **period)


def _number(text: str | None) -> int:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 12 else 0


def _day(text: str | None):
    try:
        return parse_date((text or "").strip()[:20])
    except ValueError:
        return None


def _page(
    request: HttpRequest, units: dict[int, Unit], day, wrong: str = "", status: int = 200
) -> HttpResponse:
    shown = {
        "units": [_unit(unit, request.user, day) for unit in units.values()],
        "sealed": [
            {
                "account": post.account_id,
                "name": post.account.display_name,
                "unit": post.unit.name,
                "role": post.get_role_display(),
                "on": spoken(post.account.sealed_on),
            }
            for post in staffing.sealed_under(request.user, day)[:_MANY]
        ],
        "wrong": wrong,
        "typed": {
            name: request.POST.get(name, "")[:100]
            for name in ("post", "to", "since", "until", "reason", "below", "action")
        },
        "quarter": zh("{day_year}年第{count}季度", day_year=day.year, count=(day.month + 2) // 3),
    }
    return render(request, "orgs/staffing.html", shown, status=status)


def _unit(unit: Unit, account: Account, day) -> dict:
    posts = list(staffing.posts_of(unit, day))
    review = unit.access_reviews.filter(quarter=staffing.quarter(day)).select_related("by__person").first()
    seats = staffing.places(account, day)
    head = (unit.pk, PostRole.HEAD) in seats
    loans = Delegation.objects.filter(post__unit=unit, valid_until__gt=day)
    below = (
        {}
        if unit.is_school
        else {
            "short": _names(staffing.short_handed(unit, day)),
            "unconfirmed": _names(staffing.unconfirmed(unit, day)),
            "lacking": list(staffing.short_handed(unit, day).filter(authority=unit)[:_MANY]) if head else [],
            "people": list(arrangements.people(unit, day)[:200]) if head else [],
        }
    )
    return {
        "unit": unit,
        "rows": [_post(post, day, seats) for post in posts],
        "review": beside(review.by, spoken(local_date(review.at))) if review else "",
        "may_confirm": head and review is None,
        "lendable": [
            {
                "pk": post.pk,
                "label": beside(post.account.display_name, post.get_role_display()),
            }
            for post in posts
            if head or post.account_id == account.pk
        ],
        "colleagues": list(staffing.colleagues(unit, day)[:200]),
        "loans": [
            {
                "pk": loan.pk,
                "post": beside(loan.post.account.display_name, loan.post.get_role_display()),
                "to": loan.account.display_name,
                "period": zh("{day}起，{day2}前", day=spoken(loan.valid_from), day2=spoken(loan.valid_until)),
                "reason": loan.reason,
                "may_end": head or loan.post.account_id == account.pk,
            }
            for loan in loans.select_related("post__account__person", "account__person").order_by(
                "valid_from"
            )
        ],
        "arranged": [_arranged(found, seats) for found in arrangements.of_unit(unit, day)],
        **below,
    }


def _arranged(found: Arrangement, seats) -> dict:
    post = found.post
    return {
        "pk": found.pk,
        "unit": post.unit.name,
        "to": post.account.display_name,
        "period": zh("{day}起，{day2}前", day=spoken(post.valid_from), day2=spoken(post.valid_until)),
        "reason": found.reason,
        "by": found.by.display_name,
        "may_end": (found.above_id, PostRole.HEAD) in seats,
    }


def _names(rows) -> dict:
    return {"many": rows.count(), "names": list(rows.values_list("name", flat=True)[:_MANY])}


def _post(post: Post, day, seats) -> dict:
    until = post.trained_until
    return {
        "name": post.account.display_name,
        "hand_over": staffing.hand_over_url(post, seats),
        "role": post.get_role_display(),
        "week": zh("{day}起的一周", day=spoken(post.last_week)) if post.last_week else zh("没有登录过"),
        "trained": zh("至 {day}", day=spoken(until)) if until else zh("没有证书"),
        "tier": "" if post.role != PostRole.REGISTRAR or (until and until >= day) else "state-bad",
        "sealed": post.account.sealed_on is not None,
    }
