"""本单位人员 (R8.3): who has access, confirmed once a quarter; posts lent; what the level above sees and opens again."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from orgs.confirmations import confirming as confirmations
from orgs.people.models import Account, Delegation, Post, PostRole, Unit
from orgs.people.requests import SignedInRequest
from orgs.people.seats import seats_of
from orgs.sign_in import one_time_codes
from orgs.staff import arrangements, staffing
from orgs.staff.models import Arrangement
from web import clock
from web.clock import local_date, moment, spoken
from web.redirects import see_other
from web.refusals import Refused, refuse
from web.words import beside, zh

if TYPE_CHECKING:
    from orgs.staff.training_models import PostInUse

_KEEPERS = (PostRole.REGISTRAR, PostRole.HEAD)
_MANY = 60
_BELOW = 400
_DONE = {
    "confirm": zh("已确认本季度的权限。"),
    "lend": zh("已委托，期限内由受托人代为办理。"),
    "end": zh("已收回委托。"),
    "open": zh("已启封，对方可以登录。"),
    "arrange": zh("已安排代核，期限内由所选人员在该单位核办。"),
    "arranged_end": zh("代核已结束。"),
    "code": "",
    "take_effect": zh("已确认，即时生效。"),
}
_STALE = zh("页面已经过期或不完整，请核对后重新提交；你填写的内容还在。")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: SignedInRequest) -> HttpResponse:
    """The units where the account keeps or signs; POST does one of the things of ``_DONE``."""
    day = local_date(clock.now())
    units = {seat.unit.pk: seat.unit for seat in seats_of(request.user, day) if seat.role in _KEEPERS}
    if not units:
        raise PermissionDenied(zh("只有单位的学籍管理员或负责人查看本单位人员（正文 二）。"))
    if request.method != "POST":
        return _page(request, units, day)
    action = request.POST.get("action", "")
    try:
        if action == "code":
            return _slip(request)
        _act(request, action, units)
    except Refused as error:
        return _page(request, units, day, error.sentence, 422)
    messages.success(request, _DONE[action])
    return see_other(reverse("staffing"))


def _act(request: SignedInRequest, action: str, units: dict[int, Unit]) -> None:
    typed, now = request.POST, clock.now()
    if action in ("confirm", "take_effect"):
        _confirm(request, action, units)
    elif action == "open":
        staffing.open_again(_number(typed.get("account")), request.user, now)
    elif action == "end":
        reached = Q(post__unit__in=units) | Q(post__unit__authority__in=units)
        loan = Delegation.objects.filter(reached, pk=_number(typed.get("loan"))).first()
        if loan is None:
            refuse("stale", _STALE)
        staffing.end_loan(loan, request.user, now)
    elif action == "lend":
        _lend(request, units)
    elif action == "arrange":
        _arrange(request)
    elif action == "arranged_end":
        found = Arrangement.objects.filter(pk=_number(typed.get("arrangement")), above__in=units).first()
        if found is None:
            refuse("stale", _STALE)
        arrangements.end(found, request.user, now)
    else:
        refuse("stale", _STALE)


def _confirm(request: SignedInRequest, action: str, units: dict[int, Unit]) -> None:
    """The access of a unit for this quarter, or what was given to a person: as it was shown, not what came since."""
    if action == "take_effect":
        shown = [_number(pk) for pk in request.POST.get("facts", "")[:400].split(",")]
        confirmations.confirm(shown, request.user)
        return
    unit = units.get(_number(request.POST.get("unit")))
    if unit is None:
        refuse("stale", _STALE)
    staffing.confirm(unit, request.user, clock.now())


def _slip(request: SignedInRequest) -> HttpResponse:
    """A one-time code on a sheet to print: shown this once."""
    account = _number(request.POST.get("account"))
    post, code, row = one_time_codes.give_out(account, request.user, clock.now())
    shown = {"name": post.account.display_name, "username": post.account.username, "unit": post.unit.name}
    shown |= {"role": post.get_role_display(), "code": code, "until": moment(row.expires_at)}
    return render(request, "orgs/one_time_code.html", shown)


def _arrange(request: SignedInRequest) -> None:
    typed = request.POST
    unit = Unit.objects.select_related("authority").filter(pk=_number(typed.get("below"))).first()
    to = Account.objects.filter(pk=_number(typed.get("to"))).first()
    if unit is None or to is None:
        refuse("not_chosen", zh("请选择要代核的单位和人员。"))
    period = _period(typed, zh("请填写代核的起止日期，如 2026-12-01。"))
    arrangements.arrange(unit, to, request.user, clock.now(), **period)


def _period(typed: QueryDict, wrong: str) -> dict:
    """From when to when and why; ``wrong`` is said where a date is none."""
    since, until = _day(typed.get("since")), _day(typed.get("until"))
    if since is None or until is None:
        refuse("period", wrong)
    return {"since": since, "until": until, "reason": typed.get("reason", "").replace("\x00", "")}


def _lend(request: SignedInRequest, units: dict[int, Unit]) -> None:
    typed = request.POST
    posts = Post.objects.filter(Q(unit__in=units) | Q(unit__authority__in=units))
    post = posts.select_related("unit").filter(pk=_number(typed.get("post"))).first()
    to = Account.objects.filter(pk=_number(typed.get("to"))).first()
    if post is None or to is None:
        refuse("not_chosen", zh("请选择要委托的岗位和受托人。"))
    period = _period(typed, zh("请填写委托的起止日期，如 2026-12-01。"))
    staffing.lend(post, to, request.user, clock.now(), **period)


def _number(text: str | None) -> int:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 12 else 0


def _day(text: str | None) -> date | None:
    try:
        return parse_date((text or "").strip()[:20])
    except ValueError:
        return None


def _page(
    request: SignedInRequest, units: dict[int, Unit], day: date, wrong: str = "", status: int = 200
) -> HttpResponse:
    shown = {
        "units": [_unit(unit, request.user, day) for unit in units.values()],
        "waiting": _waiting(request.user, day),
        "codes": _codes(request.user) if settings.SECOND_FACTOR else [],
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


def _waiting(account: Account, day: date) -> list[dict]:
    """What waits for the account's word, one line and one button a person."""
    rows: dict[int, dict] = {}
    for fact in confirmations.confirmable(account, day):
        row = rows.setdefault(fact.person_id, {"name": fact.person.name, "facts": [], "pks": []})
        by = fact.asked_by.display_name if fact.asked_by else zh("服务器上的命令")
        row["facts"].append(
            zh(
                "{what}（{by}，{day}）",
                what=confirmations.spoken(fact),
                by=by,
                day=spoken(local_date(fact.asked_at)),
            )
        )
        row["pks"].append(str(fact.pk))
    return [row | {"pks": ",".join(row["pks"])} for row in rows.values()]


def _codes(account: Account) -> list[dict]:
    """Who below cannot sign in without a code, and whether one is out."""
    now, rows = clock.now(), []
    posts = one_time_codes.lacking(account, now).select_related("account__one_time_code")
    for post in posts[:_MANY]:
        row = getattr(post.account, "one_time_code", None)
        out = row if row is not None and row.used_at is None and row.expires_at > now else None
        rows.append(
            {
                "account": post.account_id,
                "name": post.account.display_name,
                "unit": post.unit.name,
                "role": post.get_role_display(),
                "until": moment(out.expires_at) if out else "",
            }
        )
    return rows


def _unit(unit: Unit, account: Account, day: date) -> dict:
    posts = list(staffing.posts_of(unit, day))
    review = unit.access_reviews.filter(quarter=staffing.quarter(day)).select_related("by__person").first()
    seats = staffing.places(account, day)
    head = (unit.pk, PostRole.HEAD) in seats
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
        "lendable": _lendable(unit, posts, account, day, head),
        "colleagues": list(staffing.colleagues(unit, day)[:200]),
        "loans": _loans(unit, account, day, head),
        "arranged": [_arranged(found, seats) for found in arrangements.of_unit(unit, day)],
        **below,
    }


def _lendable(unit: Unit, posts: Sequence[Post], account: Account, day: date, head: bool) -> list[dict]:
    """Posts of the unit, and for its head those of the units right below, told with their unit."""
    own = [post for post in posts if head or post.account_id == account.pk]
    below = staffing.lendable_below(unit, day)[:_BELOW] if head and not unit.is_school else []
    return [{"pk": post.pk, "label": _whose(post, unit)} for post in (*own, *below)]


def _whose(post: Post, unit: Unit) -> str:
    where = [] if post.unit_id == unit.pk else [post.unit.name]
    return beside(*where, post.account.display_name, post.get_role_display())


def _loans(unit: Unit, account: Account, day: date, head: bool) -> list[dict]:
    lent = Q(post__unit=unit) | Q(post__unit__authority=unit) if head else Q(post__unit=unit)
    rows = Delegation.objects.filter(lent, valid_until__gt=day).order_by("valid_from")
    return [
        {
            "pk": loan.pk,
            "post": _whose(loan.post, unit),
            "to": loan.account.display_name,
            "period": zh("{day}起，{day2}前", day=spoken(loan.valid_from), day2=spoken(loan.valid_until)),
            "reason": loan.reason,
            "may_end": head or loan.post.account_id == account.pk,
        }
        for loan in rows.select_related("post__account__person", "post__unit", "account__person")
    ]


def _arranged(found: Arrangement, seats: set[tuple[int, str]]) -> dict:
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


def _names(rows: QuerySet[Unit]) -> dict:
    return {"many": rows.count(), "names": list(rows.values_list("name", flat=True)[:_MANY])}


def _post(post: "PostInUse", day: date, seats: set[tuple[int, str]]) -> dict:
    until = post.trained_until
    return {
        "name": post.account.display_name,
        "hand_over": staffing.hand_over_url(post, seats),
        "role": post.get_role_display(),
        "week": zh("{day}起的一周", day=spoken(post.last_week)) if post.last_week else zh("没有登录过"),
        "trained": zh("至 {day}", day=spoken(until)) if until else zh("没有证书"),
        "tier": "" if post.role != PostRole.REGISTRAR or (until and until >= day) else "state-bad",
        "sealed": post.account.sealed_on is not None,
        "waits": post.waiting,
    }
