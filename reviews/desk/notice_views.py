"""What the program told an account: newest first, read when opened."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from orgs.people.requests import SignedInRequest
from reviews.desk import context as desk
from reviews.notices.models import Notice
from web import clock
from web.redirects import see_other
from web.words import zh

PAGE = 25


@never_cache
@require_safe
def show(request: SignedInRequest) -> HttpResponse:
    """The account's notices, unread ones marked; ``?unread=1`` shows only these."""
    unread_only = request.GET.get("unread") == "1"
    rows = Notice.objects.filter(account=request.user).order_by("-id")
    if unread_only:
        rows = rows.filter(read_at__isnull=True)
    page = Paginator(rows.values("pk", "text", "created_at", "read_at"), PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "notices": [_row(notice) for notice in page.object_list],
        "unread_count": desk.of(request).unread,
        "unread_only": unread_only,
        "page": _pages(page, unread_only),
    }
    return render(request, "reviews/notice_list.html", context)


def _row(notice: Mapping[str, Any]) -> dict:
    return {
        "url": f"/notices/{notice['pk']}/",
        "text": notice["text"],
        "at": clock.moment(notice["created_at"]),
        "unread": notice["read_at"] is None,
    }


def _pages(page: Page, unread_only: bool) -> dict:
    more = "unread=1&" if unread_only else ""
    shown = zh(
        "第 {start_index}–{end_index} 条，共 {paginator_count} 条。",
        start_index=page.start_index(),
        end_index=page.end_index(),
        paginator_count=page.paginator.count,
    )
    return {
        "text": shown if page.paginator.count else "",
        "previous_url": f"?{more}page={page.previous_page_number()}" if page.has_previous() else "",
        "next_url": f"?{more}page={page.next_page_number()}" if page.has_next() else "",
    }


@never_cache
@require_safe
def open_notice(request: SignedInRequest, pk: int) -> HttpResponse:
    """Mark one notice read and go to its case, or to what else it is about."""
    notice = get_object_or_404(Notice.objects.select_related("case"), pk=pk, account=request.user)
    Notice.objects.filter(pk=notice.pk, read_at__isnull=True).update(read_at=clock.now())
    return redirect(f"/cases/{notice.case.number}/" if notice.case else notice.link or "/notices/")


@require_POST
def mark_all_read(request: SignedInRequest) -> HttpResponse:
    """Nothing left unread."""
    rows = Notice.objects.filter(account=request.user, read_at__isnull=True)
    messages.success(request, zh("已将 {update} 条通知标为已读。", update=rows.update(read_at=clock.now())))
    return see_other("/notices/")
