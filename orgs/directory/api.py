"""The API of floor 2: who is calling, with which token, and the units there are."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import mixins, serializers
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from ledger import audit
from ledger.api import KEY, Choice, Endpoint, Strict, Typed, once, problem, told
from orgs.people.calls import SignedInCall
from orgs.people.models import Account, PostRole, Unit, UnitLevel
from orgs.people.seats import seats_of
from orgs.sign_in import tokens
from orgs.sign_in.signing_in import second_factor_given
from web import clock

# ---------------------------------------------------------------- who is calling


class SeatOut(serializers.Serializer):
    """A post held now."""

    unit = serializers.CharField(source="unit.code", label="单位代码")
    unit_name = serializers.CharField(source="unit.name")
    role = serializers.ChoiceField(PostRole.choices)
    title = serializers.CharField(help_text="岗位名称，代办时带“（代）”。")
    delegated = serializers.BooleanField()


class MeOut(serializers.Serializer):
    """The calling account."""

    name = serializers.CharField(source="display_name")
    seats = serializers.SerializerMethodField()

    @extend_schema_field(SeatOut(many=True))
    def get_seats(self, account: Account) -> Any:
        """The seats of today."""
        return SeatOut(seats_of(account, clock.local_date(clock.now())), many=True).data


class Me(Endpoint):
    """我."""

    serializer_class = MeOut

    @extend_schema(summary="当前账号和岗位", operation_id="me")
    def list(self, request: SignedInCall) -> Response:
        """The account behind the session or token, and from where it may act today."""
        return Response(MeOut(request.user).data)


# ---------------------------------------------------------------- tokens


class TokenIn(Strict):
    """What a new token is for and how long it is good."""

    name = Typed(label="用途", max_length=60, allow_blank=False, required=True, default=serializers.empty)
    days = serializers.IntegerField(
        label="有效天数", min_value=1, max_value=tokens.LONGEST_DAYS, required=False, default=30
    )


class TokenOut(serializers.Serializer):
    """A token without itself."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class NewTokenOut(TokenOut):
    """A token just made."""

    token = serializers.CharField(help_text="只显示这一次，请立即保存。")


@extend_schema_view(list=extend_schema(summary="我的接口令牌", operation_id="tokens_list"))
class Tokens(mixins.ListModelMixin, Endpoint):
    """接口令牌. Made and removed by a signed-in person only, never by a token."""

    request: SignedInCall
    serializer_class = TokenOut
    queryset = tokens.ApiToken.objects.none()
    paging = ("-pk",)
    lookup_value_regex = r"\d{1,9}"

    def get_queryset(self) -> QuerySet[tokens.ApiToken]:
        """One's own tokens that are still good."""
        return self.request.user.api_tokens.filter(expires_at__gt=clock.now())

    @extend_schema(
        summary="建立接口令牌",
        operation_id="tokens_create",
        request=TokenIn,
        parameters=[KEY],
        responses={201: NewTokenOut, 409: told("令牌已满 10 个；或同一幂等键已建立过令牌（只显示一次）。")},
    )
    def create(self, request: SignedInCall) -> Response:
        """Make a token; it is told once."""
        _only_in_person(request)
        typed = self.read(TokenIn)
        made: dict[str, Any] = {}

        def act(keep: Callable[[dict], object]) -> dict:
            with transaction.atomic():
                row, made["token"] = tokens.issue(
                    request.user, typed["name"], clock.now(), typed["days"], second_factor_given(request)
                )
                audit.record("access", audit.actor_of(request.user), "account.token", {"token": row.pk})
                row.refresh_from_db()
                keep({"id": row.pk})
            made["row"] = row
            return {"id": row.pk}

        try:
            _, fresh = once(request, (typed["name"], typed["days"]), act)
        except tokens.Full as full:
            return problem("token_count", full.sentence, 409)
        if not fresh:
            return problem(
                "token_told", "这个请求已建立过令牌，令牌只显示一次；请删除后另换幂等键重建。", 409
            )
        return Response(TokenOut(made["row"]).data | {"token": made["token"]}, status=201)

    @extend_schema(
        summary="删除接口令牌",
        operation_id="tokens_destroy",
        parameters=[OpenApiParameter("id", OpenApiTypes.INT, OpenApiParameter.PATH)],
        responses={204: OpenApiResponse(description="已删除，立即失效。")},
    )
    def destroy(self, request: SignedInCall, pk: str) -> Response:
        """Remove a token; it ends at once."""
        _only_in_person(request)
        with transaction.atomic():
            gone, _ = self.get_queryset().filter(pk=pk).delete()
            if not gone:
                raise NotFound
            audit.record("access", audit.actor_of(request.user), "account.token_gone", {"token": int(pk)})
        return Response(status=204)


def _only_in_person(request: Request) -> None:
    if request.auth is not None:
        raise PermissionDenied("令牌只能由本人登录后建立和删除，不能用令牌操作。", "in_person")


# ---------------------------------------------------------------- units


class SystemOut(serializers.Serializer):
    """What system a school follows from a day on."""

    valid_from = serializers.DateField()
    school_system = serializers.CharField()
    lowest_grade = serializers.IntegerField()
    highest_grade = serializers.IntegerField()
    source = serializers.CharField(label="依据")  # type: ignore[assignment]  # the paper it rests on; the framework has a word of the same name


class UnitOut(serializers.Serializer):
    """What is public of a unit."""

    code = serializers.CharField()
    name = serializers.CharField()
    short_name = serializers.CharField()
    level = serializers.ChoiceField(UnitLevel.choices)
    level_label = serializers.CharField(source="get_level_display")
    authority = serializers.CharField(
        source="authority.code", allow_null=True, default=None, label="主管部门代码"
    )
    division_code = serializers.CharField()
    lowest_grade = serializers.IntegerField(allow_null=True)
    highest_grade = serializers.IntegerField(allow_null=True)
    school_system = serializers.CharField()
    systems = SystemOut(
        source="system_periods", many=True, help_text="学校的学制，按生效日期；上面三项是今天的学制。"
    )
    phone = serializers.CharField(label="投诉受理电话")
    email = serializers.CharField(label="投诉受理邮箱")
    closed_on = serializers.DateField(allow_null=True)
    successor = serializers.CharField(
        source="successor.code", allow_null=True, default=None, label="承接单位代码"
    )


class UnitQuery(serializers.Serializer):
    """How units are narrowed."""

    level = Choice(UnitLevel.choices, required=False, label="层级")
    authority = serializers.CharField(required=False, max_length=12, label="主管部门代码")
    q = serializers.CharField(required=False, max_length=60, label="名称中的文字")
    mine = serializers.BooleanField(required=False, label="只看我任职的单位")


_UNIT_QUERY = extend_schema(summary="单位列表", operation_id="units_list", parameters=[UnitQuery])


@extend_schema_view(
    list=_UNIT_QUERY, retrieve=extend_schema(summary="一个单位", operation_id="units_retrieve")
)
class Units(mixins.ListModelMixin, mixins.RetrieveModelMixin, Endpoint):
    """单位. Names, grades and complaint addresses are public facts; no person is among them."""

    request: SignedInCall
    serializer_class = UnitOut
    queryset = Unit.objects.select_related("authority", "successor").prefetch_related("system_periods")
    paging = ("code",)
    lookup_field = "code"
    lookup_value_regex = r"[0-9A-Za-z]{1,12}"

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrowed by the address."""
        if self.action != "list":
            return queryset
        asked = self.query(UnitQuery)
        condition = Q()
        if "level" in asked:
            condition &= Q(level=asked["level"])
        if "authority" in asked:
            condition &= Q(authority__code=asked["authority"])
        if "q" in asked:
            condition &= Q(name__contains=asked["q"]) | Q(short_name__contains=asked["q"])
        if asked.get("mine"):
            today = clock.local_date(clock.now())
            condition &= Q(pk__in=[seat.unit.pk for seat in seats_of(self.request.user, today)])
        return queryset.filter(condition)
