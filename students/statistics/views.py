"""Pages of the headcount and of residence permits (R7.1): a table, a drawing of it, csv and xlsx of the same figures."""

import csv
import io

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from orgs.people.requests import SignedInRequest
from reviews.case_page.proof_views import refused_page
from reviews.desk import context as desk
from students.statistics import headcount
from students.statistics.headcount import Table
from students.tables.columns import XLSX, xlsx
from web.clock import moment, spoken
from web.refusals import Refusal
from web.served import inert
from web.text import no_formula
from web.words import zh

NO_SEAT = Refusal("no_seat", zh("人数统计供学籍管理员和负责人查看，你没有这些岗位。"), headcount.CLAUSE)
_BAR = 320  # pixels of the longest bar


@never_cache
@require_safe
def show(request: SignedInRequest) -> HttpResponse:
    """All pupils on the books."""
    return _page(request, permit=False)


@never_cache
@require_safe
def show_permits(request: SignedInRequest) -> HttpResponse:
    """Holders of a residence permit."""
    return _page(request, permit=True)


def _page(request: SignedInRequest, permit: bool) -> HttpResponse:
    known = desk.of(request)
    if not headcount.roots(request.user, known.today):
        return refused_page(request, NO_SEAT, 403)
    unit = headcount.unit_within(request.user, known.today, request.GET.get("unit", ""))
    if unit is None:
        raise Http404
    offered = headcount.PERMIT_BY if permit else headcount.BY
    asked = request.GET.get("by", "")
    by = asked if asked in offered else "grade" if unit.is_school else "unit"
    table = headcount.table(unit, by, known.today, permit=permit)
    title = zh("持居住证学生人数") if permit else zh("在籍学生人数")
    form = request.GET.get("form", "")
    if form in ("csv", "xlsx"):
        return _file(table, title, offered[by], form)
    page = reverse("permits" if permit else "headcount")
    here = f"{page}?unit={unit.code}"
    shown = {
        "title": title,
        "table": table,
        "rows": _rows(table),
        "as_of": zh("{day}零时统计", day=spoken(table.as_of))
        if table.nightly
        else zh("截至 {moment}", moment=moment(known.now)),
        "by_label": offered[by],
        "choices": [
            {"label": label, "url": f"{here}&by={key}", "current": key == by}
            for key, label in offered.items()
        ],
        "above": _above(unit, request.user, known.today, page),
        "tabs": tabs(permit),
        "files": [{"label": kind, "url": f"{here}&by={by}&form={kind}"} for kind in ("xlsx", "csv")],
        "permit": permit,
    }
    return render(request, "students/headcount.html", shown)


def tabs(permit: bool) -> list[dict]:
    """The pages of statistics."""
    return [
        {"label": zh("在籍人数"), "url": reverse("headcount"), "current": not permit},
        {"label": zh("居住证"), "url": reverse("permits"), "current": permit},
    ]


def _rows(table: Table) -> list[dict]:
    most = max((line.figures[0] for line in table.lines), default=0) or 1
    return [
        {
            "label": line.label,
            "url": line.url,
            "figures": line.figures,
            "bar": max(1, round(line.figures[0] * _BAR / most)) if line.figures[0] else 0,
        }
        for line in table.lines
    ]


def _above(unit, account, day, page: str) -> dict | None:
    """The way back up, as far as the account may see."""
    if unit.authority_id is None:
        return None
    upper = headcount.unit_within(account, day, unit.authority.code)
    return {"label": upper.name, "url": f"{page}?unit={upper.code}"} if upper else None


# ---------------------------------------------------------------- files


def _file(table: Table, title: str, by: str, form: str) -> HttpResponse:
    head = [by, *table.columns]
    rows = [[line.label, *line.figures] for line in table.lines] + [[zh("合计"), *table.total]]
    data, kind = (
        (_csv(head, rows), "text/csv")
        if form == "csv"
        else (xlsx(f"{table.unit.name}{title}", head, rows), XLSX)
    )
    return inert(data, kind, f"headcount-{table.as_of:%Y%m%d}.{form}", saved=True)


def _csv(head: list[str], rows: list[list]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([head, *([no_formula(label), *figures] for label, *figures in rows)])
    return out.getvalue().encode("utf-8-sig")
