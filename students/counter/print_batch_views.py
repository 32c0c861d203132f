"""Sheets of a class or a cohort in one file (R8.4): ask, watch, fetch."""

from collections.abc import Iterable

from django.contrib import messages
from django.db.models import Count, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_http_methods, require_safe

from orgs.people.models import Unit, UnitLevel
from reviews.case_page.proof_views import whole
from reviews.desk import context as desk
from reviews.vocabulary.refusals import refusal_context
from reviews.vocabulary.relations import PHASES
from students.counter import finding as counter
from students.counter import print_batches
from students.counter.models import BatchState, PrintBatch
from students.counter.views import NO_SEAT_PAGE, batch_row
from students.pupil.grades import label_of
from students.pupil.models import SchoolClass, Student
from web.clock import moment, spoken
from web.redirects import see_other
from web.refusals import Refusal, Refused
from web.served import inert
from web.words import zh

_LISTED = 25
WORKING = (BatchState.WAITING, BatchState.DRAWING)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def batches(request: HttpRequest) -> HttpResponse:
    """Choose school, then cohort or class; below, the unit's last files."""
    known = desk.of(request)
    units = counter.own_units(request.user, known.today)
    if not units:
        return render(request, "403.html", NO_SEAT_PAGE, status=403)
    schools = _schools(units)
    asked = (request.POST if request.method == "POST" else request.GET).get("school", "")
    school = next((one for one in schools if one.code == asked), schools[0] if len(schools) == 1 else None)
    refused, status = None, 200
    if request.method == "POST":
        try:
            if school is None:
                raise Refused(Refusal("batch_school", zh("请先选择学校。"), counter.CLAUSE))
            batch = _asked(request, school, known)
            messages.success(
                request, zh("正在生成 {batch_total} 人的信息表，可以离开这一页。", batch_total=batch.total)
            )
            return see_other(reverse("counter-batch", args=[batch.number]))
        except Refused as error:
            refused, status = error.refusal, 409
    rows = PrintBatch.objects.visible_to(request.user, known.today).select_related("school", "school_class")
    shown = {
        "schools": [{"code": one.code, "name": one.name, "chosen": one == school} for one in schools],
        "school": school,
        "cohorts": _cohorts(school, known.today) if school else [],
        "rows": [batch_row(batch) for batch in rows[:_LISTED]],
        "clause": counter.CLAUSE_SHOWN,
        "refused": refusal_context(refused),
    }
    return render(request, "students/counter_batches.html", shown, status=status)


def _schools(units: list[Unit]) -> list[Unit]:
    """The schools whose pupils are served at the counters of ``units``, in one query."""
    offices = [unit.pk for unit in units if not unit.is_school]
    under = Unit.objects.filter(authority__in=offices, level=UnitLevel.SCHOOL) if offices else []
    own = [unit for unit in units if unit.is_school]
    return own + [one for one in under if one.pk not in {unit.pk for unit in own}]


def _asked(request: HttpRequest, school: Unit, known) -> PrintBatch:
    cohort, number = whole(request.POST.get("cohort")), whole(request.POST.get("class"))
    chosen = SchoolClass.objects.filter(pk=number, school=school).first() if number else None
    phase = request.POST.get("phase", "")
    if (
        phase not in dict(PHASES)
        or (chosen and (chosen.phase, chosen.cohort) != (phase, cohort))
        or (cohort is None or (number and chosen is None))
    ):
        raise Refused(Refusal("batch_class", zh("请从列表中选择年级或班级。"), counter.CLAUSE))
    unit = counter.unit_for(request.user, school, known.today)
    return print_batches.ask(unit, school, phase, cohort, chosen, request.user, known.now)


def _cohorts(school: Unit, day) -> list[dict]:
    """Each cohort on the books with its classes and how many sit there, in three queries."""
    prefetch_related_objects([school], "system_periods")
    counted: dict[tuple[str, int], dict] = {}
    classes = {one.pk: one for one in SchoolClass.objects.filter(school=school)}
    rows = Student.objects.filter(school=school).values_list("phase", "cohort", "school_class")
    counts: Iterable[tuple] = rows.annotate(Count("pk")).order_by("-cohort", "phase")
    for phase, cohort, class_id, pupils in counts:
        row = counted.setdefault((phase, cohort), {"count": 0, "classes": {}})
        row["count"] += pupils
        if class_id:
            row["classes"][class_id] = pupils
    return [
        {
            "phase": phase,
            "cohort": cohort,
            "label": zh(
                "{cohort}级（{grade_label}）",
                cohort=cohort,
                grade_label=label_of(SchoolClass(school=school, phase=phase, cohort=cohort), day),
            ),
            "count": row["count"],
            "classes": [
                {"id": pk, "label": str(classes[pk]), "count": count}
                for pk, count in sorted(row["classes"].items(), key=lambda one: classes[one[0]].number)
                if pk in classes
            ],
        }
        for (phase, cohort), row in counted.items()
    ]


def _visible(request: HttpRequest, number: str) -> PrintBatch:
    rows = PrintBatch.objects.visible_to(request.user, desk.of(request).today)
    return get_object_or_404(
        rows.select_related("school", "school_class", "unit", "asked_by__person"), number=number
    )


@never_cache
@require_safe
def batch(request: HttpRequest, number: str) -> HttpResponse:
    """One file: how far it is, who was left out and why, the link to fetch it."""
    return batch_page(request, _visible(request, number))


def batch_page(request, found: PrintBatch, refused: Refusal | None = None, status: int = 200) -> HttpResponse:
    """The page with whatever the last act has to tell."""
    known = desk.of(request)
    keys = [row["student"] for row in found.left_out]
    names = {str(one.key): one.name for one in Student.objects.filter(key__in=keys)}
    until = found.finished_at + print_batches.KEPT if found.finished_at else None
    working = found.state in WORKING
    shown = {
        "batch": found,
        "row": batch_row(found),
        "progress": {"label": found.get_state_display(), "done": found.done, "total": max(found.total, 1)}
        if working
        else None,
        "facts": [
            (zh("打印单位"), found.called("unit")),
            (zh("打印人"), found.called("asked_by")),
            (zh("申请时间"), moment(found.asked_at)),
            (zh("文件保留到"), moment(until) if until and found.state == BatchState.READY else "—"),
        ],
        "left_out": [
            {
                "name": names.get(row["student"], "—"),
                "url": reverse("counter-pupil", args=[row["student"]]),
                "why": row["why"],
            }
            for row in found.left_out
        ],
        "may_fetch": print_batches.fetch_refusal(found, request.user, known.today) is None,
        "today": spoken(known.today),
        "refused": refusal_context(refused),
    }
    return render(request, "students/counter_batch.html", shown, status=status)


@cache_control(private=True, no_store=True)
@require_safe
def batch_file(request: HttpRequest, number: str) -> HttpResponse:
    """The file itself; every fetching is recorded."""
    found = _visible(request, number)
    try:
        data = print_batches.fetch(found, request.user, desk.of(request).today)
    except Refused as error:
        return batch_page(request, found, error.refusal, 409)
    return inert(data, "application/pdf", f"{found.number}.pdf")
