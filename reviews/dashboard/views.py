"""Pages of the dashboard: a unit's figures, and the list behind each of them (R3.7b)."""

from datetime import datetime, timedelta

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from orgs.people import scope
from orgs.people.models import Unit
from orgs.people.requests import SignedInRequest
from orgs.people.seats import seats_of
from reviews.case_page.proof_views import whole
from reviews.dashboard import counting, pages
from reviews.desk import context as desk
from reviews.desk.context import Desk
from reviews.engine.models import Case, CaseQuerySet, Step
from reviews.engine.procedures import kind_name
from reviews.rulebook.countdown import countdown
from reviews.vocabulary.states import STAGES, State
from web.clock import local_date, spoken
from web.paging import pages_of
from web.words import zh

PAGE = 50
CLAUSE_SHOWN = {
    "text": zh("每个环节 10 个工作日内未核办完毕的责任单位，除寒暑假外，记录并纳入月度通报。"),
    "source": zh("教基一厅〔2016〕2号 附件1 第三条第7款"),
    "url": "/rules/#b1-3-7",
}
# What a list of decided stages may be of.
_DECIDED = ("late", "all")
_STAGES = {*STAGES, State.CORRECTION, State.AWAITING_FILE}


@never_cache
@require_safe
def show(request: SignedInRequest) -> HttpResponse:
    """The figures of one's own office, or of a unit under it."""
    unit = _unit(request)
    if unit.is_school:
        raise Http404
    own = [seat.unit for seat in seats_of(request.user, desk.of(request).today)]
    shown = pages.shown(unit, desk.of(request)) | {"clause": CLAUSE_SHOWN}
    shown["up"] = unit.authority if unit.authority and unit.pk not in {one.pk for one in own} else None
    return render(request, "reviews/dashboard.html", shown)


def _unit(request: SignedInRequest) -> Unit:
    """The unit asked for when it is in the account's scope, else the highest office where the account sits; or 404."""
    day = desk.of(request).today
    code = request.GET.get("unit", "")[:12].replace("\x00", "")
    if code:
        rows = Unit.objects.filter(code=code).select_related("authority")
        found = rows.first()
        if found is None or not any(found.path.startswith(path) for path in scope.paths(request.user, day)):
            raise Http404
        return found
    own = scope.own_units(request.user, day)
    offices = [
        seat.unit for seat in seats_of(request.user, day) if seat.unit.pk in own and not seat.unit.is_school
    ]
    if not offices:
        raise Http404
    return min(offices, key=lambda unit: (unit.path.count("/"), unit.code))


# ---------------------------------------------------------------- the list behind a number


@never_cache
@require_safe
def cases(request: SignedInRequest) -> HttpResponse:
    """The cases that a number counts."""
    unit, known = _unit(request), desk.of(request)
    rows, told = wanted(request, unit)
    related = ("holder", "receiving_unit", "sending_unit")
    page = Paginator(rows.select_related(*related), PAGE).get_page(request.GET.get("page"))
    steps = Step.objects.filter(case__in=[case.pk for case in page], closed_at=None)
    opened = dict(steps.values_list("case", "opened_at"))
    kept = request.GET.copy()
    kept.pop("page", None)
    address = kept.urlencode()
    shown = {
        "unit": unit,
        "told": told,
        "total": page.paginator.count,
        "rows": [_row(case, opened.get(case.pk), known) for case in page],
        "late": request.GET.get("late") == "1",
        "back": f"?unit={unit.code}",
        "page": pages_of(page, f"&{address}" if address else ""),
    }
    return render(request, "reviews/dashboard_cases.html", shown)


def wanted(request: SignedInRequest, unit: Unit) -> tuple[QuerySet[Case], list[str]]:
    """The cases that the address asks for, and in words what it asks for; what does not fit is left aside."""
    known, query = desk.of(request), request.GET
    visible = Case.objects.visible_to(request.user, known.today)
    if "sending" in query or "receiving" in query:
        return _moved(visible, unit, query, known)
    if query.get("decided") in _DECIDED:
        return _decided(visible, unit, query, known)
    rows, told = visible.filter(_open(unit, query)), [zh("在办")]
    if query.get("stage") in _STAGES:
        rows, told = rows.filter(state=query["stage"]), [*told, State(query["stage"]).label]
    age = whole(query.get("age"))
    if age is not None and age < len(counting.AGES):
        rows, told = rows.filter(pk__in=_of_age(unit, age, known)), [*told, counting.AGES[age][1]]
    if query.get("late") == "1":
        rows, told = rows.filter(due_on__lt=known.today), [*told, zh("逾期")]
    if query.get("expiring") == "1":
        until = known.now + timedelta(days=counting.EXPIRING_DAYS)
        rows, told = (
            rows.filter(expires_at__lt=until),
            [
                *told,
                zh("{counting_expiring_days} 日内将被清理", counting_expiring_days=counting.EXPIRING_DAYS),
            ],
        )
    return rows.order_by("due_on", "pk"), told


def _open(unit: Unit, query: QueryDict) -> Q:
    """Under way and held by the unit itself or under it."""
    holder = {"holder": unit} if query.get("own") == "1" else {"holder__path__startswith": unit.path}
    return Q(closed_at=None, submitted_at__isnull=False, **holder)


def _decided(
    visible: CaseQuerySet, unit: Unit, query: QueryDict, known: Desk
) -> tuple[QuerySet[Case], list[str]]:
    """Behind the time a stage takes: what was decided of late; behind the share in time: what of it was not, and what
    is overdue now."""
    late = query["decided"] == "late"
    steps = counting.decided_steps(unit, known.today, late)
    steps = steps.filter(unit=unit) if query.get("own") == "1" else steps
    told = [
        zh("近 {days} 天", days=counting.DECIDED_DAYS),
        zh("没有按时办结") if late else zh("已办结的环节"),
    ]
    overdue = Q(pk__in=[])
    if late:
        overdue = _open(unit, query) & Q(due_on__lt=known.today)
    stage = query.get("stage", "")
    if stage in _STAGES:
        steps, overdue = steps.filter(stage=stage), overdue & Q(state=stage)
        told.append(State(stage).label)
    return visible.filter(Q(pk__in=steps.values("case")) | overdue).order_by("due_on", "pk"), told


def _of_age(unit: Unit, age: int, known: Desk) -> list[int]:
    """Ids of the open cases under the unit that have been where they are for so long."""
    return counting.of_age(unit, age, known.today, known.book.calendar)


def _moved(
    visible: CaseQuerySet, unit: Unit, query: QueryDict, known: Desk
) -> tuple[QuerySet[Case], list[str]]:
    since = known.today - timedelta(days=counting.FLOW_DAYS)
    rows, told = visible.filter(state=State.COMPLETED, closed_at__date__gte=since), [zh("近一年办结")]
    sides = (("sending", "receiving", zh("转出")), ("receiving", "sending", zh("转入")))
    for side, other, word in sides:
        code = query.get(side, "")[:12].replace("\x00", "")
        path = f"{side}_unit__path__startswith"
        if code == "0":
            rows, told = rows.filter(~Q(**{path: unit.path})), [*told, zh("{word}：其他地区", word=word)]
        elif part := Unit.objects.filter(code=code, path__startswith=unit.path).first():
            rows = rows.filter(**{path: part.path})
            told.append(zh("{word}：{part_short_name}", word=word, part_short_name=part.short_name))
            if not query.get(other, ""):
                # All that came or went: what moved within the unit did neither.
                rows = rows.filter(~Q(**{f"{other}_unit__path__startswith": part.path}))
    return rows.order_by("-closed_at", "-pk"), told


def _row(case: Case, opened_at: datetime | None, known: Desk) -> dict:
    left = countdown(known.book.calendar, known.today, case.due_on) if case.due_on and case.is_live else None
    since = opened_at or case.closed_at
    return {
        "number": case.number,
        "headline": case.headline,
        "kind": kind_name(case.kind),
        "stage": State(case.state).label,
        "holder": case.holder.name if case.holder else "—",
        "since": spoken(local_date(since)) if since else "—",
        "due": left.text if left else "—",
        "tier": {"late": "state-bad", "soon": "state-warn"}.get(left.tier, "") if left else "",
    }
