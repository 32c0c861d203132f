"""The API as a whole: its addresses, what every exception is answered with, what every operation documents."""

from typing import Any, cast

from django.core.exceptions import PermissionDenied as DjangoDenied
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFilesSent
from django.http import Http404, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework import exceptions, routers
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView, set_rollback

from ledger.api import problem
from ledger.idempotency import KeyReused
from orgs.directory import api as orgs
from reviews.case_page import api as reviews
from reviews.refusal_register import api as wall
from reviews.rulebook_pages.api import Routes
from students.admission.late.api import LateMonths
from students.bulletins.api import Bulletins
from students.changes.api import Changes
from students.classes import api as students
from students.pupil.identity import IdentityError
from students.pupil.records import TooManyMisses
from students.record.api import Records
from tickets.forms.api import Tickets
from transfers.graduating.api import Graduating
from transfers.moving import api as transfers
from transfers.moving import look_up_api as api_look_up
from transfers.offline import api as offline
from transfers.possible.api import Possible
from transfers.recruiting.api import Recruited
from web.refusals import Refused
from xueji.errors import trouble_of

# A refusal that is about what was sent, not about the case. All others are 409.
_STATUS = {
    "proof_large": 413,
    "proof_format": 415,
    "proof_unreadable": 400,
    "proof_pixels": 400,
    "proof_missing": 400,
    "upload_broken": 400,
}
_SENTENCES = {
    exceptions.NotAuthenticated: ("sign_in", "请先登录，或在请求头 Authorization 中写明“Token 令牌”。"),
    exceptions.NotFound: ("not_found", "没有找到，或不在你的办理范围内。"),
    Http404: ("not_found", "没有找到，或不在你的办理范围内。"),
    DjangoDenied: ("forbidden", "你没有做这件事的岗位。"),
    exceptions.MethodNotAllowed: ("method", "这个地址不接受这种请求方法，请对照 /api/docs/。"),
    exceptions.NotAcceptable: ("format", "只提供 JSON 格式的答复，请改正请求头 Accept。"),
    exceptions.UnsupportedMediaType: (
        "media_type",
        "请求内容的格式不对：请用 JSON；证明照片用 multipart/form-data。",
    ),
    RequestDataTooBig: ("too_large", "请求内容太大，没有接收；请缩小后再发送。"),
    TooManyFilesSent: ("too_large", "一次最多上传 6 张照片，请分次上传。"),
    MultiPartParserError: ("upload_broken", "上传的内容不完整，请检查网络后重新发送。"),
    UnreadablePostError: ("upload_broken", "上传的内容不完整，请检查网络后重新发送。"),
    SuspiciousOperation: ("invalid", "请求内容不合规，没有接收；请检查后重新发送。"),
}


def answer(error: Exception, context: dict) -> Response | None:
    """The one place where an exception becomes an answer. ``None`` for an error of ours, which is logged as one."""
    set_rollback()
    if isinstance(error, Refused):
        return problem(error.code, error.sentence, _STATUS.get(error.code, 409), error.clause)
    if isinstance(error, KeyReused):
        return problem("key_reused", error.sentence, 409)
    if isinstance(error, IdentityError):
        return problem("identity", error.sentence, 400, error.clause, {"number": [error.sentence]})
    if isinstance(error, TooManyMisses):
        return problem("too_many", error.sentence, 429, "附件1 三.1")
    trouble = trouble_of(error)
    if trouble is not None:
        return _waiting(problem(trouble.code, trouble.sentence, trouble.status), trouble.status == 503 and 60)
    if isinstance(error, exceptions.ValidationError):
        return _invalid(error, context)
    if isinstance(error, exceptions.Throttled):
        seconds = max(1, round(cast(Any, error).wait or 60))
        return _waiting(problem("too_many", f"请求太频繁，请在 {seconds} 秒后再试。", 429), seconds)
    return _known(error, context)


def _known(error: Exception, context: dict) -> Response | None:
    """Exceptions of Django and of the framework, which bring a status of their own and English words."""
    status = getattr(error, "status_code", None)
    if status is None:
        status = next((s for kind, s in _STATUSES if isinstance(error, kind)), None)
    if status is None:
        return None
    own = next((told for kind, told in _SENTENCES.items() if isinstance(error, kind)), None)
    said = cast(Any, error)  # what has no sentence of ours is the framework's, with a detail
    code, sentence = own or (getattr(said.detail, "code", "invalid"), str(said.detail))
    if sentence.startswith("CSRF Failed"):
        code, sentence = "csrf", "缺少或不符合的 CSRF 令牌：用会话登录时，请在请求头 X-CSRFToken 中带上。"
    response = problem(code, sentence, status)
    header = getattr(error, "auth_header", None)
    if header:
        response["WWW-Authenticate"] = header
    if isinstance(error, exceptions.MethodNotAllowed):
        response["Allow"] = ", ".join(context["view"].allowed_methods)
    return response


_STATUSES = (
    (Http404, 404),
    (DjangoDenied, 403),
    (RequestDataTooBig, 413),
    (TooManyFilesSent, 413),
    (MultiPartParserError, 400),
    (UnreadablePostError, 400),
    (SuspiciousOperation, 400),
)


def _waiting(response: Response, seconds: int | bool) -> Response:
    if seconds:
        response["Retry-After"] = str(int(seconds))
    return response


def _invalid(error: exceptions.ValidationError, context: dict) -> Response:
    """400 with the first sentence in front and all of them by field."""
    fields: dict[str, list[str]] = {}
    codes = error.get_codes()
    _flatten(error.detail, "", fields)
    name, told = next(iter(fields.items()), ("", ["请求内容不对，请检查后重新发送。"]))
    unknown = isinstance(codes, dict) and "unknown_field" in str(codes)
    sentence = f"“{name}”：{told[0]}" if name and name != "non_field_errors" else told[0]
    if not sentence.endswith("。"):
        sentence += "。"
    return problem("unknown_field" if unknown else "invalid", sentence, 400, "", fields)


def _flatten(detail, name: str, found: dict[str, list[str]]) -> None:
    if isinstance(detail, dict):
        for key, value in detail.items():
            _flatten(value, f"{name}.{key}" if name else str(key), found)
    elif isinstance(detail, list) and any(isinstance(part, dict | list) for part in detail):
        for at, part in enumerate(detail):
            _flatten(part, f"{name}[{at}]", found)
    else:
        parts = detail if isinstance(detail, list) else [detail]
        found.setdefault(name or "non_field_errors", []).extend(str(part) for part in parts)


# ---------------------------------------------------------------- documentation

_PROBLEMS = {
    "400": "请求内容不对：code、sentence 和各字段的一句话。",
    "401": "没有登录，或令牌无效。",
    "403": "没有这个岗位，或还没有核验动态验证码。",
    "404": "没有找到，或不在你的办理范围内（两者不作区分）。",
    "409": "不能办：一句话和依据的条款；或记录正由他人办理（busy）。",
    "429": "请求太频繁。",
    "503": "数据库暂时连接不上。",
}


def document_problems(result: dict, generator, request, public) -> dict:
    """Every operation names every problem it may answer with; what it says itself stays."""
    shape = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operations in result.get("paths", {}).values():
        for operation in operations.values():
            for status, description in _PROBLEMS.items():
                told = {"description": description, "content": shape}
                operation["responses"].setdefault(status, told)
            operation["responses"] = dict(sorted(operation["responses"].items()))
    return result


class Documentation(SpectacularSwaggerSplitView):
    """The document to read and to try out, without inline script or style: the strict policy stays as it is."""

    template_name = "xueji/api_docs.html"
    title = "接口文档"


class Nowhere(APIView):
    """Every address under /api/v1/ that does not exist."""

    permission_classes = (AllowAny,)
    authentication_classes = ()

    def http_method_not_allowed(self, request, *args, **kwargs):
        """404 as a problem, whatever the method."""
        return problem("not_found", "没有这个地址；请对照 /api/docs/，并注意地址以“/”结尾。", 404)

    options = http_method_not_allowed


def _routes() -> list:
    router = routers.SimpleRouter()
    router.register("me", orgs.Me, "api-me")
    router.register("tokens", orgs.Tokens, "api-tokens")
    router.register("units", orgs.Units, "api-units")
    router.register("worklist", reviews.Worklist, "api-worklist")
    router.register("cases", transfers.Cases, "api-cases")
    router.register("refusals", wall.Refusals, "api-refusals")
    router.register("appeals", wall.Appeals, "api-appeals")
    router.register("look-up", api_look_up.LookUp, "api-look-up")
    router.register("transfer-reasons", transfers.Reasons, "api-transfer-reasons")
    router.register("faults", offline.Faults, "api-faults")
    router.register("offline-transfers", offline.OfflineTransfers, "api-offline-transfers")
    router.register("classes", students.Classes, "api-classes")
    router.register("changes", Changes, "api-changes")
    router.register("records", Records, "api-records")
    router.register("calendar", reviews.CalendarCounter, "api-calendar")
    router.register("windows", reviews.Windows, "api-windows")
    router.register("routes", Routes, "api-routes")
    router.register("graduating", Graduating, "api-graduating")
    router.register("possible", Possible, "api-possible")
    router.register("tickets", Tickets, "api-tickets")
    router.register("bulletins", Bulletins, "api-bulletins")
    router.register("late-months", LateMonths, "api-late-months")
    router.register("recruitment", Recruited, "api-recruitment")
    return router.urls


urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", Documentation.as_view(url_name="schema"), name="api-docs"),
    path("v1/", include(_routes())),
    re_path(r"^v1/.*$", Nowhere.as_view()),
]
