"""The API of a province's monthly list of late registrations (R2.2): read by whom it concerns, closed, sent, given back."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from ledger.api import KEY, Endpoint, Strict, Typed, once, told
from reviews.desk import context as desk
from reviews.engine.api_shapes import UnitRef
from students.admission.late import monthly
from students.admission.late.models import MonthlyCheck, MonthState

NUMBER = OpenApiParameter("number", str, OpenApiParameter.PATH, description="名单号，如 BJ-2026-7K3M9QXP")


class LateMonthOut(serializers.Serializer):
    """A list in figures; the children stand on the page and in its table."""

    number = serializers.CharField()
    province = UnitRef(source="province_called")
    month = serializers.DateField(help_text="该月的一日。")
    state = serializers.ChoiceField(MonthState.choices)
    total = serializers.IntegerField(help_text="名单上的学生数。")
    created = serializers.IntegerField(help_text="查重通过，已建立学籍。")
    refused = serializers.IntegerField(help_text="查重不通过，应办理转学。")
    closed_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
    checked_at = serializers.DateTimeField(allow_null=True)


class SendIn(Strict):
    """What the head says on sending."""

    opinion = Typed(max_length=500, label="审核补充意见")


@extend_schema_view(
    list=extend_schema(summary="补建学籍月末名单，新的在前", operation_id="late_months_list"),
    retrieve=extend_schema(summary="一份月末名单", operation_id="late_months_retrieve", parameters=[NUMBER]),
)
class LateMonths(mixins.ListModelMixin, mixins.RetrieveModelMixin, Endpoint):
    """补建学籍月末名单."""

    queryset = MonthlyCheck.objects.none()
    serializer_class = LateMonthOut
    lookup_field = "number"
    lookup_value_regex = r"[0-9A-Za-z-]{1,20}"
    paging = ("-month", "-pk")

    def get_queryset(self):
        """Those that the account may read."""
        rows = MonthlyCheck.objects.visible_to(self.request.user, desk.of(self.request).today)
        return rows.select_related("province", "closed_by__person")

    def shown(self, number: str) -> Response:
        """The list as it stands."""
        return Response(LateMonthOut(get_object_or_404(self.get_queryset(), number=number)).data)

    @extend_schema(
        summary="收表",
        operation_id="late_months_close",
        parameters=[KEY],
        request=None,
        responses={200: LateMonthOut, 409: told("不是省级学籍管理员、已收表，或没有待收的学生。")},
    )
    @action(detail=False, methods=["post"])
    def close(self, request) -> Response:
        """By the province's registrar."""

        def act(keep) -> dict:
            found = monthly.close(request.user, desk.of(request).now)
            keep({"number": found.number})
            return {"number": found.number}

        made, _ = once(request, ("late months", "close"), act)
        return self.shown(made["number"])

    @extend_schema(
        summary="核办上报",
        operation_id="late_months_send",
        parameters=[NUMBER, KEY],
        request=SendIn,
        responses={200: LateMonthOut, 409: told("不是省级负责人、与收表是同一人，或已经上报。")},
    )
    @action(detail=True, methods=["post"])
    def send(self, request, number: str) -> Response:
        """By the province's head; the check answers."""
        found, typed = self.get_object(), self.read(SendIn)

        def act(keep) -> dict:
            monthly.send(found, request.user, desk.of(request).now, typed["opinion"])
            keep({"number": found.number})
            return {"number": found.number}

        once(request, (found.number, "send", typed["opinion"]), act)
        return self.shown(number)

    @extend_schema(
        summary="退回重收",
        description="上报之前可以退回；名单上的学生回到待收表，这份名单不再列出。",
        operation_id="late_months_drop",
        parameters=[NUMBER, KEY],
        request=None,
        responses={200: LateMonthOut, 409: told("已经上报，或没有岗位。")},
    )
    @action(detail=True, methods=["post"])
    def drop(self, request, number: str) -> Response:
        """By the registrar or the head of the province."""
        found = self.get_object()

        def act(keep) -> dict:
            monthly.drop(found, request.user, desk.of(request).now)
            keep({"number": found.number})
            return {"number": found.number}

        once(request, (found.number, "drop"), act)
        found.refresh_from_db()
        return Response(LateMonthOut(found).data)
