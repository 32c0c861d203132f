"""未报到名单 (R3.6): for whom a file was granted and who did not come; each school its own, authorities all theirs."""

from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from orgs.people.models import Unit
from reviews.desk import context as desk
from reviews.engine.models import Act, Case
from reviews.engine.procedures import kind_name
from reviews.vocabulary.clauses import url_of
from reviews.vocabulary.states import State, Verb
from transfers.moving.models import Transfer
from web import clock
from web.clock import moment, spoken
from web.words import zh

PAGE = 50
_CLAUSE = zh("附件1 三.6")
_TEXT = {
    "text": zh("学生未报到的不予调档；应在核准后 10 个工作日内根据报到情况调档，逾期自动取消。"),
    "note": zh(
        "学籍留在转出学校。登记后转入学校可随即终止业务，学生即可由其他学校另行办理；学生后来报到的，终止前、时限内可改登报到。"
    ),
    "source": zh("教基一厅〔2016〕2号 附件1 第三条第6款"),
}


def of(account, day):
    """The transfers whose pupil is registered as not reported, within the account's scope; the latest first."""
    said = Act.objects.filter(case=OuterRef("case"), verb=Verb.NO_SHOW).order_by("-id")
    return (
        Transfer.objects.filter(case__in=Case.objects.visible_to(account, day), did_not_report=True)
        .select_related("case__receiving_unit", "case__sending_unit", "reporting_by__person")
        .annotate(said_at=Subquery(said.values("at")[:1]))
        .order_by("-case_id")
    )


@never_cache
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The list, narrowed to one receiving school where asked; with how many each school has."""
    known, asked = desk.of(request), request.GET.get("school", "")
    rows = of(request.user, known.today)
    schools = _by_school(rows)
    chosen = next((school for school in schools if school["code"] == asked), None)
    if chosen:
        rows = rows.filter(case__receiving_unit__code=asked)
    total = chosen["count"] if chosen else sum(school["count"] for school in schools)
    page = Paginator(rows, PAGE)
    page.count = total  # counted already
    found = page.get_page(request.GET.get("page"))
    suffix = f"school={asked}&" if chosen else ""
    shown = {
        "today": zh("今天 {day}", day=spoken(known.today)),
        "summary": zh("共 {total} 人", total=total) if total else zh("没有未报到的学生"),
        "schools": [{**school, "selected": school is chosen} for school in schools],
        "chosen": chosen,
        "rows": [_row(transfer) for transfer in found],
        "clause": {**_TEXT, "url": url_of(_CLAUSE)},
        "page": {
            "text": zh(
                "第 {found_number} 页，共 {paginator_num_pages} 页。",
                found_number=found.number,
                paginator_num_pages=found.paginator.num_pages,
            )
            if total
            else "",
            "previous_url": f"?{suffix}page={found.number - 1}" if found.has_previous() else "",
            "next_url": f"?{suffix}page={found.number + 1}" if found.has_next() else "",
        },
        "printed": moment(clock.now()),
    }
    return render(request, "transfers/no_shows.html", shown)


def _by_school(rows) -> list[dict]:
    counted = rows.order_by().values("case__receiving_unit").annotate(found=Count("pk"))
    numbers = {row["case__receiving_unit"]: row["found"] for row in counted}
    units = Unit.objects.in_bulk(numbers)
    found = [{"code": unit.code, "name": unit.name, "count": numbers[unit.pk]} for unit in units.values()]
    return sorted(found, key=lambda school: (-school["count"], school["code"]))


def _row(transfer: Transfer) -> dict:
    case = transfer.case
    return {
        "number": case.number,
        "url": reverse("case", args=[case.number]),
        "name": case.headline,
        "kind": kind_name(case.kind),
        "sending": case.sending_name,
        "receiving": case.receiving_name,
        "said": moment(transfer.said_at) if transfer.said_at else "",
        "by": str(transfer.reporting_by) if transfer.reporting_by_id else "",
        "state": State(case.state).label,
        "due": spoken(case.due_on) if case.due_on else "",
    }
