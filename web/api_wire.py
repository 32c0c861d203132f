"""JSON and pages on the wire: what the framework is told by its settings, so nothing here may import its views."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from django.core import signing
from django.db import models
from django.db.models import Q
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

if TYPE_CHECKING:
    from rest_framework.views import APIView

LARGEST_BODY = 256 * 1024


class BodyTooLarge(APIException):
    """The body is longer than any request of ours."""

    status_code = 413
    default_code = "too_large"
    default_detail = "请求内容太大，没有接收；请缩小后再发送。"


class StrictJSON(BaseParser):
    """JSON in UTF-8, read no further than the limit, whole characters only, nested no deeper than Python goes."""

    media_type = "application/json"

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The value. Raises ParseError with a sentence for what is not JSON."""
        data = stream.read(LARGEST_BODY + 1)
        if len(data) > LARGEST_BODY:
            raise BodyTooLarge
        try:
            value = json.loads(data.decode("utf-8"), parse_constant=_no_constant)
            if b"\\u" in data:
                # Half a character, written as an escape, can be neither kept nor answered.
                json.dumps(value, ensure_ascii=False).encode("utf-8")
            return value
        except (ValueError, RecursionError) as error:
            raise ParseError("请求内容不是有效的 JSON（UTF-8），请检查格式后重新发送。") from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


# ---------------------------------------------------------------- paging


class Page(BasePagination):
    """Paging by cursor: the place after the last row, signed, so that rows that come or go shift nothing.

    A view names its order in ``paging``: one or two fields, ``-`` for descending, the last one unique.
    """

    size, most = 25, 100
    _salt = "api.page"

    def paginate_queryset(self, queryset: Any, request: Request, view: "APIView | None" = None) -> list[Any]:
        """The rows of the page."""
        self._request = request
        self._order = getattr(view, "paging", ("-pk",))
        size = self._size(request)
        rows = queryset.order_by(*self._order)
        cursor = request.query_params.get("cursor", "")
        if cursor:
            rows = rows.filter(self._after(cursor))
        found = list(rows[: size + 1])
        self._next = self._cursor(found[size - 1]) if len(found) > size else None
        return found[:size]

    def _size(self, request: Request) -> int:
        text = request.query_params.get("limit", "") or str(self.size)
        if not (text.isascii() and text.isdecimal() and len(text) <= 3 and 1 <= int(text) <= self.most):
            raise ValidationError({"limit": [f"每页行数须为 1–{self.most} 的整数。"]})
        return int(text)

    def _after(self, cursor: str) -> Q:
        try:
            order, values = signing.loads(cursor, salt=self._salt)
        except signing.BadSignature:
            order, values = None, []
        if order != list(self._order):
            raise ValidationError({"cursor": ["游标无效或不属于这个列表，请从第一页重新取。"]})
        condition = Q()
        equal: dict[str, object] = {}
        for field, value in zip(self._order, values, strict=True):
            name, how = field.lstrip("-"), "lt" if field.startswith("-") else "gt"
            condition |= Q(**equal, **{f"{name}__{how}": value})
            equal[name] = value
        return condition

    def _cursor(self, row: models.Model) -> str:
        values = [getattr(row, field.lstrip("-")) for field in self._order]
        plain = [value.isoformat() if hasattr(value, "isoformat") else value for value in values]
        return signing.dumps([list(self._order), plain], salt=self._salt)

    def get_paginated_response(self, data: Any) -> Response:
        """``next`` is the address of the next page, or null at the end."""
        address = None
        if self._next:
            query = self._request.query_params.copy()
            query["cursor"] = self._next
            address = self._request.build_absolute_uri(f"{self._request.path}?{query.urlencode()}")
        return Response({"next": address, "results": data})

    def get_paginated_response_schema(self, schema: dict) -> dict:
        """For the documentation."""
        following = {
            "type": ["string", "null"],
            "format": "uri",
            "description": "下一页的地址；没有下一页时为 null。",
        }
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {"next": following, "results": schema},
        }

    def get_schema_operation_parameters(self, view: "APIView") -> list[dict]:
        """For the documentation."""
        return [
            {
                "name": "cursor",
                "in": "query",
                "required": False,
                "description": "上一页答复中 next 所带的游标。",
                "schema": {"type": "string"},
            },
            {
                "name": "limit",
                "in": "query",
                "required": False,
                "description": f"每页行数，1–{self.most}，不写为 {self.size}。",
                "schema": {"type": "integer", "minimum": 1, "maximum": self.most, "default": self.size},
            },
        ]
