"""The API of the refusal wall (R3.4): the register of refusals, shares of reasons, appeals. Same rows as the pages."""

from collections.abc import Callable
from datetime import date
from typing import cast

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.fields import Field
from rest_framework.response import Response

from ledger.api import KEY, Choice, Endpoint, Strict, Typed, once, told
from orgs.people.calls import SignedInCall
from orgs.people.models import Unit
from orgs.people.unit_codes import UnitCode
from reviews.appeals import ruling as appeals
from reviews.desk import context as desk
from reviews.engine import procedures
from reviews.engine.api_shapes import REFUSING, STOPPED, ReasonOut, UnitRef
from reviews.engine.models import Case, Step
from reviews.refusal_register import register as refusal_register
from reviews.refusal_register.pages import Look
from reviews.refusal_register.register import Share, Wanted
from reviews.refusal_rules import wall_marks
from reviews.refusal_rules.models import Ruling, WallAppeal
from reviews.rulebook.models import FIRST_DAY, LAST_DAY
from reviews.vocabulary.states import STAGES, State

APPEAL = OpenApiParameter("id", int, OpenApiParameter.PATH, description="申诉的代号")
_STAGES = [(stage.value, stage.label) for stage in STAGES]


# ---------------------------------------------------------------- the register


def _in_range(day: date) -> None:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise serializers.ValidationError("日期须在 2000 年至 2100 年之间。")


class RefusalsQuery(serializers.Serializer):
    """How the register is narrowed."""

    since = serializers.DateField(
        required=False, validators=[_in_range], label="核办时间起", help_text="不写为全部时间。"
    )
    until = serializers.DateField(required=False, validators=[_in_range], label="核办时间止（含）")
    outcome = Choice(REFUSING, required=False, label="结论", help_text="不写为不同意。")
    stage = Choice(_STAGES, required=False, label="环节")
    kind = Choice([], required=False, label="业务类型")
    reason = serializers.RegexField(r"^[0-9A-Za-z_]{1,40}$", required=False, label="理由代号")
    unit = UnitCode(required=False, label="单位代码", help_text="连同其下级。")
    own = serializers.BooleanField(required=False, label="true 只看 unit 本身，不含下级")

    def get_fields(self) -> dict[str, Field]:
        """Kinds as they are known when asked."""
        fields = super().get_fields()
        cast(serializers.ChoiceField, fields["kind"]).choices = [
            (each.kind, each.name) for each in procedures.all_procedures()
        ]
        return fields


class RefusalRow(serializers.Serializer):
    """One refusal; the pupil's name is masked."""

    number = serializers.CharField(source="case.number")
    kind = serializers.CharField(source="case.kind")
    kind_name = serializers.SerializerMethodField()
    headline = serializers.CharField(source="case.headline")
    stage = serializers.ChoiceField(State.choices)
    stage_label = serializers.CharField(source="get_stage_display")
    unit = UnitRef(help_text="作出决定的单位。")
    outcome = serializers.ChoiceField(REFUSING)
    reason = serializers.SerializerMethodField()
    opinion = serializers.CharField(source="sign_opinion")
    doubt = serializers.SerializerMethodField(help_text="意见存疑之处和写明的事实；没有时为空。")
    signed_at = serializers.DateTimeField()

    def get_doubt(self, step: Step) -> str:
        """The mark it passed the refusal wall with."""
        return str(wall_marks.sentence(step.mark))

    def get_kind_name(self, step: Step) -> str:
        """The kind in words."""
        return procedures.kind_name(step.case.kind)

    @extend_schema_field(ReasonOut)
    def get_reason(self, step: Step) -> dict:
        """The coded reason, in the words of the case's own rows."""
        book = desk.of(self.context["request"]).book
        return {"code": step.reason, "text": book.reason_text(step.reason, step.case)}


class ShareRow(ReasonOut):
    """How often a reason was given."""

    count = serializers.IntegerField()
    percent = serializers.IntegerField(help_text="占该单位的百分比，取整，各项相加为 100。")


class ShareOut(serializers.Serializer):
    """One unit's reasons."""

    unit = UnitRef()
    total = serializers.IntegerField()
    reasons = ShareRow(many=True)


@extend_schema_view(
    list=extend_schema(
        summary="驳回（或退回补正）清单，最近核办的在前",
        operation_id="refusals_list",
        parameters=[RefusalsQuery],
    )
)
class Refusals(mixins.ListModelMixin, Endpoint):
    """驳回情况: what one's own units and those under them refused."""

    serializer_class = RefusalRow
    request: SignedInCall
    queryset = Step.objects.none()
    paging: tuple[str, ...] = ("-signed_at", "-pk")

    def _look(self) -> Look:
        wanted = Wanted(**self.query(RefusalsQuery))
        return Look(self.request.user, desk.of(self.request), wanted)

    def get_queryset(self) -> QuerySet:
        """Within the account's scope; a unit beyond it has nothing to show."""
        look = self._look()
        rows = look.rows()
        return refusal_register.full(rows if look.fitting == look.wanted else rows.none())

    @extend_schema(
        summary="每个单位各理由的件数和占比",
        operation_id="refusals_shares",
        parameters=[RefusalsQuery],
        responses=ShareOut(many=True),
    )
    @action(detail=False)
    def shares(self, request: SignedInCall) -> Response:
        """Unit by unit, from the top down."""
        look, self.paging = self._look(), ("path",)
        rows = self.get_queryset().select_related(None)
        units = self.paginate_queryset(Unit.objects.filter(pk__in=rows.order_by().values("unit")))
        # Every list of the API comes in pages.
        found = refusal_register.shares(rows, [unit.pk for unit in cast(list[Unit], units)])
        return self.get_paginated_response(ShareOut([_share(look, each) for each in found], many=True).data)


def _share(look: Look, share: Share) -> dict:
    reasons = [
        {"code": code, "text": look.text(code), "count": many, "percent": part}
        for code, many, part in share.reasons
    ]
    unit = {"code": share.code, "name": share.names[0]}
    return {"unit": unit, "total": share.total, "reasons": reasons}


# ---------------------------------------------------------------- appeals


class AppealOut(serializers.Serializer):
    """A stopped text that was sent up."""

    id = serializers.IntegerField()
    case = serializers.CharField(source="case.number")
    headline = serializers.CharField(source="case.headline")
    stage = serializers.ChoiceField(State.choices)
    stage_label = serializers.CharField()
    unit = UnitRef(help_text="申诉单位。")
    upper = UnitRef(help_text="裁定单位。")
    outcome = serializers.SerializerMethodField()
    reason = serializers.CharField(help_text="所选理由代号；退回本单位时为空。")
    opinion = serializers.CharField(help_text="被拦下的原文。")
    phrase = serializers.CharField(source="phrase.text", help_text="拦下的用语。")
    clause = serializers.CharField(source="phrase.clause")
    quoted = serializers.CharField(source="phrase.quoted", help_text="条款原文。")
    explanation = serializers.CharField()
    raised_at = serializers.DateTimeField()
    waits = serializers.SerializerMethodField(help_text="还等着裁定；环节已用别的意见办结的，不再裁定。")
    may_rule = serializers.SerializerMethodField(help_text="现在由你裁定。")
    ruling = serializers.ChoiceField([("", "—"), *Ruling.choices])
    ruling_opinion = serializers.CharField()
    decided_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(Choice(STOPPED))
    def get_outcome(self, appeal: WallAppeal) -> str:
        """What the text was to bring about."""
        return appeal.outcome or appeal.verb

    def get_waits(self, appeal: WallAppeal) -> bool:
        """Whether there is anything left to rule on."""
        return not appeal.ruling and appeal.step.closed_at is None

    def get_may_rule(self, appeal: WallAppeal) -> bool:
        """Whether it is the caller's to rule."""
        request = self.context["request"]
        return appeals.refusal_to_decide(appeal, request.user, desk.of(request).today) is None


class AppealIn(Strict):
    """The decision that was stopped, and why it was not meant so."""

    outcome = Choice(STOPPED, label="拟作结论")
    reason = Typed(label="理由代号", max_length=40, help_text="不同意、退回补正时与提交时相同。")
    opinion = Typed(label="被拦下的意见原文")
    explanation = Typed(label="说明", help_text="可不填；最多 500 字。")


class RulingIn(Strict):
    """What the unit above finds; once."""

    ruling = Choice(Ruling.choices, label="裁定")
    opinion = Typed(label="裁定意见", help_text="2–500 字，申诉单位会看到。")


class AppealsQuery(serializers.Serializer):
    """How appeals are narrowed."""

    waits = serializers.BooleanField(required=False, label="true 只看待裁定，false 只看已裁定")


@extend_schema_view(
    list=extend_schema(
        summary="用语申诉，最近上报的在前", operation_id="appeals_list", parameters=[AppealsQuery]
    ),
    retrieve=extend_schema(summary="一件用语申诉", operation_id="appeals_retrieve", parameters=[APPEAL]),
)
class Appeals(mixins.ListModelMixin, mixins.RetrieveModelMixin, Endpoint):
    """用语裁定: raised by one's own units and those under them. One is raised at its case."""

    serializer_class = AppealOut
    request: SignedInCall
    queryset = WallAppeal.objects.none()
    paging = ("-pk",)
    lookup_value_regex = r"\d{1,9}"

    def get_queryset(self) -> QuerySet:
        """Within the account's scope; of others nothing, not even that they exist."""
        rows = WallAppeal.objects.visible_to(self.request.user, desk.of(self.request).today)
        rows = rows.select_related("case", "unit", "upper", "phrase", "step")
        waits = self.query(AppealsQuery).get("waits") if self.action == "list" else None
        if waits is None:
            return rows
        return rows.open() if waits else rows.exclude(ruling="")

    @extend_schema(
        summary="裁定",
        operation_id="appeals_rule",
        parameters=[APPEAL, KEY],
        request=RulingIn,
        responses={
            200: AppealOut,
            409: told("不是裁定单位的负责人，申诉人本人，已裁定，环节已办结，或缺意见。"),
        },
    )
    @action(detail=True, methods=["post"])
    def rule(self, request: SignedInCall, pk: str) -> Response:
        """Rule on it, as a head of the unit above; it cannot be changed."""
        appeal, typed = self.get_object(), self.read(RulingIn)

        def act(keep: Callable[[dict], object]) -> dict:
            appeals.decide(appeal, request.user, **typed, keep=lambda done: keep({"appeal": done.pk}))
            return {"appeal": appeal.pk}

        once(request, (appeal.pk, typed["ruling"], typed["opinion"]), act)
        return Response(self.get_serializer(self.get_object()).data)


def raise_appeal(view: Endpoint, case: Case) -> Response:
    """Send a stopped text of ``case`` up, for the case's own address."""
    request, typed = cast(SignedInCall, view.request), view.read(AppealIn)

    def act(keep: Callable[[dict], object]) -> dict:
        made = appeals.raise_(case, request.user, **typed, keep=lambda made: keep({"appeal": made.pk}))
        return {"appeal": made.pk}

    done, _ = once(request, (case.pk, *typed.values()), act)
    rows = WallAppeal.objects.select_related("case", "unit", "upper", "phrase", "step")
    shown = AppealOut(rows.get(pk=done["appeal"]), context=view.get_serializer_context())
    return Response(shown.data, status=201)
