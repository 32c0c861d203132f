"""The province's list of a month, on the screen and as a table: still open, or checked with what came of each (R2.2)."""

from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ledger import audit
from orgs.people.models import PostRole, Unit
from orgs.people.requests import SignedInRequest
from orgs.people.scope import own_units
from reviews.case_page.forms import PlainText
from reviews.desk import context as desk
from reviews.engine.opinions import is_of_words
from reviews.vocabulary.refusals import refusal_context
from students.admission.late import actions as lists
from students.admission.late import calendar, monthly
from students.admission.late.models import Late, LateChild, MonthlyCheck
from students.admission.late.views import CLAUSE_SHOWN, child_row, outcome
from students.numbers import issuing
from students.tables import columns as tables
from web.clock import moment
from web.paging import pages_of
from web.redirects import see_other
from web.refusals import NO_POST, Refusal, Refused
from web.served import inert
from web.words import zh

PAGE = 100
HEAD = (
    zh("姓名"),
    zh("性别"),
    zh("出生日期"),
    zh("学校"),
    zh("就读年级"),
    zh("班级"),
    zh("原因"),
    zh("结果"),
    zh("已有学籍的学校"),
)


def _visible(request: SignedInRequest, number: str):
    """The list (``None`` for children that stand on none yet) and its children in the account's scope; 404 otherwise."""
    day = desk.of(request).today
    rows = LateChild.objects.visible_to(request.user, day)
    rows = rows.select_related("school", "case", "student", "found__school").order_by("school__code", "pk")
    if not number:
        return None, rows.filter(state=Late.COLLECTED, month=None)
    return visible_list(request, number), rows.filter(month__number=number)


def visible_list(request: SignedInRequest, number: str) -> MonthlyCheck:
    """The province's list of a month when the account may read it; 404 otherwise."""
    found = MonthlyCheck.objects.visible_to(request.user, desk.of(request).today)
    return get_object_or_404(
        found.select_related("province", "closed_by__person", "sent_by__person"), number=number
    )


@never_cache
@require_safe
def show(request: SignedInRequest, number: str = "") -> HttpResponse:
    """The children of the month, school by school."""
    return page_of(request, number)


def page_of(
    request: SignedInRequest, number: str, refused: Refusal | None = None, status: int = 200, typed: str = ""
) -> HttpResponse:
    """The page with whatever the last act has to tell; typed text is kept."""
    known = desk.of(request)
    month, rows = _visible(request, number)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    shown = {
        "title": _title(month, known.now),
        "number": number,
        "state": month.get_state_display() if month else "",
        "facts": _facts(month, rows, known.now),
        "rows": [child_row(row, known.today) | outcome(row, request.user, known.today) for row in page],
        "table_url": reverse("late-month-table", args=[number])
        if number
        else reverse("late-collected-table"),
        "may_send": month is not None and monthly.send_refusal(month, request.user, known.today) is None,
        "may_drop": month is not None and monthly.drop_refusal(month, request.user, known.today) is None,
        "opinion": typed,
        "refused": refusal_context(refused),
        "page": pages_of(page),
        "clause": CLAUSE_SHOWN,
    }
    if month is None:
        shown |= _closing(request.user, known)
    return render(request, "students/late_month.html", shown, status=status)


def _closing(account, known) -> dict:
    """Whether the account may close the list now, and how many it would take; else why its province cannot."""
    refusal = monthly.close_refusal(account, known.now)
    if refusal is None:
        # Who may close is its registrar.
        province = cast("Unit", issuing.province_of(account, PostRole.REGISTRAR, known.today))
        return {"may_close": monthly.to_close(province, known.now).count()}
    return {"why_not": refusal.sentence if refusal.code not in NO_POST else ""}


@never_cache
@require_POST
def close(request: SignedInRequest) -> HttpResponse:
    """The province's registrar closes the list of the month."""
    try:
        found = monthly.close(request.user, desk.of(request).now)
    except Refused as error:
        return page_of(request, "", error.refusal, error.status)
    messages.success(request, zh("已收表 {count} 人，等待本单位负责人核办上报。", count=found.total))
    return see_other(reverse("late-month", args=[found.number]))


@never_cache
@require_POST
def send(request: SignedInRequest, number: str) -> HttpResponse:
    """The province's head sends it; the check answers."""
    found, typed = visible_list(request, number), PlainText().to_python(request.POST.get("opinion", ""))
    try:
        monthly.send(found, request.user, desk.of(request).now, typed)
    except Refused as error:
        status = 422 if is_of_words(error.code) else error.status
        return page_of(request, number, error.refusal, status, typed)
    messages.success(request, zh("已上报，正在查重；查重完会通知各学校。"))
    return see_other(reverse("late-month", args=[number]))


@never_cache
@require_POST
def drop(request: SignedInRequest, number: str) -> HttpResponse:
    """Give the list back before it is sent."""
    found = visible_list(request, number)
    try:
        monthly.drop(found, request.user, desk.of(request).now)
    except Refused as error:
        return page_of(request, number, error.refusal, error.status)
    messages.success(request, zh("名单已退回重收，学生回到待收表。"))
    return see_other(reverse("late-collected"))


def _title(month: MonthlyCheck | None, now) -> str:
    first = month.month if month else calendar.month_of(now)
    return zh("{first_year}年{first_month}月补建学籍名单", first_year=first.year, first_month=first.month)


def _facts(month: MonthlyCheck | None, rows, now) -> list[tuple[str, str]]:
    if month is None:
        return [
            (zh("已列入"), zh("{count} 人", count=rows.count())),
            (zh("应上报查重"), moment(calendar.due_of(now))),
        ]
    shown = (Late.CREATED, Late.REFUSED, Late.RETURNED)
    count = rows.order_by().aggregate(**{state: Count("pk", filter=Q(state=state)) for state in shown})
    return [
        (zh("省份"), month.called("province")),
        (zh("收表"), zh("{who}，{at}", who=month.called("closed_by"), at=moment(month.closed_at))),
        (
            zh("核办上报"),
            zh(
                "{who}，{at}：{opinion}",
                who=month.called("sent_by"),
                at=moment(month.sent_at),
                opinion=month.opinion,
            )
            if month.sent_at
            else "—",
        ),
        (zh("查重时间"), moment(month.checked_at) if month.checked_at else "—"),
        (zh("提交"), zh("{part} 人", part=rows.count())),
        (zh("通过，已建立"), zh("{part} 人", part=count[Late.CREATED])),
        (zh("不通过，应转学"), zh("{part} 人", part=count[Late.REFUSED])),
        *(
            [(zh("未办成"), zh("{part} 人（本校已没有其年级）", part=count[Late.RETURNED]))]
            if count[Late.RETURNED]
            else []
        ),
    ]


@never_cache
@require_safe
def table(request: SignedInRequest, number: str = "") -> HttpResponse:
    """The same as a table to take away; without numbers."""
    known = desk.of(request)
    month, rows = _visible(request, number)
    if not own_units(request.user, known.today):
        raise Http404  # a table without a line is a file as well, and nothing for one who has no post
    shown = [child_row(row, known.today) | outcome(row, request.user, known.today) for row in rows]
    lines = (
        (
            row["name"],
            row["sex"],
            f"{row['birth_date']:%Y-%m-%d}",
            row["school"],
            row["grade"],
            row["class"],
            row["why"],
            row["state"],
            row["found_at"],
        )
        for row in shown
    )
    data = tables.xlsx(_title(month, known.now), HEAD, lines, widths=(14, 6, 12, 30, 16, 10, 30, 24, 30))
    body = {"month": number or "open", "count": len(shown)}
    audit.record(lists.CHAIN, audit.actor_of(request.user), "late.exported", body, subject="late")
    return inert(data, tables.XLSX, "late.xlsx")
