"""毕业年级在办转学, for every unit that takes part: what must be finished before the graduation run (R3.5b)."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from orgs.people.requests import SignedInRequest
from orgs.people.school_system import systems_on
from orgs.people.seats import home_province
from reviews.desk import context as desk
from reviews.engine.procedures import kind_name
from reviews.rulebook.countdown import countdown
from reviews.vocabulary.clauses import url_of
from reviews.vocabulary.states import State
from students.pupil.grades import label_of
from students.pupil.year_rows import next_graduation_due
from transfers.graduating import running as graduating
from transfers.moving.models import Transfer
from web import clock
from web.clock import moment, spoken
from web.words import zh

PAGE = 50
_CLAUSE = zh("附件1 三.5")
_TEXT = {
    "text": zh(
        "毕业年级学生的在办转学应在学校毕业操作（{day}前）之前办结；没有办结的随毕业操作清理，须重新发起。"
    ),
    "note": zh("办理单位请优先核办；学校毕业操作前请核对本页。"),
    "source": zh("教基一厅〔2016〕2号 附件1 第三条第5款"),
}


@never_cache
@require_safe
def show(request: SignedInRequest) -> HttpResponse:
    """The list within one's own scope, the earliest limit first."""
    known = desk.of(request)
    last = next_graduation_due(known.today, home_province(request.user, known.today), known.book)
    paginator = Paginator(graduating.visible_to(request.user, known.today, known.book), PAGE)
    found = paginator.get_page(request.GET.get("page"))
    transfers = list(found)
    systems = systems_on({t.case.sending_unit for t in transfers}, known.today) if transfers else {}
    shown = {
        "summary": zh(
            "距{day}还有 {days} 天，在办 {paginator_count} 件",
            day=spoken(last),
            days=(last - known.today).days,
            paginator_count=paginator.count,
        ),
        "rows": [_row(t, systems, known) for t in transfers],
        "clause": {**_TEXT, "text": _TEXT["text"].format(day=spoken(last)), "url": url_of(_CLAUSE)},
        "page": {
            "text": zh(
                "第 {found_number} 页，共 {paginator_num_pages} 页。",
                found_number=found.number,
                paginator_num_pages=paginator.num_pages,
            )
            if paginator.count
            else "",
            "previous_url": f"?page={found.number - 1}" if found.has_previous() else "",
            "next_url": f"?page={found.number + 1}" if found.has_next() else "",
        },
        "printed": moment(clock.now()),
    }
    return render(request, "transfers/graduating.html", shown)


def _row(transfer: Transfer, systems: dict, known) -> dict:
    case = transfer.case
    due = countdown(known.book.calendar, known.today, case.due_on) if case.due_on else None
    return {
        "number": case.number,
        "url": reverse("case", args=[case.number]),
        "name": case.headline,
        "kind": kind_name(case.kind),
        "grade": label_of(transfer.student, known.today, systems[case.sending_unit_id]),
        "sending": case.sending_unit.short_name,
        "receiving": case.receiving_unit.short_name,
        "holder": case.holder.short_name if case.holder else "—",
        "stage": State(case.state).label,
        "due": spoken(case.due_on) if case.due_on else "",
        "due_text": due.text if due else "",
        "due_tier": due.tier if due else "",
    }
