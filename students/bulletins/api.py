"""The API of the monthly bulletin (R3.7b): the same figures as the page, the same right of reply, the same publication."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from ledger.api import KEY, Endpoint, Strict, Typed, once, told
from orgs.people.unit_codes import UnitCode
from reviews.desk import context as desk
from reviews.engine.api_shapes import UnitRef
from students.bulletins import publishing, recounting
from students.bulletins.drafting import CLAUSE
from students.bulletins.models import Bulletin, BulletinState
from students.bulletins.views import readable
from web.refusals import refuse

NUMBER = OpenApiParameter("number", str, OpenApiParameter.PATH, description="通报编号，如 TB-2026-7K3M9QXP")


class BulletinRow(serializers.Serializer):
    """A bulletin as a list shows it."""

    number = serializers.CharField()
    province = UnitRef(source="province_then")
    month = serializers.DateField(help_text="该月的一日。")
    state = serializers.ChoiceField(BulletinState.choices)
    reply_until = serializers.DateField()
    proposed_at = serializers.DateTimeField(allow_null=True, help_text="省级学籍管理员拟发的时间。")
    published_at = serializers.DateTimeField(allow_null=True)


class FiguresOut(serializers.Serializer):
    """What is told of a unit and all under it; rates per thousand, days are working days."""

    received = serializers.IntegerField()
    in_time = serializers.IntegerField()
    late = serializers.IntegerField()
    open = serializers.IntegerField()
    open_late = serializers.IntegerField()
    filed = serializers.IntegerField()
    lapsed = serializers.IntegerField()
    expired = serializers.IntegerField()
    rate = serializers.IntegerField(allow_null=True, help_text="按时率，千分之几。")
    median = serializers.IntegerField(allow_null=True)
    p90 = serializers.IntegerField(allow_null=True)
    longest = serializers.IntegerField()
    longest_case = serializers.CharField()
    filed_rate = serializers.IntegerField(allow_null=True, help_text="调档率，千分之几。")
    logins = serializers.IntegerField(help_text="整周未登录的人次。")
    unverified = serializers.IntegerField(
        help_text="本学期没有发起学籍核查的主管部门数（只在学期末的月份）。"
    )
    graduation = serializers.IntegerField(help_text="应毕业未毕业的学生数。")
    problems = serializers.DictField(
        child=serializers.ListField(child=serializers.IntegerField()), help_text="类型 → [月末, 月初] 条数。"
    )


class BulletinLineOut(serializers.Serializer):
    """A unit's line."""

    unit = UnitRef(source="unit_then")
    level = serializers.CharField()
    figures = FiguresOut()
    reply = serializers.CharField()
    reply_at = serializers.DateTimeField(allow_null=True)


class BulletinOut(BulletinRow):
    """A bulletin with the lines that the account may read."""

    digest = serializers.CharField(help_text="原始数据和各行的 SHA-256。")
    lines = serializers.SerializerMethodField()

    @extend_schema_field(BulletinLineOut(many=True))
    def get_lines(self, found) -> list[dict]:
        """All of a published one; before, those of one's own units."""
        return list(BulletinLineOut(readable(self.context["request"], found), many=True).data)


class ReplyIn(Strict):
    """What a unit says to its figures."""

    unit = UnitCode(label="单位代码")
    reply = Typed(max_length=500, label="说明")


class ReasonIn(Strict):
    """Why it is given back, or counted anew."""

    reason = Typed(max_length=200, label="原因")


@extend_schema_view(
    list=extend_schema(summary="月度通报，新的在前", operation_id="bulletins_list"),
    retrieve=extend_schema(summary="一份通报", operation_id="bulletins_retrieve", parameters=[NUMBER]),
)
class Bulletins(mixins.ListModelMixin, mixins.RetrieveModelMixin, Endpoint):
    """月度通报."""

    queryset = Bulletin.objects.none()
    lookup_field = "number"
    lookup_value_regex = r"[0-9A-Za-z-]{1,20}"
    paging = ("-month", "-pk")

    def get_serializer_class(self):
        """Rows in the list, the whole elsewhere."""
        return BulletinRow if self.action == "list" else BulletinOut

    def get_queryset(self):
        """Those that the account may read."""
        rows = Bulletin.objects.visible_to(self.request.user, desk.of(self.request).today)
        return rows.select_related("province")

    def shown(self, number: str) -> Response:
        """The bulletin as it stands."""
        found = get_object_or_404(self.get_queryset(), number=number)
        return Response(BulletinOut(found, context=self.get_serializer_context()).data)

    @extend_schema(
        summary="被通报单位的说明",
        operation_id="bulletins_reply",
        parameters=[NUMBER, KEY],
        request=ReplyIn,
        responses={200: BulletinOut, 409: told("期限已过、已发布，或不是本单位负责人。")},
    )
    @action(detail=True, methods=["post"])
    def reply(self, request, number: str) -> Response:
        """Said by the head of the unit."""
        found, typed = self.get_object(), self.read(ReplyIn)
        line = next((one for one in readable(request, found) if one.unit_code == typed["unit"]), None)
        if line is None:
            refuse("line", "通报中没有这个单位，或不是你的单位。", CLAUSE)
        line.bulletin = found

        def act(keep) -> dict:
            publishing.reply(line, request.user, desk.of(request).now, typed["reply"])
            keep({"number": found.number})
            return {"number": found.number}

        once(request, (found.number, typed["unit"], typed["reply"]), act)
        return self.shown(number)

    @extend_schema(
        summary="发布通报",
        operation_id="bulletins_publish",
        parameters=[NUMBER, KEY],
        request=None,
        responses={200: BulletinOut, 409: told("还没有拟发、已发布，不是省级负责人，或拟发人是同一人。")},
    )
    @action(detail=True, methods=["post"])
    def publish(self, request, number: str) -> Response:
        """By the province's head, another person than who proposed it; frozen from then on."""
        return self._done(request, publishing.publish)

    @extend_schema(
        summary="拟发通报",
        operation_id="bulletins_propose",
        parameters=[NUMBER, KEY],
        request=None,
        responses={200: BulletinOut, 409: told("说明期限未到、已拟发、已发布，或不是省级学籍管理员。")},
    )
    @action(detail=True, methods=["post"])
    def propose(self, request, number: str) -> Response:
        """By the province's registrar; its head publishes."""
        return self._done(request, publishing.propose)

    @extend_schema(
        summary="退回拟发的通报",
        operation_id="bulletins_return",
        parameters=[NUMBER, KEY],
        request=ReasonIn,
        responses={200: BulletinOut, 409: told("没有拟发，不是省级负责人，或没有写明原因。")},
    )
    @action(detail=True, methods=["post"], url_path="return")
    def give_back(self, request, number: str) -> Response:
        """By the province's head, to its registrar."""
        return self._done(request, publishing.give_back, self.read(ReasonIn)["reason"])

    @extend_schema(
        summary="重新统计通报",
        operation_id="bulletins_recount",
        parameters=[NUMBER, KEY],
        request=ReasonIn,
        responses={200: BulletinOut, 409: told("已发布、数据没有变化，不是省级负责人，或没有写明原因。")},
    )
    @action(detail=True, methods=["post"])
    def recount(self, request, number: str) -> Response:
        """By the province's head, before the publication; the days for replies begin anew."""
        return self._done(request, recounting.recount, self.read(ReasonIn)["reason"])

    def _done(self, request, what, *typed: str) -> Response:
        found = self.get_object()

        def act(keep) -> dict:
            what(found, request.user, desk.of(request).now, *typed)
            keep({"number": found.number})
            return {"number": found.number}

        once(request, (found.number, *typed), act)
        return self.shown(found.number)
