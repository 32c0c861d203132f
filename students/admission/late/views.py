"""Pages of 补建学籍 (R2.2): the school's desk and form, one list, the list of a month with what came of it."""

from typing import TYPE_CHECKING, TypedDict

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orgs.people.models import PostRole, Unit
from orgs.people.requests import SignedInRequest
from orgs.people.seats import schools_kept, seat_at
from reviews.case_page.forms import PlainText
from reviews.case_page.proof_views import refused_page, whole
from reviews.desk import context as desk
from reviews.engine.asking import edit_refusal
from reviews.engine.models import Case
from reviews.engine.opinions import is_of_words
from reviews.vocabulary.refusals import refusal_context
from reviews.vocabulary.states import State
from students.admission.late import actions as lists
from students.admission.late import calendar
from students.admission.late.forms import form_for, said
from students.admission.late.models import Late, LateChild, MonthState
from students.admission.late.procedure import facts_shown
from students.admission.registration.table_remarks import age_remark
from students.pupil.year_rows import entering_cohort
from students.tables.models import ImportBatch, ImportKind
from students.tables.views import row_of
from web.clock import local_date, moment, spoken
from web.paging import pages_of
from web.redirects import see_other
from web.refusals import Refusal, Refused
from web.words import zh

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

PAGE = 50
CLAUSE_SHOWN = {
    "text": zh(
        "其他新建学籍的，由省级于每月底集中将需要新建学籍的学生名单按规定格式提交查重，查重通过后可新建学籍；未通过的按转学办理。"
    ),
    "note": zh(
        "学籍的主要功能是记录，补建期间不影响学生就读（正文一）；建立后即有临时学籍号，各项业务与正式学籍号相同（附件1 一.4）。"
    ),
    "source": zh("教基一厅〔2016〕2号 附件1 第二条"),
    "url": "/rules/#b1-2",
}
TIERS: dict[str, str] = {
    Late.COLLECTED: "state-warn",
    Late.CREATED: "state-good",
    Late.REFUSED: "state-bad",
    Late.RETURNED: "state-bad",
}


def schools_of(account, day) -> list[Unit]:
    """The schools with higher grades than the first where the account is registrar."""
    return [school for school in schools_kept(account, day) if lists.grades_of(school, day)]


# ---------------------------------------------------------------- the school's desk


@never_cache
@require_safe
def show_desk(request: SignedInRequest) -> HttpResponse:
    """Who is listed and not sent, by school; the lists and months of all units one stands above."""
    return desk_page(request)


def desk_page(request: SignedInRequest, refused: Refusal | None = None, status: int = 200, opinion: str = ""):
    """The page with whatever the last act has to tell; what was typed stays."""
    known = desk.of(request)
    page = Paginator(_lists(request.user, known.today), PAGE).get_page(request.GET.get("page"))
    batches = ImportBatch.objects.visible_to(request.user, known.today).filter(kind=ImportKind.LATE)
    collected = LateChild.objects.visible_to(request.user, known.today).filter(state=Late.COLLECTED)
    shown = {
        "schools": [
            {"school": school, "rows": [child_row(row, known.today) for row in lists.waiting(school)]}
            for school in schools_of(request.user, known.today)
        ],
        "opinion": opinion,
        "lists": [_list_row(case) for case in page],
        "imports": [row_of(batch) for batch in batches.select_related("unit")[:5]],
        "kind": ImportKind.LATE,
        "collected": collected.count(),
        "due": moment(calendar.due_of(known.now)),
        "overdue": _overdue(collected, known.now),
        "months": _months(request.user, known.today),
        "clause": CLAUSE_SHOWN,
        "refused": refusal_context(refused),
        "page": pages_of(page),
    }
    return render(request, "students/late.html", shown, status=status)


def _age_remark(one, school: Unit, day) -> str:
    return age_remark(
        one.newcomer.who.birth_date, one.grade, entering_cohort(one.grade, day, school.province_id, late=True)
    )


def _overdue(collected, now) -> str:
    """That the province has not sent a month's list that is due, while children of the own schools wait on it."""
    month = calendar.last_closed(now)
    waits = collected.filter(Q(month=None) | Q(month__state=MonthState.CLOSED))
    if not waits.filter(collected_at__lt=calendar.closing(month)).exists():
        return ""
    return zh(
        "{year}年{month}月的名单应于{day}前由自治区（省）收表上报，现已逾期，还没有上报；学生照常就读，不受影响。",
        year=month.year,
        month=month.month,
        day=spoken(local_date(calendar.closing(month))),
    )


def child_row(row: LateChild, day) -> dict:
    """A child in a list; the reason in its own words where there are any."""
    why = row.get_why_display()
    return {
        "pk": row.pk,
        "key": str(row.key),
        "name": row.name,
        "sex": zh("男") if row.sex == "1" else zh("女"),
        "birth_date": row.birth_date,
        "school": row.school_name,
        "grade": lists.grade_told(row, day),
        "class": zh("（{row_class_number}）班", row_class_number=row.class_number)
        if row.class_number
        else "—",
        "why": zh("{why}：{row_why_note}", why=why, row_why_note=row.why_note) if row.why_note else why,
        "state": row.get_state_display(),
        "tier": TIERS.get(row.state, ""),
    }


class Counted(TypedDict):
    """What a row of the lists is annotated with."""

    children: int
    n_created: int
    n_refused: int


def _lists(account, day):
    kept = Count("late_children", filter=~Q(late_children__state=Late.DROPPED))
    counts = {
        f"n_{state}": Count("late_children", filter=Q(late_children__state=state))
        for state in (Late.CREATED, Late.REFUSED)
    }
    rows = Case.objects.visible_to(account, day).filter(kind=lists.KIND, submitted_at__isnull=False)
    rows = rows.select_related("receiving_unit", "holder").annotate(children=kept, **counts)
    return rows.order_by("-pk")


def _list_row(case: "WithAnnotations[Case, Counted]") -> dict:
    holder = case.holder if case.is_live else None
    return {
        "number": case.number,
        "url": reverse("late-list", args=[case.number]),
        "school": case.receiving_name,
        "children": case.children,
        "created": case.n_created,
        "refused": case.n_refused,
        "state": zh(
            "{holder_short_name}{awaiting}",
            holder_short_name=holder.short_name,
            awaiting=case.get_awaiting_display(),
        )
        if holder
        else State(case.state).label,
        "tier": "state-good" if case.state == State.COMPLETED else "state-warn" if holder else "state-bad",
    }


def _months(account, day) -> list[dict]:
    """The months with children in the account's scope, and what came of these; the newest twelve."""
    seen = LateChild.objects.visible_to(account, day).filter(month__isnull=False).order_by()
    counts = {
        f"n_{state}": Count("pk", filter=Q(state=state))
        for state in (Late.CREATED, Late.REFUSED, Late.RETURNED)
    }
    found = seen.values(
        "month__number",
        "month__month",
        "month__state",
        "month__checked_at",
        "month__province__name",
        "month__names",
    )
    rows = found.annotate(total=Count("pk"), **counts).order_by("-month__month", "month__number")
    return [
        {
            "number": row["month__number"],
            "url": reverse("late-month", args=[row["month__number"]]),
            "month": zh("{year}年{month}月", year=row["month__month"].year, month=row["month__month"].month),
            "province": row["month__names"].get("province_id") or row["month__province__name"],
            "total": row["total"],
            "created": row["n_created"],
            "refused": row["n_refused"],
            "returned": row["n_returned"],
            "checked": moment(row["month__checked_at"])
            if row["month__checked_at"]
            else MonthState(row["month__state"]).label,
        }
        for row in rows[:12]
    ]


# ---------------------------------------------------------------- one child


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """The form of one child; POST lists it."""
    known = desk.of(request)
    schools = schools_of(request.user, known.today)
    asked = (request.POST if request.method == "POST" else request.GET).get("school", "")
    school = next((one for one in schools if one.code == asked), schools[0] if len(schools) == 1 else None)
    if school is None:
        return refused_page(request, lists.seat_refusal(None, request.user, known.today), 403)
    form = form_for(school, known.today, request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _form_page(request, school, form)
    one = said(form, school, known.today)
    if one.errors:
        return _form_page(request, school, form, status=422)
    lists.match([one])
    if one.namesake is not None:
        return _form_page(request, school, form, _namesake_told(one.namesake), 409, may_claim=True)
    try:
        lists.add([one], school, request.user, known.now)
    except Refused as error:
        return _form_page(request, school, form, error.refusal, 409, one.match)
    messages.success(request, zh("{who_name}已列入补建名单，尚未上报。", who_name=one.newcomer.who.name))
    if remark := _age_remark(one, school, known.today):
        messages.warning(request, remark)
    if request.POST.get("action") == "next":
        return see_other(f"{reverse('late-new')}?school={school.code}")
    return see_other(reverse("late"))


def _namesake_told(match) -> Refusal:
    sentence = zh(
        "{school}有一名学生姓名、性别、出生日期相同，该生又没有身份证件号，月末查重不会通过。是同一名学生的，请改办转学；"
        "确是另一名学生的，请补填证件号，或勾选下面一项后列入名单，建立后按问题学籍佐证。",
        school=match.school,
    )
    return Refusal("namesake", sentence, lists.CLAUSE)


def _form_page(
    request, school, form, refused: Refusal | None = None, status=200, match=None, may_claim=False
) -> HttpResponse:
    own = match is not None and match.school_id == school.pk
    shown = {
        "school": school,
        "form": form,
        "asked": [form[name] for name in (lists.GRADE, lists.WHY, lists.NOTE)],
        "first": form.first_fields(),
        "blocks": form.blocks(),
        "clause": CLAUSE_SHOWN,
        "refused": refusal_context(refused),
        "may_claim": may_claim or bool(form.data.get("claimed")),
        "pupil_url": reverse("student-detail", args=[match.key]) if own else "",
        # Number and name go back to the look-up that a transfer begins with: it finds exactly that pupil.
        "transfer": {
            "number": form.data.get("id_number", ""),
            "name": form.data.get("name", ""),
            "school": school.pk,
        }
        if match is not None and not own
        else None,
    }
    return render(request, "students/late_new.html", shown, status=status)


@never_cache
@require_POST
def drop(request: SignedInRequest) -> HttpResponse:
    """Take a child off a list that is in the school's hand."""
    known = desk.of(request)
    rows = LateChild.objects.visible_to(request.user, known.today).select_related("school", "case")
    row = get_object_or_404(rows, pk=whole(request.POST.get("row")) or 0)
    try:
        lists.drop(row, request.user, known.now)
    except Refused as error:
        status = error.status
        if row.case is not None:
            return list_page(request, row.case, error.refusal, status)
        return desk_page(request, error.refusal, status)
    messages.success(request, zh("{row_name}已从名单中删去。", row_name=row.name))
    return see_other(reverse("late-list", args=[row.case.number]) if row.case else reverse("late"))


@never_cache
@require_POST
def send(request: SignedInRequest) -> HttpResponse:
    """Send all that are listed to the school's head."""
    known = desk.of(request)
    schools = {school.code: school for school in schools_of(request.user, known.today)}
    school = schools.get(request.POST.get("school", ""))
    opinion = PlainText().to_python(request.POST.get("opinion", ""))
    if school is None:
        return desk_page(request, lists.seat_refusal(None, request.user, known.today), 403)
    try:
        cases = lists.send(school, request.user, known.now, opinion)
    except Refused as error:
        status = 422 if is_of_words(error.code) else 409
        return desk_page(request, error.refusal, status, opinion)
    messages.success(request, zh("已上报 {count} 份名单，等待本校负责人核办。", count=len(cases)))
    return see_other(reverse("late"))


# ---------------------------------------------------------------- one list


def visible_list(request: SignedInRequest, number: str) -> Case:
    """The list when its school is in the account's scope; 404 otherwise."""
    rows = Case.objects.visible_to(request.user, desk.of(request).today).filter(kind=lists.KIND)
    return get_object_or_404(rows.select_related("receiving_unit", "holder"), number=number)


@never_cache
@require_safe
def show(request: SignedInRequest, number: str) -> HttpResponse:
    """Who stands on the list, and what came of each."""
    return list_page(request, visible_list(request, number))


def list_page(request: SignedInRequest, case: Case, refused: Refusal | None = None, status: int = 200):
    """The page with whatever the last act has to tell."""
    known = desk.of(request)
    rows = LateChild.objects.filter(case=case).select_related(
        "school", "case", "month", "student", "found__school"
    )
    shown = {
        "case": {"number": case.number, "url": reverse("case", args=[case.number])},
        "state": State(case.state).label,
        "facts": facts_shown(case, known.today),
        "rows": [child_row(row, known.today) | outcome(row, request.user, known.today) for row in rows],
        "may_drop": edit_refusal(case, request.user, known.today) is None,
        "clause": CLAUSE_SHOWN,
        "refused": refusal_context(refused),
    }
    return render(request, "students/late_list.html", shown, status=status)


def outcome(row: LateChild, account, day) -> dict:
    """What came of the check: the record, or the school of the one there is and the way to take it over."""
    found = row.found if row.state == Late.REFUSED else None
    mine = found is not None and seat_at(account, row.school_id, PostRole.REGISTRAR, day) is not None
    return {
        "may_drop": row.state == Late.SENT,
        "pupil_url": reverse("student-detail", args=[row.student.key]) if row.student else "",
        "found_at": found.school.name if found and found.school else "",
        "transfer_url": reverse("transfer-late", args=[row.key])
        if found is not None and mine and found.school_id != row.school_id
        else "",
    }


@never_cache
@require_POST
def copy(request: SignedInRequest, number: str) -> HttpResponse:
    """List the children of an ended list anew."""
    case, known = visible_list(request, number), desk.of(request)
    try:
        rows = lists.add_again(case, request.user, known.now)
    except Refused as error:
        return list_page(request, case, error.refusal, error.status)
    messages.success(request, zh("已重新登记 {count} 人，请核对后上报。", count=len(rows)))
    return see_other(reverse("late"))
