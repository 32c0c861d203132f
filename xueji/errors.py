"""When the database cannot: a lock waited for too long is 409, no database is 503, each with its sentence.

One mapping for pages and API. Whatever is raised inside a view comes through :class:`DatabaseTrouble`; what is raised
further out (the session could not be read) reaches Django's last handler, :func:`server_error`.
"""

import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import requires_csrf_token

from ledger.words import zh

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


def answer(request: HttpRequest, found: Trouble) -> HttpResponse:
    """The trouble as JSON to a program and to a script, as a page to a reader."""
    wants_json = request.path.startswith(_API) or request.headers.get("x-requested-with") == "XMLHttpRequest"
    if wants_json:
        body = {"code": found.code, "sentence": found.sentence, "clause": ""}
        response = JsonResponse(body, status=found.status, json_dumps_params={"ensure_ascii": False})
    else:
        response = render(request, f"{found.status}.html", {"sentence": found.sentence}, status=found.status)
    if found.status == AWAY.status:
        response["Retry-After"] = "60"
    return response


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """Django's last handler; it is called while the error is still being handled."""
    return answer(request, trouble_of(sys.exc_info()[1]) or BROKEN)
