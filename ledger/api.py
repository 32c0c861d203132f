"""What every resource of the API shares: strict input, one shape of problem, one act a key.

The mapping of exceptions to answers stands in :mod:`xueji.api`, which knows every floor.
"""

import copy
import re
from collections.abc import Callable
from typing import Any, NoReturn, cast

from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.db import IntegrityError
from django.http import HttpRequest
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from ledger import idempotency

_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
_KEY = re.compile(r"[\x21-\x7e]{1,80}")

KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="幂等键，1–80 个可见 ASCII 字符。同一个键重复发送同一请求，只办一次，答复相同；用于不同请求时为 409。",
)


class Strict(serializers.Serializer):
    """Input that takes what it names and nothing else: a time or a person sent along is told, not dropped."""

    def to_internal_value(self, data: Any) -> Any:
        """The typed values; unknown fields are an error of their own."""
        if isinstance(data, dict):
            unknown = sorted(str(name)[:40] for name in set(data) - set(self.fields))
            if unknown:
                told = ValidationError(
                    {name: ["这里不接受这个字段；时间和办理人由系统记录，不能填写。"] for name in unknown},
                    code="unknown_field",
                )
                raise told
        return super().to_internal_value(data)


class Typed(serializers.CharField):
    """Text typed by a person: the door judges its length and what is in it; only the absurd is stopped here."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 4000)
        options.setdefault("allow_blank", True)
        options.setdefault("required", False)
        options.setdefault("default", "")
        super().__init__(**options)


class Choice(serializers.ChoiceField):
    """One of a closed list. What was sent instead is not repeated: it may be anything, and of any length."""

    default_error_messages = {"invalid_choice": "请从所列选项中选择，可用的值见 /api/docs/。"}


class Revision(serializers.IntegerField):
    """The revision the client has seen; a case that has changed since is told as ``409 stale``."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            min_value=0,
            max_value=2**31 - 1,
            required=False,
            allow_null=True,
            default=None,
            label="版次",
            help_text="查看业务时得到的 revision；业务已被他人改动时为 409 stale，什么都不写。",
            **options,
        )


class Problem(serializers.Serializer):
    """What every refusal and every mistake looks like."""

    code = serializers.CharField(help_text="给程序判断的代号，不会随文字修改而变。")
    sentence = serializers.CharField(help_text="给人看的一句话：哪里不对、怎么办。")
    clause = serializers.CharField(required=False, help_text="依据的条款；没有时为空字符串。")
    fields = serializers.DictField(  # type: ignore[assignment]  # the wire calls it so; the framework has a word of the same name
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="只在 400 时：字段名 → 各自的一句话。",
    )

    def get_fields(self) -> dict[str, serializers.Field]:
        """The declared fields; one of them is itself called ``fields``."""
        return copy.deepcopy(self._declared_fields)


def told(description: str) -> OpenApiResponse:
    """A problem, in the documentation."""
    return OpenApiResponse(Problem, description=description)


def problem(code: str, sentence: str, status: int, clause: str = "", fields: dict | None = None) -> Response:
    """A problem, as an answer."""
    body: dict[str, Any] = {"code": code, "sentence": sentence, "clause": clause}
    if fields is not None:
        body["fields"] = fields
    return Response(body, status=status)


class Endpoint(viewsets.GenericViewSet):
    """Base of every resource. Forms are taken only where ``takes_forms`` says so, and elsewhere not even read."""

    takes_forms: tuple[str, ...] = ()

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Before anything reads the body: UTF-8 whatever is claimed, and no file accepted by accident."""
        self.settle(request)
        action = getattr(self, "action_map", {}).get((request.method or "").lower())
        if request.content_type in _FORMS and action not in self.takes_forms:
            request.upload_handlers = [_NoFiles()]
        return super().initialize_request(request, *args, **kwargs)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        """Nothing of an answer is kept on the way: it tells of children."""
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def settle(self, request: HttpRequest) -> None:
        """UTF-8, before anything is read; setting it anew would throw away a form already read."""
        if request.encoding != "utf-8":
            request.encoding = "utf-8"

    def read(self, serializer: type[serializers.Serializer]) -> dict:
        """The request's body as ``serializer`` takes it. Raises ValidationError."""
        form = serializer(data=self.request.data, context=self.get_serializer_context())
        form.is_valid(raise_exception=True)
        return form.validated_data

    def query(self, serializer: type[serializers.Serializer]) -> dict:
        """The address's parameters as ``serializer`` takes them; undeclared ones are not looked at."""
        given = {name: value for name, value in self.request.query_params.items() if value != ""}
        form = serializer(data=given, context=self.get_serializer_context())
        form.is_valid(raise_exception=True)
        return form.validated_data


class _NoFiles(FileUploadHandler):
    """Stops the parser at the first byte of a file."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> NoReturn:
        """Never keep anything."""
        raise StopUpload(connection_reset=True)

    def file_complete(self, file_size: int) -> None:
        """No file comes of it."""
        return


# ---------------------------------------------------------------- one act a key


def key_of(request: Request) -> str:
    """The idempotency key of the request, or an empty string. Raises ValidationError for one that cannot be one."""
    key = request.headers.get("Idempotency-Key", "")
    if key and not _KEY.fullmatch(key):
        raise ValidationError({"Idempotency-Key": ["幂等键须为 1–80 个可见 ASCII 字符，请换一个。"]})
    return key


def once(
    request: Request, parts: tuple, act: Callable[[Callable[[dict], object]], dict]
) -> tuple[dict, bool]:
    """The answer to this request under its key, and whether it was given now (not earlier).

    ``act`` is handed ``keep`` and calls it with the answer inside its own transaction, so that act and key are
    written together or not at all; of two twins that race, the later one's transaction is undone and it reads the
    earlier one's answer. Raises :class:`ledger.idempotency.KeyReused`.
    """
    key, account_id = key_of(request), cast(int, request.user.pk)  # only who is signed in comes here
    if not key:
        return act(lambda answer: None), True
    digest = idempotency.digest_of(request.path, *parts)
    kept = idempotency.earlier(account_id, key, digest)
    if kept is not None:
        return kept, False
    try:
        return act(lambda answer: idempotency.keep(account_id, key, digest, answer)), True
    except IntegrityError as error:
        kept = idempotency.earlier(account_id, key, digest) if "idempotency_once" in str(error) else None
        if kept is None:
            raise
        return kept, False
