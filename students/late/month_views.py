"""The province's list of a month, on the screen and as a table: still open, or checked with what came of each (R2.2)."""

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ledger import audit
from ledger.clock import moment
from ledger.paging import pages_of
from ledger.words import zh
from reviews import desk
from reviews.views.evidence import inert
from students import tables
from students.late import calendar, lists
from students.late.models import Late, LateChild, MonthlyCheck
from students.late.views import CLAUSE_SHOWN, child_row, outcome

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


def _visible(request: HttpRequest, number: str):
    """The month (``None`` for the open one) and its children in the account's scope; 404 where there are none."""
    rows = LateChild.objects.visible_to(request.user, desk.of(request).today)
    rows = rows.select_related("school", "student", "found__school").order_by("school__code", "pk")
    if not number:
        return None, rows.filter(state=Late.COLLECTED)
    month = MonthlyCheck.objects.filter(number=number).select_related("province").first()
    rows = rows.filter(month=month)
    if month is None or not rows.exists():
        raise Http404
    return month, rows


@never_cache
@require_safe
def show(request: HttpRequest, number: str = "") -> HttpResponse:
    """The children of the month, school by school."""
    known = desk.of(request)
    month, rows = _visible(request, number)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    shown = {
        "title": _title(month, known.now),
        "number": number,
        "facts": _facts(month, rows, known.now),
        "rows": [child_row(row, known.today) | outcome(row, request.user, known.today) for row in page],
        "table_url": reverse("late-month-table", args=[number])
        if number
        else reverse("late-collected-table"),
        "page": pages_of(page),
        "clause": CLAUSE_SHOWN,
    }
    return render(request, "students/late_month.html", shown)


def _title(month: MonthlyCheck | None, now) -> str:
    first = month.month if month else calendar.month_of(now)
    return zh("{first_year}年{first_month}月补建学籍名单", first_year=first.year, first_month=first.month)


def _facts(month: MonthlyCheck | None, rows, now) -> list[tuple[str, str]]:
    if month is None:
        return [
            (zh("已列入"), zh("{count} 人", count=rows.count())),
            (zh("统一查重"), moment(calendar.check_of(now))),
        ]
    shown = (Late.CREATED, Late.REFUSED, Late.RETURNED)
    count = rows.order_by().aggregate(**{state: Count("pk", filter=Q(state=state)) for state in shown})
    return [
        (zh("省份"), month.province.name),
        (zh("查重时间"), moment(month.checked_at)),
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
def table(request: HttpRequest, number: str = "") -> HttpResponse:
    """The same as a table to take away; without numbers."""
    known = desk.of(request)
    month, rows = _visible(request, number)
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
