"""Pages of classes and their change sheets (R6.1): the school's classes, one class, one pupil's items, one sheet."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orgs.people import scope
from orgs.people.models import Account, Unit
from orgs.people.requests import SignedInRequest
from orgs.people.seats import seats_of
from reviews.case_page.proof_views import refused_page, whole
from reviews.desk import context as desk
from reviews.evidence import uploads
from reviews.vocabulary.refusals import refusal_context
from students.admission.registration.actions import label_of
from students.classes import sheet_table, sheets
from students.classes.models import IN_HAND, ChangeSheet, ClassCharge, Sheet
from students.classes.sheet_table import LinesRefused
from students.classes.sheet_views import sheet_lines, sheet_row
from students.classes.sheets import ITEMS, PupilsRefused
from students.pupil.grades import class_name
from students.pupil.models import SchoolClass, Student
from students.record import values as record_values
from students.record.forms import ItemsForm
from students.tables import columns as tables
from students.tables.workbooks import TableRefused
from web.paging import pages_of
from web.redirects import see_other
from web.refusals import NO_POST, Refusal, Refused
from web.served import inert
from web.words import zh

PAGE = 50
LARGEST = 1024 * 1024
CLAUSE_SHOWN = {
    "text": zh(
        "“是否留守儿童”“是否进城务工人员随迁子女”“政治面貌”“现住址”“联系电话”“户口所在地”“上下学交通距离”“上下学交通方式”等字段可能发生变化，班主任要将学生上述信息的变动情况通知学校学籍管理员，在学籍系统内及时更新。"
    ),
    "note": zh("班主任只填这些会变动的项目；姓名、身份证号等关键信息由学校按附件1 一.3 办理。"),
    "source": zh("教基一厅〔2016〕2号 附件1 第六条"),
    "url": "/rules/#b1-6",
}


# ---------------------------------------------------------------- the school's classes


@never_cache
@require_safe
def show_list(request: SignedInRequest) -> HttpResponse:
    """The classes one teaches, or those of the schools one keeps, with what waits of their sheets."""
    known = desk.of(request)
    schools = [seat.unit.pk for seat in seats_of(request.user, known.today) if seat.unit.is_school]
    keeping = scope.under("school", request.user, known.today) & Q(school__in=schools)
    mine = sheets.in_charge(request.user, known.today).values("pk")
    rows = SchoolClass.objects.filter(keeping | Q(pk__in=mine)).select_related("school")
    counted: QuerySet[Any] = rows.annotate(
        pupils=Count("students", filter=Q(students__school=F("school")))
    ).filter(pupils__gt=0)
    page = Paginator(counted.order_by("school__code", "-cohort", "number"), PAGE).get_page(
        request.GET.get("page")
    )
    teachers, waiting = _teachers(page), _open_sheets(page)
    waits = ChangeSheet.objects.visible_to(request.user, known.today).filter(state=Sheet.SENT)
    shown = {
        "rows": [
            {
                "url": reverse("class", args=[row.pk]),
                "school": row.school.name,
                "label": class_name(row, known.today),
                "pupils": row.pupils,
                "teacher": teachers.get(row.pk, ""),
                "sheet": waiting.get(row.pk),
            }
            for row in page
        ],
        "waiting": [
            sheet_row(sheet)
            for sheet in waits.select_related("school_class__school", "prepared_by__person")[:PAGE]
        ],
        "clause": CLAUSE_SHOWN,
        "page": pages_of(page),
    }
    return render(request, "students/classes.html", shown)


def _teachers(classes) -> dict[int, str]:
    rows = ClassCharge.objects.filter(school_class__in=[row.pk for row in classes], until=None)
    return {row.school_class_id: str(row.account) for row in rows.select_related("account__person")}


def _open_sheets(classes) -> dict[int, dict]:
    rows = ChangeSheet.objects.filter(
        school_class__in=[row.pk for row in classes], state__in=(*IN_HAND, Sheet.SENT)
    )
    return {
        row.school_class_id: sheet_row(row)
        for row in rows.select_related("school_class__school", "prepared_by__person")
    }


# ---------------------------------------------------------------- one class


def visible_class(request: SignedInRequest, pk: int) -> tuple[SchoolClass, bool]:
    """The class, and whether the account is its teacher; 404 for who neither teaches it nor keeps its school."""
    day = desk.of(request).today
    pk = min(pk, 2**63 - 1)
    row = get_object_or_404(SchoolClass.objects.select_related("school"), pk=pk)
    teaches = sheets.in_charge(request.user, day).filter(pk=pk).exists()
    if (
        not teaches
        and not SchoolClass.objects.filter(scope.under("school", request.user, day), pk=pk).exists()
    ):
        raise Http404
    return row, teaches


@never_cache
@require_safe
def show(request: SignedInRequest, pk: int) -> HttpResponse:
    """The pupils of the class; the teacher's own sheet."""
    row, teaches = visible_class(request, pk)
    return class_page(request, row, teaches)


def class_page(
    request: SignedInRequest,
    row: SchoolClass,
    teaches: bool,
    refused: Refusal | None = None,
    status=200,
    faults=(),
) -> HttpResponse:
    """The page with whatever the last act has to tell."""
    known = desk.of(request)
    sheet = sheets.open_sheet(row)
    lines = sheet_lines(sheet) if sheet and teaches else []
    changed = {line["student_key"] for line in lines}
    may_keep = sheets.keeps_refusal(row.school, request.user, known.today) is None
    ended = ChangeSheet.objects.filter(school_class=row).exclude(state__in=(Sheet.DRAFT, Sheet.DROPPED))
    charge = (
        ClassCharge.objects.filter(school_class=row, until=None).select_related("account__person").first()
    )
    shown = {
        "row": row,
        "school": row.school,
        "label": class_name(row, known.today),
        "teaches": teaches,
        "keeps": not teaches,
        "charge": charge,
        "teachers": _candidates(row.school, known.today) if may_keep else [],
        "may_keep": may_keep,
        "sheet": sheet_row(sheet) if sheet and (teaches or sheet.state != Sheet.DRAFT) else None,
        "in_hand": teaches and (sheet is None or sheet.state in IN_HAND),
        "may_send": teaches and sheet is not None and sheet.state in IN_HAND and bool(lines),
        "answer": sheet.answer if sheet and sheet.state == Sheet.RETURNED else "",
        "lines": lines,
        "pupils": [
            {"key": str(pupil.key), "name": pupil.name, "changed": str(pupil.key) in changed}
            for pupil in sheets.pupils_of(row)
        ],
        "ended": [
            sheet_row(one) for one in ended.select_related("school_class__school", "prepared_by__person")[:10]
        ],
        "faults": [fault._asdict() for fault in faults],
        "clause": CLAUSE_SHOWN,
        "refused": refusal_context(refused),
    }
    return render(request, "students/class.html", shown, status=status)


def _candidates(school: Unit, day) -> list[tuple[int, str]]:
    accounts = Account.objects.filter(pk__in=sheets.teachers_of(school, day)).select_related("person")
    return sorted(((account.pk, str(account)) for account in accounts), key=lambda found: found[1])


@never_cache
@require_POST
def set_teacher(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say who the class's teacher is, or that there is none."""
    row, teaches = visible_class(request, pk)
    known, asked = desk.of(request), request.POST.get("account", "")
    account = Account.objects.filter(pk=whole(asked) or 0).first() if asked else None
    try:
        if asked and account is None:
            raise Refused(Refusal("no_teacher", zh("请从列表中选择班主任。"), sheets.CLAUSE))
        sheets.put_in_charge(row, account, request.user, known.now)
    except Refused as error:
        status = 403 if error.code in NO_POST else 422
        return class_page(request, row, teaches, error.refusal, status)
    messages.success(
        request, zh("已指定{account}为班主任。", account=account) if account else zh("已取消班主任。")
    )
    return see_other(reverse("class", args=[pk]))


@never_cache
@require_safe
def template(request: SignedInRequest, pk: int) -> HttpResponse:
    """The class as a table to write over; only for its teacher."""
    row, teaches = visible_class(request, pk)
    if not teaches:
        return refused_page(request, sheets.NO_CHARGE, 403)
    return inert(sheet_table.of_class(row), tables.XLSX, "class.xlsx")


@csrf_exempt
@require_POST
def upload(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a filled table in; reading stops at the limit, before the token is looked at."""
    large = Refusal("table_large", zh("文件超过 1 MB，请用本班下载的表格填写。"), sheets.CLAUSE)
    broken = Refusal("upload_broken", zh("文件没有传完整，请检查网络后重新上传。"), sheets.CLAUSE)
    trouble = uploads.receive(request, LARGEST, large, broken)
    if trouble is not None:
        return refused_page(request, *trouble)
    return _upload(request, pk)


@csrf_protect
def _upload(request: SignedInRequest, pk: int) -> HttpResponse:
    row, teaches = visible_class(request, pk)
    known, file = desk.of(request), request.FILES.get("table")
    try:
        if refused := sheets.teacher_refusal(row, request.user, known.today):
            raise Refused(refused)
        if file is None:
            raise Refused(Refusal("table_missing", zh("请先选择填好的 xlsx 表格。"), sheets.CLAUSE))
        said = sheet_table.read(file.read(), row, known.today)
        sheet = sheets.propose(row, said, request.user, known.now)
    except TableRefused as error:
        return class_page(request, row, teaches, Refusal("table", error.sentence, sheets.CLAUSE), 422)
    except LinesRefused as error:
        told_ = Refusal(
            "lines",
            zh("表格有 {count} 处错误，没有列入任何内容；请改好后重新上传。", count=len(error.faults)),
            sheets.CLAUSE,
        )
        return class_page(request, row, teaches, told_, 422, error.faults)
    except Refused as error:
        return class_page(request, row, teaches, error.refusal, 403 if error.code == "no_charge" else 409)
    messages.success(request, zh("变动表现有 {count} 项变动，尚未送出。", count=sheet.lines.count()))
    return see_other(reverse("class", args=[pk]))


# ---------------------------------------------------------------- one pupil


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pupil(request: SignedInRequest, pk: int, key) -> HttpResponse:
    """The items of one pupil of the class that may have changed; POST puts them on the sheet."""
    row, teaches = visible_class(request, pk)
    known = desk.of(request)
    if not teaches:
        return refused_page(request, sheets.NO_CHARGE, 403)
    student = get_object_or_404(sheets.pupils_of(row), key=key)
    form = _form(row, student, request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _pupil_page(request, row, student, form)
    form.is_valid()
    try:
        sheets.propose(row, {student.pk: form.typed()}, request.user, known.now)
    except PupilsRefused as error:
        form.tell(error.errors[student.pk], lambda key: label_of(ITEMS[key]) if key in ITEMS else key)
        return _pupil_page(request, row, student, form, status=422)
    except Refused as error:
        return _pupil_page(request, row, student, form, error.refusal, 409)
    messages.success(request, zh("已记入变动表：{student_name}。", student_name=student.name))
    return see_other(reverse("class", args=[pk]))


def _form(row: SchoolClass, student: Student, data) -> ItemsForm:
    sheet = sheets.open_sheet(row)
    lines = sheet.lines.filter(student=student, secret=False).values_list("field", "new") if sheet else ()
    record = record_values.record_of(student)
    return ItemsForm(
        ITEMS.values(), record, record_values.code_names(), data, now=dict(lines), label=label_of
    )


def _pupil_page(request, row, student, form, refused: Refusal | None = None, status=200) -> HttpResponse:
    shown = {
        "row": row,
        "label": class_name(row, desk.of(request).today),
        "name": student.name,
        "form": form,
        "clause": CLAUSE_SHOWN,
        "refused": refusal_context(refused),
    }
    return render(request, "students/class_pupil.html", shown, status=status)
