"""When the database cannot: a lock waited for too long is 409, no database is 503, each with its sentence.

One mapping for pages and API. Whatever is raised inside a view comes through :class:`DatabaseTrouble`; what is raised
further out (the session could not be read) reaches Django's last handler, :func:`server_error`.
"""

import json
import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import requires_csrf_token

from web.words import zh

log = logging.getLogger(__name__)

# lock_not_available, deadlock_detected, serialization_failure: someone else was at it, nothing was written.
_BUSY = {"55P03", "40P01", "40001"}
_API = "/api/v1/"


@dataclass(frozen=True)
class Trouble:
    """What to answer: a status, a stable code, a sentence."""

    status: int
    code: str
    sentence: str


BUSY = Trouble(409, "busy", zh("这条记录正由其他人办理，等候超时，什么都没有改动；请稍等片刻再试。"))
AWAY = Trouble(503, "unavailable", zh("数据库暂时连接不上或太忙，什么都没有改动；请过一两分钟再试。"))
BROKEN = Trouble(500, "broken", zh("系统出错，什么都没有改动；请稍后再试，仍不行时请告诉系统管理员。"))

# What the web server answers in place of the program (xueji/web_worker.py).
_UNREAD = {
    408: ("too_slow", zh("这次提交没有在规定时间内传完，什么都没有改动；请检查网络后重新提交。")),
    413: (
        "too_large",
        zh(
            "这次提交超过 14 MB，没有收下，什么都没有改动；请缩小文件或分几次提交（照片每张 2 MB，一次 6 张）。"
        ),
    ),
    431: ("too_long", zh("地址或浏览器附带的内容太长，没有处理；请清除本站的浏览记录后从首页重新进入。")),
    500: (BROKEN.code, BROKEN.sentence),
    501: ("not_understood", zh("系统没有看懂这次提交的传送方式，什么都没有改动；请换一个浏览器重新提交。")),
}
# Needs nothing but itself: no template, no style sheet, no translation.
_PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>请求有误 · 学籍转学办理</title></head>
<body><h1>请求有误</h1><p>{sentence}</p><p><a href="/">回到待办</a></p></body></html>
"""
_NOT_UNDERSTOOD = ("not_understood", zh("系统没有看懂这次提交，什么都没有改动；请从首页重新进入后提交。"))


def unread(status: int, path: str) -> tuple[str, bytes]:
    """Content type and body for a request that never reached a view: too slow, too large, not understood."""
    code, sentence = _UNREAD.get(status, _NOT_UNDERSTOOD)
    if path.startswith(_API):
        body = {"code": code, "sentence": sentence, "clause": ""}
        return "application/json", json.dumps(body, ensure_ascii=False).encode()
    return "text/html; charset=utf-8", _PAGE.format(sentence=sentence).encode()


def trouble_of(error: BaseException | None) -> Trouble | None:
    """What a database error means for the one who asked; ``None`` for an error of ours."""
    if not isinstance(error, OperationalError | InterfaceError):
        return None
    state = getattr(error.__cause__, "sqlstate", None)
    found = BUSY if state in _BUSY else AWAY
    log.warning("database: %s, answered %s", state or type(error).__name__, found.status)
    return found


class DatabaseTrouble:
    """Answers for a page whose view met a lock or lost the database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page (or problem) in place of the error."""
        found = trouble_of(error)
        return answer(request, found) if found else None


class OnlySent:
    """Says in words that nothing can be opened at an address that only takes what is sent: who reloads the answer to
    a form would see the browser's own page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or request.method != "GET" or request.path.startswith(_API):
            return response
        page = render(request, "405.html", status=405)
        page["Allow"] = response["Allow"]
        return page


def answer(request: HttpRequest, found: Trouble) -> HttpResponse:
    """The trouble as JSON to a program and to a script, as a page to a reader."""
    wants_json = request.path.startswith(_API) or request.headers.get("x-requested-with") == "XMLHttpRequest"
    if wants_json:
        body = {"code": found.code, "sentence": found.sentence, "clause": ""}
        response: HttpResponse = JsonResponse(
            body, status=found.status, json_dumps_params={"ensure_ascii": False}
        )
    else:
        response = render(request, f"{found.status}.html", {"sentence": found.sentence}, status=found.status)
    if found.status == AWAY.status:
        response["Retry-After"] = "60"
    return response


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """Django's last handler; it is called while the error is still being handled."""
    return answer(request, trouble_of(sys.exc_info()[1]) or BROKEN)
