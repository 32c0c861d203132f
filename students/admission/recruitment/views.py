"""Pages of 招生 (R4.5): the school's desk, one list with its pupils, the day they report."""

from typing import TYPE_CHECKING, TypedDict

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from orgs.people.models import Unit
from orgs.people.requests import SignedInRequest
from orgs.people.seats import home_province, schools_kept
from reviews.case_page.forms import PlainText
from reviews.case_page.proof_views import day_of, whole
from reviews.desk import context as desk
from reviews.engine.asking import edit_refusal
from reviews.engine.models import Case
from reviews.engine.opinions import is_of_words
from reviews.vocabulary.refusals import refusal_context
from reviews.vocabulary.states import State
from students.admission.recruitment import actions as recruitment
from students.admission.recruitment import through
from students.admission.recruitment.procedure import facts_shown
from students.admission.registration.table_remarks import age_remark
from students.onward.models import GONE, RecruitedPupil, Recruiting
from students.pupil import records
from students.pupil.forms import NumberAndName
from students.pupil.grades import entering_grade, grade_label
from students.pupil.identity import IdentityError
from students.pupil.year_rows import entering_cohort, recruitment_due
from students.tables import columns as tables
from students.tables.models import ImportBatch, ImportKind
from students.tables.views import row_of
from web.clock import spoken
from web.paging import pages_of
from web.redirects import see_other
from web.refusals import NO_POST, Refusal, Refused
from web.words import zh

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

PAGE = 50
CLAUSE_SHOWN = {
    "text": zh("处于毕业生状态的学生才能被招生；学生到下一学段入学报到后才能调转学籍并再次变为在校生状态。"),
    "source": zh("教基一厅〔2016〕2号 附件1 第四条第3款"),
    "url": "/rules/#b1-4-3",
}
_NOTE = zh("招生处理应在{day}前完成（附件1 三.5）；问题学籍没有处理完的，允许招生（附件1 四.1）。")
_TIERS: dict[str, str] = {
    Recruiting.ADMITTED: "state-warn",
    Recruiting.REPORTED: "state-good",
    Recruiting.ABSENT: "state-bad",
    Recruiting.TAKEN_BACK: "state-bad",
    Recruiting.OFF: "state-bad",
}


# ---------------------------------------------------------------- the school's desk


@never_cache
@require_safe
def show_desk(request: SignedInRequest) -> HttpResponse:
    """Who is listed and not sent, by school; the lists of all units one stands above."""
    return desk_page(request)


def desk_page(
    request: SignedInRequest, refused: Refusal | None = None, status: int = 200, form=None, opinion: str = ""
):
    """The page with whatever the last act has to tell; what was typed stays."""
    known = desk.of(request)
    due = recruitment_due(known.today, home_province(request.user, known.today), known.book)
    schools = schools_kept(request.user, known.today)
    page = Paginator(_lists(request.user, known.today), PAGE).get_page(request.GET.get("page"))
    batches = ImportBatch.objects.visible_to(request.user, known.today).filter(kind=ImportKind.RECRUITMENT)
    shown = {
        "schools": [_school(school, known.today) for school in schools],
        "form": form or NumberAndName(),
        "opinion": opinion,
        "lists": [_list_row(case) for case in page],
        "imports": [row_of(batch) for batch in batches.select_related("unit")[:5]],
        "kind": ImportKind.RECRUITMENT,
        "late": zh("招生处理应在{day}前完成，现在已经逾期（附件1 三.5）。", day=spoken(due))
        if known.today > due
        else "",
        "clause": CLAUSE_SHOWN | {"note": _NOTE.format(day=spoken(due))},
        "refused": refusal_context(refused),
        "page": pages_of(page),
    }
    return render(request, "students/recruitment.html", shown, status=status)


def _school(school: Unit, day) -> dict:
    waiting = list(recruitment.waiting(school))
    rows = [
        {
            "pk": row.pk,
            "name": row.student.name,
            "from": row.graduated_from.name,
            "authority": row.graduated_from.authority.short_name if row.graduated_from.authority else "",
            "day": spoken(row.graduated_on),
            "grade": grade_label(row.grade, school.school_system),
            "class": zh("（{row_class_number}）班", row_class_number=row.class_number)
            if row.class_number
            else "—",
        }
        for row in waiting[: recruitment.MOST]
    ]
    own = [one for one in through.offered(school, day) if one.refusal is None]
    return {
        "school": school,
        "rows": rows,
        "parts": len(recruitment.parts_of(waiting, day)),
        "through": len(own),
    }


class Counted(TypedDict):
    """What a row of the lists is annotated with."""

    pupils: int
    n_reported: int
    n_admitted: int
    n_absent: int


def _lists(account, day):
    counts = {
        f"n_{state}": Count("recruited", filter=Q(recruited__state=state))
        for state in (Recruiting.REPORTED, Recruiting.ADMITTED, Recruiting.ABSENT)
    }
    kept = Count("recruited", filter=~Q(recruited__state__in=GONE))
    rows = Case.objects.visible_to(account, day).filter(kind=recruitment.KIND, submitted_at__isnull=False)
    rows = rows.select_related("receiving_unit", "sending_unit", "holder")
    return rows.annotate(pupils=kept, **counts).order_by("-pk")


def _list_row(case: "WithAnnotations[Case, Counted]") -> dict:
    holder = case.holder if case.is_live else None
    return {
        "number": case.number,
        "url": reverse("recruitment-list", args=[case.number]),
        "school": case.receiving_name,
        "authority": case.sending_name,
        "pupils": case.pupils,
        "reported": case.n_reported,
        "awaited": case.n_admitted,
        "absent": case.n_absent,
        "state": zh(
            "{holder_short_name}{awaiting}",
            holder_short_name=holder.short_name,
            awaiting=case.get_awaiting_display(),
        )
        if holder
        else State(case.state).label,
        "tier": "state-good" if case.state == State.COMPLETED else "state-warn" if holder else "state-bad",
    }


@sensitive_post_parameters()
@never_cache
@require_POST
def add(request: SignedInRequest) -> HttpResponse:
    """List one graduate by number and name."""
    known = desk.of(request)
    school = _asked_school(request, known.today)
    form = NumberAndName(request.POST)
    if school is None:
        return desk_page(request, recruitment.seat_refusal(None, request.user, known.today), 403, form)
    if not form.is_valid():
        return desk_page(request, None, 422, form)
    number = tables.class_number(request.POST.get("class", "")[:10])
    if number is None:
        form.add_error(None, tables.CLASS_WANTED)
        return desk_page(request, None, 422, form)
    try:
        student = records.find(
            form.cleaned_data["number"], form.cleaned_data["name"], request.user, known.now
        )
    except (IdentityError, records.TooManyMisses) as error:
        form.add_error(None, error.sentence)
        return desk_page(request, None, 429 if isinstance(error, records.TooManyMisses) else 422, form)
    if student is None:
        form.add_error(
            None, zh("没有这个号码和姓名都相符的学生，请与家长核对号码和姓名后重填（附件1 四.3）。")
        )
        return desk_page(request, None, 422, form)
    try:
        recruitment.add([student], school, request.user, known.now, {student.pk: number} if number else {})
    except Refused as error:
        return desk_page(request, error.refusal, 409, form)
    messages.success(request, zh("{student_name}已列入招生名册，尚未上报。", student_name=student.name))
    grade = entering_grade(student, known.today)
    cohort = entering_cohort(grade, known.today, school.province_id)
    if remark := age_remark(student.birth_date, grade, cohort):
        messages.warning(request, remark)
    return see_other(reverse("recruitment"))


def _asked_school(request: SignedInRequest, day) -> Unit | None:
    schools = {school.code: school for school in schools_kept(request.user, day)}
    return schools.get(request.POST.get("school", ""))


@never_cache
@require_POST
def drop(request: SignedInRequest) -> HttpResponse:
    """Take a pupil off a list that is in the school's hand."""
    known = desk.of(request)
    rows = RecruitedPupil.objects.visible_to(request.user, known.today)
    row = get_object_or_404(
        rows.select_related("school", "case", "student"), pk=whole(request.POST.get("row")) or 0
    )
    try:
        recruitment.drop(row, request.user, known.now)
    except Refused as error:
        if row.case is not None:
            return list_page(request, row.case, error.refusal, 409)
        return desk_page(request, error.refusal, error.status)
    messages.success(request, zh("{student_name}已从名册中删去。", student_name=row.student.name))
    return see_other(
        reverse("recruitment-list", args=[row.case.number]) if row.case else reverse("recruitment")
    )


@never_cache
@require_POST
def send(request: SignedInRequest) -> HttpResponse:
    """Send all that are listed, county by county, to the school's head."""
    known = desk.of(request)
    school, opinion = (
        _asked_school(request, known.today),
        PlainText().to_python(request.POST.get("opinion", "")),
    )
    if school is None:
        return desk_page(request, recruitment.seat_refusal(None, request.user, known.today), 403)
    try:
        cases = recruitment.send(school, request.user, known.now, opinion)
    except Refused as error:
        status = 422 if is_of_words(error.code) else 409
        return desk_page(request, error.refusal, status, opinion=opinion)
    messages.success(request, zh("已上报 {count} 份名册，等待本校负责人核办。", count=len(cases)))
    return see_other(reverse("recruitment"))


# ---------------------------------------------------------------- one list


def visible_list(request: SignedInRequest, number: str) -> Case:
    """The list when one of its units is in the account's scope; 404 otherwise."""
    rows = Case.objects.visible_to(request.user, desk.of(request).today).filter(kind=recruitment.KIND)
    return get_object_or_404(rows.select_related("receiving_unit", "sending_unit", "holder"), number=number)


@never_cache
@require_safe
def show(request: SignedInRequest, number: str) -> HttpResponse:
    """Who stands on the list, and who has reported."""
    return list_page(request, visible_list(request, number))


def list_page(
    request: SignedInRequest, case: Case, refused: Refusal | None = None, status: int = 200, on: str = ""
) -> HttpResponse:
    """The page with whatever the last act has to tell."""
    known = desk.of(request)
    rows = RecruitedPupil.objects.filter(case=case).select_related("student", "graduated_from")
    may_report = recruitment.report_refusal(case, request.user, known.today) is None
    may_drop = edit_refusal(case, request.user, known.today) is None
    listed = [_pupil_row(row, case, may_report, may_drop) for row in rows]
    shown = {
        "case": {"number": case.number, "url": reverse("case", args=[case.number])},
        "state": State(case.state).label,
        "facts": facts_shown(case, known.today),
        "rows": listed,
        "may_report": may_report and any(row["may_report"] for row in listed),
        "may_drop": may_drop or any(row["may_undo"] for row in listed),
        "on": on or known.today.isoformat(),
        "clause": CLAUSE_SHOWN
        | {
            "note": _NOTE.format(
                day=spoken(recruitment_due(known.today, case.receiving_unit.province_id, known.book))
            )
        },
        "refused": refusal_context(refused),
    }
    return render(request, "students/recruitment_list.html", shown, status=status)


def _pupil_row(row: RecruitedPupil, case: Case, may_report: bool, may_drop: bool) -> dict:
    return {
        "pk": row.pk,
        "student": row.student_id,
        "name": row.student.name,
        "from": row.graduated_from.name,
        "day": spoken(row.graduated_on),
        "grade": grade_label(row.grade, case.receiving_unit.school_system),
        "class": zh("（{row_class_number}）班", row_class_number=row.class_number)
        if row.class_number
        else "—",
        "state": row.get_state_display(),
        "tier": _TIERS.get(row.state, ""),
        "on": spoken(row.reported_on) if row.reported_on else "",
        "may_report": may_report and row.state == Recruiting.ADMITTED,
        "may_drop": may_drop and row.state == Recruiting.SENT,
        "may_undo": may_report and row.state == Recruiting.ABSENT,
        "why": row.off_why,
    }


@never_cache
@require_POST
def report(request: SignedInRequest, number: str) -> HttpResponse:
    """Of the ticked pupils: they have reported on a day, or did not; or that they did not is taken back."""
    case, known = visible_list(request, number), desk.of(request)
    students = [pk for text in request.POST.getlist("student")[: recruitment.MOST] if (pk := whole(text))]
    on = request.POST.get("on", "")
    try:
        if request.POST.get("outcome") == "absent":
            count = recruitment.absent(case, students, request.user, known.now)
            messages.success(request, zh("已登记 {count} 人未报到，学籍留在毕业学校。", count=count))
        elif request.POST.get("outcome") == "undo":
            count = recruitment.undo_absent(case, students, request.user, known.now)
            messages.success(
                request, zh("已撤回 {count} 人的未报到登记，学生报到后请登记报到。", count=count)
            )
        else:
            count = recruitment.report(case, students, day_of(on), request.user, known.now)
            messages.success(request, zh("已登记 {count} 人报到，学籍已转入本校，状态为在校。", count=count))
    except Refused as error:
        status = {**dict.fromkeys(NO_POST, 403), "reported_on": 422}.get(error.code, 409)
        return list_page(request, case, error.refusal, status, on[:20])
    return see_other(reverse("recruitment-list", args=[number]))


@never_cache
@require_POST
def copy(request: SignedInRequest, number: str) -> HttpResponse:
    """List the pupils of an ended list anew."""
    case, known = visible_list(request, number), desk.of(request)
    try:
        rows, left_out = recruitment.add_again(case, request.user, known.now)
    except Refused as error:
        return list_page(request, case, error.refusal, error.status)
    messages.success(request, zh("已重新列入 {count} 人，请核对后上报。", count=len(rows)))
    for name, sentence in left_out.items():
        messages.warning(request, zh("{name}没有重新列入：{sentence}。", name=name, sentence=sentence))
    return see_other(reverse("recruitment"))
