"""The page of figures on under-age children from other provinces (R3.8): each county its own, league and province all
their counties; to read, to send by its address, to print."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from orgs.people.requests import SignedInRequest
from reviews.case_page.proof_views import refused_page
from reviews.vocabulary.clauses import url_of
from transfers.moving import under_age
from web import clock
from web.refusals import Refusal
from web.words import joined, zh

NO_OFFICE = Refusal(
    "no_seat",
    zh("这一页供旗县区、盟市和自治区学籍主管部门的学籍管理员、负责人查看，你没有这些岗位。"),
    under_age.CLAUSE,
)
_TEXT = {
    "text": zh("对于 8 月 31 日未满 6 周岁外省儿童入学需求要慎重对待，避免跨省就学后再转回本省就学。"),
    "note": zh("只是提醒，不妨碍发起；转入学校主管部门同意时须写明意见。"),
    "source": zh("教基一厅〔2016〕2号 附件1 第三条第8款"),
}


@never_cache
@require_safe
def show(request: SignedInRequest) -> HttpResponse:
    """One school year: cross-province cases into grade 1, of these under age, and how they were decided."""
    at = clock.now()
    day = clock.local_date(at)
    offices = under_age.offices(request.user, day)
    if not offices:
        return refused_page(request, NO_OFFICE, 403)
    years = under_age.years_with_cases(request.user, day)
    year = _chosen(request.GET.get("year", ""), years)
    rows = under_age.figures(year, request.user, day)
    shown = {
        "offices": joined("、", (unit.name for unit in offices)),
        "years": [{"year": each, "label": label_of(each), "current": each == year} for each in years],
        "label": label_of(year),
        "rows": rows,
        "total": total_of(rows) if len(rows) > 1 else None,
        "cut_off": zh("{year} 年 8 月 31 日", year=year),
        "clause": {**_TEXT, "url": url_of(under_age.CLAUSE)},
        "printed": clock.moment(at),
    }
    return render(request, "transfers/under_age.html", shown)


def _chosen(asked: str, years: list[int]) -> int:
    """The year asked for, if it is one of the list; else the present one."""
    return next((year for year in years if str(year) == asked), years[0])


def label_of(year: int) -> str:
    """2026—2027 学年."""
    return zh("{year}—{count} 学年", year=year, count=year + 1)


def total_of(rows: list[under_age.Row]) -> under_age.Row:
    """All counties together."""
    names = ("cases", "under_age", "agreed", "refused")
    return under_age.Row(zh("合计"), "", **{name: sum(getattr(row, name) for row in rows) for name in names})
