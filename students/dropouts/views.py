"""Pages of 辍学标识 (R5.2): the list, the form at a pupil's, one mark with its report."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orgs.people.models import PostRole
from orgs.people.requests import SignedInRequest
from reviews.case_page.forms import PlainText
from reviews.case_page.proof_views import day_of, refused_page
from reviews.desk import context as desk
from reviews.vocabulary.refusals import refusal_context
from students.counter import sheet_pdf
from students.dropouts import marking, report
from students.dropouts.models import LIVE, Dropout, DropoutMark, Reason
from students.pupil.access import visible_pupil
from students.pupil.grades import grade_label
from web.clock import moment, spoken
from web.paging import pages_of
from web.redirects import see_other
from web.refusals import NO_POST, Refusal, Refused
from web.served import inert
from web.words import beside, zh

PAGE = 50
CLAUSE_SHOWN = {
    "text": zh("属于义务教育辍学的，应按照有关规定进行标识和书面报告。"),
    "note": zh(
        "辍学只作标识，学籍和学籍状态保留；学生返校后登记返校日期。离校超过三个月且联系不上的，另办“其他离校”。"
    ),
    "source": zh("教基一厅〔2016〕2号 附件1 第五条第2款"),
    "url": "/rules/#b1-5-2",
}
_TIERS: dict[str, str] = {
    Dropout.MARKED: "state-warn",
    Dropout.SIGNED: "state-warn",
    Dropout.SENT: "state-bad",
    Dropout.ENDED: "state-good",
}
_STATUS = dict.fromkeys((*NO_POST, "same_person"), 403) | dict.fromkeys(
    ("last_seen", "reason", "efforts", "sent_on", "sent_to", "ended_on"), 422
)


@never_cache
@require_safe
def show_list(request: SignedInRequest) -> HttpResponse:
    """Marks of the account's schools: those that live, or all."""
    known, tab = desk.of(request), "all" if request.GET.get("tab") == "all" else "live"
    rows = DropoutMark.objects.visible_to(request.user, known.today).select_related("student", "school")
    live = rows.filter(state__in=LIVE)
    page = Paginator(live if tab == "live" else rows, PAGE).get_page(request.GET.get("page"))
    shown = {
        "tabs": [
            {"url": "?tab=live", "label": zh("未返校"), "count": live.count(), "current": tab == "live"},
            {"url": "?tab=all", "label": zh("全部"), "count": rows.count(), "current": tab == "all"},
        ],
        "rows": [_row(found) for found in page],
        "clause": CLAUSE_SHOWN,
        "page": pages_of(page, f"&tab={tab}"),
    }
    return render(request, "students/dropouts.html", shown)


def _row(found: DropoutMark) -> dict:
    return {
        "number": found.number,
        "url": reverse("dropout", args=[found.number]),
        "name": found.student.name,
        "school": found.called("school"),
        "grade": grade_label(found.grade, found.school.school_system),
        "last": spoken(found.last_seen_on),
        "reason": found.get_reason_display(),
        "sent": spoken(found.sent_on) if found.sent_on else "—",
        "state": found.get_state_display(),
        "tier": _TIERS.get(found.state, ""),
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mark(request: SignedInRequest, key) -> HttpResponse:
    """The form at a pupil's; POST marks it and asks for the head's signature."""
    student, day = visible_pupil(request, key)
    known, refused, status = desk.of(request), None, 200
    barred = marking.mark_refusal(student, request.user, day)
    if barred is not None and barred.code in NO_POST:
        return refused_page(request, barred, 403)
    if request.method == "POST":
        try:
            found = marking.mark(
                student,
                request.user,
                known.now,
                last_seen_on=day_of(request.POST.get("last_seen_on", "")),
                reason=request.POST.get("reason", ""),
                efforts=PlainText().to_python(request.POST.get("efforts", "")),
            )
            messages.success(request, zh("已作辍学标识，等待本校负责人签核书面报告。学籍状态没有改变。"))
            return see_other(reverse("dropout", args=[found.number]))
        except Refused as error:
            refused, status = error.refusal, _STATUS.get(error.code, 409)
    typed = {name: request.POST.get(name, "")[:500] for name in ("last_seen_on", "reason", "efforts")}
    shown = {
        "student": student,
        "barred": refusal_context(barred) if refused is None else None,
        "reasons": Reason.choices,
        "typed": typed,
        "clause": CLAUSE_SHOWN,
        "refused": refusal_context(refused),
    }
    return render(request, "students/dropout_new.html", shown, status=status)


# ---------------------------------------------------------------- one mark


def visible(request: SignedInRequest, number: str) -> DropoutMark:
    """The mark when its school is in the account's scope; 404 otherwise."""
    rows = DropoutMark.objects.visible_to(request.user, desk.of(request).today)
    related = ("student__school", "school__authority", "marked_by__person", "signed_by__person")
    return get_object_or_404(rows.select_related(*related), number=number)


@never_cache
@require_safe
def show(request: SignedInRequest, number: str) -> HttpResponse:
    """One mark: what was said, who signed, when it was sent; what can be done now."""
    return mark_page(request, visible(request, number))


def mark_page(request, found: DropoutMark, refused: Refusal | None = None, status=200) -> HttpResponse:
    """The page with whatever the last act has to tell; what was typed stays."""
    day = desk.of(request).today

    def may(role: str) -> bool:
        return marking.refusal(found.keeper, request.user, role, day) is None

    keeps = may(PostRole.REGISTRAR)
    live, own = found.state in LIVE, not found.has_moved
    shown = {
        "row": _row(found),
        "facts": _facts(found),
        "may_sign": own and found.state == Dropout.MARKED and may(PostRole.HEAD),
        "may_drop": own and found.state == Dropout.MARKED and keeps,
        "may_send": own and found.state == Dropout.SIGNED and keeps,
        "may_end": live and keeps,
        "may_renew": live and keeps and not own,
        "renew_url": reverse("dropout-mark", args=[found.student.key]),
        "has_report": found.signed_by is not None,
        "typed": {name: request.POST.get(name, "")[:100] for name in ("sent_on", "sent_to", "ended_on")},
        "usual": found.school.authority.name if found.school.authority else "",
        "pupil_url": reverse("student-detail", args=[found.student.key])
        if found.student.school_id == found.school_id
        else "",
        "clause": CLAUSE_SHOWN,
        "refused": refusal_context(refused),
    }
    return render(request, "students/dropout.html", shown, status=status)


def _facts(found: DropoutMark) -> list[tuple[str, str]]:
    facts = [
        (zh("学生"), found.student.name),
        (zh("学校"), found.called("school")),
        (zh("年级"), grade_label(found.grade, found.school.school_system)),
        (zh("最后到校日期"), spoken(found.last_seen_on)),
        (zh("原因"), found.get_reason_display()),
        (zh("劝返经过"), found.efforts),
        (
            zh("填报"),
            beside(found.called("marked_by"), moment(found.marked_at)),
        ),
    ]
    if found.signed_by is not None and found.signed_at:
        facts.append(
            (
                zh("签核"),
                beside(found.called("signed_by"), moment(found.signed_at)),
            )
        )
    if found.sent_on:
        facts.append(
            (
                zh("书面报告"),
                zh("{day}报送{found_sent_to}", day=spoken(found.sent_on), found_sent_to=found.sent_to),
            )
        )
    if found.ended_on:
        facts.append((zh("返校"), spoken(found.ended_on)))
    return facts


@never_cache
@require_safe
def show_report(request: SignedInRequest, number: str) -> HttpResponse:
    """The report as PDF, once it is signed."""
    found, known = visible(request, number), desk.of(request)
    if found.signed_by is None:
        told_ = Refusal("unsigned", zh("书面报告由本校负责人签核后才能打印。"), marking.CLAUSE)
        return mark_page(request, found, told_, 409)
    try:
        data = report.draw(found, request.user, known.now)
    except sheet_pdf.GlyphMissing as error:
        return mark_page(request, found, Refusal("glyph", error.sentence, marking.CLAUSE), 409)
    return inert(data, "application/pdf", f"{found.number}.pdf")


@never_cache
@require_POST
def act(request: SignedInRequest, number: str, verb: str) -> HttpResponse:
    """Sign, note the sending, note the return, or take the mark back."""
    found, now = visible(request, number), desk.of(request).now
    acts = {
        "sign": lambda: marking.sign(found, request.user, now),
        "sent": lambda: marking.sent(
            found,
            request.user,
            now,
            on=day_of(request.POST.get("sent_on", "")),
            to=PlainText().to_python(request.POST.get("sent_to", "")),
        ),
        "returned": lambda: marking.returned(
            found, request.user, now, on=day_of(request.POST.get("ended_on", ""))
        ),
        "drop": lambda: marking.drop(found, request.user, now),
    }
    try:
        acts[verb]()
    except Refused as error:
        return mark_page(request, found, error.refusal, _STATUS.get(error.code, 409))
    messages.success(request, _DONE[verb])
    return see_other(reverse("dropout", args=[number]))


# Every verb has an address of its own.
_DONE = {
    "sign": zh("已签核，请打印书面报告、盖章后报送，并登记报送日期。"),
    "sent": zh("已登记报送。"),
    "returned": zh("已登记返校，标识结束。"),
    "drop": zh("已撤销标识。"),
}
VERBS = tuple(_DONE)
