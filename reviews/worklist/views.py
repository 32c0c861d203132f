"""The worklist and the search box."""

import secrets
from collections.abc import Iterable
from typing import cast
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from orgs.people.requests import SignedInRequest
from reviews.desk import context as desk
from reviews.desk.context import Desk
from reviews.faults import announcing as faults
from reviews.rulebook.countdown import SOON, spoken
from reviews.vocabulary.relations import Relation
from reviews.vocabulary.states import RUNNING, State
from reviews.worklist import search
from reviews.worklist.reading import Counts, counts, page
from reviews.worklist.rows import as_row
from reviews.worklist.tabs import AREA, DONE, DUE, FOUND, HANDLE, LABELS, PAGE, SIGN, STARTED, Filters, Place
from web.redirects import see_other
from web.words import joined, zh

_DAYS = (zh("星期一"), zh("星期二"), zh("星期三"), zh("星期四"), zh("星期五"), zh("星期六"), zh("星期日"))
_KEPT_SEARCHES = 3
_NOT_FOUND = zh(
    "在你的权限范围内没有找到符合的业务。请核对业务号、学籍号或姓名；也可以输入拼音或拼音首字母。"
)
_EMPTY = {
    HANDLE: (zh("没有待办理的业务"), zh("新的业务到达你单位后会出现在这里，并在“通知”中提醒。")),
    SIGN: (zh("没有待核办的业务"), zh("学籍管理员办理后，业务会出现在这里等待负责人核办。")),
    STARTED: (zh("没有在办的申请"), zh("学生要转入本校时，由学籍管理员发起转学；办结的业务在“已办”中。")),
    DONE: (zh("还没有办过业务"), zh("你办理或核办过、已转给其他单位或已结束的业务会列在这里。")),
    DUE: (zh("没有即将到期的业务"), zh("{soon} 个工作日内到期和已逾期的业务会列在这里。", soon=SOON)),
    AREA: (zh("辖区内没有在办的业务"), zh("辖区内学校发起、尚未结束的业务会列在这里。")),
    FOUND: (zh("没有找到"), _NOT_FOUND),
}


@never_cache
@require_safe
def show(request: SignedInRequest) -> HttpResponse:
    """The cases of one tab, the most pressing first."""
    known = desk.of(request)
    place, filters = Place.of(request.user, known.today), Filters.read(request.GET)
    tab = filters.tab if filters.tab in place.tabs() else place.first_tab
    return render(request, "reviews/case_list.html", _listing(known, place, tab, filters))


@never_cache
@sensitive_post_parameters("q")
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: SignedInRequest) -> HttpResponse:
    """Look for what was typed; a number that names one case goes straight to it.

    By POST, so that nothing typed stands in an address, a log or the history of a shared machine.
    """
    if request.method != "POST":
        return redirect("worklist")
    known, text = desk.of(request), request.POST.get("q", "")
    found = search.find(text, request.user, known)
    if found.number:
        return see_other(f"/cases/{found.number}/")
    if found.ids:
        return see_other(f"/search/{_keep(request, found)}/")
    place = Place.of(request.user, known.today)
    context = _listing(known, place, FOUND, Filters(), ids=[])
    context |= {"summary": "", "search_text": search.may_be_shown(text)}
    return render(request, "reviews/case_list.html", context)


def _keep(request: SignedInRequest, found: search.Found) -> str:
    """Remember the ids of a result for this session only, under a key that says nothing."""
    key = secrets.token_urlsafe(6)
    kept = dict(list(request.session.get("searches", {}).items())[-(_KEPT_SEARCHES - 1) :])
    request.session["searches"] = kept | {key: [found.ids, found.more]}
    return key


@never_cache
@require_safe
def show_found(request: SignedInRequest, key: str) -> HttpResponse:
    """The result of a search of this session."""
    ids, more = request.session.get("searches", {}).get(key, (None, False))
    if ids is None:
        messages.warning(request, zh("搜索结果已过期，请重新搜索。"))
        return redirect("worklist")
    known = desk.of(request)
    place = Place.of(request.user, known.today)
    context = _listing(known, place, FOUND, Filters.read(request.GET), ids=ids)
    context["summary"] = zh("找到 {count} 件", count=len(ids))
    if more:
        context["summary"] = zh(
            "只列出前 {search_most} 件，请输入更完整的姓名或拼音", search_most=search.MOST
        )
    return render(request, "reviews/case_list.html", context)


# ---------------------------------------------------------------- what the page says


def _listing(known: Desk, place: Place, tab: str, filters: Filters, ids: list[int] | None = None) -> dict:
    counted = counts(place, known, tab, filters, ids)
    start = (filters.page - 1) * PAGE
    if counted.found is not None and start >= counted.found:
        start = max((counted.found - 1) // PAGE * PAGE, 0)
    cases = page(place, known, tab, filters, start, ids)
    rows = [as_row(case, known, place, tab) for case in cases[:PAGE]]
    bulk = tab == SIGN and any(row["checkbox"] for row in rows)
    return {
        "today": zh("今天 {day} {weekday}", day=spoken(known.today), weekday=_DAYS[known.today.weekday()]),
        "summary": _summary(counted),
        "fault_banner": faults.banner(known.faulty, place.seats),
        "actions": [{"label": zh("发起转学"), "url": "/transfers/new/", "primary": True}]
        if place.starts
        else [],
        "heading": zh("搜索结果") if tab == FOUND else zh("待办"),
        "tabs": _tabs(place, counted, tab),
        "tab": tab,
        "filters": [] if tab == FOUND else _filters(filters, counted),
        "toggles": [{"name": "overdue", "label": zh("只看逾期"), "checked": filters.overdue}]
        if tab != FOUND
        else [],
        "hidden": [{"name": "tab", "value": tab}],
        "clear_url": f"/worklist/?tab={tab}" if filters.narrow else "",
        "order": zh("最近办理的在前") if tab == DONE else zh("按剩余工作日从少到多排序"),
        "rows": rows,
        "bulk": {"url": "/worklist/bulk/", "label": zh("核对并批量同意…"), "next": ""} if bulk else None,
        "page": _pages(tab, filters, counted.found, start, len(rows), len(cases) > PAGE),
        "empty": _empty(tab, filters, place),
    }


def _summary(counted: Counts) -> str:
    told = [zh("有 {counted_overdue} 件已逾期", counted_overdue=counted.overdue)] if counted.overdue else []
    soon = counted.tabs.get(DUE, 0) - counted.overdue
    if soon > 0:
        told.append(
            zh(
                "{part}{soon} 件在 {soon2} 个工作日内到期",
                part=zh("另 ") if told else zh("有 "),
                soon=soon,
                soon2=SOON,
            )
        )
    return joined("，", told)


def _tabs(place: Place, counted: Counts, current: str) -> list[dict]:
    listed = []
    for name in place.tabs():
        count: int | str = counted.tabs.get(name, "")
        if name == DUE:
            count = cast(int, count) - counted.overdue or ("" if counted.overdue else 0)
        alert = (
            zh("逾期 {counted_overdue}", counted_overdue=counted.overdue)
            if name == DUE and counted.overdue
            else ""
        )
        tab = {"key": name, "label": LABELS[name], "count": count, "alert": alert, "current": name == current}
        listed.append(tab | {"url": f"/worklist/?tab={name}"})
    return listed


def _filters(filters: Filters, counted: Counts) -> list[dict]:
    stages = [(str(stage), State(stage).label) for stage in (*RUNNING, State.AWAITING_FILE)]
    places = counted.places
    if filters.unit and str(filters.unit) not in dict(places):
        places = [*places, (str(filters.unit), zh("已选地区"))]
    return [
        _choice("stage", zh("环节"), zh("全部环节"), stages, filters.stage),
        _choice("unit", zh("地区"), zh("全部地区"), places, str(filters.unit or "")),
        _choice("relation", zh("双方关系"), zh("省内和跨省"), Relation.choices, filters.relation),
    ]


def _choice(name: str, label: str, everything: str, options: Iterable[tuple[str, str]], chosen: str) -> dict:
    listed = [{"value": value, "label": text, "selected": value == chosen} for value, text in options]
    first = {"value": "", "label": everything, "selected": not chosen}
    return {"name": name, "label": label, "options": [first, *listed]}


def _pages(tab: str, filters: Filters, total: int | None, start: int, shown: int, more: bool) -> dict:
    told = (
        zh("第 {count}–{count2} 件", count=start + 1, count2=start + shown)
        if shown > 1
        else zh("第 {count} 件", count=start + 1)
        if shown
        else ""
    )
    if shown and total is not None:
        told += zh("，共 {total} 件", total=total)
    at = start // PAGE + 1

    def address(page: int) -> str:
        asked = {} if tab == FOUND else {"tab": tab, **filters.narrow}
        return "?" + urlencode(asked | {"page": page})

    return {
        "text": zh("{told}。", told=told) if told else "",
        "previous_url": address(at - 1) if at > 1 else "",
        "next_url": address(at + 1) if more else "",
    }


def _empty(tab: str, filters: Filters, place: Place) -> dict:
    if not place.seats:
        text = zh(
            "业务由学籍管理员和负责人办理，你现在没有这两种岗位；需要时请联系本单位或上级的系统管理员设置。"
        )
        manages = place.account.is_staff
        return {
            "title": zh("没有办理业务的岗位"),
            "text": text,
            "label": zh("系统管理") if manages else zh("看通知"),
            "url": "/admin/" if manages else "/notices/",
        }
    if filters.narrow:
        url = f"/worklist/?tab={tab}"
        return {
            "title": zh("没有符合筛选的业务"),
            "text": zh("换个条件，或清除筛选。"),
            "label": zh("清除筛选"),
            "url": url,
        }
    title, text = _EMPTY[tab]
    if tab == FOUND:  # a pupil without a case is in the roster
        return {"title": title, "text": text, "label": zh("到学生名册查找"), "url": "/students/"}
    starts = place.starts and tab in (HANDLE, STARTED)
    return {
        "title": title,
        "text": text,
        "label": zh("发起转学") if starts else "",
        "url": "/transfers/new/" if starts else "",
    }
