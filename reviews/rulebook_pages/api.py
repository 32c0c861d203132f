"""The API of 流程图: each route in force on a day, as the page draws it (R3.1)."""

from datetime import date
from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from orgs.people.unit_codes import UnitCode
from reviews.case_page.api import Public
from reviews.desk import context as desk
from reviews.engine import procedures
from reviews.rulebook.models import FIRST_DAY, LAST_DAY
from reviews.rulebook_pages import route_pages
from reviews.vocabulary.relations import ROUTE_RELATIONS
from reviews.vocabulary.states import State


class RouteQuery(serializers.Serializer):
    """For which province, against which other, on which day."""

    province = UnitCode(required=False, label="省（转入一方）代码，空为全国")
    other = UnitCode(required=False, label="跨省时转出省的代码")
    on = serializers.DateField(required=False, label="发起日期", help_text="年-月-日，默认今天。")

    def validate_on(self, day: date) -> date:
        """Within the years the calendar can hold."""
        if not FIRST_DAY <= day <= LAST_DAY:
            raise serializers.ValidationError("日期须在 2000 年至 2100 年之间。")
        return day


class StageOut(serializers.Serializer):
    """One stage of a route."""

    stage = serializers.ChoiceField(State.choices)
    label: Any = serializers.CharField()
    days = serializers.IntegerField(help_text="办理时限，工作日（三.7、三.6）。")


class RouteOut(serializers.Serializer):
    """One route; made of :class:`reviews.rulebook_pages.route_pages.Drawn`, ``context`` holding book, day and province."""

    kind = serializers.CharField()
    kind_name = serializers.SerializerMethodField()
    relation = serializers.ChoiceField(ROUTE_RELATIONS)
    phases = serializers.ListField(child=serializers.CharField(), help_text="空为各学段。")
    title = serializers.SerializerMethodField()
    stages = serializers.SerializerMethodField()
    valid_from = serializers.DateField(source="row.valid_from")
    valid_until = serializers.DateField(source="row.valid_until", allow_null=True, help_text="不含。")
    source: Any = serializers.CharField(source="row.source")

    @extend_schema_field(str)
    def get_kind_name(self, route: "route_pages.Drawn") -> str:
        """The kind in words."""
        return procedures.kind_name(route.kind)

    @extend_schema_field(str)
    def get_title(self, route: "route_pages.Drawn") -> str:
        """Relation and 学段 in words."""
        return route_pages.title_of(route)

    @extend_schema_field(StageOut(many=True))
    def get_stages(self, route: "route_pages.Drawn") -> list[dict]:
        """The stages in order, each with its working days."""
        asked = (self.context["book"], self.context["day"], self.context["province"])
        return [
            {"stage": stage, "label": State(stage).label, "days": route_pages.days_of(stage, *asked)}
            for stage in route.stages
        ]


class Routes(Public):
    """流程图."""

    serializer_class = RouteOut

    @extend_schema(
        summary="某日发起的业务依次经过哪些单位",
        operation_id="routes_list",
        parameters=[RouteQuery],
        responses=RouteOut(many=True),
    )
    def list(self, request: Request) -> Response:
        """Every route in force for cases submitted on a day (R3.1), by default today and by the nation's rows."""
        asked = self.query(RouteQuery)
        known = desk.of(request)
        day = asked.get("on", known.today)
        province, other = (self.province(asked.get(name), name) for name in ("province", "other"))
        routes = route_pages.drawn(known.book, day, province, other)
        context = {"book": known.book, "day": day, "province": province}
        return Response(RouteOut(routes, many=True, context=context).data)
