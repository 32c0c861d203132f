"""Pages of the monthly bulletin (R3.7b): list, one bulletin, reply, publication, paper, workbook."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from orgs.people import scope
from orgs.people.requests import SignedInRequest
from reviews.case_page.forms import PlainText
from reviews.desk import context as desk
from reviews.vocabulary.refusals import refusal_context
from students.bulletins import figures, paper, publishing, recounting, showing
from students.bulletins.drafting import CLAUSE
from students.bulletins.models import Bulletin, BulletinLine, BulletinState
from students.counter import sheet_pdf
from web.clock import local_date, moment, spoken
from web.paging import pages_of
from web.redirects import see_other
from web.refusals import Refusal, Refused
from web.served import inert
from web.words import beside, zh

PAGE = 24
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CLAUSE_SHOWN = {
    "text": zh("除寒暑假外，未在10个工作日内完成核办的责任单位将被记录并纳入月度通报。"),
    "source": zh("教基一厅〔2016〕2号 附件1 第三条第7款"),
    "url": "/rules/#b1-3-7",
}
_TIERS: dict[str, str] = {
    BulletinState.REPLIES: "state-warn",
    BulletinState.PROPOSED: "state-info",
    BulletinState.PUBLISHED: "state-good",
}
_STATUS = {"no_seat": 403, "reply": 422, "reason": 422, "number_in_text": 422}


@never_cache
@require_safe
def show_list(request: SignedInRequest) -> HttpResponse:
    """Bulletins that the account may read, the latest first."""
    rows = Bulletin.objects.visible_to(request.user, desk.of(request).today).select_related("province")
    page = Paginator(rows.defer("inputs"), PAGE).get_page(request.GET.get("page"))
    shown = {"rows": [_row(found) for found in page], "page": pages_of(page), "clause": CLAUSE_SHOWN}
    return render(request, "students/bulletins.html", shown)


def _row(found: Bulletin) -> dict:
    published = found.state == BulletinState.PUBLISHED
    return {
        "url": reverse("bulletin", args=[found.number]),
        "number": found.number,
        "province": found.province_name,
        "month": zh(
            "{month_year}年{month_month}月", month_year=found.month.year, month_month=found.month.month
        ),
        "state": found.get_state_display(),
        "tier": _TIERS[found.state],
        "until": spoken(found.reply_until),
        "published": spoken(local_date(found.published_at)) if published and found.published_at else "—",
    }


def visible(request: SignedInRequest, number: str) -> Bulletin:
    """The bulletin when the account may read it; 404 otherwise."""
    rows = Bulletin.objects.visible_to(request.user, desk.of(request).today)
    return get_object_or_404(rows.select_related("province", "proposed_by__person"), number=number)


@never_cache
@require_safe
def show(request: SignedInRequest, number: str) -> HttpResponse:
    """One bulletin; before its publication a unit sees the lines of its own only."""
    return bulletin_page(request, visible(request, number))


def bulletin_page(
    request, found: Bulletin, refused: Refusal | None = None, status: int = 200
) -> HttpResponse:
    """The page with whatever the last act has to tell; what was typed stays."""
    day = desk.of(request).today
    came, typed = request.resolver_match.url_name, request.POST.get("reason", "")[:200]
    lines = readable(request, found)
    whole = next((line for line in lines if line.unit_id == found.province_id), None)
    shown = {
        "row": _row(found),
        "title": found.title,
        "paragraphs": showing.paragraphs(found, whole) if whole else [],
        "head": showing.HEAD,
        "hints": showing.HINTS,
        "sections": [_section(part, request.user, day, request.POST) for part in showing.sections(lines)],
        "bars": showing.bars(lines, "league") or showing.bars(lines, "county"),
        "signed": showing.signed(found),
        "digest": found.digest,
        "unanswered": publishing.unanswered(found) if whole and found.state == BulletinState.REPLIES else 0,
        "may_publish": publishing.publish_refusal(found, request.user, day) is None,
        "may_propose": publishing.propose_refusal(found, request.user, day) is None,
        "proposed": _proposed(found) if whole else "",
        "returned": found.return_reason if whole else "",
        "may_recount": recounting.refusal(found, request.user, day) is None,
        "typed_return": typed if came == "bulletin-return" else "",
        "typed_recount": typed if came == "bulletin-recount" else "",
        "barred": _barred(found, request.user, day),
        "may_print": whole is not None,
        "clause": CLAUSE_SHOWN,
        "refused": refusal_context(refused),
    }
    return render(request, "students/bulletin.html", shown, status=status)


def _barred(found: Bulletin, account, day) -> str:
    """What the province's two people wait for."""
    waits = (publishing.propose_refusal(found, account, day), publishing.publish_refusal(found, account, day))
    told = (
        refused.sentence for refused in waits if refused and refused.code in ("replies_run", "not_proposed")
    )
    return next(told, "")


def _proposed(found: Bulletin) -> str:
    if found.proposed_at is None:
        return ""
    return zh("{name}于{at}拟发。", name=found.called("proposed_by"), at=moment(found.proposed_at))


def readable(request: SignedInRequest, found: Bulletin) -> list[BulletinLine]:
    """All lines of a published one, or for the province and those above; else those of the units one sits at."""
    lines = showing.lines_of(found)
    if found.state == BulletinState.PUBLISHED or _above(request, found):
        return lines
    own = scope.own_units(request.user, desk.of(request).today)
    return [line for line in lines if line.unit_id in own]


def _above(request: SignedInRequest, found: Bulletin) -> bool:
    day = desk.of(request).today
    return any(found.province.path.startswith(path) for path in scope.paths(request.user, day))


def _section(part: dict, account, day, typed) -> dict:
    rows = []
    for line in part["lines"]:
        mine = publishing.reply_refusal(line, account, day) is None
        rows.append(
            {
                "pk": line.pk,
                "cells": showing.cells(line),
                "bad": figures.is_named(line.figures),
                "reply": line.reply,
                "replied": beside(line.called("reply_by"), moment(line.reply_at)) if line.reply_at else "",
                "may_reply": mine,
                "typed": typed.get("reply", "")[:500] if typed.get("line") == str(line.pk) else line.reply,
            }
        )
    return {"label": part["label"], "rows": rows, "id": f"part-{part['level']}"}


@never_cache
@require_POST
def reply(request: SignedInRequest, number: str) -> HttpResponse:
    """What a unit says to its figures."""
    found, now = visible(request, number), desk.of(request).now
    pk = request.POST.get("line", "")
    line = next((one for one in readable(request, found) if str(one.pk) == pk), None)
    if line is None:
        return bulletin_page(request, found, Refusal("line", zh("请在本单位的一行里填写说明。"), CLAUSE), 422)
    line.bulletin = found
    try:
        publishing.reply(line, request.user, now, PlainText().to_python(request.POST.get("reply", "")))
    except Refused as error:
        return bulletin_page(request, found, error.refusal, _STATUS.get(error.code, 409))
    messages.success(request, zh("说明已提交，与数据一并公布；截止前可以修改。"))
    return see_other(reverse("bulletin", args=[number]))


def _acted(request: SignedInRequest, number: str, act, sentence: str) -> HttpResponse:
    """The page with the refusal, or the act done and told."""
    found = visible(request, number)
    try:
        act(found, request.user, desk.of(request).now)
    except Refused as error:
        return bulletin_page(request, found, error.refusal, _STATUS.get(error.code, 409))
    messages.success(request, sentence)
    return see_other(reverse("bulletin", args=[number]))


@never_cache
@require_POST
def propose(request: SignedInRequest, number: str) -> HttpResponse:
    """The province's registrar lays it before the head."""
    return _acted(request, number, publishing.propose, zh("已拟发，等候本单位负责人发布。"))


@never_cache
@require_POST
def give_back(request: SignedInRequest, number: str) -> HttpResponse:
    """The head gives it back, for a reason."""
    reason = PlainText().to_python(request.POST.get("reason", ""))

    def act(found, by, now):
        publishing.give_back(found, by, now, reason)

    return _acted(request, number, act, zh("已退回本单位学籍管理员。"))


@never_cache
@require_POST
def publish(request: SignedInRequest, number: str) -> HttpResponse:
    """The province's head publishes."""
    return _acted(request, number, publishing.publish, zh("通报已发布，内容从此不能更改。"))


@never_cache
@require_POST
def recount(request: SignedInRequest, number: str) -> HttpResponse:
    """The province's head has the draft counted anew."""
    found, reason = visible(request, number), PlainText().to_python(request.POST.get("reason", ""))
    try:
        changed = recounting.recount(found, request.user, desk.of(request).now, reason)
    except Refused as error:
        return bulletin_page(request, found, error.refusal, _STATUS.get(error.code, 409))
    messages.success(
        request,
        zh("已重新统计，{changed} 个单位的数据有变，已通知相关单位，说明期限随之顺延。", changed=changed),
    )
    return see_other(reverse("bulletin", args=[number]))


@never_cache
@require_safe
def show_pdf(request: SignedInRequest, number: str) -> HttpResponse:
    """On paper, for those who may read all of it."""
    found = visible(request, number)
    if refused := _whole_refusal(request, found):
        return bulletin_page(request, found, refused, 403)
    try:
        data = paper.draw(found, request.user, desk.of(request).now)
    except sheet_pdf.GlyphMissing as error:
        return bulletin_page(request, found, Refusal("glyph", error.sentence, CLAUSE), 409)
    return inert(data, "application/pdf", f"{found.number}.pdf")


@never_cache
@require_safe
def show_xlsx(request: SignedInRequest, number: str) -> HttpResponse:
    """As a workbook, for those who may read all of it."""
    found = visible(request, number)
    if refused := _whole_refusal(request, found):
        return bulletin_page(request, found, refused, 403)
    return inert(paper.workbook(found), _XLSX, f"{found.number}.xlsx", saved=True)


def _whole_refusal(request: SignedInRequest, found: Bulletin) -> Refusal | None:
    if found.state == BulletinState.PUBLISHED or _above(request, found):
        return None
    return Refusal("draft", zh("通报还没有发布，现在只能看本单位的数据。"), CLAUSE)
