"""Pages of 毕业办理 (R4.1) and 毕业回退 (R4.4): the cohorts of a school, one run with its list, the authority's act."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from orgs.people.models import PostRole, Unit, UnitLevel
from orgs.people.requests import SignedInRequest
from orgs.people.seats import home_province, seat_at, seats_of
from reviews.case_page.forms import PlainText
from reviews.case_page.proof_views import whole
from reviews.desk import context as desk
from reviews.engine import seating
from reviews.engine.opinions import is_of_words
from reviews.rulebook import windows
from reviews.vocabulary.refusals import refusal_context
from students.pupil import year_rows
from students.pupil.models import Student
from students.year_end import beyond_school, graduation, promotion
from students.year_end import checking as year_end_check
from students.year_end.models import GraduationRun, Leaving, Occasion, RunState
from web.clock import moment, spoken
from web.redirects import see_other
from web.refusals import Refusal, Refused
from web.words import beside, zh

PAGE = 50
CLAUSE_SHOWN = {
    "note": zh("问题学籍没有处理完的，允许毕业和招生（附件1 四.1）。"),
    "source": zh("教基一厅〔2016〕2号 附件1 第三条第5款"),
    "url": "/rules/#b1-3-5",
}


def _clause(province: int | None, known) -> dict:
    due = spoken(year_rows.graduation_due(known.today, province, known.book))
    text = zh(
        "学校应于{day}前完成毕业、结业操作；毕业年级的在办转学应在此之前办结，没有办结的随之清理。", day=due
    )
    return {"text": text, **CLAUSE_SHOWN}


@never_cache
@require_safe
def show_list(request: SignedInRequest) -> HttpResponse:
    """The cohorts that leave one's own school this summer; the runs of all schools one stands above."""
    return list_page(request)


def list_page(request: SignedInRequest, refused: Refusal | None = None, status: int = 200) -> HttpResponse:
    """The page with whatever the last act has to tell."""
    known = desk.of(request)
    schools = own_schools(request.user, known.today)
    runs = GraduationRun.objects.visible_to(request.user, known.today).select_related("school")
    page = Paginator(runs, PAGE).get_page(request.GET.get("page"))
    season = graduation.season_refusal(known.today, home_province(request.user, known.today))
    shown = {
        "schools": [_school(school, request.user, known.today) for school in schools],
        "season": season.sentence if season else "",
        "runs": [_run_row(run, known.book) for run in page],
        "unrecorded": _unrecorded(request.user, known.today),
        "untaught": _untaught(request.user, schools, known.today),
        "promotion": _promotion(request.user, known.today),
        "clause": _clause(home_province(request.user, known.today), known),
        "refused": refusal_context(refused),
        "page": {
            "text": zh(
                "第 {page_number} 页，共 {paginator_num_pages} 页。",
                page_number=page.number,
                paginator_num_pages=page.paginator.num_pages,
            )
            if page.paginator.count
            else "",
            "previous_url": f"?page={page.number - 1}" if page.has_previous() else "",
            "next_url": f"?page={page.number + 1}" if page.has_next() else "",
        },
    }
    return render(request, "students/graduation_list.html", shown, status=status)


def unrecorded_for(account, day):
    """Pupils of the account's own schools and of those under its units who stand in a phase without a graduation."""
    return Student.objects.visible_to(account, day).filter(year_end_check.not_graduated())


def _unrecorded(account, day) -> str:
    """The link to them with their number; above a league the number is not reckoned with every look at the page."""
    if any(seat.unit.level in (UnitLevel.PROVINCE, UnitLevel.MINISTRY) for seat in seats_of(account, day)):
        return zh("没有毕业记录的在校学生")
    count = unrecorded_for(account, day).count()
    return zh("没有毕业记录的在校学生（{count} 人）", count=count) if count else ""


def _untaught(account, schools: list[Unit], day) -> str:
    """The link to pupils in a grade that their school does not have, with their number; empty where none are found."""
    count = beyond_school.concerned(account, schools, day)
    return zh("升级后本校未开设的年级（{count} 人）", count=count) if count else ""


def _promotion(account, day) -> list:
    """The counts before and after the last promotion, for who sits in a province (R3.5c)."""
    provinces = {s.unit.pk for s in seats_of(account, day) if s.unit.level == UnitLevel.PROVINCE}
    return [row for province in sorted(provinces) for row in promotion.figures(province)]


def own_schools(account, day) -> list[Unit]:
    """The schools where the account prepares or signs."""
    roles = (PostRole.REGISTRAR, PostRole.HEAD)
    found = {s.unit.pk: s.unit for s in seats_of(account, day) if s.unit.is_school and s.role in roles}
    return list(found.values())


def _school(school: Unit, account, day) -> dict:
    may = seat_at(account, school.pk, PostRole.REGISTRAR, day) is not None
    rows = graduation.leavers(school, day)
    in_season = graduation.season_refusal(day, school.province_id) is None
    return {
        "school": school,
        "cohorts": [
            {
                "phase": row.phase,
                "cohort": row.cohort or "",
                "title": graduation.title(row),
                "may_prepare": may and (row.late or in_season),
                "pupils": row.pupils,
                "left": row.left,
                "late": row.late,
                "run": row.run and reverse("graduation", args=[row.run.number]),
            }
            for row in rows
        ],
    }


_RUN_TIERS: dict[str, str] = {RunState.READY: "state-warn", RunState.DONE: "state-good"}
_LEAVING_TIERS: dict[str, str] = {
    Leaving.LEFT_OUT: "state-warn",
    Leaving.COMPLETED: "state-info",
    Leaving.INCOMPLETE: "state-info",
}


def _run_row(run: GraduationRun, book) -> dict:
    return {
        "number": run.number,
        "url": reverse("graduation", args=[run.number]),
        "school": run.called("school"),
        "title": graduation.title(run),
        "state": run.get_state_display(),
        "tier": _RUN_TIERS.get(run.state, ""),
        "day": spoken(run.day) if run.day else "",
        "late": run.occasion == Occasion.LATE or _after_due(run, book),
    }


def _after_due(run: GraduationRun, book) -> bool:
    """Signed after the day by which the cohort had to leave: in the year it leaves its last grade, whenever that was."""
    if run.day is None or run.cohort is None:
        return False
    due = year_rows.graduation_due(graduation.ruled_on(run), run.school.province_id, book)
    return run.day > windows.day_of(run.cohort + run.grade, f"{due:%m-%d}")


@never_cache
@require_POST
def prepare(request: SignedInRequest) -> HttpResponse:
    """The registrar's list of a cohort."""
    known = desk.of(request)
    schools = {school.code: school for school in own_schools(request.user, known.today)}
    school = schools.get(request.POST.get("school", ""))
    if school is None:
        told = Refusal("no_seat", zh("毕业办理由学校的学籍管理员准备，你没有这个岗位。"), graduation.CLAUSE)
        return list_page(request, seating.no_seat(request.user, known.today, told), 403)
    try:
        run = graduation.prepare(
            school,
            request.POST.get("phase", ""),
            whole(request.POST.get("cohort")) or 0 if request.POST.get("cohort") else None,
            request.user,
            known.now,
        )
    except Refused as error:
        return list_page(request, error.refusal, error.status)
    messages.success(request, zh("名单已列出，请核对；需要结业的逐人写明原因，再请负责人核办。"))
    return see_other(reverse("graduation", args=[run.number]))


def visible_run(request: SignedInRequest, number: str) -> GraduationRun:
    """The run when its school is in the account's scope; 404 otherwise."""
    rows = GraduationRun.objects.visible_to(request.user, desk.of(request).today)
    rows = rows.select_related("school", "prepared_by__person", "signed_by__person")
    return get_object_or_404(rows, number=number)


@never_cache
@require_safe
def show(request: SignedInRequest, number: str) -> HttpResponse:
    """One run: who leaves, who does not and why."""
    return run_page(request, visible_run(request, number))


def run_page(
    request, run: GraduationRun, refused: Refusal | None = None, status=200, typed=""
) -> HttpResponse:
    """The page with whatever the last act has to tell; typed text is kept."""
    day = desk.of(request).today
    lines = run.lines.select_related("student__school_class").order_by("leaving", "student__name", "pk")
    ready, came_from = run.state == RunState.READY, graduation.origins(run)
    endings = graduation.endings(run)
    rows = [
        {
            "key": line.student_id,
            "name": line.student.name,
            "class": str(line.student.school_class or zh("未编班")),
            "origin": came_from.get(line.student_id, ""),
            "url": reverse("student-detail", args=[line.student.key]),
            "leaving": line.get_leaving_display(),
            "tier": _LEAVING_TIERS.get(line.leaving, ""),
            "reason": line.reason,
            "may": line.by_hand or line.leaving != Leaving.LEFT_OUT,
            "choice": line.leaving,
        }
        for line in lines
    ]
    shown = {
        "run": run,
        "title": graduation.title(run),
        "state": run.get_state_display(),
        "facts": _facts(run),
        "rows": rows,
        "sums": {what: sum(row["leaving"] == Leaving(what).label for row in rows) for what in Leaving.values},
        "clearing": graduation.open_transfers(run) if ready else run.cleared,
        "problems": graduation.open_problems(run) if ready else 0,
        "ready": ready,
        "choices": [
            (choice.value, choice.label)
            for choice in Leaving
            if choice == Leaving.LEFT_OUT or choice in endings
        ],
        "may_change": ready and seat_at(request.user, run.school_id, PostRole.REGISTRAR, day) is not None,
        "may_sign": graduation.sign_refusal(run, request.user, day) is None,
        "may_drop": graduation.drop_refusal(run, request.user, day) is None,
        "opinion": typed,
        "refused": refusal_context(refused),
        "clause": _clause(run.school.province_id, desk.of(request)),
    }
    return render(request, "students/graduation_run.html", shown, status=status)


def _facts(run: GraduationRun) -> list[tuple[str, str]]:
    rows = [
        (zh("学校"), run.called("school")),
        (
            zh("准备"),
            beside(run.called("prepared_by"), moment(run.prepared_at)),
        ),
    ]
    if run.signed_at:
        rows.append(
            (
                zh("核办"),
                beside(run.called("signed_by"), moment(run.signed_at), zh("“{quoted}”", quoted=run.opinion)),
            )
        )
        rows.append((zh("毕业日期"), spoken(run.day)))
    return rows


@never_cache
@require_POST
def decide(request: SignedInRequest, number: str) -> HttpResponse:
    """结业, 肄业 or left out in place of 毕业 for one pupil, or back."""
    run = visible_run(request, number)
    reason = PlainText().to_python(request.POST.get("reason", ""))
    try:
        student = whole(request.POST.get("student")) or 0
        leaving = request.POST.get("leaving", "")
        graduation.decide(run, student, leaving, reason, request.user, desk.of(request).now)
    except Refused as error:
        return run_page(request, run, error.refusal, 409)
    return see_other(reverse("graduation", args=[number]))


@never_cache
@require_POST
def sign(request: SignedInRequest, number: str) -> HttpResponse:
    """The head signs the list."""
    run, typed = visible_run(request, number), PlainText().to_python(request.POST.get("opinion", ""))
    try:
        done = graduation.sign(run, request.user, desk.of(request).now, typed)
    except Refused as error:
        status = 422 if is_of_words(error.code) else 409
        return run_page(request, visible_run(request, number), error.refusal, status, typed)
    cleared = zh("，清理未办结的转学 {done_cleared} 件", done_cleared=done.cleared) if done.cleared else ""
    messages.success(request, zh("已核办，毕业操作完成{cleared}。", cleared=cleared))
    return see_other(reverse("graduation", args=[number]))


@never_cache
@require_POST
def drop(request: SignedInRequest, number: str) -> HttpResponse:
    """Give the list up."""
    run = visible_run(request, number)
    try:
        graduation.drop(run, request.user, desk.of(request).now)
    except Refused as error:
        return run_page(request, run, error.refusal, 409)
    messages.success(request, zh("名单已放弃，没有学生毕业；可以重新准备。"))
    return see_other(reverse("graduations"))
