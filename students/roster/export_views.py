"""Pages of 名册导出: ask, watch, fetch; each export is its asker's alone, for as long as the unit is."""

from typing import cast

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_http_methods, require_safe

from orgs.people.models import PostRole, Unit
from orgs.people.requests import SignedInRequest
from orgs.people.seats import acting_seats
from reviews.case_page.proof_views import refused_page
from reviews.desk import context as desk
from reviews.engine import seating
from reviews.vocabulary.refusals import refusal_context
from students.pupil import reveal
from students.pupil.grades import grade_label
from students.pupil.statuses import StudentStatus
from students.roster import exporting as making
from students.roster.models import Making, RosterExport
from students.tables import columns as tables
from web.clock import moment
from web.redirects import see_other
from web.refusals import Refusal, Refused
from web.served import inert
from web.words import zh

LISTED = 20
# A school's or office's units to choose from in one list.
UNITS = 500


class ExportForm(forms.Form):
    """What is to stand in the file."""

    use_required_attribute = False

    unit = forms.ChoiceField(
        label=zh("单位"),
        error_messages={"required": zh("请选择单位。"), "invalid_choice": zh("请选择单位。")},
    )
    grade = forms.TypedChoiceField(label=zh("年级"), required=False, coerce=int, empty_value=None)
    status = forms.ChoiceField(
        label=zh("学籍状态"),
        required=False,
        choices=[("", zh("在籍")), *StudentStatus.choices, ("all", zh("全部状态"))],
    )
    form = forms.ChoiceField(
        label=zh("格式"),
        choices=[("xlsx", zh("xlsx（表格）")), ("csv", zh("csv（文本）"))],
        error_messages=dict.fromkeys(("required", "invalid_choice"), zh("请选择文件格式。")),
    )
    numbers = forms.BooleanField(label=zh("含完整学籍号（否则打码）"), required=False)
    purpose = forms.ChoiceField(
        label=zh("完整学籍号的用途"), required=False, choices=[("", zh("请选择用途")), *reveal.PURPOSES]
    )

    def __init__(self, units: list[Unit], data=None):
        super().__init__(data)
        self.units = {unit.code: unit for unit in units}
        cast("forms.ChoiceField", self.fields["unit"]).choices = [(unit.code, unit.name) for unit in units]
        cast("forms.ChoiceField", self.fields["grade"]).choices = [
            ("", zh("全部年级")),
            *((at, grade_label(at)) for at in range(1, 13)),
        ]


def units_of(account, day) -> list[Unit]:
    """The units whose rosters the account may take away: its own and, of offices, those directly below."""
    own = {
        s.unit.pk: s.unit for s in acting_seats(account, day) if s.role in (PostRole.REGISTRAR, PostRole.HEAD)
    }
    below = Unit.objects.filter(authority__in=own).exclude(pk__in=own).order_by("code")[:UNITS]
    return [*own.values(), *below]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def exports(request: SignedInRequest) -> HttpResponse:
    """The form and one's last exports; POST makes one, or has the worker make it."""
    known = desk.of(request)
    units = units_of(request.user, known.today)
    if not units:
        sentence = zh("名册由学校和主管部门的学籍管理员、负责人导出，你没有这个岗位。")
        told = Refusal("no_seat", sentence, making.CLAUSE)
        return refused_page(request, seating.no_seat(request.user, known.today, told), 403)
    form = ExportForm(units, request.POST if request.method == "POST" else None)
    refused: Refusal | None = None
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                return _asked(request, form, known)
            except Refused as error:
                refused = error.refusal
                status = {
                    "no_seat": 403,
                    "untrained": 403,
                    "school_closed": 403,
                    "running": 409,
                    "nobody": 409,
                    "too_many": 409,
                }.get(error.code, 422)
    rows = RosterExport.objects.visible_to(request.user, known.today).select_related("unit")
    shown = {
        "form": form,
        "rows": [_row(export) for export in rows[:LISTED]],
        "at_once": making.AT_ONCE,
        "refused": refusal_context(refused),
    }
    return render(request, "students/exports.html", shown, status=status)


def _asked(request: SignedInRequest, form: ExportForm, known) -> HttpResponse:
    said = dict(form.cleaned_data)
    unit = form.units.get(said.pop("unit"))
    export = making.ask(unit, request.user, known.now, **said)
    if export.state != Making.READY:
        messages.success(
            request,
            zh(
                "共 {export_total} 人，正在后台生成，可以离开这一页；完成后会通知你。",
                export_total=export.total,
            ),
        )
    return see_other(reverse("export", args=[export.number]))


def _row(export: RosterExport) -> dict:
    return {
        "number": export.number,
        "url": reverse("export", args=[export.number]),
        "unit": export.called("unit"),
        "total": export.total,
        "form": export.form,
        "numbers": zh("含完整学籍号") if export.numbers else zh("打码"),
        "asked": moment(export.asked_at),
        "state": export.get_state_display(),
        "tier": "state-good" if export.state == Making.READY else "",
    }


def _visible(request: SignedInRequest, number: str) -> RosterExport:
    rows = RosterExport.objects.visible_to(request.user, desk.of(request).today)
    return get_object_or_404(rows.select_related("unit", "asked_by__person"), number=number)


@never_cache
@require_safe
def show(request: SignedInRequest, number: str) -> HttpResponse:
    """One export: how far it is, the link to fetch it."""
    return export_page(request, _visible(request, number))


def export_page(request, export: RosterExport, refused: Refusal | None = None, status: int = 200):
    """The page with whatever the last act has to tell."""
    working = export.state in (Making.WAITING, Making.MAKING)
    until = moment(export.finished_at + making.KEPT) if export.finished_at else "—"
    shown = {
        "row": _row(export),
        "progress": {"label": export.get_state_display(), "done": export.done, "total": max(export.total, 1)}
        if working
        else None,
        "facts": [
            (zh("单位"), export.called("unit")),
            (zh("人数"), str(export.total)),
            (zh("学籍号"), zh("完整") if export.numbers else zh("打码")),
            *([(zh("用途"), dict(reveal.PURPOSES).get(export.purpose, ""))] if export.numbers else []),
            (zh("申请时间"), moment(export.asked_at)),
            (zh("文件保留到"), until if export.state == Making.READY else "—"),
        ],
        "file_url": reverse("export-file", args=[export.number])
        if making.fetch_refusal(export, request.user, desk.of(request).today) is None
        else "",
        "refused": refusal_context(refused),
    }
    return render(request, "students/export.html", shown, status=status)


@cache_control(private=True, no_store=True)
@require_safe
def file(request: SignedInRequest, number: str) -> HttpResponse:
    """The file, to its asker while the unit is the asker's."""
    export = _visible(request, number)
    try:
        data = making.fetch(export, request.user, desk.of(request).today)
    except Refused as error:
        return export_page(request, export, error.refusal, 409)
    kind = tables.XLSX if export.form == "xlsx" else "text/csv"
    return inert(data, kind, f"{export.number}.{export.form}", saved=True)
