"""One change sheet: what it says, and what the registrar makes of it (R6.1)."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from reviews.case_page.forms import PlainText
from reviews.case_page.proof_views import whole
from reviews.desk import context as desk
from reviews.vocabulary.refusals import refusal_context
from students.admission.registration.actions import label_of
from students.classes import sheets
from students.classes.models import ChangeSheet, ChangeSheetLine, Sheet
from students.classes.sheets import ITEMS
from students.pupil.identity import mask_phone
from students.record.pages import Words
from web.clock import moment
from web.redirects import see_other
from web.refusals import Refusal, Refused
from web.words import beside, zh

_TIERS: dict[str, str] = {
    Sheet.SENT: "state-warn",
    Sheet.RETURNED: "state-bad",
    Sheet.ACCEPTED: "state-good",
}
_WRITTEN = {True: zh("已写入"), False: zh("该生已不在本校，未写入"), None: ""}


def sheet_row(sheet: ChangeSheet) -> dict:
    """A sheet in a list."""
    return {
        "number": sheet.number,
        "url": reverse("class-sheet", args=[sheet.number]),
        "label": sheet.school_class.year_label,
        "school": sheet.school_name,
        "by": sheet.called("prepared_by"),
        "sent": moment(sheet.sent_at) if sheet.sent_at else "",
        "state": sheet.get_state_display(),
        "tier": _TIERS.get(sheet.state, ""),
    }


def sheet_lines(sheet: ChangeSheet) -> list[dict]:
    """What the sheet says, item by item in words; numbers masked."""
    lines = list(sheet.lines.select_related("student", "sheet").order_by("student__name", "student_id", "pk"))
    values = [{line.field: value} for line in lines for value in (line.old, line.new)]
    words = Words(values)
    return [
        {
            "pk": line.pk,
            "student_key": str(line.student.key),
            "name": line.student.name,
            "item": label_of(ITEMS[line.field]),
            "old": "—" if line.secret else words.of(ITEMS[line.field], line.old) or zh("未填写"),
            "new": _new(line, words),
            "written": _WRITTEN[line.written],
        }
        for line in lines
    ]


def _new(line: ChangeSheetLine, words: Words) -> str:
    if line.secret:
        return mask_phone(sheets.text_of(line)) or zh("清除")
    return words.of(ITEMS[line.field], line.new) or zh("清除")


def visible_sheet(request: HttpRequest, number: str) -> tuple[ChangeSheet, bool]:
    """The sheet, and whether the account teaches the class; 404 otherwise."""
    day = desk.of(request).today
    rows = ChangeSheet.objects.select_related(
        "school_class__school", "prepared_by__person", "decided_by__person"
    )
    sheet = rows.filter(number=number).first()
    if sheet is None:
        raise Http404
    teaches = sheets.in_charge(request.user, day).filter(pk=sheet.school_class_id).exists()
    if not teaches and not ChangeSheet.objects.visible_to(request.user, day).filter(pk=sheet.pk).exists():
        raise Http404
    return sheet, teaches


@never_cache
@require_safe
def show(request: HttpRequest, number: str) -> HttpResponse:
    """The sheet to read, to print, to decide on."""
    sheet, _ = visible_sheet(request, number)
    return sheet_page(request, sheet)


def sheet_page(
    request: HttpRequest, sheet: ChangeSheet, refused: Refusal | None = None, status=200, answer: str = ""
) -> HttpResponse:
    """The page with whatever the last act has to tell; what was typed stays."""
    lines = sheet_lines(sheet)
    shown = {
        "sheet": sheet_row(sheet),
        "class_url": reverse("class", args=[sheet.school_class_id]),
        "facts": _facts(sheet, lines),
        "lines": lines,
        "ended": sheet.state == Sheet.ACCEPTED,
        "may_decide": sheets.decide_refusal(sheet, request.user, desk.of(request).today) is None,
        "answer": answer,
        "refused": refusal_context(refused),
    }
    return render(request, "students/class_sheet.html", shown, status=status)


def _facts(sheet: ChangeSheet, lines: list[dict]) -> list[tuple[str, str]]:
    found = [
        (zh("学校"), sheet.school_name),
        (
            zh("班级"),
            sheet.school_class.year_label,
        ),
        (
            zh("变动"),
            zh(
                "{count} 人，{count2} 项",
                count=len({line["student_key"] for line in lines}),
                count2=len(lines),
            ),
        ),
        (
            zh("班主任"),
            sheet.called("prepared_by")
            + (zh("　{moment}送出", moment=moment(sheet.sent_at)) if sheet.sent_at else ""),
        ),
    ]
    if sheet.decided_by is not None and sheet.decided_at:
        found.append(
            (
                zh("学籍管理员"),
                beside(sheet.called("decided_by"), moment(sheet.decided_at)),
            )
        )
    if sheet.answer:
        found.append((zh("退回原因"), sheet.answer))
    return found


# ---------------------------------------------------------------- acts


def _act(request: HttpRequest, number: str, act, done: str, *, answer: str = "") -> HttpResponse:
    sheet, _ = visible_sheet(request, number)
    try:
        count = act(sheet, request.user, desk.of(request).now)
    except Refused as error:
        status = {
            "no_seat": 403,
            "untrained": 403,
            "school_closed": 403,
            "no_charge": 403,
            "same_person": 403,
            "answer_missing": 422,
        }
        return sheet_page(request, sheet, error.refusal, status.get(error.code, 409), answer)
    messages.success(request, done.format(count=count))
    return see_other(reverse("class-sheet", args=[number]))


@never_cache
@require_POST
def send(request: HttpRequest, number: str) -> HttpResponse:
    """Hand it to the registrar."""
    return _act(request, number, sheets.send, zh("变动表已送学籍管理员核对。"))


@never_cache
@require_POST
def accept(request: HttpRequest, number: str) -> HttpResponse:
    """Write it into the records."""
    return _act(request, number, sheets.accept, zh("已更新学籍 {count} 项，并记入变更记录。"))


@never_cache
@require_POST
def give_back(request: HttpRequest, number: str) -> HttpResponse:
    """Return it to the teacher."""
    answer = PlainText().to_python(request.POST.get("answer", ""))

    def act(sheet, by, now):
        sheets.give_back(sheet, by, now, answer)

    return _act(request, number, act, zh("变动表已退回班主任修改。"), answer=answer)


@never_cache
@require_POST
def drop(request: HttpRequest, number: str) -> HttpResponse:
    """Give it up."""
    return _act(request, number, sheets.drop, zh("变动表已作废，学籍没有改动。"))


@never_cache
@require_POST
def take_off(request: HttpRequest, number: str) -> HttpResponse:
    """Take one line off."""
    line = whole(request.POST.get("line")) or 0

    def act(sheet, by, now):
        sheets.take_off(sheet, line, by, now)

    answer = _act(request, number, act, zh("已从变动表中删去。"))
    sheet, _ = visible_sheet(request, number)
    return see_other(reverse("class", args=[sheet.school_class_id])) if answer.status_code == 303 else answer
