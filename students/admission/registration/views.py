"""Pages of 新生建籍 (R2.1): the school's desk of new records, the form for one child."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from ledger import audit
from orgs.people.models import Unit
from orgs.people.requests import SignedInRequest
from orgs.people.seats import schools_kept
from reviews.case_page.proof_views import refused_page
from reviews.desk import context as desk
from students.admission.registration import actions as registration
from students.admission.registration import writing as registration_writing
from students.admission.registration.forms import NewcomerForm
from students.admission.registration.table_remarks import age_remark
from students.duplicates.matching import NUMBER
from students.pupil.grades import school_year
from students.pupil.models import Student
from students.record import values as record_values
from students.tables.models import ImportBatch, ImportKind
from students.tables.views import row_of
from web.redirects import see_other
from web.refusals import Refusal, Refused
from web.words import zh

CLAUSE_SHOWN = {
    "text": zh(
        "学籍从小学一年级（或学前教育系统）建立；其他年级新建学籍的，由省级每月底集中提交查重，通过的建立，未通过的按转学办理。"
    ),
    "note": zh(
        "学籍的主要功能是记录，登记不影响学生就读（正文一）；建立后即有临时学籍号，各项业务与正式学籍号相同（附件1 一.4）。"
    ),
    "source": zh("教基一厅〔2016〕2号 附件1 第二条"),
    "url": "/rules/#b1-2",
}
_LISTED = 20


def own_schools(account, day) -> list[Unit]:
    """The schools with a first grade where the account is registrar."""
    return [school for school in schools_kept(account, day) if school.lowest_grade == 1]


@never_cache
@require_safe
def show(request: SignedInRequest) -> HttpResponse:
    """What can be done, and the last imports of one's units."""
    known = desk.of(request)
    rows = ImportBatch.objects.visible_to(request.user, known.today).filter(kind=ImportKind.REGISTRATION)
    shown = {
        "schools": own_schools(request.user, known.today),
        "rows": [row_of(batch) for batch in rows.select_related("unit")[:_LISTED]],
        "clause": CLAUSE_SHOWN,
        "kind": ImportKind.REGISTRATION,
    }
    return render(request, "students/registration.html", shown)


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """The form of one child; POST registers it."""
    known = desk.of(request)
    schools = own_schools(request.user, known.today)
    asked = (request.POST if request.method == "POST" else request.GET).get("school", "")
    school = next((one for one in schools if one.code == asked), schools[0] if len(schools) == 1 else None)
    if school is None:
        return refused_page(request, registration.refusal(None, request.user, known.today), 403)
    if refused := registration.refusal(school, request.user, known.today):
        return refused_page(request, refused, 403)
    form = NewcomerForm(record_values.code_names(), request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _page(request, school, form)
    one = form.newcomer(known.today)
    if one.errors:
        return _page(request, school, form, status=422)
    registration.match([one])
    claimed = bool(form.data.get("claimed"))
    if trouble := _trouble_here(one, school, claimed):
        refused, matches = trouble
        return _page(request, school, form, refused, 409, matches=matches)
    elsewhere = one.elsewhere(school)
    if elsewhere and not claimed:
        certain = any(match.kind == NUMBER for match in elsewhere)
        sentence = (
            zh(
                "查重：有学生使用同一身份证件号，学籍在其他学校。是同一学生的，请改办转学；确在本校就读而两校都登记的，勾选后登记。"
            )
            if certain
            else zh(
                "查重：有学生姓名、性别、出生日期相同。请核对是不是同一学生：是的，请改办转学；不是的，勾选后登记。"
            )
        )
        return _page(
            request, school, form, Refusal("duplicate", sentence, registration.CLAUSE), 409, matches=elsewhere
        )
    try:
        student = _written(one, school, request, known)
    except Refused as error:
        return _page(request, school, form, error.refusal, 409)
    alike = elsewhere or one.alike(school)
    problem = zh("；查重有相同的学生，已按问题学籍登记，请佐证或变更") if alike else ""
    messages.success(request, zh("已建立学籍并发放临时学籍号{problem}。", problem=problem))
    if remark := age_remark(student.birth_date, 1, student.cohort):
        messages.warning(request, remark)
    if request.POST.get("action") == "next":
        return see_other(f"{reverse('registration-new')}?school={school.code}")
    return see_other(reverse("student-detail", args=[student.key]))


def _trouble_here(one, school: Unit, claimed: bool) -> tuple[Refusal, list] | None:
    """What stands in the way at the school itself: the child is on record, its number is under another name, or somebody
    is called and born alike and it was not said yet that this is another child."""
    clause = registration.CLAUSE
    if here := one.here(school):
        told = zh("该生已在本校学籍中，不会重复建立；请直接打开学籍核对。")
        return Refusal("registered", told, clause), [here]
    if misnamed := one.misnamed(school):
        return Refusal("other_name", registration.misnamed_sentence(misnamed), clause), [misnamed]
    alike = one.alike(school)
    if alike and not claimed:
        told = zh("{asked}是另一名学生的，勾选后登记。", asked=registration.alike_sentence(True, ""))
        return Refusal("alike", told, clause), alike
    return None


def _written(one, school: Unit, request: SignedInRequest, known) -> Student:
    """The record, unless the very same child was registered a moment ago: then that one."""
    with transaction.atomic():
        Unit.objects.select_for_update(no_key=True).get(pk=school.pk)
        registration.match([one])
        if here := one.here(school):
            return Student.objects.get(pk=here.student_id)
        if trouble := _trouble_here(one, school, claimed=bool(request.POST.get("claimed"))):
            raise Refused(trouble[0])
        into, actor = registration.entering(school, known.today), audit.actor_of(request.user)
        (pk,) = registration_writing.write([one], school, into, known.now, actor)
    return Student.objects.get(pk=pk)


def _grade(school: Unit, day) -> str:
    """In summer a first-grader is registered for the autumn."""
    year = registration.entering(school, day).cohort
    return zh("{year}年秋季一年级", year=year) if year > school_year(day) else zh("一年级")


def _page(
    request, school: Unit, form: NewcomerForm, refused: Refusal | None = None, status=200, matches=()
) -> HttpResponse:
    shown = {
        "school": school,
        "grade": _grade(school, desk.of(request).today),
        "form": form,
        "first": form.first_fields(),
        "blocks": form.blocks(),
        "clause": CLAUSE_SHOWN,
        "refused": {"sentence": refused.sentence, "clause": refused.clause} if refused else None,
        "matches": [
            {
                "school": match.school,
                "how": match_words(match.kind),
                "url": reverse("student-detail", args=[match.key]) if match.school_id == school.pk else "",
            }
            for match in matches
        ],
        "may_claim": bool(matches) and refused is not None and refused.code in ("duplicate", "alike"),
        "may_transfer": refused is not None and refused.code == "duplicate",
    }
    return render(request, "students/registration_new.html", shown, status=status)


def match_words(kind: str) -> str:
    """In what two children agree."""
    return zh("身份证件号相同") if kind == NUMBER else zh("姓名、性别、出生日期相同")
